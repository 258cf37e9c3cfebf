// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.RunResult;
import dev.cadre.schema.JsonType;
import dev.cadre.task.TypeRef;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run that was started on a Temporal cluster. It goes on whether or not anybody holds this. Safe for use by many threads.
 *
 * @param <R> the answer
 */
public final class TemporalRun<R> {
    private static final int MOST_BYTES = 1 << 20;

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

    // --- people

    /**
     * What the run waits for people with: a plan to be approved, subtasks that wait for an answer, and planner or merger if they wait for
     * somebody. Blocks until a worker has answered; a run whose workers are down is not asked.
     */
    public List<RunQuestion> questions() {
        return Stream.of(workflow.query(Contract.QUESTIONS, Wire.Question[].class))
                .map(RunQuestion::of)
                .toList();
    }

    /**
     * Answers a subtask that waits. The answer is checked against the output type and the rules of the subtask type, in an
     * activity; one that does not fit is awaited on, and {@link #questions} has the question again with the reason as its
     * refusal. An answer to what is not waited for any more is passed over, with a note in the report: the first one counts.
     * Does not wait; the workers may be down.
     *
     * @throws IllegalArgumentException if the question is none of a subtask, or the answer has more than 1 MiB of JSON
     * @throws IllegalStateException if the run has ended
     * @throws dev.cadre.json.JsonException if the value cannot be written
     */
    public <O> void answer(RunQuestion question, Class<O> output, O value) {
        answer(question, TypeRef.of(output), value);
    }

    /** The same for an answer of a generic type. */
    @SuppressWarnings("unchecked") // a reference stands for its type
    public <O> void answer(RunQuestion question, TypeRef<O> output, O value) {
        question.require(RunQuestion.Kind.SUBTASK);
        say("answer", question.id(), ((JsonType<O>) JsonType.of(output.type())).write(value));
    }

    /**
     * Approves of a plan that waits: it is run as it is. Otherwise as {@link #answer}.
     *
     * @throws IllegalArgumentException if the question is none about a plan
     * @throws IllegalStateException if the run has ended
     */
    public void approve(RunQuestion question) {
        question.require(RunQuestion.Kind.PLAN);
        say("approve", question.id(), "");
    }

    /**
     * Rejects a plan that waits: it is not run, as after {@link dev.cadre.plan.PlanReview.Verdict.Reject}.
     *
     * @param reason for the result, of 1 MiB at most
     * @throws IllegalArgumentException if the question is none about a plan, or the reason is longer
     * @throws IllegalStateException if the run has ended
     */
    public void reject(RunQuestion question, String reason) {
        question.require(RunQuestion.Kind.PLAN);
        say("reject", question.id(), reason);
    }

    /**
     * Has the code that waits called again, for answers that are kept elsewhere, such as by a {@link
     * dev.cadre.people.FileDesk}: of subtasks, planner and merger, and the review of a plan about the same plan. Does not
     * wait. What is called may spend money again.
     *
     * @throws IllegalStateException if the run has ended
     */
    public void askAgain() {
        say("again", "", "");
    }

    private void say(String kind, String id, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "an answer may have %,d bytes of JSON, not %,d".formatted(MOST_BYTES, bytes));
        }
        try {
            workflow.signal(Contract.SAY, new Wire.Said(kind, id, text));
        } catch (WorkflowNotFoundException ended) {
            throw new IllegalStateException(
                    "nobody waits for an answer: run '%s' has ended, or there is none".formatted(this.id), ended);
        }
    }
}
