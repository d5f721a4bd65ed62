package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** Who makes the running request. Empty in resources that are {@link Unsigned}. */
@RequestScoped
public class CurrentCaller {
    private @Nullable Credential credential;
    private String digest = "";

    /** @throws ProblemException NOT_AUTHENTICATED when nobody was authenticated */
    public Caller get() {
        return credential().caller();
    }

    /** @throws ProblemException NOT_AUTHENTICATED when nobody was authenticated */
    public Credential credential() {
        Credential present = credential;
        if (present == null) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
        return present;
    }

    /**
     * What is asked beside the path, the same for the same: base64 SHA-256 of the received body, a question mark, and that of
     * the query unless it is empty. Empty when unsigned.
     */
    public String digest() {
        return digest;
    }

    void set(Credential shown, String digest) {
        credential = shown;
        this.digest = digest;
    }
}
