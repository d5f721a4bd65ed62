package io.holdfast.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A profile of an OCI configuration file: who signs, and with which key. */
public record OciProfile(String tenancy, String user, String fingerprint, PrivateKey key) {

    /** Reads the profile {@code DEFAULT}. */
    public static OciProfile read(Path config) {
        Map<String, String> values = new HashMap<>();
        try {
            boolean inProfile = false;
            for (String line : Files.readAllLines(config, StandardCharsets.UTF_8)) {
                String text = line.strip();
                if (text.startsWith("[")) {
                    inProfile = text.equals("[DEFAULT]");
                } else if (inProfile && text.contains("=")) {
                    int equals = text.indexOf('=');
                    values.put(
                            text.substring(0, equals).strip(),
                            text.substring(equals + 1).strip());
                }
            }
            String pem = Files.readString(Path.of(need(values, "key_file")), StandardCharsets.UTF_8);
            byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
            PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
            return new OciProfile(need(values, "tenancy"), need(values, "user"), need(values, "fingerprint"), key);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot read the OCI profile in " + config, e);
        }
    }

    private static String need(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("the OCI profile has no " + name);
        }
        return value;
    }

    @Override
    public String toString() {
        return "OciProfile[" + user + "]";
    }
}
