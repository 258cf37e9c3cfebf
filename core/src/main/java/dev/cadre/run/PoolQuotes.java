// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.schedule.FirstCallQuotes;
import dev.cadre.schedule.KeptOutputs;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.PoolChoice;
import dev.cadre.worker.RungTask;
import dev.cadre.worker.SubtaskWorker;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What first calls may cost at the prices of these pools. */
public record PoolQuotes(ModelPools pools, Limits limits) implements FirstCallQuotes {
    /** Stands for the id of the subtask, which a quote does not depend on. */
    private static final String ANY = "quote";

    public static PoolQuotes of(RunSettings settings) {
        return new PoolQuotes(settings.pools(), settings.limits());
    }

    @Override
    public Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
        return firstCall(type, input, tier).orElseThrow(() -> {
            // the pools say it in their own words
            PoolChoice.of(pools, type, tier);
            return new IllegalStateException("tier " + tier + " has a model, but no quote");
        });
    }

    @Override
    public boolean isBound(SubtaskType<?, ?> type, Tier tier) {
        return PoolChoice.isBound(pools, type, tier);
    }

    /** What the first call of a type may cost, or empty if no model is bound to the tier. */
    Optional<Money> firstCall(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
        var worker = SubtaskWorker.of(pools);
        return input == null
                ? worker.firstCall(type, tier, limits)
                : worker.firstCall(RungTask.first(type, input, ANY, tier), limits);
    }

    /**
     * The first call of the cheapest subtask that waits for no other, without what is attached to its input, for which the
     * user's code would have to be called; nothing if no input is known.
     */
    public Money cheapestStart(List<GraphNode> nodes) {
        return nodes.stream()
                .filter(node -> node.dependencies().isEmpty())
                .flatMap(this::starts)
                .min(Comparator.naturalOrder())
                .orElse(Money.ZERO);
    }

    private Stream<Money> starts(GraphNode node) {
        var kept = KeptOutputs.of(node, limits.tools().outputBytes());
        return GraphEstimate.knownInputs(node).stream()
                .flatMap(List::stream)
                .map(input -> start(kept.reading(input), input));
    }

    private Money start(SubtaskType<?, ?> type, Object input) {
        Tier tier = type.isModelWork() ? type.tiers().start() : Tier.NANO;
        return firstCall(type, input, tier).orElse(Money.ZERO);
    }

    /** The worst case of the cheapest first call that a type may make, down to its floor; empty if it has no model at all. */
    public Optional<Money> least(SubtaskType<?, ?> type) {
        for (Tier tier : Tier.values()) {
            Optional<Money> quote = type.tiers().include(tier) ? firstCall(type, null, tier) : Optional.<Money>empty();
            if (quote.isPresent()) {
                return quote;
            }
        }
        return Optional.empty();
    }
}
