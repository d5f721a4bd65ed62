package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.store.Layout;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.StoredValue;
import io.holdfast.platform.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.SecretKey;

/**
 * A root key that only a PKCS#11 token opens: 32 random bytes, made at the first start, which etcd keeps encrypted under an
 * AES key that the operator made in the token. While the service runs they are in its memory, as those of a file are; at
 * rest, etcd without the token is worth nothing.
 *
 * @param label of the AES key in the token
 * @param setting names the setting that the label was given in
 */
record RootKeyInToken(String label, String setting, Pkcs11Device device, KeyValueStore store) implements RootKeySource {
    private static final String WHAT = "holdfast root key of ";

    @Override
    public RootKey read() {
        try {
            SecretKey wrapping = device.call(() -> device.secretKey(label))
                    .orElseThrow(() -> refused(
                            "the token holds no AES key of that label. Make one, of 32 bytes and with the right to"
                                    + " encrypt and decrypt; or, if this etcd has been used with a token, give that token",
                            null));
            String at = Layout.rootKeyInToken(label);
            StoredValue recorded = store.get(at).orElseGet(() -> makeFirst(at, wrapping));
            return RootKey.takeOwnershipOf(
                    new TokenGcm(device).open(wrapping, what(), recorded.value().toArray()));
        } catch (GeneralSecurityException e) {
            throw refused(
                    "the token's key of that label does not open the root key in etcd, at "
                            + Layout.rootKeyInToken(label) + ". Give the token that it was made with, or restore etcd",
                    e);
        }
    }

    /** Of several replicas that start at once, the first recorded counts. */
    private StoredValue makeFirst(String at, SecretKey wrapping) {
        byte[] random = new byte[RootKey.LENGTH];
        new SecureRandom().nextBytes(random);
        try (SecretBytes made = SecretBytes.takeOwnershipOf(random)) {
            Bytes sealed = Bytes.takeOwnershipOf(new TokenGcm(device).seal(wrapping, what(), made));
            store.commit(Transaction.builder().ifAbsent(at).put(at, sealed).build());
        } catch (GeneralSecurityException e) {
            throw refused("the token's key of that label does not encrypt by AES-GCM", e);
        }
        return store.get(at).orElseThrow();
    }

    private byte[] what() {
        return (WHAT + label).getBytes(StandardCharsets.UTF_8);
    }

    private RootKeyRefused refused(String why, @org.jspecify.annotations.Nullable Exception cause) {
        return new RootKeyRefused("The root key pkcs11:object=" + label + " (" + setting + "): " + why + ".", cause);
    }

    @Override
    public String toString() {
        return "RootKeyInToken[" + label + "]";
    }
}
