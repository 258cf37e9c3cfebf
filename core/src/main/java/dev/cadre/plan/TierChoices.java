// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The tiers of the subtasks of one plan: the planner's choices within the bounds of their types, judged by a policy. */
final class TierChoices {
    private record Choice(String type, Tier tier) {}

    private final TierPolicy policy;
    private final PassRates rates;
    private final Supplier<Money> free;
    /** One instance for each type and tier, so that what is known of it is looked up and not made again. */
    private final Map<Choice, SubtaskType<?, ?>> chosen = new HashMap<>();

    TierChoices(TierPolicy policy, PassRates rates, Supplier<Money> free) {
        this.policy = policy;
        this.rates = rates;
        this.free = free;
    }

    /** The tier of this name, in any case; empty if there is none. */
    static Optional<Tier> named(String name) {
        return Stream.of(Tier.values())
                .filter(tier -> tier.name().equalsIgnoreCase(name.strip()))
                .findFirst();
    }

    /** The names of the tiers that a planner may choose. */
    static List<String> names(SubtaskType<?, ?> type) {
        return type.tiers().choices().stream().map(PlannedJson::name).toList();
    }

    /** The subtask with a tier that its type allows; one that no tier has the name of stays, to be refused. */
    static PlannedSubtask withinBounds(PlannedSubtask planned, SubtaskType<?, ?> type, Consumer<String> note) {
        Optional<Tier> written = named(planned.tier());
        if (!type.tiers().isChoice()) {
            if (!planned.tier().isEmpty()) {
                note.accept(
                        "its type leaves no choice of tier: %s was passed over".formatted(Quoted.of(planned.tier())));
            }
            return planned.withTier("");
        }
        if (written.isEmpty()) {
            return planned;
        }
        Tier nearest = type.tiers().nearest(written.get());
        if (nearest != written.get()) {
            note.accept("tier %s was read as %s: its type allows %s"
                    .formatted(Quoted.of(planned.tier()), PlannedJson.name(nearest), String.join(", ", names(type))));
        }
        return planned.on(nearest);
    }

    /** The subtask with the tier that the policy decides on; the planner's own is left as it was written. */
    PlannedSubtask decided(PlannedSubtask planned, SubtaskType<?, ?> type, Consumer<String> note) {
        if (policy.equals(TierPolicy.PLANNER) || !type.tiers().isChoice()) {
            return planned;
        }
        Tier proposed =
                type.tiers().nearest(named(planned.tier()).orElse(type.tiers().start()));
        Tier decided = policy.choose(new TierPolicy.Proposal(planned, type, proposed, rates, free.get()));
        if (decided == null) {
            throw new PlanFailedException("the tier policy returned null for subtask '%s'".formatted(planned.id()));
        }
        if (type.tiers().nearest(decided) != decided) {
            throw new PlanFailedException("the tier policy chose %s for subtask '%s', whose type '%s' allows %s"
                    .formatted(decided, planned.id(), type.name(), type.tiers().choices()));
        }
        if (decided == proposed) {
            return planned;
        }
        note.accept("the tier policy put %s in place of %s"
                .formatted(PlannedJson.name(decided), PlannedJson.name(proposed)));
        return planned.on(decided);
    }

    /** The type as one of its subtasks runs it. */
    SubtaskType<?, ?> typeOf(PlannedSubtask planned, SubtaskType<?, ?> type) {
        return named(planned.tier())
                .<SubtaskType<?, ?>>map(tier ->
                        chosen.computeIfAbsent(new Choice(type.name(), tier), asked -> type.chosenOn(asked.tier())))
                .orElse(type);
    }

    /** Whether two subtasks are the same but for their tiers. */
    static boolean isSameWork(PlannedSubtask one, PlannedSubtask other) {
        return one.withTier(other.tier()).equals(other);
    }
}
