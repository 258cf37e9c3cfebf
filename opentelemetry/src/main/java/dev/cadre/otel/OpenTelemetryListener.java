// SPDX-License-Identifier: Apache-2.0
package dev.cadre.otel;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.CallPurpose;
import dev.cadre.price.ModelCatalog;
import dev.cadre.task.Outcome;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A run listener that records each run as an OpenTelemetry trace and as metrics, with the names of OpenTelemetry's
 * conventions for generative AI.
 *
 * <p>The span of a run is {@code invoke_workflow}. Its parent is the span that is current on the thread that starts the
 * run. The planner is {@code plan}; a subtask that asks a model is {@code invoke_agent}; a subtask of plain code is
 * {@code subtask}; each model call is {@code chat}. No text of a model or a user is recorded, except the goal if
 * {@link #withGoalText} asks for it. Costs are exact on spans, in pico-dollars; the metric {@code cadre.cost} is in
 * dollars, as a floating-point number.
 *
 * <p>The span of a {@linkplain dev.cadre.NestedRun nested run} is beneath that of its subtask. The listener belongs to the
 * outermost coordinator alone: one that a nested coordinator has, too, records that coordinator's runs twice.
 *
 * <p>For {@link dev.cadre.Coordinator.Builder#listener}; one serves all coordinators of a process. Safe for use by many
 * threads. Does not block; spends no money. Code of workers and tools does not see the run's spans as current.
 */
public final class OpenTelemetryListener implements RunListener {
    private static final String SCOPE = "dev.cadre";

    private final Instruments instruments;
    private final InstantSource clock;
    private final UnaryOperator<String> providers;
    private final String workflow;
    private final boolean tellsGoals;
    private final Map<Key, RunTrace> runs;

    /** The instruments of this library's scope. */
    private record Instruments(Tracer tracer, Meters meters) {}

    /** Runs of one id, with separate journals, may overlap; each uses one or two threads that no other run uses. */
    private record Key(String runId, long thread) {}

    private OpenTelemetryListener(
            Instruments instruments,
            InstantSource clock,
            UnaryOperator<String> providers,
            String workflow,
            boolean tellsGoals,
            Map<Key, RunTrace> runs) {
        this.instruments = instruments;
        this.clock = clock;
        this.providers = providers;
        this.workflow = workflow;
        this.tellsGoals = tellsGoals;
        this.runs = runs;
    }

    /**
     * A listener with the defaults: the workflow is called {@code cadre}, providers are those of
     * {@link ModelCatalog#standard}, goals are not recorded, and the clock is the system's.
     */
    public static OpenTelemetryListener of(OpenTelemetry telemetry) {
        return new OpenTelemetryListener(
                new Instruments(telemetry.getTracer(SCOPE), new Meters(telemetry.getMeter(SCOPE))),
                InstantSource.system(),
                OpenTelemetryListener::provider,
                "cadre",
                false,
                new ConcurrentHashMap<>());
    }

    /** The same with another name for what its runs do, {@code gen_ai.workflow.name}. */
    public OpenTelemetryListener withWorkflow(String name) {
        return new OpenTelemetryListener(instruments, clock, providers, name, tellsGoals, runs);
    }

    /** The same, which puts the goal's text on the span of its run; it goes wherever traces go. */
    public OpenTelemetryListener withGoalText() {
        return new OpenTelemetryListener(instruments, clock, providers, workflow, true, runs);
    }

    /** The same with other names for the providers of models, {@code gen_ai.provider.name}, by model id. */
    public OpenTelemetryListener withProviders(UnaryOperator<String> other) {
        return new OpenTelemetryListener(instruments, clock, other, workflow, tellsGoals, runs);
    }

    /** The same by another clock. For tests. */
    public OpenTelemetryListener withClock(InstantSource other) {
        return new OpenTelemetryListener(instruments, other, providers, workflow, tellsGoals, runs);
    }

    private static String provider(String model) {
        String name = ModelCatalog.standard()
                .find(model)
                .map(spec -> spec.listing().provider())
                .orElse("unknown");
        return name.equals("gemini") ? "gcp.gemini" : name;
    }

    @Override
    public void on(RunEvent event) {
        var key = new Key(event.runId(), Thread.currentThread().threadId());
        if (event instanceof RunEvent.RunStarted started) {
            runs.put(key, begin(started, Context.current()));
            return;
        }
        RunTrace run = trace(key);
        if (run == null) {
            return; // it started before this listener
        }
        if (event instanceof RunEvent.RunEnded) {
            runs.values().removeIf(run::equals);
        }
        record(run, event);
    }

    private void record(RunTrace run, RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted started -> {}
            case RunEvent.Nested nested -> nested(run, nested);
            case RunEvent.ModelShutsDown soon ->
                run.happened(
                        "cadre.model_shuts_down",
                        soon.at(),
                        Attributes.of(
                                GenAi.REQUEST_MODEL,
                                soon.model(),
                                GenAi.DAY,
                                soon.day().toString()));
            case RunEvent.SubtaskAdmitted subtask -> run.admitted(subtask);
            case RunEvent.PlanEnded ended -> run.planEnded(ended);
            case RunEvent.PlanningAgain again -> run.planBeganAgain(again);
            case RunEvent.RungStarted rung -> run.rungBegan(rung);
            case RunEvent.RungEnded rung -> run.rungEnded(rung);
            case RunEvent.AttemptStarted call -> {} // the span is made when it has ended
            case RunEvent.AttemptEnded call
            when call.kind() == CallPurpose.Kind.CODE ->
                run.happened(
                        "cadre.code_called",
                        call.at(),
                        Attributes.of(
                                GenAi.SUBTASK,
                                call.subtaskId(),
                                GenAi.COST,
                                call.spend().total().picoUsd()));
            case RunEvent.AttemptEnded call -> called(run, call);
            case RunEvent.Joined joined ->
                run.happened("cadre.joined", joined.at(), Attributes.of(GenAi.SUBTASK, joined.subtaskId()));
            case RunEvent.CeilingLowered lowered ->
                run.happened(
                        "cadre.ceiling_lowered",
                        lowered.at(),
                        Attributes.of(GenAi.TIER, Meters.lower(lowered.ceiling())));
            case RunEvent.BudgetBreached breached -> {
                instruments.meters().breach();
                run.happened(
                        "cadre.budget_breached",
                        breached.at(),
                        Attributes.of(GenAi.COST, breached.breach().excess().picoUsd()));
            }
            case RunEvent.CodeRetried again ->
                run.happened("cadre.code_retried", again.at(), Attributes.of(GenAi.SUBTASK, again.subtaskId()));
            case RunEvent.CodeSpent code ->
                run.happened(
                        "cadre.code_spent",
                        code.at(),
                        Attributes.of(
                                GenAi.SUBTASK,
                                code.subtaskId(),
                                GenAi.COST,
                                code.spend().total().picoUsd()));
            case RunEvent.CacheHit hit ->
                run.happened(
                        "cadre.cache_hit",
                        hit.at(),
                        Attributes.of(
                                GenAi.SUBTASK,
                                hit.subtaskId(),
                                GenAi.SAVED,
                                hit.saved().picoUsd(),
                                GenAi.AGE,
                                hit.age().toMillis()));
            case RunEvent.SubtaskEnded ended -> {
                instruments.meters().subtask(run.type(ended.subtaskId()), outcome(ended));
                run.subtaskEnded(ended);
            }
            case RunEvent.MergeStarted merge -> run.mergeBegan(merge);
            case RunEvent.ToolFailed failed ->
                run.happened(
                        "cadre.tool_failed",
                        failed.at(),
                        Attributes.of(
                                GenAi.SUBTASK,
                                failed.subtaskId(),
                                GenAi.TOOL,
                                failed.tool(),
                                GenAi.ERROR,
                                failed.thrown().getClass().getName()));
            case RunEvent.WorkAbandoned work ->
                run.happened(
                        "cadre.work_abandoned",
                        work.at(),
                        Attributes.of(GenAi.SUBTASK, work.subtaskId(), GenAi.THREAD, work.thread()));
            case RunEvent.RunEnded ended -> {
                instruments.meters().run(workflow, ended.at(), ended.status());
                run.runEnded(ended);
            }
        }
    }

    /** A run that is nested in another one is a part of its trace, beneath the span of its subtask. */
    private void nested(RunTrace outer, RunEvent.Nested nested) {
        RunEvent event = nested.event();
        if (event instanceof RunEvent.RunStarted started) {
            outer.nest(started.runId(), begin(started, outer.context(nested.subtaskId())));
            return;
        }
        RunTrace run = outer.nested(event.runId());
        if (run != null) {
            record(run, event);
        }
    }

    /** A run whose caller is a virtual thread starts and ends on it; another thread drives the run in between. */
    private @Nullable RunTrace trace(Key key) {
        RunTrace known = runs.get(key);
        if (known != null) {
            return known;
        }
        for (Map.Entry<Key, RunTrace> begun : runs.entrySet()) {
            RunTrace run = begun.getValue();
            boolean isDriven =
                    runs.values().stream().filter(run::equals).limit(2).count() > 1;
            if (begun.getKey().runId().equals(key.runId()) && !isDriven) {
                runs.put(key, run);
                return run;
            }
        }
        return null;
    }

    private RunTrace begin(RunEvent.RunStarted started, Context parent) {
        Instant start = clock.instant().minus(started.at());
        SpanBuilder span = instruments
                .tracer()
                .spanBuilder("invoke_workflow " + workflow)
                .setParent(parent)
                .setStartTimestamp(start)
                .setAttribute(GenAi.OPERATION, "invoke_workflow")
                .setAttribute(GenAi.WORKFLOW, workflow)
                .setAttribute(GenAi.RUN, started.runId())
                .setAttribute(GenAi.LIMIT, started.limit().picoUsd());
        if (tellsGoals && !started.goal().isEmpty()) {
            span.setAttribute(GenAi.GOAL, started.goal());
        }
        Span begun = span.startSpan();
        var trace = new RunTrace(instruments.tracer(), begun, parent, start);
        if (!started.goal().isEmpty()) { // a graph by hand has no planner
            trace.planBegan(started.at());
        }
        return trace;
    }

    private void called(RunTrace run, RunEvent.AttemptEnded call) {
        String provider = providers.apply(call.asked());
        String error = call.end() instanceof RunEvent.CallEnd.Failed failed ? failed.kind() : "";
        instruments.meters().call(call, provider, error);
        run.called(call, provider, error);
    }

    private static String outcome(RunEvent.SubtaskEnded ended) {
        return switch (ended.outcome()) {
            case Outcome.Succeeded<?> succeeded -> "succeeded";
            case Outcome.Failed<?> failed -> "failed";
            case Outcome.Skipped<?> skipped -> "skipped";
        };
    }
}
