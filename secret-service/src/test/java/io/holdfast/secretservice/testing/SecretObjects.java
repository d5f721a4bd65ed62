package io.holdfast.secretservice.testing;

import com.google.protobuf.CodedOutputStream;
import io.holdfast.envelope.storage.StoredObject;
import io.holdfast.kernel.SecretBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Secrets in storage form. */
public final class SecretObjects {
    private SecretObjects() {}

    public static SecretBytes secret(String namespace, String name, String content) {
        byte[] metadata = message(out -> {
            out.writeString(1, name);
            out.writeString(3, namespace);
        });
        byte[] raw = message(out -> {
            out.writeByteArray(1, metadata);
            out.writeByteArray(2, message(entry -> {
                entry.writeString(1, "key");
                entry.writeString(2, content);
            }));
            out.writeString(3, "Opaque");
        });
        return StoredObject.Protobuf.of("v1", "Secret", SecretBytes.takeOwnershipOf(raw))
                .encode();
    }

    public static boolean contains(SecretBytes value, String content) {
        return value.use(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).contains(content));
    }

    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            fields.write(out);
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
