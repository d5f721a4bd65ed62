package io.holdfast.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.http.Details.EncryptDataDetails;
import io.holdfast.platform.http.OciJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private final Fields fields = new Fields(new ObjectMapper());

    /** The first octets say UTF-32, and what follows is none. */
    @Test
    void aBodyInNoEncodingCannotBeParsed() {
        byte[] body = {0, 0, 0, '{', 0, 0x11, 0, 0};
        refused(() -> fields.body(body, EncryptDataDetails.class), ProblemCode.CANNOT_PARSE_REQUEST);
    }

    @Test
    void aTimeHasAYearOfFourDigits() {
        assertThat(Fields.time("9999-12-31T23:59:59Z", "t")).isEqualTo("9999-12-31T23:59:59Z");
        refused(() -> Fields.time("+10000-01-01T00:00:00Z", "t"), ProblemCode.INVALID_PARAMETER);
        refused(() -> Fields.time("-0001-01-01T00:00:00Z", "t"), ProblemCode.INVALID_PARAMETER);
    }

    /** As UTF-8 it would be bound as any other half, a question mark, and open what was encrypted with another. */
    @Test
    void halfOfASurrogatePairIsNotBound() {
        assertThat(fields.associatedData(Map.of("a", "\ud83d\ude00"))).containsEntry("a", "\ud83d\ude00");
        refused(() -> fields.associatedData(Map.of("a", "\ud83d")), ProblemCode.INVALID_PARAMETER);
        refused(() -> fields.associatedData(Map.of("\ude00", "a")), ProblemCode.INVALID_PARAMETER);
    }

    @Test
    void halfOfASurrogatePairInABodyIsAParameterThatIsWrong() {
        ObjectMapper json = new ObjectMapper();
        new OciJson().customize(json);
        byte[] body = "{\"keyId\":\"a\\ud800\"}".getBytes(StandardCharsets.UTF_8);
        refused(() -> new Fields(json).body(body, EncryptDataDetails.class), ProblemCode.INVALID_PARAMETER);
    }

    private static void refused(ThrowingCallable reading, ProblemCode code) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
