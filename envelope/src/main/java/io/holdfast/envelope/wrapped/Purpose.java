package io.holdfast.envelope.wrapped;

import io.holdfast.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/**
 * What a payload under a master key is for. Its tag is the first thing that the encryption binds, so what was wrapped for
 * one purpose never opens for another, even under the same key.
 */
public enum Purpose {
    /** A data encryption key: 32 bytes, or 64 with the tag of authenticated CBC. */
    DEK("holdfast wrap dek v1", 1024, "32 or 64 bytes", n -> n == 32 || n == 64),
    /** A key-encryption key of hierarchical mode: 32 bytes. */
    KEK("holdfast wrap kek v1", 1024, "32 bytes", n -> n == 32),
    /** What a client encrypts over REST: 1 to 4,096 bytes, OCI's limit. */
    REST("holdfast wrap rest v1", 8192, "1 to 4096 bytes", n -> n >= 1 && n <= 4096),
    /** Something of Holdfast's own under its root key: 1 to 4,096 bytes. */
    SEAL("holdfast wrap seal v1", 8192, "1 to 4096 bytes", n -> n >= 1 && n <= 4096),
    /** The probe of a health check, as kube-apiserver sends one: 1 to 64 bytes. */
    PING("holdfast wrap ping v1", 1024, "1 to 64 bytes", n -> n >= 1 && n <= 64);

    private final byte[] tag;
    private final int maxLength;
    private final String lengths;
    private final IntPredicate fits;

    Purpose(String tag, int maxLength, String lengths, IntPredicate fits) {
        this.tag = tag.getBytes(StandardCharsets.US_ASCII);
        this.maxLength = maxLength;
        this.lengths = lengths;
        this.fits = fits;
    }

    byte[] tag() {
        return tag.clone();
    }

    /** The longest wrapped form, in bytes. KMS v2 takes no encrypted DEK beyond 1,024. */
    public int maxLength() {
        return maxLength;
    }

    /** Refuses, as an invalid {@code payload}, a length that this purpose does not have. */
    void requireFits(int payloadLength) {
        if (!fits.test(payloadLength)) {
            throw ProblemException.invalid("payload", "must have " + lengths);
        }
    }

    boolean fits(int payloadLength) {
        return fits.test(payloadLength);
    }
}
