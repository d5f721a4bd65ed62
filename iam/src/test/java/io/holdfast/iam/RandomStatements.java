package io.holdfast.iam;

import io.holdfast.iam.language.Action;
import io.holdfast.iam.language.Condition;
import io.holdfast.iam.language.Location;
import io.holdfast.iam.language.Statement;
import io.holdfast.iam.language.Subject;
import io.holdfast.iam.language.Verb;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
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
        "to"
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
        return new Statement.Allow(
                subject(), action(), location(), random.nextInt(4) == 0 ? Optional.empty() : Optional.of(condition(5)));
    }

    private Subject subject() {
        return switch (random.nextInt(6)) {
            case 0 -> new Subject.AnyUser();
            case 1 -> new Subject.AnyGroup();
            case 2 -> new Subject.GroupsNamed(some(this::name));
            case 3 -> new Subject.DynamicGroupsNamed(some(this::name));
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
        return switch (random.nextInt(depth > 0 ? 5 : 3)) {
            case 0, 1 -> new Condition.Compare(variable(), any(Condition.Operator.values()), operand());
            case 2 -> new Condition.OneOf(variable(), some(() -> any(VALUES)));
            case 3 -> new Condition.All(some(() -> condition(depth - 1)));
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
