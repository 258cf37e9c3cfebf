// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StepsTest {
    @Test
    void steps_areFiftyForEachNode_beyondAMillion() {
        var steps = new Steps(10);
        steps.take(1_000_500);

        assertThatThrownBy(() -> steps.take(1))
                .isInstanceOf(Steps.Exceeded.class)
                .hasMessage("it takes more than 1,000,500 steps to check");
    }

    @Test
    void interrupt_isLookedForEveryFourThousandSteps() {
        var steps = new Steps(0);
        steps.take(4_096);
        Thread.currentThread().interrupt();
        try {
            steps.take(4_095);
            assertThatThrownBy(() -> steps.take(1))
                    .isInstanceOf(Steps.Exceeded.class)
                    .hasMessage("its check was interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void schemas_applyWithinOneAnotherAsDeepAsThreeHundredAndFifty() {
        var steps = new Steps(0);
        for (int i = 0; i < 350; i++) {
            steps.enter();
        }
        steps.leave();
        steps.enter();

        assertThatThrownBy(steps::enter).isInstanceOf(Steps.Exceeded.class);
    }
}
