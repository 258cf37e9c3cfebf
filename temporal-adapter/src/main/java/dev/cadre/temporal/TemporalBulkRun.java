// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.EngineBulkResult;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bulk run on a Temporal cluster. It goes on with the inputs that it was sent whether or not anybody holds this. Safe for use by
 * many threads.
 *
 * @param <O> the output of one item
 */
public final class TemporalBulkRun<O> {
    /** How often the cluster is asked for items that have ended. */
    private static final Duration TICK = Duration.ofMillis(200);

    private final WorkflowClient client;
    private final SubtaskType<?, O> type;
    private final String id;
    private final @Nullable String first;

    private TemporalBulkRun(WorkflowClient client, SubtaskType<?, O> type, String id, @Nullable String first) {
        this.client = client;
        this.type = type;
        this.id = id;
        this.first = first;
    }

    /** @param first the id of its first history */
    static <O> TemporalBulkRun<O> begun(WorkflowClient client, SubtaskType<?, O> type, String id, String first) {
        return new TemporalBulkRun<>(client, type, id, first);
    }

    static <O> TemporalBulkRun<O> known(WorkflowClient client, SubtaskType<?, O> type, String id) {
        return new TemporalBulkRun<>(client, type, id, null);
    }

    private WorkflowStub workflow() {
        return client.newUntypedWorkflowStub(id);
    }

    /** The id of the run, which is that of its workflow. */
    public String id() {
        return id;
    }

    /**
     * How many inputs it has, to go on with the next one.
     *
     * @throws IllegalArgumentException if it is no run of this type
     */
    long taken() {
        if (first != null) {
            return 0;
        }
        reader(new EngineBulkResult<>(id, type.name(), item -> {}));
        return progress().subtasks().admitted();
    }

    private BulkReader<O> reader(EngineBulkResult<O> result) {
        var reader = new BulkReader<>(client, id, first, type.outputType(), result);
        if (first == null) {
            reader.find(type.name());
        }
        return reader;
    }

    /**
     * How far the run has come; also after its end, as long as the cluster keeps its last history. Its subtasks are its items.
     * Blocks until a worker has answered.
     */
    public RunProgress progress() {
        return RunProgress.of(workflow().query(Contract.PROGRESS, Wire.Progress.class));
    }

    /**
     * Stops the run: what is under way is interrupted within a heartbeat, 2.5 seconds by default, and booked, and {@link
     * BulkSummary#stop()} is {@link BulkSummary.Stop#CANCELLED}. Does not wait for that.
     */
    public void cancel() {
        workflow().signal(Contract.CANCEL);
    }

    /**
     * Waits for the end of the run, and hands over all its items from the first one on. Whoever {@linkplain TemporalBulk#run
     * sends its inputs} must still do so, else the run waits for them until its deadline.
     *
     * @param each receives every item on the calling thread, in the order in which they ended. What it throws comes out of this
     *     method; the run goes on
     * @throws IllegalArgumentException if it is no bulk of this type
     * @throws IllegalStateException if the run was refused before anything was called, or the cluster keeps its first histories
     *     no more
     * @throws io.temporal.client.WorkflowFailedException if the workflow was terminated or failed for a reason of the cluster's
     * @throws InterruptedException if the calling thread was interrupted; the run goes on
     */
    public BulkSummary result(Consumer<? super BulkItem<O>> each) throws InterruptedException {
        return result(null, each);
    }

    /** @param feed sends the inputs; null if somebody else does */
    BulkSummary result(@Nullable BulkFeed<?> feed, Consumer<? super BulkItem<O>> each) throws InterruptedException {
        var result = new EngineBulkResult<O>(id, type.name(), each);
        BulkReader<O> reader = reader(result);
        if (feed == null) {
            return read(reader, result);
        }
        BulkSummary summary;
        try (feed) {
            feed.start();
            while (!reader.isEnded()) {
                feed.send(TICK);
                reader.read(feed);
            }
            Wire.BulkEnded ended = reader.ended();
            feed.stop().ifPresent(thread -> result.abandoned("input", thread));
            result.notTaken(stopped(ended), feed.notTaken(ended.taken()));
            summary = summary(result, ended);
        }
        feed.rethrow();
        return summary;
    }

    private BulkSummary read(BulkReader<O> reader, EngineBulkResult<O> result) throws InterruptedException {
        var pause = new BulkFeed.Pause();
        while (!reader.isEnded()) {
            reader.read(BulkReader.Hearer.NOBODY);
            if (!reader.isEnded()) {
                pause.of(TICK);
            }
        }
        return summary(result, reader.ended());
    }

    private static BulkSummary summary(EngineBulkResult<?> result, Wire.BulkEnded ended) {
        return result.summary(stopped(ended), Payments.spend(ended.paid()), Money.ofPico(ended.limit()));
    }

    private static EngineBulkResult.Stopped stopped(Wire.BulkEnded ended) {
        return new EngineBulkResult.Stopped(
                BulkSummary.Stop.valueOf(ended.stop()), ended.message(), Outages.read(ended.outage()));
    }

    /** Whoever sent its inputs has ended early. */
    void cancelAfter(Throwable broken) {
        boolean wasInterrupted = Thread.interrupted(); // it would break the call
        try {
            cancel();
        } catch (WorkflowNotFoundException over) { // nothing is left to stop
            return;
        } catch (WorkflowServiceException unsent) {
            broken.addSuppressed(unsent);
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
