// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.FirstCallQuotes;
import dev.cadre.task.SubtaskType;
import io.temporal.workflow.Workflow;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What first calls may cost, as the worker knew when the run asked for the first time: it stands in the history, so that
 * other prices in another worker, or later, decide nothing of a run twice. Belongs to a workflow.
 */
final class RecordedQuotes implements FirstCallQuotes {
    private record Question(SubtaskType<?, ?> type, Tier tier) {}

    private static final Object UNKNOWN = new Object();

    private final FirstCallQuotes live;
    // only ever looked up, never iterated
    private final IdentityHashMap<Object, Map<Question, Money>> quotes = new IdentityHashMap<>();
    private final Map<Question, Boolean> bound = new HashMap<>();

    RecordedQuotes(FirstCallQuotes live) {
        this.live = live;
    }

    @Override
    public Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
        return quotes.computeIfAbsent(input == null ? UNKNOWN : input, first -> new HashMap<>())
                .computeIfAbsent(new Question(type, tier), asked -> ask(type, input, tier));
    }

    /** Asks for many inputs at once, which takes one event instead of one for each. */
    void askAll(SubtaskType<?, ?> type, List<?> inputs, Tier tier) {
        long[] all = Workflow.sideEffect(
                long[].class,
                () -> inputs.stream()
                        .mapToLong(input -> live.worstCase(type, input, tier).picoUsd())
                        .toArray());
        for (int i = 0; i < all.length; i++) {
            quotes.computeIfAbsent(inputs.get(i), first -> new HashMap<>())
                    .put(new Question(type, tier), Money.ofPico(all[i]));
        }
    }

    /** Forgets an input that has ended. */
    void forget(Object input) {
        quotes.remove(input);
    }

    private Money ask(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
        return Money.ofPico(Workflow.sideEffect(
                Long.class, () -> live.worstCase(type, input, tier).picoUsd()));
    }

    @Override
    public boolean isBound(SubtaskType<?, ?> type, Tier tier) {
        return bound.computeIfAbsent(
                new Question(type, tier), asked -> Workflow.sideEffect(Boolean.class, () -> live.isBound(type, tier)));
    }
}
