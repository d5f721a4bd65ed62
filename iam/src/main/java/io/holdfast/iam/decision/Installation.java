package io.holdfast.iam.decision;

import io.holdfast.iam.decision.Decision.Denial;
import io.holdfast.iam.decision.Decision.Grant;
import io.holdfast.iam.decision.Request.Need;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The policies of all tenancies at one moment, and what they decide. Immutable and thread safe.
 *
 * <p>Within a tenancy a statement allows. From one tenancy to another both must agree: a statement of the principal's
 * tenancy endorses and one of the resource's tenancy admits the same permission, each with its own condition. Where
 * {@link PolicyContext#deny} is on, a statement that denies outweighs every other, except for Administrators.
 */
public final class Installation {
    private final Map<TenancyId, PolicySet> tenancies = new HashMap<>();
    private final Map<CompartmentId, PolicySet> places = new HashMap<>();

    private Installation() {}

    /** @throws IllegalArgumentException for two sets of one tenancy */
    public static Installation of(Collection<PolicySet> policySets) {
        Installation installation = new Installation();
        for (PolicySet set : policySets) {
            if (installation.tenancies.put(set.tenancy(), set) != null) {
                throw new IllegalArgumentException("tenancy " + set.tenancy().value() + " is given twice");
            }
            set.compartments().ids().forEach(it -> installation.places.put(it, set));
        }
        return installation;
    }

    public Optional<PolicySet> policySet(TenancyId tenancy) {
        return Optional.ofNullable(tenancies.get(tenancy));
    }

    /** In the order of their tenancies' OCIDs. */
    List<PolicySet> policySets() {
        return tenancies.values().stream()
                .sorted(Comparator.comparing(it -> it.tenancy().value()))
                .toList();
    }

    /** The policies of the tenancy that a compartment belongs to. */
    public Optional<PolicySet> policySetOf(CompartmentId compartment) {
        return Optional.ofNullable(places.get(compartment));
    }

    /** Decides a request. Never throws for what policies say. */
    public Decision decide(Request request) {
        Optional<PolicySet> there = policySetOf(request.target());
        Facts facts = new Facts(
                request,
                there.flatMap(it -> it.compartments().name(request.target())),
                there.flatMap(it -> it.context().region()));
        Question question = new Question(
                request.principal(), SubjectKeys.of(request.principal()), facts, new Horizon(), new Horizon());
        List<Grant> grants = new ArrayList<>();
        List<Need> missing = new ArrayList<>();
        for (Need need : request.needs()) {
            List<Grant> found = grants(need, question);
            if (found.isEmpty()) {
                missing.add(need);
            }
            grants.addAll(found);
        }
        return missing.isEmpty()
                ? new Decision.Allowed(grants, question.whileAllowed().until())
                : new Decision.Denied(
                        named -> missing.stream()
                                .flatMap(need -> reasons(need, question, named).stream())
                                .toList(),
                        question.whileDenied().until());
    }

    /**
     * What is asked of every statement.
     *
     * @param subjects of the principal, see {@link SubjectKeys}
     * @param whileAllowed until when what was granted stays so
     * @param whileDenied until when what was not granted stays so
     */
    record Question(
            Principal principal, List<String> subjects, Facts facts, Horizon whileAllowed, Horizon whileDenied) {}

    /** The first of some moments. Used by one decision only. */
    static final class Horizon {
        private Optional<Instant> until = Optional.empty();

        void include(Optional<Instant> moment) {
            until = until.isEmpty()
                            || moment.filter(it -> it.isBefore(until.orElseThrow()))
                                    .isPresent()
                    ? moment
                    : until;
        }

        Optional<Instant> until() {
            return until;
        }
    }

    /** The grants that a need has together, one for each tenancy that must agree. Empty when it is not granted. */
    private List<Grant> grants(Need need, Question question) {
        List<Side> sides = sides(need, question.principal());
        if (sides.isEmpty()) {
            return List.of();
        }
        for (Permission permission : need.anyOf()) {
            List<Grant> found = new ArrayList<>(sides.size());
            Horizon granted = new Horizon();
            for (Side side : sides) {
                Optional<CompiledStatement> statement = side.granting(permission, question);
                if (statement.isEmpty() || side.denying(permission, question).isPresent()) {
                    break;
                }
                granted.include(
                        statement.orElseThrow().nextChange(question.facts().at()));
                found.add(new Grant(
                        permission,
                        statement.orElseThrow().ref(),
                        statement.orElseThrow().kind()));
            }
            if (found.size() == sides.size()) {
                question.whileAllowed().include(granted.until());
                return found;
            }
        }
        return List.of();
    }

    /** Who must agree. Empty when there is nobody who could: an unknown compartment, or an unknown tenancy. */
    private List<Side> sides(Need need, Principal principal) {
        PolicySet there = places.get(need.compartment());
        PolicySet home = tenancies.get(principal.tenancyId());
        if (there == null || home == null) {
            return List.of();
        }
        List<CompartmentId> chain = there.compartments().upwards(need.compartment());
        if (there == home) {
            return List.of(new Side(there, StatementKind.ALLOW, chain, there.tenancy()));
        }
        return List.of(
                new Side(
                        home, StatementKind.ENDORSE, List.of(home.compartments().root()), there.tenancy()),
                new Side(there, StatementKind.ADMIT, chain, home.tenancy()));
    }

    private List<Denial> reasons(Need need, Question question, Predicate<TenancyId> named) {
        Principal principal = question.principal();
        PolicySet there = places.get(need.compartment());
        if (there == null) {
            String place = Explanation.bounded(need.compartment().value());
            return List.of(new Denial(
                    need,
                    Reasons.summary(StatementKind.ALLOW, need, "compartment " + place, principal)
                            + ": there is no such compartment",
                    List.of()));
        }
        String place = there.compartments().describe(need.compartment());
        List<Side> sides = sides(need, principal);
        if (sides.isEmpty()) {
            return List.of(new Denial(
                    need,
                    Reasons.summary(StatementKind.ALLOW, need, place, principal)
                            + ": the principal is of another tenancy",
                    List.of()));
        }
        List<Denial> denials = new ArrayList<>();
        for (Side side : sides) {
            new Reasons(side, need, question, place, named).denial().ifPresent(denials::add);
        }
        return denials;
    }
}
