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
        StackEnvironment stack = StackEnvironment.ofArguments(args);
        try (Journey journey = new Journey(stack, narrator)) {
            journey.runAll();
            tryNext(out, stack);
        } catch (RuntimeException e) {
            String reason = e instanceof StepFailed ? String.valueOf(e.getMessage()) : e.toString();
            out.println();
            out.println("✗ " + narrator.step() + ": " + reason);
            System.exit(1);
        }
    }

    private static void tryNext(PrintStream out, StackEnvironment stack) {
        out.println("""

                All ten steps held. The stack is still running; try next:
                  source %s/env
                  kubectl get secrets --all-namespaces
                  kubectl create secret generic mine --from-literal=a=b
                  etcdctl get /clusters/ --prefix --keys-only --limit=20
                  oci iam policy list --endpoint $HOLDFAST_KEYS_URL --compartment-id <tenancy OCID, in $OCI_CLI_CONFIG_FILE>
                  ./dev status | logs | kubeconfig | down""".formatted(stack.directory()));
    }
}
