package io.holdfast.keyservice.vault;

import io.holdfast.platform.store.KeyValueStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells the kinds of root key sources apart: a path, or {@code pkcs11:object=LABEL} (RFC 7512) for a key in the token of
 * {@code holdfast.keys.hsm}.
 *
 * @param device the token, where this installation has one
 * @param store keeps what only the token opens
 */
record RootKeySources(Optional<Pkcs11Device> device, KeyValueStore store) {
    private static final String SCHEME = "pkcs11:";
    private static final Pattern OBJECT = Pattern.compile("pkcs11:object=([A-Za-z0-9._-]{1,64})");

    /**
     * @param setting the name of the setting that {@code source} was given in, for messages
     * @throws RootKeyRefused when it is empty, or names a token's key where there is no token
     */
    RootKeySource parse(String source, String setting) {
        if (source.isBlank()) {
            throw new RootKeyRefused(
                    "The setting " + setting + " is empty: it must name a file of 32 bytes, or pkcs11:object=LABEL.",
                    null);
        }
        if (!source.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return new RootKeyFile(Path.of(source), setting);
        }
        var object = OBJECT.matcher(source);
        if (!object.matches()) {
            throw new RootKeyRefused(
                    "The setting " + setting + " must have the form pkcs11:object=LABEL, the label of 1 to 64 letters,"
                            + " digits, dots, underscores and hyphens.",
                    null);
        }
        return new RootKeyInToken(
                object.group(1),
                setting,
                device.orElseThrow(() -> new RootKeyRefused(
                        "The setting " + setting + " names a key in a token, and holdfast.keys.hsm.library names no"
                                + " PKCS#11 library.",
                        null)),
                store);
    }
}
