// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Runs task graphs and goals on a Temporal cluster, with the signatures of {@link dev.cadre.Coordinator}. A graph must be made
 * by a {@link NamedGraph}, a goal by a {@link NamedGoal}, that is registered with the {@link TemporalWorker}s of the task queue: its name and its input travel,
 * its code does not. Holds no model and no key. Immutable and safe for use by many threads; the caller closes what the
 * client is made of.
 */
public final class TemporalCoordinator {
    private final WorkflowClient client;
    private final String queue;
    private final boolean marks;
    private final boolean waitsCount;
    private final List<SubtaskType<?, ?>> types;

    private TemporalCoordinator(
            WorkflowClient client, String queue, boolean marks, boolean waitsCount, List<SubtaskType<?, ?>> types) {
        this.client = client;
        this.queue = queue;
        this.marks = marks;
        this.waitsCount = waitsCount;
        this.types = List.copyOf(types);
    }

    /**
     * A coordinator of the runs on a task queue.
     *
     * @param queue the name that the workers were given, too
     */
    public static TemporalCoordinator of(WorkflowClient client, String queue) {
        return new TemporalCoordinator(client, queue, false, false, List.of());
    }

    /**
     * This coordinator with runs that keep the search attributes {@code CadreState}, a keyword such as {@code WAITING}, and {@code CadreSpentUsd}, a
     * double that is set at the end; default none. The cluster must know both, else no step of a run succeeds.
     */
    public TemporalCoordinator searchAttributes() {
        return new TemporalCoordinator(client, queue, true, waitsCount, types);
    }

    /**
     * This coordinator with runs whose deadline counts the time, too, in which they only wait for people. By default their
     * clock stands still then, so that the time of a person does not count, as between two sessions with a journal. What is
     * still waited for at the deadline is given up, with the reason {@code DEADLINE}.
     */
    public TemporalCoordinator countingWaits() {
        return new TemporalCoordinator(client, queue, marks, true, types);
    }

    /**
     * This coordinator for goals whose plans consist of these types, which the coordinators of the workers have, too: the
     * outcomes of a run are read by them. Default none; graphs bring their types.
     *
     * @throws IllegalArgumentException if two have one name
     */
    public TemporalCoordinator plansWith(SubtaskType<?, ?>... registered) {
        return plansWith(List.of(registered));
    }

    /** The same for types in a list. */
    public TemporalCoordinator plansWith(List<? extends SubtaskType<?, ?>> registered) {
        var all = new ArrayList<SubtaskType<?, ?>>(types);
        for (SubtaskType<?, ?> type : registered) {
            if (all.stream().anyMatch(known -> known.name().equals(type.name()))) {
                throw new IllegalArgumentException("two subtask types are named '%s'".formatted(type.name()));
            }
            all.add(type);
        }
        return new TemporalCoordinator(client, queue, marks, waitsCount, all);
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
        return result(start(graph, budget));
    }

    /**
     * Runs a goal that a {@link NamedGoal} has made. Otherwise as for a graph.
     *
     * @throws IllegalArgumentException if no {@link NamedGoal} has made the goal as it is, or another budget pays for this one
     * @throws IllegalStateException if the run was refused before anything was called, or its plan has a subtask of a type
     *     that is not {@linkplain #plansWith registered} here
     * @throws InterruptedException as for a graph
     */
    public <R> RunResult<R> run(Goal<R> goal, Budget budget) throws InterruptedException {
        return result(start(goal, budget));
    }

    private static <R> RunResult<R> result(TemporalRun<R> run) throws InterruptedException {
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
        return start(newId(origin(graph).graph()), graph, budget);
    }

    /** The same for a goal. */
    public <R> TemporalRun<R> start(Goal<R> goal, Budget budget) {
        return start(newId(origin(goal).goal()), goal, budget);
    }

    private static String newId(String name) {
        return "cadre-%s-%s".formatted(name, UUID.randomUUID());
    }

    /**
     * The same under an id of the caller's, which no other run of the namespace may have while this one goes on.
     *
     * @throws io.temporal.client.WorkflowExecutionAlreadyStarted if one has
     */
    public <R> TemporalRun<R> start(String id, TaskGraph<R> graph, Budget budget) {
        TaskGraph.Origin origin = origin(graph);
        var start = new Wire.Start(
                origin.graph(), origin.version(), budget.limit().picoUsd(), nanos(budget), marks, false, waitsCount);
        return start(id, start, origin.input(), new Asked.ForGraph<>(graph), budget);
    }

    /** The same for a goal. */
    public <R> TemporalRun<R> start(String id, Goal<R> goal, Budget budget) {
        Goal.Origin origin = origin(goal);
        var start = new Wire.Start(
                origin.goal(), origin.version(), budget.limit().picoUsd(), nanos(budget), marks, true, waitsCount);
        return start(id, start, origin.input(), new Asked.ForGoal<>(goal, types), budget);
    }

    private static long nanos(Budget budget) {
        return budget.deadline().map(Duration::toNanos).orElse(0L);
    }

    private <R> TemporalRun<R> start(String id, Wire.Start start, String input, Asked<R> asked, Budget budget) {
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
        workflow.start(start, input);
        return new TemporalRun<>(workflow, asked, id);
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
        return new TemporalRun<>(client.newUntypedWorkflowStub(id), new Asked.ForGraph<>(graph), id);
    }

    /** The same for a goal. */
    public <R> TemporalRun<R> attach(String id, Goal<R> goal) {
        return new TemporalRun<>(client.newUntypedWorkflowStub(id), new Asked.ForGoal<>(goal, types), id);
    }

    private static Goal.Origin origin(Goal<?> goal) {
        return goal.origin()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "code cannot travel: make the goal with a NamedGoal, add nothing to it, and register that with the workers"));
    }

    private static TaskGraph.Origin origin(TaskGraph<?> graph) {
        return graph.origin()
                .orElseThrow(() -> new IllegalArgumentException(
                        "code cannot travel: make the graph with a NamedGraph, and register that with the workers"));
    }
}
