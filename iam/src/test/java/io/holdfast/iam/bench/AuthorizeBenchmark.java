package io.holdfast.iam.bench;

import io.holdfast.iam.decision.CompartmentTree;
import io.holdfast.iam.decision.CompartmentTree.Compartment;
import io.holdfast.iam.decision.Decision;
import io.holdfast.iam.decision.Operation;
import io.holdfast.iam.decision.Policy;
import io.holdfast.iam.decision.PolicySet;
import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.decision.Request;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Decisions a second on one core, among statements of the kinds that the documentation recommends. The shapes:
 *
 * <ul>
 *   <li>{@code SPREAD}: the statements lie in 50 compartments, twenty in each with the target's;
 *   <li>{@code ONE_PLACE}: all in the target's compartment, each for another key, the worst an installation that follows
 *       the documentation can have;
 *   <li>{@code ALL_MATCH}: all in the target's compartment, and each must be looked at. What cannot be avoided, for
 *       comparison.
 * </ul>
 *
 * <p>{@code mvn -pl iam -Pbench test-compile exec:exec}; JMH's arguments in {@code -Dbench.arguments}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Thread)
public class AuthorizeBenchmark {
    private static final TenancyId TENANCY = new TenancyId("ocid1.tenancy.oc1..bench");
    private static final int COMPARTMENTS = 50;
    private static final int STATEMENTS_PER_POLICY = 50;
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private static final int ROUNDS = 3;
    private static final long ROUND_NANOS = 300_000_000L;
    private static final int BETWEEN_CLOCKS = 20;

    /** How the statements lie. */
    public enum Shape {
        SPREAD,
        ONE_PLACE,
        ALL_MATCH
    }

    @Param({"100", "1000", "10000"})
    private int statements;

    @Param
    private Shape shape;

    private PolicySet policies;
    private Request allowed;
    private Request denied;
    private Request byGroup;

    @Setup
    public void prepare() {
        CompartmentTree tree = tree();
        List<Policy> all = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < statements; i++) {
            texts.add(statement(i));
            if (texts.size() == STATEMENTS_PER_POLICY || i == statements - 1) {
                all.add(new Policy(new PolicyId("ocid1.policy.oc1..p" + i), "p" + i, TENANCY.rootCompartment(), texts));
                texts = new ArrayList<>();
            }
        }
        policies = PolicySet.of(tree, all);
        if (!policies.unusable().isEmpty()) {
            throw new IllegalStateException(policies.unusable().getFirst());
        }
        Principal cluster = Principal.cluster(
                new ClusterId("ocid1.cluster.oc1.iad.aaaaaaaac1"),
                TENANCY,
                compartment(7),
                Set.of(new Principal.DynamicGroup(new DynamicGroupId("ocid1.dynamicgroup.oc1..dg7"), "dg7")));
        Principal user = Principal.user(
                new UserId("ocid1.user.oc1..u"),
                "alice",
                TENANCY,
                Set.of(
                        new Principal.Group(new GroupId("ocid1.group.oc1..g7"), "group7"),
                        new Principal.Group(new GroupId("ocid1.group.oc1..g8"), "group8")));
        allowed = use(cluster, statements / COMPARTMENTS / 2 * COMPARTMENTS);
        denied = use(cluster, statements + 1);
        byGroup = Request.of(user, Operation.GET_KEY, target(), Map.of("target.key.id", key(1)), NOW);
        if (!policies.decide(allowed).allowed() || policies.decide(denied).allowed()) {
            throw new IllegalStateException("the statements do not decide as they should");
        }
    }

    private Request use(Principal cluster, int number) {
        return Request.of(
                cluster,
                Operation.ENCRYPT,
                target(),
                Map.of("target.key.id", key(number), "target.vault.id", "ocid1.vault.oc1.iad.v.a"),
                NOW);
    }

    private static CompartmentId target() {
        return compartment(0);
    }

    private static String key(int number) {
        return "ocid1.key.oc1.iad.bbpcqhz3aaeug.aaaaaaaakey" + number;
    }

    private String statement(int i) {
        int place = shape == Shape.SPREAD ? i % COMPARTMENTS : 0;
        String in = " in compartment id " + compartment(place).value();
        if (shape == Shape.ALL_MATCH) {
            return "Allow any-user to use keys" + in + " where target.key.id = /*key" + i + "/";
        }
        if (i % 10 == 3) {
            return "Allow group group" + (i % 100) + " to manage key-family" + in;
        }
        return "Allow any-user to use keys" + in + " where ALL {request.principal.type = 'cluster', target.key.id = '"
                + key(i) + "'}";
    }

    /** Ten below the root, each with four below it. */
    private static CompartmentTree tree() {
        List<Compartment> compartments = new ArrayList<>();
        for (int i = 0; i < COMPARTMENTS; i++) {
            CompartmentId parent = i % 5 == 0 ? TENANCY.rootCompartment() : compartment(i - i % 5);
            compartments.add(new Compartment(compartment(i), "c" + i, parent));
        }
        return CompartmentTree.of(TENANCY, "bench", compartments);
    }

    private static CompartmentId compartment(int i) {
        return new CompartmentId("ocid1.compartment.oc1..aaaaaaaac" + i);
    }

    /** A cluster encrypts with its key. */
    @Benchmark
    public boolean allowed() {
        return policies.decide(allowed).allowed();
    }

    /** A cluster that no statement is for. Its reasons are not asked for. */
    @Benchmark
    public boolean denied() {
        return policies.decide(denied).allowed();
    }

    /** The reasons, which look at every statement: for people and the audit trail. */
    @Benchmark
    public String deniedWithReasons() {
        return policies.decide(denied).explanation();
    }

    /** A user reads a key. */
    @Benchmark
    public Decision byGroup() {
        return policies.decide(byGroup);
    }

    /**
     * The same by the CPU time of the one thread that decides, which holds on a machine that is not idle: prints decisions a
     * CPU second, {@code java … io.holdfast.iam.bench.AuthorizeBenchmark}.
     */
    public static void main(String[] arguments) {
        for (Shape shape : Shape.values()) {
            for (int statements : new int[] {100, 1_000, 10_000}) {
                AuthorizeBenchmark benchmark = new AuthorizeBenchmark();
                benchmark.shape = shape;
                benchmark.statements = statements;
                benchmark.prepare();
                System.out.printf(
                        "%-9s %6d statements: allowed %,9.0f denied %,9.0f denied with reasons %,9.0f by group %,9.0f%n",
                        shape,
                        statements,
                        perCpuSecond(benchmark::allowed),
                        perCpuSecond(benchmark::denied),
                        perCpuSecond(() -> !benchmark.deniedWithReasons().isEmpty()),
                        perCpuSecond(() -> benchmark.byGroup().allowed()));
            }
        }
    }

    private static double perCpuSecond(BooleanSupplier decision) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double last = 0;
        long checked = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = threads.getCurrentThreadCpuTime();
            long spent = 0;
            long count = 0;
            while (spent < ROUND_NANOS) {
                for (int i = 0; i < BETWEEN_CLOCKS; i++) {
                    checked += decision.getAsBoolean() ? 1 : 0;
                }
                count += BETWEEN_CLOCKS;
                spent = threads.getCurrentThreadCpuTime() - begin;
            }
            last = count * 1e9 / spent;
        }
        if (checked < 0) {
            throw new IllegalStateException("the decisions were not made");
        }
        return last;
    }
}
