// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.CATALOG;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.RESERVED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallOptions;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.ToolPrice;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TariffTest {
    private final Tariff tariff = new Tariff(CATALOG.spec("small"), "small", CATALOG);

    private static ModelReply reply(String model, @Nullable TokenUsage usage, ServiceTier tier) {
        return new ModelReply(model, "text", List.of(), Finish.COMPLETE, usage, tier, RateLimits.UNKNOWN, "");
    }

    private static ModelReply reply(TokenUsage usage) {
        return reply("small", usage, ServiceTier.STANDARD);
    }

    @Test
    void worstCase_isAllBytesAndTheWholeCap() {
        assertThat(tariff.worstCase(REQUEST)).isEqualTo(RESERVED);
    }

    @Test
    void worstCase_ofAnUnknownTokenizer_isTwoTokensForAByte() {
        var unknown = new Tariff(ModelSpec.of("small", FakeModel.PRICE), "small", CATALOG);

        assertThat(unknown.worstCase(REQUEST)).isEqualTo(RESERVED.plus(Money.usd("0.000042")));
    }

    /** The model reads 42 tokens, then those with its 100 and 500 fetched ones, then 500 more: 1,826 at a micro-dollar. */
    @Test
    void worstCase_withToolsAtTheProvider_reservesTheirFeesAndWhatTheyFetch() {
        ModelSpec searching = CATALOG.spec("small")
                .withToolPrice(ProviderTool.Kind.WEB_SEARCH, new ToolPrice(Money.usd("0.01"), 500));
        ModelRequest twice =
                REQUEST.withOptions(CallOptions.NONE.withProviderTools(List.of(new ProviderTool.WebSearch()), 2));

        assertThat(new Tariff(searching, "small", CATALOG).worstCase(twice, 42)).isEqualTo(Money.usd("0.022826"));
    }

    @Test
    void estimate_ofTokens_isAQuarterOfTheBytesAndTheCap() {
        assertThat(Tariff.tokenEstimate(REQUEST)).isEqualTo(10 + 100);
        assertThat(Tariff.tokenEstimate(REQUEST.withMaxOutputTokens(Long.MAX_VALUE)))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void usageBeyondTheByteBound_isBelieved_ifItsCostFits() {
        assertThat(tariff.cost(reply(TokenUsage.of(500, 50)), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.001"));
        assertThat(tariff.cost(reply(new TokenUsage(9_500, 9_500, 0, 1, 0)), ServiceTier.STANDARD, RESERVED))
                .as("more input than the catalogue allows, all cached")
                .hasValue(Money.usd("0.00096"));
    }

    @Test
    void costBeyondTheReservation_isBelieved_ifTheModelCouldHaveUsedIt() {
        assertThat(tariff.cost(reply(TokenUsage.of(9_000, 1_000)), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.019"));
        assertThat(tariff.cost(reply(TokenUsage.of(9_001, 10)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(tariff.cost(reply(TokenUsage.of(10, 1_001)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
    }

    @Test
    void impossibleSize_isJudgedEvenIfTheModelsLimitsAreUnknown() {
        var unknown = new Tariff(ModelSpec.of("small", FakeModel.PRICE), "small", ModelCatalog.of(List.of()));

        assertThat(unknown.cost(reply(TokenUsage.of(10, 10_000_001)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(unknown.cost(reply(TokenUsage.of(Long.MAX_VALUE, Long.MAX_VALUE)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(unknown.cost(reply(TokenUsage.of(10, 1_000)), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.01001"));
    }

    @Test
    void missingUsage_isUnknownCost() {
        assertThat(tariff.cost(reply("small", null, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(tariff.cost(reply(TokenUsage.NONE), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
    }

    @Test
    void unpricedServiceTier_isUnknownCost() {
        assertThat(tariff.cost(reply("small", TokenUsage.of(1, 1), ServiceTier.FLEX), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
    }

    @Test
    void otherModelThatAnswers_doesSoInTheSameRegion() {
        ModelSpec small = CATALOG.spec("small");
        var regional = small.withPrice(small.price().withSurcharge(10));
        var tariff = new Tariff(regional, "small", CATALOG.with(regional));

        assertThat(tariff.cost(
                        reply("large", TokenUsage.of(1, 1), ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.000121"));
    }

    @Test
    void otherModelThatAnswers_isBilledAtTheDearerPrice() {
        var usage = TokenUsage.of(1, 1);
        var large = new Tariff(CATALOG.spec("large"), "large", CATALOG);

        assertThat(tariff.cost(reply("large", usage, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.00011"));
        assertThat(large.cost(reply("small", usage, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.00011"));
        assertThat(tariff.cost(reply("somebody", usage, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.000011"));
    }
}
