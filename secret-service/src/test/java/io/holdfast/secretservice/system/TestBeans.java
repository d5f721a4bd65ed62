package io.holdfast.secretservice.system;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.secretservice.keys.ClusterDirectory;
import io.holdfast.secretservice.testing.InProcessKeyService;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What stands in for the other services: key-service and cluster-service. Etcd and Kafka are real. */
@Alternative
@Singleton
public class TestBeans {
    public static final String ALLOWED = "Bearer allowed";
    public static final String STRANGER = "Bearer stranger";

    private final AtomicInteger questions = new AtomicInteger();

    /** How often it was asked what somebody may. */
    int questions() {
        return questions.get();
    }

    /** The clusters that cluster-service knows. */
    public static final class Known implements ClusterDirectory {
        public final Map<ClusterId, Wish> wishes = new ConcurrentHashMap<>();

        @Override
        public Optional<Wish> find(ClusterId cluster) {
            return Optional.ofNullable(wishes.get(cluster));
        }

        @Override
        public WishPage list(String pageToken) {
            return new WishPage(List.copyOf(wishes.values()), "");
        }
    }

    @Produces
    @Singleton
    InProcessKeyService keys() {
        return new InProcessKeyService();
    }

    @Produces
    @Singleton
    Known directory() {
        return new Known();
    }

    @Produces
    @Singleton
    Authenticator authenticator() {
        return request -> {
            if (!request.authorization().equals(ALLOWED)
                    && !request.authorization().equals(STRANGER)) {
                throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
            }
            return new Caller(
                    "user",
                    InProcessKeyService.MINT.user().value(),
                    request.authorization(),
                    InProcessKeyService.MINT.tenancy(),
                    "");
        };
    }

    @Produces
    @Singleton
    Authorizer authorizer(InProcessKeyService keys) {
        return (caller, operation, permissions, compartment, variables) -> {
            questions.incrementAndGet();
            return new Authorizer.Decision(
                    caller.name().equals(ALLOWED),
                    "test",
                    keys.revision(),
                    Validity.UNTIL_CHANGE,
                    Optional.of(caller.tenancyId()));
        };
    }
}
