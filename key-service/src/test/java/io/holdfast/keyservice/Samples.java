package io.holdfast.keyservice;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.domain.Tags;
import java.time.Instant;
import java.util.Optional;

/** Things that tests begin with. */
public final class Samples {
    public static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    public static final TenancyId TENANCY = MINT.tenancy();
    public static final CompartmentId COMPARTMENT = TENANCY.rootCompartment();
    public static final VaultId VAULT = MINT.vault();

    private Samples() {}

    public static MasterKey.Enabled enabledKey() {
        return enabledKey(MINT.key(VAULT), MINT.keyVersion(VAULT));
    }

    public static MasterKey.Enabled enabledKey(KeyId id, KeyVersionId version) {
        return new MasterKey.Enabled(new MasterKey.Facts(
                id,
                VAULT,
                TENANCY,
                COMPARTMENT,
                "a key",
                KeyShape.AES_256,
                ProtectionMode.SOFTWARE,
                version,
                1,
                1,
                Instant.parse("2026-11-24T21:40:30.123Z"),
                Tags.NONE,
                false,
                Optional.empty()));
    }
}
