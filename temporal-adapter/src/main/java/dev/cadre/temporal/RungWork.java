// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRung;
import dev.cadre.bulk.EngineBulk;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RungId;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;

/**
 * Performs rungs as activities. Whatever happens to a rung is an end that is returned, with what it has spent; what is thrown
 * was thrown before anything began. Safe for use by many threads.
 */
final class RungWork implements Contract.RungActivity {
    /** The type of a failure of an activity that has begun nothing. */
    static final String NOT_BEGUN = "cadre-not-begun";

    /** So many heartbeats before a worker is taken for lost. */
    static final long PULSES = 4;
    /** The workflow cancels at the deadline, which a rung hears with its next heartbeat; this is if that comes late. */
    private static final Duration OVERTIME = Duration.ofSeconds(1);

    private final Registry registry;
    private volatile boolean isClosing;

    RungWork(Registry registry) {
        this.registry = registry;
    }

    /** Interrupts all rungs, which report what they have spent, and begins no other one. */
    void close() {
        isClosing = true;
    }

    @Override
    public Wire.Performed perform(Wire.Order order, String graphInput, String input) {
        ActivityExecutionContext context = Activity.getExecutionContext();
        if (isClosing) {
            throw ApplicationFailure.newNonRetryableFailure("its worker was shut down", NOT_BEGUN);
        }
        RunCommand.StartRung rung = read(order, graphInput, input);
        var events = new Events();
        var pulse = new Pulse(context);
        EngineRung.Performed performed = new EngineRung(
                        registry.coordinator(), order.run(), rung, terms(order, context.getInfo()), events)
                .perform(pulse::goesOn);
        boolean isLeaving = Thread.interrupted() || pulse.isLeaving; // the flag would break what reports the end
        return new Wire.Performed(
                order.place(),
                Ends.of(performed.end(), rung.type()),
                Payments.of(performed.spend()),
                events.calls(),
                events.byCode(),
                events.notes(),
                performed.abandoned().orElse(""),
                performed.isTimeUp(),
                isLeaving);
    }

    /** Time that it waited in the queue is gone; by the clock of the server alone, so that no two clocks are compared. */
    private EngineRung.Terms terms(Wire.Order order, ActivityInfo info) {
        long waited = Math.max(0, info.getStartedTimestamp() - info.getScheduledTimestamp());
        Duration queued = Duration.ofMillis(waited);
        return new EngineRung.Terms(
                Money.ofPico(order.allotment()),
                Duration.ofNanos(order.timeNanos()).minus(queued),
                OVERTIME,
                Duration.ofNanos(order.sinceStartNanos()).plus(queued),
                registry.heartbeat().dividedBy(PULSES));
    }

    private RunCommand.StartRung read(Wire.Order order, String graphInput, String input) {
        try {
            Wire.Place place = order.place();
            SubtaskType<?, ?> type = order.version() == Registry.BULK
                    ? EngineBulk.type(registry.bulk(order.graph()))
                    : ofGraph(order, graphInput);
            return new RunCommand.StartRung(
                    new RungId(place.subtask(), place.item(), place.rung()),
                    type,
                    type.inputType().read(input),
                    Tier.valueOf(order.tier()),
                    order.evidence(),
                    order.order());
        } catch (RuntimeException unfit) {
            throw ApplicationFailure.newNonRetryableFailureWithCause(
                    String.valueOf(unfit.getMessage()), NOT_BEGUN, unfit);
        }
    }

    private SubtaskType<?, ?> ofGraph(Wire.Order order, String graphInput) {
        TaskGraph<?> graph = registry.graph(order.graph(), order.version(), graphInput)
                .orElseThrow(() -> new IllegalStateException(
                        "this worker has no graph '%s' of version %d".formatted(order.graph(), order.version())));
        return graph.nodes().stream()
                .filter(each -> each.id().equals(order.place().subtask()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("graph '%s' of version %d has no subtask '%s' here"
                        .formatted(order.graph(), order.version(), order.place().subtask())))
                .type();
    }

    /** Tells the server that the activity is alive, and hears whether it is still wanted. */
    private final class Pulse {
        private final ActivityExecutionContext context;
        private boolean isLeaving;

        Pulse(ActivityExecutionContext context) {
            this.context = context;
        }

        boolean goesOn() {
            if (isClosing) {
                isLeaving = true;
                return false;
            }
            try {
                context.heartbeat(null);
                return true;
            } catch (ActivityWorkerShutdownException leaving) {
                isLeaving = true;
                return false;
            } catch (ActivityCompletionException unwanted) { // cancelled, timed out, or its workflow is gone
                return false;
            } catch (RuntimeException unsent) { // such as by an executor that is shut down: no reason to lose a report
                isLeaving = isClosing;
                return !isClosing;
            }
        }
    }
}
