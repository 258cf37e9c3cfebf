// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.price.Spend;
import dev.cadre.task.Binding;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The record of the joins of a graph: whom each has done without, so that a later session does without them, too. */
public final class JoinRecord {
    private JoinRecord() {}

    /** Takes down that a join has its output; does not wait until that is durable. */
    public static CompletableFuture<Void> joined(RunRecord record, String join, List<String> without) {
        return record.submit(new JournalEntry.Ended(
                key(record, join),
                record.identity(),
                new Outcome.Succeeded<>(Json.strings(without).write()),
                Spend.NONE));
    }

    /** Whom the joins of a graph have done without. What cannot be read says nothing: they are tried again. */
    public static Set<String> without(RunRecord record, List<GraphNode> nodes) {
        Set<String> without = new HashSet<>();
        for (GraphNode node : nodes) {
            if (node.binding() instanceof Binding.Join) {
                without.addAll(without(record, node.id()));
            }
        }
        return without;
    }

    private static List<String> without(RunRecord record, String join) {
        Optional<String> taken =
                record.recall(key(record, join), record.identity()).flatMap(Outcome::ifSucceeded);
        try {
            return taken.isPresent() && Json.parse(taken.get()) instanceof Json.Arr ids
                    ? ids.items().stream()
                            .filter(Json.Str.class::isInstance)
                            .map(id -> ((Json.Str) id).value())
                            .toList()
                    : List.of();
        } catch (JsonException unreadable) {
            return List.of();
        }
    }

    private static JournalKey key(RunRecord record, String join) {
        return JournalKey.of(record.run(), join);
    }
}
