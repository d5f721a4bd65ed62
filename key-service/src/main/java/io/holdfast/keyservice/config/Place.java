package io.holdfast.keyservice.config;

import io.holdfast.kernel.Ocid;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The realm and region that new OCIDs name. */
@ConfigMapping(prefix = "holdfast.place")
public interface Place {

    @WithDefault("oc1")
    String realm();

    /** The region part of regional OCIDs, for example iad. */
    @WithDefault("iad")
    String region();

    /** Makes the mint of this place. */
    final class Minting {
        @Produces
        @Singleton
        Ocid.Mint mint(Place place) {
            return new Ocid.Mint(place.realm(), place.region());
        }
    }
}
