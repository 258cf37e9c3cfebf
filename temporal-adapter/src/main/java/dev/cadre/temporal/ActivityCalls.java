// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

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
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/** Schedules the activities of a run, and cancels them. Belongs to a workflow. */
final class ActivityCalls {
    /** How long after the deadline an activity may still report; it has interrupted its work by then. */
    private static final Duration OVERTIME = Duration.ofMinutes(1);

    private final Duration heartbeat;
    private final Map<String, CancellationScope> underWay = new LinkedHashMap<>();

    ActivityCalls(Duration heartbeat) {
        this.heartbeat = heartbeat;
    }

    /**
     * An activity that is to be scheduled.
     *
     * @param key tells it apart from all others under way
     * @param type its type
     * @param queue its task queue
     * @param left the time that it has
     * @param summary for people
     */
    record Call(String key, String type, String queue, Duration left, String summary) {}

    int underWay() {
        return underWay.size();
    }

    /**
     * Schedules an activity.
     *
     * @param report makes what the run is told of its report
     * @param ended is told of that, or of why there is none, in a callback of the workflow
     */
    <T> void schedule(
            Call call, Class<T> type, Function<T, Wire.Fed> report, Consumer<Wire.Fed> ended, Object... arguments) {
        ActivityStub activity = Workflow.newUntypedActivityStub(options(call));
        CancellationScope scope = Workflow.newCancellationScope(() -> {
            Promise<T> promise = activity.executeAsync(call.type(), type, arguments);
            promise.handle((reported, failure) -> {
                underWay.remove(call.key());
                ended.accept(
                        failure == null
                                ? report.apply(Objects.requireNonNull(
                                        reported, () -> "the activity of '%s' returned nothing".formatted(call.key())))
                                : lost(call.key(), LostRung.of(failure)));
                return null;
            });
        });
        underWay.put(call.key(), scope);
        scope.run();
    }

    private static Wire.Fed lost(String key, LostRung lost) {
        return new Wire.Fed("lost", key, null, null, null, lost.written(), null);
    }

    private ActivityOptions options(Call call) {
        return ActivityOptions.newBuilder()
                .setTaskQueue(call.queue())
                .setScheduleToStartTimeout(call.left().plus(OVERTIME))
                .setScheduleToCloseTimeout(call.left().plus(OVERTIME).plus(OVERTIME))
                .setStartToCloseTimeout(call.left().plus(OVERTIME))
                .setHeartbeatTimeout(heartbeat)
                // its attempts, and what they cost, are decided by the machine
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                // what was spent is known when it has stopped
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setSummary(call.summary())
                .build();
    }

    /** Cancels all activities that are under way: they still end. */
    void cancelAll() {
        List.copyOf(underWay.keySet()).forEach(this::cancel);
    }

    /** Cancels an activity, if it is under way: it still ends. */
    void cancel(String key) {
        CancellationScope scope = underWay.get(key);
        if (scope != null) {
            scope.cancel();
        }
    }
}
