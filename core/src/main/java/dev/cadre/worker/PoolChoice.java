// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.Attachment;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.pool.CostCalculator;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Chooses the pool that makes the calls of a rung, before the first of them: by the type, the attachments and the size of
 * the input, never by load, so that a run that is resumed or estimated chooses the same. Carries no compatibility promise.
 *
 * @param type work of a model
 * @param candidates the pools that may make its calls on one tier: the one that the type names, or the tier's own and
 *     those behind it
 */
public record PoolChoice(SubtaskType<?, ?> type, List<ModelPool> candidates) {

    /**
     * The choice for a type on a tier.
     *
     * @throws IllegalStateException if no pool has the name that the type gives, or no model is bound to the tier
     */
    public static PoolChoice of(ModelPools pools, SubtaskType<?, ?> type, Tier tier) {
        String name = type.tiers().pools().get(tier);
        if (name == null) {
            var own = Stream.of(pools.pool(tier));
            var behind = pools.behind(tier).stream().map(pools::pool);
            return new PoolChoice(type, Stream.concat(own, behind).distinct().toList());
        }
        if (!pools.names().contains(name)) {
            throw new IllegalStateException(
                    "subtask type '%s' runs on pool '%s' for tier %s, but the named pools are %s: add it with ModelPools.Builder.named"
                            .formatted(type.name(), name, tier, pools.names()));
        }
        return new PoolChoice(type, List.of(pools.pool(name)));
    }

    /** Whether a type has a pool on a tier: one that it names, or that of the tier. */
    public static boolean isBound(ModelPools pools, SubtaskType<?, ?> type, Tier tier) {
        return type.tiers().pools().containsKey(tier) || pools.tiers().contains(tier);
    }

    /** The tiers that a type may come to run on and has a pool for, in ascending order. */
    public static List<Tier> tiers(ModelPools pools, SubtaskType<?, ?> type) {
        return Stream.of(Tier.values())
                .filter(tier -> type.tiers().include(tier) && isBound(pools, type, tier))
                .toList();
    }

    /** The ids of the models of all candidates, in the order in which they are tried. */
    public List<String> models() {
        return candidates.stream().map(ModelPool::model).distinct().toList();
    }

    /** Whether a model has what the tools of the type need. */
    public boolean isCapable(ModelPool pool) {
        return pool.spec().capabilities().containsAll(type.needs());
    }

    /**
     * The candidates that can do the work for a known price, whatever its input; the first of all if none can, which fails
     * in its own words.
     */
    public List<ModelPool> able(Limits limits) {
        if (candidates.size() == 1 || !(type.work() instanceof Work.Model<?, ?> work)) {
            return candidates.subList(0, 1);
        }
        FirstRequest plain = FirstRequest.withoutInput(type, work, limits);
        List<ModelPool> able = candidates.stream()
                .filter(pool -> isCapable(pool) && isOffered(pool, plain.to(pool)))
                .toList();
        return able.isEmpty() ? candidates.subList(0, 1) : able;
    }

    /**
     * The pool that makes the calls of a rung, and after it those that take over, in this order, if its first call is
     * refused as too long. Never empty.
     *
     * @throws dev.cadre.json.JsonException if the input does not fit its type, or its attachments cannot be made
     */
    List<ModelPool> inTurn(RungTask task, Limits limits) {
        return candidates.size() > 1 && type.work() instanceof Work.Model<?, ?> work
                ? inTurn(new FirstRequest(type, work, task.shownInput(), task.attachments(), task.evidence(), limits))
                : candidates;
    }

    /** The same for a request. */
    List<ModelPool> inTurn(FirstRequest first) {
        return inTurn(first, 0);
    }

    /** The same for a request whose text is longer by this number of bytes. */
    List<ModelPool> inTurn(FirstRequest first, long moreBytes) {
        List<ModelPool> able = able(first.limits());
        if (able.size() == 1) {
            return able;
        }
        ModelPool chosen = able.stream()
                .filter(pool -> fits(pool, first.to(pool), moreBytes))
                .findFirst()
                .or(() -> able.stream() // the best that there is fails in its own words
                        .filter(pool -> sees(pool, first.to(pool)))
                        .findFirst())
                .orElse(able.getFirst());
        var turn = new ArrayList<>(List.of(chosen));
        for (ModelPool pool : able.subList(able.indexOf(chosen) + 1, able.size())) {
            if (turn.stream().allMatch(refused -> mayBeLarger(pool, refused)) && reads(pool, first.to(pool))) {
                turn.add(pool);
            }
        }
        return turn;
    }

    private static boolean fits(ModelPool pool, ModelRequest request, long moreBytes) {
        // no bound: the usual text that fits is sent, and the unusual one that is refused goes on
        long input = CostCalculator.inputEstimate(request, moreBytes);
        TokenBounds tokens = pool.spec().tokens();
        return input <= tokens.maxInput()
                && input <= tokens.context() - request.maxOutputTokens()
                && reads(pool, request);
    }

    /** Whether a model sees the pictures of a request, and they and its files have a known bound or are counted. */
    private static boolean reads(ModelPool pool, ModelRequest request) {
        if (request.attachments().isEmpty()) {
            return true;
        }
        return sees(pool, request) && (pool.countsInput() || isBounded(pool, request));
    }

    private static boolean sees(ModelPool pool, ModelRequest request) {
        return pool.spec().can(Capability.VISION)
                || request.attachments().stream().noneMatch(Attachment.Image.class::isInstance);
    }

    private static boolean isBounded(ModelPool pool, ModelRequest request) {
        try {
            pool.worstCase(request);
            return true;
        } catch (UnpricedException | ArithmeticException unbounded) {
            return false;
        }
    }

    private static boolean isOffered(ModelPool pool, ModelRequest request) {
        try {
            pool.worstCase(request);
            return true;
        } catch (UnpricedException.OfSize brokenClient) {
            return true; // it has a price, and its calls fail one by one
        } catch (UnpricedException | ArithmeticException unpriced) {
            return false;
        }
    }

    /** A context of unknown size may be larger than any, and than what a refused pool of unknown size has. */
    private static boolean mayBeLarger(ModelPool pool, ModelPool refused) {
        return window(pool) == TokenBounds.UNKNOWN
                || window(refused) == TokenBounds.UNKNOWN
                || window(pool) > window(refused);
    }

    private static long window(ModelPool pool) {
        TokenBounds tokens = pool.spec().tokens();
        return Math.min(tokens.context(), tokens.maxInput());
    }
}
