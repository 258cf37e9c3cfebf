// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.model.ModelException;
import dev.cadre.schedule.FirstCallQuotes;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunMachine;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens next to one item of a bulk run: a {@link RunMachine} over a graph of one subtask. Pure: no threads,
 * clock or I/O; the same inputs give the same steps. Belongs to one thread.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
@SuppressWarnings("exports") // for the library's own modules
public final class ItemMachine<I, O> {
    /** The subtask's name inside the machine, which takes no key of a caller; events have the key. */
    private static final String NODE = "item";

    /** What is to be done next. */
    public sealed interface Step<O> {
        /** A rung is to be performed, and then {@link ItemMachine#ended} called. */
        record Perform<O>(RunCommand.StartRung rung) implements Step<O> {}

        /**
         * The item has ended.
         *
         * @param outage a failure that it shares with all other items, if that is why it failed
         */
        record Ended<O>(Outcome<O> outcome, Optional<ModelException> outage) implements Step<O> {}
    }

    private final RunMachine machine;
    private final SubtaskType<I, O> type;
    private final I input;
    private final String key;
    private final Consumer<RunEvent> sink;
    private @Nullable Step<O> next;

    /**
     * A machine of an item that has not begun.
     *
     * @param key by which events name it
     * @param sink is told of its rungs; its admission and its end are the run's to tell
     */
    public ItemMachine(
            String runId,
            String key,
            SubtaskType<I, O> type,
            I input,
            FirstCallQuotes quotes,
            LedgerState money,
            long startNanos,
            Consumer<RunEvent> sink) {
        machine =
                new RunMachine(new RunMachine.Settings(runId, Optional.of(NODE), false, 1), quotes, money, startNanos);
        this.key = key;
        this.type = type;
        this.input = input;
        this.sink = sink;
    }

    /** Begins the item. */
    public Step<O> begin(LedgerState money, long nanoTime) {
        var node = new GraphNode(NODE, type, new Binding.One(outputs -> input), List.of(), false);
        take(new RunInput.Admitted(node), money, nanoTime);
        take(new RunInput.PlanEnded(List.of()), money, nanoTime);
        return step();
    }

    /**
     * Goes on after a rung.
     *
     * @param cut what stopped it, if that is not its own end
     */
    public Step<O> ended(RungId rung, RungEnd end, Optional<RunInput> cut, LedgerState money, long nanoTime) {
        next = null;
        cut.ifPresent(because -> take(because, money, nanoTime));
        take(new RunInput.RungEnded(rung, end), money, nanoTime);
        return step();
    }

    /** The outcome of an item whose thread ignores its interrupt. */
    public static <O> Outcome<O> leftBehind(String thread, String place, boolean isTimeUp) {
        return Outcome.failed(
                isTimeUp ? Failure.Kind.DEADLINE : Failure.Kind.CANCELLED,
                "thread '%s' ignored its interrupt%s and was left behind"
                        .formatted(thread, place.isEmpty() ? "" : " in " + place));
    }

    private Step<O> step() {
        return Objects.requireNonNull(next, "the machine of an item wants nothing");
    }

    @SuppressWarnings("unchecked") // the only subtask is of this item's type
    private void take(RunInput what, LedgerState money, long nanoTime) {
        for (RunCommand command : machine.on(what, money, nanoTime)) {
            switch (command) {
                case RunCommand.StartRung start -> next = new Step.Perform<>(start);
                case RunCommand.Finish finish ->
                    next = new Step.Ended<>(
                            (Outcome<O>) Objects.requireNonNull(
                                    finish.ending().outcomes().get(NODE)),
                            Optional.ofNullable(finish.ending().failure()).flatMap(RunFailure::outage));
                case RunCommand.Tell(RunEvent event) -> tell(event);
                case RunCommand.StartRecall recall -> {}
                case RunCommand.StopWork stop -> {}
                case RunCommand.DropWork drop -> {}
                case RunCommand.StartMerge merge -> {}
                case RunCommand.StartRound round -> {}
            }
        }
    }

    private void tell(RunEvent event) {
        switch (event) {
            case RunEvent.RungStarted(var runId, var at, var node, var tier) ->
                sink.accept(new RunEvent.RungStarted(runId, at, key, tier));
            case RunEvent.RungEnded(var runId, var at, var node, var tier, var failure) ->
                sink.accept(new RunEvent.RungEnded(runId, at, key, tier, failure));
            case RunEvent.CeilingLowered lowered -> sink.accept(lowered);
            default -> {}
        }
    }
}
