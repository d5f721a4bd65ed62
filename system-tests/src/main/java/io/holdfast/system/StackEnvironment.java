package io.holdfast.system;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a running stack is, read from the {@code env} file that {@code ./dev up} writes. */
public record StackEnvironment(Path directory, Map<String, String> values) {
    private static final Pattern EXPORT = Pattern.compile("^export ([A-Z_]+)=(.*)$");

    public StackEnvironment {
        values = Map.copyOf(values);
    }

    /** @param directory the state directory of the stack, {@code .dev} by default */
    public static StackEnvironment read(Path directory) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(directory.resolve("env"), StandardCharsets.UTF_8)) {
                Matcher export = EXPORT.matcher(line.strip());
                if (export.matches()) {
                    values.put(export.group(1), unquote(export.group(2)));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "no running stack in " + directory.toAbsolutePath() + ": start one with ./dev up", e);
        }
        return new StackEnvironment(directory.toAbsolutePath().normalize(), values);
    }

    /** The stack named by the first argument, or by {@code HOLDFAST_DEV_DIR}, or in {@code .dev}. */
    public static StackEnvironment ofArguments(String[] args) {
        String named = args.length > 0 ? args[0] : System.getenv().getOrDefault("HOLDFAST_DEV_DIR", ".dev");
        return read(Path.of(named));
    }

    public URI keys() {
        return URI.create(get("HOLDFAST_KEYS_URL"));
    }

    public URI clusters() {
        return URI.create(get("HOLDFAST_CLUSTERS_URL"));
    }

    public URI secrets() {
        return URI.create(get("HOLDFAST_SECRETS_URL"));
    }

    public URI audit() {
        return URI.create(get("HOLDFAST_AUDIT_URL"));
    }

    public Path certificateAuthority() {
        return Path.of(get("HOLDFAST_CA"));
    }

    public Path ociConfig() {
        return Path.of(get("OCI_CLI_CONFIG_FILE"));
    }

    public Path kubeconfig() {
        return directory.resolve("kubeconfig");
    }

    /** The password of the etcds' root user, which may do what the environment's reader may not. */
    public String etcdRootPassword() {
        try {
            return Files.readString(directory.resolve("etcd/root.password")).strip();
        } catch (IOException e) {
            throw new IllegalStateException("the stack has no etcd root password", e);
        }
    }

    /**
     * The process of a part, for example {@code key-service}.
     *
     * @throws IllegalStateException when it does not run
     */
    public ProcessHandle process(String part) {
        Path file = directory.resolve("run/" + part + ".pid");
        try {
            long pid = Long.parseLong(Files.readString(file).strip().split(" ", 2)[0]);
            return ProcessHandle.of(pid).orElseThrow(() -> new IllegalStateException(part + " does not run"));
        } catch (IOException e) {
            throw new IllegalStateException(part + " does not run: there is no " + file, e);
        }
    }

    public String get(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException(name + " is missing in " + directory.resolve("env"));
        }
        return value;
    }

    private static String unquote(String value) {
        boolean quoted = value.length() >= 2
                && (value.startsWith("'") && value.endsWith("'") || value.startsWith("\"") && value.endsWith("\""));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
