package io.holdfast.auditservice.domain;

import io.holdfast.kernel.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One event on the trail.
 *
 * <p>{@code hash} is SHA-256 over the fields below, in this order, each written as its length (4 bytes, unsigned, big
 * endian) and its bytes. Texts are UTF-8; numbers are 8 bytes, two's complement, big endian; times are microseconds since
 * 1970-01-01T00:00:00Z, as numbers:
 *
 * <pre>
 * "holdfast audit entry v1" position id source epoch sequence revision type subject time received-at
 * topic partition offset traceparent data previous-hash
 * </pre>
 *
 * The length before each field makes the encoding injective: no two entries share one. A change of this encoding is a new
 * tag beside the old one; the golden test holds it.
 *
 * @param position 1 for the first, contiguous
 * @param receivedAt when it was put on the trail, in microseconds
 * @param previousHash of the entry before, {@link Head#GENESIS} for the first
 */
public record Entry(long position, Fact fact, Instant receivedAt, Bytes previousHash, Bytes hash) {
    /** The length of a hash. */
    public static final int HASH_BYTES = 32;

    private static final String TAG = "holdfast audit entry v1";

    /** The entry that puts an event behind the head. */
    public static Entry behind(Head head, Fact fact, Instant receivedAt) {
        long position = head.position() + 1;
        Instant received = receivedAt.truncatedTo(ChronoUnit.MICROS);
        return new Entry(position, fact, received, head.hash(), hash(position, fact, received, head.hash()));
    }

    /** Whether the stored hash is that of the stored fields. */
    public boolean hashHolds() {
        try {
            return MessageDigest.isEqual(
                    hash(position, fact, receivedAt, previousHash).toArray(), hash.toArray());
        } catch (ArithmeticException beyondMicroseconds) {
            // A time that no event has, PostgreSQL's "infinity" for one: somebody wrote it there.
            return false;
        }
    }

    /** The chain's head once this entry is on it. */
    public Head head() {
        return new Head(position, hash);
    }

    private static Bytes hash(long position, Fact fact, Instant receivedAt, Bytes previousHash) {
        Encoding encoding = new Encoding();
        encoding.text(TAG);
        encoding.number(position);
        encoding.text(fact.id());
        encoding.text(fact.source());
        encoding.number(fact.epoch());
        encoding.number(fact.sequence());
        encoding.number(fact.revision());
        encoding.text(fact.type());
        encoding.text(fact.subject());
        encoding.number(micros(fact.time()));
        encoding.number(micros(receivedAt));
        encoding.text(fact.topic());
        encoding.number(fact.partition());
        encoding.number(fact.offset());
        encoding.text(fact.traceparent());
        encoding.text(fact.data());
        encoding.bytes(previousHash.toArray());
        return Bytes.takeOwnershipOf(encoding.sha256());
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private static final class Encoding {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);

        void text(String value) {
            bytes(value.getBytes(StandardCharsets.UTF_8));
        }

        void number(long value) {
            bytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
        }

        void bytes(byte[] value) {
            out.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(value.length).array());
            out.writeBytes(value);
        }

        byte[] sha256() {
            try {
                return MessageDigest.getInstance("SHA-256").digest(out.toByteArray());
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
