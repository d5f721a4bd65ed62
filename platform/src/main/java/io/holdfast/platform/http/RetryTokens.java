package io.holdfast.platform.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Creates that may be repeated: the same {@code opc-retry-token} by the same caller for the same operation, query and body,
 * within 24 hours, answers the first one's result. A record is attached to a lease of its hour, so etcd drops it by itself, and
 * there are some 25 leases, however many records.
 *
 * <p>Usage: {@code begin}; on a replay answer the recorded result; otherwise create, with {@link Attempt#record} as a part
 * of the same transaction. When that is refused because the token's record has appeared, {@code begin} again.
 */
public final class RetryTokens {
    private static final Duration KEPT = Duration.ofHours(24);
    private static final int LONGEST_TOKEN = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeyValueStore store;
    private final String prefix;
    private final TimeSource time;
    private final HourlyLeases leases;

    /** @param prefix of the records in the store, for example {@code /holdfast/keys/retry/} */
    public RetryTokens(KeyValueStore store, String prefix, TimeSource time) {
        this.store = store;
        this.prefix = prefix;
        this.time = time;
        this.leases = new HourlyLeases(store, prefix + "hour/", KEPT, time);
    }

    private record Kept(
            @JsonProperty("request") String request,
            @JsonProperty("result") String result,
            @JsonProperty("millis") long millis) {

        /** A record of an earlier version has the digest of the body alone, and no question mark. */
        boolean isOf(String digest) {
            return request.equals(digest) || digest.startsWith(request + '?');
        }
    }

    /** One request with or without a token. */
    public static final class Attempt {
        private final @Nullable String key;
        private final @Nullable StoredValue expired;
        private final String request;
        private final long millis;
        private final long lease;
        private final Optional<String> replay;

        private Attempt(
                @Nullable String key,
                @Nullable StoredValue expired,
                String request,
                long millis,
                long lease,
                Optional<String> replay) {
            this.key = key;
            this.expired = expired;
            this.request = request;
            this.millis = millis;
            this.lease = lease;
            this.replay = replay;
        }

        /** Of a change that no request asked for. */
        public static Attempt withoutToken() {
            return new Attempt(null, null, "", 0, 0, Optional.empty());
        }

        /** What the first request with this token recorded: the id of what it made. */
        public Optional<String> replay() {
            return replay;
        }

        /** The part of the creating transaction that remembers its result; nothing when there was no token. */
        public Consumer<Transaction.Builder> record(String result) {
            String at = key;
            if (at == null) {
                return builder -> {};
            }
            return builder -> {
                if (expired == null) {
                    builder.ifAbsent(at);
                } else {
                    builder.ifUnchanged(expired);
                }
                builder.putLeased(at, write(new Kept(request, result, millis)), lease);
            };
        }
    }

    /**
     * @param token the {@code opc-retry-token} header, null without one
     * @param digest of the request, see {@link CurrentCaller#digest}
     * @throws ProblemException INVALIDATED_RETRY_TOKEN when the token belongs to another request, INVALID_PARAMETER when it
     *     is too long
     */
    public Attempt begin(Caller caller, String operation, @Nullable String token, String digest) {
        long now = time.wall().toEpochMilli();
        if (token == null || token.isBlank()) {
            return new Attempt(null, null, "", now, 0, Optional.empty());
        }
        if (token.length() > LONGEST_TOKEN) {
            throw ProblemException.invalid("opc-retry-token", "is longer than " + LONGEST_TOKEN + " characters");
        }
        String key = prefix + hash(caller.id() + '\n' + operation + '\n' + token);
        Optional<StoredValue> found = store.get(key);
        if (found.isEmpty()) {
            return new Attempt(key, null, digest, now, leases.current(), Optional.empty());
        }
        Kept kept = read(found.get());
        if (isExpired(kept)) {
            return new Attempt(key, found.get(), digest, now, leases.current(), Optional.empty());
        }
        if (!kept.isOf(digest)) {
            throw new ProblemException(ProblemCode.INVALIDATED_RETRY_TOKEN);
        }
        return new Attempt(key, null, digest, now, 0, Optional.of(kept.result()));
    }

    private boolean isExpired(Kept kept) {
        return Instant.ofEpochMilli(kept.millis()).plus(KEPT).isBefore(time.wall());
    }

    private static Kept read(StoredValue value) {
        try {
            return JSON.readValue(value.value().toArray(), Kept.class);
        } catch (IOException failure) {
            throw new IllegalStateException("the record at " + value.key() + " is damaged", failure);
        }
    }

    private static Bytes write(Kept kept) {
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(kept));
        } catch (com.fasterxml.jackson.core.JsonProcessingException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
