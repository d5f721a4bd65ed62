package io.holdfast.envelope.bench;

import io.holdfast.envelope.cbc.AuthenticatedCbc;
import io.holdfast.envelope.cbc.Opened;
import io.holdfast.envelope.cbc.SealedSecret;
import io.holdfast.envelope.wrapped.DekWrapping;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.envelope.xaes.XaesKey;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What one Secret of 1 KiB costs in cryptography, beside the least that JCA could cost for the same wrap.
 *
 * <p>{@code mvn -pl envelope -Pbench test-compile exec:exec}; JMH's arguments in {@code -Dbench.arguments}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(org.openjdk.jmh.annotations.Scope.Thread)
public class EnvelopeBenchmark {
    private static final byte[] ETCD_KEY =
            "/clusters/c1/registry/secrets/default/db-creds".getBytes(StandardCharsets.UTF_8);

    private final AuthenticatedCbc cbc = new AuthenticatedCbc();
    private final DekWrapping wrapping = new DekWrapping();
    private final SecureRandom random = new SecureRandom();
    private final SecretBytes plaintext = SecretBytes.takeOwnershipOf(new byte[1024]);
    /** Prepared, as an opened key version holds it. */
    private final XaesKey masterKey = XaesKey.of(SecretBytes.takeOwnershipOf(new byte[32]));

    private final SecretBytes payload = SecretBytes.takeOwnershipOf(new byte[64]);
    private final byte[] barePayload = new byte[64];
    private final SecretKey cachedKey = new SecretKeySpec(new byte[32], "AES");

    private SealedSecret sealed;
    private Scope scope;
    private WrappedDek.Header header;
    private Bytes wrapped;
    private Cipher cachedCipher;
    private byte[] aad;

    @Setup
    public void prepare() throws GeneralSecurityException {
        Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
        Ocid.VaultId vault = mint.vault();
        scope = Scope.dek(mint.binding());
        header = new WrappedDek.Header(mint.key(vault), mint.keyVersion(vault));
        sealed = cbc.seal(ETCD_KEY, plaintext);
        wrapped = wrapping.wrap(masterKey, header, scope, payload).encode();
        cachedCipher = Cipher.getInstance("AES/GCM/NoPadding");
        aad = scope.associatedData(header);
    }

    /** A new DEK, CBC and the tag over 1 KiB. */
    @Benchmark
    public int seal() {
        try (SealedSecret made = cbc.seal(ETCD_KEY, plaintext)) {
            return made.data().length();
        }
    }

    /** The tag checked, then CBC over 1 KiB. */
    @Benchmark
    public int open() {
        try (Opened opened = cbc.open(ETCD_KEY, sealed.data(), sealed.payload())) {
            return opened.plaintext().length();
        }
    }

    /** Derive, wrap 64 bytes, encode. */
    @Benchmark
    public Bytes wrap() {
        return wrapping.wrap(masterKey, header, scope, payload).encode();
    }

    /** Parse, derive, unwrap 64 bytes. */
    @Benchmark
    public int unwrap() {
        try (SecretBytes found = wrapping.unwrap(masterKey, scope, WrappedDek.parse(wrapped))) {
            return found.length();
        }
    }

    /** The floor: AES-256-GCM of 64 bytes with key and cipher kept, a random nonce, and the same associated data. */
    @Benchmark
    public byte[] bareGcmOneCipher() throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        random.nextBytes(nonce);
        cachedCipher.init(Cipher.ENCRYPT_MODE, cachedKey, new GCMParameterSpec(128, nonce));
        cachedCipher.updateAAD(aad);
        return cachedCipher.doFinal(barePayload);
    }

    /** The same as a service has to do it: key kept, but a {@code Cipher} of its own, since one serves one thread. */
    @Benchmark
    public byte[] bareGcm() throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        random.nextBytes(nonce);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, cachedKey, new GCMParameterSpec(128, nonce));
        cipher.updateAAD(aad);
        return cipher.doFinal(barePayload);
    }
}
