package io.holdfast.iam.decision;

import static io.holdfast.iam.decision.Acme.ALICE;
import static io.holdfast.iam.decision.Acme.CLUSTER;
import static io.holdfast.iam.decision.Acme.CLUSTER_IN_GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for any policies, on statements built so that a good part of them grants. */
class PolicySetPropertiesTest {
    private static final long SEED = 20_261_124L;
    private static final int ROUNDS = 400;
    private final Random random = new Random(SEED);

    @Test
    void another_allow_never_takes_access_away() {
        int allowed = 0;
        int denied = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Policy> policies = policies(random.nextInt(6));
            Request request = request();
            boolean before = PolicySet.of(Acme.TREE, policies).decide(request).allowed();
            policies.add(Acme.policy("more", attachment(), statement(), statement()));
            boolean after = PolicySet.of(Acme.TREE, policies).decide(request).allowed();
            assertThat(after || !before).as("%s %s", policies, request).isTrue();
            if (before) {
                allowed++;
            } else {
                denied++;
            }
        }
        assertThat(allowed).isGreaterThan(ROUNDS / 20);
        assertThat(denied).isGreaterThan(ROUNDS / 20);
    }

    @Test
    void the_order_of_policies_decides_nothing_not_even_the_explanation() {
        for (int round = 0; round < ROUNDS; round++) {
            List<Policy> policies = policies(8);
            Request request = request();
            Decision first = PolicySet.of(Acme.TREE, policies).decide(request);
            Collections.shuffle(policies, random);
            assertThat(PolicySet.of(Acme.TREE, policies).decide(request)).isEqualTo(first);
        }
    }

    @Test
    void a_set_allows_exactly_what_its_statements_allow_one_by_one_for_each_need() {
        for (int round = 0; round < ROUNDS; round++) {
            List<Policy> policies = policies(6);
            Request request = request();
            boolean each = request.needs().stream()
                    .allMatch(need -> policies.stream()
                            .anyMatch(policy -> PolicySet.of(Acme.TREE, List.of(policy))
                                    .decide(new Request(
                                            request.principal(),
                                            request.operation(),
                                            List.of(need),
                                            request.target(),
                                            request.variables(),
                                            Acme.NOW))
                                    .allowed()));
            assertThat(PolicySet.of(Acme.TREE, policies).decide(request).allowed())
                    .isEqualTo(each);
        }
    }

    @Test
    void taking_an_allow_away_never_gives_access() {
        for (int round = 0; round < ROUNDS; round++) {
            List<Policy> policies = policies(6);
            Request request = request();
            boolean before = PolicySet.of(Acme.TREE, policies).decide(request).allowed();
            policies.remove(random.nextInt(policies.size()));
            boolean after = PolicySet.of(Acme.TREE, policies).decide(request).allowed();
            assertThat(before || !after).as("%s %s", policies, request).isTrue();
        }
    }

    @Test
    void another_deny_never_gives_access() {
        PolicyContext deny = new PolicyContext(Map.of(), true, Optional.empty());
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Policy> policies = policies(6);
            Request request = request();
            boolean before =
                    PolicySet.of(Acme.TREE, policies, deny).decide(request).allowed();
            policies.add(Acme.policy("more", attachment(), statement().replace("Allow", "Deny")));
            boolean after =
                    PolicySet.of(Acme.TREE, policies, deny).decide(request).allowed();
            assertThat(before || !after).as("%s %s", policies, request).isTrue();
            if (before && !after) {
                taken++;
            }
        }
        assertThat(taken).isGreaterThan(ROUNDS / 100);
    }

    /** The index finds what looking at every statement would find, and the same one of several. */
    @Test
    void the_index_loses_no_statement() {
        for (int round = 0; round < ROUNDS; round++) {
            PolicySet policies = PolicySet.of(Acme.TREE, policies(12));
            Request request = request();
            List<String> subjects = SubjectKeys.of(request.principal());
            Facts facts = new Facts(request, Acme.TREE.name(request.target()), Optional.empty());
            List<CompartmentId> chain = Acme.TREE.upwards(request.target());
            for (Permission permission : Permission.values()) {
                Optional<CompiledStatement> byHand = policies.statements().stream()
                        .filter(it -> it.permissions().contains(permission)
                                && chain.contains(it.location())
                                && it.isFor(subjects)
                                && it.holds(facts, permission))
                        .min(Comparator.comparingInt((CompiledStatement it) -> chain.indexOf(it.location()))
                                .thenComparingInt(CompiledStatement::order));
                assertThat(policies.index(StatementKind.ALLOW)
                                .first(permission, chain, subjects, facts, it -> it.holds(facts, permission)))
                        .isEqualTo(byHand);
            }
        }
    }

    private List<Policy> policies(int count) {
        List<Policy> policies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            policies.add(Acme.policy("p" + i, attachment(), statement()));
        }
        return policies;
    }

    private CompartmentId attachment() {
        return any(List.of(Acme.ROOT, Acme.ROOT, Acme.SECURITY, Acme.KEYS));
    }

    private String statement() {
        return "Allow "
                + any(List.of(
                        "any-user", "any-group", "group Keepers", "group Others", "dynamic-group acme-oke-kms-dyn-grp"))
                + " to "
                + any(List.of(
                        "inspect keys", "read keys", "use keys", "manage keys", "use vaults", "manage all-resources"))
                + " in "
                + any(List.of(
                        "tenancy",
                        "compartment security",
                        "compartment acme-kms-key-compartment",
                        "compartment nowhere",
                        "compartment id " + Acme.KEYS.value()))
                + any(List.of(
                        "",
                        "",
                        " where request.principal.type = 'cluster'",
                        " where target.key.id != '" + Acme.KEY + "'",
                        " where any {request.permission = 'KEY_READ', request.operation = /*crypt/}",
                        " where target.key.id in ('" + Acme.OTHER_KEY + "', '" + Acme.KEY + "')",
                        " where all {request.permission = 'KEY_READ', target.key.id = '" + Acme.KEY + "'}",
                        " where all {request.operation in ('Encrypt', 'GetKey'), request.principal.type = 'USER'}",
                        " where target.key.id = '" + Acme.KEY + "'"));
    }

    private Request request() {
        return Acme.request(
                any(List.of(ALICE, CLUSTER, CLUSTER_IN_GROUP)),
                any(List.of(
                        Operation.GET_KEY,
                        Operation.LIST_KEYS,
                        Operation.ENCRYPT,
                        Operation.CREATE_KEY,
                        Operation.SCHEDULE_KEY_DELETION)),
                any(List.of(Acme.KEYS, Acme.PROD, Acme.APPS)),
                random.nextBoolean() ? Map.of() : Map.of("target.key.id", Acme.KEY));
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
