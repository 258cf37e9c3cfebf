// SPDX-License-Identifier: Apache-2.0
package dev.cadre.otel;

import dev.cadre.event.RunEvent;
import dev.cadre.model.CallPurpose;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one run. They are begun as their events come, so that a call's span has a parent to belong to, but by the
 * times of the events. Used by the run's own thread.
 */
final class RunTrace {
    private static final String MERGER = "merger";

    private final Tracer tracer;
    private final Instant start;
    private final Span run;
    private final Context context;
    private final Map<String, String> types = new HashMap<>();
    private final SequencedMap<String, SubtaskTrace> open = new LinkedHashMap<>();
    /** The labels of the items of each fan-out. */
    private final Map<String, List<String>> items = new HashMap<>();

    /** The runs that are nested in this one, by their ids. */
    private final Map<String, RunTrace> nested = new HashMap<>();

    private @Nullable Span plan;
    private @Nullable Span merge;

    /** Begins the span of the run, beneath the one that is current where the run was started. */
    RunTrace(Tracer tracer, Span run, Context parent, Instant start) {
        this.tracer = tracer;
        this.start = start;
        this.run = run;
        context = parent.with(run);
    }

    /** That of a subtask, or of an item, if it is under way; else that of the run. */
    Context context(String label) {
        SubtaskTrace subtask = open.get(label);
        return subtask == null ? context : subtask.context();
    }

    void nest(String runId, RunTrace run) {
        nested.put(runId, run);
    }

    /** Null if it started before anybody listened. */
    @Nullable
    RunTrace nested(String runId) {
        return nested.get(runId);
    }

    private Instant at(Duration sinceStart) {
        return start.plus(sinceStart);
    }

    private SpanBuilder span(String name, Context parent, Duration from) {
        return tracer.spanBuilder(name).setParent(parent).setStartTimestamp(at(from));
    }

    void planBegan(Duration at) {
        plan = span("plan planner", context, at)
                .setAttribute(GenAi.OPERATION, "plan")
                .setAttribute(GenAi.AGENT, "planner")
                .startSpan();
    }

    /** A further round has a span of its own, and ends the merge whose answer was rejected. */
    void planBeganAgain(RunEvent.PlanningAgain again) {
        if (merge != null) {
            merge.end(at(again.at()));
            merge = null;
        }
        planBegan(again.at());
        if (plan != null) {
            plan.setAttribute("cadre.plan.round", (long) again.round());
            plan.setAttribute("cadre.plan.undone", (long) again.undone().size());
        }
    }

    void planEnded(RunEvent.PlanEnded ended) {
        if (plan != null) {
            plan.setAttribute("cadre.plan.admitted", ended.admitted());
            plan.setAttribute("cadre.plan.defects", ended.defects().size());
            plan.end(at(ended.at()));
            plan = null;
        }
    }

    void mergeBegan(RunEvent.MergeStarted began) {
        merge = span("invoke_agent " + MERGER, context, began.at())
                .setAttribute(GenAi.OPERATION, "invoke_agent")
                .setAttribute(GenAi.AGENT, MERGER)
                .setAttribute("cadre.outcomes.succeeded", (long) began.succeeded())
                .setAttribute("cadre.outcomes", (long) began.total())
                .startSpan();
    }

    void admitted(RunEvent.SubtaskAdmitted subtask) {
        types.put(subtask.subtaskId(), subtask.type());
    }

    /** The type of a subtask, by its id or the label of an item. */
    String type(String label) {
        return types.getOrDefault(whole(label), "");
    }

    /** A bulk's key may have the sign in it that sets an item off from its subtask. */
    private String whole(String label) {
        int item = types.containsKey(label) ? -1 : label.indexOf('#');
        return item < 0 ? label : label.substring(0, item);
    }

    void rungBegan(RunEvent.RungStarted rung) {
        String label = rung.subtaskId();
        String whole = whole(label);
        if (label.equals(whole)) {
            open(label, context, rung.at());
        } else if (!open.containsKey(label)) {
            open(label, open(whole, context, rung.at()).context(), rung.at());
            items.computeIfAbsent(whole, none -> new ArrayList<>()).add(label);
        }
    }

    private SubtaskTrace open(String label, Context parent, Duration at) {
        return open.computeIfAbsent(label, begun -> {
            Span span = span("subtask " + type(label), parent, at)
                    .setAttribute(GenAi.SUBTASK, label)
                    .setAttribute(GenAi.TYPE, type(label))
                    .startSpan();
            return new SubtaskTrace(span, parent, type(label), at);
        });
    }

    void rungEnded(RunEvent.RungEnded rung) {
        SubtaskTrace subtask = open.get(rung.subtaskId());
        if (subtask != null) {
            subtask.rungEnded(rung, at(rung.at()));
        }
    }

    void called(RunEvent.AttemptEnded call, String provider, String error) {
        Span span = span("chat " + call.asked(), parent(call), call.at().minus(call.took()))
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(GenAi.OPERATION, "chat")
                .setAttribute(GenAi.PROVIDER, provider)
                .setAttribute(GenAi.REQUEST_MODEL, call.asked())
                .setAttribute(GenAi.PURPOSE, Meters.lower(call.kind()))
                .setAttribute(GenAi.TIER, Meters.lower(call.tier()))
                .setAttribute(GenAi.WAITED, call.waited().toMillis())
                .setAttribute(GenAi.COST, call.spend().total().picoUsd())
                .setAttribute(GenAi.ESTIMATED, call.spend().estimated())
                .startSpan();
        var tokens = call.spend().tokens();
        if (tokens.inputTokens() > 0) {
            span.setAttribute(GenAi.INPUT_TOKENS, tokens.inputTokens());
            span.setAttribute(GenAi.CACHED_TOKENS, tokens.cachedInputTokens());
            span.setAttribute(GenAi.OUTPUT_TOKENS, tokens.outputTokens());
            span.setAttribute(GenAi.REASONING_TOKENS, tokens.reasoningTokens());
        }
        if (error.isEmpty()) {
            span.setAttribute(GenAi.RESPONSE_MODEL, call.model());
            span.setAttribute(GenAi.RESULT, call.end().toString());
        } else {
            span.setAttribute(GenAi.ERROR, error);
            span.setStatus(StatusCode.ERROR);
        }
        span.end(at(call.at()));
    }

    private Context parent(RunEvent.AttemptEnded call) {
        if (call.kind() == CallPurpose.Kind.PLAN) {
            return plan == null ? context : context.with(plan);
        }
        if (call.kind() == CallPurpose.Kind.MERGE) {
            return merge == null ? context : context.with(merge);
        }
        SubtaskTrace subtask = open.get(call.subtaskId());
        if (subtask == null) {
            return context;
        }
        subtask.askedAModel();
        return subtask.context();
    }

    void subtaskEnded(RunEvent.SubtaskEnded ended) {
        String id = ended.subtaskId();
        List<String> labels = items.remove(id);
        if (labels != null) {
            labels.forEach(label -> itemEnded(label, ended.outcome()));
        }
        types.remove(id); // a bulk has any number of them
        SubtaskTrace subtask = open.remove(id);
        if (subtask != null) {
            subtask.ended(ended.outcome(), at(ended.at()));
        } else if (ended.outcome() instanceof Outcome.Skipped<?>(Skip skip)) {
            run.addEvent(
                    "cadre.skipped",
                    Attributes.of(GenAi.SUBTASK, id, GenAi.REASON, skip.kind().name()),
                    at(ended.at()));
        }
    }

    private void itemEnded(String label, Outcome<?> whole) {
        SubtaskTrace item = open.remove(label);
        if (item == null) {
            return;
        }
        int index = Integer.parseInt(label, label.indexOf('#') + 1, label.length(), 10);
        if (whole instanceof Outcome.Succeeded<?>(Items<?> items)
                && index < items.outcomes().size()) {
            item.ended(items.outcomes().get(index), at(item.end()));
        } else {
            item.ended(at(item.end()));
        }
    }

    /** Something that happened to the run and has no length. */
    void happened(String name, Duration at, Attributes attributes) {
        run.addEvent(name, attributes, at(at));
    }

    void runEnded(RunEvent.RunEnded ended) {
        for (SubtaskTrace subtask : open.values()) { // left behind
            subtask.ended(at(ended.at()));
        }
        if (plan != null) {
            plan.end(at(ended.at()));
        }
        if (merge != null) {
            merge.end(at(ended.at()));
        }
        run.setAttribute(GenAi.STATUS, ended.status());
        run.setAttribute(GenAi.COST, ended.spent().picoUsd());
        if (ended.status().equals("failed") || ended.status().equals("cancelled")) {
            run.setAttribute(GenAi.ERROR, ended.status());
            run.setStatus(StatusCode.ERROR);
        }
        run.end(at(ended.at()));
    }
}
