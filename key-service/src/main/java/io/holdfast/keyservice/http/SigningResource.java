package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.crypto.ClientSigning;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.SigningAlgorithm;
import io.holdfast.keyservice.http.Details.SignDataDetails;
import io.holdfast.keyservice.http.Details.VerifyDataDetails;
import io.holdfast.keyservice.http.Views.SignedData;
import io.holdfast.keyservice.http.Views.VerifiedData;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.vault.Signatures;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Base64;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Signatures by master keys of RSA and ECDSA (OCI KMS, KmsCryptoClient). */
@Path("/20180608")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "crypto")
public class SigningResource {
    private static final int MOST_MESSAGE = 4096;
    /** An RSA signature of 4,096 bits; an ECDSA one is shorter. */
    private static final int MOST_SIGNATURE = 512;

    private final Operations operations;
    private final Fields fields;
    private final ClientSigning signing;

    public SigningResource(Operations operations, Fields fields, ClientSigning signing) {
        this.operations = operations;
        this.fields = fields;
        this.signing = signing;
    }

    /** Whether the message is the thing itself, or what the algorithm's hash made of it. */
    private enum MessageType {
        RAW,
        DIGEST
    }

    @POST
    @Path("/sign")
    public SignedData sign(
            @RequestBody(content = @Content(schema = @Schema(implementation = SignDataDetails.class)))
                    byte @Nullable [] body) {
        return operations.use("Sign", () -> {
            SignDataDetails details = fields.body(body, SignDataDetails.class);
            KeyId keyId = Fields.ocid(details.keyId(), "keyId", KeyId::new);
            KeyVersionId version = Fields.optionalOcid(details.keyVersionId(), "keyVersionId", KeyVersionId::new);
            SigningAlgorithm algorithm = algorithm(details.signingAlgorithm());
            byte[] digest = digest(algorithm, details.messageType(), details.message());
            Map<String, String> loggingContext = fields.bounded(details.loggingContext(), "loggingContext");
            Stored<MasterKey> key = operations.keyToUse("Sign", "KEY_SIGN", keyId);
            ClientSigning.Signed signed = signing.sign(key, version, algorithm, digest);
            operations.used("Sign", keyId, signed.version(), loggingContext);
            return new SignedData(
                    keyId.value(),
                    signed.version().value(),
                    Base64.getEncoder().encodeToString(signed.signature().toArray()),
                    algorithm.name());
        });
    }

    @POST
    @Path("/verify")
    public VerifiedData verify(
            @RequestBody(content = @Content(schema = @Schema(implementation = VerifyDataDetails.class)))
                    byte @Nullable [] body) {
        return operations.use("Verify", () -> {
            VerifyDataDetails details = fields.body(body, VerifyDataDetails.class);
            KeyId keyId = Fields.ocid(details.keyId(), "keyId", KeyId::new);
            KeyVersionId version = Fields.ocid(details.keyVersionId(), "keyVersionId", KeyVersionId::new);
            SigningAlgorithm algorithm = algorithm(details.signingAlgorithm());
            byte[] digest = digest(algorithm, details.messageType(), details.message());
            byte[] signature = Fields.base64(details.signature(), "signature", MOST_SIGNATURE);
            Map<String, String> loggingContext = fields.bounded(details.loggingContext(), "loggingContext");
            Stored<MasterKey> key = operations.keyToUse("Verify", "KEY_VERIFY", keyId);
            boolean valid = signing.verify(key, version, algorithm, digest, signature);
            operations.used("Verify", keyId, version, loggingContext);
            return new VerifiedData(valid);
        });
    }

    private static SigningAlgorithm algorithm(@Nullable String name) {
        return Fields.oneOf(name, "signingAlgorithm", SigningAlgorithm.class)
                .orElseThrow(() -> ProblemException.missing("signingAlgorithm"));
    }

    private static byte[] digest(SigningAlgorithm algorithm, @Nullable String type, @Nullable String message) {
        byte[] bytes = Fields.base64(message, "message", MOST_MESSAGE);
        return switch (Fields.oneOf(type, "messageType", MessageType.class).orElse(MessageType.RAW)) {
            case RAW -> Signatures.digest(algorithm, bytes);
            case DIGEST -> {
                if (bytes.length != algorithm.digestLength()) {
                    throw ProblemException.invalid(
                            "message",
                            "must have " + algorithm.digestLength() + " bytes, as a digest of " + algorithm.hash()
                                    + " has");
                }
                yield bytes;
            }
        };
    }
}
