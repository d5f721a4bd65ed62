package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaBrokerTest {
    @Test
    void carriesATransactionalMessageAcrossACrash() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start()) {
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "t", "acks", "all"),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("facts", "k", "v")).get(20, TimeUnit.SECONDS);
                producer.commitTransaction();
            }
            if (!ContainerEngine.answers()) {
                broker.kill();
                broker.restart();
            }
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers", broker.bootstrapServers(),
                            "group.id", "g",
                            "auto.offset.reset", "earliest",
                            "isolation.level", "read_committed"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                consumer.subscribe(List.of("facts"));
                var records = Await.atMostSeconds(30)
                        .value("the message", () -> consumer.poll(Duration.ofMillis(500)), seen -> seen.count() == 1);
                assertThat(records.iterator().next().value()).isEqualTo("v");
            }
        }
    }
}
