package io.holdfast.platform.outbox;

import io.holdfast.events.Family;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The relay's Kafka, on kafka-clients; see docs/decisions/0002-relay-producer.md for why not on an emitter. */
public final class KafkaClients implements OutboxRelay.Kafka {
    private static final Duration CALL_BOUND = Duration.ofSeconds(10);
    private final Map<String, Object> connection;
    private final int partitions;
    private final short replicationFactor;

    /**
     * @param connection {@code bootstrap.servers} and what else a client needs to connect; keys that a client does not
     *     know are left out
     */
    public KafkaClients(Map<String, Object> connection, int partitions, short replicationFactor) {
        this.connection = Map.copyOf(connection);
        this.partitions = partitions;
        this.replicationFactor = replicationFactor;
    }

    @Override
    public void ensureTopic(Family family) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.keySet().retainAll(AdminClientConfig.configNames());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) CALL_BOUND.toMillis());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) CALL_BOUND.toMillis());
        try (Admin admin = Admin.create(settings)) {
            admin.createTopics(List.of(new NewTopic(family.topic(), partitions, replicationFactor)))
                    .all()
                    .get(2 * CALL_BOUND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("topic " + family.topic() + " could not be created", failure.getCause());
            }
        } catch (TimeoutException failure) {
            throw new KafkaException("topic " + family.topic() + " could not be created in time", failure);
        } catch (InterruptedException interrupted) {
            throw new org.apache.kafka.common.errors.InterruptException(interrupted);
        }
    }

    @Override
    public Producer<String, byte[]> producer(Family family) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.keySet().retainAll(ProducerConfig.configNames());
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, family.source());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "outbox" + family.source().replace('/', '-'));
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, CALL_BOUND.toMillis());
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) CALL_BOUND.toMillis() / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) CALL_BOUND.toMillis());
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 3 * (int) CALL_BOUND.toMillis());
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }
}
