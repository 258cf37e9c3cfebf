// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.List;
import java.util.Optional;

/** The price of a rung's first call, before it is made. */
final class FirstCall {
    /** What a usual text takes; the worst case knows better. */
    private static final long BYTES_PER_TOKEN = 4;

    private static final String NO_INPUT = "{}";

    private FirstCall() {}

    static Optional<CostRange> of(RungTask task, ModelPools pools, Limits limits) {
        try {
            return of(task.type(), task.tier(), task.inputJson(), task.evidence(), pools, limits);
        } catch (JsonException | UnpricedException unfit) {
            return Optional.of(CostRange.FREE);
        }
    }

    static Optional<CostRange> withoutInput(SubtaskType<?, ?> type, Tier tier, ModelPools pools, Limits limits) {
        return of(type, tier, NO_INPUT, "", pools, limits);
    }

    static void requirePriced(SubtaskType<?, ?> type, ModelPools pools, Limits limits) {
        if (!(type.work() instanceof Work.Model<?, ?> work)) {
            return;
        }
        for (Tier tier : pools.tiers()) {
            if (type.tiers().include(tier)) {
                ModelPool pool = pools.pool(tier);
                pool.worstCase(first(type, work, NO_INPUT, "", pool, limits));
            }
        }
    }

    private static Optional<CostRange> of(
            SubtaskType<?, ?> type, Tier tier, String inputJson, String evidence, ModelPools pools, Limits limits) {
        return switch (type.work()) {
            case Work.Code<?, ?> code -> Optional.of(CostRange.FREE);
            case Work.Model<?, ?> work when !pools.tiers().contains(tier) -> Optional.empty();
            case Work.Model<?, ?> work -> {
                ModelPool pool = pools.pool(tier);
                yield Optional.of(range(pool, first(type, work, inputJson, evidence, pool, limits)));
            }
        };
    }

    private static ModelRequest first(
            SubtaskType<?, ?> type,
            Work.Model<?, ?> work,
            String inputJson,
            String evidence,
            ModelPool pool,
            Limits limits) {
        return pool.filled(RungPrompt.first(
                type,
                work,
                inputJson,
                List.of(),
                evidence,
                pool.model(),
                pool.spec().maxOutputTokens(),
                limits));
    }

    static CostRange range(ModelPool pool, ModelRequest request) {
        Price price = pool.spec().price();
        long input = Math.ceilDiv(request.inputBytes(), BYTES_PER_TOKEN);
        Money worst = pool.worstCase(request);
        Money expected = price.cost(TokenUsage.of(input, request.maxOutputTokens() / 2), request.serviceTier())
                .atMost(worst);
        Money low = price.cost(new TokenUsage(input, input, 0, 0, 0), request.serviceTier())
                .atMost(expected);
        return new CostRange(low, expected, worst);
    }
}
