// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.RESERVED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BudgetWatchesTest {
    private final BudgetGuard budget = Budget.usd("1").open();
    private final AtomicInteger moves = new AtomicInteger();
    private final BudgetWatches watches = new BudgetWatches(moves::incrementAndGet);

    private void moveMoney() {
        ((Admission.Granted) budget.reserve(RESERVED)).reservation().release();
    }

    @Test
    void budget_isWatchedOnce_untilTheLastOneWhoWaitsIsGone() {
        watches.begin(budget);
        watches.begin(budget);
        moveMoney();
        int once = moves.get();
        assertThat(once).isPositive();

        watches.end(budget);
        assertThat(watches.isEmpty()).isFalse();
        moveMoney();
        assertThat(moves).hasValue(2 * once);

        watches.end(budget);
        assertThat(watches.isEmpty()).isTrue();
        moveMoney();
        assertThat(moves).hasValue(2 * once);
    }
}
