// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import dev.cadre.price.Money;
import dev.cadre.run.SteadyClock;
import dev.cadre.share.BudgetWindow;
import dev.cadre.share.MemoryBudgetStore;
import dev.cadre.task.RunClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class FetchedMoneyTest {
    private final MemoryBudgetStore store =
            new MemoryBudgetStore().with("tenant", "", Money.usd("1.00"), BudgetWindow.NONE);
    private final LaneClock time = new LaneClock(new SteadyClock(RunClock.SYSTEM, thrown -> {}), Duration.ofHours(1));

    @Test
    void moneyThatIsFreeInTheStore_isWaitedFor() {
        try (SharedBudget shared = SharedBudget.open(store, "tenant", Sharing.DEFAULT);
                BudgetGuard bulk = Budget.usd("0.90").under(shared.guard()).open()) {
            var money = new FetchedMoney(bulk, time);
            for (int i = 0; i < 9; i++) {
                Admission answer = money.reserve(Money.usd("0.10"));
                assertThat(answer).isInstanceOf(Admission.Granted.class);
                ((Admission.Granted) answer).reservation().settle(Money.usd("0.10"));
            }
            assertThat(money.reserve(Money.usd("0.01"))).isInstanceOf(Admission.Exhausted.class);
        }
    }

    @Test
    void moneyThatOthersHaveInFlight_isNotWaitedFor() {
        BudgetGuard tenant = Budget.usd("1.00").open();
        tenant.reserve(Money.usd("0.80"));

        assertThat(new FetchedMoney(tenant, time).reserve(Money.usd("0.30"))).isInstanceOf(Admission.Contended.class);
    }

    @Test
    void interrupt_endsTheWait_andStaysSet() {
        BudgetGuard tenant = Budget.usd("1.00").open();
        Thread.currentThread().interrupt();

        assertThat(new FetchedMoney(tenant, time).reserve(Money.usd("0.30"))).isInstanceOf(Admission.Granted.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
