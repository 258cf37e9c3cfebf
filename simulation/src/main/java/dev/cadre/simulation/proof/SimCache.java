// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.price.Money;
import dev.cadre.schedule.EarlierOutcome;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.RunCommand;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tiers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What one run kept of its work, for another run of the same crew after it. */
final class SimCache implements EarlierOutcomes {
    private static final Duration AGE = Duration.ofHours(3);

    private record Work(String type, Tiers tiers, Object question) {
        static Work of(SubtaskType<?, ?> type, Object question) {
            return new Work(type.name(), type.tiers(), question);
        }
    }

    private record Kept(Object output, Money cost) {}

    private final Map<Work, Kept> kept = new HashMap<>();

    void keep(RunCommand.StartRung start, Object output, Money cost) {
        if (start.type().mayBeCacheable() && !start.type().tiers().start().isAbove(start.tier())) {
            kept.put(Work.of(start.type(), start.input()), new Kept(output, cost));
        }
    }

    @Override
    public Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
        return Optional.ofNullable(kept.get(Work.of(type, input)))
                .map(found -> new EarlierOutcome(
                        new Outcome.Succeeded<>(found.output()), new Origin.Cached(AGE, found.cost())));
    }

    @Override
    public boolean callsUserCode(SubtaskType<?, ?> type) {
        return type.mayBeCacheable();
    }
}
