// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.CallPurpose;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.AttemptRecorder;
import dev.cadre.record.KnownWork;
import dev.cadre.record.WorkRecord;
import dev.cadre.schedule.FirstCallQuotes;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.OuterRun;
import dev.cadre.worker.Attached;
import dev.cadre.worker.CodeThreads;
import dev.cadre.worker.HeldLimits;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungNotice;
import dev.cadre.worker.RungTask;
import dev.cadre.worker.RungTerms;
import dev.cadre.worker.SubtaskWorker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way in which the rungs of a run are performed and priced, whether of a graph, a plan or a bulk: on the run's
 * money, and with an event for everything that happens. It is made on the thread that started the run. Safe for use by many threads, as far as the sink is.
 */
public final class RungPerformer {
    private final RunSettings settings;
    private final BudgetGuard money;
    private final EventSink events;
    private final SubtaskWorker worker;
    /** What the work that started the run holds while it waits for it. */
    private final HeldLimits held = HeldLimits.here();

    private final FirstCallQuotes quotes;
    private final CodeThreads threads;
    private final Attachments attachments;
    private final Function<RungTask, OuterRun> nesting;

    /** @param nesting the run as runs nested in the work of this rung know it */
    public RungPerformer(
            RunSettings settings,
            BudgetGuard money,
            EventSink events,
            CodeThreads threads,
            Attachments attachments,
            Function<RungTask, OuterRun> nesting) {
        this.settings = settings;
        this.money = money;
        this.events = events;
        this.threads = threads;
        this.attachments = attachments;
        this.nesting = nesting;
        worker = SubtaskWorker.of(settings.pools());
        quotes = PoolQuotes.of(settings);
    }

    /**
     * The end of a rung.
     *
     * @param unrecorded why the end is not on record; null if it is, or there is no record
     */
    public record Performed(RungEnd end, @Nullable UnrecordedException unrecorded) {
        /** The end, if the run may go on with it. */
        public RungEnd requireRecorded() {
            if (unrecorded != null) {
                throw unrecorded;
            }
            return end;
        }
    }

    /**
     * Performs a rung on the calling thread.
     *
     * @param order the place in the plan; lower goes first
     * @param deadlineNanos the reading of {@link System#nanoTime()} after which nothing is begun
     * @param work what is recorded and kept of it
     * @param spent is told what each attempt cost, and what tools and plain code spent by themselves
     */
    public Performed perform(RungTask task, long order, long deadlineNanos, KnownWork work, Consumer<Spend> spent)
            throws InterruptedException {
        Performed performed = performed(task, order, deadlineNanos, work.record(), spend -> {
            work.counted(spend);
            spent.accept(spend);
        });
        if (performed.unrecorded() == null) {
            work.keep(performed.end(), task.tier());
        }
        return performed;
    }

    private Performed performed(
            RungTask task, long order, long deadlineNanos, Optional<WorkRecord> record, Consumer<Spend> spent)
            throws InterruptedException {
        record.ifPresent(WorkRecord::begin);
        Optional<AttemptRecorder> recorder = record.map(WorkRecord::recorder);
        RungEnd end;
        try {
            end = perform(task, order, deadlineNanos, attempts(recorder, spent), recorder, spent)
                    .maskedBy(settings::masked);
        } catch (InterruptedException e) {
            record.ifPresent(WorkRecord::interrupted);
            throw e;
        }
        if (record.isEmpty()) {
            return new Performed(end, null);
        }
        try {
            return new Performed(record.get().end(end), null);
        } catch (UnrecordedException e) {
            return new Performed(end, e);
        }
    }

    private RungEnd perform(
            RungTask task,
            long order,
            long deadlineNanos,
            AttemptListener attempts,
            Optional<AttemptRecorder> recorder,
            Consumer<Spend> spent)
            throws InterruptedException {
        Money limit = money.state().limit();
        var code = new JournalEntry.Asked(
                CallPurpose.Kind.CODE, task.tier(), task.type().name());
        BudgetGuard codeMoney =
                recorder.map(kept -> money.cap(limit, kept.byCode(code))).orElseGet(() -> money.cap(limit));
        var terms = new RungTerms(
                events.runId(),
                money,
                order,
                deadlineNanos,
                settings.limits(),
                attempts,
                codeMoney,
                notice -> tell(notice, task.subtaskId()),
                RunDriver::isInterrupted,
                threads,
                nesting.apply(task));
        boolean isOver = true;
        try (codeMoney) {
            RungEnd end = held.during(() -> perform(task, terms));
            isOver = !(end instanceof RungEnd.Rejected || end instanceof RungEnd.Unaffordable);
            return end;
        } finally {
            if (isOver) {
                attachments.release(task.subtaskId());
            }
            Spend own = codeMoney.state().asSpend();
            if (!own.total().isZero()) {
                recorder.ifPresent(kept -> kept.counted(own));
                spent.accept(own);
                events.post(new RunEvent.CodeSpent(events.runId(), events.sinceStart(), task.subtaskId(), own));
            }
        }
    }

    private AttemptListener attempts(Optional<AttemptRecorder> recorder, Consumer<Spend> spent) {
        return attempts(attempt -> {
            recorder.ifPresent(kept -> kept.on(attempt));
            switch (attempt) {
                case AttemptEvent.Replied replied -> spent.accept(replied.spend());
                case AttemptEvent.Failed failed -> spent.accept(failed.spend());
                case AttemptEvent.Started started -> {}
                case AttemptEvent.Retrying retrying -> {}
            }
        });
    }

    private RungEnd perform(RungTask task, RungTerms terms) throws InterruptedException {
        Attached attached = attachments.of(task.subtaskId(), task.type(), () -> SubtaskWorker.attached(task, terms));
        return worker.perform(task.with(attached), terms);
    }

    private void tell(RungNotice notice, String subtaskId) {
        switch (notice) {
            case RungNotice.In(Supplier<String> place) -> RunDriver.enter(place);
            case RungNotice.Abandoned(String thread) ->
                events.post(new RunEvent.WorkAbandoned(events.runId(), events.sinceStart(), subtaskId, thread));
            case RungNotice.ToolFailed(String tool, Throwable thrown) ->
                events.post(new RunEvent.ToolFailed(events.runId(), events.sinceStart(), subtaskId, tool, thrown));
            case RungNotice.Retrying(int failures, Duration delay, Throwable thrown) ->
                events.post(new RunEvent.CodeRetried(
                        events.runId(), events.sinceStart(), subtaskId, failures, delay, thrown));
        }
    }

    /** What first calls may cost. */
    public FirstCallQuotes quotes() {
        return quotes;
    }

    /** Turns attempts into events; for one thread. */
    public AttemptListener attempts() {
        return new AttemptEvents(events);
    }

    /** The same for calls that are recorded first. */
    public AttemptListener attempts(AttemptListener recorder) {
        AttemptListener teller = attempts();
        return attempt -> {
            try {
                recorder.on(attempt);
            } finally {
                teller.on(attempt);
            }
        };
    }
}
