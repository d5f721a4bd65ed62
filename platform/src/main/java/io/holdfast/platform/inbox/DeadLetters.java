package io.holdfast.platform.inbox;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where bytes go that are no event we know. */
@FunctionalInterface
public interface DeadLetters {
    /** Keeps the record aside, durably, before it returns; throws when it cannot. */
    void keep(ConsumerRecord<String, byte[]> record, String reason) throws Exception;
}
