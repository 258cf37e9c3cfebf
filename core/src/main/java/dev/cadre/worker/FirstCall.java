// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
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
        for (Tier tier : pools.tiers()) {
            if (type.tiers().include(tier)) {
                ModelPool pool = pools.pool(tier);
                requirePriced(pool, withoutInput(type, work, pool, limits));
            }
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
            case Work.Model<?, ?> work when !pools.tiers().contains(tier) -> Optional.empty();
            case Work.Model<?, ?> work -> {
                ModelPool pool = pools.pool(tier);
                yield Optional.of(worstCase(pool, request(type, work, inputJson, List.of(), evidence, pool, limits)));
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

    static ModelRequest withoutInput(SubtaskType<?, ?> type, Work.Model<?, ?> work, ModelPool pool, Limits limits) {
        return request(type, work, NO_INPUT, List.of(), "", pool, limits);
    }

    /** The first call as the pool sends it. */
    static ModelRequest request(
            SubtaskType<?, ?> type,
            Work.Model<?, ?> work,
            String inputJson,
            List<Attachment> attachments,
            String evidence,
            ModelPool pool,
            Limits limits) {
        return pool.filled(RungPrompt.first(
                type,
                work,
                inputJson,
                attachments,
                evidence,
                pool.model(),
                pool.spec().tokens().maxOutput(),
                limits));
    }
}
