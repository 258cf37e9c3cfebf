// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {
    @Test
    void limit_neverLeavesItsBounds() {
        var limit = new AdaptiveLimit(3);
        for (int i = 0; i < 100; i++) {
            limit.onSuccess();
        }
        assertThat(limit.current()).isEqualTo(3);

        for (int call = 1; call <= 100; call++) {
            limit.onOverload(call, call);
        }
        assertThat(limit.current()).isEqualTo(1);
    }

    @Test
    void limit_growsByOneForEachRoundTripOfSuccesses() {
        var limit = new AdaptiveLimit(100);
        for (int call = 1; call <= 20; call++) {
            limit.onOverload(call, call);
        }
        int low = limit.current();

        for (int i = 0; i <= low; i++) {
            limit.onSuccess();
        }

        assertThat(low).isEqualTo(12);
        assertThat(limit.current()).isEqualTo(13);
    }

    @Test
    void limit_shrinksOnceForAllCallsSentBeforeTheDecrease() {
        var limit = new AdaptiveLimit(100);
        limit.onOverload(3, 50);
        limit.onOverload(1, 50);
        limit.onOverload(50, 60);
        assertThat(limit.current()).isEqualTo(90);

        limit.onOverload(51, 60);
        assertThat(limit.current()).isEqualTo(81);
    }

    @Test
    void slowDown_halvesIt_oncePerRoundTrip() {
        var limit = new AdaptiveLimit(100);
        limit.onSlowDown(1, 50);
        limit.onSlowDown(50, 50);
        assertThat(limit.current()).isEqualTo(50);

        limit.onSlowDown(51, 60);
        assertThat(limit.current()).isEqualTo(25);
    }

    @Test
    void limit_afterASlowDown_climbsAtAQuarterOfThePace_upToWhereItWas() {
        var limit = new AdaptiveLimit(100);
        for (int call = 1; call <= 20; call++) {
            limit.onOverload(call, call);
        }
        assertThat(limit.current()).isEqualTo(12);
        limit.onSlowDown(21, 21);
        assertThat(limit.current()).isEqualTo(6);

        succeed(limit, 3 * 7);
        assertThat(limit.current()).as("not in three round trips").isEqualTo(6);
        succeed(limit, 7);
        assertThat(limit.current()).as("in four").isEqualTo(7);

        succeed(limit, 4 * 50);
        assertThat(limit.current()).as("back after about four times 49").isEqualTo(12);
        succeed(limit, 40);
        assertThat(limit.current()).as("then at full pace").isEqualTo(15);
    }

    private static void succeed(AdaptiveLimit limit, int times) {
        for (int i = 0; i < times; i++) {
            limit.onSuccess();
        }
    }
}
