package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.StatementCompiler.Reading;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.PolicyPrinter;
import io.holdfast.iam.language.Subject;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A statement that can grant or deny: its permissions are known and its places exist.
 *
 * @param order among the statements of its tenancy: by policy id, then number
 * @param subject with the OCIDs that an Admit's aliases stand for
 * @param subjectKeys see {@link SubjectKeys}
 * @param location the compartment that it covers, with all below; for an Endorse, its own tenancy's root
 * @param other for an Endorse the tenancy of the resource, for an Admit that of the principal; empty means any
 * @param prepared the condition made ready
 */
record CompiledStatement(
        int order,
        StatementRef ref,
        StatementKind kind,
        Subject subject,
        List<String> subjectKeys,
        Set<Permission> permissions,
        CompartmentId location,
        Optional<TenancyId> other,
        Optional<Condition> condition,
        Optional<PreparedCondition> prepared) {

    private static final int MAX_PERMISSIONS_TOLD = 8;

    /**
     * A statement that can't grant, and why.
     *
     * @param reading what it would be, where it can be read
     */
    record Unusable(StatementRef ref, Optional<Reading> reading, String why) {}

    /** What a statement gives to whom; no permissions means that they are not known. */
    record Meaning(StatementKind kind, Subject subject, Set<Permission> permissions) {}

    boolean isFor(List<String> principalKeys) {
        return !Collections.disjoint(subjectKeys, principalKeys);
    }

    /** Whether it speaks of that other tenancy. */
    boolean concerns(TenancyId tenancy) {
        return other.map(tenancy::equals).orElse(true);
    }

    boolean holds(Facts facts, Permission permission) {
        return prepared.map(it -> it.holds(facts, permission)).orElse(true);
    }

    Optional<Instant> nextChange(Instant at) {
        return prepared.flatMap(it -> it.nextChange(at));
    }

    String whyNotFor(Principal principal) {
        return "it is for " + Explanation.bounded(PolicyPrinter.print(subject)) + ", and the " + principal.type()
                + " is in none of these";
    }

    /** What it gives on the resource types of {@code needed}, for "it gives KEY_INSPECT, not KEY_ENCRYPT". */
    String permissionsLike(Set<Permission> needed) {
        List<String> names = new ArrayList<>();
        for (Permission permission : permissions) {
            if (needed.stream().anyMatch(it -> it.resourceType() == permission.resourceType())) {
                names.add(permission.name());
            }
        }
        return names.stream().limit(MAX_PERMISSIONS_TOLD).collect(Collectors.joining(", "))
                + (names.size() > MAX_PERMISSIONS_TOLD ? ", …" : "");
    }
}
