package io.holdfast.keyservice.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.keyservice.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Turns turns = new Turns(3);
    private final List<KeyId> taken = new ArrayList<>();

    private void take(List<KeyId> wished) {
        turns.begin();
        for (KeyId key : wished) {
            turns.wish(key, () -> {
                taken.add(key);
                return 1;
            });
        }
        List<IntSupplier> looks = new ArrayList<>();
        turns.take().forEachRemaining(looks::add);
        assertThat(looks).hasSize(Math.min(3, wished.size()));
        looks.forEach(IntSupplier::getAsInt);
    }

    private static List<KeyId> keys(int number) {
        List<KeyId> keys = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            keys.add(Samples.MINT.key(Samples.VAULT));
        }
        return keys;
    }

    @Test
    void eachHasItsTurnBeforeAnyHasASecond() {
        List<KeyId> keys = keys(8);
        for (int i = 0; i < 8; i++) {
            take(keys);
        }
        for (int round = 0; round < 3; round++) {
            assertThat(taken.subList(8 * round, 8 * (round + 1))).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    @Test
    void whoComesAndGoesTakesNobodysTurn() {
        List<KeyId> keys = keys(8);
        // Eight that stay and another one each time: four times three are twelve.
        for (int i = 0; i < 4; i++) {
            List<KeyId> wished = new ArrayList<>(keys);
            wished.addAll(keys(1));
            take(wished);
        }
        assertThat(taken).containsAll(keys);
    }

    @Test
    void whoWasNotReachedIsTheFirstNextTime() {
        List<KeyId> keys = keys(8);
        for (int i = 0; i < 8; i++) {
            turns.begin();
            keys.forEach(key -> turns.wish(key, () -> {
                taken.add(key);
                return 1;
            }));
            turns.take().next().getAsInt();
        }
        assertThat(taken).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void fewAreAllTakenEachTimeAndNoneOfNone() {
        List<KeyId> keys = keys(2);
        take(keys);
        take(List.of());
        take(keys);
        assertThat(taken).hasSize(4);
    }
}
