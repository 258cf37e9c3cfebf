// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RungId;
import dev.cadre.task.SubtaskType;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.ActivityStub;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Schedules the rungs of a run as activities, and cancels them. Belongs to a workflow. */
final class RungCalls {
    /** How long after the deadline an activity may still report; it has interrupted its work by then. */
    private static final Duration OVERTIME = Duration.ofMinutes(1);

    private static final int SUMMARY_CHARS = 40;

    private final Registry registry;
    private final Wire.Start start;
    private final String graphInput;
    private final String runId;
    private final Map<RungId, CancellationScope> underWay = new LinkedHashMap<>();

    RungCalls(Registry registry, Wire.Start start, String graphInput, String runId) {
        this.registry = registry;
        this.start = start;
        this.graphInput = graphInput;
        this.runId = runId;
    }

    int underWay() {
        return underWay.size();
    }

    /**
     * Schedules a rung.
     *
     * @param ended is told of its report, or of why there is none, in a callback of the workflow
     */
    void schedule(
            RunCommand.StartRung rung,
            Money allotment,
            Duration left,
            Duration sinceStart,
            BiConsumer<Wire.@Nullable Performed, @Nullable RuntimeException> ended) {
        var order = new Wire.Order(
                runId,
                start.graph(),
                start.version(),
                place(rung.id()),
                rung.tier().name(),
                rung.evidence(),
                rung.order(),
                allotment.picoUsd(),
                left.toNanos(),
                sinceStart.toNanos());
        String input = Ends.write(rung.type().inputType(), rung.input());
        ActivityStub activity = Workflow.newUntypedActivityStub(options(rung, left));
        CancellationScope scope = Workflow.newCancellationScope(() -> {
            Promise<Wire.Performed> promise =
                    activity.executeAsync(Contract.RUNG, Wire.Performed.class, order, graphInput, input);
            promise.handle((report, failure) -> {
                underWay.remove(rung.id());
                ended.accept(report, failure);
                return null;
            });
        });
        underWay.put(rung.id(), scope);
        scope.run();
    }

    static Wire.Place place(RungId id) {
        return new Wire.Place(id.subtaskId(), id.item(), id.rung());
    }

    private ActivityOptions options(RunCommand.StartRung rung, Duration left) {
        SubtaskType<?, ?> type = rung.type();
        return ActivityOptions.newBuilder()
                .setTaskQueue(Queues.of(registry.queue(), type, rung.tier()))
                .setScheduleToStartTimeout(left.plus(OVERTIME))
                .setScheduleToCloseTimeout(left.plus(OVERTIME).plus(OVERTIME))
                .setStartToCloseTimeout(left.plus(OVERTIME))
                .setHeartbeatTimeout(registry.heartbeat())
                // its attempts, and what they cost, are decided by the machine
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                // what was spent is known when it has stopped
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setSummary("%s on %s".formatted(brief(rung.id().label()), rung.tier()))
                .build();
    }

    /** A key of a user's may be long; a cluster takes 200 bytes. */
    private static String brief(String label) {
        return label.length() <= SUMMARY_CHARS ? label : label.substring(0, SUMMARY_CHARS) + "…";
    }

    /** Cancels the rungs of a subtask that are under way: they still end. */
    void cancelAll(String subtask) {
        List.copyOf(underWay.keySet()).stream()
                .filter(id -> id.subtaskId().equals(subtask))
                .forEach(this::cancel);
    }

    /** Cancels a rung, if it is under way: it still ends. */
    void cancel(RungId id) {
        CancellationScope scope = underWay.get(id);
        if (scope != null) {
            scope.cancel();
        }
    }
}
