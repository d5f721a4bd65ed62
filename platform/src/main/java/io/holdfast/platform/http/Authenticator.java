package io.holdfast.platform.http;

import java.util.Map;

/** Verifies who signed a request. key-service has its own; the other services ask key-service. */
public interface Authenticator {

    /**
     * @throws io.holdfast.kernel.ProblemException NOT_AUTHENTICATED, without detail, when anything is missing or wrong
     */
    Caller authenticate(SignedRequest request);

    /**
     * What the signature covers, as received.
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
    }
}
