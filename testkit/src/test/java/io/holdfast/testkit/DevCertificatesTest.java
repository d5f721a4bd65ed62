package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevCertificatesTest {
    private static final char[] NO_PASSWORD = new char[0];

    @TempDir
    Path directory = Path.of("");

    @Test
    void twoServicesMeetOverMutualTls() throws Exception {
        DevCertificates certificates = DevCertificates.in(directory);
        X509Certificate seen = handshake(issued(certificates, "key-service"), issued(certificates, "secret-service"));
        assertThat(seen.getSubjectAlternativeNames()).contains(List.of(6, "holdfast://service/secret-service"));
    }

    @Test
    void expiredAndForeignCertificatesAreRefused() throws Exception {
        DevCertificates certificates = DevCertificates.in(directory);
        var server = issued(certificates, "key-service");
        assertThatThrownBy(() -> handshake(server, certificates.expired("secret-service")))
                .isInstanceOf(Exception.class);
        assertThatThrownBy(() -> handshake(server, certificates.foreign("secret-service")))
                .isInstanceOf(Exception.class);
    }

    @Test
    void aSecondCallChangesNothingAndKeysArePrivate() throws Exception {
        DevCertificates first = DevCertificates.in(directory);
        String before = Files.readString(first.certificateOf("key-service"));
        DevCertificates second = DevCertificates.in(directory);
        assertThat(Files.readString(second.certificateOf("key-service"))).isEqualTo(before);
        try (var files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(".key")))
                    .hasSize(DevCertificates.SERVICES.size() + 1)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    private static DevCertificates.Issued issued(DevCertificates certificates, String name) {
        return new DevCertificates.Issued(
                certificates.certificateOf(name), certificates.keyOf(name), certificates.authorityFile());
    }

    /** What the server learns of the client. Both trust the server's authority only. */
    private static X509Certificate handshake(DevCertificates.Issued server, DevCertificates.Issued client)
            throws Exception {
        SSLContext serverContext = context(server, server.authority());
        SSLContext clientContext = context(client, server.authority());
        try (SSLServerSocket listener = (SSLServerSocket) serverContext
                        .getServerSocketFactory()
                        .createServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                SSLSocket socket = (SSLSocket)
                        clientContext.getSocketFactory().createSocket("127.0.0.1", listener.getLocalPort())) {
            listener.setNeedClientAuth(true);
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            CompletableFuture<Certificate> seen = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try (SSLSocket accepted = (SSLSocket) listener.accept()) {
                    accepted.setSoTimeout(10_000);
                    accepted.startHandshake();
                    seen.complete(accepted.getSession().getPeerCertificates()[0]);
                } catch (IOException refused) {
                    seen.completeExceptionally(refused);
                }
            });
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return (X509Certificate) seen.get(10, TimeUnit.SECONDS);
        }
    }

    private static SSLContext context(DevCertificates.Issued own, Path authority) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        String pem = Files.readString(own.key(), StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", "");
        keys.setKeyEntry(
                "own",
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem))),
                NO_PASSWORD,
                new Certificate[] {read(own.certificate())});
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, NO_PASSWORD);
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("ca", read(authority));
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    private static Certificate read(Path file) throws Exception {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
