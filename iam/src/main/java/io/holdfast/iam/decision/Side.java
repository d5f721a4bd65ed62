package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Installation.Question;
import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One tenancy that must agree to a request.
 *
 * @param kind of the statements by which it agrees
 * @param chain the compartments whose statements bear on the request, the nearest first
 * @param other the tenancy at the other end; itself within one tenancy
 */
record Side(PolicySet policies, StatementKind kind, List<CompartmentId> chain, TenancyId other) {

    /** The statement that grants the permission; one that the clock does not end, if there is one. */
    Optional<CompiledStatement> granting(Permission permission, Question question) {
        Optional<CompiledStatement> found = granting(permission, question, statement -> true);
        return found.isEmpty() || isLasting(found.orElseThrow(), question)
                ? found
                : granting(permission, question, statement -> isLasting(statement, question))
                        .or(() -> found);
    }

    private static boolean isLasting(CompiledStatement statement, Question question) {
        return statement.nextChange(question.facts().at()).isEmpty();
    }

    private Optional<CompiledStatement> granting(
            Permission permission, Question question, Predicate<CompiledStatement> wanted) {
        return policies.index(kind).first(permission, chain, question.subjects(), question.facts(), statement -> {
            boolean fits = statement.concerns(other) && statement.holds(question.facts(), permission);
            if (!fits) {
                question.whileDenied()
                        .include(statement.nextChange(question.facts().at()));
            }
            return fits && wanted.test(statement);
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
