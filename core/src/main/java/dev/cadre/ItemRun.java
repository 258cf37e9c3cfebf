// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.pool.Attempt;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunFailure;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunMachine;
import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungNotice;
import dev.cadre.worker.RungTask;
import dev.cadre.worker.RungTerms;
import dev.cadre.worker.SubtaskWorker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One item of a bulk run: a graph of one subtask, driven by the same machine on the item's own thread. */
final class ItemRun<I, O> {
    private static final String NODE = "item";

    private final Coordinator coordinator;
    private final SubtaskType<I, O> type;
    private final String runId;
    private final long index;
    private final BudgetGuard money;
    private final long callDeadlineNanos;
    private final SubtaskWorker worker;
    private final Optional<WorkRecord> record;
    private final FaultReporter faults;
    private Spend spend = Spend.NONE;
    private @Nullable ModelException outage;

    ItemRun(
            Coordinator coordinator,
            SubtaskType<I, O> type,
            String runId,
            long index,
            BudgetGuard money,
            long callDeadlineNanos,
            Optional<WorkRecord> record) {
        this.coordinator = coordinator;
        this.type = type;
        this.runId = runId;
        this.index = index;
        this.money = money;
        this.callDeadlineNanos = callDeadlineNanos;
        this.record = record;
        worker = SubtaskWorker.of(coordinator.pools());
        faults = new FaultReporter(coordinator.faults());
    }

    /** What its attempts cost; to be read when it has ended. */
    Spend spend() {
        return spend;
    }

    /** A failure that it shares with all other items, if that is why it failed; to be read when it has ended. */
    @Nullable
    ModelException outage() {
        return outage;
    }

    @SuppressWarnings("unchecked") // the only subtask is of this item's type
    Outcome<O> run(I input) {
        var machine = new RunMachine(
                new RunMachine.Settings(runId, Optional.of(NODE), false, 1),
                Quotes.of(coordinator),
                money.chainState(),
                now());
        Deque<RunInput> inputs = new ArrayDeque<>();
        inputs.add(
                new RunInput.Admitted(new GraphNode(NODE, type, new Binding.One(outputs -> input), List.of(), false)));
        inputs.add(new RunInput.PlanEnded(List.of()));
        while (true) {
            for (RunCommand command : machine.on(inputs.remove(), money.chainState(), now())) {
                switch (command) {
                    case RunCommand.StartRung start -> inputs.add(new RunInput.RungEnded(start.id(), perform(start)));
                    case RunCommand.Finish finish -> {
                        RunFailure failure = finish.ending().failure();
                        outage = failure == null ? null : outage(failure);
                        return (Outcome<O>) Objects.requireNonNull(
                                finish.ending().outcomes().get(NODE));
                    }
                    case RunCommand.StopRung stop -> {}
                    case RunCommand.StopPlanner stop -> {}
                    case RunCommand.StartMerge merge -> {}
                    case RunCommand.Tell(RunEvent event) -> faults.on(event);
                }
            }
        }
    }

    private static @Nullable ModelException outage(RunFailure failure) {
        return failure.cause().orElse(null) instanceof ModelException model ? model : null;
    }

    private RungEnd perform(RunCommand.StartRung start) {
        try {
            return record.isPresent()
                    ? record.get().perform(recorder -> perform(start, Optional.of(recorder)))
                    : perform(start, Optional.empty());
        } catch (InterruptedException e) {
            return new RungEnd.Cancelled();
        } catch (UnrecordedException unrecorded) { // it would be paid again: this ends the run
            throw unrecorded;
        } catch (RuntimeException | Error broken) { // an item's own fault must not end the others
            return RungEnd.Failed.of(new Failure(Failure.Kind.CODE_FAILED, broken.toString()));
        }
    }

    private RungEnd perform(RunCommand.StartRung start, Optional<AttemptRecorder> recorder)
            throws InterruptedException {
        var task =
                new RungTask(start.type(), start.input(), label(), start.tier(), start.escalated(), start.evidence());
        BudgetGuard codeMoney = money.cap(money.state().limit());
        var terms = new RungTerms(
                runId,
                money,
                (int) Math.min(index, Integer.MAX_VALUE),
                callDeadlineNanos,
                coordinator.limits(),
                attempt -> hear(attempt, recorder),
                codeMoney,
                this::notice);
        try (codeMoney) {
            return worker.perform(task, terms);
        } finally {
            codeSpent(codeMoney.state().asSpend(), recorder);
        }
    }

    private void notice(RungNotice notice) {
        switch (notice) {
            case RungNotice.Abandoned abandoned -> {}
            case RungNotice.ToolFailed(String tool, Throwable thrown) ->
                faults.on(new RunEvent.ToolFailed(runId, Duration.ZERO, label(), tool, thrown));
        }
    }

    private void hear(Attempt attempt, Optional<AttemptRecorder> recorder) {
        recorder.ifPresent(each -> each.on(attempt));
        switch (attempt) {
            case Attempt.Replied replied -> spend = spend.plus(replied.spend());
            case Attempt.Failed failed -> spend = spend.plus(failed.spend());
            case Attempt.Started started -> {}
            case Attempt.Retrying retrying -> {}
        }
    }

    private void codeSpent(Spend own, Optional<AttemptRecorder> recorder) {
        if (!own.total().isZero()) {
            spend = spend.plus(own);
            recorder.ifPresent(each -> each.codeSpent(own));
        }
    }

    private String label() {
        return NODE + "#" + index;
    }

    private long now() {
        return coordinator.clock().nanoTime();
    }
}
