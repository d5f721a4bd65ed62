package io.holdfast.envelope.storage;

import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.kernel.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An object as kube-apiserver serialises it for etcd, and as kubectl sends it in a protobuf body
 * (kubernetes/apimachinery, {@code pkg/runtime/serializer/protobuf}). The owner closes it.
 */
public sealed interface StoredObject extends AutoCloseable {

    /** Wipes the object's bytes; idempotent. */
    @Override
    void close();

    /** The bytes as they stand in etcd before encryption. The caller owns them. */
    SecretBytes encode();

    /**
     * {@code k8s\0} and a {@code runtime.Unknown} in protobuf.
     *
     * <pre>
     * message Unknown  { TypeMeta typeMeta = 1; bytes raw = 2; string contentEncoding = 3; string contentType = 4; }
     * message TypeMeta { string apiVersion = 1; string kind = 2; }
     * </pre>
     *
     * <p>Written as Go writes it: in this order and with the empty strings, so what kube-apiserver wrote comes out byte for
     * byte. On reading, unknown fields are skipped and a field that comes twice is refused.
     *
     * @param apiVersion for example {@code v1}
     * @param kind for example {@code Secret}
     * @param raw the object's own protobuf message
     * @param contentEncoding empty in all that Kubernetes stores
     * @param contentType empty in all that Kubernetes stores
     */
    record Protobuf(String apiVersion, String kind, SecretBytes raw, String contentEncoding, String contentType)
            implements StoredObject {
        /** An object with the two empty fields that Kubernetes leaves empty. Takes ownership of {@code raw}. */
        public static Protobuf of(String apiVersion, String kind, SecretBytes raw) {
            return new Protobuf(apiVersion, kind, raw, "", "");
        }

        @Override
        public SecretBytes encode() {
            byte[] version = apiVersion.getBytes(StandardCharsets.UTF_8);
            byte[] kindName = kind.getBytes(StandardCharsets.UTF_8);
            byte[] encoding = contentEncoding.getBytes(StandardCharsets.UTF_8);
            byte[] type = contentType.getBytes(StandardCharsets.UTF_8);
            int meta = ProtobufFields.size(version.length) + ProtobufFields.size(kindName.length);
            return raw.use(body -> {
                int size = ProtobufFields.MAGIC.length
                        + ProtobufFields.size(meta)
                        + ProtobufFields.size(body.length)
                        + ProtobufFields.size(encoding.length)
                        + ProtobufFields.size(type.length);
                ByteBuffer out = ByteBuffer.allocate(size);
                out.put(ProtobufFields.MAGIC);
                ProtobufFields.head(out, 1, meta);
                ProtobufFields.field(out, 1, version);
                ProtobufFields.field(out, 2, kindName);
                ProtobufFields.field(out, 2, body);
                ProtobufFields.field(out, 3, encoding);
                ProtobufFields.field(out, 4, type);
                return SecretBytes.takeOwnershipOf(out.array());
            });
        }

        @Override
        public void close() {
            raw.close();
        }
    }

    /**
     * JSON text, as {@code --storage-media-type=application/json} makes kube-apiserver write. Starts with a brace; not
     * parsed here.
     *
     * @param text the JSON in UTF-8, as found
     */
    record Json(SecretBytes text) implements StoredObject {
        @Override
        public SecretBytes encode() {
            return text.use(SecretBytes::copyOf);
        }

        @Override
        public void close() {
            text.close();
        }
    }

    /**
     * Reads either form. The caller owns the answer and still owns {@code plaintext}.
     *
     * @throws EnvelopeDamaged when it is neither
     */
    static StoredObject decode(SecretBytes plaintext) {
        return plaintext.use(bytes -> {
            if (bytes.length > 0 && bytes[0] == '{') {
                return new Json(SecretBytes.copyOf(bytes));
            }
            if (bytes.length < ProtobufFields.MAGIC.length
                    || !Arrays.equals(
                            bytes,
                            0,
                            ProtobufFields.MAGIC.length,
                            ProtobufFields.MAGIC,
                            0,
                            ProtobufFields.MAGIC.length)) {
                throw new EnvelopeDamaged();
            }
            return decodeUnknown(bytes);
        });
    }

    private static Protobuf decodeUnknown(byte[] bytes) {
        Slice[] unknown = ProtobufFields.read(bytes, new Slice(ProtobufFields.MAGIC.length, bytes.length), 4);
        Slice meta = unknown[0];
        Slice[] names = ProtobufFields.read(bytes, meta, 2);
        String apiVersion = string(bytes, names[0]);
        String kind = string(bytes, names[1]);
        String encoding = string(bytes, unknown[2]);
        String type = string(bytes, unknown[3]);
        byte[] raw = Arrays.copyOfRange(bytes, unknown[1].from(), unknown[1].to());
        return new Protobuf(apiVersion, kind, SecretBytes.takeOwnershipOf(raw), encoding, type);
    }

    private static String string(byte[] bytes, Slice slice) {
        if (slice.length() > MAX_NAME) {
            throw new EnvelopeDamaged();
        }
        try {
            CharBuffer text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, slice.from(), slice.length()));
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new EnvelopeDamaged();
        }
    }

    /** The longest of the four names, in bytes. A group is a DNS subdomain of at most 253, a version and kind of 63. */
    int MAX_NAME = 512;
}
