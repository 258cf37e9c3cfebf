// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRung;
import dev.cadre.bulk.EngineBulk;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RungId;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import java.time.Duration;
import java.util.Optional;

/**
 * Performs rungs as activities. Whatever happens to a rung is an end that is returned, with what it has spent; what is thrown
 * was thrown before anything began. Safe for use by many threads.
 */
final class RungWork implements Contract.RungActivity {
    /** The workflow cancels at the deadline, which a rung hears with its next heartbeat; this is if that comes late. */
    static final Duration OVERTIME = Duration.ofSeconds(1);

    private final Registry registry;
    private final ActivityWork work;

    RungWork(Registry registry, ActivityWork work) {
        this.registry = registry;
        this.work = work;
    }

    @Override
    public Wire.Performed perform(Wire.Order order, String graphInput, String input) {
        ActivityExecutionContext context = Activity.getExecutionContext();
        work.requireOpen();
        RunCommand.StartRung rung = read(order, graphInput, input);
        var events = new Events();
        ActivityWork.Pulse pulse = work.pulse(context);
        EngineRung.Performed performed = new EngineRung(
                        registry.coordinator(),
                        order.run(),
                        rung,
                        Optional.ofNullable(order.answer()),
                        terms(order, context.getInfo()),
                        events)
                .perform(pulse::goesOn);
        boolean isLeaving = pulse.isLeaving();
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

    /** Time that it waited in the queue is gone. */
    private EngineRung.Terms terms(Wire.Order order, ActivityInfo info) {
        Duration queued = ActivityWork.queued(info);
        return new EngineRung.Terms(
                Money.ofPico(order.allotment()),
                Duration.ofNanos(order.timeNanos()).minus(queued),
                OVERTIME,
                Duration.ofNanos(order.sinceStartNanos()).plus(queued),
                registry.heartbeat().dividedBy(ActivityWork.PULSES));
    }

    private RunCommand.StartRung read(Wire.Order order, String graphInput, String input) {
        try {
            Wire.Place place = order.place();
            SubtaskType<?, ?> type = type(order, graphInput);
            return new RunCommand.StartRung(
                    new RungId(place.subtask(), place.item(), place.rung()),
                    type,
                    type.inputType().read(input),
                    Tier.valueOf(order.tier()),
                    order.evidence(),
                    order.order());
        } catch (RuntimeException unfit) {
            throw ActivityWork.notBegun(unfit);
        }
    }

    private SubtaskType<?, ?> type(Wire.Order order, String graphInput) {
        if (order.version() == Registry.BULK) {
            return EngineBulk.type(registry.bulk(order.graph()));
        }
        return order.type() == null ? inGraph(order, graphInput) : registry.type(order.type());
    }

    private SubtaskType<?, ?> inGraph(Wire.Order order, String graphInput) {
        TaskGraph<?> graph = registry.graph(order.graph(), order.version(), graphInput)
                .orElseThrow(() -> new IllegalStateException(
                        "this worker has no graph '%s' of version %d".formatted(order.graph(), order.version())));
        String subtask = order.place().subtask();
        return graph.nodes().stream()
                .filter(each -> each.id().equals(subtask))
                .findFirst()
                .map(GraphNode::type)
                .orElseThrow(() -> new IllegalStateException("graph '%s' of version %d has no subtask '%s' here"
                        .formatted(order.graph(), order.version(), subtask)));
    }
}
