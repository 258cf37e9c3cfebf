// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.cache.OutcomeCache;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.Journal;
import dev.cadre.task.OuterRun;
import java.util.Optional;

/** A run as the runs nested in one piece of its work know it: its depth, its journal, its cache and its listeners. */
public class Nesting extends OuterRun {
    private final RunSettings settings;
    private final Optional<Journal> journal;
    private final EventSink events;
    private final String label;

    /** @param label the work, an item with its index */
    public Nesting(RunSettings settings, Optional<Journal> journal, EventSink events, String label) {
        this.settings = settings;
        this.journal = journal;
        this.events = events;
        this.label = label;
    }

    @Override
    public int nestingLeft() {
        return settings.limits().maxNesting();
    }

    @Override
    public int depth() {
        return settings.depth();
    }

    /** The journal of the run, if it is recorded. */
    public Optional<Journal> journal() {
        return journal;
    }

    /** The outcome cache of the run, if it has one. */
    Optional<OutcomeCache> cache() {
        return settings.cache();
    }

    /** Passes an event of a nested run on to the listeners of this one. Does not block; safe for use by many threads. */
    public void tell(RunEvent nested) {
        events.post(new RunEvent.Nested(events.runId(), events.sinceStart(), label, nested));
    }
}
