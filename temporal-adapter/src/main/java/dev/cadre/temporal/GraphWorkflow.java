// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRun;
import dev.cadre.event.RunEvent;
import dev.cadre.task.RunFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run as a workflow: makes the graph or the goal, and has a {@link WorkflowRun} drive it. */
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
        return run(start, input, registry.asked(start, input));
    }

    private <R> Wire.Ended run(Wire.Start start, String input, Asked<R> asked) {
        EngineRun<R> parts =
                asked.run(registry.coordinator(), Workflow.getInfo().getWorkflowId());
        requireSame(parts.fingerprint(), start);
        String obstacle = Workflow.sideEffect(
                String.class, () -> asked.obstacle().or(parts::obstacle).orElse(""));
        if (!obstacle.isEmpty()) {
            throw ApplicationFailure.newNonRetryableFailure(obstacle, REFUSED);
        }
        var frame = new RunFrame<>(parts, start, input, registry);
        return switch (asked) {
            case Asked.ForGraph<R> graph -> drive(new WorkflowRun<>(frame, graph, null, decisionOrder));
            case Asked.ForGoal<R> goal ->
                switch (GoalFlow.funding(frame, goal)) {
                    case GoalFlow.Funded funded -> drive(new WorkflowRun<>(frame, goal, funded, decisionOrder));
                    case GoalFlow.Refused(RunFailure why) -> refused(frame, goal, why);
                };
        };
    }

    private static <R> Wire.Ended refused(RunFrame<R> frame, Asked<R> goal, RunFailure why) {
        Marks marks = frame.start().marks() ? Marks.ON : Marks.OFF;
        marks.began();
        frame.tell(new RunEvent.RunStarted(
                frame.runId(), Duration.ZERO, frame.parts().goal(), frame.limit()));
        return RunEnds.conclude(frame, goal, EngineRun.refused(why), marks);
    }

    private Wire.Ended drive(WorkflowRun<?> driven) {
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

    /** What is made otherwise now cannot go on as it began. */
    private static void requireSame(String fingerprint, Wire.Start start) {
        String begun = Workflow.sideEffect(String.class, () -> fingerprint);
        if (!begun.equals(fingerprint)) {
            throw new IllegalStateException(
                    "%s '%s' of version %d is another one than when this run began: give the changed one a new version and register both"
                            .formatted(start.goal() ? "goal" : "graph", start.graph(), start.version()));
        }
    }

    @Override
    public void cancel() {
        isCancelled = true;
        if (run != null) {
            run.cancel();
        }
    }

    @Override
    public void say(Wire.@Nullable Said said) {
        if (run != null && said != null) { // nobody waits before the run has begun
            run.say(said);
        }
    }

    @Override
    public List<Wire.Question> questions() {
        return run == null ? List.of() : run.questions();
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
