package io.holdfast.iam;

import io.holdfast.iam.language.Action;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.Destination;
import io.holdfast.iam.language.Location;
import io.holdfast.iam.language.MatchingRule;
import io.holdfast.iam.language.Statement;
import io.holdfast.iam.language.Subject;
import io.holdfast.iam.language.Verb;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Statements of every shape that the language has; the same ones for the same seed. */
public final class RandomStatements {
    private static final String[] NAMES = {
        "A",
        "acme",
        "read",
        "id",
        "in",
        "where",
        "group",
        "tenancy",
        "A B",
        "it's",
        "back\\slash",
        "a/b",
        "x:y",
        "<z>",
        "{",
        "Ünïcode",
        "日本",
        "a.b_c+d@e-f",
        "//",
        "'",
        "\\'",
        "all",
        "to",
        "of",
        "as",
        "any-tenancy"
    };
    private static final String[] VALUES = {
        "",
        "x",
        "cluster",
        "KEY_READ",
        "it's",
        "\\",
        "\\'",
        "a*b",
        "/p/",
        "// c",
        "{}",
        ")",
        "ocid1.key.oc1.iad.aa",
        "ünï",
        "\t",
        "日本",
        "\""
    };
    private static final String[] VARIABLES = {
        "target.key.id", "request.permission", "request.principal.type", "target.resource.tag.a.b", "request.groups.id"
    };
    private static final String[] TYPES = {"keys", "vaults", "all-resources", "key-family", "group", "clusters"};
    private final Random random;

    public RandomStatements(long seed) {
        this.random = new Random(seed);
    }

    public Statement next() {
        return switch (random.nextInt(8)) {
            case 0 -> new Statement.Deny(permitting());
            case 1 -> define();
            default -> permitting();
        };
    }

    private Statement.Permitting permitting() {
        Optional<Condition> condition = random.nextInt(4) == 0 ? Optional.empty() : Optional.of(condition(5));
        return switch (random.nextInt(4)) {
            case 0 -> new Statement.Endorse(subject(), action(), destination(), condition);
            case 1 -> new Statement.Admit(subject(), any(NAMES), action(), location(), condition);
            default -> new Statement.Allow(subject(), action(), location(), condition);
        };
    }

    private Statement.Define define() {
        return switch (random.nextInt(3)) {
            case 0 -> new Statement.DefineTenancy(any(NAMES), new TenancyId("ocid1.tenancy.oc1.." + digits()));
            case 1 -> new Statement.DefineGroup(any(NAMES), new GroupId("ocid1.group.oc1.." + digits()));
            default ->
                new Statement.DefineDynamicGroup(any(NAMES), new DynamicGroupId("ocid1.dynamicgroup.oc1.." + digits()));
        };
    }

    private Destination destination() {
        return random.nextBoolean() ? new Destination.AnyTenancy() : new Destination.Tenancy(any(NAMES));
    }

    /** A matching rule of any shape. */
    public MatchingRule nextRule() {
        return rule(5);
    }

    private MatchingRule rule(int depth) {
        return switch (random.nextInt(depth > 0 ? 5 : 3)) {
            case 0, 1 ->
                new MatchingRule.Compare(
                        random.nextInt(4) == 0 ? tag() : any(MatchingRule.Attribute.values()),
                        any(Condition.Operator.values()),
                        any(VALUES));
            case 2 -> new MatchingRule.HasTag(tag());
            case 3 -> new MatchingRule.All(some(() -> rule(depth - 1)));
            default -> new MatchingRule.Any(some(() -> rule(depth - 1)));
        };
    }

    private MatchingRule.Tag tag() {
        return new MatchingRule.Tag(
                any(new String[] {"ops", "a-b", "use"}), any(new String[] {"cost", "c.d", "value", "id"}));
    }

    private Subject subject() {
        return switch (random.nextInt(8)) {
            case 0 -> new Subject.AnyUser();
            case 1 -> new Subject.AnyGroup();
            case 2 -> new Subject.GroupsNamed(some(this::name));
            case 3 -> new Subject.DynamicGroupsNamed(some(this::name));
            case 5 -> new Subject.Services(some(this::name));
            case 6 -> new Subject.Resource("cluster", "ocid1.cluster.oc1.iad." + digits());
            case 4 -> new Subject.GroupsById(some(() -> new GroupId("ocid1.group.oc1.." + digits())));
            default ->
                new Subject.DynamicGroupsById(some(() -> new DynamicGroupId("ocid1.dynamicgroup.oc1.." + digits())));
        };
    }

    private Subject.Name name() {
        return new Subject.Name(random.nextInt(3) == 0 ? Optional.of(any(NAMES)) : Optional.empty(), any(NAMES));
    }

    private Action action() {
        return random.nextInt(3) == 0
                ? new Action.Permissions(some(() -> "PERMISSION_" + digits()))
                : new Action.OnResources(any(Verb.values()), any(TYPES));
    }

    private Location location() {
        return switch (random.nextInt(3)) {
            case 0 -> new Location.Tenancy();
            case 1 -> new Location.CompartmentPath(some(() -> any(NAMES)));
            default -> new Location.CompartmentById(new CompartmentId("ocid1.compartment.oc1.." + digits()));
        };
    }

    private Condition condition(int depth) {
        return switch (random.nextInt(depth > 0 ? 10 : 8)) {
            case 0, 1 -> new Condition.Compare(variable(), any(Condition.Operator.values()), operand());
            case 2 -> new Condition.OneOf(variable(), some(() -> any(VALUES)));
            case 3 -> new Condition.NoneOf(variable(), some(() -> any(VALUES)));
            case 4 -> new Condition.Intersect(variable(), variable());
            case 5 -> new Condition.Before(Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE), random.nextInt(2)));
            case 6 -> new Condition.After(Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE)));
            case 7 ->
                new Condition.TimeOfDay(
                        LocalTime.ofSecondOfDay(random.nextInt(86_400)),
                        LocalTime.ofSecondOfDay(random.nextInt(86_400)));
            case 8 -> new Condition.All(some(() -> condition(depth - 1)));
            default -> new Condition.Any(some(() -> condition(depth - 1)));
        };
    }

    private Condition.Operand operand() {
        return switch (random.nextInt(3)) {
            case 0 -> variable();
            case 1 -> new Condition.Text(any(VALUES));
            default -> {
                List<String> pieces = some(() -> any(VALUES));
                yield new Condition.Pattern(pieces.equals(List.of("")) ? List.of("", "") : pieces);
            }
        };
    }

    private Condition.Variable variable() {
        return new Condition.Variable(any(VARIABLES));
    }

    private <T> List<T> some(Supplier<T> one) {
        return Stream.generate(one).limit(1 + random.nextInt(3)).toList();
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private String digits() {
        return Integer.toString(random.nextInt(1000));
    }
}
