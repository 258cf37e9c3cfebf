// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.model.TokenUsage;
import org.junit.jupiter.api.Test;

final class SpendTest {

    private static final Spend KNOWN = Spend.settled(Money.usd("0.003"), TokenUsage.of(1_000, 500));

    @Test
    void plus_knownAttempts_isNotEstimated() {
        assertThat(KNOWN.plus(KNOWN))
                .isEqualTo(new Spend(Money.usd("0.006"), Money.ZERO, 2, TokenUsage.of(2_000, 1_000), false));
    }

    @Test
    void plus_anUnknownAttempt_isEstimatedAndTotalHasItsWorstCase() {
        var sum = KNOWN.plus(Spend.forfeited(Money.usd("0.01")));

        assertThat(sum).isEqualTo(new Spend(Money.usd("0.003"), Money.usd("0.01"), 2, TokenUsage.of(1_000, 500), true));
        assertThat(sum.total()).isEqualTo(Money.usd("0.013"));
    }

    @Test
    void plus_none_changesNothing() {
        assertThat(Spend.NONE.plus(KNOWN)).isEqualTo(KNOWN);
    }

    @Test
    void forfeitedMoney_notMarkedAsEstimated_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Spend(Money.ZERO, Money.usd("0.01"), 1, TokenUsage.NONE, false))
                .withMessage("forfeited $0.01, which is an estimate, but not marked as one");
    }

    @Test
    void attempts_negative_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Spend(Money.ZERO, Money.ZERO, -1, TokenUsage.NONE, false));
    }

    @Test
    void withoutForfeited_takesAwayTheCallsThatMayStillBeKnown() {
        var spent = KNOWN.plus(Spend.forfeited(Money.usd("0.01"))).plus(Spend.forfeited(Money.usd("0.02")));

        assertThat(spent.withoutForfeited(Money.usd("0.01"), 1))
                .isEqualTo(KNOWN.plus(Spend.forfeited(Money.usd("0.02"))));
        assertThat(spent.withoutForfeited(Money.usd("0.03"), 2))
                .as("nothing is left to guess")
                .isEqualTo(KNOWN);
    }

    @Test
    void breach_saysWhoAnsweredAndWhatItCostsBeyondTheReservation() {
        assertThat(new BillingBreach("nano", "nano", Money.usd("0.01")))
                .hasToString("the bill of nano exceeds what was reserved by $0.01");
        assertThat(new BillingBreach("nano", "flagship", Money.ZERO)).hasToString("nano was answered by flagship");
        assertThat(new BillingBreach("nano", "flagship", Money.usd("0.01")))
                .hasToString("nano was answered by flagship, and the bill exceeds what was reserved by $0.01");
    }
}
