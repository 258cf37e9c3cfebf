// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Thrown;
import dev.cadre.run.PoolQuotes;
import dev.cadre.run.StopReason;
import dev.cadre.schedule.FirstCallQuotes;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The parts of a bulk run for an engine that decides it elsewhere: machines of items, the rules by which it stops, and its
 * counts. Nothing in here reads a clock, draws a random number or starts a thread; what is asked of the pools is asked
 * through {@link #quotes} and {@link #obstacle} alone. Belongs to one thread. The rungs are performed by {@link
 * dev.cadre.EngineRung}.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
@SuppressWarnings("exports") // for the library's own modules
public final class EngineBulk<I, O> {
    private final Bulk<I, O> bulk;
    private final String runId;
    private final Supplier<Duration> sinceStart;
    private final BulkProgress<O> progress;

    /**
     * A run that has begun, perhaps in another history.
     *
     * @param runId is part of every event
     * @param listener hears the events of the run, as those of the coordinator do here
     * @param each receives every item when it has ended
     */
    public EngineBulk(
            Bulk<I, O> bulk,
            String runId,
            Supplier<Duration> sinceStart,
            RunListener listener,
            Consumer<? super BulkItem<O>> each) {
        this.bulk = bulk;
        this.runId = runId;
        this.sinceStart = sinceStart;
        progress = new BulkProgress<>(
                BulkProgress.Subject.of(bulk, runId),
                bulk.runs()::masked,
                listener,
                bulk.runs().faults(),
                sinceStart,
                each);
    }

    /** The listeners of the coordinator that the bulk is of. */
    public static RunListener listener(Bulk<?, ?> bulk) {
        return bulk.runs().listener();
    }

    /** The type of the items of a bulk. */
    public static <I, O> SubtaskType<I, O> type(Bulk<I, O> bulk) {
        return bulk.type();
    }

    /** The type of its items. */
    public SubtaskType<I, O> type() {
        return bulk.type();
    }

    /** Why {@link Bulk#run} would refuse to begin; empty if it would not. */
    public Optional<String> obstacle() {
        try {
            bulk.shutdowns().requireNone();
            return Optional.empty();
        } catch (RuntimeException refused) {
            return Optional.of(Thrown.message(refused));
        }
    }

    /** What first calls may cost by the coordinator's pools at this moment. */
    public FirstCallQuotes quotes() {
        return PoolQuotes.of(bulk.runs());
    }

    /** The time of a run whose budget has no deadline. */
    public Duration defaultDeadline() {
        return bulk.runs().limits().deadline();
    }

    /** Goes on with what an earlier history counted and booked. */
    public void wentOn(BulkSummary.Counts counts, Spend booked) {
        progress.countedBefore(counts);
        progress.tally().bookedBefore(booked);
    }

    /** The run has begun. */
    public void started(Money limit) {
        progress.started(limit, bulk.shutdowns());
    }

    /** An input was taken. */
    public void admitted(String key) {
        progress.admitted(key);
    }

    /** The machine of an item that is to begin. */
    public ItemMachine<I, O> item(String key, I input, FirstCallQuotes quotes, LedgerState money, long startNanos) {
        return new ItemMachine<>(runId, key, bulk.type(), input, quotes, money, startNanos, progress::tell);
    }

    /** Counts a call or a spend of which the listeners were told where it happened. */
    public void book(RunEvent event) {
        progress.tally().on(event);
    }

    /** Counts an event, and tells the listeners of it. */
    public void tell(RunEvent event) {
        progress.tell(event);
    }

    /** An item has ended. */
    public void ended(long index, String key, ItemMachine.Step.Ended<O> end, Spend spend) {
        end.outage().ifPresent(because -> paused(end.outcome(), because));
        progress.ended(new BulkItem<>(index, key, end.outcome(), spend, Origin.SESSION));
    }

    private void paused(Outcome<O> outcome, ModelException because) {
        progress.stop(StopReason.paused(outcome, because));
    }

    /** An input was taken that is not tried, for the reason for which the run stops. */
    public void notStarted(long index, String key) {
        Skip why = progress.notStarted();
        progress.ended(new BulkItem<>(index, key, new Outcome.Skipped<>(why), Spend.NONE, Origin.SESSION));
    }

    /** An input was taken that cannot be read. */
    public void unread(long index, String key, String why) {
        Outcome<O> outcome = Outcome.failed(Failure.Kind.INVALID_INPUT, why);
        progress.ended(new BulkItem<>(index, key, outcome, Spend.NONE, Origin.SESSION));
    }

    /** The time is up: no further item begins. */
    public void timeUp() {
        progress.stop(new StopReason.Deadline());
    }

    /** Somebody has cancelled the run: no further item begins. */
    public void cancelled() {
        progress.stop(new StopReason.Cancelled());
    }

    /** Whether further items may begin. */
    public boolean isOpen() {
        return progress.isOpen();
    }

    /** How many items ended, and how. */
    public BulkSummary.Counts counts() {
        return progress.counts();
    }

    /** What calls have cost by their own word, with attempts and tokens. */
    public Spend booked() {
        return progress.tally().booked();
    }

    /**
     * What all of the run has spent.
     *
     * @param booked the money that was booked for it, which has the last word; attempts and tokens are those of its events
     */
    public Spend spent(Money limit, Spend booked) {
        var sums = new LedgerState(limit, booked.settled(), booked.forfeited(), Money.ZERO, Money.ZERO, true);
        return progress.tally().session(sums, Money.ZERO);
    }

    /** {@code complete} if every input was taken and succeeded, {@code failed} if nothing did, else {@code partial}. */
    public String status() {
        return progress.status();
    }

    /** The run has ended. */
    public void ended(Money spent) {
        progress.runEnded(spent);
    }

    /** Why it has stopped. */
    public EngineBulkResult.Stopped stopped() {
        return EngineBulkResult.Stopped.of(progress.stop());
    }

    @Override
    public String toString() {
        return "EngineBulk[%s, %s, %s]".formatted(runId, progress.counts(), sinceStart.get());
    }
}
