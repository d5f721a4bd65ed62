package io.holdfast.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real kubectl, as a process. */
public final class Kubectl {
    private static final long LIMIT_SECONDS = 120;
    private final Path kubeconfig;

    public Kubectl(Path kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    /** What a run printed and how it ended. */
    public record Run(List<String> command, int exitCode, String output) {
        public Run {
            command = List.copyOf(command);
        }

        public boolean succeeded() {
            return exitCode == 0;
        }

        public Run expectSuccess() {
            if (!succeeded()) {
                throw new StepFailed("kubectl " + String.join(" ", command) + " failed: " + output.strip());
            }
            return this;
        }
    }

    /** Runs kubectl to its end; stdout and stderr come together. */
    public Run run(String... arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig", kubeconfig.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(new java.io.File("/dev/null"))
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new StepFailed("kubectl " + String.join(" ", arguments) + " did not end");
            }
            return new Run(List.of(arguments), process.exitValue(), output);
        } catch (IOException e) {
            throw new StepFailed("kubectl could not be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed("kubectl was interrupted");
        }
    }
}
