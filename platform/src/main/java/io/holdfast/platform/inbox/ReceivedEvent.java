package io.holdfast.platform.inbox;

import io.holdfast.events.DomainEvent;
import java.time.Instant;

/**
 * An event as it came out of Kafka.
 *
 * @param id unique, the same in every redelivery
 * @param source whose number line {@code sequence} stands on
 * @param sequence contiguous per source within an epoch, from 1
 * @param revision the owner's etcd revision at which it was committed
 * @param epoch raised when the owner's state was restored from a backup
 * @param traceparent W3C trace context, empty when there was none
 * @param json the data as received
 */
public record ReceivedEvent(
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        long sequence,
        long revision,
        long epoch,
        String traceparent,
        String topic,
        int partition,
        long offset,
        DomainEvent data,
        String json) {}
