package io.holdfast.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Credential;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StandingRightTest {
    private static final Duration TERM = Duration.ofSeconds(50);
    private final SessionState state = new SessionState(TimeSource.system());
    private final List<String> done = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-29T12:00:00Z");

    private final AccessSession session = new AccessSession() {
        @Override
        public boolean admits(long stateRevision) {
            return state.admits(stateRevision);
        }

        @Override
        public boolean live() {
            return state.live();
        }

        @Override
        public long revision() {
            return state.revision();
        }

        @Override
        public boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery) {
            return state.deliver(stateRevision, delivery, () -> {});
        }

        @Override
        public void onChange(Runnable callback) {}
    };

    @BeforeEach
    void begin() {
        pong(10);
    }

    private void pong(long revision) {
        Bytes nonce = state.ping().nonce();
        state.pong(nonce, revision, TERM);
    }

    private static Decision at(long revision, Validity until) {
        return new Decision(true, "test", revision, until, Optional.empty());
    }

    private StandingRight right(Decision first, Supplier<Decision> ask) {
        return new StandingRight(session, () -> now, first, () -> {
            done.add("asked");
            return ask.get();
        });
    }

    private String commit() {
        // While it runs a newer state is not acknowledged.
        state.changed(state.revision() + 1);
        assertThat(state.holdsBack()).isTrue();
        done.add("committed");
        return "made";
    }

    @Test
    void holdsBackTheAcknowledgementWhileItCommits() {
        StandingRight right = right(at(10, Validity.UNTIL_CHANGE), () -> {
            throw ProblemException.notFound();
        });
        assertThat(right.holding(this::commit)).isEqualTo("made");
        assertThat(state.holdsBack()).isFalse();
        assertThat(done).containsExactly("committed");
    }

    @Test
    void commitsNothingOnceTheRightIsLost() {
        state.changed(11);
        StandingRight right = right(at(10, Validity.UNTIL_CHANGE), () -> {
            throw ProblemException.notFound();
        });
        assertThatThrownBy(() -> right.holding(this::commit)).isInstanceOf(ProblemException.class);
        assertThat(done).containsExactly("asked");
    }

    @Test
    void asksAgainWhenOtherThingsChanged() {
        state.changed(11);
        StandingRight right = right(at(10, Validity.UNTIL_CHANGE), () -> at(11, Validity.UNTIL_CHANGE));
        assertThat(right.holding(this::commit)).isEqualTo("made");
        assertThat(done).containsExactly("asked", "committed");
        assertThat(right.decision().stateRevision()).isEqualTo(11);
    }

    @Test
    void asksAgainWhenTheDecisionHasComeToItsEnd() {
        StandingRight right = right(at(10, Validity.until(now.plusSeconds(60))), () -> {
            throw ProblemException.notFound();
        });
        now = now.plusSeconds(59);
        assertThat(right.holding(this::commit)).isEqualTo("made");
        pong(state.revision());
        now = now.plusSeconds(1);
        assertThatThrownBy(() -> right.holding(this::commit)).isInstanceOf(ProblemException.class);
        assertThat(done).containsExactly("committed", "asked");
    }

    private StandingRight rightBy(Credential credential) {
        return StandingRight.of(session, () -> now, credential, caller -> {
            done.add("asked for " + caller.name());
            // What may be done is asked for after who asks: it is found at the newer state.
            return at(state.revision() + 1, Validity.UNTIL_CHANGE);
        });
    }

    private static Caller caller(String name) {
        return new Caller("user", "ocid1.user.oc1..u", name, new TenancyId("ocid1.tenancy.oc1..t"), "");
    }

    @Test
    void goesWithTheCredentialThatTheRequestShowed() {
        StandingRight right = rightBy(new Credential(new Credential.Good(caller("maria"), 10), () -> {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }));
        state.changed(11);
        assertThatThrownBy(() -> right.holding(this::commit))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ProblemCode.NOT_AUTHENTICATED));
        assertThat(done).containsExactly("asked for maria");
    }

    @Test
    void asksAgainForTheCredentialWhenOtherThingsChanged() {
        StandingRight right = rightBy(new Credential(
                new Credential.Good(caller("maria"), 10), () -> new Credential.Good(caller("maria, renamed"), 11)));
        state.changed(11);
        assertThat(right.holding(this::commit)).isEqualTo("made");
        assertThat(done).containsExactly("asked for maria", "asked for maria, renamed", "committed");
    }

    @Test
    void aFailureOfTheCommitIsThrownAndHoldsNothingBack() {
        StandingRight right = right(at(10, Validity.UNTIL_CHANGE), () -> at(10, Validity.UNTIL_CHANGE));
        assertThatThrownBy(() -> right.holding(() -> {
                    state.changed(11);
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
        assertThat(state.holdsBack()).isFalse();
        assertThat(done).isEmpty();
    }

    @Test
    void givesUpWhenNoDecisionStandsLongEnough() {
        StandingRight right = right(at(9, Validity.UNTIL_CHANGE), () -> at(9, Validity.UNTIL_CHANGE));
        assertThatThrownBy(() -> right.holding(this::commit)).isInstanceOf(AccessUnavailable.class);
        assertThat(done).doesNotContain("committed");
    }

    @Test
    void commitsNothingWithoutALiveSession() {
        StandingRight right = new StandingRight(
                new AccessSession() {
                    @Override
                    public boolean admits(long stateRevision) {
                        return false;
                    }

                    @Override
                    public boolean live() {
                        return false;
                    }

                    @Override
                    public long revision() {
                        return 0;
                    }

                    @Override
                    public boolean deliver(long stateRevision, Supplier<? extends CompletionStage<?>> delivery) {
                        return false;
                    }

                    @Override
                    public void onChange(Runnable callback) {}
                },
                () -> now,
                at(10, Validity.UNTIL_CHANGE),
                () -> at(10, Validity.UNTIL_CHANGE));
        assertThatThrownBy(() -> right.holding(this::commit)).isInstanceOf(AccessUnavailable.class);
        assertThat(done).isEmpty();
    }
}
