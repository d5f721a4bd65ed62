package io.holdfast.secretservice.storage;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import io.holdfast.secretservice.kubernetes.model.ResourceKind;
import io.holdfast.secretservice.storage.ObjectStorage.Resource;
import io.holdfast.secretservice.storage.ObjectStorage.ServedCluster;

class InMemoryObjectStorageTest extends ObjectStorageContract {
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");

    private final InMemoryObjectStorage memory = new InMemoryObjectStorage(() -> 1);

    @Override
    protected ObjectStorage storage() {
        return memory;
    }

    @Override
    protected ClusterId newCluster() {
        ClusterId id = MINT.cluster();
        memory.open(
                new ServedCluster(id, MINT.compartment().value(), MINT.tenancy().value(), "key", "binding", true));
        for (String name : new String[] {"default", "other"}) {
            var object = Json.object().put("kind", "Namespace").put("apiVersion", "v1");
            object.putObject("metadata").put("name", name);
            memory.create(id, Resource.NAMESPACES, "", name, ObjectText.toStorage(ResourceKind.NAMESPACE, object));
        }
        return id;
    }
}
