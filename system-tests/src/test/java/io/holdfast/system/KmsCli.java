package io.holdfast.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * {@code oci kms} in a compartment of one test's own, with a vault in it.
 *
 * @param cli pointed at key-service
 * @param compartment where the test makes things
 * @param vault the only one of the compartment, so its keys go there
 * @param elsewhere another compartment, to move things to
 */
record KmsCli(OciCli cli, String compartment, String vault, String elsewhere) {
    static final String AES_256 = "{\"algorithm\":\"AES\",\"length\":32}";

    /** On the running stack; starts what is not running. */
    static KmsCli inACompartmentOfItsOwn() {
        StackEnvironment stack = Stack.up();
        HoldfastApi api = new HoldfastApi(stack);
        OciCli cli = new OciCli(stack.keys());
        String compartment =
                api.compartment("cli-" + UUID.randomUUID().toString().substring(0, 8));
        String vault = cli.field(
                "id",
                words(
                        "kms management vault create",
                        "--compartment-id",
                        compartment,
                        "--display-name",
                        "by the cli",
                        "--vault-type",
                        "DEFAULT"));
        return new KmsCli(cli, compartment, vault, api.tenancy());
    }

    /** @param command as typed behind {@code oci kms}, for example {@code management key get} */
    JsonNode answer(String command, String... options) {
        return cli.answer(words("kms " + command, options));
    }

    JsonNode data(String command, String... options) {
        return cli.data(words("kms " + command, options));
    }

    String field(String name, String command, String... options) {
        return cli.field(name, words("kms " + command, options));
    }

    /** For the commands whose answer the CLI does not print. */
    void run(String command, String... options) {
        cli.run(words("kms " + command, options));
    }

    String refused(String command, String... options) {
        return cli.refused(words("kms " + command, options));
    }

    List<String> ids(String command, String... options) {
        return cli.ids(words("kms " + command, options));
    }

    /** A new software key's id. */
    String createKey(String name, String shape) {
        return field(
                "id",
                "management key create",
                "--compartment-id",
                compartment,
                "--display-name",
                name,
                "--protection-mode",
                "SOFTWARE",
                "--key-shape",
                shape);
    }

    String keyState(String key) {
        return field("lifecycle-state", "management key get", "--key-id", key);
    }

    private static String[] words(String command, String... options) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of(options));
        return words.toArray(String[]::new);
    }
}
