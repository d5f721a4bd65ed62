package io.holdfast.keyservice.config;

import io.holdfast.kernel.Ocid;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Where this installation is: the realm and region that new OCIDs name, and what clients call the region. */
@ConfigMapping(prefix = "holdfast.place")
public interface Place {

    @WithDefault("oc1")
    String realm();

    /** The region part of regional OCIDs, for example iad. */
    @WithDefault("iad")
    String region();

    /** The name of that region in clients' profiles. */
    @WithDefault("us-ashburn-1")
    String regionName();

    /** Makes the mint of this place. */
    final class Minting {
        @Produces
        @Singleton
        Ocid.Mint mint(Place place) {
            return new Ocid.Mint(place.realm(), place.region());
        }
    }
}
