package io.holdfast.platform.access;

import io.grpc.Channel;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.BearerToken;
import io.holdfast.contracts.access.v1.OciSignature;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Caller;
import java.time.Duration;

/** Asks key-service who sent a request. Every request is asked: a signature is good once, and a token's user may be gone. */
public final class GrpcAuthenticator implements Authenticator {
    private final AccessCalls calls;

    public GrpcAuthenticator(Channel channel, Duration timeout) {
        this.calls = new AccessCalls(channel, timeout);
    }

    /**
     * {@inheritDoc}
     *
     * @throws AccessUnavailable when key-service does not answer
     */
    @Override
    public Caller authenticate(SignedRequest request) {
        AuthenticateRequest.Builder credential = AuthenticateRequest.newBuilder();
        request.bearerToken()
                .ifPresentOrElse(
                        token -> credential.setBearerToken(
                                BearerToken.newBuilder().setToken(token)),
                        () -> credential.setOciSignature(signature(request)));
        return AccessCalls.caller(calls.authenticate(credential.build()).getPrincipal());
    }

    private static OciSignature signature(SignedRequest request) {
        return OciSignature.newBuilder()
                .setMethod(request.method())
                .setTarget(request.target())
                .putAllHeaders(request.headers())
                .setAuthorization(request.authorization())
                .setContentSha256(request.contentSha256())
                .build();
    }
}
