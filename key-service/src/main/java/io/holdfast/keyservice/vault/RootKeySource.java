package io.holdfast.keyservice.vault;

/** Where a root key is; see {@link RootKeySources} for the kinds there are. */
public interface RootKeySource {

    /**
     * Fetches the root key, which the caller owns.
     *
     * @throws RootKeyRefused when it is not there, or is no root key; the message names source and setting
     */
    RootKey read();
}
