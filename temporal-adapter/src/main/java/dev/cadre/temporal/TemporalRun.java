// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.RunResult;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A run that was started on a Temporal cluster. It goes on whether or not anybody holds this. Safe for use by many threads.
 *
 * @param <R> the answer
 */
public final class TemporalRun<R> {
    private final WorkflowStub workflow;
    private final Asked<R> asked;
    private final String id;

    TemporalRun(WorkflowStub workflow, Asked<R> asked, String id) {
        this.workflow = workflow;
        this.asked = asked;
        this.id = id;
    }

    /** The id of the run, which is that of its workflow. */
    public String id() {
        return id;
    }

    /**
     * Waits for the result. Every call returns the same one.
     *
     * @throws IllegalStateException if the run was refused before anything was called: see {@link
     *     dev.cadre.Coordinator#run(dev.cadre.task.TaskGraph, dev.cadre.budget.Budget)}
     * @throws WorkflowFailedException if the workflow was terminated or failed for a reason of the cluster's
     * @throws InterruptedException if the calling thread was interrupted; the run goes on
     */
    public RunResult<R> result() throws InterruptedException {
        return Results.read(ended(), asked, id);
    }

    private Wire.Ended ended() throws InterruptedException {
        try {
            return workflow.getResultAsync(Wire.Ended.class).get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof WorkflowFailedException ended
                    && ended.getCause() instanceof ApplicationFailure refused
                    && refused.getType().equals(GraphWorkflow.REFUSED)) {
                throw new IllegalStateException(refused.getOriginalMessage(), ended);
            }
            if (cause instanceof WorkflowFailedException ended && ended.getCause() instanceof CanceledFailure) {
                Wire.@Nullable Ended result = workflow.query(Contract.RESULT, Wire.Ended.class);
                if (result != null) {
                    return result;
                }
            }
            throw cause instanceof RuntimeException thrown ? thrown : new IllegalStateException(cause);
        }
    }

    /**
     * How far the run has come; also after its end, as long as the cluster keeps its history. Blocks until a worker has
     * answered.
     */
    public RunProgress progress() {
        return RunProgress.of(workflow.query(Contract.PROGRESS, Wire.Progress.class));
    }

    /**
     * Stops the run: what is under way is interrupted within a heartbeat, 2.5 seconds by default, and booked, and the {@link #result} is a failure
     * of the kind {@code CANCELLED} with all outcomes so far. Does not wait for that.
     */
    public void cancel() {
        workflow.signal(Contract.CANCEL);
    }
}
