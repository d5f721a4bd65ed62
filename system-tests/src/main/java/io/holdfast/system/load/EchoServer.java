package io.holdfast.system.load;

import io.holdfast.contracts.keycrypto.v1.WrapResponse;
import io.holdfast.system.StackEnvironment;
import io.holdfast.system.StepFailed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@link EchoMain} in a JVM of its own, with the options that {@code ./dev} gives key-service. */
final class EchoServer implements AutoCloseable {
    private static final List<String> JVM = List.of("-Xmx192m", "-Xss512k", "-XX:+UseSerialGC");

    private final Process process;
    private final String address;

    private EchoServer(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** @param like an answer of key-service for one payload, to be as long as */
    static EchoServer start(StackEnvironment stack, WrapResponse like, int payloadLength) throws IOException {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                EchoMain.class.getName(),
                stack.directory().resolve("tls").toString(),
                Integer.toString(like.getWrapped(0).size()),
                Integer.toString(payloadLength),
                Integer.toString(like.getKeyVersionId().length())));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        String port = said.readLine();
        if (port == null) {
            throw new StepFailed("the echo did not start");
        }
        return new EchoServer(process, "127.0.0.1:" + port);
    }

    String address() {
        return address;
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
