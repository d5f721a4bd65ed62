package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Means;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;

/**
 * Material whose vault encrypts itself ({@link Means.ByVault}): what all such vaults ask before they do, and that it is used
 * only while it is open.
 */
public abstract class NamedMaterial implements Vault.Material {
    private final KeyId key;
    private final KeyVersionId version;
    private final KeyShape shape;
    private volatile boolean closed;

    protected NamedMaterial(KeyId key, KeyVersionId version, KeyShape shape) {
        this.key = key;
        this.version = version;
        this.shape = shape;
    }

    protected final KeyId key() {
        return key;
    }

    protected final KeyVersionId version() {
        return version;
    }

    protected final KeyShape shape() {
        return shape;
    }

    /**
     * What stands in front of an encryption by this version.
     *
     * @throws ProblemException INVALID_PARAMETER when the payload's length does not fit the purpose, or keys of this shape
     *     don't encrypt by this algorithm
     */
    protected final WrappedDek.Header header(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
        Encryptions.requireFits(shape, algorithm);
        scope.requireFits(payload);
        return new WrappedDek.Header(key, version, new Means.ByVault(algorithm));
    }

    /**
     * By which algorithm this version made it, as far as its header tells.
     *
     * @throws EnvelopeDamaged when it names another version, or an algorithm that is not for this shape
     */
    protected final EncryptionAlgorithm algorithmOf(WrappedDek wrapped) {
        if (!(wrapped.header().means() instanceof Means.ByVault by)
                || !wrapped.keyId().equals(key)
                || !wrapped.keyVersionId().equals(version)
                || !shape.algorithm().encrypts()
                || (shape.algorithm() == KeyShape.Algorithm.AES)
                        != (by.algorithm() == EncryptionAlgorithm.AES_256_GCM)) {
            throw new EnvelopeDamaged();
        }
        return by.algorithm();
    }

    /** @throws IllegalStateException when it is closed */
    protected final void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the material is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public final String toString() {
        return "Material[" + version.value() + "]";
    }
}
