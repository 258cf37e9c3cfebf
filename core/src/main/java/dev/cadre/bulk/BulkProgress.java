// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.record.RunRecord;
import dev.cadre.redact.FaultLog;
import dev.cadre.run.ModelShutdowns;
import dev.cadre.run.RunTally;
import dev.cadre.run.StopReason;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where the items of a bulk run go when they have ended, in either lane: into its counts, to its listener, to the caller;
 * and what is known of why it stops. Belongs to the calling thread.
 */
final class BulkProgress<O> {
    private final String runId;
    private final String type;
    private final Supplier<Duration> sinceStart;
    private final RunListener listener;
    private final RunTally tally = new RunTally();
    private final List<String> notStarted = new ArrayList<>();
    private final Set<Tier> ceilings = EnumSet.noneOf(Tier.class);
    private final FaultLog faults;
    private final UnaryOperator<String> masker;
    private final boolean isRecorded;
    private final List<BulkItem<O>> notHandedOver = new ArrayList<>();
    private Consumer<? super BulkItem<O>> each;
    private Optional<String> unrecordedEnd = Optional.empty();
    private long alone;
    private Money saved = Money.ZERO;
    private @Nullable Throwable thrown;
    private BulkSummary.Counts counts = BulkSummary.Counts.NONE;
    private StopReason stop = new StopReason.EndOfInput();

    /** @param each receives every item, on this thread */
    BulkProgress(Bulk<?, O> bulk, Supplier<Duration> sinceStart, Consumer<? super BulkItem<O>> each) {
        this(
                Subject.of(bulk, bulk.runId()),
                bulk.runs()::masked,
                bulk.runs().listener(),
                bulk.runs().faults(),
                sinceStart,
                each);
    }

    BulkProgress(
            Subject subject,
            UnaryOperator<String> masker,
            RunListener told,
            FaultLog faults,
            Supplier<Duration> sinceStart,
            Consumer<? super BulkItem<O>> each) {
        runId = subject.runId();
        type = subject.type();
        isRecorded = subject.isRecorded();
        this.masker = masker;
        RunListener heard = tally.and(told);
        listener = ((RunListener) event -> heard.on(event.maskedBy(masker))).guarded();
        this.faults = faults;
        this.sinceStart = sinceStart;
        this.each = each;
    }

    /**
     * What the items are of.
     *
     * @param type the name of the subtask type
     * @param isRecorded whether what was not handed over can be had again
     */
    record Subject(String runId, String type, boolean isRecorded) {
        static Subject of(Bulk<?, ?> bulk, String runId) {
            return new Subject(runId, bulk.type().name(), bulk.journal().isPresent());
        }
    }

    /** Reports the start of the run, and models that will soon be shut down. */
    void started(Money limit, ModelShutdowns shutdowns) {
        tell(new RunEvent.RunStarted(runId, sinceStart.get(), "", limit));
        shutdowns.tell(runId, sinceStart.get(), listener);
    }

    /** Each item has a machine of its own, which lowers its own ceiling: one event is enough. */
    void tell(RunEvent event) {
        if (!(event instanceof RunEvent.CeilingLowered lowered) || ceilings.add(lowered.ceiling())) {
            listener.on(event);
        }
    }

    /** An input was pulled. */
    void admitted(String key) {
        tell(new RunEvent.SubtaskAdmitted(runId, sinceStart.get(), key, type, List.of()));
    }

    void ended(BulkItem<O> end) {
        BulkItem<O> item = end.maskedBy(masker);
        counts = counts.plus(item);
        if (item.outcome() instanceof Outcome.Skipped<O>) {
            notStarted.add(item.key());
        }
        StopReason.of(item.outcome()).ifPresent(this::stop);
        if (item.origin() instanceof Origin.Cached cached) {
            saved = cached.savedBeside(saved);
            tell(new RunEvent.CacheHit(runId, sinceStart.get(), item.key(), cached.age(), cached.saved()));
        }
        tell(new RunEvent.SubtaskEnded(runId, sinceStart.get(), item.key(), item.outcome()));
        try {
            each.accept(item);
        } catch (Throwable broken) {
            thrown = broken;
            broke("consumer", broken);
            mute();
            each.accept(item);
            throw broken;
        }
    }

    /** All that was handed over is on record; without this line the next session merely looks at it again. */
    void recordEnd(RunRecord record) {
        if (!isUnrecorded()) {
            unrecordedEnd = record.ended(status(), List.of());
        }
    }

    /** Logs what the caller's own code threw. */
    void broke(String what, Throwable broken) {
        faults.warn("%s of bulk '%s'".formatted(what, runId), broken);
    }

    /** Gives what the consumer threw the items that it was not given, unless they are on record. */
    void end() {
        if (thrown != null && !notHandedOver.isEmpty()) {
            thrown.addSuppressed(new NotHandedOverException(notHandedOver));
        }
    }

    /** An item of a pack is asked again by itself. */
    void askedAlone() {
        alone++;
    }

    void submitted() {
        counts = counts.plusBatch();
    }

    /** Pulls no more; the first reason stands, unless nothing can be recorded. */
    void stop(StopReason reason) {
        stop = stop.then(reason.maskedBy(masker));
    }

    /** Pulls no more, for this reason, whatever had stopped the pulling before. */
    void stopped(StopReason reason) {
        stop = reason.maskedBy(masker);
    }

    boolean isUnrecorded() {
        return stop instanceof StopReason.Unrecorded;
    }

    /** Why an input that was pulled is not started. */
    Skip notStarted() {
        return stop.notStarted();
    }

    /** The caller's own code may have failed: it hears no more. */
    void mute() {
        each = item -> {
            if (!isRecorded && thrown != null) {
                notHandedOver.add(item);
            }
        };
    }

    /** Whether more inputs are wanted. */
    boolean isOpen() {
        return stop.isOpen();
    }

    StopReason stop() {
        return stop;
    }

    BulkSummary.Counts counts() {
        return counts;
    }

    /** Goes on with what was counted before. */
    void countedBefore(BulkSummary.Counts earlier) {
        counts = earlier;
    }

    RunTally tally() {
        return tally;
    }

    /** What the items from an outcome cache cost when they were made. */
    Money saved() {
        return saved;
    }

    BulkSummary summary(BulkSummary.Costs costs, List<String> troubles) {
        var notes = new ArrayList<>(tally.notes());
        if (alone > 0) {
            notes.add("asked again by themselves, because their pack had no answer for them that fits: %d items"
                    .formatted(alone));
        }
        notes.addAll(troubles);
        unrecordedEnd.ifPresent(notes::add);
        return new BulkSummary(counts, costs, ending(tally.abandonedWith(List.of()), notes));
    }

    private BulkSummary.Ending ending(List<String> abandoned, List<String> notes) {
        BulkSummary.Pause pause = null;
        UnrecordedException unrecorded = null;
        BulkSummary.Stop kind = switch (stop) {
            case StopReason.EndOfInput none -> BulkSummary.Stop.END_OF_INPUT;
            case StopReason.Budget budget -> BulkSummary.Stop.BUDGET;
            case StopReason.Deadline deadline -> BulkSummary.Stop.DEADLINE;
            case StopReason.Paused(String message, var because) -> {
                pause = new BulkSummary.Pause(message, because);
                yield BulkSummary.Stop.PAUSED;
            }
            case StopReason.Cancelled cancelled -> BulkSummary.Stop.CANCELLED;
            case StopReason.Unrecorded(var because) -> {
                unrecorded = because;
                yield BulkSummary.Stop.JOURNAL_FAILED;
            }
        };
        return new BulkSummary.Ending(kind, pause, unrecorded, notStarted, abandoned, notes);
    }

    /** The last event: {@code complete} if every input was pulled and succeeded. */
    void runEnded(Money spent) {
        runEnded(status(), spent);
    }

    String status() {
        boolean whole = isOpen() && counts.failed() + counts.skipped() == 0;
        boolean nothing = counts.succeeded() == 0 && !whole;
        return whole ? "complete" : nothing ? "failed" : "partial";
    }

    void runEnded(String status, Money spent) {
        tell(new RunEvent.RunEnded(runId, sinceStart.get(), status, spent));
    }
}
