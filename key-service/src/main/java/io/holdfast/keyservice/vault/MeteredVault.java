package io.holdfast.keyservice.vault;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.envelope.wrapped.Scope;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Measures how long calls to a vault take and how they end: {@code holdfast.vault.calls} by vault, operation and outcome.
 * No key is named in it.
 *
 * <p>Where {@link #wrapsInMemory} says so, the opened material is the measured vault's own: those wraps are many, and so
 * short that measuring would cost as much as they do.
 */
public final class MeteredVault implements Vault {
    /** What kind of vault it is, as the metric names it. */
    public enum Kind {
        BUILT_IN("built-in"),
        PKCS11("pkcs11"),
        OCI("oci");

        private final String tag;

        Kind(String tag) {
            this.tag = tag;
        }
    }

    private enum Operation {
        GENERATE,
        ADOPT,
        OPEN,
        WRAP,
        UNWRAP,
        SIGN,
        DESTROY
    }

    private enum Outcome {
        OK,
        /** The request was at fault, or a bound was reached. */
        REFUSED,
        /** What was to be opened does not open. */
        DAMAGED,
        /** The vault did not answer. */
        UNAVAILABLE,
        /** This service was at fault. */
        ERROR
    }

    private final Kind kind;
    private final Vault vault;
    private final MeterRegistry meters;

    public MeteredVault(Kind kind, Vault vault, MeterRegistry meters) {
        this.kind = kind;
        this.vault = vault;
        this.meters = meters;
    }

    @Override
    public Made generate(Wish wish) {
        return timed(Operation.GENERATE, () -> vault.generate(wish));
    }

    @Override
    public Made adopt(Wish wish, SecretBytes material) {
        return timed(Operation.ADOPT, () -> vault.adopt(wish, material));
    }

    @Override
    public Material open(KeyId key, KeyVersionId version, KeyShape shape, Bytes stored) {
        Material material = timed(Operation.OPEN, () -> vault.open(key, version, shape, stored));
        return wrapsInMemory(shape) ? material : new Metered(material);
    }

    @Override
    public void destroy(KeyVersionId version) {
        run(Operation.DESTROY, () -> vault.destroy(version));
    }

    @Override
    public boolean holdsMaterial() {
        return vault.holdsMaterial();
    }

    @Override
    public boolean wrapsInMemory(KeyShape shape) {
        return vault.wrapsInMemory(shape);
    }

    private void run(Operation operation, Runnable call) {
        var unused = timed(operation, () -> {
            call.run();
            return operation;
        });
    }

    private <T> T timed(Operation operation, Supplier<T> call) {
        long began = System.nanoTime();
        Outcome outcome = Outcome.ERROR;
        try {
            T answer = call.get();
            outcome = Outcome.OK;
            return answer;
        } catch (RuntimeException e) {
            outcome = outcomeOf(e);
            throw e;
        } finally {
            Timer.builder("holdfast.vault.calls")
                    .description("Calls to vaults; of key versions that wrap in memory only those that open them")
                    .tags("vault", kind.tag, "operation", name(operation), "outcome", name(outcome))
                    .register(meters)
                    .record(Duration.ofNanos(System.nanoTime() - began));
        }
    }

    private static Outcome outcomeOf(RuntimeException failure) {
        return switch (failure) {
            case VaultUnavailable unavailable -> Outcome.UNAVAILABLE;
            case ProblemException refused -> Outcome.REFUSED;
            case EnvelopeDamaged damaged -> Outcome.DAMAGED;
            case MaterialUnusable damaged -> Outcome.DAMAGED;
            default -> Outcome.ERROR;
        };
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private final class Metered implements Material {
        private final Material material;

        private Metered(Material material) {
            this.material = material;
        }

        @Override
        public WrappedDek wrap(Scope scope, EncryptionAlgorithm algorithm, SecretBytes payload) {
            return timed(Operation.WRAP, () -> material.wrap(scope, algorithm, payload));
        }

        @Override
        public SecretBytes unwrap(Scope scope, WrappedDek wrapped) {
            return timed(Operation.UNWRAP, () -> material.unwrap(scope, wrapped));
        }

        @Override
        public Bytes sign(SigningAlgorithm algorithm, byte[] digest) {
            return timed(Operation.SIGN, () -> material.sign(algorithm, digest));
        }

        @Override
        public SecretBytes export() {
            return material.export();
        }

        @Override
        public void close() {
            material.close();
        }

        @Override
        public String toString() {
            return material.toString();
        }
    }
}
