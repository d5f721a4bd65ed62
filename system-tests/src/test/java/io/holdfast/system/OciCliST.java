package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real {@code oci} CLI, installed by the test itself where pip can bring it. */
class OciCliST {
    private static final Path VENV = Stack.ROOT.resolve("system-tests/target/oci-cli");
    private static final Duration INSTALL_BOUND = Duration.ofMinutes(8);

    @BeforeAll
    static void install() {
        if (!Files.isExecutable(VENV.resolve("bin/oci"))) {
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
    }

    @Test
    void theOperatorsCommandsWorkUnchanged() {
        try (Fixture fixture = new Fixture()) {
            String keys = fixture.stack.keys().toString();
            String clusters = fixture.stack.clusters().toString();

            assertThat(oci(keys, "kms", "management", "key", "get", "--key-id", fixture.key))
                    .contains("\"lifecycle-state\": \"ENABLED\"");
            assertThat(oci(keys, "kms", "management", "key-version", "create", "--key-id", fixture.key))
                    .contains("\"key-id\": \"" + fixture.key + "\"");
            assertThat(oci(keys, "kms", "crypto", "encrypt", "--key-id", fixture.key, "--plaintext", "aGVsbG8="))
                    .contains("\"ciphertext\"");
            assertThat(oci(keys, "iam", "policy", "list", "--compartment-id", fixture.api.tenancy()))
                    .contains("\"statements\"");
            assertThat(oci(clusters, "ce", "cluster", "get", "--cluster-id", fixture.cluster))
                    .contains("\"kms-key-id\": \"" + fixture.key + "\"");
            Path kubeconfig = fixture.kubeconfig.resolveSibling("kubeconfig-cli");
            oci(
                    clusters,
                    "ce",
                    "cluster",
                    "create-kubeconfig",
                    "--cluster-id",
                    fixture.cluster,
                    "--file",
                    kubeconfig.toString(),
                    "--token-version",
                    "2.0.0",
                    "--overwrite");
            assertThat(new Kubectl(kubeconfig)
                            .run("get", "namespaces")
                            .expectSuccess()
                            .output())
                    .contains("default");
            // A bound key goes only when the CLI says so in the one way that it can.
            assertThat(oci(
                            keys,
                            "kms",
                            "management",
                            "key",
                            "update",
                            "--key-id",
                            fixture.key,
                            "--freeform-tags",
                            "{\"holdfast-force-deletion\":\"true\"}",
                            "--force"))
                    .contains("holdfast-force-deletion");
            assertThat(oci(keys, "kms", "management", "key", "schedule-deletion", "--key-id", fixture.key))
                    .contains("PENDING_DELETION");
            assertThat(oci(keys, "kms", "management", "key", "cancel-deletion", "--key-id", fixture.key))
                    .contains("ENABLED");
        }
    }

    private static String oci(String endpoint, String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of(
                "env",
                "OCI_CLI_CONFIG_FILE=" + Stack.DIRECTORY.resolve("oci/config"),
                "OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING=True",
                "SUPPRESS_LABEL_WARNING=True",
                VENV.resolve("bin/oci").toString(),
                "--endpoint",
                endpoint));
        command.addAll(List.of(arguments));
        Stack.Result result = Stack.run(command, Duration.ofSeconds(60));
        assertThat(result.exitCode())
                .as(String.join(" ", arguments) + "\n" + result.output())
                .isZero();
        return result.output();
    }
}
