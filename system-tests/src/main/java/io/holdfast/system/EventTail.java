package io.holdfast.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads every Holdfast topic from its start and keeps what came, to show the CloudEvents that a step caused. */
public final class EventTail implements AutoCloseable {
    private static final List<String> TOPICS = List.of(
            "holdfast.keys.v1",
            "holdfast.identity.v1",
            "holdfast.clusters.v1",
            "holdfast.secrets.v1",
            "holdfast.uses.v1");

    private final KafkaConsumer<String, byte[]> consumer;
    private final Thread reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final List<CloudEvent> events = new ArrayList<>();
    private final ObjectMapper json = new ObjectMapper();

    /** A CloudEvent in binary mode: the attributes from the headers, the data as JSON. */
    public record CloudEvent(String topic, String key, Map<String, String> attributes, JsonNode data) {
        public String type() {
            return attributes.getOrDefault("ce_type", "");
        }

        public long sequence() {
            return Long.parseLong(attributes.getOrDefault("ce_sequence", "-1"));
        }
    }

    public EventTail(StackEnvironment stack) {
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.get("HOLDFAST_KAFKA"),
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        "false"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        this.reader = Thread.ofPlatform().daemon().name("event-tail").start(this::read);
    }

    private void read() {
        try (consumer) {
            List<TopicPartition> assigned = List.of();
            while (true) {
                List<TopicPartition> partitions = partitions();
                if (!partitions.equals(assigned)) {
                    List<TopicPartition> fresh = new ArrayList<>(partitions);
                    fresh.removeAll(assigned);
                    consumer.assign(partitions);
                    consumer.seekToBeginning(fresh);
                    assigned = partitions;
                }
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    keep(record);
                }
            }
        } catch (WakeupException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** The partitions of the topics that exist by now. */
    private List<TopicPartition> partitions() {
        Map<String, List<org.apache.kafka.common.PartitionInfo>> known = consumer.listTopics();
        return TOPICS.stream()
                .flatMap(topic -> known.getOrDefault(topic, List.of()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private void keep(ConsumerRecord<String, byte[]> record) {
        Map<String, String> attributes = new TreeMap<>();
        record.headers().forEach(h -> attributes.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
        JsonNode data;
        try {
            data = json.readTree(record.value());
        } catch (IOException e) {
            throw new StepFailed("a record of " + record.topic() + " is no JSON at offset " + record.offset());
        }
        lock.lock();
        try {
            events.add(new CloudEvent(record.topic(), record.key(), attributes, data));
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an event of this type (the short name, for example KeyRotated) about this subject. */
    public CloudEvent await(String type, String subject) {
        return await(type, event -> subject.equals(event.attributes().get("ce_subject")));
    }

    /** Waits, at most 30 s, for an event of this type that fits. */
    public CloudEvent await(String type, Predicate<CloudEvent> fits) {
        String wanted = "io.holdfast." + type + ".v1";
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        lock.lock();
        try {
            while (true) {
                for (CloudEvent event : events) {
                    if (event.type().equals(wanted) && fits.test(event)) {
                        return event;
                    }
                }
                long left = deadline - System.nanoTime();
                if (left <= 0 || arrived.awaitNanos(left) <= 0) {
                    throw new StepFailed("no " + type + " event came out of Kafka within 30 s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted while waiting for " + type);
        } finally {
            lock.unlock();
        }
    }

    /** Everything that came so far. */
    public List<CloudEvent> all() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            reader.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
