package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Installation.Question;
import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.List;
import java.util.Optional;

/**
 * One tenancy that must agree to a request.
 *
 * @param kind of the statements by which it agrees
 * @param chain the compartments whose statements bear on the request, the nearest first
 * @param other the tenancy at the other end; itself within one tenancy
 */
record Side(PolicySet policies, StatementKind kind, List<CompartmentId> chain, TenancyId other) {

    Optional<CompiledStatement> granting(Permission permission, Question question) {
        return policies.index(kind).first(permission, chain, question.subjects(), question.facts(), statement -> {
            boolean fits = statement.concerns(other) && statement.holds(question.facts(), permission);
            if (!fits) {
                question.whileDenied()
                        .include(statement.nextChange(question.facts().at()));
            }
            return fits;
        });
    }

    /** The statement that takes the permission, whatever grants it. */
    Optional<CompiledStatement> denying(Permission permission, Question question) {
        if (!policies.context().deny() || isExempt(question.principal())) {
            return Optional.empty();
        }
        Optional<CompiledStatement> found = policies.index(kind.denial())
                .first(permission, chain, question.subjects(), question.facts(), statement -> {
                    boolean fits = statement.concerns(other) && statement.holds(question.facts(), permission);
                    if (!fits) {
                        question.whileAllowed()
                                .include(statement.nextChange(question.facts().at()));
                    }
                    return fits;
                });
        found.ifPresent(it ->
                question.whileDenied().include(it.nextChange(question.facts().at())));
        return found;
    }

    /** An administrator of this very tenancy can't be locked out of it. */
    private boolean isExempt(Principal principal) {
        return principal.tenancyId().equals(policies.tenancy())
                && principal.groups().stream().anyMatch(it -> CaseFold.same(it.name(), Policy.ADMINISTRATORS_GROUP));
    }
}
