// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.task.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a journal says of the output of a race, a quorum, a repetition, or a fan-out of which a part was enough.
 *
 * @param took the ids of the subtasks whose outputs it is made of; of a fan-out the work of its items
 * @param without the ids of those that are not needed because of it
 */
record Joined(List<String> took, List<String> without) {
    /**
     * Empty if the entry is the end of something else.
     *
     * @param goal that of the run's start; null if that is not on record
     */
    static Optional<Joined> of(@Nullable Fingerprint goal, JournalEntry.Ended ended) {
        boolean isJoin =
                goal != null && ended.fingerprint().equals(Fingerprint.of(goal.hex(), "join")); // as a run writes it
        return isJoin && ended.outcome() instanceof Outcome.Succeeded<String>(String json)
                ? Optional.of(new Joined(
                        strings(json, "took").orElse(List.of()),
                        strings(json, "without").orElse(List.of())))
                : Optional.empty();
    }

    /** The strings of a list in an object; empty if there is none, whatever else the text is. */
    static Optional<List<String>> strings(String json, String field) {
        try {
            return Json.parse(json) instanceof Json.Obj object
                            && object.fields().get(field) instanceof Json.Arr list
                    ? Optional.of(list.items().stream()
                            .filter(Json.Str.class::isInstance)
                            .map(text -> ((Json.Str) text).value())
                            .toList())
                    : Optional.empty();
        } catch (JsonException other) {
            return Optional.empty();
        }
    }

    /**
     * The output as JSON; of a repetition that of its last round. Who it is made of, where outputs are missing or too long.
     *
     * @param type that of the join
     * @param outputs as JSON, by the labels of subtasks
     * @param room the most characters of a list of outputs: lists of lists may be long, however short a journal is
     */
    String output(String type, Map<String, String> outputs, long room) {
        List<String> known =
                took.stream().map(outputs::get).filter(Objects::nonNull).toList();
        if (known.isEmpty() || known.size() < took.size()) {
            return Json.strings(took).write();
        }
        if (!isList(type)) {
            return known.getLast();
        }
        long length = known.stream().mapToLong(String::length).sum();
        return length > room ? Json.strings(took).write() : "[%s]".formatted(String.join(",", known));
    }

    /** Whether the output of a join is a list of outputs. */
    static boolean isList(String type) {
        return type.equals("quorum");
    }
}
