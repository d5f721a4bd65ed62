package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.holdfast.contracts.keycrypto.v1.KeyCryptoGrpc;
import io.holdfast.contracts.keycrypto.v1.WrapRequest;
import io.holdfast.keyservice.Samples;
import io.holdfast.testkit.DevCertificates;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every gRPC client of key-service may rely on, whatever it calls. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class GrpcEdgesTest {

    @Test
    void anyCertificateOfTheInstallationMayAskForHealthAndNoOther() {
        DevCertificates authority = DevCertificates.in(Wire.tls());
        DevCertificates.Issued cluster =
                authority.issueCluster("asks-for-health", "ocid1.cluster.oc1.iad.aaaaaaaahealth");
        DevCertificates.Issued foreign = authority.foreign("secret-service");

        try (Wire service = Wire.as("secret-service");
                Wire ofCluster =
                        Wire.with(cluster.certificate().toFile(), cluster.key().toFile());
                Wire none = Wire.with(null, null);
                Wire stranger =
                        Wire.with(foreign.certificate().toFile(), foreign.key().toFile())) {
            for (Wire good : List.of(service, ofCluster)) {
                assertThat(HealthGrpc.newBlockingStub(good.channel())
                                .withDeadlineAfter(10, TimeUnit.SECONDS)
                                .check(HealthCheckRequest.newBuilder()
                                        .setService(KeyCryptoGrpc.SERVICE_NAME)
                                        .build())
                                .getStatus())
                        .isEqualTo(ServingStatus.SERVING);
            }
            for (Wire bad : List.of(none, stranger)) {
                StatusRuntimeException refused = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> HealthGrpc.newBlockingStub(bad.channel())
                                .withDeadlineAfter(10, TimeUnit.SECONDS)
                                .check(HealthCheckRequest.getDefaultInstance()));
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            }
        }
    }

    @Test
    void aDeadlineThatHasPassedStartsNoWork() {
        Metadata late = new Metadata();
        late.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "1n");
        try (Wire service = Wire.as("secret-service")) {
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> KeyCryptoGrpc.newBlockingStub(service.channel())
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(late))
                            .wrap(WrapRequest.getDefaultInstance()));
            // Any work would have found that the request names no binding.
            assertThat(refused.getStatus().getCode()).isIn(Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void aBatchThatIsTooLargeIsNotToBeRepeated() {
        WrapRequest.Builder batch =
                WrapRequest.newBuilder().setBindingId(Samples.MINT.binding().value());
        for (int i = 0; i < 501; i++) {
            batch.addPayloads(ByteString.copyFromUtf8("x"));
        }
        try (Wire service = Wire.as("secret-service")) {
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> KeyCryptoGrpc.newBlockingStub(service.channel())
                            .withDeadlineAfter(10, TimeUnit.SECONDS)
                            .wrap(batch.build()));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            com.google.rpc.Status details = StatusProto.fromThrowable(refused);
            assertThat(details == null ? List.of() : details.getDetailsList()).isEmpty();
        }
    }
}
