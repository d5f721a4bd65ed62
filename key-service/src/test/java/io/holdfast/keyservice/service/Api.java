package io.holdfast.keyservice.service;

import static io.restassured.RestAssured.given;

import io.holdfast.keyservice.Samples;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.Map;

/** What the tests ask of the REST API. */
public final class Api {
    private Api() {}

    public static RequestSpecification as() {
        return given().header("authorization", "administrator").contentType(ContentType.JSON);
    }

    public static String vault() {
        return as().body(Map.of(
                        "compartmentId", Samples.COMPARTMENT.value(), "displayName", "a vault", "vaultType", "DEFAULT"))
                .post("/20180608/vaults")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
    }

    public static Map<String, Object> keyDetails(String displayName) {
        Map<String, Object> details = new HashMap<>();
        details.put("compartmentId", Samples.COMPARTMENT.value());
        details.put("displayName", displayName);
        details.put("protectionMode", "SOFTWARE");
        details.put("keyShape", Map.of("algorithm", "AES", "length", 32));
        return details;
    }

    /** A new ENABLED key in a new vault. */
    public static String key() {
        return key("AES", 32);
    }

    /** The same of another shape. */
    public static String key(String algorithm, int length) {
        Map<String, Object> details = keyDetails("a key");
        details.put("keyShape", Map.of("algorithm", algorithm, "length", length));
        return as().queryParam("vaultId", vault())
                .body(details)
                .post("/20180608/keys")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
    }

    public static Response get(String keyId) {
        return as().get("/20180608/keys/" + keyId);
    }

    public static String state(String keyId) {
        return get(keyId).then().statusCode(200).extract().path("lifecycleState");
    }

    public static Response act(String keyId, String action) {
        return as().post("/20180608/keys/" + keyId + "/actions/" + action);
    }

    public static Response rotate(String keyId) {
        return as().post("/20180608/keys/" + keyId + "/keyVersions");
    }
}
