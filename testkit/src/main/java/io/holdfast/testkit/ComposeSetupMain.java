package io.holdfast.testkit;

import io.holdfast.testkit.EtcdServer.User;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * {@code ComposeSetupMain <directory> <control etcd> <data etcd>}: what the containers of docker-compose.yml need before
 * they start: certificates, the bootstrap identity, root key and passwords in a directory, and users in both etcds.
 *
 * <p>The same as {@code ./dev up} makes. Running it again changes nothing.
 */
public final class ComposeSetupMain {
    private static final Duration ETCD_BOUND = Duration.ofSeconds(60);

    private ComposeSetupMain() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("usage: ComposeSetupMain <directory> <control etcd> <data etcd>");
            System.exit(2);
        }
        Path directory = Path.of(arguments[0]).toAbsolutePath();
        DevLayoutMain.layOutSecrets(directory);
        DevLayoutMain.password(directory.resolve("postgres").resolve("password"));
        secure(
                directory,
                arguments[1],
                new EtcdRole("key-service", List.of("/holdfast/keys/", "/holdfast/identity/")),
                new EtcdRole("cluster-service", List.of("/holdfast/clusters/")));
        secure(directory, arguments[2], new EtcdRole("secret-service", List.of("/clusters/", "/holdfast/secrets/")));
    }

    private record EtcdRole(String name, List<String> prefixes) {}

    private static void secure(Path directory, String endpoint, EtcdRole... roles) throws IOException {
        boolean secured = Await.atMost(ETCD_BOUND)
                .value("etcd at " + endpoint, () -> EtcdUsers.refusesStrangers(endpoint), answered -> true);
        if (!secured) {
            Path passwords = directory.resolve("etcd");
            User[] users = new User[roles.length];
            for (int i = 0; i < roles.length; i++) {
                String password = DevLayoutMain.password(passwords.resolve(roles[i].name() + ".password"));
                users[i] = new User(roles[i].name(), password, roles[i].prefixes());
            }
            EtcdUsers.enable(endpoint, DevLayoutMain.password(passwords.resolve("root.password")), List.of(users));
        }
        System.out.println("etcd at " + endpoint + ": authentication is on");
    }
}
