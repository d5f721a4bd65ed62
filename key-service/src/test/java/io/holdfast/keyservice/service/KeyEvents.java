package io.holdfast.keyservice.service;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;

/** Reads the keys topic from its beginning, as a consumer that came late would. */
public final class KeyEvents implements AutoCloseable {
    private final KafkaConsumer<String, String> consumer;
    private final List<Event> seen = new ArrayList<>();

    /** One event as it stands on the topic. */
    public record Event(String type, String subject, long sequence, String json) {}

    public KeyEvents() {
        this("holdfast.keys.v1");
    }

    /** Of another topic of key-service. */
    public KeyEvents(String topic) {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "bootstrap.servers",
                ConfigProvider.getConfig().getValue("kafka.bootstrap.servers", String.class),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                "false"));
        consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /** All events so far. */
    public List<Event> read() {
        for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
            seen.add(new Event(
                    header(each, "ce_type"),
                    header(each, "ce_subject"),
                    Long.parseLong(header(each, "ce_sequence")),
                    each.value()));
        }
        return List.copyOf(seen);
    }

    /** The short types of the events about a subject, in order. */
    public List<String> typesOf(String subject) {
        return read().stream()
                .filter(event -> event.subject().equals(subject))
                .map(event -> event.type().replaceAll("^io\\.holdfast\\.|\\.v1$", ""))
                .toList();
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
