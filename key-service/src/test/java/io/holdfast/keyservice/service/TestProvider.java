package io.holdfast.keyservice.service;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/** An OpenID Connect provider on loopback: discovery, keys, and tokens that it signs. */
final class TestProvider implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger looks = new AtomicInteger();
    private volatile RsaJsonWebKey key;

    private TestProvider(HttpServer server, RsaJsonWebKey key) {
        this.server = server;
        this.key = key;
    }

    static TestProvider start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            TestProvider provider = new TestProvider(server, newKey("first"));
            provider.answer("/.well-known/openid-configuration", () -> """
                    {"issuer": "%1$s", "jwks_uri": "%1$s/keys", "authorization_endpoint": "%1$s/authorize",
                     "token_endpoint": "%1$s/token"}""".formatted(provider.issuer()));
            provider.answer("/keys", () -> {
                provider.looks.incrementAndGet();
                return new JsonWebKeySet(provider.key).toJson(OutputControlLevel.PUBLIC_ONLY);
            });
            server.start();
            return provider;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(String path, Supplier<String> body) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("content-type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How often its keys were asked for. */
    int looks() {
        return looks.get();
    }

    /** Its key from now on; the one before is published no more. */
    void rotate(String name) {
        key = newKey(name);
    }

    RsaJsonWebKey key() {
        return key;
    }

    String token(JwtClaims claims) {
        return token(claims, key);
    }

    static RsaJsonWebKey newKey(String name) {
        try {
            RsaJsonWebKey made = RsaJwkGenerator.generateJwk(2048);
            made.setKeyId(name);
            return made;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    static String token(JwtClaims claims, RsaJsonWebKey by) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setPayload(claims.toJson());
            signature.setKeyIdHeaderValue(by.getKeyId());
            signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
            signature.setKey(by.getPrivateKey());
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
