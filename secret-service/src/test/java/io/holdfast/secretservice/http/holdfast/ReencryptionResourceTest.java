package io.holdfast.secretservice.http.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Credential;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.secretservice.reencrypt.Job;
import io.holdfast.secretservice.reencrypt.KeyVersionCount;
import io.holdfast.secretservice.testing.InProcessKeyService;
import io.holdfast.secretservice.testing.Stack;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What changes jobs, on a real etcd; nothing runs them. */
class ReencryptionResourceTest {
    private static final Caller CALLER = new Caller(
            "user", InProcessKeyService.MINT.user().value(), "maria", InProcessKeyService.MINT.tenancy(), "");

    private boolean allowed = true;
    /** Happens once, between a decision and its use. */
    private Runnable meanwhile = () -> {};

    private Stack stack;
    private Stack.Opened c;
    private ReencryptionResource resource;

    @BeforeEach
    void start() {
        stack = new Stack();
        c = stack.open();
        CurrentCaller current = new CurrentCaller() {
            @Override
            public Credential credential() {
                return Credential.ofAnyState(CALLER);
            }
        };
        Authorizer authorizer = (caller, operation, permissions, compartment, variables) -> {
            Authorizer.Decision decision = new Authorizer.Decision(
                    allowed, "test", stack.keys.revision(), Validity.UNTIL_CHANGE, Optional.of(caller.tenancyId()));
            Runnable once = meanwhile;
            meanwhile = () -> {};
            once.run();
            return decision;
        };
        resource = new ReencryptionResource(
                current,
                authorizer,
                stack.keys,
                TimeSource.system(),
                stack.clusters,
                stack.fences,
                stack.jobs,
                new KeyVersionCount(stack.store));
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void changesNoJobForOneWhoLostTheRightMeanwhile() {
        refusedWhenTheRightIsLost(() -> resource.start(cluster()));
        assertThat(stack.jobs.list(c.cluster())).isEmpty();

        resource.start(cluster());
        String id = stack.jobs.list(c.cluster()).getFirst().id();
        refusedWhenTheRightIsLost(() -> resource.pause(cluster(), id));
        assertThat(state(id)).isEqualTo(Job.State.RUNNING);
        refusedWhenTheRightIsLost(() -> resource.cancel(cluster(), id));
        assertThat(state(id)).isEqualTo(Job.State.RUNNING);

        resource.pause(cluster(), id);
        refusedWhenTheRightIsLost(() -> resource.resume(cluster(), id));
        assertThat(state(id)).isEqualTo(Job.State.PAUSED);
    }

    @Test
    void changesJobsWhateverElseChangesInAccess() {
        meanwhile = this::move;
        resource.start(cluster());
        String id = stack.jobs.list(c.cluster()).getFirst().id();
        meanwhile = this::move;
        resource.pause(cluster(), id);
        meanwhile = this::move;
        resource.resume(cluster(), id);
        assertThat(state(id)).isEqualTo(Job.State.RUNNING);
        meanwhile = this::move;
        resource.cancel(cluster(), id);
        assertThat(state(id)).isEqualTo(Job.State.CANCELLED);
    }

    private void refusedWhenTheRightIsLost(ThrowingCallable change) {
        meanwhile = () -> {
            allowed = false;
            move();
        };
        assertThatThrownBy(change)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ProblemCode.NOT_AUTHORIZED_OR_NOT_FOUND));
        allowed = true;
    }

    /** As any change of access does; that of a key of nobody's takes nothing from anyone. */
    private void move() {
        stack.keys.rotate(stack.keys.newKey());
    }

    private String cluster() {
        return c.cluster().value();
    }

    private Job.State state(String id) {
        return stack.jobs.find(c.cluster(), id).orElseThrow().job().state();
    }
}
