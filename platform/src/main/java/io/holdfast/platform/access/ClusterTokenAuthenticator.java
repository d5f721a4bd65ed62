package io.holdfast.platform.access;

import io.grpc.Channel;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.ClusterToken;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks key-service who holds a kubectl token, and keeps the answer (under a digest of the token) while the session admits
 * its revision and the token lasts. Thread safe.
 */
public final class ClusterTokenAuthenticator {
    private static final int LONGEST_TOKEN = 8192;
    /** How often an answer is asked for that the state has moved past when it arrives. */
    private static final int TRIES = 3;

    private final AccessCalls calls;
    private final AccessSession session;
    private final TimeSource time;
    private final BoundedCache<Bytes, Identified> cache;

    public ClusterTokenAuthenticator(
            Channel channel, Duration timeout, AccessSession session, TimeSource time, int mostEntries) {
        this.calls = new AccessCalls(channel, timeout);
        this.session = session;
        this.time = time;
        this.cache = new BoundedCache<>(mostEntries);
    }

    /** @param stateRevision the access state at which the token was good */
    public record Identified(Caller caller, long stateRevision, long expiresAtMillis) {}

    /**
     * @param token as received, without "Bearer"
     * @param cluster whose endpoint received it
     * @throws ProblemException NOT_AUTHENTICATED
     * @throws AccessUnavailable when key-service does not answer, or only with what the state has moved past
     */
    public Identified authenticate(String token, ClusterId cluster) {
        if (token.isEmpty() || token.length() > LONGEST_TOKEN) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
        Bytes key = digest(cluster.value() + '\n' + token);
        Optional<Identified> known = cache.get(key);
        if (known.isPresent()) {
            if (session.admits(known.get().stateRevision()) && !isOver(known.get())) {
                return known.get();
            }
            cache.remove(key);
        }
        AuthenticateRequest question = AuthenticateRequest.newBuilder()
                .setClusterToken(ClusterToken.newBuilder().setToken(token).setClusterId(cluster.value()))
                .build();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Identified found = identified(calls.authenticate(question));
            if (isOver(found)) {
                throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
            }
            if (found.stateRevision() >= session.revision()) {
                cache.put(key, found);
                return found;
            }
        }
        throw new AccessUnavailable("the access state keeps changing", null);
    }

    private static Identified identified(AuthenticateResponse answer) {
        return new Identified(
                AccessCalls.caller(answer.getPrincipal()), answer.getStateRevision(), answer.getExpiresAtMillis());
    }

    private boolean isOver(Identified identified) {
        return identified.expiresAtMillis() != 0
                && identified.expiresAtMillis() <= time.wall().toEpochMilli();
    }

    private static Bytes digest(String text) {
        try {
            return Bytes.takeOwnershipOf(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
