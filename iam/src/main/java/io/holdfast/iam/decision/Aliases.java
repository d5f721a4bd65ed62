package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Statement;
import io.holdfast.iam.language.Suggestion;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What the Define statements of one policy call things. Case does not matter. */
final class Aliases {
    private final Map<String, TenancyId> tenancies = new HashMap<>();
    private final Map<String, GroupId> groups = new HashMap<>();
    private final Map<String, DynamicGroupId> dynamicGroups = new HashMap<>();
    private final Map<String, String> written = new HashMap<>();
    private final Set<String> ambiguous = new HashSet<>();
    private final Set<String> used = new HashSet<>();

    private Aliases() {}

    static Aliases of(Collection<? extends Statement> statements) {
        Aliases aliases = new Aliases();
        for (Statement statement : statements) {
            if (statement instanceof Statement.Define define) {
                aliases.take(define);
            }
        }
        return aliases;
    }

    private void take(Statement.Define define) {
        String key = CaseFold.of(define.alias());
        Object before =
                switch (define) {
                    case Statement.DefineTenancy it -> tenancies.put(key, it.id());
                    case Statement.DefineGroup it -> groups.put(key, it.id());
                    case Statement.DefineDynamicGroup it -> dynamicGroups.put(key, it.id());
                };
        if (before != null && !before.equals(define.id())) {
            ambiguous.add(kind(define) + key);
        }
        written.put(kind(define) + key, define.alias());
    }

    private static String kind(Statement.Define define) {
        return switch (define) {
            case Statement.DefineTenancy it -> "t:";
            case Statement.DefineGroup it -> "g:";
            case Statement.DefineDynamicGroup it -> "d:";
        };
    }

    Optional<GroupId> group(String alias, Consumer<String> problem) {
        return find("g:", "group", alias, groups, problem);
    }

    Optional<DynamicGroupId> dynamicGroup(String alias, Consumer<String> problem) {
        return find("d:", "dynamic-group", alias, dynamicGroups, problem);
    }

    private <T> Optional<T> find(
            String kind, String noun, String alias, Map<String, T> defined, Consumer<String> problem) {
        Optional<T> found = definition(kind, alias, defined, problem);
        if (found.isEmpty() && !ambiguous.contains(kind + CaseFold.of(alias))) {
            problem.accept(
                    "'" + Explanation.bounded(alias) + "' is not defined: an Admit is for groups of another tenancy,"
                            + " which the same policy defines, as Define " + noun + " " + Explanation.bounded(alias)
                            + " as ocid1."
                            + noun.replace("-", "") + "…" + Suggestion.hintOfFew(alias, names(kind)));
        }
        return found;
    }

    /**
     * An alias of this policy, else a tenancy of that name. What was meant is suggested among names that the author knows:
     * which other tenancies there are is nothing to find out by a wrong name.
     *
     * @param own the name of the policy's tenancy
     */
    Optional<TenancyId> tenancy(String name, String own, PolicyContext context, Consumer<String> problem) {
        Optional<TenancyId> found = definition("t:", name, tenancies, problem).or(() -> context.tenancyNamed(name));
        if (found.isEmpty() && !ambiguous.contains("t:" + CaseFold.of(name))) {
            problem.accept("there is no tenancy '" + Explanation.bounded(name)
                    + "', and the policy defines none of that" + " name" + meant(name, own));
        }
        return found;
    }

    private String meant(String tenancy, String own) {
        String alias = Suggestion.hintOfFew(tenancy, names("t:"));
        String hint = alias.isEmpty() ? Suggestion.hint(tenancy, Set.of(own)) : alias;
        return hint.isEmpty()
                ? "; define it: Define tenancy " + Explanation.bounded(tenancy) + " as ocid1.tenancy…"
                : hint;
    }

    private <T> Optional<T> definition(String kind, String alias, Map<String, T> defined, Consumer<String> problem) {
        String key = CaseFold.of(alias);
        used.add(kind + key);
        if (ambiguous.contains(kind + key)) {
            problem.accept("'" + Explanation.bounded(alias) + "' is defined twice, with different OCIDs");
            return Optional.empty();
        }
        return Optional.ofNullable(defined.get(key));
    }

    private Set<String> names(String kind) {
        Set<String> names = new TreeSet<>();
        written.forEach((key, alias) -> {
            if (key.startsWith(kind)) {
                names.add(alias);
            }
        });
        return names;
    }

    /** Whether some statement of the policy that was resolved before has named it. */
    boolean isUsed(Statement.Define define) {
        return used.contains(kind(define) + CaseFold.of(define.alias()));
    }

    boolean isAmbiguous(Statement.Define define) {
        return ambiguous.contains(kind(define) + CaseFold.of(define.alias()));
    }
}
