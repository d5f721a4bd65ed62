package io.holdfast.keyservice.usage;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.holdfast.contracts.usage.v1.ClusterUsage;
import io.holdfast.contracts.usage.v1.CountRequest;
import io.holdfast.contracts.usage.v1.UsageGrpc;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.config.KeysConfig;
import io.holdfast.platform.access.ServiceChannel;
import io.holdfast.platform.access.TlsConfig;
import io.quarkus.arc.DefaultBean;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** secret-service over mutual TLS. Connects at the first question: key-service starts and works without it. */
@Singleton
@DefaultBean
public class GrpcSecretUsage implements SecretUsage {
    private static final Logger LOG = Logger.getLogger(GrpcSecretUsage.class);
    private static final int AT_ONCE = 20;
    /** 10,000 Secrets are counted in about a second. */
    private static final long DEADLINE_SECONDS = 20;

    private final KeysConfig config;
    private final TlsConfig tls;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable ManagedChannel channel;

    public GrpcSecretUsage(KeysConfig config, TlsConfig tls) {
        this.config = config;
        this.tls = tls;
    }

    @Override
    public List<Usage> of(List<ClusterId> clusters) throws Unknown {
        List<Usage> usages = new ArrayList<>(clusters.size());
        for (int from = 0; from < clusters.size(); from += AT_ONCE) {
            usages.addAll(ask(clusters.subList(from, Math.min(clusters.size(), from + AT_ONCE))));
        }
        return usages;
    }

    private List<Usage> ask(List<ClusterId> clusters) throws Unknown {
        CountRequest.Builder request = CountRequest.newBuilder();
        clusters.forEach(cluster -> request.addClusterIds(cluster.value()));
        try {
            List<ClusterUsage> answered = UsageGrpc.newBlockingStub(channel())
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .count(request.build())
                    .getClustersList();
            List<Usage> usages = answered.stream().map(GrpcSecretUsage::usage).toList();
            if (!usages.stream().map(Usage::cluster).toList().equals(clusters)) {
                throw new Unknown("secret-service answered for other clusters than it was asked for");
            }
            return usages;
        } catch (StatusRuntimeException e) {
            LOG.warnv("secret-service could not count Secrets. status={0}", e.getStatus());
            throw new Unknown("secret-service does not answer");
        } catch (ProblemException malformed) {
            LOG.errorv("secret-service answers with a malformed identifier. cause={0}", malformed.getMessage());
            throw new Unknown("secret-service does not answer as agreed");
        }
    }

    private static Usage usage(ClusterUsage message) {
        Map<KeyVersionId, Long> secrets = new HashMap<>();
        message.getVersionsList()
                .forEach(count -> secrets.put(new KeyVersionId(count.getKeyVersionId()), count.getSecrets()));
        return new Usage(
                new ClusterId(message.getClusterId()),
                message.getServed()
                        ? Optional.of(
                                new Fence(new KeyVersionId(message.getFenceKeyVersionId()), message.getFenceRevision()))
                        : Optional.empty(),
                message.getNamespaces(),
                secrets,
                message.getUnreadable(),
                message.getScanRevision());
    }

    private ManagedChannel channel() throws Unknown {
        String target = config.secretService().orElse("");
        if (target.isEmpty() || tls.dir().isEmpty()) {
            throw new Unknown("holdfast.keys.secret-service is not configured");
        }
        lock.lock();
        try {
            ManagedChannel present = channel;
            if (present == null) {
                present = ServiceChannel.open(
                        tls.dir().get(), tls.name().orElse("key-service"), "secret-service", target);
                channel = present;
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
            if (channel != null) {
                channel.shutdownNow();
            }
        } finally {
            lock.unlock();
        }
    }
}
