// SPDX-License-Identifier: Apache-2.0
package dev.cadre.otel;

import dev.cadre.event.RunEvent;
import dev.cadre.price.Spend;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The instruments, and what is recorded on them. None has an attribute whose values come from a model or a goal. */
final class Meters {
    private static final double PICO = 1e12;

    /** As the conventions advise. */
    private static final List<Double> SECONDS =
            List.of(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);

    private static final List<Long> TOKENS = List.of(
            1L,
            4L,
            16L,
            64L,
            256L,
            1_024L,
            4_096L,
            16_384L,
            65_536L,
            262_144L,
            1_048_576L,
            4_194_304L,
            16_777_216L,
            67_108_864L);

    private final LongHistogram tokens;
    private final DoubleHistogram callTime;
    private final DoubleHistogram waitTime;
    private final DoubleHistogram runTime;
    private final DoubleCounter cost;
    private final LongCounter subtasks;
    private final LongCounter breaches;

    Meters(Meter meter) {
        tokens = meter.histogramBuilder("gen_ai.client.token.usage")
                .setDescription("tokens of a call, by type")
                .setUnit("{token}")
                .ofLongs()
                .setExplicitBucketBoundariesAdvice(TOKENS)
                .build();
        callTime = seconds(meter, "gen_ai.client.operation.duration", "the time of a call");
        waitTime = seconds(meter, "cadre.call.waited", "the time a call waited for permit, rate and money");
        runTime = seconds(meter, "gen_ai.workflow.duration", "the time of a run");
        cost = meter.counterBuilder("cadre.cost")
                .ofDoubles()
                .setDescription("what was booked for calls: at least what is billed")
                .setUnit("USD")
                .build();
        subtasks = meter.counterBuilder("cadre.subtasks")
                .setDescription("subtasks by how they ended")
                .setUnit("{subtask}")
                .build();
        breaches = meter.counterBuilder("cadre.budget.breaches")
                .setDescription("calls that were billed above their reservation")
                .setUnit("{call}")
                .build();
    }

    private static DoubleHistogram seconds(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .setDescription(description)
                .setUnit("s")
                .setExplicitBucketBoundariesAdvice(SECONDS)
                .build();
    }

    /** @param error the kind of failure, or empty */
    void call(RunEvent.AttemptEnded call, String provider, String error) {
        Attributes who = Attributes.builder()
                .put(GenAi.OPERATION, "chat")
                .put(GenAi.PROVIDER, provider)
                .put(GenAi.REQUEST_MODEL, call.asked())
                .put(GenAi.TIER, lower(call.tier()))
                .put(GenAi.PURPOSE, lower(call.kind()))
                .build();
        AttributesBuilder ended = who.toBuilder();
        if (!error.isEmpty()) {
            ended.put(GenAi.ERROR, error);
        }
        callTime.record(seconds(call.took()), ended.build());
        waitTime.record(seconds(call.waited()), who);
        Spend spend = call.spend();
        cost.add(spend.total().picoUsd() / PICO, who);
        if (spend.tokens().inputTokens() > 0) {
            tokens.record(
                    spend.tokens().inputTokens(),
                    who.toBuilder().put(GenAi.TOKEN_TYPE, "input").build());
            tokens.record(
                    spend.tokens().outputTokens(),
                    who.toBuilder().put(GenAi.TOKEN_TYPE, "output").build());
        }
    }

    void subtask(String type, String outcome) {
        subtasks.add(1, Attributes.of(GenAi.TYPE, type, GenAi.OUTCOME, outcome));
    }

    void breach() {
        breaches.add(1);
    }

    void run(String workflow, Duration took, String status) {
        runTime.record(seconds(took), Attributes.of(GenAi.WORKFLOW, workflow, GenAi.STATUS, status));
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
