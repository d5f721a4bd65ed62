package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.MatchingRule;
import io.holdfast.iam.language.MatchingRule.Attribute;
import io.holdfast.iam.language.ParsedRule;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyRefusedException;
import io.holdfast.iam.language.Suggestion;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The dynamic groups of one tenancy at one moment. Who is in them is computed from what a principal is when it asks; nothing
 * is kept. Immutable and thread safe.
 */
public final class DynamicGroups {
    /** A dynamic group as it is stored. One outside the Default domain is named {@code domain/name}. */
    public record Definition(DynamicGroupId id, String name, String matchingRule) {}

    private record Readable(Principal.DynamicGroup group, MatchingRule rule) {}

    private static final String INSTANCE = "instance";

    private final List<Readable> readable;
    private final List<String> unusable;

    private DynamicGroups(List<Readable> readable, List<String> unusable) {
        this.readable = List.copyOf(readable);
        this.unusable = List.copyOf(unusable);
    }

    /** Reads the rules. A group whose rule can't be read has no members, see {@link #unusable()}. */
    public static DynamicGroups of(Collection<Definition> definitions) {
        List<Readable> readable = new ArrayList<>();
        List<String> unusable = new ArrayList<>();
        for (Definition definition : definitions) {
            try {
                readable.add(new Readable(
                        new Principal.DynamicGroup(definition.id(), definition.name()),
                        PolicyLanguage.parseRule(definition.matchingRule()).rule()));
            } catch (PolicyRefusedException e) {
                unusable.add("dynamic group '" + Explanation.bounded(definition.name()) + "': " + e.described());
            }
        }
        return new DynamicGroups(readable, unusable);
    }

    /** The groups whose rules can't be read, with the reason. */
    public List<String> unusable() {
        return unusable;
    }

    /** The same principal with the memberships it has as it is now. A user is in no dynamic group. */
    public Principal join(Principal principal) {
        if (principal.type().equals(Principal.USER)) {
            return principal;
        }
        Set<Principal.DynamicGroup> memberships = new HashSet<>();
        for (Readable it : readable) {
            if (matches(it.rule(), principal)) {
                memberships.add(it.group());
            }
        }
        return principal.with(memberships);
    }

    /** Whether a resource is in the group that the rule makes. */
    static boolean matches(MatchingRule rule, Principal resource) {
        return switch (rule) {
            case MatchingRule.All(var members) -> members.stream().allMatch(it -> matches(it, resource));
            case MatchingRule.Any(var members) -> members.stream().anyMatch(it -> matches(it, resource));
            case MatchingRule.Compare(var variable, var operator, var value) ->
                value(variable, resource)
                        .map(it -> CaseFold.same(it, value) == (operator == Condition.Operator.EQUAL))
                        // What is not known puts nobody into a group, != neither.
                        .orElse(false);
            // No principal of Holdfast carries tags.
            case MatchingRule.HasTag it -> false;
        };
    }

    private static Optional<String> value(MatchingRule.Variable variable, Principal resource) {
        return switch (variable) {
            case MatchingRule.Tag it -> Optional.empty();
            case Attribute attribute ->
                switch (attribute) {
                    case RESOURCE_TYPE -> Optional.of(resource.type());
                    case RESOURCE_ID -> Optional.of(resource.id().value());
                    case RESOURCE_COMPARTMENT_ID -> resource.compartmentId().map(CompartmentId::value);
                    case INSTANCE_ID -> instance(resource).map(it -> it.id().value());
                    case INSTANCE_COMPARTMENT_ID ->
                        instance(resource).flatMap(Principal::compartmentId).map(CompartmentId::value);
                };
        };
    }

    private static Optional<Principal> instance(Principal resource) {
        return resource.type().equals(INSTANCE) ? Optional.of(resource) : Optional.empty();
    }

    /** What the author of a rule should know; each is a warning, as the rule may be meant for a resource to come. */
    public static List<Finding> check(ParsedRule parsed) {
        Set<String> warnings = new LinkedHashSet<>(parsed.warnings());
        collect(parsed.rule(), warnings);
        return warnings.stream().map(it -> Finding.warning(1, it)).toList();
    }

    private static void collect(MatchingRule rule, Set<String> warnings) {
        switch (rule) {
            case MatchingRule.All(var members) -> {
                members.forEach(it -> collect(it, warnings));
                if (contradicts(members)) {
                    warnings.add("no resource can meet all of it: one variable is compared with two values");
                }
            }
            case MatchingRule.Any(var members) -> members.forEach(it -> collect(it, warnings));
            case MatchingRule.HasTag(var tag) -> warnings.add(noTags(tag));
            case MatchingRule.Compare(MatchingRule.Tag tag, var operator, var value) -> warnings.add(noTags(tag));
            case MatchingRule.Compare(Attribute attribute, var operator, var value) ->
                attribute(attribute, value, warnings);
            case MatchingRule.Compare it -> throw new IllegalStateException("No reading for " + it.variable());
        }
    }

    private static void attribute(Attribute attribute, String value, Set<String> warnings) {
        switch (attribute) {
            case RESOURCE_TYPE -> {
                if (Principal.TYPES.stream().noneMatch(it -> CaseFold.same(it, value))) {
                    warnings.add("no resource of type '" + Explanation.bounded(value) + "' signs in to Holdfast"
                            + Suggestion.hint(value, List.of(Principal.CLUSTER)));
                } else if (CaseFold.same(value, Principal.USER)) {
                    warnings.add("a user is in no dynamic group");
                }
            }
            case INSTANCE_ID, INSTANCE_COMPARTMENT_ID ->
                warnings.add("no compute instance signs in to Holdfast: " + attribute.word() + " matches nothing");
            case RESOURCE_ID, RESOURCE_COMPARTMENT_ID -> {
                // Whether it exists is not known here.
            }
        }
    }

    private static String noTags(MatchingRule.Tag tag) {
        return "the tags of resources are not known here: " + Explanation.bounded(tag.word()) + " matches nothing";
    }

    private static boolean contradicts(List<MatchingRule> members) {
        for (MatchingRule one : members) {
            for (MatchingRule other : members) {
                boolean differ = one instanceof MatchingRule.Compare(var variable, var operator, var value)
                        && other instanceof MatchingRule.Compare(var second, var same, var expected)
                        && variable.equals(second)
                        && operator == Condition.Operator.EQUAL
                        && same == operator
                        && !CaseFold.same(value, expected);
                if (differ) {
                    return true;
                }
            }
        }
        return false;
    }
}
