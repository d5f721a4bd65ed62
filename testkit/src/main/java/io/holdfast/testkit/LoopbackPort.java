package io.holdfast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Free TCP ports on 127.0.0.1. Another process may take one before it is used; starters report that clearly. */
public final class LoopbackPort {
    private static final int MAX_AT_ONCE = 64;

    private LoopbackPort() {}

    /** One free port. */
    public static int free() {
        return free(1).get(0);
    }

    /** {@code count} different free ports, 1 to 64. */
    public static List<Integer> free(int count) {
        if (count < 1 || count > MAX_AT_ONCE) {
            throw new IllegalArgumentException("count must be 1 to " + MAX_AT_ONCE + ": " + count);
        }
        List<ServerSocket> held = new ArrayList<>(count);
        List<Integer> ports = new ArrayList<>(count);
        try {
            try {
                for (int i = 0; i < count; i++) {
                    ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                    held.add(socket);
                    ports.add(socket.getLocalPort());
                }
            } finally {
                for (ServerSocket socket : held) {
                    socket.close();
                }
            }
        } catch (IOException noPort) {
            throw new UncheckedIOException("No free port on 127.0.0.1", noPort);
        }
        return List.copyOf(ports);
    }
}
