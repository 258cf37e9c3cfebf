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
}
