package io.holdfast.keyservice.signing;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import java.util.regex.Pattern;

/**
 * The keyId of an API key: {@code <tenancy OCID>/<user OCID>/<fingerprint>}. OCI's form for instance certificates, which has
 * three parts as well, is none.
 *
 * @param fingerprint lower-case colon hex MD5 of the DER SubjectPublicKeyInfo
 */
public record KeyReference(TenancyId tenancy, UserId user, String fingerprint) implements KeyId {
    private static final Pattern FINGERPRINT = Pattern.compile("([0-9a-f]{2}:){15}[0-9a-f]{2}");

    static KeyReference parse(String keyId) throws SignatureRefused {
        String[] parts = keyId.split("/", -1);
        if (parts.length != 3 || !FINGERPRINT.matcher(parts[2]).matches()) {
            throw new SignatureRefused("keyId is not tenancy/user/fingerprint");
        }
        try {
            return new KeyReference(new TenancyId(parts[0]), new UserId(parts[1]), parts[2]);
        } catch (ProblemException e) {
            throw new SignatureRefused("keyId holds no tenancy or user OCID");
        }
    }
}
