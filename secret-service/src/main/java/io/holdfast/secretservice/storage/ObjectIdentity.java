package io.holdfast.secretservice.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.CodedInputStream;
import io.holdfast.envelope.EnvelopeDamaged;
import io.holdfast.envelope.storage.StoredObject;
import io.holdfast.kernel.SecretBytes;
import java.io.IOException;

/**
 * The namespace and name that an object itself carries (ObjectMeta fields 1 and 3 in field 1 of every Kubernetes object).
 * A value is served only where these equal its etcd key.
 */
record ObjectIdentity(String namespace, String name) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int METADATA = 1;
    private static final int NAME = 1;
    private static final int NAMESPACE = 3;
    private static final int LENGTH_DELIMITED = 2;

    /** @throws EnvelopeDamaged when the plaintext is no object in storage form */
    static ObjectIdentity of(SecretBytes plaintext) {
        try (StoredObject object = StoredObject.decode(plaintext)) {
            return switch (object) {
                case StoredObject.Protobuf protobuf -> protobuf.raw().use(ObjectIdentity::ofProtobuf);
                case StoredObject.Json json -> json.text().use(ObjectIdentity::ofJson);
            };
        }
    }

    private static ObjectIdentity ofProtobuf(byte[] raw) {
        try {
            byte[] metadata = new byte[0];
            CodedInputStream in = CodedInputStream.newInstance(raw);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == (METADATA << 3 | LENGTH_DELIMITED)) {
                    metadata = in.readByteArray();
                } else {
                    in.skipField(tag);
                }
            }
            String name = "";
            String namespace = "";
            CodedInputStream meta = CodedInputStream.newInstance(metadata);
            for (int tag = meta.readTag(); tag != 0; tag = meta.readTag()) {
                if (tag == (NAME << 3 | LENGTH_DELIMITED)) {
                    name = meta.readStringRequireUtf8();
                } else if (tag == (NAMESPACE << 3 | LENGTH_DELIMITED)) {
                    namespace = meta.readStringRequireUtf8();
                } else {
                    meta.skipField(tag);
                }
            }
            return new ObjectIdentity(namespace, name);
        } catch (IOException e) {
            throw new EnvelopeDamaged();
        }
    }

    private static ObjectIdentity ofJson(byte[] text) {
        try {
            JsonNode metadata = JSON.readTree(text).path("metadata");
            return new ObjectIdentity(
                    metadata.path("namespace").asText(""), metadata.path("name").asText(""));
        } catch (IOException e) {
            throw new EnvelopeDamaged();
        }
    }
}
