package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The real {@code oci} CLI, pointed at one service of the stack.
 *
 * @param endpoint of the service, as {@code --endpoint} takes it
 */
record OciCli(URI endpoint) {
    private static final Path VENV = Stack.ROOT.resolve("system-tests/target/oci-cli");
    private static final Duration INSTALL_BOUND = Duration.ofMinutes(8);
    private static final Duration COMMAND_BOUND = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Brings it by pip where it is not there yet; where pip can't, the calling tests are skipped and say so. */
    static synchronized void install() {
        if (Files.isExecutable(VENV.resolve("bin/oci"))) {
            return;
        }
        Stack.Result installed = Stack.run(
                List.of(
                        "bash",
                        "-c",
                        "python3 -m venv '" + VENV + "' && '" + VENV
                                + "/bin/pip' install --quiet --disable-pip-version-check oci-cli"),
                INSTALL_BOUND);
        Assumptions.assumeTrue(
                installed.exitCode() == 0, "SKIPPED: the oci CLI cannot be installed here:\n" + installed.output());
    }

    /** Where the command is, for programs that run it. */
    static Path command() {
        return VENV.resolve("bin/oci").toAbsolutePath();
    }

    /** What a command that succeeds prints, which may be nothing. */
    String run(String... words) {
        Stack.Result result = call(words);
        assertThat(result.exitCode())
                .as(String.join(" ", words) + "\n" + result.output())
                .isZero();
        return result.output();
    }

    /** What a command that the service refuses prints. */
    String refused(String... words) {
        Stack.Result result = call(words);
        assertThat(result.exitCode())
                .as(String.join(" ", words) + "\n" + result.output())
                .isNotZero();
        return result.output();
    }

    /** All of what it prints: {@code data}, and the answer's headers that it knows. */
    JsonNode answer(String... words) {
        String output = run(words);
        try {
            return JSON.readTree(output);
        } catch (JsonProcessingException e) {
            throw new AssertionError(String.join(" ", words) + " printed no JSON: " + output, e);
        }
    }

    JsonNode data(String... words) {
        return answer(words).path("data");
    }

    /** One field of what it prints, by the CLI's spelling of the name. */
    String field(String name, String... words) {
        return data(words).path(name).asText();
    }

    /** The ids of a listing. */
    List<String> ids(String... words) {
        return data(words).valueStream().map(each -> each.path("id").asText()).toList();
    }

    private Stack.Result call(String... words) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "OCI_CLI_CONFIG_FILE=" + Stack.DIRECTORY.resolve("oci/config"),
                "OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING=True",
                "SUPPRESS_LABEL_WARNING=True",
                VENV.resolve("bin/oci").toString(),
                "--endpoint",
                endpoint.toString()));
        command.addAll(List.of(words));
        return Stack.run(command, COMMAND_BOUND);
    }
}
