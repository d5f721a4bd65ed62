package io.holdfast.platform.access;

import io.grpc.Channel;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks key-service what a caller may, and keeps the answer while the session admits its revision. A change of any policy,
 * group or key moves the revision, and with it every kept answer goes. Thread safe.
 */
public final class GrpcAuthorizer implements Authorizer {
    private final AccessCalls calls;
    private final AccessSession session;
    private final TimeSource time;
    private final BoundedCache<AuthorizeRequest, Kept> cache;

    public GrpcAuthorizer(Channel channel, Duration timeout, AccessSession session, TimeSource time, int mostEntries) {
        this.calls = new AccessCalls(channel, timeout);
        this.session = session;
        this.time = time;
        this.cache = new BoundedCache<>(mostEntries);
    }

    private record Kept(Decision decision, long holdsUntilMillis) {}

    /**
     * {@inheritDoc}
     *
     * @throws AccessUnavailable when key-service does not answer
     */
    @Override
    public Decision decide(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        AuthorizeRequest question = AuthorizeRequest.newBuilder()
                .setPrincipal(AccessCalls.principal(caller))
                .setOperation(operation)
                .addAllPermissions(permissions)
                .setCompartmentId(compartment.value())
                .putAllVariables(variables)
                .build();
        Optional<Kept> known = cache.get(question);
        if (known.isPresent()) {
            if (session.admits(known.get().decision().stateRevision()) && !isOver(known.get())) {
                return known.get().decision();
            }
            cache.remove(question);
        }
        AuthorizeResponse answer = calls.authorize(question);
        Kept kept = new Kept(
                new Decision(answer.getAllowed(), answer.getReason(), answer.getStateRevision()),
                answer.getHoldsUntilMillis());
        cache.put(question, kept);
        return kept.decision();
    }

    private boolean isOver(Kept kept) {
        return kept.holdsUntilMillis() != 0
                && kept.holdsUntilMillis() <= time.wall().toEpochMilli();
    }
}
