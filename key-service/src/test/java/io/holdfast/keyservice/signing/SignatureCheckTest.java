package io.holdfast.keyservice.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.TimeSource;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authenticator.SignedRequest;
import io.holdfast.platform.http.Caller;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SignatureCheckTest {
    private static final KeyPair PAIR = Signer.rsa(2048);
    private static final Ocid.Mint MINT = new Ocid.Mint("oc1", "iad");
    private static final TenancyId TENANCY = MINT.tenancy();
    private static final UserId USER = MINT.user();
    private static final RsaPublicKey KEY = RsaPublicKey.fromPem(Signer.pem(PAIR));
    private static final KeyReference REFERENCE = new KeyReference(TENANCY, USER, KEY.fingerprint());
    private static final Caller OWNER = new Caller("user", USER.value(), "alice", TENANCY, "");
    private static final String KEY_ID = TENANCY.value() + "/" + USER.value() + "/" + KEY.fingerprint();
    private static final Instant NOW = Instant.parse("2026-11-24T21:40:24Z");
    private static final String HOST = "127.0.0.1:8081";
    private static final byte[] BODY_BYTES = "{\"name\":\"é\"}".getBytes(StandardCharsets.UTF_8);

    private static final TimeSource TIME = new TimeSource() {
        @Override
        public Instant wall() {
            return NOW;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    };

    private final Signer signer = new Signer(KEY_ID, PAIR.getPrivate());
    private final SigningKeys keys = reference ->
            reference.equals(REFERENCE) ? Optional.of(new SigningKeys.Owned(KEY, OWNER)) : Optional.empty();
    private final SignatureCheck check = new SignatureCheck(TIME);

    // What holds.

    @Test
    void getAsTheCliAndJavaSign() throws Exception {
        assertThat(check.verify(get(), keys)).isEqualTo(OWNER);
    }

    @Test
    void postAsTheCliAndJavaSign() throws Exception {
        assertThat(check.verify(post(), keys)).isEqualTo(OWNER);
    }

    @Test
    void postAsNodeSignsWithXDateAndMixedCaseNames() throws Exception {
        Map<String, String> headers = Signer.headers("x-date", NOW, HOST, "POST", BODY_BYTES);
        // Node sends the unsigned Date too, and nothing rests on it.
        headers.put("date", Signer.date(NOW.minus(Duration.ofHours(3))));

        assertThat(check.verify(request("POST", "/20180608/keys", headers, Signer.NODE_BODY, BODY_BYTES), keys))
                .isEqualTo(OWNER);
    }

    @Test
    void emptyPost() throws Exception {
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "POST", new byte[0]);

        assertThat(check.verify(
                        request("POST", "/20180608/keys/k/keyVersions", headers, Signer.BODY, new byte[0]), keys))
                .isEqualTo(OWNER);
    }

    @Test
    void deleteWithASignedBody() throws Exception {
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "DELETE", BODY_BYTES);

        assertThat(check.verify(request("DELETE", "/x", headers, Signer.BODY, BODY_BYTES), keys))
                .isEqualTo(OWNER);
    }

    @Test
    void parametersInAnyOrderWithSpaces() throws Exception {
        SignedRequest request = get();
        String[] parameters =
                request.authorization().substring("Signature ".length()).split(",");
        String turned = "Signature " + parameters[4] + ", " + parameters[2] + " ," + parameters[0] + "," + parameters[3]
                + "," + parameters[1];

        assertThat(check.verify(withAuthorization(request, turned), keys)).isEqualTo(OWNER);
    }

    @Test
    void rawTargetWithPercentEncodingAndQuery() throws Exception {
        SignedRequest request = request(
                "GET",
                "/20160918/policies?compartmentId=ocid1.tenancy.oc1..a&name=a%20b%2Fc",
                Signer.headers("date", NOW, HOST, "GET", new byte[0]),
                Signer.NO_BODY,
                new byte[0]);

        assertThat(check.verify(request, keys)).isEqualTo(OWNER);
    }

    @Test
    void fiveMinutesEitherWay() throws Exception {
        for (Duration skew : List.of(Duration.ofMinutes(5), Duration.ofMinutes(-5))) {
            SignedRequest request = request(
                    "GET",
                    "/x",
                    Signer.headers("date", NOW.plus(skew), HOST, "GET", new byte[0]),
                    Signer.NO_BODY,
                    new byte[0]);
            assertThat(check.verify(request, keys)).isEqualTo(OWNER);
        }
    }

    @Test
    void aRefusalTakesAsLongForAKeyThatIsThere() throws Exception {
        List<KeyId> looked = new ArrayList<>();
        SigningKeys held = new SigningKeys() {
            @Override
            public Optional<Owned> find(KeyId id) {
                return keys.find(id);
            }

            @Override
            public void beforeRefusal(KeyId id) {
                looked.add(id);
            }
        };
        check.verify(get(), held);
        assertThat(looked).isEmpty();

        for (int bits : List.of(2048, 3072)) {
            assertThatThrownBy(() -> check.verify(signedBy(KEY_ID, bits), held)).isInstanceOf(SignatureRefused.class);
        }
        assertThat(looked).containsExactly(REFERENCE, REFERENCE);

        // What is not there was looked for already.
        String absent = TENANCY.value() + "/" + MINT.user().value() + "/" + KEY.fingerprint();
        assertThatThrownBy(() -> check.verify(signedBy(absent, 2048), held)).isInstanceOf(SignatureRefused.class);
        assertThat(looked).hasSize(2);
    }

    private static SignedRequest signedBy(String keyId, int bits) {
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "GET", new byte[0]);
        String authorization =
                new Signer(keyId, Signer.rsa(bits).getPrivate()).sign("GET", "/x", headers, Signer.NO_BODY);
        return new SignedRequest("GET", "/x", headers, authorization, SignatureCheck.EMPTY_SHA256);
    }

    @Test
    void nobodysKeyIsAsLongAsTheSignature() {
        for (int bits : List.of(2048, 3072, 4096, 8192)) {
            RsaPublicKey nobodys = RsaPublicKey.nobodys(new byte[bits / 8]).orElseThrow();
            assertThat(nobodys.modulus().bitLength()).isEqualTo(bits);
            assertThat(nobodys.verifies(BODY_BYTES, new byte[bits / 8])).isFalse();
        }
        assertThat(RsaPublicKey.nobodys(new byte[255])).isEmpty();
    }

    @Test
    void signatureTellsItsDateAndWhenItsCredentialEnds() throws Exception {
        Validity tenMinutes = Validity.until(NOW.plusSeconds(600));

        SignatureCheck.Signed signed =
                check.signed(get(), any -> Optional.of(new SigningKeys.Owned(KEY, OWNER, tenMinutes)));

        assertThat(signed).isEqualTo(new SignatureCheck.Signed(OWNER, NOW, tenMinutes));
    }

    @Test
    void sessionTokenIsAKeyIdToo() throws Exception {
        String token = "eyJ0.eyJl.c2ln";
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "GET", new byte[0]);
        SignedRequest request = new SignedRequest(
                "GET",
                "/x",
                headers,
                new Signer("ST$" + token, PAIR.getPrivate()).sign("GET", "/x", headers, Signer.NO_BODY),
                SignatureCheck.EMPTY_SHA256);

        assertThat(check.verify(
                        request,
                        id -> id.equals(new SessionToken(token))
                                ? Optional.of(new SigningKeys.Owned(KEY, OWNER))
                                : Optional.empty()))
                .isEqualTo(OWNER);
        for (String bad : List.of("", "a.b", "a.b.c.d", "a..c", "a.b.c=", "a.b." + "c".repeat(3_072))) {
            SignedRequest malformed = new SignedRequest(
                    "GET",
                    "/x",
                    headers,
                    new Signer("ST$" + bad, PAIR.getPrivate()).sign("GET", "/x", headers, Signer.NO_BODY),
                    SignatureCheck.EMPTY_SHA256);
            assertThatThrownBy(() -> check.verify(malformed, any -> Optional.of(new SigningKeys.Owned(KEY, OWNER))))
                    .isInstanceOf(SignatureRefused.class);
        }
    }

    @Test
    void signaturesAreRememberedWhereThatIsWished() throws Exception {
        SignatureCheck remembers = new SignatureCheck(TIME, Optional.of(new SeenSignatures()));
        SignedRequest post = post();

        assertThat(remembers.verify(post, keys)).isEqualTo(OWNER);
        assertThatThrownBy(() -> remembers.verify(post, keys)).isInstanceOf(SignatureRefused.class);
        // A service that asks about it again repeats nothing.
        assertThat(remembers.again(post, keys).by()).isEqualTo(OWNER);
        assertThatThrownBy(() -> remembers.again(post, none -> Optional.empty()))
                .isInstanceOf(SignatureRefused.class);
        assertThatThrownBy(() -> remembers.verify(post, keys)).isInstanceOf(SignatureRefused.class);
        // A GET is the same within a second by an honest client too.
        assertThat(remembers.verify(get(), keys)).isEqualTo(OWNER);
        assertThat(remembers.verify(get(), keys)).isEqualTo(OWNER);
        // One that did not verify uses nothing up.
        SignedRequest delete = request(
                "DELETE", "/y", Signer.headers("date", NOW, HOST, "DELETE", new byte[0]), Signer.NO_BODY, new byte[0]);
        assertThatThrownBy(() -> remembers.verify(delete, none -> Optional.empty()))
                .isInstanceOf(SignatureRefused.class);
        assertThat(remembers.verify(delete, keys)).isEqualTo(OWNER);
        // Without the option nothing is remembered.
        assertThat(check.verify(post, keys)).isEqualTo(OWNER);
        assertThat(check.verify(post, keys)).isEqualTo(OWNER);
    }

    @Test
    void oraclesPublishedSample() throws Exception {
        // 1024 bits, so below what is accepted: only the algorithm is compared here. The weekday is Oracle's.
        java.security.interfaces.RSAPublicKey sampleKey =
                (java.security.interfaces.RSAPublicKey) java.security.KeyFactory.getInstance("RSA")
                        .generatePublic(new java.security.spec.X509EncodedKeySpec(Base64.getDecoder()
                                .decode("MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3"
                                        + "6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6"
                                        + "Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw"
                                        + "oYi+1hqp1fIekaxsyQIDAQAB")));
        String host = "iaas.us-phoenix-1.oraclecloud.com";
        String date = "Thu, 05 Jan 2014 21:31:40 GMT";
        SignedRequest get = new SignedRequest(
                "GET",
                "/20160918/instances?availabilityDomain=Pjwf%3A%20PHX-AD-1&compartmentId=ocid1.compartment.oc1..aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa&displayName=TeamXInstances&volumeId=ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q",
                Map.of("date", date, "host", host),
                "",
                SignatureCheck.EMPTY_SHA256);
        SignedRequest post = new SignedRequest(
                "POST",
                "/20160918/volumeAttachments",
                Map.of(
                        "date", date,
                        "host", host,
                        "content-length", "316",
                        "content-type", "application/json",
                        "x-content-sha256", "V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0="),
                "",
                "V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0=");

        assertThat(
                        RsaPublicKey.verifies(
                                sampleKey,
                                SignatureCheck.signingString(Signer.NO_BODY, get)
                                        .getBytes(StandardCharsets.UTF_8),
                                Base64.getDecoder()
                                        .decode(
                                                "GBas7grhyrhSKHP6AVIj/h5/Vp8bd/peM79H9Wv8kjoaCivujVXlpbKLjMPeDUhxkFIWtTtLBj3sUzaFj34XE6YZAHc9r2DmE4pMwOAy/kiITcZxa1oHPOeRheC0jP2dqbTll8fmTZVwKZOKHYPtrLJIJQHJjNvxFWeHQjMaR7M=")))
                .isTrue();
        assertThat(
                        RsaPublicKey.verifies(
                                sampleKey,
                                SignatureCheck.signingString(Signer.BODY, post).getBytes(StandardCharsets.UTF_8),
                                Base64.getDecoder()
                                        .decode(
                                                "Mje8vIDPlwIHmD/cTDwRxE7HaAvBg16JnVcsuqaNRim23fFPgQfLoOOxae6WqKb1uPjYEl0qIdazWaBy/Ml8DRhqlocMwoSXv0fbukP8J5N80LCmzT/FFBvIvTB91XuXI3hYfP9Zt1l7S6ieVadHUfqBedWH0itrtPJBgKmrWso=")))
                .isTrue();
    }

    // What does not, one by one.

    @Test
    void noHeader() {
        refused(withAuthorization(get(), ""));
    }

    @Test
    void anotherScheme() {
        refused(withAuthorization(get(), get().authorization().replace("Signature ", "Bearer ")));
    }

    @Test
    void headerTooLong() {
        refused(withAuthorization(get(), get().authorization() + ",x=\"" + "a".repeat(5000) + "\""));
    }

    @Test
    void aParameterMissing() {
        for (String name : List.of("version", "keyId", "algorithm", "headers", "signature")) {
            String without = get().authorization().replaceAll(",?" + name + "=\"[^\"]*\"", "");
            refused(withAuthorization(get(), without.replace("Signature ,", "Signature ")));
        }
    }

    @Test
    void aParameterTwice() {
        refused(withAuthorization(get(), get().authorization() + ",version=\"1\""));
    }

    @Test
    void anUnknownParameter() {
        refused(withAuthorization(get(), get().authorization() + ",created=\"1\""));
    }

    @Test
    void noCommas() {
        refused(withAuthorization(get(), get().authorization().replace(",", " ")));
    }

    @Test
    void trailingGarbage() {
        refused(withAuthorization(get(), get().authorization() + ","));
        refused(withAuthorization(get(), get().authorization() + "x"));
    }

    @Test
    void anotherVersion() {
        refused(withAuthorization(get(), get().authorization().replace("version=\"1\"", "version=\"2\"")));
    }

    @Test
    void anotherAlgorithm() {
        for (String algorithm : List.of("rsa-sha1", "hmac-sha256", "none", "RSA-SHA256", "")) {
            refused(withAuthorization(get(), get().authorization().replace("rsa-sha256", algorithm)));
        }
    }

    @Test
    void keyIdOfAnotherForm() {
        for (String keyId : List.of(
                "",
                "ST$abc",
                TENANCY.value() + "/fed-x509/" + KEY.fingerprint(),
                TENANCY.value() + "/" + USER.value(),
                KEY_ID + "/x",
                USER.value() + "/" + TENANCY.value() + "/" + KEY.fingerprint())) {
            refused(withAuthorization(get(), get().authorization().replace(KEY_ID, keyId)));
        }
    }

    @Test
    void upperCaseFingerprint() {
        refused(withAuthorization(
                get(),
                get().authorization()
                        .replace(KEY.fingerprint(), KEY.fingerprint().toUpperCase(java.util.Locale.ROOT) + "")));
    }

    @Test
    void unknownUser() {
        refused(withAuthorization(
                get(), get().authorization().replace(USER.value(), MINT.user().value())));
    }

    @Test
    void userOfAnotherTenancy() {
        refused(withAuthorization(
                get(),
                get().authorization().replace(TENANCY.value(), MINT.tenancy().value())));
    }

    @Test
    void signatureNotBase64() {
        refused(withAuthorization(get(), get().authorization().replaceAll("signature=\"..", "signature=\"!!")));
    }

    @Test
    void signatureEmptyOrOfAnotherLength() {
        refused(withAuthorization(get(), get().authorization().replaceAll("signature=\"[^\"]*\"", "signature=\"\"")));
        refused(withAuthorization(
                get(), get().authorization().replaceAll("signature=\"[^\"]*\"", "signature=\"AAAA\"")));
    }

    @Test
    void signatureOfAnotherKey() {
        Signer other = new Signer(KEY_ID, Signer.rsa(2048).getPrivate());
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "GET", new byte[0]);
        refused(new SignedRequest(
                "GET", "/x", headers, other.sign("GET", "/x", headers, Signer.NO_BODY), SignatureCheck.EMPTY_SHA256));
    }

    @Test
    void anotherMethodThanSigned() {
        SignedRequest get = get();
        refused(new SignedRequest("DELETE", get.target(), get.headers(), get.authorization(), get.contentSha256()));
        refused(new SignedRequest("OPTIONS", get.target(), get.headers(), get.authorization(), get.contentSha256()));
    }

    @Test
    void anotherTargetThanSigned() {
        SignedRequest get = get();
        for (String target : List.of("/20180608/keys2", get.target() + "?a=b", "20180608/keys", "", "/a\nhost: evil")) {
            refused(new SignedRequest("GET", target, get.headers(), get.authorization(), get.contentSha256()));
        }
    }

    @Test
    void anotherHostThanSigned() {
        refused(withHeaders(get(), headers -> with(headers, "host", "evil.example.com")));
    }

    @Test
    void dateChanged() {
        refused(withHeaders(get(), headers -> with(headers, "date", Signer.date(NOW.plusSeconds(1)))));
    }

    @Test
    void dateTooOldOrTooNew() {
        for (Duration skew : List.of(Duration.ofSeconds(301), Duration.ofSeconds(-301), Duration.ofDays(365))) {
            refused(request(
                    "GET",
                    "/x",
                    Signer.headers("date", NOW.plus(skew), HOST, "GET", new byte[0]),
                    Signer.NO_BODY,
                    new byte[0]));
        }
    }

    @Test
    void oldXDateBehindAFreshDate() {
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "GET", new byte[0]);
        headers.put("x-date", Signer.date(NOW.minus(Duration.ofHours(1))));
        refused(request("GET", "/x", headers, List.of("date", "x-date", "(request-target)", "host"), new byte[0]));
    }

    @Test
    void dateMalformed() {
        for (String date : List.of(
                "",
                "2026-11-24T21:40:24Z",
                "Tue, 24 Nov 2026 21:40:24 UTC",
                "Tue, 31 Feb 2026 21:40:24 GMT",
                "Tue, 24 Nov 2026 25:40:24 GMT")) {
            Map<String, String> headers = Signer.headers("date", NOW, HOST, "GET", new byte[0]);
            headers.put("date", date);
            refused(request("GET", "/x", headers, Signer.NO_BODY, new byte[0]));
        }
    }

    @Test
    void aRequiredHeaderNotSigned() {
        for (int left = 0; left < Signer.NO_BODY.size(); left++) {
            List<String> names = new ArrayList<>(Signer.NO_BODY);
            names.remove(left);
            refused(request("GET", "/x", Signer.headers("date", NOW, HOST, "GET", new byte[0]), names, new byte[0]));
        }
        for (int left = 0; left < Signer.BODY.size(); left++) {
            List<String> names = new ArrayList<>(Signer.BODY);
            names.remove(left);
            refused(request("POST", "/x", Signer.headers("date", NOW, HOST, "POST", BODY_BYTES), names, BODY_BYTES));
        }
    }

    @Test
    void bodyChanged() {
        SignedRequest post = post();
        refused(new SignedRequest(
                "POST",
                post.target(),
                post.headers(),
                post.authorization(),
                Signer.sha256("{}".getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void bodyAndHashChangedTogether() {
        String other = Signer.sha256("{}".getBytes(StandardCharsets.UTF_8));
        SignedRequest post = withHeaders(post(), headers -> with(headers, "x-content-sha256", other));
        refused(new SignedRequest("POST", post.target(), post.headers(), post.authorization(), other));
    }

    @Test
    void unsignedBodyOnAGet() {
        SignedRequest get = get();
        refused(new SignedRequest("GET", get.target(), get.headers(), get.authorization(), Signer.sha256(BODY_BYTES)));
    }

    @Test
    void contentLengthThatSaysAnotherThing() {
        for (String length : List.of("0", "-1", "+13", "013", "1e1", "", "9".repeat(30))) {
            Map<String, String> headers = Signer.headers("date", NOW, HOST, "POST", BODY_BYTES);
            headers.put("content-length", length);
            refused(request("POST", "/x", headers, Signer.BODY, BODY_BYTES));
        }
        Map<String, String> empty = Signer.headers("date", NOW, HOST, "POST", new byte[0]);
        empty.put("content-length", "5");
        refused(request("POST", "/x", empty, Signer.BODY, new byte[0]));
    }

    @Test
    void twoFramings() {
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "POST", BODY_BYTES);
        headers.put("transfer-encoding", "chunked");
        refused(request("POST", "/x", headers, Signer.BODY, BODY_BYTES));
    }

    @Test
    void signedHeaderThatIsNotThere() {
        SignedRequest get = request(
                "GET",
                "/x",
                with(Signer.headers("date", NOW, HOST, "GET", new byte[0]), "x-extra", "1"),
                List.of("date", "(request-target)", "host", "x-extra"),
                new byte[0]);
        refused(withHeaders(get, headers -> {
            headers.remove("x-extra");
            return headers;
        }));
    }

    @Test
    void headerListedTwice() {
        refused(request(
                "GET",
                "/x",
                Signer.headers("date", NOW, HOST, "GET", new byte[0]),
                List.of("date", "date", "(request-target)", "host"),
                new byte[0]));
    }

    @Test
    void headerListMalformed() {
        for (String list :
                List.of("", " ", "date  (request-target) host", "date (request-target) host ", "d@te host")) {
            refused(withAuthorization(get(), get().authorization().replace("date (request-target) host", list)));
        }
    }

    @Test
    void tooManySignedHeaders() {
        Map<String, String> headers = Signer.headers("date", NOW, HOST, "GET", new byte[0]);
        List<String> names = new ArrayList<>(Signer.NO_BODY);
        for (int i = 0; i < 20; i++) {
            headers.put("x-h" + i, "v");
            names.add("x-h" + i);
        }
        refused(request("GET", "/x", headers, names, new byte[0]));
    }

    @Test
    void lineBreakInAHeader() {
        // As it could come in over gRPC: one header that speaks for two.
        Map<String, String> signed = Signer.headers("date", NOW, HOST, "GET", new byte[0]);
        String authorization = signer.sign("GET", "/x", signed, Signer.NO_BODY);
        Map<String, String> forged = new HashMap<>(signed);
        forged.put("date", signed.get("date") + "\nx: y");
        refused(new SignedRequest("GET", "/x", forged, authorization, SignatureCheck.EMPTY_SHA256));
    }

    @Test
    void weakOrOddKeysAreNotTaken() {
        assertThatThrownBy(() -> RsaPublicKey.fromPem(Signer.pem(Signer.rsa(1024))))
                .hasMessageContaining("1024 bits");
        assertThatThrownBy(() -> RsaPublicKey.fromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RsaPublicKey.fromPem("x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RsaPublicKey.fromPem("x".repeat(10_000))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pemRoundTripAndLabel() {
        assertThat(RsaPublicKey.fromPem(KEY.toPem() + "OCI_API_KEY\n").fingerprint())
                .isEqualTo(KEY.fingerprint())
                .matches("([0-9a-f]{2}:){15}[0-9a-f]{2}");
    }

    private void refused(SignedRequest request) {
        assertThatThrownBy(() -> check.verify(request, keys)).isInstanceOf(SignatureRefused.class);
    }

    private SignedRequest get() {
        return request(
                "GET",
                "/20180608/keys",
                Signer.headers("date", NOW, HOST, "GET", new byte[0]),
                Signer.NO_BODY,
                new byte[0]);
    }

    private SignedRequest post() {
        return request(
                "POST",
                "/20180608/keys",
                Signer.headers("date", NOW, HOST, "POST", BODY_BYTES),
                Signer.BODY,
                BODY_BYTES);
    }

    private SignedRequest request(
            String method, String target, Map<String, String> headers, List<String> names, byte[] body) {
        return new SignedRequest(
                method, target, headers, signer.sign(method, target, headers, names), Signer.sha256(body));
    }

    private static SignedRequest withAuthorization(SignedRequest request, String authorization) {
        return new SignedRequest(
                request.method(), request.target(), request.headers(), authorization, request.contentSha256());
    }

    private static SignedRequest withHeaders(SignedRequest request, UnaryOperator<Map<String, String>> change) {
        return new SignedRequest(
                request.method(),
                request.target(),
                change.apply(new HashMap<>(request.headers())),
                request.authorization(),
                request.contentSha256());
    }

    private static Map<String, String> with(Map<String, String> headers, String name, String value) {
        headers.put(name, value);
        return headers;
    }
}
