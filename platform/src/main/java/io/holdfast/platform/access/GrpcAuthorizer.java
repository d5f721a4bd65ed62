package io.holdfast.platform.access;

import io.grpc.Channel;
import io.holdfast.contracts.access.v1.AuthorizeRequest;
import io.holdfast.contracts.access.v1.AuthorizeResponse;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks key-service what a caller may, and keeps the answer while the session admits its revision and it has not come to
 * its own end. A change of any policy, group or key moves the revision, and with it every kept answer goes. Thread safe.
 */
public final class GrpcAuthorizer implements Authorizer {
    /** How often an answer is asked for that is over when it arrives: once is a coincidence. */
    private static final int TRIES = 3;

    private final AccessCalls calls;
    private final AccessSession session;
    private final TimeSource time;
    private final BoundedCache<AuthorizeRequest, Decision> cache;

    public GrpcAuthorizer(Channel channel, Duration timeout, AccessSession session, TimeSource time, int mostEntries) {
        this.calls = new AccessCalls(channel, timeout);
        this.session = session;
        this.time = time;
        this.cache = new BoundedCache<>(mostEntries);
    }

    /**
     * {@inheritDoc}
     *
     * @throws AccessUnavailable when key-service does not answer, or only with what is over on this machine's clock
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
        Optional<Decision> known = cache.get(question);
        if (known.isPresent()) {
            if (session.admits(known.get().stateRevision()) && !isOver(known.get())) {
                return known.get();
            }
            cache.remove(question);
        }
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Decision decision = decision(calls.authorize(question));
            if (!isOver(decision)) {
                cache.put(question, decision);
                return decision;
            }
        }
        throw new AccessUnavailable("key-service's decisions are over when they arrive: the clocks differ", null);
    }

    private static Decision decision(AuthorizeResponse answer) {
        return new Decision(
                answer.getAllowed(),
                answer.getReason(),
                answer.getStateRevision(),
                Validity.ofMillis(answer.getHoldsUntilMillis()),
                AccessCalls.targetTenancy(answer));
    }

    private boolean isOver(Decision decision) {
        return decision.holdsUntil().isOverAt(time.wall());
    }
}
