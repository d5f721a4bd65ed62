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
        try {
            return Bytes.takeOwnershipOf(JSON.writeValueAsBytes(new Written(
                    id.value(),
                    compartmentId.value(),
                    tenancyId.value(),
                    keyId.value(),
                    bindingId.value(),
                    endpoint,
                    openedAtMillis,
                    deletedAtMillis)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a cluster record that cannot be written", e);
        }
    }

    /** @throws IllegalStateException when the bytes are no cluster record */
    public static ClusterRecord decode(Bytes bytes) {
        try {
            Written written = JSON.readValue(bytes.toArray(), Written.class);
            return new ClusterRecord(
                    new ClusterId(written.id()),
                    new CompartmentId(written.compartmentId()),
                    new TenancyId(written.tenancyId()),
                    new KeyId(written.keyId()),
                    new BindingId(written.bindingId()),
                    written.endpoint(),
                    written.openedAtMillis(),
                    written.deletedAtMillis());
        } catch (IOException | ProblemException | NullPointerException e) {
            throw new IllegalStateException("the record of a cluster is unreadable", e);
        }
    }
}
