package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Means;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.domain.KeyShape.Curve;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;

/**
 * Software keys: material made here, sealed under the root key with XAES-256-GCM. The seal binds purpose, key id and
 * version id, so material put under another version's name does not open.
 *
 * <p>AES keys wrap by XAES-256-GCM, see {@link DekWrapping#wrappingKey}.
 */
public final class BuiltInVault implements Vault {
    private final RootKey root;
    private final DekWrapping wrapping = new DekWrapping();
    private final SecureRandom random = new SecureRandom();

    public BuiltInVault(RootKey root) {
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
                if (material.length() != wish.shape().length()) {
                    throw ProblemException.invalid(
                            "wrappedImportKey.keyMaterial",
                            "must hold a key of " + wish.shape().length() + " bytes");
                }
                yield keep(wish, material, Optional.empty());
            }
            case RSA -> keep(wish, material, Optional.of(PublicKeys.pem(publicHalf(wish.shape(), material))));
            case ECDSA ->
                throw ProblemException.invalid("keyShape.algorithm", "must be AES or RSA for an imported key");
        };
    }

    private Made keep(Wish wish, SecretBytes material, Optional<String> publicKey) {
        Bytes sealed = wrapping.seal(root.bytes(), what(wish.key(), wish.version()), material);
        return new Made(wish.key(), wish.version(), sealed, publicKey);
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

    private static PublicKey publicHalf(KeyShape shape, SecretBytes pkcs8) {
        try {
            if (privateKey(Algorithm.RSA, pkcs8) instanceof RSAPrivateCrtKey key
                    && key.getModulus().bitLength() == shape.length() * Byte.SIZE) {
                return PublicKeys.factory(Algorithm.RSA)
                        .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
            }
        } catch (GeneralSecurityException notPkcs8) {
            // Answered below: what is wrong with a private key is not told in detail.
        }
        throw ProblemException.invalid(
                "wrappedImportKey.keyMaterial",
                "must hold an RSA private key of " + shape.length() + " bytes in PKCS#8 form");
    }

    private static PrivateKey privateKey(Algorithm algorithm, SecretBytes pkcs8) throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = pkcs8.use(PKCS8EncodedKeySpec::new);
        return PublicKeys.factory(algorithm).generatePrivate(spec);
    }

    @Override
    public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
        SecretBytes opened;
        try {
            opened = wrapping.open(root.bytes(), what(key, version), stored);
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
                case RSA, ECDSA -> new Asymmetric(opened, key, version, shape);
            };
        } catch (GeneralSecurityException e) {
            opened.close();
            throw new MaterialUnusable(version);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    @Override
    public boolean wrapsInMemory(KeyShape shape) {
        return shape.algorithm() == Algorithm.AES;
    }

    private static String what(KeyId key, KeyVersionId version) {
        return key.value() + "/" + version.value();
    }

    private final class Symmetric implements Material {
        private final SecretBytes material;
        private final SecretBytes wrappingKey;
        private final WrappedDek.Header header;
        private final KeyShape shape;

        Symmetric(SecretBytes material, WrappedDek.Header header, KeyShape shape) {
            this.material = material;
            this.wrappingKey = DekWrapping.wrappingKey(material);
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
    private static final class Asymmetric implements Material {
        private final SecretBytes pkcs8;
        private final PrivateKey privateKey;
        private final Optional<PublicKey> publicKey;
        private final KeyId key;
        private final KeyVersionId version;
        private final KeyShape shape;
        private volatile boolean closed;

        Asymmetric(SecretBytes pkcs8, KeyId key, KeyVersionId version, KeyShape shape) throws GeneralSecurityException {
            this.pkcs8 = pkcs8;
            this.privateKey = privateKey(shape.algorithm(), pkcs8);
            this.publicKey =
                    shape.algorithm() == Algorithm.RSA ? Optional.of(publicHalf(shape, pkcs8)) : Optional.empty();
            this.key = key;
            this.version = version;
            this.shape = shape;
        }

        @Override
        public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
            Encryptions.requireFits(shape, algorithm);
            scope.requireFits(payload);
            Encryptions.requireShort(shape, algorithm, payload);
            requireOpen();
            WrappedDek.Header header = new WrappedDek.Header(key, version, new Means.ByVault(algorithm));
            byte[] sealed = Encryptions.oaepEncrypt(
                    publicKey.orElseThrow(), algorithm, Encryptions.label(scope, header), payload);
            return new WrappedDek(header, Bytes.takeOwnershipOf(sealed));
        }

        @Override
        public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
            EncryptionAlgorithm algorithm = Encryptions.byVault(wrapped);
            if (shape.algorithm() != Algorithm.RSA
                    || algorithm == EncryptionAlgorithm.AES_256_GCM
                    || !wrapped.keyId().equals(key)
                    || !wrapped.keyVersionId().equals(version)) {
                throw new EnvelopeDamaged();
            }
            requireOpen();
            SecretBytes opened = Encryptions.oaepDecrypt(
                    privateKey,
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
            Signatures.requireFits(shape, algorithm);
            requireOpen();
            return Signatures.sign(privateKey, algorithm, digest);
        }

        @Override
        public SecretBytes export() {
            return SecretBytes.takeOwnershipOf(pkcs8.use(byte[]::clone));
        }

        private void requireOpen() {
            if (closed) {
                throw new IllegalStateException("the material is closed");
            }
        }

        @Override
        public void close() {
            closed = true;
            pkcs8.close();
        }

        @Override
        public String toString() {
            return "Material[" + version.value() + "]";
        }
    }
}
