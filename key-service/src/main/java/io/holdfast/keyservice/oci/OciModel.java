package io.holdfast.keyservice.oci;

import com.oracle.bmc.http.internal.BmcEnum;
import com.oracle.bmc.keymanagement.model.Key;
import com.oracle.bmc.keymanagement.model.KeySummary;
import com.oracle.bmc.keymanagement.model.KeyVersionSummary;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.domain.KeyShape.Curve;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.vault.RemoteKeys;
import io.holdfast.keyservice.vault.RemoteKeys.Detail;
import io.holdfast.keyservice.vault.RemoteKeys.State;
import io.holdfast.keyservice.vault.RemoteKeys.Summary;
import io.holdfast.keyservice.vault.VaultUnavailable;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Oracle's words in ours, and back. Any field of an answer may be missing or hold what this version of the SDK does not know:
 * a key of a kind that is not known here is left out, as if it were not there.
 */
final class OciModel {
    private OciModel() {}

    static com.oracle.bmc.keymanagement.model.KeyShape shape(KeyShape shape) {
        com.oracle.bmc.keymanagement.model.KeyShape.Builder builder =
                com.oracle.bmc.keymanagement.model.KeyShape.builder()
                        .algorithm(com.oracle.bmc.keymanagement.model.KeyShape.Algorithm.create(
                                shape.algorithm().name()))
                        .length(shape.length());
        shape.curve().ifPresent(curve -> builder.curveId(curve(curve)));
        return builder.build();
    }

    private static com.oracle.bmc.keymanagement.model.KeyShape.CurveId curve(Curve curve) {
        return com.oracle.bmc.keymanagement.model.KeyShape.CurveId.create(curve.name());
    }

    /** Empty for a shape that is not known here. */
    private static Optional<KeyShape> shape(com.oracle.bmc.keymanagement.model.@Nullable KeyShape shape) {
        if (shape == null || shape.getLength() == null) {
            return Optional.empty();
        }
        Optional<Algorithm> algorithm = named(Algorithm.class, shape.getAlgorithm());
        int length = shape.getLength();
        return algorithm.flatMap(known -> {
            try {
                return Optional.of(KeyShape.of(known, length, null));
            } catch (ProblemException notKnown) {
                return Optional.empty();
            }
        });
    }

    static State state(@Nullable BmcEnum lifecycleState) {
        @Nullable String value = lifecycleState == null ? null : lifecycleState.getValue();
        return switch (value == null ? "" : value.toUpperCase(Locale.ROOT)) {
            case "ENABLED" -> State.ENABLED;
            case "DISABLED" -> State.DISABLED;
            case "PENDING_DELETION" -> State.PENDING_DELETION;
            case "DELETED" -> State.DELETED;
            default -> State.CHANGING;
        };
    }

    /** Empty for a key of another vault, or of a kind that is not known here. */
    static Optional<Summary> summary(KeySummary key, VaultId vault) {
        boolean known = vault.value().equals(key.getVaultId())
                && (key.getProtectionMode() == null
                        || named(ProtectionMode.class, key.getProtectionMode()).isPresent())
                && (key.getAlgorithm() == null
                        || named(Algorithm.class, key.getAlgorithm()).isPresent());
        return known
                ? optional(key.getId(), KeyId::new).map(id -> new Summary(id, state(key.getLifecycleState())))
                : Optional.empty();
    }

    /** Empty likewise, and for a key that has no version yet. */
    static Optional<Detail> detail(Key key, VaultId vault) {
        Optional<KeyId> id = optional(key.getId(), KeyId::new);
        Optional<KeyVersionId> current = optional(key.getCurrentKeyVersion(), KeyVersionId::new);
        Optional<KeyShape> shape = shape(key.getKeyShape());
        Optional<ProtectionMode> mode = named(ProtectionMode.class, key.getProtectionMode());
        if (!vault.value().equals(key.getVaultId())
                || id.isEmpty()
                || current.isEmpty()
                || shape.isEmpty()
                || mode.isEmpty()) {
            return Optional.empty();
        }
        @Nullable String name = key.getDisplayName();
        return Optional.of(new RemoteKeys.Detail(
                id.get(),
                state(key.getLifecycleState()),
                name == null ? "" : name,
                shape.get(),
                mode.get(),
                current.get(),
                instant(key.getTimeOfDeletion())));
    }

    /** Empty for one without a name. */
    static Optional<RemoteKeys.Version> version(KeyVersionSummary version) {
        return optional(version.getId(), KeyVersionId::new)
                .map(id -> new RemoteKeys.Version(
                        id, state(version.getLifecycleState()), instant(version.getTimeOfDeletion())));
    }

    private static Optional<Instant> instant(@Nullable Date date) {
        return Optional.ofNullable(date).map(Date::toInstant);
    }

    /** @throws VaultUnavailable when the vault left it out or it is none */
    static <T> T required(@Nullable String ocid, String what, Function<String, T> type) {
        return optional(ocid, type)
                .orElseThrow(() -> new VaultUnavailable("The vault answered without " + what + ".", null));
    }

    private static <T> Optional<T> optional(@Nullable String ocid, Function<String, T> type) {
        try {
            return Optional.ofNullable(ocid).map(type);
        } catch (ProblemException noOcid) {
            return Optional.empty();
        }
    }

    private static <E extends Enum<E>> Optional<E> named(Class<E> type, @Nullable BmcEnum theirs) {
        if (theirs == null) {
            return Optional.empty();
        }
        for (E each : type.getEnumConstants()) {
            if (each.name().equals(theirs.getValue())) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
