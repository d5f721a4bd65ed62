package io.holdfast.secretservice.endpoint;

import com.google.protobuf.CodedOutputStream;
import io.holdfast.envelope.storage.StoredObject;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The namespaces that every Kubernetes cluster begins with, in storage form.
 *
 * <p>Field numbers are those of {@code k8s.io/api/core/v1/generated.proto} and {@code
 * k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto}; few enough to be written by hand here.
 */
final class FirstNamespaces {
    static final List<String> NAMES = List.of("default", "kube-system", "kube-public");

    private static final String LABEL = "kubernetes.io/metadata.name";

    private FirstNamespaces() {}

    /** {@code k8s\0} and the Namespace: metadata, spec.finalizers [kubernetes], status.phase Active. */
    static Bytes stored(String name, Instant now) {
        byte[] metadata = message(out -> {
            out.writeString(1, name);
            out.writeString(2, "");
            out.writeString(3, "");
            out.writeString(4, "");
            out.writeString(5, UUID.randomUUID().toString());
            out.writeString(6, "");
            out.writeInt64(7, 0);
            out.writeByteArray(8, message(time -> {
                time.writeInt64(1, now.getEpochSecond());
                time.writeInt32(2, 0);
            }));
            out.writeByteArray(11, message(entry -> {
                entry.writeString(1, LABEL);
                entry.writeString(2, name);
            }));
        });
        byte[] raw = message(out -> {
            out.writeByteArray(1, metadata);
            out.writeByteArray(2, message(spec -> spec.writeString(1, "kubernetes")));
            out.writeByteArray(3, message(status -> status.writeString(1, "Active")));
        });
        try (StoredObject.Protobuf object =
                        StoredObject.Protobuf.of("v1", "Namespace", SecretBytes.takeOwnershipOf(raw));
                SecretBytes encoded = object.encode()) {
            return encoded.use(Bytes::copyOf);
        }
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
