package io.holdfast.iam.decision;

import io.holdfast.iam.decision.CompiledStatement.Unusable;
import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.iam.decision.StatementCompiler.Problem;
import io.holdfast.iam.language.ParsedStatement;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyRefusedException;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All policies of one tenancy at one moment. Immutable and thread safe.
 *
 * <p>Nothing is allowed unless statements grant it: each need of a request by some statement, not necessarily the same
 * one. A statement that can't be read or whose location does not exist never grants, and does not keep others from it.
 * The order of policies and statements decides nothing.
 *
 * <p>Decisions cost what there is of statements that may match, see {@link StatementIndex}; the reasons of a denial look at
 * each statement once, and only when they are asked for.
 */
public final class PolicySet {
    /** Near misses told per need. */
    public static final int MAX_NEAREST = 3;

    private static final Comparator<StatementRef> BY_POLICY =
            Comparator.comparing((StatementRef ref) -> ref.policy().value()).thenComparingInt(StatementRef::number);

    private final CompartmentTree tree;
    private final PolicyContext context;
    private final List<CompiledStatement> statements;
    private final List<Unusable> unusable;
    private final Map<StatementKind, StatementIndex> indexes = new EnumMap<>(StatementKind.class);
    private final Installation alone;

    private PolicySet(
            CompartmentTree tree, PolicyContext context, List<CompiledStatement> statements, List<Unusable> unusable) {
        this.tree = tree;
        this.context = context;
        this.statements = statements;
        this.unusable = unusable;
        for (StatementKind kind : StatementKind.values()) {
            indexes.put(
                    kind,
                    new StatementIndex(
                            statements.stream().filter(it -> it.kind() == kind).toList()));
        }
        this.alone = Installation.of(List.of(this));
    }

    /** As {@link #of(CompartmentTree, Collection, PolicyContext)}, where no other tenancy is known. */
    public static PolicySet of(CompartmentTree tree, Collection<Policy> policies) {
        return of(tree, policies, PolicyContext.ALONE);
    }

    /** Reads the policies. A statement that can't be used is kept as such, see {@link #unusable()}. */
    public static PolicySet of(CompartmentTree tree, Collection<Policy> policies, PolicyContext context) {
        List<CompiledStatement> statements = new ArrayList<>();
        List<Unusable> unusable = new ArrayList<>();
        List<Policy> ordered = policies.stream()
                .sorted(Comparator.comparing(it -> it.id().value()))
                .toList();
        for (Policy policy : ordered) {
            Map<StatementRef, ParsedStatement> read = new TreeMap<>(BY_POLICY);
            for (int i = 0; i < policy.statements().size(); i++) {
                String text = policy.statements().get(i);
                StatementRef ref = new StatementRef(policy.id(), policy.name(), i + 1, text);
                try {
                    read.put(ref, PolicyLanguage.parse(text));
                } catch (PolicyRefusedException e) {
                    unusable.add(new Unusable(ref, Optional.empty(), e.described()));
                }
            }
            StatementCompiler compiler =
                    new StatementCompiler(tree, policy.attachedTo(), context, aliases(read.values()));
            read.forEach((ref, statement) -> compiler.read(statement).ifPresent(reading -> {
                if (reading.problems().isEmpty()) {
                    statements.add(new CompiledStatement(
                            statements.size(),
                            ref,
                            reading.meaning().kind(),
                            reading.meaning().subject(),
                            SubjectKeys.of(reading.meaning().subject()),
                            reading.meaning().permissions(),
                            reading.location().orElseThrow(),
                            reading.other(),
                            reading.condition(),
                            reading.condition().map(PreparedCondition::of)));
                } else {
                    unusable.add(new Unusable(
                            ref,
                            Optional.of(reading),
                            reading.problems().stream().map(Problem::message).collect(Collectors.joining("; "))));
                }
            }));
        }
        unusable.sort(Comparator.comparing(Unusable::ref, BY_POLICY));
        return new PolicySet(tree, context, List.copyOf(statements), List.copyOf(unusable));
    }

    static Aliases aliases(Collection<ParsedStatement> policy) {
        return Aliases.of(policy.stream().map(ParsedStatement::statement).toList());
    }

    public CompartmentTree compartments() {
        return tree;
    }

    TenancyId tenancy() {
        return tree.tenancy();
    }

    PolicyContext context() {
        return context;
    }

    List<CompiledStatement> statements() {
        return statements;
    }

    List<Unusable> unusableStatements() {
        return unusable;
    }

    StatementIndex index(StatementKind kind) {
        return Objects.requireNonNull(indexes.get(kind));
    }

    /** The statements that can never grant as things are, with the reason: {@code policy 'p' statement 1: …}. */
    public List<String> unusable() {
        return unusable.stream()
                .map(it -> it.ref().describe() + ": " + it.why())
                .toList();
    }

    /**
     * What is wrong with the statements of one policy attached to {@code attachment}, in their order. An ERROR means that
     * the statement could never grant, so a policy with it should not be created.
     */
    public List<Finding> check(List<ParsedStatement> policy, CompartmentId attachment) {
        return new PolicyReview(tree, context, Optional.empty()).check(policy, attachment);
    }

    /** As {@link #check(List, CompartmentId)}, where it is known which groups the tenancy has. */
    public List<Finding> check(List<ParsedStatement> policy, CompartmentId attachment, KnownGroups groups) {
        return new PolicyReview(tree, context, Optional.of(groups)).check(policy, attachment);
    }

    /** As {@link #check(List, CompartmentId)}, of a policy with one statement. */
    public List<Finding> check(ParsedStatement statement, CompartmentId attachment) {
        return check(List.of(statement), attachment);
    }

    /**
     * Decides a request by this tenancy alone, so that a principal of another has no access. Never throws for what policies
     * say. See {@link Installation#decide} for several tenancies.
     */
    public Decision decide(Request request) {
        return alone.decide(request);
    }
}
