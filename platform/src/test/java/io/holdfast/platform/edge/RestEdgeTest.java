package io.holdfast.platform.edge;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import io.holdfast.platform.access.GrpcPort;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.testkit.Await;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(CertificatesResource.class)
@QuarkusTestResource(GrpcPort.class)
class RestEdgeTest {
    private static final String GOOD_BODY =
            "{\"compartmentId\":\"ocid1.tenancy.oc1..t\",\"displayName\":\"n\",\"unknownField\":{\"a\":1}}";

    @BeforeEach
    void forget() {
        StubAuthenticator.ASKED.clear();
    }

    private static RequestSpecification signed() {
        return given().header("authorization", "good").contentType("application/json");
    }

    @Test
    void servesASignedRequestAndShowsTheAuthenticatorWhatWasReceived() throws Exception {
        signed().header("opc-request-id", "client<>1")
                .urlEncodingEnabled(false)
                .body(GOOD_BODY)
                .post("/20180608/things?a=%2Fb&c=d%20e")
                .then()
                .statusCode(200)
                .header("opc-request-id", matchesPattern("client__1/[0-9a-f]{32}"))
                .body("displayName", equalTo("n"))
                .body("timeCreated", equalTo("2026-11-24T10:00:00.500Z"))
                .body("id", equalTo("ocid1.key.oc1.iad.v.k"))
                .body("owner", equalTo("ocid1.user.oc1..u"));

        Authenticator.SignedRequest asked = StubAuthenticator.ASKED.get(0);
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.target()).isEqualTo("/20180608/things?a=%2Fb&c=d%20e");
        assertThat(asked.headers()).containsKeys("host", "content-length", "content-type");
        assertThat(asked.contentSha256())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256")
                                .digest(GOOD_BODY.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void digestsABodyThatTheResourceDoesNotRead() {
        signed().post("/20180608/things/ocid1.key.oc1.iad.v.k/actions/disable")
                .then()
                .statusCode(200);
        signed().body("{\"x\":1}")
                .post("/20180608/things/ocid1.key.oc1.iad.v.k/actions/disable")
                .then()
                .statusCode(200);

        assertThat(StubAuthenticator.ASKED.get(0).contentSha256())
                .isEqualTo("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assertThat(StubAuthenticator.ASKED.get(1).contentSha256())
                .isEqualTo("UEG/H3E98gR4Q1PoL2pKU1kxy2Tx9LSlrq/8tyCRiyI=");
    }

    /** A first octet of zero says UTF-32 or UTF-16, and what follows need not be any. */
    @Test
    void refusesABodyInNoEncoding() {
        for (byte[] body :
                new byte[][] {{0, 0, 0, '{', 0, 0x11, 0, 0}, {0, 0, 0, '{', 0}, {0, '{', 0}, {(byte) 0xff}}) {
            signed().body(body)
                    .post("/20180608/things")
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("CannotParseRequest"));
        }
    }

    @Test
    void refusesWhatIsNotSignedUnlessTheResourceSaysSo() {
        given().get("/20180608/things")
                .then()
                .statusCode(401)
                .body("code", equalTo("NotAuthenticated"))
                .header("opc-request-id", matchesPattern("[0-9a-f]{32}"));
        given().get("/20180608/things/open").then().statusCode(200);
    }

    @Test
    void saysWhatIsWrongWithABody() {
        signed().body("{\"displayName\":")
                .post("/20180608/things")
                .then()
                .statusCode(400)
                .body("code", equalTo("CannotParseRequest"));
        signed().body("{\"size\":\"many\"}")
                .post("/20180608/things")
                .then()
                .statusCode(400)
                .body("code", equalTo("CannotParseRequest"))
                .body("message", containsString("size"));
        signed().body("{\"displayName\":{}}")
                .post("/20180608/things")
                .then()
                .statusCode(400)
                .body("message", containsString("displayName"));
        signed().body("{\"compartmentId\":\"nonsense\"}")
                .post("/20180608/things")
                .then()
                .statusCode(400)
                .body("code", equalTo("InvalidParameter"));
        signed().body("{\"compartmentId\":\"ocid1.tenancy.oc1..t\"}")
                .post("/20180608/things")
                .then()
                .statusCode(400)
                .body("code", equalTo("MissingParameter"))
                .body("message", containsString("displayName"));
        signed().body("[".repeat(500)).post("/20180608/things").then().statusCode(400);
        signed().body(GOOD_BODY.replace("\"n\"", "\"" + "x".repeat(1024 * 1024) + "\""))
                .post("/20180608/things")
                .then()
                .statusCode(413)
                .body("code", equalTo("RequestEntityTooLarge"));
    }

    @Test
    void takesNoScalarForAnother() {
        for (String wrong : new String[] {
            "{\"displayName\":\"n\",\"size\":32.9}",
            "{\"displayName\":\"n\",\"size\":\"32\"}",
            "{\"displayName\":5}",
            "{\"displayName\":5.0}",
            "{\"displayName\":true}"
        }) {
            signed().body(wrong)
                    .post("/20180608/things")
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("CannotParseRequest"));
        }
    }

    @Test
    void takesWholeCharactersOnly() {
        for (String half :
                new String[] {"{\"displayName\":\"a\\ud800b\"}", "{\"displayName\":\"n\",\"tags\":{\"a\":\"\\udc00\"}}"
                }) {
            signed().body(half)
                    .post("/20180608/things")
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("InvalidParameter"))
                    .body("message", containsString("surrogate"));
        }
        for (String half : new String[] {"\\ud800", "\\udc00", "a\\udc00b", "a long name with \\udc00 within"}) {
            signed().body("{\"displayName\":\"n\",\"tags\":{\"" + half + "\":\"a\"}}")
                    .post("/20180608/things")
                    .then()
                    .statusCode(400);
        }
        signed().body("{\"displayName\":\"\\ud83d\\ude00\"}")
                .post("/20180608/things")
                .then()
                .statusCode(200)
                .body("displayName", equalTo("\ud83d\ude00"));
    }

    @Test
    void refusesALongBodyThatDoesNotSayHowLongItIs() throws Exception {
        String answer = sent("POST /20180608/things HTTP/1.1\r\nHost: x\r\nAuthorization: good\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + ("10000\r\n" + "x".repeat(0x10000) + "\r\n").repeat(17));

        assertThat(answer)
                .startsWith("HTTP/1.1 413 ")
                .contains("\"RequestEntityTooLarge\"")
                .containsIgnoringCase("opc-request-id: ")
                .containsIgnoringCase("connection: close");
    }

    @Test
    void refusesInItsOwnShapeWhatIsNoRequest() throws Exception {
        for (String request : new String[] {
            "GET /20180608/things HTTP/1.1\r\n\r\n", "GET /20180608/things HTTP/1.1\r\nHost: a b\r\n\r\n"
        }) {
            assertThat(sent(request))
                    .as(request)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("\"InvalidParameter\"", "not a valid HTTP request")
                    .containsIgnoringCase("opc-request-id: ");
        }
    }

    /** All are short enough for the server to read them whole before it ends the connection. */
    @Test
    void refusesInItsOwnShapeWhatCantBeRead() throws Exception {
        String line = "GET /20180608/things/open?q=" + "a".repeat(4096) + " HTTP/1.1\r\nHost: x\r\n\r\n";
        String header = "GET /20180608/things/open HTTP/1.1\r\nHost: x\r\nopc-request-id: mine\r\nLong: "
                + "a".repeat(20 * 1024) + "\r\n\r\n";

        refused(line, 414, "UriTooLong");
        refused(header, 431, "RequestHeaderFieldsTooLarge");
        for (String noRequest : new String[] {
            "GET\r\n\r\n",
            "GET /20180608/things/open HTTP/9.x\r\nHost: x\r\n\r\n",
            "GET /20180608/things/open HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n",
            "GET /20180608/things/open HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
            "GET /20180608/things/\\ HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /20180608/things/%zz HTTP/1.1\r\nHost: x\r\n\r\n"
        }) {
            refused(noRequest, 400, "InvalidParameter");
        }
        refused("GET things HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NotFound");
    }

    @Test
    void refusesInItsOwnShapeWhatCantBeReadOfALaterRequest() throws Exception {
        String good = "GET /20180608/things/open HTTP/1.1\r\nHost: x\r\n\r\n";
        String bad = "GET /20180608/things/open?q=" + "a".repeat(4096) + " HTTP/1.1\r\nHost: x\r\n\r\n";

        assertThat(sent(good + bad)).startsWith("HTTP/1.1 200 ").contains(" 414 ", "\"UriTooLong\"");
    }

    private static void refused(String request, int status, String code) throws IOException {
        assertThat(sent(request))
                .as(request.substring(0, Math.min(request.length(), 100)))
                // What has no legible version is answered as HTTP/1.0.
                .containsPattern("^HTTP/1[.][01] " + status + " ")
                .contains("{\"code\":\"" + code + "\",\"message\":\"")
                .containsPattern("(?i)opc-request-id: (mine/)?[0-9a-f]{32}")
                .containsIgnoringCase("connection: close");
    }

    /** Who goes away makes no failure of ours. */
    @Test
    void aBodyThatDoesNotArriveIsNoFault() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.getOutputStream()
                    .write("POST /20180608/things/gone HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabcde"
                            .getBytes(StandardCharsets.UTF_8));
        }
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.getOutputStream()
                    .write("POST /20180608/things HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabcde"
                            .getBytes(StandardCharsets.UTF_8));
        }
        Await.atMostSeconds(20)
                .until(
                        "the request that ended early is counted",
                        () -> requests()
                                .anyMatch(it -> it.contains("method=\"POST\"")
                                        && it.contains("uri=\"/20180608/things\"")
                                        && (it.contains("status=\"400\"") || it.contains("status=\"RESET\""))));
        assertThat(requests().filter(it -> it.contains("status=\"500\"") && it.contains("method=\"POST\"")))
                .isEmpty();
    }

    private static Stream<String> requests() {
        return given().get("/q/metrics").asString().lines().filter(it -> it.startsWith("http_server_requests"));
    }

    /** What the server answers to these bytes until it ends the connection or says no more. */
    private static String sent(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            byte[] part = new byte[8192];
            try {
                for (int read = socket.getInputStream().read(part);
                        read >= 0;
                        read = socket.getInputStream().read(part)) {
                    answer.write(part, 0, read);
                    socket.setSoTimeout(2_000);
                }
            } catch (SocketTimeoutException saysNoMore) {
                assertThat(answer.size()).isPositive();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void answersEveryFailureInTheSameShape() {
        signed().get("/20180608/none")
                .then()
                .statusCode(404)
                .body("code", equalTo("NotFound"))
                .header("opc-request-id", matchesPattern("[0-9a-f]{32}"));
        signed().put("/20180608/things").then().statusCode(405).body("code", equalTo("MethodNotAllowed"));
        given().header("authorization", "good")
                .contentType("text/plain")
                .body("x")
                .post("/20180608/things")
                .then()
                .statusCode(415)
                .body("code", equalTo("UnsupportedMediaType"));
        signed().post("/20180608/things/nonsense/actions/disable")
                .then()
                .statusCode(404)
                .body("code", equalTo("NotAuthorizedOrNotFound"));
        signed().get("/20180608/things?compartmentId=nonsense")
                .then()
                .statusCode(400)
                .body("code", equalTo("InvalidParameter"));
        signed().get("/20180608/things?limit=many").then().statusCode(400).body("code", equalTo("InvalidParameter"));
        for (String store : new String[] {"unavailable", "unknown"}) {
            signed().get("/20180608/things?fail=" + store)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "1")
                    .body("code", equalTo("ServiceUnavailable"));
        }
        signed().get("/20180608/things?fail=conflict").then().statusCode(409).body("message", equalTo("already there"));
        signed().get("/20180608/things?fail=bug")
                .then()
                .statusCode(500)
                .body("code", equalTo("InternalServerError"))
                .body("message", not(containsString("detail")))
                .header("opc-request-id", matchesPattern("[0-9a-f]{32}"));
    }
}
