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
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunClock;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungTask;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One item of a bulk run: its {@link ItemMachine}, driven on the item's own thread. */
final class ItemRun<I, O> {
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
    private Optional<ModelException> outage = Optional.empty();
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
        return outage;
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

    private Outcome<O> performed(I input) {
        var machine = new ItemMachine<>(
                place.runId(),
                place.key(),
                type,
                input,
                performer.quotes(),
                money.chainState(),
                times.startNanos(),
                sink);
        ItemMachine.Step<O> step = machine.begin(money.chainState(), now());
        while (true) {
            switch (step) {
                case ItemMachine.Step.Perform<O>(RunCommand.StartRung start) -> {
                    RungEnd end = perform(start);
                    step = machine.ended(start.id(), end, cut(end), money.chainState(), now());
                }
                case ItemMachine.Step.Ended<O>(Outcome<O> outcome, Optional<ModelException> shared) -> {
                    outage = shared;
                    return outcome;
                }
            }
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
