package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What policies are read against besides their own tenancy.
 *
 * @param tenancies the tenancies of this installation by name; {@code of tenancy X} may name one without defining it.
 *     Names that differ in case only stand for none, as it would be a guess which.
 * @param deny whether Deny statements hold. Off as in OCI, where a tenancy opts in: then no policy with one is
 *     accepted, and one that is stored takes nothing.
 * @param region the key of the installation's region, as {@code IAD}: {@code request.region} of every request. Empty where it
 *     is not known; then no request has the variable.
 */
public record PolicyContext(Map<String, TenancyId> tenancies, boolean deny, Optional<String> region) {
    /** One tenancy alone, without Deny, nowhere. */
    public static final PolicyContext ALONE = new PolicyContext(Map.of(), false, Optional.empty());

    public PolicyContext {
        tenancies = Collections.unmodifiableMap(new TreeMap<>(tenancies));
    }

    /** The same installation, with these tenancies. */
    public PolicyContext with(Map<String, TenancyId> known) {
        return new PolicyContext(known, deny, region);
    }

    Optional<TenancyId> tenancyNamed(String name) {
        var found = tenancies.entrySet().stream()
                .filter(it -> CaseFold.same(it.getKey(), name))
                .map(Map.Entry::getValue)
                .distinct()
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /** The tenancy's name, or its OCID. */
    String describe(TenancyId id) {
        return tenancies.entrySet().stream()
                .filter(it -> it.getValue().equals(id))
                .map(it -> "tenancy '" + Explanation.bounded(it.getKey()) + "'")
                .findFirst()
                .orElse("tenancy " + id.value());
    }
}
