package io.holdfast.system;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/** {@code ./dev demo}: the journey against the running stack, told aloud. Argument: the state directory, if it is not the one of the environment. */
public final class DemoMain {
    private DemoMain() {}

    /** Ends with 0 when every check held, with 1 and the step's name when one did not. */
    public static void main(String[] args) {
        // The clients' own logging has no place in what is told here.
        LogManager.getLogManager().reset();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Narrator narrator = new Narrator(out, System.getenv("TERM") != null && System.console() != null);
        try (Journey journey = new Journey(StackEnvironment.ofArguments(args), narrator)) {
            journey.runAll();
        } catch (RuntimeException e) {
            String reason = e instanceof StepFailed ? String.valueOf(e.getMessage()) : e.toString();
            out.println();
            out.println("✗ " + narrator.step() + ": " + reason);
            System.exit(1);
        }
    }
}
