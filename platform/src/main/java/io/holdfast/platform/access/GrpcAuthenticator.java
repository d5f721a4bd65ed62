package io.holdfast.platform.access;

import io.grpc.Channel;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.contracts.access.v1.AuthenticateResponse;
import io.holdfast.contracts.access.v1.BearerToken;
import io.holdfast.contracts.access.v1.OciSignature;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.Credential;
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
        return ask(request, false).caller();
    }

    @Override
    public Credential credential(SignedRequest request) {
        return new Credential(ask(request, false), () -> ask(request, true));
    }

    private Credential.Good ask(SignedRequest request, boolean again) {
        AuthenticateRequest.Builder credential = AuthenticateRequest.newBuilder();
        request.bearerToken()
                .ifPresentOrElse(
                        token -> credential.setBearerToken(
                                BearerToken.newBuilder().setToken(token)),
                        () -> credential.setOciSignature(signature(request, again)));
        AuthenticateResponse answer = calls.authenticate(credential.build());
        return new Credential.Good(AccessCalls.caller(answer.getPrincipal()), answer.getStateRevision());
    }

    private static OciSignature signature(SignedRequest request, boolean again) {
        return OciSignature.newBuilder()
                .setMethod(request.method())
                .setTarget(request.target())
                .putAllHeaders(request.headers())
                .setAuthorization(request.authorization())
                .setContentSha256(request.contentSha256())
                .setAgain(again)
                .build();
    }
}
