package io.holdfast.secretservice.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import java.io.IOException;
import java.util.Optional;

/**
 * What the endpoint knows of its cluster.
 *
 * @param endpoint the URL at which kubectl reaches it
 * @param openedAtMillis epoch milliseconds
 * @param deletedAtMillis epoch milliseconds; 0 while the cluster lives. A deleted cluster's record stays as a tombstone:
 *     a late or replayed creation must not open it again.
 */
public record ClusterRecord(
        ClusterId id,
        CompartmentId compartmentId,
        TenancyId tenancyId,
        KeyId keyId,
        BindingId bindingId,
        String endpoint,
        long openedAtMillis,
        long deletedAtMillis) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    record Written(
            String id,
            String compartmentId,
            String tenancyId,
            String keyId,
            String bindingId,
            String endpoint,
            long openedAtMillis,
            long deletedAtMillis) {}

    public boolean deleted() {
        return deletedAtMillis != 0;
    }

    ClusterRecord deletedAt(long millis) {
        return new ClusterRecord(
                id, compartmentId, tenancyId, keyId, bindingId, endpoint, openedAtMillis, Math.max(1, millis));
    }

    public Bytes encode() {
        return encode(new Written(
                id.value(),
                compartmentId.value(),
                tenancyId.value(),
                keyId.value(),
                bindingId.value(),
                endpoint,
                openedAtMillis,
                deletedAtMillis));
    }

    /** The tombstone of a cluster that was deleted before it was opened here: only its id is known. */
    static Bytes neverOpened(ClusterId id, long deletedAtMillis) {
        return encode(new Written(id.value(), "", "", "", "", "", 0, Math.max(1, deletedAtMillis)));
    }

    private static Bytes encode(Written written) {
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(written));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a cluster record that cannot be written", e);
        }
    }

    /**
     * Empty for the tombstone of a cluster that was never opened here.
     *
     * @throws IllegalStateException when the bytes are no cluster record
     */
    static Optional<ClusterRecord> decode(Bytes bytes) {
        try {
            Written written = JSON.readValue(bytes.toArray(), Written.class);
            if (written.openedAtMillis() == 0 && written.deletedAtMillis() != 0) {
                return Optional.empty();
            }
            return Optional.of(new ClusterRecord(
                    new ClusterId(written.id()),
                    new CompartmentId(written.compartmentId()),
                    new TenancyId(written.tenancyId()),
                    new KeyId(written.keyId()),
                    new BindingId(written.bindingId()),
                    written.endpoint(),
                    written.openedAtMillis(),
                    written.deletedAtMillis()));
        } catch (IOException | ProblemException | NullPointerException e) {
            throw new IllegalStateException("the record of a cluster is unreadable", e);
        }
    }
}
