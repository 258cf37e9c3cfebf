// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PriceTest {

    private static final Price MINI = Price.perMillionTokens("0.75", "0.075", "4.50")
            .withTier(ServiceTier.FLEX, 50)
            .withTier(ServiceTier.PRIORITY, 200);
    private static final Price LONG =
            Price.perMillionTokens("2.50", "0.25", "15.00").withLongContext(new Price.LongContext(272_000, 200, 150));

    @Test
    void perMillionTokens_isPicoDollarsPerToken() {
        assertThat(MINI.input()).isEqualTo(Money.ofPico(750_000));
        assertThat(MINI.cache().read()).isEqualTo(Money.ofPico(75_000));
        assertThat(MINI.cache().write()).isEqualTo(Money.ofPico(750_000));
        assertThat(MINI.output()).isEqualTo(Money.ofPico(4_500_000));
    }

    @Test
    void perMillionTokens_fractionOfAPicoDollar_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perMillionTokens("0.0000001", "0", "0"))
                .withMessage("a token at $0.0000001 per million costs a fraction of a pico-dollar");
    }

    @Test
    void cost_cachedTokenAtHalfPrice_isExact() {
        assertThat(MINI.cost(new TokenUsage(1, 1, 0, 0, 0), ServiceTier.FLEX)).isEqualTo(Money.ofPico(37_500));
    }

    @Test
    void cost_eachKindOfInput_hasItsOwnPrice() {
        var price = MINI.withCacheWrite(Money.ofPico(937_500));

        assertThat(price.cost(new TokenUsage(1_000, 600, 300, 10, 10), ServiceTier.STANDARD))
                .isEqualTo(Money.ofPico(100 * 750_000 + 600 * 75_000 + 300 * 937_500 + 10 * 4_500_000));
    }

    @Test
    void cost_percentThatDoesNotDivide_roundsUpOnceAtTheEnd() {
        var price = MINI.withTier(ServiceTier.FLEX, 33).withSurcharge(1);
        // 75,000 * 0.33 * 1.01 = 24,997.5
        assertThat(price.cost(new TokenUsage(1, 1, 0, 0, 0), ServiceTier.FLEX)).isEqualTo(Money.ofPico(24_998));
        assertThat(price.cost(new TokenUsage(2, 2, 0, 0, 0), ServiceTier.FLEX)).isEqualTo(Money.ofPico(49_995));
    }

    @Test
    void cost_regionalSurcharge_isAddedToEverything() {
        assertThat(MINI.withSurcharge(10).cost(TokenUsage.of(1_000, 500), ServiceTier.STANDARD))
                .isEqualTo(Money.usd("0.0033"));
    }

    @Test
    void cost_longContext_appliesAboveTheThresholdToTheWholeCall() {
        assertThat(LONG.cost(TokenUsage.of(272_000, 100), ServiceTier.STANDARD)).isEqualTo(Money.usd("0.6815"));
        assertThat(LONG.cost(TokenUsage.of(272_001, 100), ServiceTier.STANDARD)).isEqualTo(Money.usd("1.362255"));
        assertThat(LONG.cost(new TokenUsage(272_001, 272_001, 0, 100, 0), ServiceTier.STANDARD))
                .isEqualTo(Money.usd("0.1382505"));
    }

    @Test
    void cost_tierWithoutPrice_isATypedError() {
        assertThat(MINI.offers(ServiceTier.BATCH)).isFalse();
        assertThatThrownBy(() -> MINI.cost(TokenUsage.NONE, ServiceTier.BATCH))
                .isInstanceOf(UnpricedException.class)
                .hasMessage("no price for service tier BATCH; this model is offered in [STANDARD, FLEX, PRIORITY]");
        assertThatThrownBy(() -> MINI.worstCase(1, 1, ServiceTier.BATCH)).isInstanceOf(UnpricedException.class);
    }

    @Test
    void cost_absurdUsage_overflowsLoudly() {
        assertThatThrownBy(() -> MINI.cost(TokenUsage.of(9_000_000_000_000_000L, 0), ServiceTier.STANDARD))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageEndingWith("is more than the largest amount, $9223372.036854775807");
    }

    @Test
    void worstCase_dearCacheWrite_isTakenForAllInput() {
        var price = MINI.withCacheWrite(Money.ofPico(937_500));

        assertThat(price.worstCase(1_000, 10, ServiceTier.STANDARD)).isEqualTo(Money.ofPico(937_500_000 + 45_000_000));
    }

    @Test
    void worstCase_boundAboveTheThreshold_takesTheLongContextPrice() {
        assertThat(LONG.worstCase(272_000, 100, ServiceTier.STANDARD)).isEqualTo(Money.usd("0.6815"));
        assertThat(LONG.worstCase(272_001, 100, ServiceTier.STANDARD)).isEqualTo(Money.usd("1.362255"));
    }

    @Test
    void worstCase_longContextThatIsCheaper_takesTheOrdinaryPrice() {
        var odd = LONG.withLongContext(new Price.LongContext(100, 50, 50));

        assertThat(odd.worstCase(200, 10, ServiceTier.STANDARD))
                .isEqualTo(Money.ofPico(200 * 2_500_000 + 10 * 15_000_000));
    }

    @Test
    void worstCase_negativeBound_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MINI.worstCase(-1, 5, ServiceTier.STANDARD))
                .withMessage("negative token bound: input=-1, output=5");
    }

    @Test
    void worstCase_coversEveryUsageWithinTheBounds() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var price = anyPrice(random);
            long inputBound = random.nextLong(1_000);
            long outputCap = random.nextLong(1_000);
            for (ServiceTier tier : ServiceTier.values()) {
                var worst = price.worstCase(inputBound, outputCap, tier);
                for (int i = 0; i < 50; i++) {
                    var usage = anyUsage(random, inputBound, outputCap);
                    assertThat(price.cost(usage, tier))
                            .as("seed %d, %s, %s, %s", seed, price, usage, tier)
                            .isLessThanOrEqualTo(worst);
                }
            }
        }
    }

    private static Price anyPrice(Random random) {
        return new Price(
                anyRate(random),
                anyRate(random),
                new Price.Cache(anyRate(random), anyRate(random)),
                new Price.LongContext(random.nextLong(1_000), random.nextInt(301), random.nextInt(301)),
                Map.of(
                        ServiceTier.STANDARD,
                        100,
                        ServiceTier.FLEX,
                        random.nextInt(101),
                        ServiceTier.BATCH,
                        random.nextInt(101),
                        ServiceTier.PRIORITY,
                        random.nextInt(301)),
                random.nextInt(20));
    }

    private static Money anyRate(Random random) {
        return Money.ofPico(random.nextLong(10_000));
    }

    /** The bounds themselves half of the time, where the worst case is tight. */
    private static TokenUsage anyUsage(Random random, long inputBound, long outputCap) {
        long input = random.nextBoolean() ? inputBound : random.nextLong(inputBound + 1);
        long cached = random.nextBoolean() ? input : random.nextLong(input + 1);
        long written = random.nextBoolean() ? input - cached : random.nextLong(input - cached + 1);
        long output = random.nextBoolean() ? outputCap : random.nextLong(outputCap + 1);
        return new TokenUsage(input, random.nextBoolean() ? cached : 0, written, output, 0);
    }

    @Test
    void price_impossiblePercentages_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MINI.withTier(ServiceTier.STANDARD, 90))
                .withMessageStartingWith("standard service must be priced at 100 percent");
        assertThatIllegalArgumentException().isThrownBy(() -> MINI.withTier(ServiceTier.FLEX, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> MINI.withSurcharge(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Price.LongContext(1, -1, 100));
    }

    @Test
    void smallestFigures_areAllowed() {
        var free = new Price.LongContext(0, 0, 0);

        assertThat(LONG.withLongContext(free).cost(TokenUsage.of(1, 1), ServiceTier.STANDARD))
                .isEqualTo(Money.ZERO);
        assertThat(MINI.worstCase(0, 0, ServiceTier.STANDARD)).isEqualTo(Money.ZERO);
        assertThat(MINI.offers(ServiceTier.FLEX)).isTrue();
        assertThat(MINI.input().percent(0)).isEqualTo(Money.ZERO);
        assertThat(new Price.OfTool(Money.ZERO, 0).maxTokensPerCall()).isZero();
    }
}
