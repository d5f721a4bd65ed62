package io.holdfast.keyservice.vault;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.config.KeysConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import javax.crypto.BadPaddingException;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.SecretKey;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A token behind a PKCS#11 library (OASIS PKCS #11 v2.40), through the JDK's SunPKCS11.
 *
 * <p>Calls into the library block a thread that no virtual thread can leave, so they run on {@link KeysConfig.Hsm#threads}
 * threads of their own, each with a bound on its time. Secret and private keys that are made or brought in here are
 * sensitive and not extractable; they wrap and unwrap no other key.
 */
public final class Pkcs11Device implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Pkcs11Device.class);

    /** Calls that may wait for a thread, for each thread. */
    private static final int WAITING_PER_THREAD = 64;

    private static final int LONGEST_PIN = 256;
    private static final Duration BETWEEN_LOGINS = Duration.ofSeconds(1);
    private static final String RANDOM = "PKCS11";
    /** From so many random bytes on SunPKCS11 asks the token each time. */
    private static final int UNBUFFERED = 33;

    /** What the device says when it is gone, busy or locked (PKCS #11 v2.40, section 5.1): another time it may do. */
    private static final List<String> UNAVAILABLE = List.of(
            "CKR_HOST_MEMORY",
            "CKR_DEVICE_",
            "CKR_SESSION_",
            "CKR_TOKEN_",
            "CKR_SLOT_ID_INVALID",
            "CKR_USER_NOT_LOGGED_IN",
            "CKR_CRYPTOKI_NOT_INITIALIZED",
            "CKR_FUNCTION_FAILED",
            "CKR_PIN_");

    private final Provider provider;
    private final KeyStore objects;
    private final Path pinFile;
    private final Duration timeout;
    private final ThreadPoolExecutor threads;
    private final ReentrantLock reading = new ReentrantLock();
    private final AtomicLong readAtNanos = new AtomicLong();
    /** When the PIN file that the token has refused was last changed: trying it again and again would lock the token. */
    private @Nullable FileTime refusedPin;

    private Pkcs11Device(Provider provider, KeyStore objects, Path pinFile, Duration timeout, int threads) {
        this.provider = provider;
        this.objects = objects;
        this.pinFile = pinFile;
        this.timeout = timeout;
        this.threads = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(threads * WAITING_PER_THREAD),
                Thread.ofPlatform().name("holdfast-pkcs11-", 0).daemon().factory());
    }

    /** What the device does for a caller. */
    interface Work<T> {
        T run() throws GeneralSecurityException;
    }

    /**
     * Loads the library and logs in.
     *
     * @throws HsmRefused when there is no such library or token, or the PIN is wrong
     */
    public static Pkcs11Device open(KeysConfig.Hsm config) {
        Path library =
                config.library().orElseThrow(() -> new HsmRefused("holdfast.keys.hsm.library is not set.", null));
        Path pinFile = config.pinFile()
                .orElseThrow(() -> new HsmRefused(
                        "holdfast.keys.hsm.pin-file is not set: a file that holds the token's user PIN.", null));
        if (!Files.isReadable(library)) {
            throw new HsmRefused("The PKCS#11 library " + library + " (holdfast.keys.hsm.library) is not there.", null);
        }
        try {
            Provider sun = Security.getProvider("SunPKCS11");
            if (sun == null) {
                throw new HsmRefused("This Java runtime lacks SunPKCS11 (module jdk.crypto.cryptoki).", null);
            }
            Provider provider = sun.configure(settings(library, config));
            KeyStore objects = KeyStore.getInstance("PKCS11", provider);
            Pkcs11Device device = new Pkcs11Device(provider, objects, pinFile, config.timeout(), config.threads());
            try {
                device.read();
                return device;
            } catch (GeneralSecurityException | RuntimeException e) {
                device.close();
                throw e;
            }
        } catch (GeneralSecurityException | ProviderException | IllegalArgumentException e) {
            throw new HsmRefused(
                    "The token behind " + library + " does not open: is the slot (holdfast.keys.hsm.slot or"
                            + " slot-list-index) right, and the PIN (holdfast.keys.hsm.pin-file, " + pinFile
                            + ")? The library says: "
                            + said(e).orElse("nothing"),
                    e);
        }
    }

    private static String settings(Path library, KeysConfig.Hsm config) {
        String slot = config.slot().isPresent()
                ? "slot = " + config.slot().getAsLong()
                : "slotListIndex = " + config.slotListIndex();
        // A line that begins with two hyphens holds the settings themselves instead of naming a file.
        return """
                --name = Holdfast
                library = "%s"
                %s
                attributes(*, CKO_SECRET_KEY, *) = {
                  CKA_SENSITIVE = true
                  CKA_EXTRACTABLE = false
                  CKA_WRAP = false
                  CKA_UNWRAP = false
                }
                attributes(*, CKO_PRIVATE_KEY, *) = {
                  CKA_SENSITIVE = true
                  CKA_EXTRACTABLE = false
                  CKA_UNWRAP = false
                }
                """.formatted(library, slot);
    }

    /** Who computes with keys of this device. */
    Provider provider() {
        return provider;
    }

    /**
     * Has the device do something, and waits for it.
     *
     * @throws GeneralSecurityException what the device says of the key or the data
     * @throws VaultUnavailable when it does not answer in time, is overloaded, or says that it can't now
     */
    <T> T call(Work<T> work) throws GeneralSecurityException {
        return call(work, timeout);
    }

    private <T> T call(Work<T> work, Duration within) throws GeneralSecurityException {
        Answer<T> answer = new Answer<>(work);
        try {
            threads.execute(answer);
        } catch (RejectedExecutionException e) {
            throw new VaultUnavailable("The HSM has more to do than it can take; try again.", e);
        }
        try {
            return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.leave();
            throw new VaultUnavailable("The HSM did not answer in time; try again.", e);
        } catch (InterruptedException e) {
            answer.leave();
            Thread.currentThread().interrupt();
            throw new VaultUnavailable("The call to the HSM was broken off.", e);
        } catch (CancellationException e) {
            throw new VaultUnavailable("The call to the HSM was broken off.", e);
        } catch (ExecutionException e) {
            throw outcome(e.getCause());
        }
    }

    /**
     * Asks the device for random bytes, if it makes any, and whether we are logged in; nothing is made in it. Where the login is lost, it is
     * tried again for the calls to come.
     *
     * @param within how long the answer may take
     * @throws VaultUnavailable when it does not answer in time, as when it is busy for longer, or does not let us in
     */
    public void requireAnswer(Duration within) {
        try {
            var unused = call(
                    () -> {
                        if (provider.getService("SecureRandom", RANDOM) != null) {
                            SecureRandom.getInstance(RANDOM, provider).nextBytes(new byte[UNBUFFERED]);
                        }
                        if (provider instanceof AuthProvider token) {
                            // Without a PIN: it only finds out.
                            token.login(null, null);
                        }
                        return provider;
                    },
                    within);
        } catch (GeneralSecurityException e) {
            recover();
            throw new VaultUnavailable("The HSM does not let us in.", e);
        }
    }

    /** What the device answers to one call: for who waits for it or, when it comes too late, for nobody. */
    private static final class Answer<T> extends FutureTask<T> {
        private Answer(Work<T> work) {
            super(work::run);
        }

        @Override
        protected void set(T result) {
            super.set(result);
            if (isCancelled()) {
                wipe(result);
            }
        }

        /** Nobody waits any more. */
        private void leave() {
            if (!cancel(true) && state() == State.SUCCESS) {
                wipe(resultNow());
            }
        }

        private void wipe(T result) {
            if (result instanceof SecretBytes secret) {
                secret.close();
            }
        }
    }

    private GeneralSecurityException outcome(@Nullable Throwable cause) {
        if (cause != null
                && (cause.getMessage() != null && cause.getMessage().contains("Token has been removed")
                        || said(cause).stream().anyMatch(Pkcs11Device::isUnavailable))) {
            recover();
            throw new VaultUnavailable("The HSM can't be used at the moment; try again.", cause);
        }
        return switch (cause) {
            case GeneralSecurityException e -> e;
            // SunPKCS11 wraps what the library says in either, depending on the operation.
            case ProviderException e -> new GeneralSecurityException(e);
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> throw new IllegalStateException("a call to the HSM failed", cause);
        };
    }

    /** A token that was restarted wants the login again. */
    private void recover() {
        try {
            threads.execute(() -> {
                try {
                    refresh();
                } catch (GeneralSecurityException | ProviderException e) {
                    LOG.warnv("The HSM does not let us in again yet. cause={0}", e.toString());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("The HSM is busy; the next call that fails tries to recover it.");
        }
    }

    private static boolean isUnavailable(String code) {
        return UNAVAILABLE.stream().anyMatch(code::startsWith);
    }

    /**
     * Whether what the device says is about the data: that they were not made by this key, or were altered. Anything else is
     * about the key or the device, and says nothing of the data.
     */
    static boolean isAboutData(GeneralSecurityException failure) {
        return failure instanceof BadPaddingException
                || failure instanceof IllegalBlockSizeException
                || failure.getCause() instanceof InvalidCipherTextException;
    }

    /** The return value of the library, CKR_..., that a failure comes of. */
    private static Optional<String> said(Throwable failure) {
        return Stream.<@Nullable Throwable>iterate(failure, each -> each != null, each -> each.getCause())
                .map(Throwable::getMessage)
                .filter(message -> message != null && message.startsWith("CKR_"))
                .findFirst();
    }

    /** The AES key of this name. Call it within {@link #call}. */
    Optional<SecretKey> secretKey(String name) throws GeneralSecurityException {
        return find(name) instanceof SecretKey key ? Optional.of(key) : Optional.empty();
    }

    /** The private key of this name. Call it within {@link #call}. */
    Optional<PrivateKey> privateKey(String name) throws GeneralSecurityException {
        return find(name) instanceof PrivateKey key ? Optional.of(key) : Optional.empty();
    }

    /** The certificate that stands with a private key, for its public half. Call it within {@link #call}. */
    Optional<X509Certificate> certificate(String name) throws GeneralSecurityException {
        return objects.getCertificate(name) instanceof X509Certificate found ? Optional.of(found) : Optional.empty();
    }

    private @Nullable Key find(String name) throws GeneralSecurityException {
        Key known = objects.getKey(name, null);
        if (known == null) {
            // Another process may have made it since the objects were read.
            read();
            known = objects.getKey(name, null);
        }
        return known;
    }

    /** Logs in again, unless that was done a moment ago. */
    private void refresh() throws GeneralSecurityException {
        reading.lock();
        try {
            if (readAtNanos.get() == 0 || System.nanoTime() - readAtNanos.get() > BETWEEN_LOGINS.toNanos()) {
                read();
            }
        } finally {
            reading.unlock();
        }
    }

    /** Keeps an AES key under a name that no other object has. Call it within {@link #call}. */
    void keep(String name, SecretKey key) throws GeneralSecurityException {
        objects.setEntry(name, new KeyStore.SecretKeyEntry(key), null);
    }

    /**
     * Keeps a private key under a name that no other object has. Call it within {@link #call}.
     *
     * @throws ProblemException CONFLICT when the token has this very key already: SunPKCS11 would give that one the new name,
     *     and take it from the version that it belongs to
     */
    void keep(String name, PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        read();
        for (String other : Collections.list(objects.aliases())) {
            Certificate known = objects.getCertificate(other);
            if (known != null && known.getPublicKey().equals(certificate.getPublicKey())) {
                throw new ProblemException(
                        ProblemCode.CONFLICT, "The HSM has this key already, as the material of another key version.");
            }
        }
        objects.setKeyEntry(name, key, null, new X509Certificate[] {certificate});
    }

    /** Destroys what has this name; nothing when there is nothing. Call it within {@link #call}. */
    void destroy(String name) throws GeneralSecurityException {
        if (find(name) != null) {
            objects.deleteEntry(name);
        }
    }

    /** Logs in where that is needed, and reads the names of the objects. */
    private void read() throws GeneralSecurityException {
        reading.lock();
        try {
            FileTime written = Files.getLastModifiedTime(pinFile);
            if (written.equals(refusedPin)) {
                throw new IOException("the token has refused this PIN");
            }
            char[] pin = pin();
            try {
                objects.load(null, pin);
            } catch (IOException e) {
                if (said(e).stream().anyMatch(code -> code.startsWith("CKR_PIN_"))) {
                    refusedPin = written;
                }
                throw e;
            } finally {
                Arrays.fill(pin, '\0');
            }
            readAtNanos.set(System.nanoTime());
        } catch (IOException e) {
            throw new KeyStoreException("the PIN can't be read, or the token does not let us in by it", e);
        } finally {
            reading.unlock();
        }
    }

    private char[] pin() throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(pinFile)) {
            bytes = in.readNBytes(LONGEST_PIN);
        }
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
        Arrays.fill(bytes, (byte) 0);
        int end = decoded.limit();
        while (end > 0 && Character.isWhitespace(decoded.get(end - 1))) {
            end--;
        }
        char[] pin = new char[end];
        decoded.get(pin);
        Arrays.fill(decoded.array(), '\0');
        return pin;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return "Pkcs11Device[" + provider.getName() + "]";
    }
}
