// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static dev.cadre.budget.LedgerTest.pico;
import static dev.cadre.budget.LedgerTest.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import org.junit.jupiter.api.Test;

final class LedgerStateTest {

    @Test
    void state_aboveTheLimit_cannotExistUnbreached() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state(10, 4, 3, 2, 2))
                .withMessage("a budget of $0.00000000001 holds $0.000000000011: settled $0.000000000004,"
                        + " forfeited $0.000000000003, outstanding $0.000000000002, set aside $0.000000000002");
        assertThat(new LedgerState(pico(10), pico(11), Money.ZERO, Money.ZERO, Money.ZERO, true).free())
                .isEqualTo(Money.ZERO);
    }

    @Test
    void sums_areTakenFromTheFour() {
        var state = state(10, 1, 2, 3, 1);

        assertThat(state.spent()).isEqualTo(pico(3));
        assertThat(state.committed()).isEqualTo(pico(7));
        assertThat(state.free()).isEqualTo(pico(3));
    }

    @Test
    void asSpend_takesWhatIsInFlightForForfeited_andSaysWhetherItIsAnEstimate() {
        assertThat(state(10, 1, 2, 3, 1).asSpend()).isEqualTo(new Spend(pico(1), pico(5), 0, TokenUsage.NONE, true));
        assertThat(state(10, 1, 0, 0, 1).asSpend())
                .isEqualTo(new Spend(pico(1), Money.ZERO, 0, TokenUsage.NONE, false));
    }

    @Test
    void need_upToFree_isNeitherContendedNorExhausted() {
        assertNeed(3, false, false);
    }

    @Test
    void need_uptoFreeAndOutstanding_isContended() {
        assertNeed(4, true, false);
        assertNeed(6, true, false);
    }

    @Test
    void need_beyond_isExhausted() {
        assertNeed(7, false, true);
    }

    @Test
    void need_withNothingInFlight_isNeverContended() {
        var state = state(10, 1, 2, 0, 1);

        for (long need = 0; need <= 11; need++) {
            assertThat(state.isContendedBy(pico(need))).isFalse();
            assertThat(state.isExhaustedBy(pico(need))).isEqualTo(need > 6);
        }
    }

    private static void assertNeed(long need, boolean contended, boolean exhausted) {
        var state = state(10, 1, 2, 3, 1);
        assertThat(state.isContendedBy(pico(need))).isEqualTo(contended);
        assertThat(state.isExhaustedBy(pico(need))).isEqualTo(exhausted);
    }
}
