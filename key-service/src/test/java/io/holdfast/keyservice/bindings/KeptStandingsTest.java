package io.holdfast.keyservice.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.contracts.access.v1.Denial;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.access.ManualTime;
import io.holdfast.keyservice.domain.Binding;
import io.holdfast.keyservice.domain.MasterKey;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeptStandingsTest {
    private static final long REVISION = 7;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualTime time = new ManualTime();
    private final KeptStandings kept = new KeptStandings(REVISION, time);
    private final MasterKey.Enabled key = Samples.enabledKey();
    private final BindingId id = Samples.MINT.binding();
    private final Binding binding = new Binding.Active(new Binding.Facts(
            id,
            Samples.MINT.cluster(),
            Samples.COMPARTMENT,
            Samples.TENANCY,
            key.id(),
            Binding.Facts.DIRECT,
            "secret-service",
            time.wall()));

    @Test
    void accessEndsWithItsCondition() {
        Standing allowed = allowed(REVISION, Validity.until(time.wall().plus(MINUTE)));
        assertThat(kept.keep(id, allowed)).isTrue();

        time.advance(MINUTE.minusNanos(1));
        assertThat(kept.of(id)).contains(allowed);

        time.advance(Duration.ofNanos(1));
        assertThat(kept.of(id)).isEmpty();
    }

    @Test
    void aDenialEndsWithItsConditionAsWell() {
        Standing withheld = new Standing.Withheld(
                binding,
                Optional.of(key),
                Denial.POLICY,
                "not yet",
                REVISION,
                Validity.until(time.wall().plus(MINUTE)));
        assertThat(kept.keep(id, withheld)).isTrue();
        assertThat(kept.of(id)).contains(withheld);

        time.advance(MINUTE);
        assertThat(kept.of(id)).isEmpty();
        Standing allowed = allowed(REVISION, Validity.UNTIL_CHANGE);
        assertThat(kept.keep(id, allowed)).isTrue();
        assertThat(kept.of(id)).contains(allowed);
    }

    @Test
    void withoutAConditionOfTimeItStandsUntilTheRevisionMoves() {
        Standing allowed = allowed(REVISION, Validity.UNTIL_CHANGE);
        assertThat(kept.keep(id, allowed)).isTrue();

        time.advance(Duration.ofDays(1000));
        assertThat(kept.of(id)).contains(allowed);
    }

    @Test
    void whatIsOfAnotherRevisionOrOverIsNotKept() {
        assertThat(kept.keep(id, allowed(REVISION - 1, Validity.UNTIL_CHANGE))).isFalse();
        assertThat(kept.keep(id, allowed(REVISION, Validity.until(time.wall()))))
                .isFalse();
        assertThat(kept.of(id)).isEmpty();
    }

    private Standing allowed(long revision, Validity holdsUntil) {
        return new Standing.Allowed(binding, key, 1, revision, holdsUntil);
    }
}
