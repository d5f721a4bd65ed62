package io.holdfast.keyservice.http;

import io.holdfast.envelope.wrapped.EncryptionAlgorithm;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.crypto.ClientCrypto;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.http.Details.DecryptDataDetails;
import io.holdfast.keyservice.http.Details.EncryptDataDetails;
import io.holdfast.keyservice.http.Details.GenerateKeyDetails;
import io.holdfast.keyservice.http.Details.KeyShapeDetails;
import io.holdfast.keyservice.http.Views.DecryptedData;
import io.holdfast.keyservice.http.Views.EncryptedData;
import io.holdfast.keyservice.http.Views.GeneratedKey;
import io.holdfast.keyservice.store.Stored;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Base64;
import java.util.Map;
import java.util.zip.CRC32;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Encryption by master keys (OCI KMS, KmsCryptoClient). */
@Path("/20180608")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "crypto")
public class CryptoResource {
    private static final int MOST_PLAINTEXT = 4096;
    private static final int MOST_CIPHERTEXT = 8192;

    private final Operations operations;
    private final Fields fields;
    private final ClientCrypto crypto;

    public CryptoResource(Operations operations, Fields fields, ClientCrypto crypto) {
        this.operations = operations;
        this.fields = fields;
        this.crypto = crypto;
    }

    @POST
    @Path("/encrypt")
    public EncryptedData encrypt(
            @RequestBody(content = @Content(schema = @Schema(implementation = EncryptDataDetails.class)))
                    byte @Nullable [] body) {
        return operations.use("Encrypt", () -> {
            EncryptDataDetails details = fields.body(body, EncryptDataDetails.class);
            KeyId keyId = Fields.ocid(details.keyId(), "keyId", KeyId::new);
            KeyVersionId version = Fields.optionalOcid(details.keyVersionId(), "keyVersionId", KeyVersionId::new);
            EncryptionAlgorithm algorithm = algorithm(details.encryptionAlgorithm());
            Map<String, String> associatedData = fields.associatedData(details.associatedData());
            Map<String, String> loggingContext = fields.bounded(details.loggingContext(), "loggingContext");
            try (SecretBytes plaintext =
                    SecretBytes.takeOwnershipOf(Fields.base64(details.plaintext(), "plaintext", MOST_PLAINTEXT))) {
                Stored<MasterKey> key = operations.keyToUse("Encrypt", "KEY_ENCRYPT", keyId);
                ClientCrypto.Encrypted encrypted = crypto.encrypt(key, version, algorithm, associatedData, plaintext);
                operations.used("Encrypt", keyId, encrypted.version(), loggingContext);
                return new EncryptedData(
                        base64(encrypted.ciphertext()),
                        keyId.value(),
                        encrypted.version().value(),
                        encrypted.algorithm().name());
            }
        });
    }

    @POST
    @Path("/decrypt")
    public DecryptedData decrypt(
            @RequestBody(content = @Content(schema = @Schema(implementation = DecryptDataDetails.class)))
                    byte @Nullable [] body) {
        return operations.use("Decrypt", () -> {
            DecryptDataDetails details = fields.body(body, DecryptDataDetails.class);
            KeyId keyId = Fields.ocid(details.keyId(), "keyId", KeyId::new);
            KeyVersionId version = Fields.optionalOcid(details.keyVersionId(), "keyVersionId", KeyVersionId::new);
            EncryptionAlgorithm algorithm = algorithm(details.encryptionAlgorithm());
            Map<String, String> associatedData = fields.associatedData(details.associatedData());
            Map<String, String> loggingContext = fields.bounded(details.loggingContext(), "loggingContext");
            Bytes ciphertext =
                    Bytes.takeOwnershipOf(Fields.base64(details.ciphertext(), "ciphertext", MOST_CIPHERTEXT));
            Stored<MasterKey> key = operations.keyToUse("Decrypt", "KEY_DECRYPT", keyId);
            ClientCrypto.Decrypted decrypted = crypto.decrypt(key, version, algorithm, associatedData, ciphertext);
            try (SecretBytes plaintext = decrypted.plaintext()) {
                operations.used("Decrypt", keyId, decrypted.version(), loggingContext);
                return new DecryptedData(
                        plaintext.use(Base64.getEncoder()::encodeToString),
                        checksum(plaintext),
                        keyId.value(),
                        decrypted.version().value(),
                        decrypted.algorithm().name());
            }
        });
    }

    @POST
    @Path("/generateDataEncryptionKey")
    public GeneratedKey generateDataEncryptionKey(
            @RequestBody(content = @Content(schema = @Schema(implementation = GenerateKeyDetails.class)))
                    byte @Nullable [] body) {
        return operations.use("GenerateDataEncryptionKey", () -> {
            GenerateKeyDetails details = fields.body(body, GenerateKeyDetails.class);
            KeyId keyId = Fields.ocid(details.keyId(), "keyId", KeyId::new);
            Boolean include = details.includePlaintextKey();
            if (include == null) {
                throw ProblemException.missing("includePlaintextKey");
            }
            int length = dataKeyLength(details.keyShape());
            Map<String, String> associatedData = fields.associatedData(details.associatedData());
            Map<String, String> loggingContext = fields.bounded(details.loggingContext(), "loggingContext");
            Stored<MasterKey> key = operations.keyToUse(
                    "GenerateDataEncryptionKey",
                    "KEY_ENCRYPT",
                    keyId,
                    Map.of("request.includePlainTextKey", include.toString()));
            ClientCrypto.Generated generated = crypto.generate(key, length, associatedData);
            try (SecretBytes plaintext = generated.plaintext()) {
                operations.used("GenerateDataEncryptionKey", keyId, generated.version(), loggingContext);
                return include
                        ? new GeneratedKey(
                                base64(generated.ciphertext()),
                                plaintext.use(Base64.getEncoder()::encodeToString),
                                checksum(plaintext))
                        : new GeneratedKey(base64(generated.ciphertext()), null, null);
            }
        });
    }

    private static int dataKeyLength(@Nullable KeyShapeDetails shape) {
        if (shape == null) {
            throw ProblemException.missing("keyShape");
        }
        if (!"AES".equals(Fields.required(shape.algorithm(), "keyShape.algorithm"))) {
            throw ProblemException.invalid("keyShape.algorithm", "must be AES for a data encryption key");
        }
        Integer length = shape.length();
        if (length == null) {
            throw ProblemException.missing("keyShape.length");
        }
        if (length != 16 && length != 24 && length != 32) {
            throw ProblemException.invalid("keyShape.length", "must be 16, 24 or 32 (bytes)");
        }
        return length;
    }

    private static @Nullable EncryptionAlgorithm algorithm(@Nullable String name) {
        return Fields.oneOf(name, "encryptionAlgorithm", EncryptionAlgorithm.class)
                .orElse(null);
    }

    private static String base64(Bytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.toArray());
    }

    /** CRC-32 as a decimal number. */
    static String checksum(SecretBytes plaintext) {
        return plaintext.use(bytes -> {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            return Long.toString(crc.getValue());
        });
    }
}
