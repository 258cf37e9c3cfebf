// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.price.Money;

/** What must be true when nothing is in flight. */
final class PoolAssertions {
    private PoolAssertions() {}

    static void assertSpent(BudgetGuard budget, Money settled, Money forfeited) {
        assertThat(budget.state().settled()).as("settled").isEqualTo(settled);
        assertThat(budget.state().forfeited()).as("forfeited").isEqualTo(forfeited);
        assertThat(budget.state().outstanding()).as("outstanding").isEqualTo(Money.ZERO);
    }

    static void assertIdle(ModelPool pool) {
        assertThat(pool.load().inFlight()).as("in flight").isZero();
        assertThat(pool.load().waiting()).as("waiting").isZero();
        assertThat(pool.isIdle()).as("idle").isTrue();
    }
}
