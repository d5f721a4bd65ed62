package io.holdfast.keyservice.store;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.keyservice.domain.KeyVersion;
import io.holdfast.keyservice.domain.MasterKey;
import java.time.Instant;
import java.util.Optional;

/** Records as the store writes them, for tests that begin with one. */
public final class TestKeys {
    private TestKeys() {}

    public static Bytes key(MasterKey key) {
        return Documents.write(key, "");
    }

    public static Bytes version(KeyId key, KeyVersionId version) {
        return Documents.write(new KeyVersion.Enabled(new KeyVersion.Facts(
                version, key, 1, Instant.EPOCH, KeyVersion.Origin.INTERNAL, false, Optional.empty())));
    }
}
