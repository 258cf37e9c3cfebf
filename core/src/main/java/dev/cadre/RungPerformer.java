// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.CallPurpose;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.Affordability;
import dev.cadre.schedule.RunDriver;
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
import java.util.function.Supplier;

/**
 * The one way in which the rungs of a run are performed and priced, whether of a graph, a plan or a bulk: on the run's
 * money, and with an event for everything that happens. It is made on the thread that started the run. Safe for use by many threads, as far as the sink is.
 */
final class RungPerformer {
    private final String runId;
    private final Coordinator coordinator;
    private final BudgetGuard money;
    private final Supplier<Duration> sinceStart;
    private final Consumer<RunEvent> sink;
    private final SubtaskWorker worker;
    /** What the work that started the run holds while it waits for it. */
    private final HeldLimits held = HeldLimits.here();

    private final Affordability quotes;
    private final CodeThreads threads;
    private final Attachments attachments;

    RungPerformer(
            String runId,
            Coordinator coordinator,
            BudgetGuard money,
            Supplier<Duration> sinceStart,
            Consumer<RunEvent> sink,
            CodeThreads threads,
            Attachments attachments) {
        this.runId = runId;
        this.coordinator = coordinator;
        this.money = money;
        this.sinceStart = sinceStart;
        this.sink = sink;
        this.threads = threads;
        this.attachments = attachments;
        worker = SubtaskWorker.of(coordinator.pools());
        quotes = Quotes.of(coordinator);
    }

    /**
     * Performs a rung on the calling thread.
     *
     * @param order the place in the plan; lower goes first
     * @param deadlineNanos the reading of {@link System#nanoTime()} after which nothing is begun
     * @param recorder keeps what tools and plain code spend by themselves, if anybody does
     * @param codeSpent is told what that was in the end
     */
    RungEnd perform(
            RungTask task,
            long order,
            long deadlineNanos,
            AttemptListener attempts,
            Optional<AttemptRecorder> recorder,
            Consumer<Spend> codeSpent)
            throws InterruptedException {
        Money limit = money.state().limit();
        var code = new JournalEntry.Asked(
                CallPurpose.Kind.CODE, task.tier(), task.type().name());
        BudgetGuard codeMoney =
                recorder.map(kept -> money.cap(limit, kept.byCode(code))).orElseGet(() -> money.cap(limit));
        var terms = new RungTerms(
                runId,
                money,
                order,
                deadlineNanos,
                coordinator.limits(),
                attempts,
                codeMoney,
                notice -> tell(notice, task.subtaskId()),
                RunDriver::isInterrupted,
                threads);
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
                recorder.ifPresent(kept -> kept.codeSpent(own));
                codeSpent.accept(own);
                sink.accept(new RunEvent.CodeSpent(runId, sinceStart.get(), task.subtaskId(), own));
            }
        }
    }

    private RungEnd perform(RungTask task, RungTerms terms) throws InterruptedException {
        Attached attached = attachments.of(task.subtaskId(), task.type(), () -> SubtaskWorker.attached(task, terms));
        return worker.perform(task.with(attached), terms);
    }

    private void tell(RungNotice notice, String subtaskId) {
        switch (notice) {
            case RungNotice.In(Supplier<String> place) -> RunDriver.enter(place);
            case RungNotice.Abandoned(String thread) ->
                sink.accept(new RunEvent.WorkAbandoned(runId, sinceStart.get(), subtaskId, thread));
            case RungNotice.ToolFailed(String tool, Throwable thrown) ->
                sink.accept(new RunEvent.ToolFailed(runId, sinceStart.get(), subtaskId, tool, thrown));
            case RungNotice.Retrying(int failures, Duration delay, Throwable thrown) ->
                sink.accept(new RunEvent.CodeRetried(runId, sinceStart.get(), subtaskId, failures, delay, thrown));
        }
    }

    /** What first calls may cost. */
    Affordability quotes() {
        return quotes;
    }

    /** Turns attempts into events; for one thread. */
    AttemptListener attempts() {
        return new AttemptTeller(runId, sinceStart, sink);
    }

    /** The same for calls that are recorded first. */
    AttemptListener attempts(AttemptListener recorder) {
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
