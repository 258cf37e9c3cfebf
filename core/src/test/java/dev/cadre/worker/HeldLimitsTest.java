// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.task.ParallelLimit;
import org.junit.jupiter.api.Test;

final class HeldLimitsTest {
    private final HeldLimits outer = HeldLimits.here().and(ParallelLimit.of(1));
    private final HeldLimits inner = outer.and(ParallelLimit.of(1));

    @Test
    void limits_areThoseOfTheInnermostWork_andAreGivenBackHoweverItEnds() {
        HeldLimits none = HeldLimits.here();

        outer.during(() -> {
            assertThat(HeldLimits.here()).isSameAs(outer);
            assertThat(inner.during(HeldLimits::here)).isSameAs(inner);
            assertThat(HeldLimits.here()).isSameAs(outer);
            assertThatThrownBy(() -> inner.during(() -> {
                        throw new IllegalStateException("broken");
                    }))
                    .hasMessage("broken");
            assertThat(HeldLimits.here()).isSameAs(outer);
            return null;
        });

        assertThat(HeldLimits.here()).isSameAs(none);
    }
}
