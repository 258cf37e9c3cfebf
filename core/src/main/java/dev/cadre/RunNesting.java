// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Journal;
import dev.cadre.run.EventSink;
import dev.cadre.run.Nesting;
import dev.cadre.run.RunSettings;
import java.util.Optional;

/** A graph or a goal as the runs nested in it know it: it reports their results, too. */
final class RunNesting extends Nesting {
    private final String label;
    private final NestedResults results;

    RunNesting(RunSettings settings, Optional<Journal> journal, EventSink events, String label, NestedResults results) {
        super(settings, journal, events, label);
        this.label = label;
        this.results = results;
    }

    /** A nested run has ended. */
    void ended(RunResult<?> result) {
        results.add(new NestedResult(label, result));
    }
}
