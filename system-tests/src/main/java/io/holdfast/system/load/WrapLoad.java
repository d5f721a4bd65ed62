package io.holdfast.system.load;

import com.google.protobuf.ByteString;
import io.holdfast.system.Checks;
import io.holdfast.system.StackEnvironment;
import io.holdfast.system.load.Meter.Measured;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The load driver of wrapping: wrap and unwrap of one data encryption key through gRPC beside a bare gRPC echo of the same
 * lengths, in turns in one run, and then batches.
 *
 * <p>Arguments: the state directory of a running stack, then {@code --seconds N} for one stretch (10 by default),
 * {@code --rounds N} (3 by default), or {@code --minutes N}: instead of all that, wrap and unwrap at full rate for so long,
 * and key-service's heap after a full collection at the start and every minute. {@code --hsm 1} takes a master key in the
 * stack's PKCS#11 token: hierarchical mode, whose key-encryption key is in memory after the first wrap. {@code --key OCID}
 * takes a key that is there, for example one in a vault elsewhere.
 */
public final class WrapLoad {
    private static final int IN_FLIGHT = 64;
    private static final int BATCH = 500;
    private static final int BATCHES_IN_FLIGHT = 4;
    /** A data encryption key and its tag, as secret-service has them wrapped. */
    private static final int PAYLOAD = 64;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final StackEnvironment stack;
    private final ProcessHandle keyService;
    private final Duration stretch;
    private final int rounds;

    private WrapLoad(StackEnvironment stack, Options options) {
        this.stack = stack;
        this.keyService = stack.process("key-service");
        this.stretch = Duration.ofSeconds(options.number("seconds", 10));
        this.rounds = options.number("rounds", 3);
    }

    public static void main(String[] args) throws InterruptedException, IOException {
        StackEnvironment stack = StackEnvironment.ofArguments(args);
        Options options = Options.of(args, "seconds", "rounds", "minutes", "hsm", "key");
        WrapLoad load = new WrapLoad(stack, options);
        String mode = options.number("hsm", 0) > 0 ? "HSM" : "SOFTWARE";
        try (LoadedKey key = options.text("key")
                        .map(id -> LoadedKey.of(stack, id))
                        .orElseGet(() -> LoadedKey.create(stack, mode));
                Caller caller = Caller.ofKeyService(stack, key.binding())) {
            int minutes = options.number("minutes", 0);
            if (minutes > 0) {
                load.heap(caller, minutes);
            } else {
                load.pairs(caller, key.binding());
                load.batches(caller);
            }
        }
    }

    private void pairs(Caller caller, String binding) throws InterruptedException, IOException {
        ByteString payload = payload();
        try (EchoServer server = EchoServer.start(stack, caller.wrap(List.of(payload)), PAYLOAD);
                Caller echo = Caller.ofEcho(stack, server.address(), binding)) {
            Meter bare = new Meter(IN_FLIGHT, server.process());
            Meter real = new Meter(IN_FLIGHT, keyService);
            // Both, so that neither is measured while it is being compiled.
            bare.measure(stretch, done -> echo.wrapAndUnwrap(payload, done));
            real.measure(stretch, done -> caller.wrapAndUnwrap(payload, done));
            double[] ratios = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                Measured echoed = bare.measure(stretch, done -> echo.wrapAndUnwrap(payload, done));
                Measured wrapped = real.measure(stretch, done -> caller.wrapAndUnwrap(payload, done));
                ratios[round] = wrapped.perSecond() / echoed.perSecond();
                System.out.printf(
                        "round %d: wrap+unwrap %.0f pairs/s (%s), bare echo %.0f pairs/s (%s), ratio %.2f%n",
                        round + 1,
                        wrapped.perSecond(),
                        wrapped.shares("key-service"),
                        echoed.perSecond(),
                        echoed.shares("echo"),
                        ratios[round]);
            }
            Arrays.sort(ratios);
            System.out.printf(
                    "wrap+unwrap of one DEK, %d in flight: median ratio %.2f to the echo%n",
                    IN_FLIGHT, ratios[rounds / 2]);
        }
    }

    private void batches(Caller caller) throws InterruptedException {
        List<ByteString> payloads = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            payloads.add(payload());
        }
        List<ByteString> wrapped = caller.wrap(payloads).getWrappedList();
        Meter meter = new Meter(BATCHES_IN_FLIGHT, keyService);
        Meter.Operation wrap = done -> caller.wrap(payloads, (answer, failed) -> done.ended(failed));
        Meter.Operation unwrap = done -> caller.unwrap(wrapped, (answer, failed) -> {
            if (answer != null) {
                for (int i = 0; i < BATCH; i++) {
                    Checks.that(answer.getResults(i).getPayload().equals(payloads.get(i)), "another payload came back");
                }
            }
            done.ended(failed);
        });
        meter.measure(stretch, wrap);
        meter.measure(stretch, unwrap);
        for (int round = 1; round <= rounds; round++) {
            Measured wraps = meter.measure(stretch, wrap);
            Measured unwraps = meter.measure(stretch, unwrap);
            System.out.printf(
                    "round %d: batches of %d, %d in flight: wrap %.0f DEKs/s (%s), unwrap %.0f DEKs/s (%s)%n",
                    round,
                    BATCH,
                    BATCHES_IN_FLIGHT,
                    wraps.perSecond() * BATCH,
                    wraps.shares("key-service"),
                    unwraps.perSecond() * BATCH,
                    unwraps.shares("key-service"));
        }
    }

    private void heap(Caller caller, int minutes) throws InterruptedException, IOException {
        ByteString payload = payload();
        Meter meter = new Meter(IN_FLIGHT, keyService);
        meter.measure(stretch, done -> caller.wrapAndUnwrap(payload, done));
        double first = LiveHeap.megabytes(keyService);
        System.out.printf("start: live heap of key-service %.1f MiB%n", first);
        double last = first;
        for (int minute = 1; minute <= minutes; minute++) {
            Measured measured = meter.measure(Duration.ofMinutes(1), done -> caller.wrapAndUnwrap(payload, done));
            last = LiveHeap.megabytes(keyService);
            System.out.printf(
                    "minute %d: %.0f pairs/s (%s), live heap of key-service %.1f MiB%n",
                    minute, measured.perSecond(), measured.shares("key-service"), last);
        }
        System.out.printf("%d minutes: live heap %.1f MiB at the start, %.1f MiB at the end%n", minutes, first, last);
    }

    private static ByteString payload() {
        byte[] payload = new byte[PAYLOAD];
        RANDOM.nextBytes(payload);
        return ByteString.copyFrom(payload);
    }
}
