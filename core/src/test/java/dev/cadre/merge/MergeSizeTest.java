// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Effort;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.plan.ScriptedClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.Quote;
import dev.cadre.task.Limits;
import dev.cadre.task.TypeRef;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MergeSizeTest {
    private static final AnswerFormat<String> ANSWER = AnswerFormat.of(TypeRef.of(String.class));
    private static final Asking<?> ASKING = Asking.of(Tier.MINI, "Merge.", Wishes.NONE, ANSWER);
    private static final long CAP = 500;

    private final ScriptedClient model = new ScriptedClient();

    private ModelPool pool(long contextTokens, long maxInputTokens) {
        var price = Price.perMillionTokens("1", "1", "2");
        var spec = ModelSpec.of("small", price)
                .withTokens(
                        TokenBounds.of(contextTokens, maxInputTokens, 4 * CAP).boundByBytes());
        return ModelPool.builder(model, "small")
                .catalog(ModelCatalog.of(List.of(spec)))
                .build();
    }

    private static ModelRequest request(int bytes) {
        return new MergePrompt("small", "Merge.", ANSWER.output(), Effort.LOW)
                .first("goal", "", "x".repeat(bytes), CAP);
    }

    private static long repairBytes(int bytes) {
        return MergePrompt.longestRepair(request(bytes)).inputBytes();
    }

    @Test
    void largest_isTheMostWhoseRepairTheModelCanRead() {
        assertThat(largest(pool(1_000_000, repairBytes(700)))).isEqualTo(700);
    }

    @Test
    void largest_leavesTheSecondAnswerItsPlaceInTheContext() {
        assertThat(largest(pool(repairBytes(700) + 2 * CAP, 900_000))).isEqualTo(700);
    }

    @Test
    void largest_isTheMostThatCanBePaidTwice() {
        var pool = pool(1_000_000, 900_000);
        Money both = pool.worstCase(request(700))
                .plus(pool.worstCase(request(700).withMaxOutputTokens(2 * CAP))
                        .atLeast(pool.worstCase(MergePrompt.longestRepair(request(700)))));

        assertThat(MergeSize.largest(pool, both, 2_000, MergeSizeTest::request)).isEqualTo(700);
        assertThat(MergeSize.largest(pool, both.minus(Money.ofPico(1)), 2_000, MergeSizeTest::request))
                .isEqualTo(699);
    }

    private static int largest(ModelPool pool) {
        return MergeSize.largest(pool, Money.usd("100"), 2_000, MergeSizeTest::request);
    }

    @Test
    void longestRepair_isLongerThanAnyThatIsMade() {
        var first = request(10);
        // three bytes for each UTF-16 unit is the most that UTF-8 takes
        var reply = ModelReply.of("small", "\u20ac".repeat(1_000_000), TokenUsage.NONE);

        for (String defect : List.of("\u20ac".repeat(10_000), "\n".repeat(10_000), "\"".repeat(10_000))) {
            long repair = MergePrompt.repair(first, reply, List.of(defect)).inputBytes();
            assertThat(repair)
                    .isLessThanOrEqualTo(MergePrompt.longestRepair(first).inputBytes());
        }
    }

    @Test
    void quote_readsFourBytesAsAToken_andNeverExpectsMoreThanTheWorst() {
        var pool = pool(1_000_000, 900_000);
        var limits = Limits.DEFAULT;
        var none = new MergeLoad("goal", "", CountRange.of(0), ModelPools.of(pool), limits);
        var more = new MergeLoad("goal", "", CountRange.of(4_000), ModelPools.of(pool), limits);

        Money first = MergeSize.quote(pool, ASKING, none).cost().expected();
        Money second = MergeSize.quote(pool, ASKING, more).cost().expected();

        assertThat(second.minus(first)).as("1,000 tokens at $1 a million").isEqualTo(Money.usd("0.001"));
    }

    @Test
    void quote_ofCodeOfYourOwn_isNothing_unlessItSpends() {
        var load = new MergeLoad("goal", "", CountRange.of(10), ModelPools.of(pool(10_000, 9_000)), Limits.DEFAULT);

        assertThat(spending(Money.ZERO, false).quote(load)).isEqualTo(Quote.NOTHING);
        assertThat(spending(Money.ZERO, true).quote(load).cost())
                .isEqualTo(new CostRange(Money.ZERO, Money.ZERO, CostRange.MOST));
        assertThat(spending(Money.usd("0.01"), false).quote(load).cost())
                .isEqualTo(new CostRange(Money.ZERO, Money.usd("0.01"), CostRange.MOST));
    }

    private static Merger<String> spending(Money least, boolean callsModel) {
        return new Merger<>() {
            @Override
            public Merged<String> merge(MergeInput input, MergeTerms terms) {
                return Merged.of("");
            }

            @Override
            public boolean callsModel() {
                return callsModel;
            }

            @Override
            public Money leastCost(ModelPools pools, Limits limits) {
                return least;
            }
        };
    }
}
