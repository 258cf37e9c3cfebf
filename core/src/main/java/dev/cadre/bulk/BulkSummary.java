// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.RunReport;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a bulk run did.
 *
 * @param counts how many items ended, and how
 * @param costs what they cost
 * @param ending why no more inputs were pulled, and what that left
 */
public record BulkSummary(Counts counts, Costs costs, Ending ending) {

    /**
     * How many items ended, and how.
     *
     * @param succeeded how many have a value, reused ones included
     * @param failed how many were tried and have none
     * @param skipped how many were pulled but never tried
     * @param reused how many were taken from the journal
     * @param cached how many were taken from an outcome cache
     * @param batches how many batches of the provider this session submitted
     */
    public record Counts(long succeeded, long failed, long skipped, long reused, long cached, long batches) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

        Counts plus(BulkItem<?> item) {
            long reusedNow = reused + (item.reused() ? 1 : 0);
            long cachedNow = cached + (item.fromCache() ? 1 : 0);
            return switch (item.outcome()) {
                case dev.cadre.task.Outcome.Succeeded<?> yes ->
                    new Counts(succeeded + 1, failed, skipped, reusedNow, cachedNow, batches);
                case dev.cadre.task.Outcome.Failed<?> no ->
                    new Counts(succeeded, failed + 1, skipped, reusedNow, cachedNow, batches);
                case dev.cadre.task.Outcome.Skipped<?> never ->
                    new Counts(succeeded, failed, skipped + 1, reusedNow, cachedNow, batches);
            };
        }

        @Override
        public String toString() {
            String fromJournal = reused == 0 ? "" : ", %d of them from the journal".formatted(reused);
            String fromCache = cached == 0 ? "" : ", %d of them from the cache".formatted(cached);
            String submitted = batches == 0 ? "" : ", %d batches".formatted(batches);
            return "%d succeeded, %d failed, %d skipped%s%s%s"
                    .formatted(succeeded, failed, skipped, fromJournal, fromCache, submitted);
        }

        Counts plusBatch() {
            return new Counts(succeeded, failed, skipped, reused, cached, batches + 1);
        }
    }

    /**
     * What the items cost.
     *
     * @param before what earlier sessions spent
     * @param session what this session spent
     * @param limit what all sessions together may spend
     * @param saved what the items from an outcome cache cost when they were made, by the word of the cache
     * @param breaches how providers broke their caps or prices in this session, the first thousand; none as a rule
     */
    public record Costs(Spend before, Spend session, Money limit, Money saved, List<BillingBreach> breaches) {
        public Costs {
            breaches = List.copyOf(breaches);
        }

        @Override
        public String toString() {
            String fromCache = saved.isZero() ? "" : ", %s saved by the cache".formatted(saved);
            return "spent %s of %s, %s of it before%s"
                    .formatted(before.plus(session), limit, before.total(), fromCache);
        }
    }

    /**
     * Why no more inputs were pulled, and what that left.
     *
     * @param pause why and until when nothing could be sent; null unless the reason is {@link Stop#PAUSED}
     * @param unrecorded what could not be recorded, and why; null unless the reason is {@link Stop#JOURNAL_FAILED}
     * @param notStarted the keys of the inputs that were pulled and never tried, in the order in which they were handed
     *     over as skipped: all others are in the stream still, which goes on with the input after them
     * @param abandoned names of threads that ignored their interrupt and may still run, the first thousand; the money of
     *     their calls counts as forfeited
     * @param notes one line for each tool that threw in this session, and for each note that replies had, as in {@link
     *     RunReport#notes()}
     */
    public record Ending(
            Stop stop,
            @Nullable Pause pause,
            @Nullable UnrecordedException unrecorded,
            List<String> notStarted,
            List<String> abandoned,
            List<String> notes) {
        public Ending {
            notStarted = List.copyOf(notStarted);
            abandoned = List.copyOf(abandoned);
            notes = List.copyOf(notes);
        }

        @Override
        public String toString() {
            String why = pause != null
                    ? ": " + Redactor.SHAPES.quote(pause.message())
                    : unrecorded != null ? ": " + Redactor.SHAPES.quote(String.valueOf(unrecorded.getMessage())) : "";
            String left = abandoned.isEmpty() ? "" : ", %d threads left behind".formatted(abandoned.size());
            return stop + why + left;
        }
    }

    /**
     * Why nothing could be sent any more.
     *
     * @param message one line that says until when and why
     * @param because the failure that stopped or paused the pool
     */
    public record Pause(String message, ModelException because) {}

    /** Why a bulk run pulled no more inputs. */
    public enum Stop {
        /** There were none. */
        END_OF_INPUT,
        /** The money did not reach for the next item, or the budget, or one around it, was closed. */
        BUDGET,
        /** The time was up. */
        DEADLINE,
        /**
         * The pool was stopped, by a bad key, an exhausted quota, an address that does not answer or a dearer model that
         * did, or paused by its provider beyond the deadline; or the provider cannot be asked for batches:
         * {@link BulkSummary#pause()} has the failure.
         */
        PAUSED,
        /**
         * It was told to stop by somebody who is not its caller, as a run on another engine can be. A run in this process
         * ends with an {@link InterruptedException} instead.
         */
        CANCELLED,
        /**
         * The journal could not be read or written, such as on a full disk, and nothing goes on unrecorded: {@link
         * BulkSummary#unrecorded()} has the failure. What was under way was interrupted.
         */
        JOURNAL_FAILED
    }

    /** One line: how many items ended and how, why no more were pulled, and what was spent. */
    @Override
    public String toString() {
        return "%d items: %s; %s; spent %s of %s".formatted(items(), counts, ending, spend().total(), limit());
    }

    /** How many items ended, whatever their outcome. */
    public long items() {
        return counts.succeeded + counts.failed + counts.skipped;
    }

    /** How many items have a value, reused ones included. */
    public long succeeded() {
        return counts.succeeded;
    }

    /** How many items were tried and have no value. */
    public long failed() {
        return counts.failed;
    }

    /** How many items were pulled but never tried. */
    public long skipped() {
        return counts.skipped;
    }

    /** How many items were taken from the journal. */
    public long reused() {
        return counts.reused;
    }

    /** How many items were taken from an outcome cache. */
    public long fromCache() {
        return counts.cached;
    }

    /** What the items from an outcome cache cost when they were made, by the word of the cache; this run did not pay it. */
    public Money saved() {
        return costs.saved;
    }

    /** How many batches of the provider this session submitted. */
    public long batches() {
        return counts.batches;
    }

    /**
     * What the run spent in all its sessions, which is what the limit bounds; forfeited money is the worst case of calls
     * whose real cost nobody knows.
     */
    public Spend spend() {
        return costs.before.plus(costs.session);
    }

    /** What this session spent; the same as {@link #spend()} unless the run was resumed. */
    public Spend sessionSpend() {
        return costs.session;
    }

    /** What all sessions together may spend. */
    public Money limit() {
        return costs.limit;
    }

    /** How providers broke their caps or prices in this session; none as a rule. */
    public List<BillingBreach> breaches() {
        return costs.breaches;
    }

    /** Why no more inputs were pulled. */
    public Stop stop() {
        return ending.stop;
    }

    /** Why and until when nothing could be sent, if that is why the run stopped. */
    public Optional<Pause> pause() {
        return Optional.ofNullable(ending.pause);
    }

    /** What could not be recorded, and why, if that is why the run stopped. */
    public Optional<UnrecordedException> unrecorded() {
        return Optional.ofNullable(ending.unrecorded);
    }

    /** The keys of the inputs that were pulled and never tried; they were handed over as skipped. */
    public List<String> notStarted() {
        return ending.notStarted;
    }

    /** Names of threads that ignored their interrupt and may still run. */
    public List<String> abandoned() {
        return ending.abandoned;
    }

    /** What else there is to know of this session: one line for each tool that threw, which its model was told. */
    public List<String> notes() {
        return ending.notes;
    }
}
