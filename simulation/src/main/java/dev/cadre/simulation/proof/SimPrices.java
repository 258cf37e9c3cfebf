// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.ModelClient;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungTask;
import dev.cadre.worker.SubtaskWorker;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The models and prices of every simulated world: those of the standard catalogue. */
public final class SimPrices {
    static final Limits LIMITS = Limits.DEFAULT.withMaxItems(SimGraph.MOST_ITEMS);

    private record Question(SubtaskType<?, ?> type, Tier tier) {}

    private static final ModelClient NOBODY = (request, context) -> {
        throw new IllegalStateException("a simulated world calls no client");
    };
    private static final ModelPools POOLS = ModelPools.of(
                    ModelPool.of(NOBODY, "gpt-5.4"),
                    ModelPool.of(NOBODY, "gpt-5.4-mini"),
                    ModelPool.of(NOBODY, "gpt-5.4-nano"))
            .toBuilder()
            .named(SimTypes.ELSEWHERE, ModelPool.of(NOBODY, "claude-haiku-4-5"))
            .build();
    private static final SubtaskWorker WORKER = SubtaskWorker.of(POOLS);
    private static final Map<Question, Money> WITHOUT_INPUT = new ConcurrentHashMap<>();

    private SimPrices() {}

    /** The pool of a tier's model, which nobody can call. */
    public static ModelPool pool(Tier tier) {
        return POOLS.pool(tier);
    }

    /** The pool of another provider. */
    static ModelPool elsewhere() {
        return POOLS.pool(SimTypes.ELSEWHERE);
    }

    /** A pool like another one at this price and with these limits, which nobody can call. */
    public static ModelPool unbound(ModelPool like, Price price, PoolLimits limits) {
        var builder = ModelPool.builder(NOBODY, like.model())
                .catalog(ModelCatalog.standard().with(like.spec()))
                .price(price)
                .maxParallel(limits.maxParallel());
        if (limits.requestsPerMinute() < PoolLimits.UNLIMITED) {
            builder.requestsPerMinute(limits.requestsPerMinute());
        }
        if (limits.tokensPerMinute() < PoolLimits.UNLIMITED) {
            builder.tokensPerMinute(limits.tokensPerMinute());
        }
        return builder.build();
    }

    /** What the first call of a rung may cost at most. */
    static Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
        return input == null
                ? WITHOUT_INPUT.computeIfAbsent(new Question(type, tier), SimPrices::withoutInput)
                : WORKER.firstCall(RungTask.first(type, input, "quote", tier), LIMITS)
                        .orElseThrow();
    }

    private static Money withoutInput(Question question) {
        return WORKER.firstCall(question.type(), question.tier(), LIMITS).orElseThrow();
    }
}
