package io.holdfast.secretservice.storage;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.cbc.AuthenticatedCbc;
import io.holdfast.envelope.cbc.Opened;
import io.holdfast.envelope.cbc.SealedSecret;
import io.holdfast.envelope.kmsv1.KmsV1Value;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.secretservice.domain.ClusterPaths;
import io.holdfast.secretservice.keys.KeyAccess;
import io.holdfast.secretservice.keys.KeyAccessRefused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Opens and seals stored Secrets: the envelope, the data key through key-service, the access session, the check that a
 * value belongs where it lies. Thread safe.
 */
public final class Envelopes {
    /** How often an answer that the access session no longer admits is asked for again. */
    private static final int TRIES = 8;

    private static final int AUTHENTICATED_SEALED = 64 + 40;
    private static final long FIRST_PAUSE_NANOS = 2_000_000;

    private final KeyAccess keys;
    private final AccessSession session;
    private final AuthenticatedCbc cbc = new AuthenticatedCbc();

    public Envelopes(KeyAccess keys, AccessSession session) {
        this.keys = keys;
        this.session = session;
    }

    /** A value as found. */
    public record Found(String key, Bytes stored) {}

    /** What opening a value gave. */
    public sealed interface Outcome extends AutoCloseable {
        @Override
        default void close() {}

        /** @param plaintext storage form; the receiver closes it */
        record Plain(SecretBytes plaintext, boolean authenticated) implements Outcome {
            @Override
            public void close() {
                plaintext.close();
            }
        }

        record Damaged() implements Outcome {}
    }

    /**
     * In the order asked.
     *
     * @param stateRevision the access state that all of it rests on
     */
    public record OpenedBatch(long stateRevision, List<Outcome> outcomes) implements AutoCloseable {
        public OpenedBatch {
            outcomes = List.copyOf(outcomes);
        }

        @Override
        public void close() {
            outcomes.forEach(Outcome::close);
        }
    }

    /** The session admits no answer, though key-service gives some: it is lost, or the state moves without a pause. */
    public static final class NotAdmitted extends RuntimeException {
        public NotAdmitted() {
            super("the access session with key-service is not live", null, false, false);
        }
    }

    /** The key version that a stored value claims to be wrapped under, and whether it has our authenticated form. */
    public record Claim(KeyVersionId version, boolean authenticated) {}

    /** Without a key. Empty when the bytes are no envelope of ours. */
    public static Optional<Claim> claim(Bytes stored) {
        try {
            WrappedDek wrapped =
                    WrappedDek.parse(KmsV1Value.parse(stored.toArray()).wrappedDek());
            return Optional.of(
                    new Claim(wrapped.keyVersionId(), wrapped.sealed().length() == AUTHENTICATED_SEALED));
        } catch (EnvelopeDamaged damaged) {
            return Optional.empty();
        }
    }

    /** Whether a stored value is what would be written now: our authenticated form, wrapped under this key version. */
    public static boolean upToDate(Bytes stored, KeyVersionId version) {
        return claim(stored)
                .filter(claim -> claim.authenticated() && claim.version().equals(version))
                .isPresent();
    }

    /**
     * Opens up to {@link KeyAccess#MAX_BATCH} values of one cluster under a live session.
     *
     * @throws io.holdfast.secretservice.keys.KeyAccessRefused when access is withheld
     * @throws io.holdfast.secretservice.keys.KeyServiceUnavailable when key-service does not answer
     * @throws NotAdmitted when the session stays away
     */
    public OpenedBatch open(ClusterPaths paths, BindingId binding, List<Found> found) {
        List<Optional<KmsV1Value>> parsed = new ArrayList<>(found.size());
        List<Bytes> wrapped = new ArrayList<>(found.size());
        for (Found each : found) {
            Optional<KmsV1Value> value = parse(each.stored());
            parsed.add(value);
            value.ifPresent(envelope -> wrapped.add(envelope.wrappedDek()));
        }
        for (int attempt = 0; attempt < TRIES; attempt++) {
            // Also where nothing is to be unwrapped: what is damaged must not be told while access is withheld.
            try (KeyAccess.Unwrapped unwrapped =
                    wrapped.isEmpty() ? none(binding, found) : keys.unwrap(binding, wrapped)) {
                if (session.admits(unwrapped.stateRevision())) {
                    return decrypt(paths, found, parsed, unwrapped);
                }
            }
            pause(attempt);
        }
        throw new NotAdmitted();
    }

    private KeyAccess.Unwrapped none(BindingId binding, List<Found> found) {
        if (found.isEmpty()) {
            return new KeyAccess.Unwrapped(session.revision(), List.of());
        }
        KeyAccess.Grants grants = keys.grants(List.of(binding));
        return switch (grants.grants().getFirst()) {
            case KeyAccess.Allowed allowed -> new KeyAccess.Unwrapped(grants.stateRevision(), List.of());
            case KeyAccess.Withheld withheld -> throw new KeyAccessRefused(withheld.denial(), withheld.explanation());
        };
    }

    private OpenedBatch decrypt(
            ClusterPaths paths, List<Found> found, List<Optional<KmsV1Value>> parsed, KeyAccess.Unwrapped unwrapped) {
        List<Outcome> outcomes = new ArrayList<>(found.size());
        int next = 0;
        try {
            for (int i = 0; i < found.size(); i++) {
                if (parsed.get(i).isEmpty()) {
                    outcomes.add(new Outcome.Damaged());
                    continue;
                }
                KeyAccess.Result result = unwrapped.results().get(next++);
                outcomes.add(
                        switch (result) {
                            case KeyAccess.Payload payload ->
                                decrypt(
                                        paths,
                                        found.get(i).key(),
                                        parsed.get(i).get().data(),
                                        payload.bytes());
                            case KeyAccess.Unreadable unreadable -> new Outcome.Damaged();
                        });
            }
            return new OpenedBatch(unwrapped.stateRevision(), outcomes);
        } catch (RuntimeException e) {
            outcomes.forEach(Outcome::close);
            throw e;
        }
    }

    private Outcome decrypt(ClusterPaths paths, String key, Bytes data, SecretBytes payload) {
        try {
            Opened opened = cbc.open(key.getBytes(StandardCharsets.UTF_8), data, payload);
            if (!belongs(paths, key, opened.plaintext())) {
                opened.close();
                return new Outcome.Damaged();
            }
            return new Outcome.Plain(opened.plaintext(), opened.authenticated());
        } catch (EnvelopeDamaged damaged) {
            return new Outcome.Damaged();
        }
    }

    private static boolean belongs(ClusterPaths paths, String key, SecretBytes plaintext) {
        try {
            ObjectIdentity inside = ObjectIdentity.of(plaintext);
            ClusterPaths.Located outside = paths.locate(key);
            return inside.name().equals(outside.name()) && inside.namespace().equals(outside.namespace());
        } catch (EnvelopeDamaged damaged) {
            return false;
        }
    }

    /** Whether the plaintext names the object of the key; a value of another name would be refused when read. */
    static boolean fits(String namespace, String name, SecretBytes plaintext) {
        try {
            return new ObjectIdentity(namespace, name).equals(ObjectIdentity.of(plaintext));
        } catch (EnvelopeDamaged damaged) {
            return false;
        }
    }

    private static Optional<KmsV1Value> parse(Bytes stored) {
        try {
            KmsV1Value value = KmsV1Value.parse(stored.toArray());
            int length = value.wrappedDek().length();
            return length == 0 || length > WrappedDek.MAX_LENGTH ? Optional.empty() : Optional.of(value);
        } catch (EnvelopeDamaged damaged) {
            return Optional.empty();
        }
    }

    /** Encrypts under a new data key, for this etcd key. */
    public SealedSecret seal(String key, SecretBytes plaintext) {
        return cbc.seal(key.getBytes(StandardCharsets.UTF_8), plaintext);
    }

    /** Wraps the payloads of sealed values, under a live session; errors as {@link #open}. */
    public KeyAccess.Wrapped wrap(BindingId binding, List<SealedSecret> sealed) {
        List<SecretBytes> payloads = sealed.stream().map(SealedSecret::payload).toList();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            KeyAccess.Wrapped wrapped = keys.wrap(binding, payloads);
            if (session.admits(wrapped.stateRevision())) {
                return wrapped;
            }
            pause(attempt);
        }
        throw new NotAdmitted();
    }

    /** A little longer each time, up to a quarter of a second: a moved state is acknowledged within a round trip. */
    static void pause(int attempt) {
        long nanos = FIRST_PAUSE_NANOS << Math.min(attempt, 7);
        LockSupport.parkNanos(nanos + ThreadLocalRandom.current().nextLong(nanos));
    }
}
