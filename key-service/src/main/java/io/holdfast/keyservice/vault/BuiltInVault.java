package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.SecretBytes;
import java.security.SecureRandom;

/**
 * Software keys: AES-256 material made here, sealed under the root key with XAES-256-GCM. The seal binds purpose, key id
 * and version id, so material put under another version's name does not open.
 */
public final class BuiltInVault implements Vault {
    private static final int KEY_LENGTH = 32;

    private final RootKey root;
    private final DekWrapping wrapping = new DekWrapping();
    private final SecureRandom random = new SecureRandom();

    public BuiltInVault(RootKey root) {
        this.root = root;
    }

    @Override
    public Bytes generate(KeyId key, KeyVersionId version) {
        byte[] material = new byte[KEY_LENGTH];
        random.nextBytes(material);
        try (SecretBytes made = SecretBytes.takeOwnershipOf(material)) {
            return wrapping.seal(root.bytes(), what(key, version), made);
        }
    }

    @Override
    public Material open(KeyId key, KeyVersionId version, Bytes stored) {
        try {
            SecretBytes opened = wrapping.open(root.bytes(), what(key, version), stored);
            if (opened.length() != KEY_LENGTH) {
                opened.close();
                throw new MaterialUnusable(version);
            }
            return new Opened(opened, new WrappedDek.Header(key, version));
        } catch (EnvelopeDamaged e) {
            throw new MaterialUnusable(version);
        }
    }

    private static String what(KeyId key, KeyVersionId version) {
        return key.value() + "/" + version.value();
    }

    private final class Opened implements Material {
        private final SecretBytes material;
        private final WrappedDek.Header header;

        Opened(SecretBytes material, WrappedDek.Header header) {
            this.material = material;
            this.header = header;
        }

        @Override
        public WrappedDek wrap(Scope scope, SecretBytes payload) {
            return wrapping.wrap(material, header, scope, payload);
        }

        @Override
        public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
            if (!wrapped.header().equals(header)) {
                throw new EnvelopeDamaged();
            }
            return wrapping.unwrap(material, scope, wrapped);
        }

        @Override
        public void close() {
            material.close();
        }

        @Override
        public String toString() {
            return "Material[" + header.keyVersionId().value() + "]";
        }
    }
}
