package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/** A key version of RSA or ECDSA: encrypts here by its public half, decrypts and signs where its private half is. */
final class AsymmetricMaterial extends NamedMaterial {
    private final PrivateHalf privateHalf;
    private final Optional<RSAPublicKey> rsa;

    /**
     * @param privateHalf is closed with this
     * @param rsa the public half, of an RSA key
     */
    AsymmetricMaterial(
            PrivateHalf privateHalf, Optional<RSAPublicKey> rsa, KeyId key, KeyVersionId version, KeyShape shape) {
        super(key, version, shape);
        this.privateHalf = privateHalf;
        this.rsa = rsa;
    }

    @Override
    public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
        WrappedDek.Header header = header(scope, algorithm, payload);
        Encryptions.requireShort(shape(), algorithm, payload);
        requireOpen();
        byte[] sealed =
                Encryptions.oaepEncrypt(rsa.orElseThrow(), algorithm, Encryptions.label(scope, header), payload);
        return new WrappedDek(header, Bytes.takeOwnershipOf(sealed));
    }

    @Override
    public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
        EncryptionAlgorithm algorithm = algorithmOf(wrapped);
        requireOpen();
        SecretBytes opened = privateHalf.oaepDecrypt(
                algorithm,
                Encryptions.label(scope, wrapped.header()),
                wrapped.sealed().toArray());
        if (!scope.fits(opened.length())) {
            opened.close();
            throw new EnvelopeDamaged();
        }
        return opened;
    }

    @Override
    public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
        Signatures.requireFits(shape(), algorithm);
        requireOpen();
        return privateHalf.sign(algorithm, digest);
    }

    @Override
    public SecretBytes export() {
        requireOpen();
        return privateHalf.export();
    }

    @Override
    public void close() {
        super.close();
        privateHalf.close();
    }
}
