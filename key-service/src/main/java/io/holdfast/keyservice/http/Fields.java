package io.holdfast.keyservice.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.describe.Descriptions;
import io.holdfast.keyservice.domain.Tags;
import io.holdfast.keyservice.http.Details.ScheduleDeletionDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads and checks what clients send. Every refusal names the field. */
@ApplicationScoped
public class Fields {
    static final int LONGEST_NAME = 255;
    private static final int MOST_TAGS = 64;
    private static final int LONGEST_TAG_KEY = 100;
    private static final int LONGEST_TAG_VALUE = 256;
    private static final int LONGEST_DEFINED_TAGS = 16 * 1024;
    /** OCI: the string form of associatedData must be shorter than this. */
    private static final int ASSOCIATED_DATA_BOUND = 4096;

    private static final String NO_JSON = "The request body is not valid JSON for this operation.";
    /** RFC 3339 has years of four digits. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private final ObjectMapper json;

    public Fields(ObjectMapper json) {
        this.json = json;
    }

    /** @throws ProblemException CANNOT_PARSE_REQUEST when the body is not a JSON object that fits the type */
    <T> T body(byte @Nullable [] body, Class<T> type) {
        return optionalBody(body, type)
                .orElseThrow(() -> new ProblemException(ProblemCode.CANNOT_PARSE_REQUEST, "The request has no body."));
    }

    /** As {@link #body}; empty when there is none. */
    <T> Optional<T> optionalBody(byte @Nullable [] body, Class<T> type) {
        if (body == null || body.length == 0) {
            return Optional.empty();
        }
        try {
            T read = json.readValue(body, type);
            if (read == null) {
                throw new ProblemException(ProblemCode.CANNOT_PARSE_REQUEST, "The request body must be a JSON object.");
            }
            return Optional.of(read);
        } catch (JsonProcessingException e) {
            throw cannotParse(e);
        } catch (IOException e) {
            // Bytes that begin as UTF-32 and are none. The cause quotes them: it goes no further.
            throw new ProblemException(ProblemCode.CANNOT_PARSE_REQUEST, NO_JSON);
        }
    }

    private static ProblemException cannotParse(JsonProcessingException e) {
        if (e.getCause() instanceof ProblemException said) {
            return said;
        }
        String field = "";
        if (e instanceof JsonMappingException mapping
                && !mapping.getPath().isEmpty()
                && mapping.getPath().getFirst().getFieldName() != null) {
            field = Printable.shorten(mapping.getPath().getFirst().getFieldName());
        }
        // The cause quotes the body, which may hold a plaintext: it goes no further.
        return new ProblemException(
                ProblemCode.CANNOT_PARSE_REQUEST,
                field.isEmpty() ? NO_JSON : "The value of '" + field + "' has the wrong type.");
    }

    static String required(@Nullable String value, String field) {
        if (value == null || value.isEmpty()) {
            throw ProblemException.missing(field);
        }
        return value;
    }

    static String displayName(@Nullable String value) {
        String name = required(value, "displayName");
        if (name.length() > LONGEST_NAME || name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw ProblemException.invalid(
                    "displayName", "must have 1 to " + LONGEST_NAME + " characters and no control characters");
        }
        return name;
    }

    /** @throws ProblemException MISSING_PARAMETER, INVALID_PARAMETER */
    static <T extends Ocid> T ocid(@Nullable String value, String field, Function<String, T> type) {
        String present = required(value, field);
        try {
            return type.apply(present);
        } catch (ProblemException e) {
            throw ProblemException.invalid(field, "is not valid: " + e.getMessage());
        }
    }

    /** Null when it is absent or empty. */
    static <T extends Ocid> @Nullable T optionalOcid(@Nullable String value, String field, Function<String, T> type) {
        return value == null || value.isEmpty() ? null : ocid(value, field, type);
    }

    /** @throws ProblemException INVALID_PARAMETER for what is no time of the years 1 to 9999 */
    static Instant time(String value, String field) {
        try {
            Instant time = DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(value, Instant::from);
            if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
                return time;
            }
        } catch (DateTimeException e) {
            // Refused below, as every other thing that is no such time.
        }
        throw ProblemException.invalid(field, "must be a time in RFC 3339, such as 2026-12-10T00:00:00.000Z");
    }

    /** The time that a request to schedule a deletion names; null when it names none. */
    @Nullable
    Instant timeOfDeletion(byte @Nullable [] body) {
        return optionalBody(body, ScheduleDeletionDetails.class)
                .map(ScheduleDeletionDetails::timeOfDeletion)
                .map(text -> time(text, "timeOfDeletion"))
                .orElse(null);
    }

    static <E extends Enum<E>> Optional<E> oneOf(@Nullable String value, String field, Class<E> type) {
        if (value == null) {
            return Optional.empty();
        }
        for (E each : type.getEnumConstants()) {
            if (each.name().equals(value)) {
                return Optional.of(each);
            }
        }
        throw ProblemException.invalid(field, "must be one of " + Arrays.toString(type.getEnumConstants()));
    }

    /** A number of the query; parsed here so that a bad one is refused by name. */
    static @Nullable Integer number(@Nullable String value, String field) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        try {
            return Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw ProblemException.invalid(field, "must be a whole number");
        }
    }

    /** Base64 of 1 to {@code most} bytes. */
    static byte[] base64(@Nullable String value, String field, int most) {
        String text = required(value, field);
        if (text.length() > (most + 2) / 3 * 4) {
            throw ProblemException.invalid(field, "is longer than " + most + " bytes");
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(field, "must be base64");
        }
        if (bytes.length == 0 || bytes.length > most) {
            Arrays.fill(bytes, (byte) 0);
            throw ProblemException.invalid(field, "must have 1 to " + most + " bytes");
        }
        return bytes;
    }

    Tags tags(@Nullable Map<String, String> freeform, @Nullable Map<String, Map<String, Object>> defined) {
        Map<String, String> free = freeform == null ? Map.of() : freeform;
        if (free.size() > MOST_TAGS) {
            throw ProblemException.invalid("freeformTags", "has more than " + MOST_TAGS + " tags");
        }
        free.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > LONGEST_TAG_KEY) {
                throw ProblemException.invalid("freeformTags", "has a key that is empty or too long");
            }
            if (value == null || value.length() > LONGEST_TAG_VALUE) {
                throw ProblemException.invalid("freeformTags", "has a value that is null or too long");
            }
        });
        Map<String, Map<String, Object>> namespaces = defined == null ? Map.of() : defined;
        if (namespaces.values().stream().anyMatch(Objects::isNull)) {
            throw ProblemException.invalid("definedTags", "has a namespace that is null");
        }
        try {
            if (json.writeValueAsBytes(namespaces).length > LONGEST_DEFINED_TAGS) {
                throw ProblemException.invalid("definedTags", "is longer than " + LONGEST_DEFINED_TAGS + " bytes");
            }
        } catch (JsonProcessingException e) {
            throw ProblemException.invalid("definedTags", "can't be read");
        }
        return new Tags(free, namespaces);
    }

    /** What an update says; a kind of tags that it leaves out stays as it is. */
    Descriptions.Wanted wanted(
            @Nullable String displayName,
            @Nullable Map<String, String> freeform,
            @Nullable Map<String, Map<String, Object>> defined) {
        Tags tags = tags(freeform, defined);
        return new Descriptions.Wanted(
                Optional.ofNullable(displayName).map(Fields::displayName),
                Optional.ofNullable(freeform).map(given -> tags.freeform()),
                Optional.ofNullable(defined).map(given -> tags.defined()));
    }

    /** What an encryption shall bind. */
    Map<String, String> associatedData(@Nullable Map<String, String> value) {
        return bounded(value, "associatedData");
    }

    Map<String, String> bounded(@Nullable Map<String, String> value, String field) {
        if (value == null) {
            return Map.of();
        }
        if (value.values().stream().anyMatch(Objects::isNull)) {
            throw ProblemException.invalid(field, "has a value that is null");
        }
        // As UTF-8, in which associated data is bound, each half of a surrogate pair would be the same question mark.
        if (!value.entrySet().stream()
                .allMatch(it -> Printable.isUnicode(it.getKey()) && Printable.isUnicode(it.getValue()))) {
            throw ProblemException.invalid(field, "has a text that is no Unicode: half of a surrogate pair");
        }
        try {
            if (json.writeValueAsString(value).length() >= ASSOCIATED_DATA_BOUND) {
                throw ProblemException.invalid(field, "must be shorter than " + ASSOCIATED_DATA_BOUND + " characters");
            }
        } catch (JsonProcessingException e) {
            throw ProblemException.invalid(field, "can't be read");
        }
        return value;
    }
}
