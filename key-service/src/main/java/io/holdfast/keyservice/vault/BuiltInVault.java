package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.envelope.xaes.XaesKey;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.domain.KeyShape.Curve;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.holdfast.keyservice.store.SealedStore;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;

/**
 * Software keys: material made here, sealed under a root key with XAES-256-GCM. The seal binds purpose, key id and
 * version id, so material put under another version's name does not open.
 *
 * <p>AES keys wrap by XAES-256-GCM, see {@link DekWrapping#wrappingKey}.
 */
public final class BuiltInVault implements Vault {
    private final RootKeys root;
    private final DekWrapping wrapping = new DekWrapping();
    private final SecureRandom random = new SecureRandom();

    public BuiltInVault(RootKeys root) {
        this.root = root;
    }

    @Override
    public Made generate(Wish wish) {
        return switch (wish.shape().algorithm()) {
            case AES -> {
                byte[] material = new byte[wish.shape().length()];
                random.nextBytes(material);
                try (SecretBytes made = SecretBytes.takeOwnershipOf(material)) {
                    yield keep(wish, made, Optional.empty());
                }
            }
            case RSA, ECDSA -> {
                KeyPair pair = pair(wish.shape());
                try (SecretBytes made =
                        SecretBytes.takeOwnershipOf(pair.getPrivate().getEncoded())) {
                    yield keep(wish, made, Optional.of(PublicKeys.pem(pair.getPublic())));
                }
            }
        };
    }

    @Override
    public Made adopt(Wish wish, SecretBytes material) {
        return switch (wish.shape().algorithm()) {
            case AES -> {
                AdoptedKeys.requireLength(wish.shape(), material);
                yield keep(wish, material, Optional.empty());
            }
            case RSA ->
                keep(
                        wish,
                        material,
                        Optional.of(PublicKeys.pem(
                                RsaPair.adopted(wish.shape(), material).publicHalf())));
            case ECDSA -> throw AdoptedKeys.noEcdsa();
        };
    }

    private Made keep(Wish wish, SecretBytes material, Optional<String> publicKey) {
        Bytes sealed = root.seal(SealedStore.nameOf(wish.key(), wish.version()), material);
        return new Made(wish.key(), wish.version(), sealed, publicKey, root.recordUse());
    }

    private static KeyPair pair(KeyShape shape) {
        try {
            Optional<Curve> curve = shape.curve();
            KeyPairGenerator generator = KeyPairGenerator.getInstance(curve.isPresent() ? "EC" : "RSA");
            if (curve.isPresent()) {
                generator.initialize(new ECGenParameterSpec(curve.get().standardName()));
            } else {
                generator.initialize(shape.length() * Byte.SIZE);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime makes no key of " + shape, e);
        }
    }

    @Override
    public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
        SecretBytes opened;
        try {
            opened = root.open(SealedStore.nameOf(key, version), stored);
        } catch (EnvelopeDamaged e) {
            throw new MaterialUnusable(version);
        }
        try {
            return switch (shape.algorithm()) {
                case AES -> {
                    if (opened.length() != shape.length()) {
                        throw new MaterialUnusable(version);
                    }
                    yield new Symmetric(opened, new WrappedDek.Header(key, version), shape);
                }
                case RSA -> {
                    RsaPair pair = RsaPair.of(shape, opened);
                    Optional<RSAPublicKey> rsa = Optional.of(pair.publicHalf());
                    SoftwareHalf half = new SoftwareHalf(opened, pair.privateHalf(), rsa);
                    yield new AsymmetricMaterial(half, rsa, key, version, shape);
                }
                case ECDSA -> {
                    PrivateKey ec = PublicKeys.privateKey(Algorithm.ECDSA, opened);
                    SoftwareHalf half = new SoftwareHalf(opened, ec, Optional.empty());
                    yield new AsymmetricMaterial(half, Optional.empty(), key, version, shape);
                }
            };
        } catch (GeneralSecurityException e) {
            opened.close();
            throw new MaterialUnusable(version);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** The sealed material is all there is of a version, and its keeper deletes that. */
    @Override
    public void destroy(KeyVersionId version) {}

    @Override
    public boolean holdsMaterial() {
        return false;
    }

    @Override
    public boolean wrapsInMemory(KeyShape shape) {
        return shape.algorithm() == Algorithm.AES;
    }

    private final class Symmetric implements Material {
        private final SecretBytes material;
        private final XaesKey wrappingKey;
        private final WrappedDek.Header header;
        private final KeyShape shape;

        Symmetric(SecretBytes material, WrappedDek.Header header, KeyShape shape) {
            this.material = material;
            try (SecretBytes key = DekWrapping.wrappingKey(material)) {
                this.wrappingKey = XaesKey.of(key);
            }
            this.header = header;
            this.shape = shape;
        }

        @Override
        public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
            Encryptions.requireFits(shape, algorithm);
            return wrapping.wrap(wrappingKey, header, scope, payload);
        }

        @Override
        public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
            if (!wrapped.header().equals(header)) {
                throw new EnvelopeDamaged();
            }
            return wrapping.unwrap(wrappingKey, scope, wrapped);
        }

        @Override
        public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
            Signatures.requireFits(shape, algorithm);
            throw new IllegalStateException("an AES key fits no signing algorithm");
        }

        @Override
        public SecretBytes export() {
            return SecretBytes.takeOwnershipOf(material.use(byte[]::clone));
        }

        @Override
        public void close() {
            wrappingKey.close();
            material.close();
        }

        @Override
        public String toString() {
            return "Material[" + header.keyVersionId().value() + "]";
        }
    }

    /** JCA keeps a private key in numbers that nobody can wipe; dropping the handle is what closing it can do. */
    private static final class SoftwareHalf implements PrivateHalf {
        private final SecretBytes pkcs8;
        private final JcaKey<PrivateKey> key;
        private final Optional<RSAPublicKey> rsa;

        SoftwareHalf(SecretBytes pkcs8, PrivateKey key, Optional<RSAPublicKey> rsa) {
            this.pkcs8 = pkcs8;
            this.key = JcaKey.ofSoftware(key);
            this.rsa = rsa;
        }

        @Override
        public SecretBytes oaepDecrypt(EncryptionAlgorithm algorithm, byte[] label, byte[] ciphertext) {
            return Encryptions.oaepDecrypt(key.key(), algorithm, label, ciphertext);
        }

        @Override
        public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
            try {
                return Signatures.sign(key, rsa, algorithm, digest);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a key does not sign by " + algorithm, e);
            }
        }

        @Override
        public SecretBytes export() {
            return SecretBytes.takeOwnershipOf(pkcs8.use(byte[]::clone));
        }

        @Override
        public void close() {
            pkcs8.close();
        }
    }
}
