package io.holdfast.platform.inbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Bytes;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Marks beside the consumer's state in etcd, under {@code <prefix>/inbox/<source>/<partition>}. A mark never moves back.
 */
public final class EtcdHighWaterMarks implements HighWaterMarks {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_RACES = 16;
    private final KeyValueStore store;
    private final String prefix;

    /** @param prefix for example {@code /holdfast/clusters} */
    public EtcdHighWaterMarks(KeyValueStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    @Override
    public Mark read(String source, int partition) {
        return store.get(key(source, partition)).map(EtcdHighWaterMarks::parse).orElse(Mark.NONE);
    }

    @Override
    public void advance(String source, int partition, Mark mark) {
        String key = key(source, partition);
        for (int race = 0; race < MOST_RACES; race++) {
            Optional<StoredValue> stored = store.get(key);
            if (!isBehind(stored.map(EtcdHighWaterMarks::parse).orElse(Mark.NONE), mark)) {
                return;
            }
            Transaction.Builder builder = Transaction.builder().put(key, bytes(mark));
            stored.ifPresentOrElse(builder::ifUnchanged, () -> builder.ifAbsent(key));
            if (store.commit(builder.build()).committed()) {
                return;
            }
        }
        throw new IllegalStateException("the mark of " + source + " is moved by somebody else all the time");
    }

    /**
     * The part of the effect's own transaction that moves the mark: effect and mark happen together or not at all. The
     * transaction is refused when the mark has moved since; read again then.
     */
    public Consumer<Transaction.Builder> stage(ReceivedEvent event) {
        String key = key(event.source(), event.partition());
        Optional<StoredValue> stored = store.get(key);
        return builder -> {
            stored.ifPresentOrElse(builder::ifUnchanged, () -> builder.ifAbsent(key));
            builder.put(key, bytes(new Mark(event.epoch(), event.sequence())));
        };
    }

    static boolean isBehind(Mark mark, Mark other) {
        return mark.epoch() < other.epoch() || (mark.epoch() == other.epoch() && mark.sequence() < other.sequence());
    }

    private String key(String source, int partition) {
        return prefix + "/inbox/" + source.substring(1).replace('/', '-') + "/" + partition;
    }

    private static Mark parse(StoredValue value) {
        try {
            var tree = JSON.readTree(value.value().toArray());
            return new Mark(
                    tree.required("epoch").longValue(),
                    tree.required("sequence").longValue());
        } catch (IOException | IllegalArgumentException failure) {
            throw new IllegalStateException("the mark at " + value.key() + " is damaged", failure);
        }
    }

    private static Bytes bytes(Mark mark) {
        ObjectNode tree = JSON.createObjectNode().put("epoch", mark.epoch()).put("sequence", mark.sequence());
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(tree));
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
