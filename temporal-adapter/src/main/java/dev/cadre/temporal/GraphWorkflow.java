// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRun;
import dev.cadre.task.GraphNode;
import dev.cadre.task.TaskGraph;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run of a graph as a workflow: makes the graph, and has a {@link WorkflowRun} drive it. */
final class GraphWorkflow implements Contract.RunWorkflow {
    /** The type of a failure of a run that was refused before anything was called. */
    static final String REFUSED = "cadre-refused";

    /** What this code does with a history; raised together with a branch for histories of before. */
    static final String CHANGE = "cadre-run";

    private static final int VERSION = 1;

    private final Registry registry;
    private final DecisionOrder decisionOrder;
    private @Nullable WorkflowRun<?> run;
    private boolean isCancelled;

    GraphWorkflow(Registry registry, DecisionOrder decisionOrder) {
        this.registry = registry;
        this.decisionOrder = decisionOrder;
    }

    @Override
    public Wire.Ended run(Wire.Start start, String input) {
        var unused = Workflow.getVersion(CHANGE, Workflow.DEFAULT_VERSION, VERSION);
        // without the graph no decision can be made: the task fails and is tried again, perhaps by a worker that has it
        TaskGraph<?> graph = registry.graph(start.graph(), start.version(), input)
                .orElseThrow(() -> new IllegalStateException("this worker has no graph '%s' of version %d: register it"
                        .formatted(start.graph(), start.version())));
        return run(start, input, graph);
    }

    private <R> Wire.Ended run(Wire.Start start, String input, TaskGraph<R> graph) {
        String runId = Workflow.getInfo().getWorkflowId();
        EngineRun<R> parts = EngineRun.of(registry.coordinator(), graph, runId);
        requireSame(parts.fingerprint(), start);
        String obstacle = Workflow.sideEffect(
                String.class, () -> obstacle(graph).or(parts::obstacle).orElse(""));
        if (!obstacle.isEmpty()) {
            throw ApplicationFailure.newNonRetryableFailure(obstacle, REFUSED);
        }
        var calls = new RungCalls(registry, start, input, runId);
        var driven = new WorkflowRun<>(parts, graph, start, calls, decisionOrder);
        run = driven;
        if (isCancelled) {
            driven.cancel();
        }
        // of the workflow itself: it stops the run, which then ends by itself
        CancellationScope.current().getCancellationRequest().thenApply(why -> {
            driven.cancel();
            return why;
        });
        Wire.Ended[] ended = new Wire.Ended[1];
        Workflow.newDetachedCancellationScope(() -> ended[0] = driven.toTheEnd())
                .run();
        return ended[0];
    }

    /** A graph that is made otherwise now cannot go on as it began. */
    private static void requireSame(String fingerprint, Wire.Start start) {
        String begun = Workflow.sideEffect(String.class, () -> fingerprint);
        if (!begun.equals(fingerprint)) {
            throw new IllegalStateException(
                    "graph '%s' of version %d is another one than when this run began: give the changed graph a new version and register both"
                            .formatted(start.graph(), start.version()));
        }
    }

    private static Optional<String> obstacle(TaskGraph<?> graph) {
        return graph.nodes().stream()
                .map(GraphNode::type)
                .filter(type -> type.keptAbove().isPresent())
                .findFirst()
                .map(type -> "subtask type '%s' keeps long outputs out of prompts, which a run on Temporal cannot yet"
                        .formatted(type.name()));
    }

    @Override
    public void cancel() {
        isCancelled = true;
        if (run != null) {
            run.cancel();
        }
    }

    @Override
    public Wire.Progress progress() {
        return run == null ? new Wire.Progress("RUNNING", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) : run.progress();
    }

    @Override
    public Wire.@Nullable Ended result() {
        return run == null ? null : run.result();
    }
}
