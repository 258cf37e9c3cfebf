// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.model.Tier;
import dev.cadre.price.Spend;
import dev.cadre.schedule.EarlierOutcome;
import dev.cadre.task.Outcome;
import dev.cadre.worker.RungEnd;
import java.util.Optional;

/**
 * What a run may know of one piece of work before it does it: its record in the journal and its place in the outcome
 * cache, as far as there are such. The journal is asked first. For one thread at a time, save for {@link #leave}.
 */
public final class KnownWork {
    private final Optional<WorkRecord> record;
    private final Optional<WorkCache> cache;

    private KnownWork(Optional<WorkRecord> record, Optional<WorkCache> cache) {
        this.record = record;
        this.cache = cache;
    }

    public static KnownWork of(Optional<WorkRecord> record, Optional<WorkCache> cache) {
        return new KnownWork(record, cache);
    }

    /** Of work that is neither recorded nor cached. */
    public static KnownWork nothing() {
        return new KnownWork(Optional.empty(), Optional.empty());
    }

    /**
     * The outcome to go on with. One from the cache is made durable in the journal first: then it is an outcome of this run
     * like any other. May block.
     *
     * @throws InterruptedException if the run interrupted the calling thread
     */
    public Optional<EarlierOutcome> recall() throws InterruptedException {
        Optional<EarlierOutcome> earlier = recorded();
        return earlier.isPresent() ? earlier : cached();
    }

    /** What the journal has. */
    private Optional<EarlierOutcome> recorded() {
        return record.flatMap(WorkRecord::recall).map(EarlierOutcome::recorded);
    }

    /** What the cache has; see {@link #recall}. */
    public Optional<EarlierOutcome> cached() throws InterruptedException {
        Optional<WorkCache.Found> found =
                cache.isEmpty() ? Optional.empty() : cache.get().find();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Object value = found.get().value();
        try {
            Object made = record.isEmpty()
                    ? value
                    : record.get().taken(value, found.get().origin());
            return Optional.of(new EarlierOutcome(
                    new Outcome.Succeeded<>(made), found.get().origin()));
        } catch (UnrecordableException unfit) {
            return Optional.empty(); // as if it were not there
        }
    }

    /** The record in the journal, if there is one. */
    public Optional<WorkRecord> record() {
        return record;
    }

    /** Counts what the work costs, for whoever finds its outcome in the cache. */
    public void counted(Spend spend) {
        cache.ifPresent(place -> place.counted(spend));
    }

    /** Keeps an accepted output in the cache; does nothing with another end. May block. */
    public void keep(RungEnd end, Tier tier) {
        if (end instanceof RungEnd.Accepted(Object output)) {
            cache.ifPresent(place -> place.keep(output, tier));
        }
    }

    /** The run has its end: nothing is taken down any more. */
    public void leave() {
        record.ifPresent(WorkRecord::leave);
    }
}
