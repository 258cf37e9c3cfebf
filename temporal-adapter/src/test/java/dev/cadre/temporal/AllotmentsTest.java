// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import org.junit.jupiter.api.Test;

class AllotmentsTest {
    private static final Money CENT = Money.usd("0.01");

    private final Allotments money = new Allotments(Money.usd("1.00"));

    /** A workflow whose decision throws is tried again for ever. */
    @Test
    void breachedBudget_hasNothingForPlannerAndMerger() {
        Allotments.Allotment planner = money.takeForPlan(money.run(), CENT).orElseThrow();
        planner.settle(new Spend(Money.usd("0.50"), Money.ZERO, 1, TokenUsage.of(100, 20), false));

        assertThat(money.state().breached()).isTrue();
        assertThat(money.takeForMerge(money.run(), CENT).amount()).isEqualTo(Money.ZERO);
        assertThat(money.takeForPlan(money.run(), CENT)).isEmpty();
    }
}
