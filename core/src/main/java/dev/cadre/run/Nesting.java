// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.cache.OutcomeCache;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.Journal;
import dev.cadre.task.OuterRun;
import dev.cadre.worker.RungTask;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A run as the runs nested in one rung of it know it: its depth, its journal, its cache and its listeners. */
public class Nesting extends OuterRun {
    private final RunSettings settings;
    private final Optional<Journal> journal;
    private final EventSink events;
    private final Place place;
    private final String label;
    private final Optional<RungTask> work;
    /** How many runs have begun in this rung that are alike. */
    private final Map<Object, Integer> begun = new ConcurrentHashMap<>();

    /**
     * What tells work apart from all other.
     *
     * @param beginning as {@link OuterRun#beginning}
     * @param work as {@link OuterRun#workId}
     */
    public record Place(String beginning, String work) {}

    /** Of the work of a rung. */
    public Nesting(RunSettings settings, Optional<Journal> journal, EventSink events, Place place, RungTask work) {
        this(settings, journal, events, place, work.subtaskId(), Optional.of(work));
    }

    private Nesting(
            RunSettings settings,
            Optional<Journal> journal,
            EventSink events,
            Place place,
            String label,
            Optional<RungTask> work) {
        this.settings = settings;
        this.journal = journal;
        this.events = events;
        this.place = place;
        this.label = label;
        this.work = work;
    }

    /** Of code that no run has called, such as a tool in a test: nothing is recorded around it. */
    public static Nesting outermost(RunSettings settings, EventSink events, String label) {
        return new Nesting(settings, Optional.empty(), events, new Place("", label), label, Optional.empty());
    }

    @Override
    public int nestingLeft() {
        return settings.limits().maxNesting();
    }

    @Override
    public int depth() {
        return settings.depth();
    }

    @Override
    public String beginning() {
        return place.beginning();
    }

    @Override
    protected String workId() {
        return place.work();
    }

    @Override
    public Optional<String> objection(Object output) {
        return work.flatMap(rung -> rung.objection(output));
    }

    /** The journal of the run, if it is recorded. */
    public Optional<Journal> journal() {
        return journal;
    }

    /** The outcome cache of the run, if it has one. */
    Optional<OutcomeCache> cache() {
        return settings.cache();
    }

    /** The rung; empty if no run has called the code. */
    public Optional<RungTask> work() {
        return work;
    }

    /** The number of a run that begins now, among those in this rung that are alike, from 1. */
    public int next(Object alike) {
        return begun.merge(alike, 1, Integer::sum);
    }

    /** Passes an event of a nested run on to the listeners of this one. Does not block; safe for use by many threads. */
    public void tell(RunEvent nested) {
        events.post(new RunEvent.Nested(events.runId(), events.sinceStart(), label, nested));
    }
}
