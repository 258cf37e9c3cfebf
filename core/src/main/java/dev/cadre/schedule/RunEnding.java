// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.merge.Merged;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param merged the answer with its citations and notes; present if the status is complete or partial
 * @param failure present if the status is failed
 * @param outcomes every subtask's end, in plan order
 * @param items the end of each item of the fan-outs that began, by {@code id#index}, in plan order, whatever became of the
 *     whole
 * @param missing what the answer lacks; of a suspended run, what it waits for
 * @param planNotes the defects that were found in the plan, why it was planned again, and what stands in whose place, in the
 *     order in which that came to be known
 */
public record RunEnding(
        RunStatus status,
        @Nullable Merged<?> merged,
        @Nullable RunFailure failure,
        Map<String, Outcome<?>> outcomes,
        Map<String, Outcome<?>> items,
        List<Missing> missing,
        List<String> planNotes) {

    public RunEnding {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
        items = Collections.unmodifiableMap(new LinkedHashMap<>(items));
        missing = List.copyOf(missing);
        planNotes = List.copyOf(planNotes);
    }

    /** The same ending with the messages of failures and the notes as a masker leaves them; values stay. */
    public RunEnding maskedBy(UnaryOperator<String> masker) {
        return new RunEnding(
                status,
                merged == null ? null : merged.maskedBy(masker),
                failure == null ? null : failure.maskedBy(masker),
                masked(outcomes, masker),
                masked(items, masker),
                missing.stream().map(each -> each.maskedBy(masker)).toList(),
                planNotes.stream().map(masker).toList());
    }

    private static Map<String, Outcome<?>> masked(Map<String, Outcome<?>> outcomes, UnaryOperator<String> masker) {
        Map<String, Outcome<?>> masked = new LinkedHashMap<>();
        outcomes.forEach((id, outcome) -> masked.put(id, outcome.maskedBy(masker)));
        return masked;
    }

    /** The answer; null if the run failed. */
    public @Nullable Object answer() {
        return merged == null ? null : merged.answer();
    }
}
