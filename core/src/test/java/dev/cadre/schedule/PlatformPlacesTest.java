// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlatformPlacesTest {
    private final PlatformPlaces places = new PlatformPlaces(2, 1);

    private PlatformPlaces.Place taken() {
        return places.take().orElseThrow();
    }

    @Test
    void places_areTakenAndGivenBack_once() {
        assertThat(places.most()).isEqualTo(2);
        PlatformPlaces.Place first = taken();
        taken();
        assertThat(places.take()).isEmpty();

        first.giveBack();
        first.giveBack();

        assertThat(places.taken()).isEqualTo(1);
        assertThat(places.take()).isPresent();
        assertThat(places.take()).isEmpty();
    }

    @Test
    void placeThatWasLeft_isFree_once() {
        PlatformPlaces.Place left = taken();
        left.leave();
        left.leave();
        assertThat(places.taken()).isZero();

        left.giveBack();
        left.leave();

        assertThat(places.taken()).isZero();
    }

    @Test
    void threadsThatWereLeft_areBoundedToo() {
        PlatformPlaces.Place first = taken();
        PlatformPlaces.Place second = taken();
        first.leave();
        second.leave();
        assertThat(places.taken()).as("the second one keeps its place").isEqualTo(1);

        first.giveBack();
        PlatformPlaces.Place third = taken();
        third.leave();

        assertThat(places.taken()).as("there is room for another one").isEqualTo(1);
        second.giveBack();
        third.giveBack();
        assertThat(places.taken()).isZero();
    }
}
