package io.holdfast.keyservice.bindings;

import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import java.util.List;
import java.util.Map;

/** What it takes to use a master key: the permissions of {@code use keys} that encrypt and decrypt. */
public final class KeyUse {
    private KeyUse() {}

    /** The policy variables of a key. */
    public static Map<String, String> variables(MasterKey key) {
        return Map.of(
                "target.key.id", key.id().value(),
                "target.vault.id", key.facts().vaultId().value());
    }

    static Caller principalOf(Binding.Facts facts) {
        return new Caller(
                "cluster",
                facts.clusterId().value(),
                facts.clusterId().value(),
                facts.tenancyId(),
                facts.clusterCompartmentId().value());
    }

    /**
     * Whether the principal may both encrypt and decrypt; the answer claims the older of the two decisions' revisions and
     * holds until the first of them ends.
     */
    static Decision mayUse(Authorizer authorizer, Caller principal, MasterKey key) {
        Decision encrypt = authorizer.decide(
                principal, "Encrypt", List.of("KEY_ENCRYPT"), key.facts().compartmentId(), variables(key));
        if (!encrypt.allowed()) {
            return encrypt;
        }
        Decision decrypt = authorizer.decide(
                principal, "Decrypt", List.of("KEY_DECRYPT"), key.facts().compartmentId(), variables(key));
        return new Decision(
                decrypt.allowed(),
                decrypt.reasons(),
                Math.min(encrypt.stateRevision(), decrypt.stateRevision()),
                encrypt.holdsUntil().and(decrypt.holdsUntil()),
                decrypt.targetTenancy());
    }

    /** The statement that would allow it, for people. */
    static String statement(MasterKey key) {
        return "Allow any-user to use keys in compartment id "
                + key.facts().compartmentId().value()
                + " where ALL {request.principal.type = 'cluster', target.key.id = '"
                + key.id().value() + "'}";
    }
}
