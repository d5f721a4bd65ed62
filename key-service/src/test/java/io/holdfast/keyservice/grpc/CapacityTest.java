package io.holdfast.keyservice.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.holdfast.platform.grpc.Overload;
import org.junit.jupiter.api.Test;

class CapacityTest {
    private final Capacity capacity = new Capacity(10);

    private boolean isTaken(int units) {
        return capacity.run(units, () -> true);
    }

    @Test
    void whatFindsNoRoomIsRefusedAsToBeRepeated() {
        capacity.run(6, () -> {
            assertThat(isTaken(4)).isTrue();
            StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, () -> isTaken(5));
            assertThat(Overload.isRefusal(refused)).isTrue();
            return true;
        });
        assertThat(isTaken(10)).isTrue();
    }

    @Test
    void whatFailsLeavesItsRoom() {
        IllegalStateException failure = catchThrowableOfType(
                IllegalStateException.class,
                () -> capacity.run(10, () -> {
                    throw new IllegalStateException("of the test");
                }));
        assertThat(failure).hasMessage("of the test");
        assertThat(isTaken(10)).isTrue();
    }
}
