package io.holdfast.system.load;

import io.grpc.ManagedChannel;
import io.holdfast.contracts.bindings.v1.BindingsGrpc;
import io.holdfast.contracts.bindings.v1.ListRequest;
import io.holdfast.system.HoldfastApi;
import io.holdfast.system.StackEnvironment;

/** A master key with a cluster bound to it for one run; closing deletes the cluster. */
record LoadedKey(HoldfastApi api, String key, String cluster, String binding) implements AutoCloseable {
    /** @param protectionMode of the master key */
    static LoadedKey create(StackEnvironment stack, String protectionMode) {
        HoldfastApi api = new HoldfastApi(stack);
        return of(stack, api, api.boundCluster(protectionMode));
    }

    /** @param key that is there already */
    static LoadedKey of(StackEnvironment stack, String key) {
        HoldfastApi api = new HoldfastApi(stack);
        return of(stack, api, api.clusterBoundTo(key));
    }

    private static LoadedKey of(StackEnvironment stack, HoldfastApi api, HoldfastApi.BoundCluster bound) {
        ManagedChannel channel = Caller.channel(stack, stack.get("HOLDFAST_KEYS_GRPC"));
        try {
            String binding = BindingsGrpc.newBlockingStub(channel)
                    .list(ListRequest.newBuilder().setKeyId(bound.key()).build())
                    .getBindings(0)
                    .getId();
            return new LoadedKey(api, bound.key(), bound.cluster(), binding);
        } finally {
            channel.shutdownNow();
        }
    }

    @Override
    public void close() {
        api.awaitWork(api.deleteCluster(cluster).expectSuccess("deleting the cluster"));
    }
}
