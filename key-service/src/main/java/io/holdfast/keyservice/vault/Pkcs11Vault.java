package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Curve;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.encodings.OAEPEncoding;

/**
 * Keys of protection mode HSM: made inside a PKCS#11 token and never outside it. What is kept beside a key version is the
 * name of its object; the object's label is the version's OCID.
 *
 * <p>AES encrypts by AES-GCM in the token, with a nonce of 96 random bits: {@link UseBudget} ends that before two are likely
 * to meet. RSA's private operation is bare RSA in the token, the paddings are done here.
 */
public final class Pkcs11Vault implements Vault {
    private static final String OBJECT = "pkcs11:object=";

    private final Pkcs11Device device;
    private final UseBudget budget;
    private final TokenGcm gcm;

    public Pkcs11Vault(Pkcs11Device device, UseBudget budget) {
        this.device = device;
        this.gcm = new TokenGcm(device);
        this.budget = budget;
    }

    @Override
    public Made generate(Wish wish) {
        String name = wish.version().value();
        return asked(() -> {
            switch (wish.shape().algorithm()) {
                case AES -> {
                    KeyGenerator generator = KeyGenerator.getInstance("AES", device.provider());
                    generator.init(wish.shape().length() * Byte.SIZE);
                    device.keep(name, generator.generateKey());
                    return made(wish, Optional.empty());
                }
                case RSA, ECDSA -> {
                    KeyPair pair = pair(wish.shape());
                    return keep(wish, pair.getPrivate(), pair.getPublic());
                }
                default -> throw new IllegalStateException("no such algorithm");
            }
        });
    }

    private KeyPair pair(KeyShape shape) throws GeneralSecurityException {
        Optional<Curve> curve = shape.curve();
        KeyPairGenerator generator = KeyPairGenerator.getInstance(curve.isPresent() ? "EC" : "RSA", device.provider());
        if (curve.isPresent()) {
            generator.initialize(new ECGenParameterSpec(curve.get().standardName()));
        } else {
            generator.initialize(shape.length() * Byte.SIZE);
        }
        return generator.generateKeyPair();
    }

    @Override
    public Made adopt(Wish wish, SecretBytes material) {
        String name = wish.version().value();
        return switch (wish.shape().algorithm()) {
            case AES -> {
                AdoptedKeys.requireLength(wish.shape(), material);
                yield asked(() -> {
                    SecretKeySpec key = material.use(bytes -> new SecretKeySpec(bytes, "AES"));
                    device.keep(name, key);
                    return made(wish, Optional.empty());
                });
            }
            case RSA -> {
                RsaPair pair = RsaPair.adopted(wish.shape(), material);
                yield asked(() -> keep(wish, pair.privateHalf(), pair.publicHalf()));
            }
            case ECDSA -> throw AdoptedKeys.noEcdsa();
        };
    }

    private Made keep(Wish wish, PrivateKey privateHalf, PublicKey publicHalf) throws GeneralSecurityException {
        X509Certificate certificate = PlaceholderCertificate.of(wish.version(), publicHalf);
        device.keep(wish.version().value(), privateHalf, certificate);
        return made(wish, Optional.of(PublicKeys.pem(certificate.getPublicKey())));
    }

    private static Made made(Wish wish, Optional<String> publicKey) {
        return new Made(wish.key(), wish.version(), reference(wish.key(), wish.version()), publicKey);
    }

    /** Names the object as RFC 7512 does, and the key that it is a version of. */
    private static Bytes reference(KeyId key, KeyVersionId version) {
        return Bytes.takeOwnershipOf(
                (OBJECT + version.value() + "?key=" + key.value()).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
        if (!stored.equals(reference(key, version))) {
            throw new MaterialUnusable(version);
        }
        String name = version.value();
        return asked(() -> switch (shape.algorithm()) {
            case AES -> {
                // It is looked for now, so that what is gone is known to be.
                SecretKey found = device.secretKey(name).orElseThrow(() -> new MaterialUnusable(version));
                yield new Symmetric(new TokenKey<>(device, found, () -> device.secretKey(name)), key, version, shape);
            }
            case RSA, ECDSA -> {
                PrivateKey found = device.privateKey(name).orElseThrow(() -> new MaterialUnusable(version));
                X509Certificate certificate = device.certificate(name).orElseThrow(() -> new MaterialUnusable(version));
                Optional<RSAPublicKey> rsa = certificate.getPublicKey() instanceof RSAPublicKey publicHalf
                        ? Optional.of(publicHalf)
                        : Optional.empty();
                yield new AsymmetricMaterial(
                        new DeviceHalf(new TokenKey<>(device, found, () -> device.privateKey(name)), rsa),
                        rsa,
                        key,
                        version,
                        shape);
            }
        });
    }

    @Override
    public void destroy(KeyVersionId version) {
        asked(() -> {
            device.destroy(version.value());
            return version;
        });
        budget.forget(version);
    }

    @Override
    public boolean holdsMaterial() {
        return true;
    }

    @Override
    public boolean wrapsInMemory(KeyShape shape) {
        return false;
    }

    /** For what can only fail because the device or its set-up is at fault. */
    private <T> T asked(Pkcs11Device.Work<T> work) {
        try {
            return device.call(work);
        } catch (GeneralSecurityException e) {
            throw notDone(e);
        }
    }

    static VaultUnavailable notDone(GeneralSecurityException e) {
        return new VaultUnavailable("The HSM did not do what was asked of it.", e);
    }

    private final class Symmetric extends NamedMaterial {
        private final TokenKey<SecretKey> secret;

        Symmetric(TokenKey<SecretKey> secret, KeyId key, KeyVersionId version, KeyShape shape) {
            super(key, version, shape);
            this.secret = secret;
        }

        @Override
        public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
            WrappedDek.Header header = header(scope, algorithm, payload);
            requireOpen();
            budget.take(version());
            byte[] sealed = secret.use(key -> gcm.seal(key, scope.associatedData(header), payload));
            return new WrappedDek(header, Bytes.takeOwnershipOf(sealed));
        }

        @Override
        public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
            var unused = algorithmOf(wrapped);
            if (!scope.fits(wrapped.sealed().length() - TokenGcm.OVERHEAD)) {
                throw new EnvelopeDamaged();
            }
            requireOpen();
            byte[] sealed = wrapped.sealed().toArray();
            return secret.open(key -> gcm.open(key, scope.associatedData(wrapped.header()), sealed));
        }

        @Override
        public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
            Signatures.requireFits(shape(), algorithm);
            throw new IllegalStateException("an AES key fits no signing algorithm");
        }

        @Override
        public SecretBytes export() {
            throw staysInside();
        }
    }

    private static ProblemException staysInside() {
        return ProblemException.invalid("keyId", "names a key of an HSM, which never leaves it");
    }

    /** A private key in the token. */
    private final class DeviceHalf implements PrivateHalf {
        private final TokenKey<PrivateKey> key;
        private final Optional<RSAPublicKey> rsa;

        DeviceHalf(TokenKey<PrivateKey> key, Optional<RSAPublicKey> rsa) {
            this.key = key;
            this.rsa = rsa;
        }

        @Override
        public SecretBytes oaepDecrypt(EncryptionAlgorithm algorithm, byte[] label, byte[] ciphertext) {
            int length = rsa.orElseThrow().getModulus().bitLength() / Byte.SIZE;
            if (ciphertext.length != length) {
                throw new EnvelopeDamaged();
            }
            return key.open(found -> device.call(() -> {
                RawRsa raw = new RawRsa(new JcaKey<>(found, device.provider()), length);
                OAEPEncoding oaep =
                        switch (algorithm) {
                            case RSA_OAEP_SHA_1 -> new OAEPEncoding(raw, new SHA1Digest(), new SHA1Digest(), label);
                            case RSA_OAEP_SHA_256 ->
                                new OAEPEncoding(raw, new SHA256Digest(), new SHA256Digest(), label);
                            case AES_256_GCM -> throw new IllegalArgumentException("RSA does not encrypt by AES");
                        };
                oaep.init(false, RawRsa.NO_PARAMETERS);
                try {
                    return SecretBytes.takeOwnershipOf(oaep.processBlock(ciphertext, 0, ciphertext.length));
                } catch (RawRsa.RsaFailed e) {
                    throw e.failure();
                } catch (InvalidCipherTextException e) {
                    throw new GeneralSecurityException(e);
                }
            }));
        }

        @Override
        public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
            return key.use(found ->
                    device.call(() -> Signatures.sign(new JcaKey<>(found, device.provider()), rsa, algorithm, digest)));
        }

        @Override
        public SecretBytes export() {
            throw staysInside();
        }

        /** The key stays in the token; there is nothing of it here. */
        @Override
        public void close() {}
    }
}
