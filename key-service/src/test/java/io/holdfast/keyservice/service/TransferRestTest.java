package io.holdfast.keyservice.service;

import static io.holdfast.keyservice.service.Api.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.bindings.ClusterBindings;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.store.ExportStore;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Step;
import io.holdfast.testkit.Await;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Bring your own key, and take it with you: what goes in comes out again, and only to whom it may. */
@QuarkusTest
@TestProfile(KeyServiceProfile.class)
class TransferRestTest {
    @Inject
    ClusterBindings bindings;

    @Inject
    ExportStore exports;

    @Inject
    KeyStore keys;

    @Test
    void everyVaultShowsTheTenancysWrappingKey() {
        String vault = Api.vault();
        Response first = wrappingKey(vault);
        first.then().statusCode(200).body("vaultId", equalTo(vault)).body("lifecycleState", equalTo("ENABLED"));
        assertThat(first.<String>path("id"))
                .isEqualTo(as().get("/20180608/vaults/" + vault).path("wrappingkeyId"));
        assertThat(wrappingKey(vault).<String>path("publicKey")).isEqualTo(first.path("publicKey"));
        Response other = wrappingKey(Api.vault());
        assertThat(other.<String>path("publicKey")).isEqualTo(first.path("publicKey"));
        assertThat(other.<String>path("id")).isNotEqualTo(first.path("id"));
        assertThat(as().get("/20180608/wrappingKeys").<String>path("publicKey")).isEqualTo(first.path("publicKey"));
    }

    @Test
    void broughtAesKeysComeOutAsTheyWentIn() throws Exception {
        String vault = Api.vault();
        for (int length : new int[] {16, 24, 32}) {
            byte[] material = filled(length, length);
            for (String wrapping : List.of("RSA_OAEP_SHA256", "RSA_OAEP_AES_SHA256")) {
                Response imported = importKey(vault, "AES", length, wrapping, wrap(vault, wrapping, material));
                imported.then().statusCode(200).body("lifecycleState", equalTo("ENABLED"));
                String key = imported.path("id");
                as().get("/20180608/keys/" + key + "/keyVersions/" + imported.path("currentKeyVersion"))
                        .then()
                        .body("origin", equalTo("EXTERNAL"));
                as().body(Map.of("keyId", key, "plaintext", "c2VjcmV0"))
                        .post("/20180608/encrypt")
                        .then()
                        .statusCode(200);
                assertThat(exported(key, "RSA_OAEP_SHA256")).isEqualTo(material);
                assertThat(exported(key, "RSA_OAEP_AES_SHA256")).isEqualTo(material);
            }
        }
    }

    @Test
    void aBroughtRsaKeySignsAsItsOwnerWould() throws Exception {
        String vault = Api.vault();
        KeyPair pair = rsa(2048);
        Response imported = importKey(
                vault,
                "RSA",
                256,
                "RSA_OAEP_AES_SHA256",
                wrap(vault, "RSA_OAEP_AES_SHA256", pair.getPrivate().getEncoded()));
        imported.then().statusCode(200);
        String key = imported.path("id");
        String pem = as().get("/20180608/keys/" + key + "/keyVersions/" + imported.path("currentKeyVersion"))
                .path("publicKey");
        assertThat(publicKey(pem)).isEqualTo(pair.getPublic());
        assertThat(KeyFactory.getInstance("RSA")
                        .generatePrivate(new PKCS8EncodedKeySpec(exported(key, "RSA_OAEP_AES_SHA256"))))
                .isEqualTo(pair.getPrivate());
        Response tooLong = export(key, "RSA_OAEP_SHA256", pem(rsa(2048).getPublic()));
        tooLong.then().statusCode(400).body("message", containsString("RSA_OAEP_AES_SHA256"));
    }

    @Test
    void aBroughtVersionIsANewOneOfTheSameShape() throws Exception {
        String vault = Api.vault();
        String key = as().queryParam("vaultId", vault)
                .body(Api.keyDetails("mixed"))
                .post("/20180608/keys")
                .path("id");
        String generated = Api.get(key).path("currentKeyVersion");
        byte[] material = filled(32, 9);
        Response imported = importVersion(key, wrap(vault, "RSA_OAEP_SHA256", material));
        imported.then().statusCode(200).body("origin", equalTo("EXTERNAL"));
        assertThat(Api.get(key).<String>path("currentKeyVersion"))
                .isEqualTo(imported.path("id"))
                .isNotEqualTo(generated);
        assertThat(exported(key, "RSA_OAEP_SHA256")).isEqualTo(material);
        importVersion(key, wrap(vault, "RSA_OAEP_SHA256", filled(16, 9)))
                .then()
                .statusCode(400)
                .body("message", containsString("32 bytes"));
    }

    @Test
    void aKeyHasAHundredVersionsAndNoMore() throws Exception {
        String vault = Api.vault();
        String key = as().queryParam("vaultId", vault)
                .body(Api.keyDetails("much rotated"))
                .post("/20180608/keys")
                .path("id");
        KeyId id = new KeyId(key);
        byte[] material = wrap(vault, "RSA_OAEP_SHA256", filled(32, 9));
        countVersions(id, MasterKey.MAX_VERSIONS - 1);

        Api.rotate(key).then().statusCode(200);

        String current = Api.get(key).path("currentKeyVersion");
        for (Response refused : List.of(Api.rotate(key), importVersion(key, material))) {
            refused.then()
                    .statusCode(400)
                    .body("code", equalTo("LimitExceeded"))
                    .body("message", containsString("100 versions"));
        }
        assertThat(Api.get(key).<String>path("currentKeyVersion")).isEqualTo(current);
        assertThat(keys.versionsOf(id)).hasSize(2);
        // One less, and there is room again.
        countVersions(id, MasterKey.MAX_VERSIONS - 1);
        importVersion(key, material).then().statusCode(200);
        importVersion(key, material).then().statusCode(400).body("code", equalTo("LimitExceeded"));
        assertThat(keys.versionsOf(id)).hasSize(3);
    }

    /** Writes how many versions of the key have material. */
    private void countVersions(KeyId id, int live) {
        assertThat(keys.changeIf(id, seen -> {
                    MasterKey.Facts facts = seen.facts();
                    return Optional.of(new Step<>(
                            seen.with(new MasterKey.Facts(
                                    facts.id(),
                                    facts.vaultId(),
                                    facts.tenancyId(),
                                    facts.compartmentId(),
                                    facts.displayName(),
                                    facts.shape(),
                                    facts.protectionMode(),
                                    facts.currentVersion(),
                                    facts.currentVersionNumber(),
                                    live,
                                    facts.timeCreated(),
                                    facts.tags(),
                                    facts.exportable(),
                                    facts.rotation())),
                            Optional.empty(),
                            id.value(),
                            nothing -> {}));
                }))
                .isPresent();
    }

    @Test
    void whatDoesNotUnwrapIsRefusedInOneWay() throws Exception {
        String vault = Api.vault();
        byte[] good = wrap(vault, "RSA_OAEP_AES_SHA256", filled(32, 1));
        byte[] flipped = good.clone();
        flipped[good.length - 1] ^= 1;
        for (byte[] bad : List.of(flipped, new byte[512], new byte[513], new byte[1], Arrays.copyOf(good, 520))) {
            importKey(vault, "AES", 32, "RSA_OAEP_AES_SHA256", bad)
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("InvalidParameter"))
                    .body("message", equalTo("wrappedImportKey.keyMaterial does not unwrap under the wrapping key"));
        }
        importKey(vault, "AES", 16, "RSA_OAEP_AES_SHA256", good)
                .then()
                .statusCode(400)
                .body("message", containsString("16 bytes"));
        // The numbers of it do not belong together: it could neither decrypt nor sign.
        importKey(vault, "RSA", 256, "RSA_OAEP_AES_SHA256", wrap(vault, "RSA_OAEP_AES_SHA256", withAnotherExponent()))
                .then()
                .statusCode(400)
                .body("code", equalTo("InvalidParameter"));
        importKey(vault, "RSA", 256, "RSA_OAEP_AES_SHA256", good)
                .then()
                .statusCode(400)
                .body("message", containsString("PKCS#8"));
        importKey(vault, "ECDSA", 32, "RSA_OAEP_AES_SHA256", good)
                .then()
                .statusCode(400)
                .body("message", containsString("AES or RSA"));
        importKey(vault, "AES", 32, "ROT13", good).then().statusCode(400);
        importKey(vault, "AES", 32, "RSA_OAEP_AES_SHA256", new byte[5000])
                .then()
                .statusCode(400)
                .body("message", containsString("4096"));
    }

    @Test
    void everyExportStaysOnTheKeysRecordAndIsAnEvent() throws Exception {
        String key = Api.key();
        exported(key, "RSA_OAEP_SHA256");
        exported(key, "RSA_OAEP_AES_SHA256");
        assertThat(exports.of(new KeyId(key))).hasSize(2).allSatisfy(export -> {
            assertThat(export.version().value()).isEqualTo(Api.get(key).path("currentKeyVersion"));
            assertThat(export.recipientSha256()).matches("[0-9a-f]{64}");
        });
        try (KeyEvents events = new KeyEvents()) {
            Await.atMostSeconds(30)
                    .until("the events", () -> events.typesOf(key).size() >= 3);
            assertThat(events.typesOf(key)).containsExactly("KeyCreated", "KeyExported", "KeyExported");
        }
    }

    /** What lets a key leave is that no cluster is bound to it: found again when anything else changed meanwhile. */
    @Test
    void changesOfOtherKeysKeepNoKeyFromLeaving() throws Exception {
        String key = Api.key();
        String other = Api.key();
        String pem = pem(rsa(2048).getPublic());
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> renamed = threads.submit(() -> {
                int times = 0;
                while (!over.get()) {
                    as().body(Map.of("displayName", "name " + times++))
                            .put("/20180608/keys/" + other)
                            .then()
                            .statusCode(200);
                }
                return times;
            });
            try {
                for (int i = 0; i < 30; i++) {
                    export(key, "RSA_OAEP_SHA256", pem).then().statusCode(200);
                }
            } finally {
                over.set(true);
            }
            assertThat(renamed.get()).isPositive();
        }
        assertThat(exports.of(new KeyId(key))).hasSize(30);
    }

    @Test
    void aBoundKeyLeavesOnlyWhenItWasCreatedExportable() throws Exception {
        String plain = Api.key();
        String pem = pem(rsa(2048).getPublic());
        BindingId binding = bind(plain);
        export(plain, "RSA_OAEP_SHA256", pem)
                .then()
                .statusCode(409)
                .body("message", containsString("holdfast-exportable"));
        // Later is too late.
        as().body(Map.of("freeformTags", Map.of("holdfast-exportable", "true")))
                .put("/20180608/keys/" + plain)
                .then()
                .statusCode(200);
        export(plain, "RSA_OAEP_SHA256", pem).then().statusCode(409);
        bindings.release(binding);
        export(plain, "RSA_OAEP_SHA256", pem).then().statusCode(200);

        Map<String, Object> details = Api.keyDetails("exportable");
        details.put("freeformTags", Map.of("holdfast-exportable", "true"));
        String exportable = as().queryParam("vaultId", Api.vault())
                .body(details)
                .post("/20180608/keys")
                .path("id");
        bind(exportable);
        export(exportable, "RSA_OAEP_SHA256", pem).then().statusCode(200);

        Api.act(exportable, "disable").then().statusCode(200);
        export(exportable, "RSA_OAEP_SHA256", pem).then().statusCode(409);
    }

    @Test
    void aRecipientThatIsNoRsaKeyIsRefused() throws Exception {
        String key = Api.key();
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        for (String bad : List.of(
                "nonsense",
                pem(rsa(1024).getPublic()),
                pem(ec.generateKeyPair().getPublic()),
                pem(rsa(2048).getPublic()).replace("M", "%"),
                "x".repeat(5000))) {
            export(key, "RSA_OAEP_SHA256", bad).then().statusCode(400).body("message", containsString("publicKey"));
        }
        assertThat(exports.of(new KeyId(key))).isEmpty();
    }

    private BindingId bind(String key) {
        ClusterBindings.Outcome outcome = bindings.bind(new ClusterBindings.Request(
                Samples.MINT.cluster(),
                Samples.COMPARTMENT,
                Samples.TENANCY,
                new KeyId(key),
                new UserId(Administrator.CALLER.id()),
                Samples.TENANCY));
        return ((ClusterBindings.Outcome.Bound) outcome).binding().id();
    }

    private static Response wrappingKey(String vault) {
        return as().queryParam("vaultId", vault).get("/20180608/wrappingKeys");
    }

    /** As a customer does it with the wrapping key's PEM. */
    private static byte[] wrap(String vault, String wrapping, byte[] material) throws Exception {
        PublicKey key = publicKey(wrappingKey(vault).path("publicKey"));
        if (wrapping.equals("RSA_OAEP_SHA256")) {
            return oaep(Cipher.ENCRYPT_MODE, key).doFinal(material);
        }
        byte[] aes = filled(32, 77);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(oaep(Cipher.ENCRYPT_MODE, key).doFinal(aes));
        Cipher keyWrap = Cipher.getInstance("AES/KWP/NoPadding");
        keyWrap.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(aes, "AES"));
        out.write(keyWrap.doFinal(material));
        return out.toByteArray();
    }

    private static byte[] exported(String keyId, String algorithm) throws Exception {
        KeyPair recipient = rsa(3072);
        Response answer = export(keyId, algorithm, pem(recipient.getPublic()));
        answer.then().statusCode(200).body("keyId", equalTo(keyId)).body("algorithm", equalTo(algorithm));
        byte[] wrapped = Base64.getDecoder().decode(answer.<String>path("encryptedKey"));
        PrivateKey own = recipient.getPrivate();
        if (algorithm.equals("RSA_OAEP_SHA256")) {
            return oaep(Cipher.DECRYPT_MODE, own).doFinal(wrapped);
        }
        byte[] aes = oaep(Cipher.DECRYPT_MODE, own).doFinal(wrapped, 0, 384);
        Cipher keyWrap = Cipher.getInstance("AES/KWP/NoPadding");
        keyWrap.init(Cipher.DECRYPT_MODE, new SecretKeySpec(aes, "AES"));
        return keyWrap.doFinal(wrapped, 384, wrapped.length - 384);
    }

    private static Cipher oaep(int mode, java.security.Key key) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                mode,
                key,
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return cipher;
    }

    private static Response export(String key, String algorithm, String pem) {
        return as().body(Map.of("keyId", key, "algorithm", algorithm, "publicKey", pem))
                .post("/20180608/exportKey");
    }

    private static Response importKey(String vault, String algorithm, int length, String wrapping, byte[] wrapped) {
        Map<String, Object> details = new HashMap<>(Api.keyDetails("brought"));
        details.put("keyShape", Map.of("algorithm", algorithm, "length", length));
        details.put("wrappedImportKey", wrappedKey(wrapping, wrapped));
        return as().queryParam("vaultId", vault).body(details).post("/20180608/keys/import");
    }

    private static Response importVersion(String key, byte[] wrapped) {
        return as().body(Map.of("wrappedImportKey", wrappedKey("RSA_OAEP_SHA256", wrapped)))
                .post("/20180608/keys/" + key + "/keyVersions/import");
    }

    private static Map<String, String> wrappedKey(String wrapping, byte[] wrapped) {
        return Map.of("keyMaterial", Base64.getEncoder().encodeToString(wrapped), "wrappingAlgorithm", wrapping);
    }

    /** An RSA key of which only the exponent for the first prime is off. */
    private static byte[] withAnotherExponent() throws Exception {
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) rsa(2048).getPrivate();
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new RSAPrivateCrtKeySpec(
                        key.getModulus(),
                        key.getPublicExponent(),
                        key.getPrivateExponent(),
                        key.getPrimeP(),
                        key.getPrimeQ(),
                        key.getPrimeExponentP().add(BigInteger.TWO),
                        key.getPrimeExponentQ(),
                        key.getCrtCoefficient()))
                .getEncoded();
    }

    static KeyPair rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static PublicKey publicKey(String pem) throws Exception {
        String base64 = pem.replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("RSA")
                .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
