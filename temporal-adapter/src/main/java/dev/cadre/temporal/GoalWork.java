// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineMerge;
import dev.cadre.EnginePlanning;
import dev.cadre.EngineRung;
import dev.cadre.Goal;
import dev.cadre.json.JsonException;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunInput;
import dev.cadre.schema.JsonType;
import dev.cadre.task.RunFailure;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Performs planning and merging as activities, as {@link RungWork} performs rungs. Safe for use by many threads. */
final class GoalWork implements Contract.GoalActivity {
    private final Registry registry;
    private final ActivityWork work;

    GoalWork(Registry registry, ActivityWork work) {
        this.registry = registry;
        this.work = work;
    }

    @Override
    public Wire.Planned plan(Wire.PlanOrder order, String goalInput) {
        ActivityExecutionContext context = Activity.getExecutionContext();
        work.requireOpen();
        Goal<?> goal = goal(order.goal(), order.version(), goalInput);
        EnginePlanning.Round round = round(order);
        EngineRung.Terms terms =
                terms(context, order.allotment(), order.timeNanos(), RungWork.OVERTIME, order.sinceStartNanos());
        var funds = new EnginePlanning.Funds(
                Money.ofPico(order.limit()), Money.ofPico(order.free()), Payments.spend(order.planned()));
        var events = new Events();
        ActivityWork.Pulse pulse = work.pulse(context);
        EnginePlanning.Planned planned = new EnginePlanning(
                        registry.coordinator(), goal, order.run(), round, funds, terms, events)
                .perform(pulse::goesOn);
        Wire.Books books = books(planned.spend(), events, planned.abandoned(), planned.isTimeUp(), pulse);
        return Plans.planned(order.become().round(), planned, books);
    }

    private static EnginePlanning.Round round(Wire.PlanOrder order) {
        try {
            List<PlannedSubtask> before = Plans.read(order.before());
            return new EnginePlanning.Round(
                    before, Plans.progress(order.become(), before), order.needed(), Plans.proposal(order.proposal()));
        } catch (RuntimeException unfit) {
            throw ActivityWork.notBegun(unfit);
        }
    }

    @Override
    public Wire.MergeDone merge(Wire.MergeOrder order, String goalInput) {
        work.requireOpen();
        return merge(order, goal(order.goal(), order.version(), goalInput));
    }

    private <R> Wire.MergeDone merge(Wire.MergeOrder order, Goal<R> goal) {
        ActivityExecutionContext context = Activity.getExecutionContext();
        List<SubtaskOutcome> outcomes = outcomes(order);
        EngineRung.Terms terms = terms(
                context,
                order.allotment(),
                order.timeNanos(),
                Duration.ofNanos(order.overtimeNanos()),
                order.sinceStartNanos());
        var events = new Events();
        ActivityWork.Pulse pulse = work.pulse(context);
        EngineMerge.Done done = new EngineMerge<>(registry.coordinator(), goal, order.run(), outcomes, terms, events)
                .perform(pulse::goesOn);
        Wire.Books books = books(done.spend(), events, done.abandoned(), false, pulse);
        return done(order.number(), done.end(), JsonType.of(goal.answer().type()), books);
    }

    /** What was paid is told, whatever was made for it. */
    private static Wire.MergeDone done(int number, RunInput end, JsonType<?> form, Wire.Books books) {
        try {
            return Merges.done(number, end, form, books);
        } catch (JsonException | ClassCastException unfit) {
            String why = "the answer cannot be written: " + unfit.getMessage();
            var failed = new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.MERGE_FAILED, why));
            return Merges.done(number, failed, form, books);
        }
    }

    private List<SubtaskOutcome> outcomes(Wire.MergeOrder order) {
        try {
            return Merges.read(order.outcomes(), registry::type);
        } catch (RuntimeException unfit) {
            throw ActivityWork.notBegun(unfit);
        }
    }

    private Goal<?> goal(String name, int version, String input) {
        try {
            return registry.goal(name, version, input)
                    .orElseThrow(() -> new IllegalStateException(
                            "this worker has no goal '%s' of version %d".formatted(name, version)));
        } catch (RuntimeException unfit) {
            throw ActivityWork.notBegun(unfit);
        }
    }

    private EngineRung.Terms terms(
            ActivityExecutionContext context, long allotment, long timeNanos, Duration overtime, long sinceStartNanos) {
        Duration queued = ActivityWork.queued(context.getInfo());
        return new EngineRung.Terms(
                Money.ofPico(allotment),
                Duration.ofNanos(timeNanos).minus(queued),
                overtime,
                Duration.ofNanos(sinceStartNanos).plus(queued),
                registry.heartbeat().dividedBy(ActivityWork.PULSES));
    }

    private static Wire.Books books(
            Spend spend, Events events, Optional<String> abandoned, boolean isTimeUp, ActivityWork.Pulse pulse) {
        return new Wire.Books(
                Payments.of(spend), events.calls(), events.notes(), abandoned.orElse(""), isTimeUp, pulse.isLeaving());
    }
}
