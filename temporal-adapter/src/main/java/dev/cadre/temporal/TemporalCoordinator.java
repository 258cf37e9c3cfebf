// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.util.UUID;

/**
 * Runs task graphs on a Temporal cluster, with the signatures of {@link dev.cadre.Coordinator}. A graph must be made by a
 * {@link NamedGraph} that is registered with the {@link TemporalWorker}s of the task queue: its name and its input travel,
 * its code does not. Holds no model and no key. Immutable and safe for use by many threads; the caller closes what the
 * client is made of.
 */
public final class TemporalCoordinator {
    private final WorkflowClient client;
    private final String queue;
    private final boolean marks;

    private TemporalCoordinator(WorkflowClient client, String queue, boolean marks) {
        this.client = client;
        this.queue = queue;
        this.marks = marks;
    }

    /**
     * A coordinator of the runs on a task queue.
     *
     * @param queue the name that the workers were given, too
     */
    public static TemporalCoordinator of(WorkflowClient client, String queue) {
        return new TemporalCoordinator(client, queue, false);
    }

    /**
     * This coordinator with runs that keep the search attributes {@code CadreState}, a keyword, and {@code CadreSpentUsd}, a
     * double that is set at the end; default none. The cluster must know both, else no step of a run succeeds.
     */
    public TemporalCoordinator searchAttributes() {
        return new TemporalCoordinator(client, queue, true);
    }

    /**
     * Runs a graph that a {@link NamedGraph} has made. Blocks until the run has ended, at the latest about a heartbeat after
     * its deadline if a worker was lost; the workers spend money.
     *
     * @throws IllegalArgumentException if no {@link NamedGraph} has made the graph, or another budget pays for this one
     * @throws IllegalStateException if the run was refused before anything was called
     * @throws InterruptedException if the calling thread was interrupted: the run was told to stop, and may still be doing so
     */
    public <R> RunResult<R> run(TaskGraph<R> graph, Budget budget) throws InterruptedException {
        TemporalRun<R> run = start(graph, budget);
        try {
            return run.result();
        } catch (InterruptedException cancel) {
            run.cancel();
            throw cancel;
        }
    }

    /**
     * Starts such a run and returns.
     *
     * @throws IllegalArgumentException as for {@link #run}
     */
    public <R> TemporalRun<R> start(TaskGraph<R> graph, Budget budget) {
        TaskGraph.Origin origin = origin(graph);
        return start("cadre-%s-%s".formatted(origin.graph(), UUID.randomUUID()), graph, budget);
    }

    /**
     * The same under an id of the caller's, which no other run of the namespace may have while this one goes on.
     *
     * @throws io.temporal.client.WorkflowExecutionAlreadyStarted if one has
     */
    public <R> TemporalRun<R> start(String id, TaskGraph<R> graph, Budget budget) {
        TaskGraph.Origin origin = origin(graph);
        if (budget.parent().isPresent()) {
            throw new IllegalArgumentException(
                    "a run on Temporal cannot be paid by a budget of this process: give it a budget of its own");
        }
        WorkflowStub workflow = client.newUntypedWorkflowStub(
                Contract.RUN,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(queue)
                        .setWorkflowId(id)
                        .build());
        long nanos = budget.deadline().map(java.time.Duration::toNanos).orElse(0L);
        workflow.start(
                new Wire.Start(origin.graph(), origin.version(), budget.limit().picoUsd(), nanos, marks),
                origin.input());
        return new TemporalRun<>(workflow, graph, id);
    }

    /**
     * Performs one kind of work on a stream of inputs, as {@link dev.cadre.Coordinator#bulk} does. The type must be registered
     * with the workers, by {@link TemporalWorker.Builder#bulks}: its name travels, its code does not.
     */
    public <I, O> TemporalBulk<I, O> bulk(SubtaskType<I, O> type) {
        return TemporalBulk.of(client, queue, marks, type);
    }

    /** A run that another process has started, of the very graph that it was started with. */
    public <R> TemporalRun<R> attach(String id, TaskGraph<R> graph) {
        return new TemporalRun<>(client.newUntypedWorkflowStub(id), graph, id);
    }

    private static TaskGraph.Origin origin(TaskGraph<?> graph) {
        return graph.origin()
                .orElseThrow(() -> new IllegalArgumentException(
                        "code cannot travel: make the graph with a NamedGraph, and register that with the workers"));
    }
}
