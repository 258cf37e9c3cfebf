// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.price.Money;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunMoneyTest {
    private final BudgetGuard all = Budget.usd("1.00").open();

    @Test
    void roundOfAnEarlierSession_leavesTheMoneyOfTheNextOneSetAside() {
        var money = new RunMoney(all, all.allot(Money.usd("0.10")), 1, 1, List.of(all.allot(Money.usd("0.20"))));

        try (BudgetGuard first = money.ofRound(1)) {
            assertThat(all.state().setAside()).isEqualTo(Money.usd("0.30"));
            assertThat(first.available()).isEqualTo(Money.usd("0.70"));
        }
        try (BudgetGuard second = money.ofRound(2)) {
            assertThat(all.available()).as("to others").isEqualTo(Money.usd("0.70"));
            assertThat(second.available()).isEqualTo(Money.usd("0.90"));
        }
        money.close();

        assertThat(all.available()).isEqualTo(Money.usd("1.00"));
    }
}
