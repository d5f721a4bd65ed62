package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.ProtectionMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a vault elsewhere tells of its keys, whose lives are led there.
 *
 * <p>Each method throws {@link VaultUnavailable}, and nothing else, when the vault does not answer, refuses the question or
 * answers what makes no sense: then it tells nothing now.
 */
public interface RemoteKeys {

    VaultId vault();

    /** All keys of the vault's compartment, by one listing (more calls only for more pages). */
    List<Summary> list();

    /** One key; empty when the vault knows none of that name, or does not let us see it. */
    Optional<Detail> find(KeyId key);

    /** Where a key is in its life. */
    enum State {
        ENABLED,
        DISABLED,
        PENDING_DELETION,
        DELETED,
        /** On its way from one state to another: what comes of it shows later. */
        CHANGING
    }

    record Summary(KeyId key, State state) {}

    /**
     * @param current the version that encrypts
     * @param timeOfDeletion of a key that is to be deleted
     */
    record Detail(
            KeyId key,
            State state,
            String displayName,
            KeyShape shape,
            ProtectionMode protectionMode,
            KeyVersionId current,
            Optional<Instant> timeOfDeletion) {}

    /** The versions of one key; none when the vault knows no key of that name, or does not let us see it. */
    List<Version> versions(KeyId key);

    /**
     * @param state DISABLED with its key, which says nothing of the version by itself
     * @param timeOfDeletion of a version that is to be deleted
     */
    record Version(KeyVersionId id, State state, Optional<Instant> timeOfDeletion) {}

    /**
     * What to keep beside a version that was made there: what {@link Vault#open} is given.
     *
     * @throws VaultUnavailable also when there is no such version
     */
    Adopted adopt(KeyId key, KeyVersionId version);

    /** @param publicKey of an RSA or ECDSA version, as PEM */
    record Adopted(Bytes stored, Optional<String> publicKey) {}
}
