// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostRange;
import dev.cadre.price.Money;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.List;
import java.util.Optional;

/** The first call of a rung, before it is made. */
final class FirstCall {
    private static final String NO_INPUT = "{}";

    private FirstCall() {}

    static Optional<Money> worstCase(RungTask task, ModelPools pools, Limits limits) {
        try {
            return quoted(task.type(), task.tier(), task.shownInput(), task.evidence(), pools, limits);
        } catch (JsonException | UnpricedException unfit) {
            return Optional.of(Money.ZERO);
        }
    }

    static Optional<Money> worstCase(SubtaskType<?, ?> type, Tier tier, ModelPools pools, Limits limits) {
        try {
            return quoted(type, tier, NO_INPUT, "", pools, limits);
        } catch (UnpricedException.OfSize brokenClient) {
            return Optional.of(Money.ZERO);
        }
    }

    static void requirePriced(SubtaskType<?, ?> type, ModelPools pools, Limits limits) {
        if (!(type.work() instanceof Work.Model<?, ?> work)) {
            return;
        }
        for (Tier tier : PoolChoice.tiers(pools, type)) {
            ModelPool first = PoolChoice.of(pools, type, tier).able(limits).getFirst();
            requirePriced(first, FirstRequest.withoutInput(type, work, limits).to(first));
        }
    }

    private static void requirePriced(ModelPool pool, ModelRequest request) {
        try {
            pool.worstCase(request);
        } catch (UnpricedException.OfSize brokenClient) {
            // it has a price, and its calls fail one by one
        }
    }

    private static Optional<Money> quoted(
            SubtaskType<?, ?> type, Tier tier, String inputJson, String evidence, ModelPools pools, Limits limits) {
        return switch (type.work()) {
            case Work.Code<?, ?> code -> Optional.of(code.costPerCall());
            case Work.Model<?, ?> work when !PoolChoice.isBound(pools, type, tier) -> Optional.empty();
            case Work.Model<?, ?> work -> {
                var first = new FirstRequest(type, work, inputJson, List.of(), evidence, limits);
                ModelPool pool = PoolChoice.of(pools, type, tier).inTurn(first).getFirst();
                yield Optional.of(worstCase(pool, first.to(pool)));
            }
        };
    }

    private static Money worstCase(ModelPool pool, ModelRequest request) {
        try {
            return pool.worstCase(request);
        } catch (ArithmeticException beyondAllMoney) {
            return CostRange.MOST;
        }
    }
}
