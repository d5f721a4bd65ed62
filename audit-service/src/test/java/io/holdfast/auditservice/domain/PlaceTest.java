package io.holdfast.auditservice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.auditservice.domain.Place.Arrival;
import org.junit.jupiter.api.Test;

class PlaceTest {

    @Test
    void the_first_epoch_begins_at_one() {
        assertThat(Place.NONE.judge(1, 1)).isEqualTo(new Arrival.Following());
        assertThat(Place.NONE.judge(1, 4)).isEqualTo(new Arrival.Gap(1, 3));
        assertThat(Place.NONE.judge(2, 9)).isEqualTo(new Arrival.Restored(0, 0));
    }

    @Test
    void what_is_at_or_before_the_mark_is_known() {
        Place place = new Place(2, 5);

        assertThat(place.judge(2, 5)).isEqualTo(new Arrival.Known());
        assertThat(place.judge(2, 1)).isEqualTo(new Arrival.Known());
        assertThat(place.judge(1, 900)).isEqualTo(new Arrival.Known());
    }

    @Test
    void what_is_behind_it_follows_or_leaves_a_gap() {
        Place place = new Place(2, 5);

        assertThat(place.judge(2, 6)).isEqualTo(new Arrival.Following());
        assertThat(place.judge(2, 8)).isEqualTo(new Arrival.Gap(6, 7));
        assertThat(place.judge(3, 2)).isEqualTo(new Arrival.Restored(2, 5));
    }
}
