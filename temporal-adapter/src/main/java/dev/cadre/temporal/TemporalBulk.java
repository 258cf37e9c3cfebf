// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.task.SubtaskType;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One kind of work on a stream of inputs, on a Temporal cluster, with the signatures of {@link dev.cadre.bulk.Bulk}. The
 * stream is pulled in this process, a few inputs ahead of what is under way; decisions, money and results are with the cluster,
 * which goes on with what it has been sent whatever becomes of this process. Immutable and safe for use by many threads.
 *
 * @param <I> the input of one item
 * @param <O> the output of one item
 */
public final class TemporalBulk<I, O> {
    /** How many items are under way at once, unless {@link #parallel} says otherwise. */
    public static final int DEFAULT_PARALLEL = 64;

    private static final int MOST_PARALLEL = 1_000;
    /** As many end in one history, which has some 12,000 events then. */
    private static final int HISTORY_ITEMS = 2_000;

    private final WorkflowClient client;
    private final SubtaskType<I, O> type;
    private final Settings<I> settings;

    private record Settings<I>(
            String queue, boolean marks, @Nullable Function<? super I, ?> key, int parallel, int historyItems) {}

    private TemporalBulk(WorkflowClient client, SubtaskType<I, O> type, Settings<I> settings) {
        this.client = client;
        this.type = type;
        this.settings = settings;
    }

    static <I, O> TemporalBulk<I, O> of(WorkflowClient client, String queue, boolean marks, SubtaskType<I, O> type) {
        return new TemporalBulk<>(client, type, new Settings<>(queue, marks, null, DEFAULT_PARALLEL, HISTORY_ITEMS));
    }

    private TemporalBulk<I, O> with(Settings<I> changed) {
        return new TemporalBulk<>(client, type, changed);
    }

    /** Names each input, as {@link dev.cadre.bulk.Bulk#keyedBy} does; default its index. Called in this process. */
    public TemporalBulk<I, O> keyedBy(Function<? super I, ?> naming) {
        return with(new Settings<>(settings.queue, settings.marks, naming, settings.parallel, settings.historyItems));
    }

    /**
     * How many items are under way at once, in all workers together; default {@value #DEFAULT_PARALLEL}. What each process
     * performs at once is limited by {@link TemporalWorker.Builder#parallelRungs} and its pools besides.
     *
     * @param items 1 to 1,000
     * @throws IllegalArgumentException if it is another number
     */
    public TemporalBulk<I, O> parallel(int items) {
        if (items < 1 || items > MOST_PARALLEL) {
            throw new IllegalArgumentException(
                    "the items under way at once must be 1 to %d, not %d".formatted(MOST_PARALLEL, items));
        }
        return with(new Settings<>(settings.queue, settings.marks, settings.key, items, settings.historyItems));
    }

    /** How many items end in one history; for tests. */
    TemporalBulk<I, O> historyItems(int items) {
        return with(new Settings<>(settings.queue, settings.marks, settings.key, settings.parallel, items));
    }

    /**
     * Performs the work on every input. Blocks until the last item has ended, or money or time is up; the workers spend money.
     * The stream is not closed. It is pulled on a thread of its own, up to twice as many inputs ahead as are under way at once
     * and 100 more, and may be slow or wait for results; what it shares with {@code each} must be safe for use by many threads.
     * When the run stops, all inputs that were pulled and not tried are handed over as skipped, and every other one is in the
     * stream still.
     *
     * @param each receives every item on the calling thread, in the order in which they end, within half a second or so. What it
     *     throws cancels the run and comes out of this method
     * @throws RuntimeException what the stream or the naming of an input throws, when what was sent before has ended and was
     *     handed over
     * @throws IllegalArgumentException if another budget pays for this one
     * @throws IllegalStateException if the run was refused before anything was called
     * @throws io.temporal.client.WorkflowFailedException if the workflow was terminated or failed for a reason of the cluster's
     * @throws InterruptedException if the calling thread was interrupted: the run was told to stop, and may still be doing so
     */
    public BulkSummary run(Stream<? extends I> inputs, Budget budget, Consumer<? super BulkItem<O>> each)
            throws InterruptedException {
        return run("cadre-%s-%s".formatted(type.name(), UUID.randomUUID()), inputs, budget, each);
    }

    /**
     * The same under an id of the caller's. If there is a run of this id already, this goes on with it: the same program that is
     * started again after a crash sends what the run lacks, from the same stream in the same order, and is handed over all items
     * from the first one on. Nothing is paid again. It does so as long as the cluster keeps the histories of the run, which are
     * those of the last days; the budget is that of the first call.
     *
     * @throws IllegalArgumentException if the run of this id is no bulk of this type
     */
    public BulkSummary run(String id, Stream<? extends I> inputs, Budget budget, Consumer<? super BulkItem<O>> each)
            throws InterruptedException {
        TemporalBulkRun<O> run = begin(id, budget);
        var feed = new BulkFeed<I>(
                inputs.iterator(),
                settings.key,
                type.inputType(),
                new BulkFeed.Target(
                        client.newUntypedWorkflowStub(id),
                        client.getOptions().getDataConverter(),
                        run.taken(),
                        2 * settings.parallel + 100));
        try {
            return run.result(feed, each);
        } catch (InterruptedException | RuntimeException | Error broken) {
            run.cancelAfter(broken);
            throw broken;
        }
    }

    private TemporalBulkRun<O> begin(String id, Budget budget) {
        if (budget.parent().isPresent()) {
            throw new IllegalArgumentException(
                    "a run on Temporal cannot be paid by a budget of this process: give it a budget of its own");
        }
        WorkflowStub workflow = client.newUntypedWorkflowStub(
                Contract.BULK,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(settings.queue)
                        .setWorkflowId(id)
                        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
                        .build());
        var start = new Wire.BulkStart(
                type.name(),
                budget.limit().picoUsd(),
                budget.deadline().map(Duration::toNanos).orElse(0L),
                settings.parallel,
                settings.historyItems,
                settings.marks);
        try {
            String first = workflow.start(start, null, null).getRunId();
            return TemporalBulkRun.begun(client, type, id, first);
        } catch (WorkflowExecutionAlreadyStarted known) {
            return attach(id);
        }
    }

    /** A run that was started under this id, here or in another process. */
    public TemporalBulkRun<O> attach(String id) {
        return TemporalBulkRun.known(client, type, id);
    }
}
