package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real {@code oci} CLI, installed by the test itself where pip can bring it. */
class OciCliST {
    private static final Path VENV = Stack.ROOT.resolve("system-tests/target/oci-cli");
    private static final String MESSAGE = "aGVsbG8=";
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

    /** The life of a vault, of keys and of their versions, as an operator types it. */
    @Test
    void theWholeLifeOfKeys() throws Exception {
        StackEnvironment stack = Stack.up();
        HoldfastApi api = new HoldfastApi(stack);
        String compartment =
                api.compartment("cli-" + UUID.randomUUID().toString().substring(0, 8));
        Cli cli = new Cli(stack.keys().toString());

        String vault = vaultsLife(cli, compartment, api.tenancy());
        String key = keysLife(cli, compartment, api.tenancy());
        versionsLife(cli, key);
        cryptography(cli, compartment, key, api);
        broughtAndTakenAway(cli, compartment);

        // A vault goes with its keys and comes back with them.
        String soon = Instant.now().plus(Duration.ofDays(12)).toString();
        assertThat(cli.data("vault", "schedule-deletion", "--vault-id", vault, "--time-of-deletion", soon)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("PENDING_DELETION");
        assertThat(cli.state("key", "--key-id", key)).isEqualTo("PENDING_DELETION");
        assertThat(cli.data("vault", "cancel-deletion", "--vault-id", vault)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("ACTIVE");
        assertThat(cli.state("key", "--key-id", key)).isEqualTo("ENABLED");
    }

    private static String vaultsLife(Cli cli, String compartment, String elsewhere) {
        JsonNode created = cli.json(
                "vault",
                "create",
                "--compartment-id",
                compartment,
                "--display-name",
                "by the cli",
                "--vault-type",
                "DEFAULT");
        String vault = created.path("data").path("id").asText();
        String etag = cli.json("vault", "get", "--vault-id", vault).path("etag").asText();
        assertThat(cli.data(
                                "vault",
                                "update",
                                "--vault-id",
                                vault,
                                "--display-name",
                                "renamed",
                                "--if-match",
                                etag,
                                "--force")
                        .path("display-name")
                        .asText())
                .isEqualTo("renamed");
        assertThat(cli.refused(
                        "vault",
                        "update",
                        "--vault-id",
                        vault,
                        "--display-name",
                        "late",
                        "--if-match",
                        etag,
                        "--force"))
                .contains("NoEtagMatch", "412");
        cli.run("vault", "change-compartment", "--vault-id", vault, "--compartment-id", elsewhere);
        assertThat(cli.data("vault", "get", "--vault-id", vault)
                        .path("compartment-id")
                        .asText())
                .isEqualTo(elsewhere);
        cli.run("vault", "change-compartment", "--vault-id", vault, "--compartment-id", compartment);
        assertThat(cli.ids("vault", "list", "--compartment-id", compartment)).containsExactly(vault);
        return vault;
    }

    private static String keysLife(Cli cli, String compartment, String elsewhere) {
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            made.add(cli.key(compartment, "listed-" + i, "{\"algorithm\":\"AES\",\"length\":32}"));
        }
        JsonNode first = cli.json("key", "list", "--compartment-id", compartment, "--limit", "2");
        assertThat(first.path("data")).hasSize(2);
        JsonNode rest = cli.json(
                "key",
                "list",
                "--compartment-id",
                compartment,
                "--limit",
                "2",
                "--page",
                first.path("opc-next-page").asText());
        assertThat(rest.path("data")).hasSize(1);
        assertThat(rest.has("opc-next-page")).isFalse();
        assertThat(cli.ids("key", "list", "--compartment-id", compartment, "--all", "--page-size", "2"))
                .containsExactlyInAnyOrderElementsOf(made);

        String key = made.iterator().next();
        String etag = cli.json("key", "get", "--key-id", key).path("etag").asText();
        assertThat(cli.data(
                                "key",
                                "update",
                                "--key-id",
                                key,
                                "--display-name",
                                "renamed",
                                "--if-match",
                                etag,
                                "--force")
                        .path("display-name")
                        .asText())
                .isEqualTo("renamed");
        assertThat(cli.refused("key", "disable", "--key-id", key, "--if-match", etag))
                .contains("NoEtagMatch", "412");
        assertThat(cli.data("key", "disable", "--key-id", key)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("DISABLED");
        assertThat(cli.data("key", "enable", "--key-id", key)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("ENABLED");
        cli.run("key", "change-compartment", "--key-id", key, "--compartment-id", elsewhere);
        assertThat(cli.data("key", "get", "--key-id", key)
                        .path("compartment-id")
                        .asText())
                .isEqualTo(elsewhere);
        cli.run("key", "change-compartment", "--key-id", key, "--compartment-id", compartment);
        String soon = Instant.now().plus(Duration.ofDays(10)).toString();
        assertThat(cli.data("key", "schedule-deletion", "--key-id", key, "--time-of-deletion", soon)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("PENDING_DELETION");
        assertThat(cli.data("key", "cancel-deletion", "--key-id", key)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("ENABLED");
        return key;
    }

    private static void versionsLife(Cli cli, String key) {
        String old = cli.data("key", "get", "--key-id", key)
                .path("current-key-version")
                .asText();
        String current =
                cli.data("key-version", "create", "--key-id", key).path("id").asText();
        assertThat(cli.ids("key-version", "list", "--key-id", key, "--all", "--page-size", "1"))
                .containsExactlyInAnyOrder(old, current);
        assertThat(cli.data("key-version", "schedule-deletion", "--key-id", key, "--key-version-id", old)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("PENDING_DELETION");
        assertThat(cli.data("key-version", "cancel-deletion", "--key-id", key, "--key-version-id", old)
                        .path("lifecycle-state")
                        .asText())
                .isEqualTo("ENABLED");
        assertThat(cli.state("key-version", "--key-id", key, "--key-version-id", old))
                .isEqualTo("ENABLED");
    }

    private static void cryptography(Cli cli, String compartment, String key, HoldfastApi api) {
        String bound = "{\"b\":\"2\",\"a\":\"1\"}";
        JsonNode encrypted = cli.crypto(
                "encrypt",
                "--key-id",
                key,
                "--plaintext",
                MESSAGE,
                "--associated-data",
                bound,
                "--logging-context",
                "{\"ticket\":\"OPS-1234\"}");
        String ciphertext = encrypted.path("ciphertext").asText();
        assertThat(cli.crypto(
                                "decrypt",
                                "--key-id",
                                key,
                                "--ciphertext",
                                ciphertext,
                                "--associated-data",
                                "{\"a\":\"1\",\"b\":\"2\"}")
                        .path("plaintext")
                        .asText())
                .isEqualTo(MESSAGE);
        // What the operator said about the use is in the audit trail.
        Checks.eventually("the use on the trail", Duration.ofSeconds(30), () -> {
            for (JsonNode event : api.auditOf(key)) {
                if (event.path("type").asText().equals("io.holdfast.KeyUsed.v1")) {
                    return Optional.of(event.path("data").path("loggingContext"));
                }
            }
            return Optional.empty();
        });
        JsonNode generated = cli.crypto(
                "generate-data-encryption-key",
                "--key-id",
                key,
                "--include-plaintext-key",
                "true",
                "--key-shape",
                "{\"algorithm\":\"AES\",\"length\":32}");
        assertThat(cli.crypto(
                                "decrypt",
                                "--key-id",
                                key,
                                "--ciphertext",
                                generated.path("ciphertext").asText())
                        .path("plaintext")
                        .asText())
                .isEqualTo(generated.path("plaintext").asText());

        String signer =
                cli.key(compartment, "signs", "{\"algorithm\":\"ECDSA\",\"length\":32,\"curveId\":\"NIST_P256\"}");
        JsonNode signed = cli.crypto(
                "signed-data",
                "sign",
                "--key-id",
                signer,
                "--message",
                MESSAGE,
                "--signing-algorithm",
                "ECDSA_SHA_256");
        for (boolean genuine : new boolean[] {true, false}) {
            assertThat(cli.crypto(
                                    "verified-data",
                                    "verify",
                                    "--key-id",
                                    signer,
                                    "--key-version-id",
                                    signed.path("key-version-id").asText(),
                                    "--signature",
                                    signed.path("signature").asText(),
                                    "--message",
                                    genuine ? MESSAGE : "AAAA",
                                    "--signing-algorithm",
                                    "ECDSA_SHA_256")
                            .path("is-signature-valid")
                            .asBoolean())
                    .isEqualTo(genuine);
        }
    }

    private static void broughtAndTakenAway(Cli cli, String compartment) throws Exception {
        PublicKey wrapping = KeyFactory.getInstance("RSA")
                .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder()
                        .decode(cli.data("wrapping-key", "get")
                                .path("public-key")
                                .asText()
                                .replaceAll("-----[A-Z ]+-----", ""))));
        byte[] material = new byte[32];
        Arrays.fill(material, (byte) 5);
        String key = cli.data(
                        "key",
                        "import",
                        "--compartment-id",
                        compartment,
                        "--display-name",
                        "brought",
                        "--key-shape",
                        "{\"algorithm\":\"AES\",\"length\":32}",
                        "--protection-mode",
                        "SOFTWARE",
                        "--wrapped-import-key",
                        brought(wrapping, material))
                .path("id")
                .asText();
        byte[] next = new byte[32];
        Arrays.fill(next, (byte) 6);
        JsonNode version =
                cli.data("key-version", "import", "--key-id", key, "--wrapped-import-key", brought(wrapping, next));
        assertThat(version.path("origin").asText()).isEqualTo("EXTERNAL");

        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair recipient = generator.generateKeyPair();
        String wrapped = cli.crypto(
                        "key",
                        "export",
                        "--key-id",
                        key,
                        "--algorithm",
                        "RSA_OAEP_SHA256",
                        "--public-key",
                        "-----BEGIN PUBLIC KEY-----\n"
                                + Base64.getMimeEncoder()
                                        .encodeToString(recipient.getPublic().getEncoded())
                                + "\n-----END PUBLIC KEY-----")
                .path("encrypted-key")
                .asText();
        assertThat(oaep(
                        Cipher.DECRYPT_MODE,
                        recipient.getPrivate(),
                        Base64.getDecoder().decode(wrapped)))
                .isEqualTo(next);
    }

    private static String brought(PublicKey wrapping, byte[] material) throws GeneralSecurityException {
        return "{\"keyMaterial\":\""
                + Base64.getEncoder().encodeToString(oaep(Cipher.ENCRYPT_MODE, wrapping, material))
                + "\",\"wrappingAlgorithm\":\"RSA_OAEP_SHA256\"}";
    }

    private static byte[] oaep(int mode, java.security.Key key, byte[] input) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                mode,
                key,
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return cipher.doFinal(input);
    }

    /** {@code oci kms} against one endpoint. */
    private record Cli(String endpoint) {
        private static final ObjectMapper JSON = new ObjectMapper();

        String run(String... arguments) {
            return oci(endpoint, with(List.of("kms", "management"), arguments));
        }

        /** The whole of what it printed. */
        JsonNode json(String... arguments) {
            return parse(run(arguments));
        }

        JsonNode data(String... arguments) {
            return json(arguments).path("data");
        }

        List<String> ids(String... arguments) {
            List<String> ids = new ArrayList<>();
            data(arguments).forEach(each -> ids.add(each.path("id").asText()));
            return ids;
        }

        JsonNode crypto(String... arguments) {
            return parse(oci(endpoint, with(List.of("kms", "crypto"), arguments)))
                    .path("data");
        }

        String state(String kind, String... names) {
            return data(with(List.of(kind, "get"), names))
                    .path("lifecycle-state")
                    .asText();
        }

        String key(String compartment, String name, String shape) {
            return data(
                            "key",
                            "create",
                            "--compartment-id",
                            compartment,
                            "--display-name",
                            name,
                            "--protection-mode",
                            "SOFTWARE",
                            "--key-shape",
                            shape)
                    .path("id")
                    .asText();
        }

        /** What it says of a command that is refused. */
        String refused(String... arguments) {
            Stack.Result result = call(endpoint, with(List.of("kms", "management"), arguments));
            assertThat(result.exitCode()).as(result.output()).isNotZero();
            return result.output();
        }

        private static String[] with(List<String> first, String... then) {
            List<String> all = new ArrayList<>(first);
            all.addAll(List.of(then));
            return all.toArray(String[]::new);
        }

        private static JsonNode parse(String output) {
            try {
                return JSON.readTree(output);
            } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON: " + output, e);
            }
        }
    }

    private static String oci(String endpoint, String... arguments) {
        Stack.Result result = call(endpoint, arguments);
        assertThat(result.exitCode())
                .as(String.join(" ", arguments) + "\n" + result.output())
                .isZero();
        return result.output();
    }

    private static Stack.Result call(String endpoint, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "OCI_CLI_CONFIG_FILE=" + Stack.DIRECTORY.resolve("oci/config"),
                "OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING=True",
                "SUPPRESS_LABEL_WARNING=True",
                VENV.resolve("bin/oci").toString(),
                "--endpoint",
                endpoint));
        command.addAll(List.of(arguments));
        return Stack.run(command, Duration.ofSeconds(60));
    }
}
