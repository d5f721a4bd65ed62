package io.holdfast.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code ./dev kubeconfig}: renews the demo cluster's kubeconfig. Argument: the state directory, if it is not the one of the environment. */
public final class KubeconfigMain {
    private KubeconfigMain() {}

    public static void main(String[] args) throws IOException {
        StackEnvironment stack = StackEnvironment.ofArguments(args);
        Path noted = stack.directory().resolve("demo-cluster");
        if (!Files.exists(noted)) {
            System.err.println("no demo cluster yet: run ./dev demo first");
            System.exit(1);
        }
        Path file = new HoldfastApi(stack).kubeconfig(Files.readString(noted).strip(), stack.kubeconfig());
        System.out.println("wrote " + file + " (the token in it holds for one hour)");
    }
}
