// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.price.Spend;
import dev.cadre.task.Binding;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The record of a join of a graph, or of a fan-out of which a part is enough: a later session takes the same outputs and
 * does without the same subtasks and items.
 *
 * @param took the ids of those whose outputs it is made of; of items their work, because they may stand elsewhere later
 * @param without the ids of those that are not needed because of it, and have no output
 */
public record JoinRecord(List<String> took, List<String> without) {
    private static final String TOOK = "took";
    private static final String WITHOUT = "without";

    public JoinRecord {
        took = List.copyOf(took);
        without = List.copyOf(without);
    }

    /** Takes down that a join has its output; does not wait until that is durable. */
    public CompletableFuture<Void> submit(RunRecord record, String join) {
        String written = Json.obj()
                .with(TOOK, Json.strings(took))
                .with(WITHOUT, Json.strings(without))
                .write();
        return record.submit(new JournalEntry.Ended(
                key(record, join), fingerprint(record), new Outcome.Succeeded<>(written), Spend.NONE));
    }

    /** The records of the joins of a graph, by the id of the join. One that cannot be read is none: its members are tried again. */
    public static Map<String, JoinRecord> all(RunRecord record, List<GraphNode> nodes) {
        var all = new TreeMap<String, JoinRecord>();
        for (GraphNode node : nodes) {
            if (isOnRecord(node.binding())) {
                recall(record, node.id()).ifPresent(join -> all.put(node.id(), join));
            }
        }
        return all;
    }

    private static boolean isOnRecord(Binding binding) {
        return switch (binding) {
            case Binding.One one -> false;
            case Binding.Each each -> each.stopsThere();
            case Binding.Join join -> true;
        };
    }

    private static Optional<JoinRecord> recall(RunRecord record, String join) {
        return record.recall(key(record, join), fingerprint(record))
                .flatMap(Outcome::ifSucceeded)
                .flatMap(JoinRecord::read);
    }

    private static Optional<JoinRecord> read(String written) {
        try {
            return Json.parse(written) instanceof Json.Obj join
                    ? Optional.of(new JoinRecord(ids(join, TOOK), ids(join, WITHOUT)))
                    : Optional.empty();
        } catch (JsonException unreadable) {
            return Optional.empty();
        }
    }

    private static List<String> ids(Json.Obj join, String field) {
        return join.fields().get(field) instanceof Json.Arr ids
                ? ids.items().stream()
                        .filter(Json.Str.class::isInstance)
                        .map(id -> ((Json.Str) id).value())
                        .toList()
                : List.of();
    }

    /** Apart from that of ends without a value: a session that is cut off before the join changes nothing. */
    private static Fingerprint fingerprint(RunRecord record) {
        return Fingerprint.of(record.identity().hex(), "join");
    }

    private static JournalKey key(RunRecord record, String join) {
        return JournalKey.of(record.run(), join);
    }
}
