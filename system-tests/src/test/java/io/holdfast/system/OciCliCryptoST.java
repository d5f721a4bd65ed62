package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keys are for, and how they come and go, through the real {@code oci} CLI. */
class OciCliCryptoST {
    private static final String MESSAGE = "aGVsbG8=";
    private static final Duration TRAIL_BOUND = Duration.ofSeconds(30);

    private KmsCli kms;

    @BeforeAll
    static void install() {
        OciCli.install();
    }

    @BeforeEach
    void connect() {
        kms = KmsCli.inACompartmentOfItsOwn();
    }

    @Test
    void whatWasEncryptedIsDecryptedWithTheSameAssociatedDataOnly() {
        String key = kms.createKey("encrypts", KmsCli.AES_256);
        String ciphertext = kms.field(
                "ciphertext",
                "crypto encrypt",
                "--key-id",
                key,
                "--plaintext",
                MESSAGE,
                "--associated-data",
                "{\"b\":\"2\",\"a\":\"1\"}");

        assertThat(kms.field(
                        "plaintext",
                        "crypto decrypt",
                        "--key-id",
                        key,
                        "--ciphertext",
                        ciphertext,
                        "--associated-data",
                        "{\"a\":\"1\",\"b\":\"2\"}"))
                .isEqualTo(MESSAGE);
        assertThat(kms.refused(
                        "crypto decrypt",
                        "--key-id",
                        key,
                        "--ciphertext",
                        ciphertext,
                        "--associated-data",
                        "{\"a\":\"1\"}"))
                .contains("InvalidParameter", "400");
    }

    @Test
    void whatTheOperatorSaysAboutAUseIsOnTheTrail() {
        String key = kms.createKey("spoken-of", KmsCli.AES_256);
        kms.run(
                "crypto encrypt",
                "--key-id",
                key,
                "--plaintext",
                MESSAGE,
                "--logging-context",
                "{\"ticket\":\"OPS-1234\"}");

        HoldfastApi api = new HoldfastApi(Stack.up());
        JsonNode said = Checks.eventually("the use on the trail", TRAIL_BOUND, () -> {
            for (JsonNode event : api.auditOf(key)) {
                if (event.path("type").asText().equals("io.holdfast.KeyUsed.v1")) {
                    return Optional.of(event.path("data").path("loggingContext"));
                }
            }
            return Optional.empty();
        });
        assertThat(said.path("ticket").asText()).isEqualTo("OPS-1234");
    }

    @Test
    void aGeneratedDataKeyDecryptsToItself() {
        String key = kms.createKey("generates", KmsCli.AES_256);

        JsonNode generated = kms.data(
                "crypto generate-data-encryption-key",
                "--key-id",
                key,
                "--include-plaintext-key",
                "true",
                "--key-shape",
                KmsCli.AES_256);

        assertThat(Base64.getDecoder().decode(generated.path("plaintext").asText()))
                .hasSize(32);
        assertThat(kms.field(
                        "plaintext",
                        "crypto decrypt",
                        "--key-id",
                        key,
                        "--ciphertext",
                        generated.path("ciphertext").asText()))
                .isEqualTo(generated.path("plaintext").asText());
    }

    @Test
    void aSignatureHoldsForItsMessageOnly() {
        String key = kms.createKey("signs", "{\"algorithm\":\"ECDSA\",\"length\":32,\"curveId\":\"NIST_P256\"}");

        JsonNode signed = kms.data(
                "crypto signed-data sign",
                "--key-id",
                key,
                "--message",
                MESSAGE,
                "--signing-algorithm",
                "ECDSA_SHA_256");

        assertThat(holds(signed, MESSAGE)).isTrue();
        assertThat(holds(signed, "AAAA")).isFalse();
    }

    private boolean holds(JsonNode signed, String message) {
        return kms.data(
                        "crypto verified-data verify",
                        "--key-id",
                        signed.path("key-id").asText(),
                        "--key-version-id",
                        signed.path("key-version-id").asText(),
                        "--signature",
                        signed.path("signature").asText(),
                        "--message",
                        message,
                        "--signing-algorithm",
                        signed.path("signing-algorithm").asText())
                .path("is-signature-valid")
                .asBoolean();
    }

    @Test
    void aBroughtKeyIsTakenAwayAgain() throws GeneralSecurityException {
        PublicKey wrapping = rsaOf(kms.field("public-key", "management wrapping-key get"));
        byte[] first = material(5);
        byte[] second = material(6);

        JsonNode brought = kms.data(
                "management key import",
                "--compartment-id",
                kms.compartment(),
                "--display-name",
                "brought",
                "--key-shape",
                KmsCli.AES_256,
                "--protection-mode",
                "SOFTWARE",
                "--wrapped-import-key",
                wrapped(wrapping, first));
        String key = brought.path("id").asText();
        assertThat(exported(key, brought.path("current-key-version").asText())).isEqualTo(first);

        JsonNode version = kms.data(
                "management key-version import", "--key-id", key, "--wrapped-import-key", wrapped(wrapping, second));
        assertThat(version.path("origin").asText()).isEqualTo("EXTERNAL");
        assertThat(exported(key, version.path("id").asText())).isEqualTo(second);
    }

    /** The material of a version, taken out for a key pair of our own. */
    private byte[] exported(String key, String version) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair recipient = generator.generateKeyPair();
        String encrypted = kms.field(
                "encrypted-key",
                "crypto key export",
                "--key-id",
                key,
                "--key-version-id",
                version,
                "--algorithm",
                "RSA_OAEP_SHA256",
                "--public-key",
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(recipient.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----");
        return oaep(
                Cipher.DECRYPT_MODE, recipient.getPrivate(), Base64.getDecoder().decode(encrypted));
    }

    private static byte[] material(int octet) {
        byte[] material = new byte[32];
        Arrays.fill(material, (byte) octet);
        return material;
    }

    private static PublicKey rsaOf(String pem) throws GeneralSecurityException {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
    }

    private static String wrapped(PublicKey wrapping, byte[] material) throws GeneralSecurityException {
        return "{\"keyMaterial\":\""
                + Base64.getEncoder().encodeToString(oaep(Cipher.ENCRYPT_MODE, wrapping, material))
                + "\",\"wrappingAlgorithm\":\"RSA_OAEP_SHA256\"}";
    }

    private static byte[] oaep(int mode, Key key, byte[] input) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                mode,
                key,
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return cipher.doFinal(input);
    }
}
