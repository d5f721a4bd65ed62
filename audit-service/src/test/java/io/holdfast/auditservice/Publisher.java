package io.holdfast.auditservice;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.EventCodec;
import io.holdfast.events.Family;
import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes as an outbox relay does: one Kafka transaction an event, numbered per source. */
final class Publisher implements AutoCloseable {
    static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private final KafkaProducer<String, byte[]> producer;
    private final EventCodec codec = new EventCodec();

    Publisher(String bootstrapServers) {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "publisher-" + UUID.randomUUID()),
                new StringSerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    static KeyEvent.KeyRotated rotation(String key, long number) {
        return new KeyEvent.KeyRotated(
                new KeyId(key),
                new KeyVersionId("ocid1.keyversion.oc1.iad.v.n" + number),
                number,
                new KeyVersionId("ocid1.keyversion.oc1.iad.v.n" + (number - 1)),
                "ocid1.user.oc1..alice");
    }

    static KeyEvent.KeyDisabled disabling(String key) {
        return new KeyEvent.KeyDisabled(new KeyId(key), "ocid1.user.oc1..alice");
    }

    ProducerRecord<String, byte[]> record(DomainEvent event, long sequence, Instant time) {
        return record(event.family(), EventCodec.typeOf(event), event.subject(), codec.encode(event), sequence, time);
    }

    ProducerRecord<String, byte[]> record(
            Family family, String type, String subject, byte[] data, long sequence, Instant time) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(family.topic(), subject, data);
        Map<String, String> headers = new HashMap<>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", UUID.randomUUID().toString());
        headers.put("ce_source", family.source());
        headers.put("ce_type", type);
        headers.put("ce_subject", subject);
        headers.put("ce_time", time.toString());
        headers.put("ce_sequence", Long.toString(sequence));
        headers.put("ce_revision", Long.toString(100 + sequence));
        headers.put("ce_epoch", "1");
        headers.put("content-type", "application/json");
        headers.put("traceparent", TRACE);
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    void send(ProducerRecord<String, byte[]> record) {
        producer.beginTransaction();
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException failure) {
            producer.abortTransaction();
            throw new IllegalStateException(failure);
        }
        producer.commitTransaction();
    }

    /** What a leader leaves that was fenced: never to be seen. */
    void sendAborted(ProducerRecord<String, byte[]> record) {
        producer.beginTransaction();
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException(failure);
        } finally {
            producer.abortTransaction();
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
