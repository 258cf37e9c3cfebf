// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.price.Spend;
import dev.cadre.record.KnownWork;
import dev.cadre.run.RungPerformer;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunMachine;
import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunClock;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungTask;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One item of a bulk run: a graph of one subtask, driven by the same machine on the item's own thread. */
final class ItemRun<I, O> {
    /** The subtask's name inside the machine, which takes no key of a caller; events have the key. */
    private static final String NODE = "item";

    /** Where an item stands. */
    record Place(String runId, String key, long index) {}

    /**
     * The times of the run.
     *
     * @param startNanos when it began, by its clock
     * @param callDeadlineNanos the reading of {@link System#nanoTime()} after which nothing is begun
     * @param cut why the run interrupts what is in flight, if it does; safe for use by many threads
     */
    record Times(long startNanos, long callDeadlineNanos, RunClock clock, Supplier<Optional<RunInput>> cut) {}

    private final RungPerformer performer;
    private final SubtaskType<I, O> type;
    private final Place place;
    private final Times times;
    private final BudgetGuard money;
    private final Consumer<RunEvent> sink;
    private final KnownWork work;
    private Spend spend = Spend.NONE;
    private @Nullable RunFailure failure;
    private @Nullable UnrecordedException unrecorded;

    ItemRun(
            RungPerformer performer,
            SubtaskType<I, O> type,
            Place place,
            Times times,
            BudgetGuard money,
            KnownWork work,
            Consumer<RunEvent> sink) {
        this.performer = performer;
        this.type = type;
        this.place = place;
        this.times = times;
        this.money = money;
        this.work = work;
        this.sink = sink;
    }

    /** What its attempts cost; to be read when it has ended. */
    Spend spend() {
        return spend;
    }

    /** A failure that it shares with all other items, if that is why it failed; to be read when it has ended. */
    Optional<ModelException> outage() {
        return Optional.ofNullable(failure).flatMap(RunFailure::outage);
    }

    /** What could not be recorded of it; to be read when it has ended. */
    Optional<UnrecordedException> unrecorded() {
        return Optional.ofNullable(unrecorded);
    }

    /** Performs it, and makes its end durable. If that fails, its outcome is no other for it. */
    Outcome<O> run(I input) {
        Outcome<O> outcome = performed(input);
        try {
            if (unrecorded == null) {
                work.record().ifPresent(kept -> kept.noted(outcome));
            }
        } catch (UnrecordedException e) {
            unrecorded = e;
        }
        return outcome;
    }

    @SuppressWarnings("unchecked") // the only subtask is of this item's type
    private Outcome<O> performed(I input) {
        var machine = new RunMachine(
                new RunMachine.Settings(place.runId(), Optional.of(NODE), false, 1),
                performer.quotes(),
                money.chainState(),
                times.startNanos());
        Deque<RunInput> inputs = new ArrayDeque<>();
        inputs.add(
                new RunInput.Admitted(new GraphNode(NODE, type, new Binding.One(outputs -> input), List.of(), false)));
        inputs.add(new RunInput.PlanEnded(List.of()));
        while (true) {
            for (RunCommand command : machine.on(inputs.remove(), money.chainState(), now())) {
                switch (command) {
                    case RunCommand.StartRung start -> {
                        RungEnd end = perform(start);
                        cut(end).ifPresent(inputs::add);
                        inputs.add(new RunInput.RungEnded(start.id(), end));
                    }
                    case RunCommand.Finish finish -> {
                        failure = finish.ending().failure();
                        return (Outcome<O>) Objects.requireNonNull(
                                finish.ending().outcomes().get(NODE));
                    }
                    case RunCommand.StartRecall recall -> {}
                    case RunCommand.StopWork stop -> {}
                    case RunCommand.DropWork drop -> {}
                    case RunCommand.StartMerge merge -> {}
                    case RunCommand.StartRound round -> {}
                    case RunCommand.Tell(RunEvent event) -> tell(event);
                }
            }
        }
    }

    /** Events of the item; its admission and its end are told by the run itself, when they are on record. */
    private void tell(RunEvent event) {
        switch (event) {
            case RunEvent.RungStarted(var runId, var at, var node, var tier) ->
                sink.accept(new RunEvent.RungStarted(runId, at, place.key(), tier));
            case RunEvent.RungEnded(var runId, var at, var node, var tier, var failure) ->
                sink.accept(new RunEvent.RungEnded(runId, at, place.key(), tier, failure));
            case RunEvent.CeilingLowered lowered -> sink.accept(lowered);
            default -> {}
        }
    }

    /** What stops it, if that is not its own end. */
    private Optional<RunInput> cut(RungEnd end) {
        if (unrecorded != null) {
            return Optional.of(new RunInput.Unrecorded(String.valueOf(unrecorded.getMessage())));
        }
        return end instanceof RungEnd.Cancelled ? times.cut().get() : Optional.empty();
    }

    private RungEnd perform(RunCommand.StartRung start) {
        var task = new RungTask(start.type(), start.input(), place.key(), start.tier(), start.evidence());
        try {
            RungPerformer.Performed performed = performer.perform(
                    task,
                    Math.min(place.index(), Integer.MAX_VALUE),
                    times.callDeadlineNanos(),
                    work,
                    cost -> spend = spend.plus(cost));
            unrecorded = performed.unrecorded();
            return performed.end();
        } catch (UnrecordedException e) {
            unrecorded = e;
            return new RungEnd.Cancelled(spend.attempts() > 0);
        } catch (Throwable broken) { // an item's own fault must not end the others, undeclared checked ones included
            return broken instanceof InterruptedException && RunDriver.isInterrupted()
                    ? new RungEnd.Cancelled(true, RunDriver.interruptedIn())
                    : RungEnd.Failed.of(Failure.thrown(
                            Failure.Kind.CODE_FAILED, broken, "subtask type '%s'".formatted(type.name())));
        }
    }

    private long now() {
        return times.clock().nanoTime();
    }
}
