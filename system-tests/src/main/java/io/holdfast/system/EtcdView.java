package io.holdfast.system;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks at the raw bytes in the data etcd, as someone with a copy of its disk would. */
public final class EtcdView implements AutoCloseable {
    private final Client client;

    public EtcdView(StackEnvironment stack) {
        this.client = Client.builder()
                .endpoints(stack.get("HOLDFAST_ETCD").split(","))
                .user(bytes("root"))
                .password(bytes(stack.etcdRootPassword()))
                .build();
    }

    /** The client itself, for loads. */
    public Client client() {
        return client;
    }

    /** The stored value. */
    public byte[] value(String key) {
        List<KeyValue> found = get(bytes(key), GetOption.DEFAULT);
        if (found.isEmpty()) {
            throw new StepFailed("etcd has no key " + key);
        }
        return found.getFirst().getValue().getBytes();
    }

    /** Every key and value under a prefix. */
    public List<KeyValue> under(String prefix) {
        return get(bytes(prefix), GetOption.builder().isPrefix(true).build());
    }

    /** Overwrites a value, as a fault would. */
    public void overwrite(String key, byte[] value) {
        try {
            client.getKVClient().put(bytes(key), ByteSequence.from(value)).get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new StepFailed("etcd did not take " + key + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted");
        }
    }

    private List<KeyValue> get(ByteSequence key, GetOption option) {
        try {
            return client.getKVClient()
                    .get(key, option)
                    .get(10, TimeUnit.SECONDS)
                    .getKvs();
        } catch (ExecutionException | TimeoutException e) {
            throw new StepFailed("etcd did not answer: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted");
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
    }
}
