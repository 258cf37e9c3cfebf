// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;

/**
 * The outcomes as a model reads and cites them, in plan order, the items of a fan-out one by one. Their passages are
 * numbered from 1, through all of them.
 */
final class Evidence {
    private final List<Piece> pieces = new ArrayList<>();
    private int numbered;

    /**
     * One outcome.
     *
     * @param id the subtask, with {@code #index} for an item
     * @param reason why it brought nothing; empty if it succeeded
     * @param passages what it returned; empty if it did not succeed
     * @param first the number of its first passage
     * @param keptBytes the length of an outcome that is kept out of prompts; 0 if it is not
     */
    record Piece(String id, String type, String reason, List<Passage> passages, int first, long keptBytes) {
        boolean succeeded() {
            return reason.isEmpty();
        }

        /** The line above its passages. */
        String head() {
            return "## %s (%s)%s\n".formatted(id, type, succeeded() ? "" : ": no result: " + reason);
        }
    }

    /**
     * What there is to merge.
     *
     * @throws MergeFailedException if no subtask succeeded
     */
    static Evidence of(MergeInput input) {
        var evidence = new Evidence(input.outcomes());
        if (evidence.isEmpty()) {
            throw new MergeFailedException(nothingIn(input.outcomes()));
        }
        return evidence;
    }

    private static String nothingIn(List<SubtaskOutcome> outcomes) {
        long succeeded =
                outcomes.stream().filter(each -> each.outcome().isSucceeded()).count();
        return succeeded == 0
                ? "none of %d subtasks succeeded: there is nothing to merge".formatted(outcomes.size())
                : "%d of %d subtasks succeeded and returned nothing, as a fan-out over an empty list does: there is nothing to merge"
                        .formatted(succeeded, outcomes.size());
    }

    Evidence(List<SubtaskOutcome> outcomes) {
        outcomes.forEach(this::add);
    }

    List<Piece> pieces() {
        return pieces;
    }

    boolean isEmpty() {
        return pieces.stream().noneMatch(Piece::succeeded);
    }

    private void add(SubtaskOutcome subtask) {
        if (subtask.outcome() instanceof Outcome.Succeeded<?>(Items<?> items)) {
            int index = 0;
            for (Outcome<?> item : items.outcomes()) {
                add(subtask.id() + "#" + index++, subtask.type(), item);
            }
        } else if (!subtask.outcome().isNotNeeded()) {
            add(subtask.id(), subtask.type(), subtask.outcome());
        }
    }

    private void add(String id, SubtaskType<?, ?> type, Outcome<?> outcome) {
        List<Passage> passages = outcome.ifSucceeded()
                .map(value -> passages(type.outputType(), value))
                .orElse(List.of());
        String reason = passages.isEmpty() ? Excerpt.line(outcome.reason()) : "";
        pieces.add(new Piece(id, type.name(), reason, passages, numbered + 1, keptBytes(type, outcome)));
        numbered += passages.size();
    }

    private static long keptBytes(SubtaskType<?, ?> type, Outcome<?> outcome) {
        if (type.keptAbove().isEmpty()) {
            return 0;
        }
        long bytes = outcome.ifSucceeded()
                .map(value -> Packing.bytes(written(type.outputType(), value)))
                .orElse(0);
        return bytes > type.keptAbove().getAsLong() ? bytes : 0;
    }

    private static <O> String written(JsonType<O> type, Object value) {
        return described(type, value).write();
    }

    private static <O> List<Passage> passages(JsonType<O> type, Object value) {
        return Passage.of(described(type, value));
    }

    private static <O> Json described(JsonType<O> type, Object value) {
        return Marked.described(type, type.rawType().cast(value));
    }
}
