package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** Who makes the running request. Empty in resources that are {@link Unsigned}. */
@RequestScoped
public class CurrentCaller {
    private @Nullable Caller caller;
    private String contentSha256 = "";

    /** @throws ProblemException NOT_AUTHENTICATED when nobody was authenticated */
    public Caller get() {
        Caller present = caller;
        if (present == null) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
        return present;
    }

    /** Base64 SHA-256 of the received body; empty when unsigned. */
    public String contentSha256() {
        return contentSha256;
    }

    void set(Caller authenticated, String sha256) {
        caller = authenticated;
        contentSha256 = sha256;
    }
}
