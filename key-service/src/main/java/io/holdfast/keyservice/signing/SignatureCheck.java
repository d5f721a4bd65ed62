package io.holdfast.keyservice.signing;

import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.config.SigningConfig;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Caller;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verifies OCI request signatures (OCI documentation, "Request Signatures").
 *
 * <p>Holds when: the header is well formed; it covers {@code (request-target)}, {@code host} and a date, and for a request
 * that has or may have a body also {@code content-length}, {@code content-type} and {@code x-content-sha256}; the hash is
 * that of the body received; the date is within five minutes; the key is known and its owner active; and the RSA signature
 * verifies over exactly what was received. A GET with a body must cover the body too, so that nothing unsigned is ever
 * acted on.
 *
 * <p>As in OCI, a request may be repeated as it is while its date holds: an operation that must not happen twice has a retry
 * token or an etag. An option remembers signatures instead ({@link SigningConfig#rememberSignatures}); those of GET and HEAD
 * stay free even then, as they change nothing, and honest clients repeat them within the second that a date can tell.
 */
@Singleton
public final class SignatureCheck {
    /** How far the signed date may lie from this service's clock, either way. */
    public static final Duration MAX_SKEW = Duration.ofMinutes(5);
    /** Base64 SHA-256 of no bytes. */
    public static final String EMPTY_SHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    private static final int MAX_TARGET = 8_192;
    private static final int MAX_VALUE = 4_096;
    private static final String REQUEST_TARGET = "(request-target)";
    private static final String HASH = "x-content-sha256";
    private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD", "DELETE");
    private static final Set<String> CHANGES_NOTHING = Set.of("GET", "HEAD");
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");
    private static final List<String> BODY_HEADERS = List.of("content-length", "content-type", HASH);
    private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,17}");
    /**
     * IMF-fixdate of RFC 9110, section 5.6.7. The day of the week is not compared with the date: Oracle's own published
     * sample has a wrong one.
     */
    private static final Pattern IMF_FIXDATE =
            Pattern.compile("(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8}) GMT");

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("dd MMM uuuu HH:mm:ss", Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT);

    private final TimeSource time;
    private final Optional<SeenSignatures> seen;

    @Inject
    SignatureCheck(SigningConfig config) {
        this(TimeSource.system(), config.rememberSignatures() ? Optional.of(new SeenSignatures()) : Optional.empty());
    }

    /** One that remembers no signature. */
    public SignatureCheck(TimeSource time) {
        this(time, Optional.empty());
    }

    SignatureCheck(TimeSource time, Optional<SeenSignatures> seen) {
        this.time = time;
        this.seen = seen;
    }

    /**
     * A signature that holds.
     *
     * @param by who speaks by the key
     * @param at the date that was signed
     * @param validity when the credential itself ends
     */
    public record Signed(Caller by, Instant at, Validity validity) {}

    /** The owner of the key that signed the request. */
    public Caller verify(SignedRequest request, SigningKeys keys) throws SignatureRefused {
        return signed(request, keys).by();
    }

    /** The signature of a request, verified. */
    public Signed signed(SignedRequest request, SigningKeys keys) throws SignatureRefused {
        AuthorizationHeader header = AuthorizationHeader.parse(request.authorization());
        Signed found = signed(request, header, keys);
        requireFirst(request.method(), header.signature(), found.at());
        return found;
    }

    /** The same for a request whose signature was verified before, and may be remembered. */
    public Signed again(SignedRequest request, SigningKeys keys) throws SignatureRefused {
        return signed(request, AuthorizationHeader.parse(request.authorization()), keys);
    }

    private Signed signed(SignedRequest request, AuthorizationHeader header, SigningKeys keys) throws SignatureRefused {
        requireCovered(header.signedNames(), request);
        requireBody(header.signedNames(), request);
        Instant at = requireRecent(header.signedNames(), request.headers());
        byte[] signed = signingString(header.signedNames(), request).getBytes(StandardCharsets.UTF_8);
        Optional<SigningKeys.Owned> found = keys.find(header.key());
        Optional<RsaPublicKey> fitting = found.map(SigningKeys.Owned::key).filter(it -> it.fits(header.signature()));
        if (fitting.isEmpty()) {
            // The same work for a key that is not there: the time does not tell which users and fingerprints exist.
            RsaPublicKey.nobodys(header.signature()).ifPresent(it -> it.verifies(signed, header.signature()));
        }
        SigningKeys.Owned owned = found.orElseThrow(() -> new SignatureRefused("the key is unknown or inactive"));
        if (fitting.filter(it -> it.verifies(signed, header.signature())).isEmpty()) {
            keys.beforeRefusal(header.key());
            throw new SignatureRefused("the signature does not verify");
        }
        return new Signed(owned.owner(), at, owned.validity());
    }

    private void requireFirst(String method, byte[] signature, Instant at) throws SignatureRefused {
        if (seen.isPresent()
                && !CHANGES_NOTHING.contains(method)
                && !seen.get().isFirst(signature, at.plus(MAX_SKEW), time.wall())) {
            throw new SignatureRefused("the signature was used before");
        }
    }

    private static void requireCovered(List<String> signed, SignedRequest request) throws SignatureRefused {
        if (!WITHOUT_BODY.contains(request.method()) && !WITH_BODY.contains(request.method())) {
            throw new SignatureRefused("the method takes no signature");
        }
        if (!signed.contains(REQUEST_TARGET) || !signed.contains("host")) {
            throw new SignatureRefused("request target and host must be signed");
        }
        if (!signed.contains("date") && !signed.contains("x-date")) {
            throw new SignatureRefused("a date must be signed");
        }
        if ((WITH_BODY.contains(request.method()) || !request.contentSha256().equals(EMPTY_SHA256))
                && !signed.containsAll(BODY_HEADERS)) {
            throw new SignatureRefused("length, type and hash of the body must be signed");
        }
    }

    private static void requireBody(List<String> signed, SignedRequest request) throws SignatureRefused {
        boolean empty = request.contentSha256().equals(EMPTY_SHA256);
        if (signed.contains(HASH)
                && !MessageDigest.isEqual(
                        value(HASH, request.headers()).getBytes(StandardCharsets.UTF_8),
                        request.contentSha256().getBytes(StandardCharsets.UTF_8))) {
            throw new SignatureRefused("the body is not the one that was signed");
        }
        if (signed.contains("content-length")) {
            String length = value("content-length", request.headers());
            // The server has read as many bytes as the header says, or the connection would be out of step. What is
            // left
            // to check: no second framing was at work, and "no body" is said consistently.
            if (!LENGTH.matcher(length).matches()
                    || length.equals("0") != empty
                    || request.headers().containsKey("transfer-encoding")) {
                throw new SignatureRefused("the content length is not that of the body");
            }
        }
    }

    private Instant requireRecent(List<String> signed, Map<String, String> headers) throws SignatureRefused {
        String text = value(signed.contains("x-date") ? "x-date" : "date", headers);
        Instant at = date(text);
        Duration skew = Duration.between(at, time.wall()).abs();
        if (skew.compareTo(MAX_SKEW) > 0) {
            throw new SignatureRefused("the date is " + skew.toSeconds() + " s off");
        }
        return at;
    }

    private static Instant date(String text) throws SignatureRefused {
        Matcher matcher = IMF_FIXDATE.matcher(text);
        if (!matcher.matches()) {
            throw new SignatureRefused("the date is not an HTTP date");
        }
        try {
            return LocalDateTime.parse(matcher.group(1), DATE).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new SignatureRefused("the date does not exist");
        }
    }

    /** What was signed: {@code name: value} lines in the order given, joined by LF, none at the end. */
    static String signingString(List<String> names, SignedRequest request) throws SignatureRefused {
        StringBuilder out = new StringBuilder();
        for (String name : names) {
            String value = name.equals(REQUEST_TARGET)
                    ? request.method().toLowerCase(Locale.ROOT) + " " + target(request.target())
                    : value(name, request.headers());
            out.append(out.isEmpty() ? "" : "\n").append(name).append(": ").append(value);
        }
        return out.toString();
    }

    private static String target(String target) throws SignatureRefused {
        if (target.isEmpty() || target.length() > MAX_TARGET || target.charAt(0) != '/' || !printable(target)) {
            throw new SignatureRefused("the request target is malformed");
        }
        return target;
    }

    private static String value(String name, Map<String, String> headers) throws SignatureRefused {
        String value = headers.get(name);
        // A line break would let one header speak for another in the signing string.
        if (value == null || value.length() > MAX_VALUE || !printable(value)) {
            throw new SignatureRefused("a signed header is missing or malformed");
        }
        return value.strip();
    }

    private static boolean printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
