// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.FaultLog;
import dev.cadre.run.StopReason;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A bulk run as the process sees it that hands over its items and sums them up, while an engine decides it elsewhere. Belongs
 * to one thread.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EngineBulkResult<O> {
    private static final int MOST_NOTES = 1_000;

    private final String runId;
    private final BulkProgress<O> progress;
    private final List<String> notes = new ArrayList<>();

    /**
     * A result of which nothing is known yet.
     *
     * @param type the name of the subtask type
     * @param each receives every item, as in {@link Bulk#run}
     */
    public EngineBulkResult(String runId, String type, Consumer<? super BulkItem<O>> each) {
        this.runId = runId;
        progress = new BulkProgress<>(
                new BulkProgress.Subject(runId, type, true),
                text -> text,
                RunListener.SILENT,
                new FaultLog(),
                () -> Duration.ZERO,
                each);
    }

    /**
     * Why a run stopped.
     *
     * @param message until when and why nothing could be sent; empty unless it is paused
     * @param because the failure behind that; null unless it is paused
     */
    public record Stopped(
            BulkSummary.Stop stop, String message, @Nullable ModelException because) {
        static Stopped of(StopReason reason) {
            return switch (reason) {
                case StopReason.EndOfInput none -> new Stopped(BulkSummary.Stop.END_OF_INPUT, "", null);
                case StopReason.Budget budget -> new Stopped(BulkSummary.Stop.BUDGET, "", null);
                case StopReason.Deadline deadline -> new Stopped(BulkSummary.Stop.DEADLINE, "", null);
                case StopReason.Cancelled cancelled -> new Stopped(BulkSummary.Stop.CANCELLED, "", null);
                case StopReason.Paused(String message, ModelException because) ->
                    new Stopped(BulkSummary.Stop.PAUSED, message, because);
                case StopReason.Unrecorded unrecorded -> throw new IllegalStateException("an engine has no journal");
            };
        }

        private StopReason reason() {
            return switch (stop) {
                case END_OF_INPUT -> new StopReason.EndOfInput();
                case BUDGET -> new StopReason.Budget();
                case DEADLINE -> new StopReason.Deadline();
                case CANCELLED -> new StopReason.Cancelled();
                case PAUSED -> {
                    if (because == null) {
                        throw new IllegalStateException("a run is paused for no reason: " + message);
                    }
                    yield new StopReason.Paused(message, because);
                }
                case JOURNAL_FAILED -> throw new IllegalStateException("an engine has no journal");
            };
        }
    }

    /**
     * What else there is to know of an item.
     *
     * @param replies what clients noted of its replies
     * @param lines further lines, such as of a worker that was lost
     * @param abandoned threads that were left behind
     */
    public record Findings(List<String> replies, List<String> lines, List<String> abandoned) {
        /** Nothing, as a rule. */
        public static final Findings NONE = new Findings(List.of(), List.of(), List.of());

        public Findings {
            replies = List.copyOf(replies);
            lines = List.copyOf(lines);
            abandoned = List.copyOf(abandoned);
        }
    }

    /** An item has ended: it is counted and handed over. */
    public void ended(BulkItem<O> item, Findings findings) {
        findings.replies().forEach(progress.tally()::count);
        findings.lines().stream().limit(MOST_NOTES - notes.size()).forEach(notes::add);
        findings.abandoned()
                .forEach(thread -> progress.tell(new RunEvent.WorkAbandoned(runId, Duration.ZERO, item.key(), thread)));
        progress.ended(item);
    }

    /** Inputs were pulled from the stream that the run has not taken before it stopped: they are handed over as skipped. */
    public void notTaken(Stopped stopped, List<? extends Inputs.Named<?>> inputs) {
        progress.stopped(stopped.reason());
        for (Inputs.Named<?> input : inputs) {
            progress.ended(new BulkItem<>(
                    input.index(),
                    input.key(),
                    new Outcome.Skipped<>(progress.notStarted()),
                    Spend.NONE,
                    Origin.SESSION));
        }
    }

    /** A thread was left behind in this process. */
    public void abandoned(String what, String thread) {
        progress.tell(new RunEvent.WorkAbandoned(runId, Duration.ZERO, what, thread));
    }

    /** What the run did. */
    public BulkSummary summary(Stopped stopped, Spend spent, Money limit) {
        progress.stopped(stopped.reason());
        return progress.summary(new BulkSummary.Costs(Spend.NONE, spent, limit, Money.ZERO, List.of()), notes);
    }

    /**
     * The inputs of a run, named and in order. For one thread.
     *
     * @param <I> the input of one item
     */
    public static final class Inputs<I> {
        private final InputPuller<I> puller;
        private long index;

        /** @param key names an input, as {@link Bulk#keyedBy} does; null for its index */
        public Inputs(Iterator<? extends I> inputs, @Nullable Function<? super I, ?> key) {
            puller = new InputPuller<>(inputs, InputPuller.naming(key));
        }

        /** An input. */
        public record Named<I>(long index, String key, I input) {}

        /**
         * The next input; null if there is none. Blocks as long as the stream does.
         *
         * @throws Throwable what the stream or the naming throws
         */
        public @Nullable Named<I> next() throws Throwable {
            return switch (puller.pull(index++)) {
                case InputPuller.Pull.Next<I>(long place, String key, I input) -> new Named<>(place, key, input);
                case InputPuller.Pull.End<I> end -> null;
                case InputPuller.Pull.Broken<I>(Throwable why) -> throw why;
            };
        }
    }
}
