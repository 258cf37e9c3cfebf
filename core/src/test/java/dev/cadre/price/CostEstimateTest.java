// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CostEstimateTest {
    private static final Money CENT = Money.usd("0.01");
    private static final CostRange SOME = new CostRange(CENT, CENT.times(2), CENT.times(3));
    private static final Quote PLANNING = new Quote(CountRange.of(1), CostRange.of(CENT));
    private static final Quote WORK = new Quote(new CountRange(1, 2, 3), SOME);

    @Test
    void cost_isPlanningWorkAndMerging() {
        var estimate = estimate(CostRange.MOST);

        assertThat(estimate.cost()).isEqualTo(new CostRange(CENT.times(3), CENT.times(5), CENT.times(7)));
        assertThat(estimate.calls()).isEqualTo(new CountRange(3, 5, 7));
        assertThat(estimate.isCappedByBudget()).isFalse();
        assertThat(estimate).hasToString("$0.05 expected, $0.03 to $0.07");
    }

    @Test
    void cost_isNeverAboveTheBudget() {
        var estimate = estimate(CENT.times(4));

        assertThat(estimate.cost()).isEqualTo(new CostRange(CENT.times(3), CENT.times(4), CENT.times(4)));
        assertThat(estimate.isCappedByBudget()).isTrue();
        assertThat(estimate.isBeyondBudget()).isTrue();
        assertThat(estimate)
                .hasToString(
                        "$0.04 expected, $0.03 to $0.04 (the budget, which is less than the $0.05 expected for all of"
                                + " the work)");
        assertThat(estimate(CENT.times(5)).isBeyondBudget()).isFalse();
        assertThat(estimate(CENT.times(2)).isTooSmall()).isFalse();
        assertThat(estimate(CENT).isTooSmall()).isTrue();
        assertThat(estimate(CENT))
                .hasToString(
                        "$0.01 expected, $0.01 to $0.01 (the budget, which is less than the $0.05 expected for all of"
                                + " the work); too small to begin, which takes $0.02");
        assertThat(estimate(CENT.times(5))).hasToString("$0.05 expected, $0.03 to $0.05 (the budget)");
        assertThat(estimate(CENT.times(7)).isCappedByBudget())
                .as("the worst case fits exactly")
                .isFalse();
    }

    @Test
    void costs_beyondTheLargestAmount_stopThere() {
        var most = CostRange.of(CostRange.MOST);
        var half = CostRange.of(Money.ofPico(Long.MAX_VALUE / 2));

        assertThat(most.plus(SOME)).isEqualTo(most);
        assertThat(most.times(CountRange.of(2))).isEqualTo(most);
        assertThat(most.times(CountRange.NONE)).isEqualTo(CostRange.FREE);
        assertThat(half.plus(half)).isEqualTo(half.times(CountRange.of(2))).isNotEqualTo(most);
        assertThat(half.times(CountRange.of(3))).isEqualTo(most);
    }

    @Test
    void figures_thatDoNotAscend_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CostRange(CENT.times(2), CENT, CENT.times(3)));
        assertThatIllegalArgumentException().isThrownBy(() -> new CostRange(CENT, CENT.times(3), CENT.times(2)));
    }

    private static CostEstimate estimate(Money limit) {
        var line = new CostEstimate.Line("a", "note", List.of(), "NANO", CountRange.of(1), WORK);
        return new CostEstimate(List.of(line), PLANNING, WORK, limit, CENT.times(2));
    }
}
