package io.holdfast.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.holdfast.contracts.access.v1.AccessGrpc;
import io.holdfast.contracts.access.v1.AuthenticateRequest;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Caller;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.DevCertificates;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The session and its questions over mutual TLS against Quarkus' own gRPC server. */
@QuarkusTest
@QuarkusTestResource(CertificatesResource.class)
@QuarkusTestResource(GrpcPort.class)
class AccessOverTlsTest {
    @ConfigProperty(name = "holdfast.tls.dir")
    Path tls;

    @ConfigProperty(name = "holdfast.grpc.port")
    int port;

    private ManagedChannel channel;

    @BeforeEach
    void open() {
        AccessStub.silent = false;
        AccessStub.termMillis = AccessStub.LONG_TERM_MILLIS;
        AccessStub.REVISION.set(10);
        AccessStub.AUTHORIZED.set(0);
        AccessStub.ACKNOWLEDGED.set(0);
        channel = ServiceChannel.open(tls, "secret-service", "key-service", target());
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
    }

    private String target() {
        return "127.0.0.1:" + port;
    }

    private static String whoAmI(ManagedChannel over) {
        return AccessGrpc.newBlockingStub(over)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .authenticate(AuthenticateRequest.getDefaultInstance())
                .getPrincipal()
                .getName();
    }

    private static void refused(ManagedChannel over) {
        try {
            assertThatThrownBy(() -> whoAmI(over))
                    .isInstanceOf(io.grpc.StatusRuntimeException.class)
                    .hasMessageContaining("UNAVAILABLE");
        } finally {
            over.shutdownNow();
        }
    }

    @Test
    void theServerKnowsItsPeerByTheCertificate() {
        assertThat(whoAmI(channel)).isEqualTo("Service[name=secret-service]");
    }

    @Test
    void refusesNoForeignAndExpiredCertificates(@TempDir Path directory) throws Exception {
        refused(NettyChannelBuilder.forTarget(target())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(tls.resolve("ca.crt").toFile())
                        .build())
                .build());
        refused(NettyChannelBuilder.forTarget(target()).usePlaintext().build());

        DevCertificates authority = DevCertificates.in(tls);
        for (DevCertificates.Issued issued :
                List.of(authority.foreign("secret-service"), authority.expired("secret-service"))) {
            Path own = Files.createTempDirectory(directory, "tls");
            Files.copy(tls.resolve("ca.crt"), own.resolve("ca.crt"));
            Files.copy(issued.certificate(), own.resolve("secret-service.crt"));
            Files.copy(issued.key(), own.resolve("secret-service.key"));
            refused(ServiceChannel.open(own, "secret-service", "key-service", target()));
        }
    }

    @Test
    void theClientRefusesAnotherServiceThanItAskedFor() {
        refused(ServiceChannel.open(tls, "secret-service", "cluster-service", target()));
    }

    @Test
    void asksWhoAndWhetherAndKeepsTheAnswerUnderTheRevision() {
        GrpcAccessSession session = new GrpcAccessSession(channel, Duration.ofMillis(100), TimeSource.system()).start();
        try {
            Await.atMostSeconds(20).until("a live session", session::live);
            Duration bound = Duration.ofSeconds(20);
            GrpcAuthenticator authenticator = new GrpcAuthenticator(channel, bound);
            assertThat(authenticator
                            .authenticate(new Authenticator.SignedRequest("GET", "/", Map.of(), "good", "x"))
                            .id())
                    .isEqualTo("ocid1.user.oc1..u");
            assertThatThrownBy(() -> authenticator.authenticate(
                            new Authenticator.SignedRequest("GET", "/", Map.of(), "bad", "x")))
                    .isInstanceOf(ProblemException.class);
            ClusterTokenAuthenticator tokens =
                    new ClusterTokenAuthenticator(channel, bound, session, TimeSource.system(), 10);
            assertThatThrownBy(() -> authenticator.authenticate(
                            new Authenticator.SignedRequest("GET", "/", Map.of(), "too many", "x")))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            busy -> assertThat(busy.code()).isEqualTo(ProblemCode.TOO_MANY_REQUESTS));
            assertThatThrownBy(() -> authenticator.authenticate(
                            new Authenticator.SignedRequest("GET", "/", Map.of(), "too large", "x")))
                    .isInstanceOf(AccessUnavailable.class);
            ClusterId cluster = new ClusterId("ocid1.cluster.oc1.iad.c");
            assertThat(tokens.authenticate("good", cluster).stateRevision()).isEqualTo(10);
            assertThatThrownBy(() -> tokens.authenticate("bad", cluster)).isInstanceOf(ProblemException.class);

            GrpcAuthorizer authorizer = new GrpcAuthorizer(channel, bound, session, TimeSource.system(), 10);
            Caller caller = new Caller("user", "u", "u", new TenancyId("ocid1.tenancy.oc1..t"), "");
            CompartmentId compartment = new CompartmentId("ocid1.tenancy.oc1..t");
            for (int i = 0; i < 3; i++) {
                assertThat(authorizer
                                .decide(caller, "Allowed", List.of("P"), compartment, Map.of())
                                .allowed())
                        .isTrue();
            }
            assertThat(AccessStub.AUTHORIZED).hasValue(1);
            assertThatThrownBy(() -> authorizer.require(caller, "Denied", List.of("P"), compartment, Map.of()))
                    .isInstanceOf(ProblemException.class);

            AccessStub.change(11);
            Await.atMostSeconds(20).until("the change", () -> session.revision() == 11);
            assertThat(session.admits(10)).isFalse();
            assertThat(session.admits(11)).isTrue();
            assertThat(authorizer
                            .decide(caller, "Allowed", List.of("P"), compartment, Map.of())
                            .stateRevision())
                    .isEqualTo(11);
            Await.atMostSeconds(20).until("the acknowledgement", () -> AccessStub.ACKNOWLEDGED.get() == 11);
        } finally {
            session.close();
        }
    }

    @Test
    void aRunningDeliveryHoldsBackTheAcknowledgement() throws Exception {
        GrpcAccessSession session = new GrpcAccessSession(channel, Duration.ofMillis(100), TimeSource.system()).start();
        try {
            Await.atMostSeconds(20).until("the acknowledgement of 10", () -> AccessStub.ACKNOWLEDGED.get() == 10);
            CompletableFuture<Void> left = new CompletableFuture<>();
            assertThat(session.deliver(10, () -> left)).isTrue();

            AccessStub.change(12);
            Await.atMostSeconds(20).until("the change", () -> session.revision() == 12);
            assertThat(session.deliver(10, () -> CompletableFuture.completedFuture(null)))
                    .isFalse();
            assertThat(AccessStub.ACKNOWLEDGED).hasValue(10);
            left.complete(null);
            Await.atMostSeconds(20).until("the acknowledgement of 12", () -> AccessStub.ACKNOWLEDGED.get() == 12);
        } finally {
            session.close();
        }
    }

    @Test
    void aLostSessionAdmitsNothingAndComesBack() {
        AccessStub.termMillis = 2_000;
        GrpcAccessSession session = new GrpcAccessSession(channel, Duration.ofMillis(100), TimeSource.system()).start();
        AtomicInteger changes = new AtomicInteger();
        session.onChange(changes::incrementAndGet);
        try {
            Await.atMostSeconds(20).until("a live session", session::live);
            AccessStub.silent = true;
            Await.atMostSeconds(20).until("the end of the term", () -> !session.admits(10));
            AccessStub.termMillis = AccessStub.LONG_TERM_MILLIS;
            AccessStub.silent = false;
            AccessStub.breakStreams();
            Await.atMostSeconds(20).until("the session again", () -> session.admits(10));
            Await.atMostSeconds(20).until("the callbacks", () -> changes.get() >= 3);
        } finally {
            session.close();
        }
    }
}
