// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Journal;
import dev.cadre.run.EventSink;
import dev.cadre.run.Nesting;
import dev.cadre.run.RunSettings;
import dev.cadre.worker.RungTask;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A graph or a goal as the runs nested in it know it: it reports their results, too. */
final class RunNesting extends Nesting {
    private final String label;
    private final NestedResults results;
    private final UnaryOperator<String> masker;

    RunNesting(
            RunSettings settings,
            Optional<Journal> journal,
            EventSink events,
            Place place,
            RungTask work,
            NestedResults results) {
        super(settings, journal, events, place, work);
        label = work.subtaskId();
        this.results = results;
        masker = settings::masked;
    }

    /**
     * A nested run has ended.
     *
     * @param input what it was started with, as canonical JSON
     */
    void ended(String input, RunResult<?> result) {
        results.add(NestedResult.of(label, input, result, masker));
    }
}
