package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Oracle's client for Node.js, which signs {@code x-date}; installed by npm where there is one. */
class OciNodeST {
    private static final Path DIRECTORY = Stack.ROOT.resolve("system-tests/target/oci-node");
    private static final Path SCRIPT = Stack.ROOT.resolve("system-tests/src/test/resources/node/lifecycle.cjs");
    private static final Duration INSTALL_BOUND = Duration.ofMinutes(3);

    @BeforeAll
    static void install() throws Exception {
        Files.createDirectories(DIRECTORY);
        Stack.Result installed = Stack.run(
                List.of(
                        "bash",
                        "-c",
                        "cd '" + DIRECTORY + "' && npm install --no-audit --no-fund --loglevel=error --no-save"
                                + " oci-keymanagement@2.139.1 oci-common@2.142.1"),
                INSTALL_BOUND);
        Assumptions.assumeTrue(
                installed.exitCode() == 0,
                "SKIPPED: Oracle's client for Node.js cannot be installed here:\n" + installed.output());
    }

    @Test
    void theLifeOfKeysThroughOraclesClient() throws Exception {
        StackEnvironment stack = Stack.up();
        String compartment = new HoldfastApi(stack).compartment("node-keys");
        Path script = Files.copy(
                SCRIPT, DIRECTORY.resolve("lifecycle.cjs"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        Stack.Result result = Stack.run(
                List.of(
                        "node",
                        script.toString(),
                        stack.keys().toString(),
                        stack.ociConfig().toString(),
                        compartment),
                Duration.ofMinutes(1));

        assertThat(result.output()).contains("everything holds");
        assertThat(result.exitCode()).isZero();
    }
}
