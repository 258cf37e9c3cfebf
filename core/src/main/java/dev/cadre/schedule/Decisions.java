// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.event.RunEvent;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the parts of a machine share: what it wants done, the time of the input that it takes, and why it stops. */
final class Decisions {
    private final String runId;
    private final long startNanos;
    private final List<RunCommand> commands = new ArrayList<>();
    private long now;
    private boolean planOpen = true;
    private @Nullable StopReason stop;

    Decisions(String runId, long startNanos) {
        this.runId = runId;
        this.startNanos = startNanos;
        this.now = startNanos;
    }

    /** An input came at this time. */
    void at(long nanoTime) {
        now = nanoTime;
    }

    /** The time since the start of the run. */
    Duration at() {
        return Duration.ofNanos(now - startNanos);
    }

    /** Whether the planner may bring more. */
    boolean isPlanOpen() {
        return planOpen;
    }

    void planOpen(boolean open) {
        planOpen = open;
    }

    String runId() {
        return runId;
    }

    void add(RunCommand command) {
        commands.add(command);
    }

    void tell(RunEvent event) {
        commands.add(new RunCommand.Tell(event));
    }

    /** What is to be done since this was asked last, in order. */
    List<RunCommand> take() {
        List<RunCommand> taken = List.copyOf(commands);
        commands.clear();
        return taken;
    }

    // --- the stop

    /** Nothing starts any more. */
    void stop(StopReason reason) {
        stop = reason;
    }

    boolean isStopped() {
        return stop != null;
    }

    /** Why nothing starts any more; null if the run goes on. */
    @Nullable
    StopReason reason() {
        return stop;
    }

    /** The failure of work that was in this place when it was interrupted, or failed by itself. */
    RunFailure inPlaceOf(RunFailure own, String place) {
        return stop == null ? own : stop.in(place).failure();
    }

    /** Of an execution that was interrupted. */
    Outcome<Object> stopped(String place) {
        return new Outcome.Failed<>(interrupted(place));
    }

    Failure interrupted(String place) {
        return stop == null
                ? new Failure(Failure.Kind.CANCELLED, "it was interrupted")
                : stop.in(place).ofExecution();
    }

    /** Of an execution of which nothing was sent on any tier. */
    Outcome<Object> neverBegun(String place) {
        return stop == null
                ? Outcome.skipped(Skip.Kind.CANCELLED, "it was interrupted")
                : stop.in(place).skippedOutcome();
    }
}
