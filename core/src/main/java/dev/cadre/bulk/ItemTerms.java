// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.record.KnownWork;
import dev.cadre.record.RunCache;
import dev.cadre.record.RunRecord;
import dev.cadre.run.Attachments;
import dev.cadre.run.RungPerformer;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What all items of a bulk run are performed with. Safe for use by many threads.
 *
 * @param packs how several items go into one call, if they do
 * @param record the journal's record of the run, if there is a journal
 * @param cache the outcome cache, if there is one
 * @param sink receives the events of the items
 */
record ItemTerms<I, O>(
        SubtaskType<I, O> type,
        Optional<PackedType<I, O>> packs,
        Optional<RunRecord> record,
        Optional<RunCache> cache,
        Means means,
        BudgetGuard money,
        Consumer<RunEvent> sink) {

    /** Threads, clocks and the like. */
    record Means(
            String runId, RungPerformer performer, RungThreads threads, Attachments attachments, ItemRun.Times times) {}

    /** Whether something may be known of an item before it is performed. */
    boolean mayBeKnown() {
        return record.isPresent() || (cache.isPresent() && type.mayBeCacheable());
    }

    /** What is known of an item. */
    KnownWork known(String key, I input, Attached.Made attached) {
        return KnownWork.of(
                record.map(kept -> kept.work(key, type, kept.input(type, input), attached)),
                cache.flatMap(shared -> shared.of(key, type, input, attached)));
    }

    PackedType<I, O> pack() {
        return packs.orElseThrow();
    }

    RungThreads threads() {
        return means.threads;
    }

    Attachments attachments() {
        return means.attachments;
    }

    /**
     * The work for one input.
     *
     * @param type that of the run, or of a pack of its items
     * @param key by which events and calls name it
     */
    <J, P> ItemRun<J, P> item(
            SubtaskType<J, P> type, String key, long index, KnownWork kept, Consumer<RunEvent> events) {
        return new ItemRun<>(
                means.performer, type, new ItemRun.Place(means.runId, key, index), means.times, money, kept, events);
    }
}
