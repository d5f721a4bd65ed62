package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevLayoutTest {
    @TempDir
    Path directory = Path.of("");

    @Test
    void aSecondLayoutChangesNothing() throws Exception {
        DevLayoutMain.layOut(directory);
        Map<String, String> before = snapshot();
        DevLayoutMain.layOut(directory);
        assertThat(snapshot()).isEqualTo(before);
        assertThat(Files.size(directory.resolve("keys/root.key"))).isEqualTo(32);
        for (String secret : List.of("keys/root.key", "etcd/root.password", "oci/key.pem", "postgres/password")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(secret))))
                    .as(secret)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theBootstrapKeySignsWhatItsPublicHalfVerifies() throws Exception {
        BootstrapIdentity identity = BootstrapIdentity.in(directory.resolve("oci"));
        assertThat(identity.fingerprint()).matches("([0-9a-f]{2}:){15}[0-9a-f]{2}");
        assertThat(Files.readString(identity.configFile()))
                .contains("fingerprint=" + identity.fingerprint())
                .contains("tenancy=" + identity.tenancy().value());
        KeyFactory rsa = KeyFactory.getInstance("RSA");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(rsa.generatePrivate(new PKCS8EncodedKeySpec(der(identity.privateKeyFile()))));
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(rsa.generatePublic(new X509EncodedKeySpec(der(directory.resolve("oci/public.pem")))));
        signature.update((byte) 1);
        assertThat(signature.verify(signed)).isTrue();
    }

    private static byte[] der(Path pem) throws Exception {
        return Base64.getMimeDecoder().decode(Files.readString(pem).replaceAll("-----[A-Z ]+-----", ""));
    }

    private Map<String, String> snapshot() throws Exception {
        List<Path> files = new ArrayList<>();
        try (var found = Files.walk(directory)) {
            found.filter(Files::isRegularFile).forEach(files::add);
        }
        Map<String, String> out = new TreeMap<>();
        for (Path file : files) {
            out.put(
                    directory.relativize(file).toString(),
                    Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
        }
        return out;
    }
}
