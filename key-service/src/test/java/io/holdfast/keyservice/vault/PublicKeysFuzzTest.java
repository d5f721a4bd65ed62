package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.interfaces.RSAPublicKey;

/** Public keys in PEM that clients send for an export, and that another vault lists. */
class PublicKeysFuzzTest {

    @FuzzTest
    void aRecipientsKeyIsReadBackFromItsPem(byte[] utf8) throws GeneralSecurityException {
        RSAPublicKey key;
        try {
            key = PublicKeys.parseRsa(new String(utf8, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException refused) {
            return;
        }
        assertThat(PublicKeys.parseRsa(PublicKeys.pem(key))).isEqualTo(key);
    }

    @FuzzTest
    void anotherVaultsKeyHasOneSpelling(byte[] utf8) throws GeneralSecurityException {
        String pem;
        try {
            pem = PublicKeys.respell(new String(utf8, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException refused) {
            return;
        }
        assertThat(PublicKeys.respell(pem)).isEqualTo(pem);
    }
}
