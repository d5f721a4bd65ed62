package io.holdfast.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.envelope.cbc.AuthenticatedCbc;
import io.holdfast.envelope.cbc.Opened;
import io.holdfast.envelope.kmsv1.KmsV1Value;
import io.holdfast.envelope.storage.StoredObject;
import io.holdfast.envelope.wrapped.Purpose;
import io.holdfast.envelope.wrapped.WrappedDek;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What stands in etcd, or comes from a client: it is read, or {@link EnvelopeDamaged}, and nothing else happens. */
class EnvelopeFuzzTest {
    private static final AuthenticatedCbc CBC = new AuthenticatedCbc();
    private static final byte[] ETCD_KEY = "/registry/secrets/default/one".getBytes(StandardCharsets.US_ASCII);
    private static final int DEK = 32;

    @FuzzTest
    void a_stored_value_is_what_its_parts_encode(byte[] stored) {
        KmsV1Value value;
        try {
            value = KmsV1Value.parse(stored);
        } catch (EnvelopeDamaged damaged) {
            return;
        }
        assertThat(value.encode()).isEqualTo(stored);
    }

    @FuzzTest
    void a_wrapped_key_is_what_its_parts_encode(byte[] wrapped) {
        for (Purpose purpose : Purpose.values()) {
            WrappedDek dek;
            try {
                dek = WrappedDek.parse(Bytes.copyOf(wrapped), purpose);
            } catch (EnvelopeDamaged damaged) {
                continue;
            }
            assertThat(dek.encode().toArray()).isEqualTo(wrapped);
            assertThat(wrapped.length).isLessThanOrEqualTo(purpose.maxLength());
        }
    }

    @FuzzTest
    void a_stored_object_is_read_back_from_what_it_encodes(byte[] plaintext) {
        byte[] encoded = encodedAgain(plaintext);
        if (encoded.length > 0) {
            assertThat(encodedAgain(encoded)).isEqualTo(encoded);
        }
    }

    /** Empty for what is no object; the encoding of an object never is. */
    private static byte[] encodedAgain(byte[] plaintext) {
        try (SecretBytes text = SecretBytes.copyOf(plaintext);
                StoredObject object = StoredObject.decode(text);
                SecretBytes encoded = object.encode()) {
            return encoded.use(byte[]::clone);
        } catch (EnvelopeDamaged damaged) {
            return new byte[0];
        }
    }

    /** @param bytes the data, behind a first octet that says whether kube-apiserver or Holdfast had its key wrapped */
    @FuzzTest
    void data_opens_under_a_key_of_its_own_only(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        boolean authenticated = bytes[0] % 2 == 0;
        byte[] data = Arrays.copyOfRange(bytes, 1, bytes.length);
        try (SecretBytes payload = SecretBytes.takeOwnershipOf(new byte[authenticated ? 2 * DEK : DEK]);
                Opened opened = CBC.open(ETCD_KEY, Bytes.takeOwnershipOf(data), payload)) {
            // The tag of zeros is nobody's; without a tag, what pads well is taken, as Kubernetes takes it.
            assertThat(authenticated).isFalse();
            assertThat(opened.authenticated()).isFalse();
            assertThat(opened.plaintext().length()).isLessThan(bytes.length - 1);
        } catch (EnvelopeDamaged damaged) {
            // As it should be for nearly everything.
        }
    }
}
