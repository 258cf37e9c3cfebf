// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The costs that were published when the models came out in March 2026, from the catalogue and to the pico-dollar. */
class PublishedArithmeticTest {
    private static final TokenUsage TYPICAL = TokenUsage.of(1_000, 500);
    private static final long CALLS_A_DAY = 1_000_000;

    @ParameterizedTest
    @CsvSource({
        "gpt-5.4-mini, STANDARD, 0.003,     3000,   90000,   1095000",
        "gpt-5.4-nano, STANDARD, 0.000825,  825,    24750,   301125",
        "gpt-5.4-mini, BATCH,    0.0015,    1500,   45000,   547500",
        "gpt-5.4-nano, BATCH,    0.0004125, 412.5,  12375,   150562.5",
        "gpt-5.4-mini, FLEX,     0.0015,    1500,   45000,   547500",
        "gpt-5.4-nano, FLEX,     0.0004125, 412.5,  12375,   150562.5",
        "gpt-5.4-mini, PRIORITY, 0.006,     6000,   180000,  2190000"
    })
    void thousandInFiveHundredOut_aMillionTimesADay(
            String model, ServiceTier tier, String call, String day, String month, String year) {
        Money cost = price(model).cost(TYPICAL, tier);

        assertThat(cost).isEqualTo(Money.usd(call));
        assertThat(cost.times(CALLS_A_DAY)).isEqualTo(Money.usd(day));
        assertThat(cost.times(CALLS_A_DAY).times(30)).isEqualTo(Money.usd(month));
        assertThat(cost.times(CALLS_A_DAY).times(365)).isEqualTo(Money.usd(year));
    }

    @Test
    void nano_insteadOfMini_savesThisMuchAYear() {
        Money mini = price("gpt-5.4-mini").cost(TYPICAL, ServiceTier.STANDARD);
        Money nano = price("gpt-5.4-nano").cost(TYPICAL, ServiceTier.STANDARD);

        assertThat(mini.minus(nano).times(CALLS_A_DAY).times(365)).isEqualTo(Money.usd("793875"));
    }

    @Test
    void photoDescriptions_seventySixThousandOnNano() {
        TokenUsage photo = TokenUsage.of(2_751, 112);
        Price nano = price("gpt-5.4-nano");

        assertThat(nano.cost(photo, ServiceTier.STANDARD)).isEqualTo(Money.usd("0.0006902"));
        assertThat(nano.cost(photo, ServiceTier.STANDARD).times(76_000)).isEqualTo(Money.usd("52.4552"));
        assertThat(nano.cost(photo, ServiceTier.BATCH).times(76_000)).isEqualTo(Money.usd("26.2276"));
    }

    @Test
    void workers_costThisShareOfTheFlagship() {
        TokenUsage million = TokenUsage.of(1_000_000, 0);
        Money flagship =
                price("gpt-5.4").withLongContext(Price.LongContext.NONE).cost(million, ServiceTier.STANDARD);

        assertThat(price("gpt-5.4-mini").cost(million, ServiceTier.STANDARD)).isEqualTo(flagship.percent(30));
        assertThat(price("gpt-5.4-nano").cost(million, ServiceTier.STANDARD)).isEqualTo(flagship.percent(8));
    }

    private static Price price(String model) {
        return ModelCatalog.standard().spec(model).price();
    }
}
