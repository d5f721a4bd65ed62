package io.holdfast.system;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/** One request that is taken of every kind that has a body or a query worth mutating, with what it needs. */
final class ValidRequests {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Runnable NOTHING = () -> {};
    private static final String MESSAGE = "aGVsbG8=";
    private static final Map<String, Object> AES = Map.of("algorithm", "AES", "length", 32);
    private static final Map<String, String> ASSOCIATED = Map.of("ns", "default");

    private final List<ValidRequest> requests = new ArrayList<>();
    private final HoldfastApi api;
    private final URI keys;
    private final URI clusters;
    private final String root;
    private final String compartment;
    private final String vault;
    private final String key;
    private final String cluster;

    ValidRequests(Fixture fixture) throws GeneralSecurityException {
        this.api = fixture.api;
        this.keys = fixture.stack.keys();
        this.clusters = fixture.stack.clusters();
        this.cluster = fixture.cluster;
        this.root = api.tenancy();
        // Its own, so that what the mutations make is in nobody's way.
        this.compartment = api.compartment("bad-input");
        this.vault = api.createVault(compartment, "bad input").path("id").asText();
        this.key = newKey(AES).path("id").asText();
        vaultsAndKeys();
        material();
        crypto();
        deletions();
        identity();
        bodyOf(
                clusters,
                "/20180222/clusters",
                Map.of(
                        "name",
                        "c",
                        "compartmentId",
                        root,
                        "vcnId",
                        "ocid1.vcn.oc1.iad.a",
                        "kubernetesVersion",
                        api.kubernetesVersions().getFirst(),
                        "kmsKeyId",
                        "ocid1.key.oc1.iad.b.none",
                        "options",
                        Map.of()),
                400,
                NOTHING);
    }

    List<ValidRequest> all() {
        return List.copyOf(requests);
    }

    private void vaultsAndKeys() {
        post("/20180608/vaults", Map.of("compartmentId", compartment, "displayName", "v", "vaultType", "DEFAULT"));
        put("/20180608/vaults/" + vault, Map.of("displayName", "renamed", "freeformTags", Map.of("a", "b")));
        post("/20180608/keys", keyDetails(AES));
        put(
                "/20180608/keys/" + key,
                Map.of(
                        "displayName",
                        "renamed",
                        "freeformTags",
                        Map.of("a", "b"),
                        "definedTags",
                        Map.of("n", Map.of("k", "v")),
                        "isAutoRotationEnabled",
                        true,
                        "autoKeyRotationDetails",
                        Map.of("rotationIntervalInDays", 90, "timeOfScheduleStart", in(Duration.ofDays(3)))));
        post("/20180608/keys/" + key + "/actions/changeCompartment", Map.of("compartmentId", compartment));
        String page = api.client()
                .get(keys, "/20180608/keys?limit=1&sortBy=TIMECREATED&compartmentId=" + compartment)
                .expectSuccess("listing keys")
                .header("opc-next-page");
        newKey(AES);
        String query = "compartmentId=" + compartment + "&vaultId=" + vault
                + "&limit=2&sortBy=TIMECREATED&sortOrder=ASC&protectionMode=SOFTWARE&algorithm=AES&length=32"
                + (page.isEmpty() ? "" : "&page=" + page);
        requests.add(
                new ValidRequest("GET", keys, "/20180608/keys", query.getBytes(StandardCharsets.UTF_8), 200, NOTHING));
    }

    private void material() throws GeneralSecurityException {
        Map<String, String> wrapped = Map.of("keyMaterial", wrappedMaterial(), "wrappingAlgorithm", "RSA_OAEP_SHA256");
        Map<String, Object> details = new HashMap<>(keyDetails(AES));
        details.put("wrappedImportKey", wrapped);
        post("/20180608/keys/import?vaultId=" + vault, details);
        post(
                "/20180608/keys/" + newKey(AES).path("id").asText() + "/keyVersions/import",
                Map.of("wrappedImportKey", wrapped));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        post(
                "/20180608/exportKey",
                Map.of(
                        "keyId",
                        key,
                        "algorithm",
                        "RSA_OAEP_AES_SHA256",
                        "publicKey",
                        "-----BEGIN PUBLIC KEY-----\n"
                                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                        .encodeToString(generator
                                                .generateKeyPair()
                                                .getPublic()
                                                .getEncoded())
                                + "\n-----END PUBLIC KEY-----\n"));
    }

    private String wrappedMaterial() throws GeneralSecurityException {
        String pem = api.client()
                .get(keys, "/20180608/wrappingKeys?vaultId=" + vault)
                .expectSuccess("reading the wrapping key")
                .body()
                .path("publicKey")
                .asText();
        PublicKey wrapping = KeyFactory.getInstance("RSA")
                .generatePublic(new X509EncodedKeySpec(
                        Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""))));
        Cipher oaep = Cipher.getInstance("RSA/ECB/OAEPPadding");
        oaep.init(
                Cipher.ENCRYPT_MODE,
                wrapping,
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return Base64.getEncoder().encodeToString(oaep.doFinal(new byte[32]));
    }

    private void crypto() {
        Map<String, Object> plain = Map.of("keyId", key, "plaintext", MESSAGE, "associatedData", ASSOCIATED);
        post("/20180608/encrypt", plain);
        String ciphertext = made("/20180608/encrypt", plain).path("ciphertext").asText();
        post("/20180608/decrypt", Map.of("keyId", key, "ciphertext", ciphertext, "associatedData", ASSOCIATED));
        post(
                "/20180608/generateDataEncryptionKey",
                Map.of("keyId", key, "includePlaintextKey", false, "keyShape", AES, "associatedData", ASSOCIATED));
        JsonNode signer = newKey(Map.of("algorithm", "ECDSA", "length", 32));
        Map<String, String> signing = Map.of(
                "keyId",
                signer.path("id").asText(),
                "keyVersionId",
                signer.path("currentKeyVersion").asText(),
                "message",
                MESSAGE,
                "messageType",
                "RAW",
                "signingAlgorithm",
                "ECDSA_SHA_256");
        post("/20180608/sign", signing);
        Map<String, String> verifying = new HashMap<>(signing);
        verifying.put(
                "signature", made("/20180608/sign", signing).path("signature").asText());
        post("/20180608/verify", verifying);
    }

    /** Of a time that the window allows; each that is taken is cancelled, or the others would all find it so. */
    private void deletions() {
        String ending = "/20180608/keys/" + newKey(AES).path("id").asText();
        scheduled(ending);
        JsonNode rotated = newKey(AES);
        String its = "/20180608/keys/" + rotated.path("id").asText();
        api.client().post(keys, its + "/keyVersions", null).expectSuccess("rotating a key");
        scheduled(its + "/keyVersions/" + rotated.path("currentKeyVersion").asText());
        scheduled("/20180608/vaults/"
                + api.createVault(compartment, "ending").path("id").asText());
    }

    private void scheduled(String what) {
        bodyOf(
                keys,
                what + "/actions/scheduleDeletion",
                Map.of("timeOfDeletion", in(Duration.ofDays(10))),
                200,
                () -> api.client()
                        .post(keys, what + "/actions/cancelDeletion", null)
                        .expectSuccess("cancelling the deletion of " + what));
    }

    private void identity() {
        String name = "m" + System.nanoTime();
        post("/20160918/users", Map.of("compartmentId", root, "name", name, "description", "d"));
        post(
                "/20160918/groups",
                Map.of("compartmentId", root, "name", name, "description", "d", "freeformTags", Map.of("a", "b")));
        post(
                "/20160918/dynamicGroups",
                Map.of(
                        "compartmentId",
                        root,
                        "name",
                        name + "d",
                        "description",
                        "d",
                        "matchingRule",
                        "ALL {resource.type = 'cluster', resource.id = '" + cluster + "'}"));
        post(
                "/20160918/policies",
                Map.of(
                        "compartmentId",
                        compartment,
                        "name",
                        name,
                        "description",
                        "d",
                        "statements",
                        List.of("Allow group Nobody to inspect keys in compartment bad-input"
                                + " where any {target.key.id = 'x'}")));
        post("/20160918/compartments", Map.of("compartmentId", compartment, "name", name, "description", "d"));
    }

    private JsonNode newKey(Map<String, Object> shape) {
        return made("/20180608/keys?vaultId=" + vault, keyDetails(shape));
    }

    private Map<String, Object> keyDetails(Map<String, Object> shape) {
        return Map.of(
                "compartmentId",
                compartment,
                "displayName",
                "k",
                "protectionMode",
                "SOFTWARE",
                "keyShape",
                shape,
                "freeformTags",
                Map.of("a", "b"));
    }

    private JsonNode made(String target, Object body) {
        return api.client().post(keys, target, body).expectSuccess(target).body();
    }

    private void post(String target, Object body) {
        bodyOf(keys, target, body, 200, NOTHING);
    }

    private void put(String target, Object body) {
        requests.add(new ValidRequest("PUT", keys, target, write(body), 200, NOTHING));
    }

    private void bodyOf(URI base, String target, Object body, int status, Runnable undo) {
        requests.add(new ValidRequest("POST", base, target, write(body), status, undo));
    }

    private static byte[] write(Object body) {
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String in(Duration time) {
        return Instant.now().plus(time).toString();
    }
}
