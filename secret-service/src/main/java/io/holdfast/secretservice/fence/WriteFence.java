package io.holdfast.secretservice.fence;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.domain.KeyVersion;

/**
 * Under what the Secrets of a cluster are written now. Each state has its legal transitions as methods, and no others.
 *
 * <p>A write commits only if the fence has not moved since the writer read it. So once the fence has moved, no writer,
 * however long it was held up, can bring in a value of the state before.
 */
public sealed interface WriteFence {
    /** Kubernetes' KMS v1 framing, AES-256-CBC, HMAC-SHA-256 inside the wrapped payload. */
    String FORMAT = "kms.v1/aes-cbc-hmac";

    Terms terms();

    /** What is written: under which version of which key, for which binding, in which format. */
    record Terms(BindingId bindingId, KeyId keyId, KeyVersion version, String format) {
        Terms under(KeyVersion newer) {
            return new Terms(bindingId, keyId, newer, format);
        }
    }

    /** Writes happen, under the version of the terms. */
    record Open(Terms terms) implements WriteFence {

        /** @throws IllegalArgumentException when the version is not newer: the fence never moves back */
        public Open forward(KeyVersion newer) {
            if (!newer.newerThan(terms.version())) {
                throw new IllegalArgumentException(
                        "the fence is at version " + terms.version().number() + ", not before " + newer.number());
            }
            return new Open(terms.under(newer));
        }

        public Blocked block(Denial why) {
            return new Blocked(terms, why);
        }

        public Closed close() {
            return new Closed(terms);
        }
    }

    /** No Secret is written, because the key may not be used. */
    record Blocked(Terms terms, Denial denial) implements WriteFence {

        /** Only on a live grant. @throws IllegalStateException when the denial is for good */
        public Open reopen() {
            if (denial.permanent()) {
                throw new IllegalStateException("access was lost for good: " + denial);
            }
            return new Open(terms);
        }

        /** Another reason for the same state. @throws IllegalStateException when the present one is for good */
        public Blocked because(Denial why) {
            if (denial.permanent()) {
                throw new IllegalStateException("access was lost for good: " + denial);
            }
            return new Blocked(terms, why);
        }

        public Closed close() {
            return new Closed(terms);
        }
    }

    /** The cluster is deleted; nothing is ever written again. */
    record Closed(Terms terms) implements WriteFence {}
}
