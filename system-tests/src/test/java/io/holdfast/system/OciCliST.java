package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator of a cluster types into the real {@code oci} CLI. */
class OciCliST {
    @BeforeAll
    static void install() {
        OciCli.install();
    }

    @Test
    void theOperatorsCommandsWorkUnchanged() {
        try (Fixture fixture = new Fixture()) {
            OciCli keys = new OciCli(fixture.stack.keys());
            OciCli clusters = new OciCli(fixture.stack.clusters());

            assertThat(keys.run("kms", "management", "key", "get", "--key-id", fixture.key))
                    .contains("\"lifecycle-state\": \"ENABLED\"");
            assertThat(keys.run("kms", "management", "key-version", "create", "--key-id", fixture.key))
                    .contains("\"key-id\": \"" + fixture.key + "\"");
            assertThat(keys.run("kms", "crypto", "encrypt", "--key-id", fixture.key, "--plaintext", "aGVsbG8="))
                    .contains("\"ciphertext\"");
            assertThat(keys.run("iam", "policy", "list", "--compartment-id", fixture.api.tenancy()))
                    .contains("\"statements\"");
            assertThat(clusters.run("ce", "cluster", "get", "--cluster-id", fixture.cluster))
                    .contains("\"kms-key-id\": \"" + fixture.key + "\"");
            Path kubeconfig = fixture.kubeconfig.resolveSibling("kubeconfig-cli");
            clusters.run(
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
            assertThat(keys.run(
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
            assertThat(keys.run("kms", "management", "key", "schedule-deletion", "--key-id", fixture.key))
                    .contains("PENDING_DELETION");
            assertThat(keys.run("kms", "management", "key", "cancel-deletion", "--key-id", fixture.key))
                    .contains("ENABLED");
        }
    }

    /** The user entry of OCI's documentation, in the kubeconfig that cluster-service wrote. */
    @Test
    void kubectlRunsTheCliForItsCredential() throws IOException {
        try (Fixture fixture = new Fixture()) {
            Path kubeconfig = fixture.kubeconfig.resolveSibling("kubeconfig-exec");
            String exec = """
                        exec:
                          apiVersion: client.authentication.k8s.io/v1beta1
                          command: %s
                          args: [ce, cluster, generate-token, --cluster-id, %s]
                          env:
                          - {name: OCI_CLI_CONFIG_FILE, value: %s}
                          - {name: OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING, value: "True"}
                          - {name: SUPPRESS_LABEL_WARNING, value: "True"}
                          interactiveMode: Never""".formatted(OciCli.command(), fixture.cluster, Stack.DIRECTORY.resolve("oci/config"));
            String written = Files.readString(fixture.kubeconfig);
            String changed = written.replaceAll(
                    "(?m)^ *token: .*$", Matcher.quoteReplacement(exec.indent(4).stripTrailing()));
            assertThat(changed).isNotEqualTo(written);
            Files.writeString(kubeconfig, changed);

            assertThat(new Kubectl(kubeconfig)
                            .run("get", "namespaces")
                            .expectSuccess()
                            .output())
                    .contains("default");
        }
    }
}
