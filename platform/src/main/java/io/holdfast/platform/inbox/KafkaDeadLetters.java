package io.holdfast.platform.inbox;

import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Copies what is undecodable to {@code <topic>.dead-letter} of the same cluster, with its headers and where it came from.
 * A restart between the copy and the commit of the offset may copy it twice.
 */
@Singleton
public class KafkaDeadLetters implements DeadLetters {
    /** Behind the name of the topic. */
    public static final String SUFFIX = ".dead-letter";

    public static final String REASON = "dead-letter-reason";
    public static final String TOPIC = "dead-letter-topic";
    public static final String PARTITION = "dead-letter-partition";
    public static final String OFFSET = "dead-letter-offset";
    private static final int BOUND_MILLIS = 10_000;

    private final Supplier<Map<String, Object>> connection;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Producer<String, byte[]> producer;

    @Inject
    public KafkaDeadLetters(@Identifier("default-kafka-broker") Instance<Map<String, Object>> connection) {
        this.connection = connection::get;
    }

    @Override
    public void keep(ConsumerRecord<String, byte[]> record, String reason) throws Exception {
        ProducerRecord<String, byte[]> copy =
                new ProducerRecord<>(record.topic() + SUFFIX, null, record.key(), record.value(), record.headers());
        header(copy, REASON, reason);
        header(copy, TOPIC, record.topic());
        header(copy, PARTITION, Integer.toString(record.partition()));
        header(copy, OFFSET, Long.toString(record.offset()));
        producer().send(copy).get(2L * BOUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void header(ProducerRecord<String, byte[]> record, String name, String value) {
        record.headers().remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private Producer<String, byte[]> producer() {
        lock.lock();
        try {
            Producer<String, byte[]> present = producer;
            if (present == null) {
                Map<String, Object> settings = new HashMap<>(connection.get());
                settings.keySet().retainAll(ProducerConfig.configNames());
                settings.put(ProducerConfig.CLIENT_ID_CONFIG, "dead-letters");
                settings.put(ProducerConfig.ACKS_CONFIG, "all");
                settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BOUND_MILLIS);
                settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, BOUND_MILLIS / 2);
                settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, BOUND_MILLIS);
                present = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
                producer = present;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    @PreDestroy
    void close() {
        lock.lock();
        try {
            if (producer != null) {
                producer.close(Duration.ofSeconds(2));
            }
        } finally {
            lock.unlock();
        }
    }
}
