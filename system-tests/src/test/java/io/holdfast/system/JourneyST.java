package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The ten steps, on real parts, through public interfaces. */
class JourneyST {
    @Test
    void theWayOfASecret() {
        StackEnvironment stack = Stack.up();
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Narrator narrator = new Narrator(new PrintStream(told, true, StandardCharsets.UTF_8), false);

        try (Journey journey = new Journey(stack, narrator)) {
            journey.runAll();
        } catch (RuntimeException e) {
            throw new AssertionError(
                    narrator.step() + ": " + e.getMessage() + "\n" + told.toString(StandardCharsets.UTF_8), e);
        }

        assertThat(told.toString(StandardCharsets.UTF_8)).contains("── 10.", "nothing live is left under");
    }
}
