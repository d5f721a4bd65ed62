package io.holdfast.keyservice.transfer;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.vault.PublicKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;

/** Unwraps the material that a customer brings. */
@ApplicationScoped
public class BroughtMaterial {
    private final WrappingKeys keys;

    public BroughtMaterial(WrappingKeys keys) {
        this.keys = keys;
    }

    /**
     * The material, owned by the caller.
     *
     * @throws ProblemException INVALID_PARAMETER, one message for every cause, when it does not unwrap
     */
    public SecretBytes unwrap(Vault vault, MaterialWrapping wrapping, byte[] wrapped) {
        try (SecretBytes pkcs8 = keys.privateHalf(vault)) {
            return wrapping.unwrap(PublicKeys.privateKey(KeyShape.Algorithm.RSA, pkcs8), WrappingKeys.LENGTH, wrapped);
        } catch (EnvelopeDamaged | GeneralSecurityException e) {
            throw ProblemException.invalid("wrappedImportKey.keyMaterial", "does not unwrap under the wrapping key");
        }
    }
}
