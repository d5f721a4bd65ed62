package io.holdfast.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.RotationSchedule;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.http.Details.EncryptDataDetails;
import io.holdfast.keyservice.http.Details.ImportKeyDetails;
import io.holdfast.keyservice.http.Details.VerifyDataDetails;
import io.holdfast.platform.http.Flags;
import io.holdfast.platform.http.OciJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Bodies and parameters as clients send them: what is not read is a problem of the client's, never a 500. */
class RequestsFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final ObjectMapper JSON = mapper();
    private static final Fields FIELDS = new Fields(JSON);
    private static final Set<ProblemCode> CLIENTS =
            Set.of(ProblemCode.CANNOT_PARSE_REQUEST, ProblemCode.INVALID_PARAMETER, ProblemCode.MISSING_PARAMETER);

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder().build();
        new OciJson().customize(mapper);
        return mapper;
    }

    /** The fields of a new key, of which an import has all. */
    @FuzzTest
    void aNewKey(byte[] body) {
        readOrRefused(() -> {
            ImportKeyDetails details = FIELDS.body(body, ImportKeyDetails.class);
            KeyShape shape = NewKeys.shape(details.keyShape());
            assertThat(shape.curve().isPresent()).isEqualTo(shape.algorithm() == KeyShape.Algorithm.ECDSA);
            assertThat(Fields.displayName(details.displayName())).isNotBlank();
            Fields.ocid(details.compartmentId(), "compartmentId", CompartmentId::new);
            NewKeys.protectionMode(details.protectionMode());
            requireWritable(FIELDS.tags(details.freeformTags(), details.definedTags()));
            if (details.wrappedImportKey() != null) {
                Fields.base64(details.wrappedImportKey().keyMaterial(), "keyMaterial", 4096);
            }
        });
    }

    @FuzzTest
    void aRotationSchedule(byte[] body) {
        readOrRefused(() -> {
            ImportKeyDetails details = FIELDS.body(body, ImportKeyDetails.class);
            Optional<RotationSchedule> schedule =
                    NewKeys.rotation(details.isAutoRotationEnabled(), details.autoKeyRotationDetails(), NOW);
            if (schedule.isPresent()) {
                RotationSchedule after = schedule.get().rotated(NOW);
                assertThat(after.next()).isAfter(NOW);
                requireWritable(after.next());
            }
        });
    }

    @FuzzTest
    void whatIsEncrypted(byte[] body) {
        readOrRefused(() -> {
            EncryptDataDetails details = FIELDS.body(body, EncryptDataDetails.class);
            Fields.ocid(details.keyId(), "keyId", KeyId::new);
            Fields.optionalOcid(details.keyVersionId(), "keyVersionId", KeyVersionId::new);
            requireWellFormed(FIELDS.associatedData(details.associatedData()));
            requireWellFormed(FIELDS.bounded(details.loggingContext(), "loggingContext"));
            assertThat(Fields.base64(details.plaintext(), "plaintext", 4096)).hasSizeBetween(1, 4096);
        });
    }

    @FuzzTest
    void whatIsVerified(byte[] body) {
        readOrRefused(() -> {
            VerifyDataDetails details = FIELDS.body(body, VerifyDataDetails.class);
            Fields.ocid(details.keyId(), "keyId", KeyId::new);
            Fields.base64(details.message(), "message", 4096);
            Fields.base64(details.signature(), "signature", 512);
        });
    }

    @FuzzTest
    void aTimeOfDeletion(byte[] body) {
        readOrRefused(() -> {
            Instant time = FIELDS.timeOfDeletion(body);
            if (time != null) {
                requireWritable(time);
            }
        });
    }

    @FuzzTest
    void aTime(byte[] utf8) {
        readOrRefused(() -> requireWritable(Fields.time(new String(utf8, StandardCharsets.UTF_8), "time")));
    }

    @FuzzTest
    void aParameterOfTheQuery(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        readOrRefused(() -> Fields.number(text, "limit"));
        readOrRefused(() -> Flags.parse(text, "force"));
        readOrRefused(() -> Fields.oneOf(text, "sortBy", Listing.SortBy.class));
    }

    private static void readOrRefused(Runnable reading) {
        try {
            reading.run();
        } catch (ProblemException refused) {
            assertThat(refused.code()).isIn(CLIENTS);
        }
    }

    /** Associated data is bound as UTF-8, in which half a surrogate pair would be a question mark, as others are. */
    private static void requireWellFormed(java.util.Map<String, String> texts) {
        texts.forEach((key, value) -> {
            assertThat(new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(key);
            assertThat(new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(value);
        });
    }

    private static void requireWritable(Tags tags) {
        requireWritable(tags.freeform());
        requireWritable(tags.defined());
    }

    private static void requireWritable(Object value) {
        try {
            assertThat(JSON.writeValueAsBytes(value)).isNotEmpty();
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError("was read and can't be written: " + value, e);
        }
    }
}
