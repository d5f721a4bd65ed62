package io.holdfast.keyservice.vault;

import java.nio.file.Path;

/** Where a root key is. The one place that knows which kinds of sources there are is {@link #parse}. */
public interface RootKeySource {

    /**
     * Fetches the root key, which the caller owns.
     *
     * @throws RootKeyRefused when it is not there, or is no root key; the message names source and setting
     */
    RootKey read();

    /**
     * @param source a path; a URI scheme stands for a kind of source that needs one
     * @param setting the name of the setting that {@code source} was given in, for messages
     * @throws RootKeyRefused for a kind of source that is not known
     */
    static RootKeySource parse(String source, String setting) {
        if (source.isBlank()) {
            throw new RootKeyRefused("The setting " + setting + " is empty: it must name a file of 32 bytes.", null);
        }
        if (source.regionMatches(true, 0, "pkcs11:", 0, "pkcs11:".length())) {
            throw new RootKeyRefused(
                    "The setting " + setting + " names a PKCS#11 object, which this version cannot use as a root key:"
                            + " name a file of 32 bytes.",
                    null);
        }
        return new RootKeyFile(Path.of(source), setting);
    }
}
