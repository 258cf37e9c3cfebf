// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.price.Money;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BudgetTest {

    @Test
    void usd_isALimitWithoutDeadlineOrParent() {
        var budget = Budget.usd("0.25");

        assertThat(budget.limit()).isEqualTo(Money.usd("0.25"));
        assertThat(budget.deadline()).isEmpty();
        assertThat(budget.parent()).isEmpty();
        assertThat(budget).hasToString("Budget[$0.25]");
    }

    @Test
    void within_keepsTheOriginalAsItWas() {
        var budget = Budget.usd("0.25");

        var timed = budget.within(Duration.ofSeconds(90));

        assertThat(timed.deadline()).contains(Duration.ofSeconds(90));
        assertThat(budget.deadline()).isEmpty();
        assertThat(timed).hasToString("Budget[$0.25 within PT1M30S]");
    }

    @Test
    void within_noTime_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Budget.usd("0.25").within(Duration.ZERO))
                .withMessage("the deadline must be positive, not PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> Budget.usd("0.25").within(Duration.ofMillis(-1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-0.01", "free"})
    void usd_noAmount_isRefused(String usd) {
        assertThatIllegalArgumentException().isThrownBy(() -> Budget.usd(usd)).withMessageContaining(usd);
    }

    @Test
    void usd_zero_letsOnlyFreeWorkPass() {
        var guard = Budget.usd("0").open();

        assertThat(guard.reserve(Money.ofPico(1))).isInstanceOf(Admission.Exhausted.class);
        assertThat(guard.reserve(Money.ZERO)).isInstanceOf(Admission.Granted.class);
    }

    @Test
    void open_twice_opensSeparateBooks() {
        var budget = Budget.usd("1.00");

        assertThat(budget.open().reserve(Money.usd("1.00"))).isInstanceOf(Admission.Granted.class);
        assertThat(budget.open().reserve(Money.usd("1.00"))).isInstanceOf(Admission.Granted.class);
    }

    @Test
    void open_underALargerBudget_isPaidByIt() {
        var session = Budget.usd("0.30").open();
        var budget = Budget.usd("0.25").under(session).within(Duration.ofSeconds(1));

        assertThat(budget.parent()).contains(session);
        assertThat(budget.open().reserve(Money.usd("0.20"))).isInstanceOf(Admission.Granted.class);
        assertThat(session.available()).isEqualTo(Money.usd("0.10"));
        assertThat(budget.open().reserve(Money.usd("0.20"))).isInstanceOf(Admission.Contended.class);
        assertThat(budget.open().reserve(Money.usd("0.26"))).isInstanceOf(Admission.Exhausted.class);
    }

    @Test
    void open_alreadySpent_continues() {
        var guard = Budget.usd("1.00").open(Money.usd("0.90"));

        assertThat(guard.state().settled()).isEqualTo(Money.usd("0.90"));
        assertThat(guard.reserve(Money.usd("0.11"))).isInstanceOf(Admission.Exhausted.class);
    }

    @Test
    void open_alreadySpentUnderALargerBudget_isNotSpentThereAgain() {
        var session = Budget.usd("1.00").open(Money.usd("0.20"));

        var run = Budget.usd("0.25").under(session).open(Money.usd("0.20"));

        assertThat(run.available()).isEqualTo(Money.usd("0.05"));
        assertThat(session.state().settled()).isEqualTo(Money.usd("0.20"));
    }
}
