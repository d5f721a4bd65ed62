package io.holdfast.keyservice.service;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.usage.SecretUsage;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** In place of secret-service: says of each cluster what a test has set, and nothing of one that it has not. */
@Alternative
@Priority(1)
@Singleton
public class CountedSecrets implements SecretUsage {
    private final Map<ClusterId, Usage> counted = new ConcurrentHashMap<>();
    private volatile boolean silent;

    /** The cluster keeps so many Secrets under each version, and writes under one of them. */
    void set(ClusterId cluster, KeyVersionId fence, Map<KeyVersionId, Long> secrets) {
        counted.put(cluster, new Usage(cluster, Optional.of(new Fence(fence, 7)), 3, secrets, 0, 9));
    }

    void silent(boolean value) {
        silent = value;
    }

    @Override
    public List<Usage> of(List<ClusterId> clusters) throws Unknown {
        if (silent) {
            throw new Unknown("silent");
        }
        return clusters.stream().map(this::usage).toList();
    }

    private Usage usage(ClusterId cluster) {
        @Nullable Usage known = counted.get(cluster);
        return known == null ? new Usage(cluster, Optional.empty(), 0, Map.of(), 0, 9) : known;
    }
}
