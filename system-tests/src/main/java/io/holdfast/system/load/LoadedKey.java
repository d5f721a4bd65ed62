package io.holdfast.system.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ManagedChannel;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.system.HoldfastApi;
import io.holdfast.system.StackEnvironment;
import java.util.List;

/** A master key with a cluster bound to it, made for one run; closing deletes the cluster. */
record LoadedKey(HoldfastApi api, String key, String cluster, String binding) implements AutoCloseable {
    /** @param protectionMode of the master key */
    static LoadedKey create(StackEnvironment stack, String protectionMode) {
        HoldfastApi api = new HoldfastApi(stack);
        String name = Long.toString(System.currentTimeMillis(), 36);
        String compartment = api.compartment("load");
        api.createVault(compartment, "load-" + name);
        String key = api.createKey(compartment, "load-" + name, protectionMode)
                .path("id")
                .asText();
        api.createPolicy(
                api.tenancy(),
                "load-" + name,
                List.of("Allow any-user to use keys in compartment load where ALL {request.principal.type = 'cluster',"
                        + " target.key.id = '" + key + "'}"));
        JsonNode work = api.awaitWork(api.createCluster(
                        api.tenancy(), "load-" + name, api.kubernetesVersions().getFirst(), key)
                .expectSuccess("creating the cluster"));
        String cluster = work.path("resources").path(0).path("identifier").asText();
        ManagedChannel channel = Caller.channel(stack, stack.get("HOLDFAST_KEYS_GRPC"));
        try {
            String binding = BindingsGrpc.newBlockingStub(channel)
                    .list(ListRequest.newBuilder().setKeyId(key).build())
                    .getBindings(0)
                    .getId();
            return new LoadedKey(api, key, cluster, binding);
        } finally {
            channel.shutdownNow();
        }
    }

    @Override
    public void close() {
        api.awaitWork(api.deleteCluster(cluster).expectSuccess("deleting the cluster"));
    }
}
