package io.holdfast.iam.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Conditions on time, and how long a decision may be used. */
class TimeConditionsTest {
    private static final String STATEMENT = "Allow any-user to use keys in tenancy where ";
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void before_and_after_a_moment() {
        String before = "request.utc-timestamp before '2026-11-24T12:00:00Z'";
        String after = "request.utc-timestamp after '2026-11-24T13:00+01:00'";

        assertThat(holds(before, NOON.minusNanos(1))).isTrue();
        assertThat(holds(before, NOON)).isFalse();
        assertThat(holds(after, NOON)).isFalse();
        assertThat(holds(after, NOON.plusNanos(1))).isTrue();
        assertThat(until(before, NOON.minusSeconds(60))).hasValue(NOON);
        assertThat(until(before, NOON)).isEmpty();
        assertThat(until(after, NOON.minusSeconds(60))).hasValue(NOON);
        assertThat(until(after, NOON)).hasValue(NOON.plusNanos(1));
        assertThat(until(after, NOON.plusSeconds(1))).isEmpty();
    }

    @Test
    void a_time_of_day_from_the_one_until_before_the_other() {
        String office = "request.utc-timestamp.time-of-day between '08:00:00Z' and '18:00Z'";

        assertThat(holds(office, at("07:59:59.999"))).isFalse();
        assertThat(holds(office, at("08:00:00"))).isTrue();
        assertThat(holds(office, at("17:59:59.999"))).isTrue();
        assertThat(holds(office, at("18:00:00"))).isFalse();
        assertThat(until(office, at("07:00:00"))).hasValue(at("08:00:00"));
        assertThat(until(office, at("08:00:00"))).hasValue(at("18:00:00"));
        assertThat(until(office, at("18:00:00"))).hasValue(at("08:00:00").plus(Duration.ofDays(1)));
    }

    @Test
    void a_time_of_day_over_midnight() {
        String night = "request.utc-timestamp.time-of-day between '22:00:00Z' and '06:00:00Z'";

        assertThat(holds(night, at("21:59:59"))).isFalse();
        assertThat(holds(night, at("22:00:00"))).isTrue();
        assertThat(holds(night, at("00:00:00"))).isTrue();
        assertThat(holds(night, at("05:59:59"))).isTrue();
        assertThat(holds(night, at("06:00:00"))).isFalse();
        assertThat(holds("request.utc-timestamp.time-of-day between '06:00:00Z' and '06:00:00Z'", at("06:00:00")))
                .isFalse();
    }

    @Test
    void parts_of_the_date_are_english_and_without_zeros() {
        assertThat(holds("request.utc-timestamp.day-of-week = 'tuesday'", NOON)).isTrue();
        assertThat(holds("request.utc-timestamp.day-of-week in ('Saturday', 'Sunday')", NOON))
                .isFalse();
        assertThat(holds("request.utc-timestamp.day-of-week not in ('Saturday', 'Sunday')", NOON))
                .isTrue();
        assertThat(holds("request.utc-timestamp.day-of-week = /T*day/", NOON)).isTrue();
        assertThat(holds("request.utc-timestamp.month-of-year = '11'", NOON)).isTrue();
        assertThat(holds("request.utc-timestamp.day-of-month != '24'", NOON)).isFalse();
        assertThat(holds("request.utc-timestamp.day-of-month = '1'", Instant.parse("2026-11-01T00:00:00Z")))
                .isTrue();
        assertThat(holds("request.utc-timestamp.second = '0'", NOON)).isFalse();
        assertThat(until("request.utc-timestamp.day-of-week = 'tuesday'", NOON))
                .hasValue(Instant.parse("2026-11-25T00:00:00Z"));
        assertThat(until("request.utc-timestamp.day-of-week = /T*/", NOON))
                .hasValue(Instant.parse("2026-11-25T00:00:00Z"));
        assertThat(until("request.utc-timestamp.day-of-month = request.utc-timestamp.month-of-year", NOON))
                .hasValue(Instant.parse("2026-11-25T00:00:00Z"));
    }

    @Test
    void a_decision_on_which_no_time_bears_holds_without_end() {
        assertThat(until("target.key.id = 'k'", NOON)).isEmpty();
        assertThat(Acme.inTenancy(
                                "Allow any-user to use keys in tenancy",
                                "Allow any-user to manage keys in tenancy where request.utc-timestamp after"
                                        + " '2030-01-01T00:00Z'",
                                "Allow group Nobody to use keys in tenancy where request.utc-timestamp before"
                                        + " '2030-01-01T00:00Z'")
                        .decide(request(NOON))
                        .holdsUntil())
                .as("what grants is not limited")
                .isEmpty();
        assertThat(Acme.inTenancy("Allow any-user to use keys in tenancy where all {target.key.id = 'other',"
                                + " request.utc-timestamp after '2030-01-01T00:00Z'}")
                        .decide(request(NOON))
                        .holdsUntil())
                .as("no time makes it fit this key")
                .isEmpty();
    }

    @Test
    void a_statement_that_lasts_is_preferred_to_one_that_ends() {
        Decision decision = Acme.inTenancy(
                        "Allow any-user to use keys in compartment security where request.utc-timestamp before"
                                + " '2030-01-01T00:00Z'",
                        "Allow any-user to use keys in tenancy")
                .decide(request(NOON));

        assertThat(decision.explanation()).isEqualTo("KEY_ENCRYPT is granted by policy 'p1' statement 2");
        assertThat(decision.holdsUntil()).isEmpty();
    }

    @Test
    void a_denial_holds_until_a_statement_might_begin_to_grant() {
        Decision decision = Acme.inTenancy(
                        "Allow any-user to use keys in tenancy where request.utc-timestamp after '2027-01-01T00:00Z'",
                        "Allow any-user to use keys in tenancy where request.utc-timestamp after '2026-12-01T00:00Z'")
                .decide(request(NOON));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.holdsUntil()).hasValue(Instant.parse("2026-12-01T00:00:00Z"));
        assertThat(decision.explanation())
                .contains("condition request.utc-timestamp after '2027-01-01T00:00:00Z' failed: the actual value is"
                        + " '2026-11-24T12:00:00Z'");
    }

    @Test
    void several_needs_hold_until_the_first_of_them_might_end() {
        Decision decision = Acme.inTenancy(
                        "Allow any-user to manage keys in tenancy where request.utc-timestamp before '2027-01-01T00:00Z'",
                        "Allow any-user to use vaults in tenancy where request.utc-timestamp before '2026-12-01T00:00Z'")
                .decide(Request.of(Acme.CLUSTER, Operation.CREATE_KEY, Acme.KEYS, Map.of(), NOON));

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.holdsUntil()).hasValue(Instant.parse("2026-12-01T00:00:00Z"));
    }

    /** Whatever the statements: the decision at any moment before its end is the one that was made. */
    @Test
    void no_decision_changes_before_its_end() {
        Random random = new Random(20_261_124L);
        int changes = 0;
        for (int round = 0; round < 300; round++) {
            PolicySet policies =
                    PolicySet.of(Acme.TREE, policies(random), new PolicyContext(Map.of(), true, Optional.empty()));
            Instant at = NOON.plusSeconds(random.nextInt(14 * 86_400));
            Decision first = policies.decide(request(at));
            Instant end = first.holdsUntil().orElse(at.plus(Duration.ofDays(60)));
            for (int i = 0; i < 20; i++) {
                long room = Duration.between(at, end).toMillis();
                Instant later = at.plusMillis((long) (random.nextDouble() * room));
                assertThat(policies.decide(request(later)).allowed())
                        .as("%s at %s and %s", policies.statements(), at, later)
                        .isEqualTo(first.allowed());
            }
            if (policies.decide(request(end)).allowed() != first.allowed()) {
                changes++;
            }
        }
        assertThat(changes).as("ends that mattered").isGreaterThan(30);
    }

    private static List<Policy> policies(Random random) {
        List<Policy> policies = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            String kind = random.nextInt(4) == 0 ? "Deny" : "Allow";
            policies.add(Acme.policy(
                    "p" + i,
                    Acme.ROOT,
                    kind + " any-user to use keys in tenancy where " + (random.nextBoolean() ? "all" : "any") + " {"
                            + time(random) + ", " + time(random) + "}"));
        }
        return policies;
    }

    private static String time(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "request.utc-timestamp before '" + NOON.plusSeconds(random.nextInt(14 * 86_400)) + "'";
            case 1 -> "request.utc-timestamp after '" + NOON.plusSeconds(random.nextInt(14 * 86_400)) + "'";
            case 2 ->
                "request.utc-timestamp.time-of-day between '%02d:00:00Z' and '%02d:30:00Z'"
                        .formatted(random.nextInt(24), random.nextInt(24));
            case 3 -> "request.utc-timestamp.day-of-week not in ('Monday', 'Thursday')";
            case 4 -> "request.utc-timestamp.day-of-month = '" + (1 + random.nextInt(28)) + "'";
            default -> "target.key.id = '" + (random.nextBoolean() ? "k" : "other") + "'";
        };
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-24T" + time + "Z");
    }

    private static Request request(Instant at) {
        return Request.of(Acme.CLUSTER, Operation.ENCRYPT, Acme.KEYS, Map.of("target.key.id", "k"), at);
    }

    private static boolean holds(String condition, Instant at) {
        PolicySet policies = Acme.inTenancy(STATEMENT + condition);
        assertThat(policies.unusable()).isEmpty();
        return policies.decide(request(at)).allowed();
    }

    private static Optional<Instant> until(String condition, Instant at) {
        return Acme.inTenancy(STATEMENT + condition).decide(request(at)).holdsUntil();
    }
}
