package io.holdfast.secretservice.keys;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.util.List;
import java.util.Optional;

/** The clusters as their owner, cluster-service, knows them now. */
public interface ClusterDirectory {

    /**
     * @return empty when unknown
     * @throws KeyServiceUnavailable when cluster-service does not answer
     */
    Optional<Wish> find(ClusterId cluster);

    /**
     * A page of the clusters that are not deleted.
     *
     * @param pageToken empty for the first
     * @throws KeyServiceUnavailable when cluster-service does not answer
     */
    WishPage list(String pageToken);

    /** A cluster and the key that it wishes for. */
    record Wish(
            ClusterId id,
            CompartmentId compartmentId,
            TenancyId tenancyId,
            KeyId keyId,
            BindingId bindingId,
            Life life) {}

    /** What a cluster's OCI lifecycle state means for its endpoint. */
    enum Life {
        /** Its endpoint is to be open, and its owner waits to hear that it is. */
        AWAITED,
        /** Its endpoint is to be open. */
        WANTED,
        /** Its endpoint is not to be opened, and not yet to be removed. */
        ENDING,
        /** Its data is to be removed. */
        GONE;

        public boolean isWanted() {
            return this == AWAITED || this == WANTED;
        }
    }

    /** @param next empty after the last page */
    record WishPage(List<Wish> clusters, String next) {
        public WishPage {
            clusters = List.copyOf(clusters);
        }
    }
}
