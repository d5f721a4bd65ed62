package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
    @Test
    void passesStallsDelaysCutsAndRestores() throws Exception {
        try (ServerSocket echo = new ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"));
                FaultProxy proxy = FaultProxy.to(echo.getLocalPort())) {
            Thread.ofVirtual().start(() -> serve(echo));
            try (Socket socket = new Socket("127.0.0.1", proxy.port())) {
                socket.setSoTimeout(10_000);
                assertThat(roundTrip(socket, 1)).isEqualTo(1);

                proxy.stall();
                socket.getOutputStream().write(2);
                socket.setSoTimeout(300);
                assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                proxy.restore();
                socket.setSoTimeout(10_000);
                assertThat(socket.getInputStream().read()).isEqualTo(2);

                proxy.delay(Duration.ofMillis(200));
                long start = System.nanoTime();
                assertThat(roundTrip(socket, 3)).isEqualTo(3);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(400));

                proxy.cut();
                assertThat(ended(socket)).isTrue();
            }
            try (Socket refused = new Socket("127.0.0.1", proxy.port())) {
                refused.setSoTimeout(10_000);
                assertThat(ended(refused)).isTrue();
            }
            proxy.restore();
            try (Socket again = new Socket("127.0.0.1", proxy.port())) {
                again.setSoTimeout(10_000);
                assertThat(roundTrip(again, 4)).isEqualTo(4);
            }
        }
    }

    private static boolean ended(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static int roundTrip(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        return socket.getInputStream().read();
    }

    private static void serve(ServerSocket echo) {
        while (!echo.isClosed()) {
            try {
                Socket client = echo.accept();
                Thread.ofVirtual().start(() -> {
                    try (client) {
                        client.getInputStream().transferTo(client.getOutputStream());
                    } catch (IOException gone) {
                        // The proxy cut it, as the test asked.
                        return;
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }
}
