package io.holdfast.secretservice.storage;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.platform.store.Transaction;
import io.holdfast.secretservice.testing.Stack;
import io.holdfast.secretservice.testing.Stack.Opened;
import org.junit.jupiter.api.AfterEach;

class EtcdObjectStorageContractTest extends ObjectStorageContract {
    private final Stack stack = new Stack();

    @AfterEach
    void stop() {
        stack.close();
    }

    @Override
    protected ObjectStorage storage() {
        return stack.storage;
    }

    @Override
    protected ClusterId newCluster() {
        Opened c = stack.open();
        Bytes namespace = stack.stored(c.paths().namespace("default")).value();
        stack.store.commit(Transaction.builder()
                .put(c.paths().namespace("other"), namespace)
                .delete(c.paths().namespace("kube-system"))
                .delete(c.paths().namespace("kube-public"))
                .build());
        return c.cluster();
    }
}
