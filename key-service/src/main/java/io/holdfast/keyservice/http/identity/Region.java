package io.holdfast.keyservice.http.identity;

import io.holdfast.keyservice.config.Place;
import java.util.Locale;

/**
 * The one region of the installation (OCI Identity API, "Region").
 *
 * @param key its short name in capitals, for example IAD
 * @param name for example us-ashburn-1
 */
record Region(String key, String name) {
    static Region of(Place place) {
        return new Region(place.region().toUpperCase(Locale.ROOT), place.regionName());
    }
}
