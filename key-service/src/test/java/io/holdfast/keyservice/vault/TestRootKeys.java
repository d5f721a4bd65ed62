package io.holdfast.keyservice.vault;

import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.store.SealedStore;
import io.holdfast.platform.store.KeyValueStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Root keys for tests, each made of one byte. */
public final class TestRootKeys {
    private TestRootKeys() {}

    public static RootKey key(int seed) {
        byte[] bytes = new byte[RootKey.LENGTH];
        Arrays.fill(bytes, (byte) seed);
        return RootKey.takeOwnershipOf(SecretBytes.takeOwnershipOf(bytes));
    }

    /** The first seals, all open. */
    public static RootKeys of(int sealing, int... others) {
        return RootKeys.takeOwnershipOf(
                key(sealing), IntStream.of(others).mapToObj(TestRootKeys::key).toList());
    }

    /** As a replica starts; it is seen until the answer is closed, or for two seconds. */
    public static RootKeyReplicas start(KeyValueStore store, RootKeys keys) {
        RootKeyReplicas replicas = new RootKeyReplicas(store, Duration.ofSeconds(2));
        new RootKeyStart(new RootKeyRecords(store), replicas, new SealedStore(store)).begin(keys);
        return replicas;
    }
}
