// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.CATALOG;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.RESERVED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Attachment;
import dev.cadre.model.CallOptions;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.Turn;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CostCalculatorTest {
    private final CostCalculator costs = new CostCalculator(CATALOG.spec("small"), "small", CATALOG);

    private static ModelReply reply(String model, @Nullable TokenUsage usage, ServiceTier tier) {
        return new ModelReply(model, "text", List.of(), Finish.COMPLETE, usage, tier, RateLimits.UNKNOWN, "");
    }

    private static ModelReply reply(TokenUsage usage) {
        return reply("small", usage, ServiceTier.STANDARD);
    }

    @Test
    void worstCase_isAllBytesAndTheWholeCap() {
        assertThat(costs.worstCase(REQUEST)).isEqualTo(RESERVED);
    }

    @Test
    void worstCase_ofAnUnknownTokenizer_isTwoTokensForAByte() {
        var unknown = new CostCalculator(ModelSpec.of("small", FakeModel.PRICE), "small", CATALOG);

        assertThat(unknown.worstCase(REQUEST)).isEqualTo(RESERVED.plus(Money.usd("0.000042")));
    }

    /** The model reads 42 tokens, then those with its 100 and 500 fetched ones, then 500 more: 1,826 at a micro-dollar. */
    @Test
    void worstCase_withToolsAtTheProvider_reservesTheirFeesAndWhatTheyFetch() {
        ModelSpec searching = CATALOG.spec("small")
                .withToolPrice(ProviderTool.Kind.WEB_SEARCH, new Price.OfTool(Money.usd("0.01"), 500));
        ModelRequest twice =
                REQUEST.withOptions(CallOptions.NONE.withProviderTools(List.of(new ProviderTool.WebSearch()), 2));

        assertThat(new CostCalculator(searching, "small", CATALOG).worstCase(twice, 42))
                .isEqualTo(Money.usd("0.022826"));
    }

    @Test
    void estimate_ofTokens_isAQuarterOfTheBytesAndTheCap() {
        assertThat(CostCalculator.tokenEstimate(REQUEST)).isEqualTo(10 + 100);
        assertThat(CostCalculator.tokenEstimate(REQUEST.withMaxOutputTokens(Long.MAX_VALUE)))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void usageBeyondTheByteBound_isBelieved_ifItsCostFits() {
        assertThat(costs.cost(reply(TokenUsage.of(500, 50)), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.001"));
        assertThat(costs.cost(reply(new TokenUsage(9_500, 9_500, 0, 1, 0)), ServiceTier.STANDARD, RESERVED))
                .as("more input than the catalogue allows, all cached")
                .hasValue(Money.usd("0.00096"));
    }

    @Test
    void costBeyondTheReservation_isBelieved_ifTheModelCouldHaveUsedIt() {
        assertThat(costs.cost(reply(TokenUsage.of(9_000, 1_000)), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.019"));
        assertThat(costs.cost(reply(TokenUsage.of(9_001, 10)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(costs.cost(reply(TokenUsage.of(10, 1_001)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
    }

    @Test
    void impossibleSize_isJudgedEvenIfTheModelsLimitsAreUnknown() {
        var unknown = new CostCalculator(ModelSpec.of("small", FakeModel.PRICE), "small", ModelCatalog.of(List.of()));

        assertThat(unknown.cost(reply(TokenUsage.of(10, 10_000_001)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(unknown.cost(reply(TokenUsage.of(Long.MAX_VALUE, Long.MAX_VALUE)), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(unknown.cost(reply(TokenUsage.of(10, 1_000)), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.01001"));
    }

    @Test
    void missingUsage_isUnknownCost() {
        assertThat(costs.cost(reply("small", null, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
        assertThat(costs.cost(reply(TokenUsage.NONE), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
    }

    @Test
    void unpricedServiceTier_isUnknownCost() {
        assertThat(costs.cost(
                        reply("small", TokenUsage.of(1, 1), ServiceTier.PRIORITY), ServiceTier.STANDARD, RESERVED))
                .isEmpty();
    }

    /** As of a house model, whose server repeats some name of a tier. */
    @Test
    void flexProcessing_withoutAPrice_isBilledAsStandard() {
        assertThat(costs.cost(reply("small", TokenUsage.of(1, 1), ServiceTier.FLEX), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.000011"));
    }

    @Test
    void otherModelThatAnswers_doesSoInTheSameRegion() {
        ModelSpec small = CATALOG.spec("small");
        var regional = small.withPrice(small.price().withSurcharge(10));
        var costs = new CostCalculator(regional, "small", CATALOG.with(regional));

        assertThat(costs.cost(
                        reply("large", TokenUsage.of(1, 1), ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.000121"));
    }

    @Test
    void otherModelThatAnswers_isBilledAtTheDearerPrice() {
        var usage = TokenUsage.of(1, 1);
        var large = new CostCalculator(CATALOG.spec("large"), "large", CATALOG);

        assertThat(costs.cost(reply("large", usage, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.00011"));
        assertThat(large.cost(reply("small", usage, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.00011"));
        assertThat(costs.cost(reply("somebody", usage, ServiceTier.STANDARD), ServiceTier.STANDARD, RESERVED))
                .hasValue(Money.usd("0.000011"));
    }

    @Test
    void serviceTierThatWasAskedFor_isBilled_ifTheReplyNamesACheaperOne() {
        ModelSpec tiered = FakeModel.spec("small", FakeModel.PRICE.withTier(ServiceTier.PRIORITY, 200));
        var priority = new CostCalculator(tiered, "small", ModelCatalog.of(List.of(tiered)));

        assertThat(priority.cost(reply(TokenUsage.of(1, 1)), ServiceTier.PRIORITY, RESERVED))
                .hasValue(Money.usd("0.000022"));
        assertThat(costs.cost(reply(TokenUsage.of(1, 1)), ServiceTier.PRIORITY, RESERVED))
                .as("a model that does not offer it")
                .hasValue(Money.usd("0.000011"));
    }

    /** 500 tokens for 20 results are 1,250 for 50: the model reads 42, then 42 + 100 + 1,250. */
    @Test
    void worstCase_ofASearchForMoreResultsThanArePriced_growsWithThem() {
        var price = new Price.OfTool(Money.ZERO, 500);
        var searching = new CostCalculator(
                CATALOG.spec("small").withToolPrice(ProviderTool.Kind.FILE_SEARCH, price), "small", CATALOG);

        assertThat(searching.worstCase(once(new ProviderTool.FileSearch(List.of("vs"), 50)), 42))
                .isEqualTo(Money.usd("0.002434"));
        assertThat(searching.worstCase(once(new ProviderTool.FileSearch(List.of("vs"), 10)), 42))
                .isEqualTo(Money.usd("0.001684"));
    }

    private static ModelRequest once(ProviderTool tool) {
        return REQUEST.withOptions(CallOptions.NONE.withProviderTools(List.of(tool), 1));
    }

    /** It reads 8,000, then 8,600, then no more than the 9,000 that the model takes, twice. */
    @Test
    void worstCase_ofToolsAtTheProvider_readsNoMoreThanTheModelTakes() {
        var price = new Price.OfTool(Money.ZERO, 500);
        var searching = new CostCalculator(
                CATALOG.spec("small").withToolPrice(ProviderTool.Kind.WEB_SEARCH, price), "small", CATALOG);
        var often = REQUEST.withOptions(CallOptions.NONE.withProviderTools(List.of(new ProviderTool.WebSearch()), 3));

        assertThat(searching.worstCase(often, 8_000)).isEqualTo(Money.usd("0.0356"));
    }

    @Test
    void estimate_ofTokens_countsAPicture() {
        var picture = Attachment.Image.of("image/png", new byte[] {1});

        assertThat(CostCalculator.tokenEstimate(REQUEST.withTurns(List.of(new Turn.User("user", List.of(picture))))))
                .as("with 16 bytes of marks")
                .isEqualTo(10 + 4 + 1_500 + 100);
    }
}
