// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Note;
import dev.cadre.otel.OpenTelemetryListener;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.Test;

class TelemetryGuideTest {
    private static Coordinator traced(ModelPools models, OpenTelemetry telemetry) {
        // region telemetry
        var coordinator = Coordinator.builder(models)
                .listener(OpenTelemetryListener.of(telemetry).withWorkflow("pets"))
                .build();
        // endregion
        return coordinator;
    }

    @Test
    void run_isATrace() throws InterruptedException {
        var model = new ScriptedModel();
        model.on(Pets.NOTE).replies(new Note("They purr."));
        var spans = InMemorySpanExporter.create();
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", Pets.NOTE, "cats");
        try (var sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .build()) {
            traced(model.pools(), sdk).run(graph.answering(cats), Budget.usd("0.05"));

            assertThat(spans.getFinishedSpanItems())
                    .extracting(SpanData::getName)
                    .containsExactly("chat gpt-5.4-nano", "invoke_agent note", "invoke_workflow pets");
        }
    }
}
