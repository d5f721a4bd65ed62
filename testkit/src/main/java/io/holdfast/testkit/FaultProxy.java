package io.holdfast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TCP proxy on loopback that breaks connections on demand: put it between a client and a server.
 *
 * <ul>
 *   <li>{@link #cut()}: ends every connection (RST) and refuses new ones until {@link #restore()};
 *   <li>{@link #stall()}: connections stay open, no byte passes in either direction until {@link #restore()};
 *   <li>{@link #delay(Duration)}: every chunk of bytes waits that long, in each direction.
 * </ul>
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;
    private static final int CONNECT_MILLIS = 5_000;

    private enum Mode {
        PASS,
        STALL,
        CUT,
        CLOSED
    }

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Mode mode = Mode.PASS;
    private long delayNanos;

    private FaultProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 64, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().name("fault-proxy-accept").start(this::accept);
    }

    /** A proxy to a port on 127.0.0.1 that passes everything. */
    public static FaultProxy to(int port) {
        try {
            return new FaultProxy(new InetSocketAddress("127.0.0.1", port));
        } catch (IOException failure) {
            throw new UncheckedIOException("No listening socket for the proxy", failure);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    public void cut() {
        set(Mode.CUT, 0);
        dropAll();
    }

    public void stall() {
        set(Mode.STALL, 0);
    }

    public void delay(Duration each) {
        set(Mode.PASS, each.toNanos());
    }

    /** Passes everything again, at once. */
    public void restore() {
        set(Mode.PASS, 0);
    }

    @Override
    public void close() {
        set(Mode.CLOSED, 0);
        try {
            listener.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("The proxy's listening socket could not be closed", failure);
        }
        dropAll();
    }

    private void set(Mode next, long nanos) {
        lock.lock();
        try {
            mode = next;
            delayNanos = nanos;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void dropAll() {
        open.forEach(FaultProxy::reset);
        open.clear();
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException alreadyGone) {
            // A socket that can't be reset is closed already, which is what was asked for.
            return;
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException closed) {
                return;
            }
            open.add(client);
            Thread.ofVirtual().name("fault-proxy-connect").start(() -> connect(client));
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            if (current() == Mode.CUT) {
                throw new IOException("cut");
            }
            server.connect(target, CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            open.add(server);
            if (current() == Mode.CUT) {
                throw new IOException("cut");
            }
        } catch (IOException unreachable) {
            // The client sees what a dead server shows: a reset.
            reset(client);
            reset(server);
            open.remove(client);
            open.remove(server);
            return;
        }
        Thread.ofVirtual().name("fault-proxy-up").start(() -> pump(client, server));
        Thread.ofVirtual().name("fault-proxy-down").start(() -> pump(server, client));
    }

    private Mode current() {
        lock.lock();
        try {
            return mode;
        } finally {
            lock.unlock();
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                awaitPassage();
                to.getOutputStream().write(buffer, 0, read);
                to.getOutputStream().flush();
            }
            awaitPassage();
            to.shutdownOutput();
            if (from.isOutputShutdown()) {
                finish(from, to);
            }
        } catch (IOException broken) {
            // One side is gone; the other must see it.
            finish(from, to);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            finish(from, to);
        }
    }

    private void finish(Socket from, Socket to) {
        reset(from);
        reset(to);
        open.remove(from);
        open.remove(to);
    }

    private void awaitPassage() throws InterruptedException, IOException {
        long wait;
        lock.lock();
        try {
            while (mode == Mode.STALL) {
                changed.await();
            }
            if (mode != Mode.PASS) {
                throw new IOException("cut");
            }
            wait = delayNanos;
        } finally {
            lock.unlock();
        }
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }
}
