// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A subtask, or one item of it, on its way up the tiers. */
final class Execution {
    final Subtask subtask;
    final int item;
    final Object input;
    /** That of the node, with what its model reads of the input by range. */
    final SubtaskType<?, ?> type;

    Tier tier;
    int rung;
    /** The worst case of a first call on each tier that somebody asked for. */
    final Map<Tier, Money> needs = new EnumMap<>(Tier.class);

    /** Why the answer of an earlier rung was not accepted; null if there was none. */
    @Nullable
    Failure rejected;

    @Nullable
    Outcome<Object> outcome;

    /** Whether it waits for what is on record of it, or for what its work is made of. */
    boolean isUnmade;

    /** Whether an earlier session took it among those that were enough. */
    boolean wasTaken;

    Execution(Subtask subtask, int item, Object input) {
        this(subtask, item, input, subtask.node.type());
    }

    Execution(Subtask subtask, int item, Object input, SubtaskType<?, ?> type) {
        this.subtask = subtask;
        this.item = item;
        this.input = input;
        this.type = type;
        this.tier = subtask.node.type().tiers().start();
    }

    /** What its code waits for; empty if for nothing. */
    Optional<String> awaited() {
        return awaited(outcome);
    }

    /** What this end waits for; empty if for nothing. */
    static Optional<String> awaited(@Nullable Outcome<?> outcome) {
        return outcome instanceof Outcome.Skipped<?>(Skip skip) && skip.kind() == Skip.Kind.AWAITED
                ? Optional.of(skip.message())
                : Optional.empty();
    }

    RungId id() {
        return new RungId(subtask.id(), item, rung);
    }

    /** The place in plan order: by subtask, then by item. */
    long order() {
        return ((long) subtask.position << Integer.SIZE) + Math.max(item, 0);
    }
}
