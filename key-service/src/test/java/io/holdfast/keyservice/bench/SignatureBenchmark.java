package io.holdfast.keyservice.bench;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.SignatureCheck;
import io.holdfast.keyservice.signing.SignatureRefused;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.keyservice.signing.SigningKeys;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Caller;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Request signatures verified a second on one core: the header parsed, the signing string built, RSA of 2048 bits verified.
 * The key is found in a map, as in a snapshot of identity; reading the state revision and the body's hash are not in it.
 *
 * <p>{@code mvn -pl key-service -Pbench test-compile exec:exec}; JMH's arguments in {@code -Dbench.arguments}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Thread)
public class SignatureBenchmark {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final String HOST = "127.0.0.1:8081";
    private static final byte[] BODY =
            "{\"keyId\":\"ocid1.key.oc1.iad.a.b\",\"plaintext\":\"aGVsbG8=\"}".getBytes(StandardCharsets.UTF_8);

    private static final int ROUNDS = 5;
    private static final long ROUND_NANOS = 3_000_000_000L;
    private static final int BETWEEN_CLOCKS = 100;

    private final SignatureCheck check = new SignatureCheck(new TimeSource() {
        @Override
        public Instant wall() {
            return NOW;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    });
    private SigningKeys keys;
    private KeyPair pair;
    private Request get;
    private Request post;
    private byte[] message;
    private byte[] signature;

    /** What arrives; the service makes its {@link SignedRequest} of it each time. */
    private record Request(
            String method, String target, Map<String, String> headers, String authorization, String sha256) {
        SignedRequest received() {
            return new SignedRequest(method, target, headers, authorization, sha256);
        }
    }

    @Setup
    public void prepare() throws GeneralSecurityException {
        pair = Signer.rsa(2048);
        Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
        RsaPublicKey key = RsaPublicKey.fromPem(Signer.pem(pair));
        KeyReference reference = new KeyReference(mint.tenancy(), mint.user(), key.fingerprint());
        SigningKeys.Owned owned = new SigningKeys.Owned(
                key, new Caller("user", reference.user().value(), "alice", reference.tenancy(), ""));
        Map<KeyReference, SigningKeys.Owned> known = Map.of(reference, owned);
        keys = id -> id instanceof KeyReference asked ? Optional.ofNullable(known.get(asked)) : Optional.empty();
        Signer signer = new Signer(
                reference.tenancy().value() + "/" + reference.user().value() + "/" + reference.fingerprint(),
                pair.getPrivate());
        get = request(signer, "GET", "/20180608/keys/ocid1.key.oc1.iad.a.b", new byte[0], Signer.NO_BODY);
        post = request(signer, "POST", "/20180608/encrypt", BODY, Signer.BODY);
        message = new byte[200];
        Signature rsa = Signature.getInstance("SHA256withRSA");
        rsa.initSign(pair.getPrivate());
        rsa.update(message);
        signature = rsa.sign();
    }

    private static Request request(Signer signer, String method, String target, byte[] body, List<String> names) {
        Map<String, String> headers = new HashMap<>(Signer.headers("date", NOW, HOST, method, body));
        String authorization = signer.sign(method, target, headers, names);
        // What Oracle's clients send beside.
        headers.put("accept", "application/json");
        headers.put("opc-request-id", "0123456789ABCDEF0123456789ABCDEF");
        headers.put("user-agent", "Oracle-JavaSDK/3.63.1 (Linux; Java/21)");
        headers.put("authorization", authorization);
        return new Request(method, target, headers, authorization, Signer.sha256(body));
    }

    /** As the CLI and the SDKs sign. */
    @Benchmark
    public Caller get() throws SignatureRefused {
        return check.verify(get.received(), keys);
    }

    @Benchmark
    public Caller post() throws SignatureRefused {
        return check.verify(post.received(), keys);
    }

    /** The least that it can cost. */
    @Benchmark
    public boolean bareRsa() throws GeneralSecurityException {
        Signature rsa = Signature.getInstance("SHA256withRSA");
        rsa.initVerify(pair.getPublic());
        rsa.update(message);
        return rsa.verify(signature);
    }

    /**
     * The same by the CPU time of the one thread that verifies, which holds on a machine that is not idle: prints
     * verifications a CPU second, {@code java … io.holdfast.keyservice.bench.SignatureBenchmark}.
     */
    public static void main(String[] arguments) throws Exception {
        SignatureBenchmark benchmark = new SignatureBenchmark();
        benchmark.prepare();
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.printf(
                    "round %d: GET %,7.0f POST %,7.0f bare RSA %,7.0f%n",
                    round,
                    perCpuSecond(benchmark::get),
                    perCpuSecond(benchmark::post),
                    perCpuSecond(benchmark::bareRsa));
        }
    }

    private static double perCpuSecond(Callable<?> verification) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        long spent = 0;
        long count = 0;
        while (spent < ROUND_NANOS) {
            for (int i = 0; i < BETWEEN_CLOCKS; i++) {
                if (Boolean.FALSE.equals(verification.call())) {
                    throw new IllegalStateException("the signature does not verify");
                }
            }
            count += BETWEEN_CLOCKS;
            spent = threads.getCurrentThreadCpuTime() - begin;
        }
        return count * 1e9 / spent;
    }
}
