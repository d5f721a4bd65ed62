package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People, groups and compartments, as an administrator types them into the real {@code oci} CLI. */
class OciCliIamST {
    @TempDir
    Path directory;

    private OciCli cli;
    private String tenancy;
    private String unique;

    @BeforeAll
    static void install() {
        OciCli.install();
    }

    @BeforeEach
    void connect() {
        StackEnvironment stack = Stack.up();
        cli = new OciCli(stack.keys());
        tenancy = new HoldfastApi(stack).tenancy();
        unique = UUID.randomUUID().toString().substring(0, 8);
    }

    @Test
    void aUserWithAKeyJoinsAGroupAndLeaves() throws Exception {
        String user = field("id", "user create", "--name", unique + "@example.com", "--description", "by the cli");
        String group = field("id", "group create", "--name", "Group " + unique, "--description", "by the cli");
        Path pem = Files.writeString(directory.resolve("key.pem"), publicKey());

        String fingerprint =
                field("fingerprint", "user api-key upload", "--user-id", user, "--key-file", pem.toString());
        assertThat(data("user api-key list", "--user-id", user)).hasSize(1);
        String membership = field("id", "group add-user", "--user-id", user, "--group-id", group);
        assertThat(membership).startsWith("ocid1.groupmembership.");
        assertThat(data("user list", "--name", unique + "@example.com")).hasSize(1);
        assertThat(refused("group delete", "--group-id", group, "--force")).contains("Conflict", "409");

        run("group remove-user", "--user-id", user, "--group-id", group, "--force");
        run("user api-key delete", "--user-id", user, "--fingerprint", fingerprint, "--force");
        assertThat(field("lifecycle-state", "user update-user-state", "--user-id", user, "--blocked", "true"))
                .isEqualTo("INACTIVE");
        run("user delete", "--user-id", user, "--force");
        run("group delete", "--group-id", group, "--force");
        assertThat(refused("user get", "--user-id", user)).contains("NotAuthorizedOrNotFound", "404");
    }

    @Test
    void aDynamicGroupIsMadeChangedAndDeleted() {
        String group = field(
                "id",
                "dynamic-group create",
                "--name",
                "dyn-" + unique,
                "--description",
                "by the cli",
                "--matching-rule",
                "ALL {resource.type = 'cluster'}");
        assertThat(field(
                        "matching-rule",
                        "dynamic-group update",
                        "--dynamic-group-id",
                        group,
                        "--matching-rule",
                        "Any {resource.type = 'cluster'}",
                        "--force"))
                .isEqualTo("Any {resource.type = 'cluster'}");
        assertThat(refused(
                        "dynamic-group create",
                        "--name",
                        "wrong-" + unique,
                        "--description",
                        "by the cli",
                        "--matching-rule",
                        "ALL {resource.type 'cluster'}"))
                .contains("InvalidParameter", "line 1:20");
        run("dynamic-group delete", "--dynamic-group-id", group, "--force");
    }

    @Test
    void aCompartmentIsRenamedMovedAndDeleted() {
        String parent = compartment(tenancy, "parent-" + unique);
        String id = compartment(tenancy, "cli-" + unique);
        assertThat(field("name", "compartment update", "--compartment-id", id, "--name", "new-" + unique))
                .isEqualTo("new-" + unique);
        run("compartment move", "--compartment-id", id, "--target-compartment-id", parent);
        assertThat(field("compartment-id", "compartment get", "--compartment-id", id))
                .isEqualTo(parent);
        assertThat(refused("compartment delete", "--compartment-id", parent, "--force"))
                .contains("not empty");

        String work = answer("compartment delete", "--compartment-id", id, "--force")
                .path("opc-work-request-id")
                .asText();
        assertThat(field("status", "work-request get", "--work-request-id", work))
                .isEqualTo("SUCCEEDED");
        assertThat(field("lifecycle-state", "compartment get", "--compartment-id", id))
                .isEqualTo("DELETED");
    }

    private String compartment(String parent, String name) {
        return field(
                "id", "compartment create", "--compartment-id", parent, "--name", name, "--description", "by the cli");
    }

    private static String publicKey() throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(generator.generateKeyPair().getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private void run(String command, String... options) {
        cli.run(words(command, options));
    }

    private String refused(String command, String... options) {
        return cli.refused(words(command, options));
    }

    private JsonNode answer(String command, String... options) {
        return cli.answer(words(command, options));
    }

    private JsonNode data(String command, String... options) {
        return cli.data(words(command, options));
    }

    private String field(String name, String command, String... options) {
        return cli.field(name, words(command, options));
    }

    private static String[] words(String command, String... options) {
        List<String> words = new ArrayList<>(List.of(("iam " + command).split(" ")));
        Stream.of(options).forEach(words::add);
        return words.toArray(String[]::new);
    }
}
