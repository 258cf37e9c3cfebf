// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MoneyTest {

    private static final Money LARGEST = Money.ofPico(Long.MAX_VALUE);

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.00, 0",
        "0e999999999, 0",
        "0.000000000001, 1",
        "0.001025, 1025000000",
        "5, 5000000000000",
        "2.5e-1, 250000000000",
        "1.10000000000000000000, 1100000000000",
        "9223372.036854775807, 9223372036854775807"
    })
    void usd_decimalText_isExact(String text, long pico) {
        assertThat(Money.usd(text).picoUsd()).isEqualTo(pico);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "", " ", "$5", "0,25", "0x10", "1e99999999999"})
    void usd_noNumber_isRefusedAndQuoted(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.usd(text))
                .withMessage("not an amount in US dollars: '" + text + "'");
    }

    @Test
    void usd_moreThanTwelveDecimals_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.usd("0.0000000000001"))
                .withMessage("more than 12 decimals: $1E-13");
    }

    @Test
    void usd_negative_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.usd("-0.01"))
                .withMessage("an amount of money is never negative: $-0.01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372.036854775808", "10000000", "1e999999999"})
    void usd_tooLarge_isRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.usd(text))
                .withMessageStartingWith("more than the largest amount, $9223372.036854775807: $");
    }

    @Test
    void ofPico_negative_isRefusedInDollars() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.ofPico(-10_000_000_000L))
                .withMessage("an amount of money is never negative: $-0.01");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.00",
        "1, 0.000000000001",
        "1025000000, 0.001025",
        "500000000000, 0.50",
        "5000000000000, 5.00",
        "9223372036854775807, 9223372.036854775807"
    })
    void toUsd_isPlainAndExact(long pico, String text) {
        assertThat(Money.ofPico(pico).toUsd()).isEqualTo(text);
        assertThat(Money.ofPico(pico)).hasToString("$" + text);
    }

    @Test
    void toUsd_anyAmount_isReadBackTheSame() {
        long seed = 20261122;
        var random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            var money = Money.ofPico(random.nextLong(Long.MAX_VALUE) >>> random.nextInt(60));
            assertThat(Money.usd(money.toUsd())).as("seed %d", seed).isEqualTo(money);
        }
    }

    @Test
    void arithmetic_withinBounds_isExact() {
        var a = Money.usd("0.30");
        var b = Money.usd("0.10");

        assertThat(a.plus(b)).isEqualTo(Money.usd("0.40"));
        assertThat(a.minus(b)).isEqualTo(Money.usd("0.20"));
        assertThat(a.minus(a)).isEqualTo(Money.ZERO);
        assertThat(b.minusOrZero(a)).isEqualTo(Money.ZERO);
        assertThat(a.minusOrZero(b)).isEqualTo(Money.usd("0.20"));
        assertThat(a.times(3)).isEqualTo(Money.usd("0.90"));
        assertThat(a.atMost(b)).isEqualTo(b.atMost(a)).isEqualTo(b);
        assertThat(a.atLeast(b)).isEqualTo(b.atLeast(a)).isEqualTo(a);
        assertThat(a).isGreaterThan(b);
        assertThat(a.isMoreThan(b)).isTrue();
        assertThat(a.isMoreThan(a)).isFalse();
        assertThat(Money.ZERO.isZero()).isTrue();
        assertThat(b.isZero()).isFalse();
    }

    @Test
    void percent_thatDoesNotDivide_roundsUp() {
        assertThat(Money.usd("0.25").percent(30)).isEqualTo(Money.usd("0.075"));
        assertThat(Money.ofPico(1).percent(30)).isEqualTo(Money.ofPico(1));
        assertThat(Money.ofPico(101).percent(1)).isEqualTo(Money.ofPico(2));
        assertThat(LARGEST.percent(100)).isEqualTo(LARGEST);
    }

    @Test
    void arithmetic_beyondTheLargest_saysWhatWasComputed() {
        assertThatThrownBy(() -> LARGEST.plus(Money.ofPico(1)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage(
                        "$9223372.036854775807 + $0.000000000001 is more than the largest amount, $9223372.036854775807");
        assertThatThrownBy(() -> Money.usd("5000000").times(2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("$5000000.00 * 2 is more than the largest amount, $9223372.036854775807");
        assertThatThrownBy(() -> LARGEST.percent(101)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void minus_moreThanThereIs_saysWhatWasComputed() {
        assertThatThrownBy(() -> Money.usd("0.01").minus(Money.usd("0.02")))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("$0.01 - $0.02 would be less than nothing");
    }

    @Test
    void times_negative_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.usd("0.01").times(-1))
                .withMessage("an amount of money is never negative: -1 times $0.01");
        assertThatIllegalArgumentException().isThrownBy(() -> Money.ZERO.percent(-1));
    }

    @Test
    void sums_ofManyAmounts_equalBigDecimal() {
        long seed = 4711;
        var random = new Random(seed);
        var money = Money.ZERO;
        var decimal = BigDecimal.ZERO;
        for (int i = 0; i < 1_000; i++) {
            long pico = random.nextLong(1_000_000_000_000L);
            money = money.plus(Money.ofPico(pico));
            decimal = decimal.add(BigDecimal.valueOf(pico, 12));
        }
        assertThat(new BigDecimal(money.toUsd())).as("seed %d", seed).isEqualByComparingTo(decimal);
    }

    @Test
    void part_isRoundedUp() {
        assertThat(Money.ofPico(10).dividedBy(3)).isEqualTo(Money.ofPico(4));
        assertThat(Money.ofPico(9).dividedBy(3)).isEqualTo(Money.ofPico(3));
        assertThat(Money.ZERO.dividedBy(7)).isEqualTo(Money.ZERO);
        assertThatThrownBy(() -> Money.usd("1").dividedBy(0)).hasMessage("$1.00 cannot be divided by 0");
    }
}
