package io.holdfast.keyservice.transfer;

import io.holdfast.events.KeyEvent;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.crypto.KeyMaterial;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.store.BindingStore;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.ExportStore;
import io.holdfast.keyservice.store.ExportStore.Export;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.platform.http.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets the material of a software key go, wrapped for the holder of a public key (OCI KMS, exportKey). Each export is
 * recorded with its event before the answer: what has left can't be taken back, so it must be known.
 */
@ApplicationScoped
public class KeyExport {
    private static final int ATTEMPTS = 8;

    private final KeyMaterial material;
    private final KeyStore keys;
    private final BindingStore bindings;
    private final ExportStore exports;
    private final SecureRandom random = new SecureRandom();

    public KeyExport(KeyMaterial material, KeyStore keys, BindingStore bindings, ExportStore exports) {
        this.material = material;
        this.keys = keys;
        this.bindings = bindings;
        this.exports = exports;
    }

    public record Exported(Stored<KeyVersion> version, Bytes wrapped) {}

    /**
     * @param key as just read
     * @param version null for the current one
     * @param recipient whose private half unwraps it; 2,048 to 4,096 bits
     * @param request not conditional: an export changes nothing of the key
     * @throws ProblemException INVALID_PARAMETER for a key that is not software, a caller that is a cluster, or material
     *     that does not fit the wrapping; CONFLICT when key or version is not ENABLED, or clusters are bound to a key that
     *     was not created exportable
     */
    public Exported export(
            Stored<MasterKey> key,
            @Nullable KeyVersionId version,
            MaterialWrapping wrapping,
            RSAPublicKey recipient,
            ChangeRequest request) {
        KeyId id = key.value().id();
        OptionalLong unboundAt = requireMayLeave(KeyMaterial.requireEnabled(key.value()), request.caller());
        KeyVersionId which = version == null ? key.value().facts().currentVersion() : version;
        Stored<KeyVersion> found = keys.version(id, which).orElseThrow(KeyMaterial::noSuchVersion);
        Bytes wrapped = material.use(key, which, opened -> {
            try (SecretBytes bytes = opened.export()) {
                return wrapping.wrap(recipient, bytes, random);
            }
        });
        Export export = new Export(
                which,
                request.caller().id(),
                wrapping.name(),
                sha256(recipient),
                Instant.now().truncatedTo(ChronoUnit.MILLIS));
        KeyEvent event = new KeyEvent.KeyExported(
                id,
                which,
                export.algorithm(),
                export.recipientSha256(),
                request.caller().id());
        Stored<MasterKey> seen = key;
        for (int tries = 0; tries < ATTEMPTS; tries++) {
            if (exports.record(seen, unboundAt, export, event, request.right().get())) {
                return new Exported(found, wrapped);
            }
            seen = keys.key(id).orElseThrow(ProblemException::notFound);
            MasterKey.Enabled enabled = KeyMaterial.requireEnabled(seen.value());
            request.requireAllowedIn(enabled.facts().compartmentId());
            unboundAt = requireMayLeave(enabled, request.caller());
            KeyVersion still = keys.version(id, which)
                    .orElseThrow(KeyMaterial::noSuchVersion)
                    .value();
            if (!(still instanceof KeyVersion.Enabled)) {
                throw KeyMaterial.notEnabled(still, enabled);
            }
        }
        throw new ProblemException(ProblemCode.CONFLICT, "The key is being changed by others; try again.");
    }

    /** @return the state revision at which no cluster was bound to the key, where that is what lets it leave */
    private OptionalLong requireMayLeave(MasterKey.Enabled key, Caller caller) {
        if (key.facts().protectionMode() != ProtectionMode.SOFTWARE) {
            throw ProblemException.invalid("keyId", "names a key whose material never leaves its vault");
        }
        if (!caller.type().equals("user")) {
            throw ProblemException.invalid("keyId", "can't be exported by a " + caller.type() + ", only by a user");
        }
        if (key.facts().exportable()) {
            return OptionalLong.empty();
        }
        BindingStore.BindingPage bound = bindings.heldOfKey(key.id(), "", 1);
        if (!bound.bindings().isEmpty()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "Clusters are bound to the key and it was not created exportable (freeform tag"
                            + " holdfast-exportable=true at its creation).");
        }
        return OptionalLong.of(bound.stateRevision());
    }

    private static String sha256(RSAPublicKey key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
