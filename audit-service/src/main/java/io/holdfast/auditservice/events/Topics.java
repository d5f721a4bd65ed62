package io.holdfast.auditservice.events;

import io.holdfast.events.Family;
import io.holdfast.platform.inbox.KafkaDeadLetters;
import io.holdfast.platform.outbox.OutboxConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes the topics that the trail reads where they are absent, with the shape that their owner gives them, so that the trail
 * is subscribed before the first event. In the background, for as long as it takes: without them nothing is lost, the
 * consumers find topics that appear later.
 */
@ApplicationScoped
public class Topics {
    private static final Logger LOG = Logger.getLogger(Topics.class);
    private static final Duration CALL_BOUND = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Map<String, Object> connection;
    private final OutboxConfig config;
    private @Nullable Thread thread;

    @Inject
    Topics(@Identifier("default-kafka-broker") Map<String, Object> connection, OutboxConfig config) {
        this.connection = connection;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofVirtual().name("topics").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run() {
        try {
            while (!ensure()) {
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean ensure() throws InterruptedException {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.keySet().retainAll(AdminClientConfig.configNames());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) CALL_BOUND.toMillis());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) CALL_BOUND.toMillis() / 2);
        try (Admin admin = Admin.create(settings)) {
            CreateTopicsResult created = admin.createTopics(wanted());
            for (Map.Entry<String, KafkaFuture<Void>> topic : created.values().entrySet()) {
                await(topic.getKey(), topic.getValue());
            }
            return true;
        } catch (ExecutionException | TimeoutException | RuntimeException failure) {
            LOG.warnf("The topics could not be made, trying again: %s", failure);
            return false;
        }
    }

    private static void await(String topic, KafkaFuture<Void> made)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            made.get(2 * CALL_BOUND.toMillis(), TimeUnit.MILLISECONDS);
            LOG.infof("Topic %s was made", topic);
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof TopicExistsException)) {
                throw failure;
            }
        }
    }

    private List<NewTopic> wanted() {
        List<NewTopic> topics = new ArrayList<>();
        for (Family family : Family.values()) {
            topics.add(new NewTopic(family.topic(), config.partitions(), config.replicationFactor()));
            topics.add(new NewTopic(family.topic() + KafkaDeadLetters.SUFFIX, 1, config.replicationFactor()));
        }
        return topics;
    }
}
