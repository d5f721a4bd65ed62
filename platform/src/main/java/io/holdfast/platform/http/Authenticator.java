package io.holdfast.platform.http;

import java.util.Map;
import java.util.Optional;

/** Verifies who sent a request: by its signature, or by the token that it shows. key-service has its own; the other services ask key-service. */
public interface Authenticator {
    /** The scheme, whose case does not matter (RFC 9110, section 11.1), with the space that ends it. */
    String BEARER = "Bearer ";

    /**
     * @throws io.holdfast.kernel.ProblemException NOT_AUTHENTICATED, without detail, when anything is missing or wrong
     */
    Caller authenticate(SignedRequest request);

    /**
     * As {@link #authenticate}, for whoever must know later whether that is still so.
     *
     * @throws io.holdfast.kernel.ProblemException NOT_AUTHENTICATED
     */
    default Credential credential(SignedRequest request) {
        return Credential.ofAnyState(authenticate(request));
    }

    /**
     * A request as received, as far as a signature covers it.
     *
     * @param method upper case
     * @param target path and query exactly as on the request line
     * @param headers lower-case names
     * @param authorization the authorization header, empty when there was none
     * @param contentSha256 base64 SHA-256 of the received body
     */
    record SignedRequest(
            String method, String target, Map<String, String> headers, String authorization, String contentSha256) {
        public SignedRequest {
            headers = Map.copyOf(headers);
        }

        /** The token of a Bearer authorization (RFC 6750, section 2.1); empty when it is another. */
        public Optional<String> bearerToken() {
            return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? Optional.of(authorization.substring(BEARER.length()).strip())
                    : Optional.empty();
        }
    }
}
