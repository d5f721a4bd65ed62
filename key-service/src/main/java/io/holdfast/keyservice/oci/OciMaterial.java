package io.holdfast.keyservice.oci;

import com.oracle.bmc.keymanagement.KmsCrypto;
import com.oracle.bmc.keymanagement.model.DecryptDataDetails;
import com.oracle.bmc.keymanagement.model.EncryptDataDetails;
import com.oracle.bmc.keymanagement.model.EncryptedData;
import com.oracle.bmc.keymanagement.model.SignDataDetails;
import com.oracle.bmc.keymanagement.model.SignedData;
import com.oracle.bmc.keymanagement.requests.DecryptRequest;
import com.oracle.bmc.keymanagement.requests.EncryptRequest;
import com.oracle.bmc.keymanagement.requests.SignRequest;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.envelope.xaes.Xaes256Gcm;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.holdfast.keyservice.vault.Encryptions;
import io.holdfast.keyservice.vault.NamedMaterial;
import io.holdfast.keyservice.vault.Signatures;
import io.holdfast.keyservice.vault.VaultUnavailable;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key version in the vault: each use of it is one call.
 *
 * <p>What is encrypted is bound to its scope. Oracle's AES binds associated data, in which the hash of the scope travels. Its
 * RSA binds nothing, so there the hash goes in front of the payload, is encrypted with it, and compared after decryption.
 *
 * <p>Oracle's API has plaintext in base64, in a string, which nothing can wipe: each such string lives for one call, and none
 * is kept.
 */
final class OciMaterial extends NamedMaterial {
    /** The longest DEK, with the tag of authenticated CBC, as a KEK wraps it. */
    private static final int LONGEST_SEALED_DEK = 64 + Xaes256Gcm.OVERHEAD;

    private static final int LABEL = 32;
    private static final String ASSOCIATED = "holdfast";

    private final KmsCrypto crypto;
    private final OciCalls calls;

    OciMaterial(KmsCrypto crypto, OciCalls calls, KeyId key, KeyVersionId version, KeyShape shape) {
        super(key, version, shape);
        this.crypto = crypto;
        this.calls = calls;
    }

    @Override
    public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
        WrappedDek.Header header = header(scope, algorithm, payload);
        requireShort(algorithm, payload);
        requireOpen();
        byte[] label = Encryptions.label(scope, header);
        EncryptDataDetails.Builder details = EncryptDataDetails.builder()
                .keyId(key().value())
                .keyVersionId(version().value())
                .encryptionAlgorithm(EncryptDataDetails.EncryptionAlgorithm.create(algorithm.name()));
        if (isRsa()) {
            details.plaintext(inFront(label, payload));
        } else {
            details.plaintext(payload.use(Base64.getEncoder()::encodeToString)).associatedData(associated(label));
        }
        EncryptedData made = calls.ask(
                "Encrypt",
                () -> crypto.encrypt(EncryptRequest.builder()
                                .encryptDataDetails(details.build())
                                .build())
                        .getEncryptedData());
        requireSameVersion(made.getKeyVersionId());
        @Nullable String ciphertext = made.getCiphertext();
        WrappedDek wrapped = new WrappedDek(header, OpaqueText.keep(ciphertext == null ? "" : ciphertext));
        requireRoom(scope, wrapped);
        return wrapped;
    }

    @Override
    public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
        EncryptionAlgorithm algorithm = algorithmOf(wrapped);
        String ciphertext = OpaqueText.text(wrapped.sealed());
        requireOpen();
        byte[] label = Encryptions.label(scope, wrapped.header());
        DecryptDataDetails.Builder details = DecryptDataDetails.builder()
                .keyId(key().value())
                .keyVersionId(version().value())
                .encryptionAlgorithm(DecryptDataDetails.EncryptionAlgorithm.create(algorithm.name()))
                .ciphertext(ciphertext);
        if (!isRsa()) {
            details.associatedData(associated(label));
        }
        try (SecretBytes opened = decrypted(details.build())) {
            return isRsa() ? behind(label, scope, opened) : checked(scope, opened);
        }
    }

    private SecretBytes decrypted(DecryptDataDetails details) {
        @Nullable
        String plaintext = calls.askToDecrypt(() -> crypto.decrypt(
                        DecryptRequest.builder().decryptDataDetails(details).build())
                .getDecryptedData()
                .getPlaintext());
        try {
            return SecretBytes.takeOwnershipOf(Base64.getDecoder().decode(plaintext == null ? "" : plaintext));
        } catch (IllegalArgumentException e) {
            // Without the cause, which would quote of the plaintext.
            throw new VaultUnavailable("The vault answered something that is no plaintext.", null);
        }
    }

    private static SecretBytes checked(Scope scope, SecretBytes opened) {
        if (!scope.fits(opened.length())) {
            throw new EnvelopeDamaged();
        }
        return SecretBytes.takeOwnershipOf(opened.use(byte[]::clone));
    }

    private static Map<String, String> associated(byte[] label) {
        return Map.of(ASSOCIATED, Base64.getEncoder().encodeToString(label));
    }

    private static String inFront(byte[] label, SecretBytes payload) {
        byte[] both = payload.use(bytes -> {
            byte[] joined = Arrays.copyOf(label, LABEL + bytes.length);
            System.arraycopy(bytes, 0, joined, LABEL, bytes.length);
            return joined;
        });
        try (SecretBytes labelled = SecretBytes.takeOwnershipOf(both)) {
            return labelled.use(Base64.getEncoder()::encodeToString);
        }
    }

    private static SecretBytes behind(byte[] label, Scope scope, SecretBytes opened) {
        return opened.use(bytes -> {
            if (bytes.length < LABEL
                    || !MessageDigest.isEqual(label, Arrays.copyOf(bytes, LABEL))
                    || !scope.fits(bytes.length - LABEL)) {
                throw new EnvelopeDamaged();
            }
            return SecretBytes.takeOwnershipOf(Arrays.copyOfRange(bytes, LABEL, bytes.length));
        });
    }

    @Override
    public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
        Signatures.requireFits(shape(), algorithm);
        requireOpen();
        SignDataDetails details = SignDataDetails.builder()
                .keyId(key().value())
                .keyVersionId(version().value())
                .messageType(SignDataDetails.MessageType.Digest)
                .signingAlgorithm(SignDataDetails.SigningAlgorithm.create(algorithm.name()))
                .message(Base64.getEncoder().encodeToString(digest))
                .build();
        SignedData made = calls.ask(
                "Sign",
                () -> crypto.sign(SignRequest.builder().signDataDetails(details).build())
                        .getSignedData());
        requireSameVersion(made.getKeyVersionId());
        @Nullable String signature = made.getSignature();
        try {
            return Bytes.takeOwnershipOf(Base64.getDecoder().decode(signature == null ? "" : signature));
        } catch (IllegalArgumentException e) {
            throw new VaultUnavailable("The vault answered something that is no signature.", e);
        }
    }

    @Override
    public SecretBytes export() {
        throw ProblemException.invalid("keyId", "names a key of a vault elsewhere, which never leaves it");
    }

    private boolean isRsa() {
        return shape().algorithm() == Algorithm.RSA;
    }

    private void requireShort(EncryptionAlgorithm algorithm, SecretBytes payload) {
        if (isRsa() && payload.length() > Encryptions.most(shape(), algorithm) - LABEL) {
            throw ProblemException.invalid(
                    "plaintext",
                    "must have at most " + (Encryptions.most(shape(), algorithm) - LABEL) + " bytes for " + algorithm
                            + " under a key of this length in this vault, where " + LABEL
                            + " more bind it to its associated data");
        }
    }

    /** What another version encrypted, this one would never decrypt. */
    private void requireSameVersion(@Nullable String answered) {
        if (answered != null && !answered.equals(version().value())) {
            throw new VaultUnavailable("The vault used another version of the key than it was asked to.", null);
        }
    }

    /** Nobody but the vault decides how long its ciphertext is: one that would not fit must not be handed out. */
    private static void requireRoom(Scope scope, WrappedDek wrapped) {
        boolean fits = wrapped.encode().length() <= scope.purpose().maxLength();
        if (fits && scope.purpose() == Purpose.KEK) {
            WrappedDek.Header carrying =
                    new WrappedDek.Header(wrapped.keyId(), wrapped.keyVersionId(), wrapped.asKek());
            fits = new WrappedDek(carrying, Bytes.takeOwnershipOf(new byte[LONGEST_SEALED_DEK]))
                            .encode()
                            .length()
                    <= WrappedDek.MAX_LENGTH;
        }
        if (!fits) {
            throw new VaultUnavailable("The vault answered a ciphertext that is too long to be kept.", null);
        }
    }
}
