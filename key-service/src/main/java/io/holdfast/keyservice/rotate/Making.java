package io.holdfast.keyservice.rotate;

import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.ProtectionMode;
import io.holdfast.keyservice.store.Destructions;
import io.holdfast.keyservice.store.Destructions.Destruction;
import io.holdfast.keyservice.vault.AdoptedKeys;
import io.holdfast.keyservice.vault.Vault;
import io.holdfast.keyservice.vault.Vault.Made;
import io.holdfast.keyservice.vault.Vault.Wish;
import io.holdfast.platform.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * Has a vault make a version so that none is left behind in it. Where the vault holds material itself, its destruction is
 * on record before the version is made, and is called off by the transaction that records the version; whatever comes
 * between, a crash or a lost race, the sweeper destroys it; and once that has begun, the version can't be recorded any more.
 *
 * @param mode of the key
 */
record Making(Vault vault, VaultId id, ProtectionMode mode, Destructions destructions) {
    /** Long enough for every request that makes a version to have recorded it. */
    private static final Duration GRACE = Duration.ofHours(1);

    Made generate(Wish wish) {
        Consumer<Transaction.Builder> recording = announce(wish);
        return alongside(vault.generate(wish), recording);
    }

    /** @param material stays the caller's */
    Made adopt(Wish wish, SecretBytes material) {
        if (vault.holdsMaterial()) {
            AdoptedKeys.require(wish.shape(), material);
        }
        Consumer<Transaction.Builder> recording = announce(wish);
        return alongside(vault.adopt(wish, material), recording);
    }

    private Consumer<Transaction.Builder> announce(Wish wish) {
        if (!vault.holdsMaterial()) {
            return nothing -> {};
        }
        Destruction destruction =
                new Destruction(wish.version().value(), Instant.now().plus(GRACE), id, mode, List.of(wish.version()));
        destructions.announce(destruction);
        return Destructions.callOff(destruction);
    }

    private static Made alongside(Made made, Consumer<Transaction.Builder> recording) {
        return new Made(
                made.key(),
                made.version(),
                made.stored(),
                made.publicKey(),
                made.alongside().andThen(recording));
    }
}
