package io.holdfast.system.load;

import java.time.Duration;

/** CPU time of this process and of a server's, from a moment on. */
final class Cpu {
    private final ProcessHandle server;
    private final long began = System.nanoTime();
    private final Duration client;
    private final Duration served;

    private Cpu(ProcessHandle server) {
        this.server = server;
        this.client = of(ProcessHandle.current());
        this.served = of(server);
    }

    static Cpu start(ProcessHandle server) {
        return new Cpu(server);
    }

    /** What was done since the start: the rate, and the shares of all the machine's cores. */
    Meter.Measured measured(long operations) {
        double seconds = (System.nanoTime() - began) / 1e9;
        double cores = seconds * Runtime.getRuntime().availableProcessors();
        return new Meter.Measured(
                operations / seconds,
                seconds(of(ProcessHandle.current()).minus(client)) / cores,
                seconds(of(server).minus(served)) / cores);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static Duration of(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
