// SPDX-License-Identifier: Apache-2.0
package dev.cadre.otel;

import dev.cadre.event.RunEvent;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;

/** The span of a subtask, or of an item of one. */
final class SubtaskTrace {
    private static final String ACCEPTED = "accepted";

    private final Span span;
    private final Context context;
    private final String type;
    private Duration end;
    /** How the last rung ended: {@code accepted}, or the kind of failure. */
    private String result = "";

    private boolean askedAModel;

    SubtaskTrace(Span span, Context parent, String type, Duration began) {
        this.span = span;
        this.context = parent.with(span);
        this.type = type;
        this.end = began;
    }

    Context context() {
        return context;
    }

    String type() {
        return type;
    }

    /** The end of its last rung, so far. */
    Duration end() {
        return end;
    }

    void rungEnded(RunEvent.RungEnded rung, Instant at) {
        end = rung.at();
        result = rung.failure() == null ? ACCEPTED : rung.failure().kind().name();
        span.addEvent("cadre.rung", Attributes.of(GenAi.TIER, Meters.lower(rung.tier()), GenAi.RESULT, result), at);
    }

    /** What asks a model is an agent; plain code is not. */
    void askedAModel() {
        if (!askedAModel) {
            askedAModel = true;
            span.updateName("invoke_agent " + type);
            span.setAttribute(GenAi.OPERATION, "invoke_agent");
            span.setAttribute(GenAi.AGENT, type);
        }
    }

    void ended(Outcome<?> outcome, Instant at) {
        switch (outcome) {
            case Outcome.Succeeded<?>(Items<?> items) -> {
                span.setAttribute(GenAi.OUTCOME, "succeeded");
                span.setAttribute("cadre.items", items.outcomes().size());
                span.setAttribute("cadre.items.missing", items.missing().size());
            }
            case Outcome.Succeeded<?> succeeded -> span.setAttribute(GenAi.OUTCOME, "succeeded");
            case Outcome.Failed<?>(Failure failure) -> failed(failure.kind().name());
            case Outcome.Skipped<?>(Skip skip) -> skipped(skip.kind().name());
        }
        span.end(at);
    }

    /** An item of a fan-out that failed as a whole has no outcome, but what its last rung told. */
    void ended(Instant at) {
        if (result.equals(ACCEPTED)) {
            span.setAttribute(GenAi.OUTCOME, "succeeded");
        } else if (result.equals(Failure.Kind.AWAITED.name())) {
            skipped(result);
        } else {
            failed(result.isEmpty() ? "UNFINISHED" : result);
        }
        span.end(at);
    }

    private void skipped(String kind) {
        span.setAttribute(GenAi.OUTCOME, "skipped");
        span.setAttribute(GenAi.REASON, kind);
    }

    private void failed(String kind) {
        span.setAttribute(GenAi.OUTCOME, "failed");
        span.setAttribute(GenAi.ERROR, kind);
        span.setStatus(StatusCode.ERROR);
    }
}
