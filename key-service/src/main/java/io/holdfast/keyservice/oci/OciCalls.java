package io.holdfast.keyservice.oci;

import com.oracle.bmc.circuitbreaker.CallNotAllowedException;
import com.oracle.bmc.model.BmcException;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.oci.http.Throttle;
import io.holdfast.keyservice.vault.VaultUnavailable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Calls to one vault, and what their failures mean here. No message that a client sees names a host; what an operator needs
 * is logged.
 */
final class OciCalls {
    private static final Logger LOG = Logger.getLogger(OciCalls.class);
    private static final int LONGEST_SENTENCE = 300;

    private final String vault;
    private final Throttle throttle;

    /** @param vault its name in the configuration */
    OciCalls(String vault, Throttle throttle) {
        this.vault = vault;
        this.throttle = throttle;
    }

    /**
     * @param operation as Oracle names it
     * @throws VaultUnavailable when the vault does not answer, asked to be left alone, or does not let us
     * @throws ProblemException CONFLICT when the state of the key there forbids it, INVALID_PARAMETER when the vault refuses
     *     the request itself
     */
    <T> T ask(String operation, Supplier<T> call) {
        Duration left = throttle.left();
        if (!left.isZero()) {
            throw new VaultUnavailable(
                    "The vault is busy and asked to be left alone for " + (left.toSeconds() + 1) + " seconds.", null);
        }
        try {
            return call.get();
        } catch (BmcException e) {
            throw meaning(operation, e);
        }
    }

    /** The same for a decryption, which the vault refuses with 400 for what it did not encrypt so. */
    <T> T askToDecrypt(Supplier<T> call) {
        return ask("Decrypt", () -> {
            try {
                return call.get();
            } catch (BmcException e) {
                if (e.getStatusCode() == 400) {
                    throw new EnvelopeDamaged();
                }
                throw e;
            }
        });
    }

    /** The same for a thing that may not be there, or not for us. */
    <T> Optional<T> askFor(String operation, Supplier<T> call) {
        return ask(operation, () -> {
            try {
                return Optional.of(call.get());
            } catch (BmcException e) {
                if (e.getStatusCode() == 404) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /**
     * A look of ours, which no client asked for: whatever is odd about the answer, the vault tells nothing now.
     *
     * @throws VaultUnavailable and nothing else
     */
    <T> T look(Supplier<T> look) {
        try {
            return look.get();
        } catch (VaultUnavailable e) {
            throw e;
        } catch (ProblemException e) {
            throw new VaultUnavailable("The vault refuses to be looked at. " + e.getMessage(), e);
        } catch (RuntimeException e) {
            LOG.warnv(e, "A vault in Oracle Cloud answered what makes no sense. vault={0}", vault);
            throw new VaultUnavailable("The vault answered what makes no sense.", e);
        }
    }

    private RuntimeException meaning(String operation, BmcException e) {
        if (e.isClientSide()) {
            return unanswered(operation, e);
        }
        return switch (e.getStatusCode()) {
            case 401, 403, 404 -> {
                log("A vault in Oracle Cloud refuses this installation: check the policies there", operation, e);
                yield new VaultUnavailable(
                        "The vault does not let this installation use the key. Its operator finds in the log what to"
                                + " check.",
                        e);
            }
            case 409 -> new ProblemException(ProblemCode.CONFLICT, "The vault says: " + sentence(e), e);
            case 400 -> new ProblemException(ProblemCode.INVALID_PARAMETER, "The vault says: " + sentence(e), e);
            case 429 -> new VaultUnavailable("The vault is busy; try again later.", e);
            default -> {
                log("A vault in Oracle Cloud failed", operation, e);
                yield new VaultUnavailable("The vault did not do what was asked of it; try again later.", e);
            }
        };
    }

    private VaultUnavailable unanswered(String operation, BmcException e) {
        if (e.getCause() instanceof CallNotAllowedException) {
            return new VaultUnavailable(
                    "The vault has not answered lately and is not asked again for a while; try again later.", e);
        }
        if (e.getCause() instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        LOG.warnv(
                "A vault in Oracle Cloud does not answer. vault={0} operation={1} cause={2}",
                vault, operation, String.valueOf(e.getCause()));
        return new VaultUnavailable("The vault does not answer; try again later.", e);
    }

    private void log(String what, String operation, BmcException e) {
        LOG.warnv(
                what + ". vault={0} operation={1} status={2} code={3} opc-request-id={4}",
                vault,
                operation,
                Integer.toString(e.getStatusCode()),
                e.getServiceCode(),
                e.getOpcRequestId());
    }

    /** What Oracle said, fit to be shown: printable, and not endless. */
    private static String sentence(BmcException e) {
        @Nullable String said = e.getUnmodifiedMessage();
        if (said == null || said.isBlank()) {
            return "status " + e.getStatusCode() + ".";
        }
        String printable = said.strip().replaceAll("[^\\x20-\\x7e]", " ");
        return printable.length() <= LONGEST_SENTENCE ? printable : printable.substring(0, LONGEST_SENTENCE) + "...";
    }
}
