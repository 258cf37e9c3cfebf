// SPDX-License-Identifier: Apache-2.0
package dev.cadre.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenTelemetryListenerTest {
    record Topic(String name) {}

    record Topics(List<Topic> topics) {}

    record Note(String text) {}

    record Answer(String text) {}

    private static final SubtaskType<Topic, Topics> SPLIT = SubtaskType.code(
            "split",
            Topic.class,
            Topics.class,
            (topic, context) -> new Topics(List.of(new Topic("cats"), new Topic("dogs"))));
    private static final SubtaskType<Topic, Note> NOTE = SubtaskType.model(
                    "note", Topic.class, Note.class, "State a fact.")
            .upTo(Tier.MINI)
            .accept("it says something", (topic, note) -> !note.text().isEmpty());
    private static final SubtaskType<Note, Note> CHECK =
            SubtaskType.model("check", Note.class, Note.class, "Check the note.");

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .build();
    private final OpenTelemetryListener listener = OpenTelemetryListener.of(sdk).withClock(() -> NOON);

    @AfterEach
    void close() {
        sdk.close();
    }

    private Coordinator.Builder coordinator(ScriptedModel model) {
        return Coordinator.builder(model.pools()).listener(listener);
    }

    /** The fan-out's first item escalates, its second is refused, and so the last is skipped. */
    private RunResult<Note> graph() throws InterruptedException {
        return graph(2);
    }

    private RunResult<Note> graph(int minSuccess) throws InterruptedException {
        var model = new ScriptedModel();
        model.on(NOTE, new Topic("cats")).onlyOn(Tier.NANO).costing(1_000, 100).replies(new Note(""));
        model.on(NOTE, new Topic("cats")).onlyOn(Tier.MINI).costing(1_000, 100).replies(new Note("They purr."));
        model.on(CHECK).costing(1_000, 100).replies(new Note("They do."));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 100).refuses("a secret: no dogs");
        var graph = TaskGraph.builder();
        var topics = graph.add("topics", SPLIT, new Topic("pets"));
        var notes =
                graph.add("notes", NOTE, Input.forEach(topics, Topics::topics).minSuccess(minSuccess));
        var check =
                graph.add("check", CHECK, Input.from(notes, all -> all.values().getFirst()));
        return coordinator(model).build().run(graph.answering(check), Budget.usd("0.05"));
    }

    @Test
    void nestedRun_isATraceBeneathItsSubtask_andItsCostIsCountedOnce() throws Exception {
        var model = new ScriptedModel();
        model.on(CHECK).costing(1_000, 100).replies(new Note("They do."));
        Coordinator inner = Coordinator.of(model.pools());
        SubtaskType<Topic, Note> research = NestedRun.<Topic, Note>graph(() -> inner, Money.usd("0.02"), topic -> {
                    var graph = TaskGraph.builder();
                    return graph.answering(graph.add("check", CHECK, new Note(topic.name())));
                })
                .asType("research", Topic.class, Note.class);
        var graph = TaskGraph.builder();
        var nested = graph.add("nested", research, new Topic("cats"));

        RunResult<Note> result = coordinator(model).build().run(graph.answering(nested), Budget.usd("0.05"));

        assertThat(paths())
                .containsExactly(
                        "invoke_workflow cadre",
                        "invoke_workflow cadre > subtask research",
                        "invoke_workflow cadre > subtask research > invoke_workflow cadre",
                        "invoke_workflow cadre > subtask research > invoke_workflow cadre > invoke_agent check",
                        "invoke_workflow cadre > subtask research > invoke_workflow cadre > invoke_agent check > chat gpt-5.4-nano");
        assertThat(result.spend().total()).isEqualTo(Money.usd("0.000325"));
        MetricData cost = metrics.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals("cadre.cost"))
                .findFirst()
                .orElseThrow();
        assertThat(cost.getDoubleSumData().getPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getValue()).isEqualTo(0.000325));
    }

    /** Each span with its parents, as {@code parent > child}. */
    private List<String> paths() {
        List<SpanData> all = spans.getFinishedSpanItems();
        return all.stream().map(span -> path(span, all)).sorted().toList();
    }

    private static String path(SpanData span, List<SpanData> all) {
        return all.stream()
                .filter(parent -> parent.getSpanId().equals(span.getParentSpanId()))
                .map(parent -> path(parent, all) + " > " + span.getName())
                .findFirst()
                .orElse(span.getName());
    }

    private SpanData span(String name) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .min(Comparator.comparingLong(SpanData::getStartEpochNanos))
                .orElseThrow(() -> new AssertionError("no span " + name + " in " + paths()));
    }

    private SpanData subtask(String label) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> label.equals(span.getAttributes().get(GenAi.SUBTASK)))
                .findFirst()
                .orElseThrow();
    }

    private List<String> points(String metric) {
        Collection<MetricData> all = metrics.collectAllMetrics();
        var points = new ArrayList<String>();
        for (MetricData data : all) {
            if (data.getName().equals(metric)) {
                data.getHistogramData()
                        .getPoints()
                        .forEach(point ->
                                points.add("%s %d %s".formatted(attributes(point), point.getCount(), point.getSum())));
                data.getLongSumData()
                        .getPoints()
                        .forEach(point -> points.add(attributes(point) + " " + point.getValue()));
                data.getDoubleSumData()
                        .getPoints()
                        .forEach(point -> points.add(attributes(point) + " " + point.getValue()));
            }
        }
        return points.stream().sorted().toList();
    }

    private static String attributes(PointData point) {
        return keyed(point).toString();
    }

    private static Map<String, Object> keyed(PointData point) {
        var keyed = new TreeMap<String, Object>();
        point.getAttributes().forEach((key, value) -> keyed.put(key.getKey(), value));
        return keyed;
    }

    @Test
    void graph_isATraceOfItsSubtasksAndCalls() throws InterruptedException {
        graph();

        assertThat(paths())
                .containsExactly(
                        "invoke_workflow cadre",
                        "invoke_workflow cadre > subtask note",
                        "invoke_workflow cadre > subtask note > invoke_agent note",
                        "invoke_workflow cadre > subtask note > invoke_agent note",
                        "invoke_workflow cadre > subtask note > invoke_agent note > chat gpt-5.4-mini",
                        "invoke_workflow cadre > subtask note > invoke_agent note > chat gpt-5.4-nano",
                        "invoke_workflow cadre > subtask note > invoke_agent note > chat gpt-5.4-nano",
                        "invoke_workflow cadre > subtask split");
        assertThat(span("invoke_workflow cadre").getEvents())
                .singleElement()
                .satisfies(skipped ->
                        assertThat(skipped.getAttributes().asMap().toString()).contains("check", "DEPENDENCY"));
    }

    @Test
    void call_tellsModelTokensAndExactCost() throws InterruptedException {
        graph();

        SpanData call = span("chat gpt-5.4-mini");
        assertThat(call.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(call.getAttributes().get(GenAi.PROVIDER)).isEqualTo("openai");
        assertThat(call.getAttributes().get(GenAi.REQUEST_MODEL)).isEqualTo("gpt-5.4-mini");
        assertThat(call.getAttributes().get(GenAi.INPUT_TOKENS)).isEqualTo(1_000);
        assertThat(call.getAttributes().get(GenAi.OUTPUT_TOKENS)).isEqualTo(100);
        assertThat(call.getAttributes().get(GenAi.PURPOSE)).isEqualTo("escalation");
        // 1,000 at $0.75 and 100 at $4.50 per million
        assertThat(call.getAttributes().get(GenAi.COST)).isEqualTo(1_200_000_000L);
        assertThat(span("invoke_workflow cadre").getAttributes().get(GenAi.COST))
                .isEqualTo(Money.usd("0.00185").picoUsd());
    }

    @Test
    void failure_isAnErrorOfItsKind_withoutWhatTheModelSaid() throws InterruptedException {
        graph();

        SpanData refused = subtask("notes#1");
        assertThat(refused.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(refused.getAttributes().get(GenAi.ERROR)).isEqualTo("REFUSED");
        assertThat(subtask("notes#0").getAttributes().get(GenAi.OUTCOME)).isEqualTo("succeeded");
        assertThat(span("invoke_workflow cadre").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(spans.getFinishedSpanItems().toString()).doesNotContain("secret", "purr", "dogs");
    }

    @Test
    void fanOut_thatLacksAnItem_tellsHowMany() throws InterruptedException {
        graph(1);

        SpanData notes = subtask("notes");
        assertThat(notes.getAttributes().get(GenAi.OUTCOME)).isEqualTo("succeeded");
        assertThat(notes.getAttributes().get(AttributeKey.longKey("cadre.items")))
                .isEqualTo(2);
        assertThat(notes.getAttributes().get(AttributeKey.longKey("cadre.items.missing")))
                .isEqualTo(1);
        assertThat(subtask("notes#0").getAttributes().get(GenAi.OUTCOME)).isEqualTo("succeeded");
        assertThat(subtask("notes#1").getAttributes().get(GenAi.ERROR)).isEqualTo("REFUSED");
        assertThat(subtask("check").getName()).isEqualTo("invoke_agent check");
    }

    @Test
    void itemThatWaits_isSkipped_notAnError() throws InterruptedException {
        SubtaskType<Topic, Note> asks = SubtaskType.code("ask", Topic.class, Note.class, (topic, context) -> {
            throw new AwaitedException("a word on " + topic.name());
        });
        var graph = TaskGraph.builder();
        var all = graph.add("all", asks, Input.forEach(List.of(new Topic("cats"))));

        coordinator(new ScriptedModel()).build().run(graph.answering(all), Budget.usd("0.05"));

        for (SpanData waits : List.of(subtask("all"), subtask("all#0"))) {
            assertThat(waits.getAttributes().get(GenAi.OUTCOME)).isEqualTo("skipped");
            assertThat(waits.getAttributes().get(GenAi.REASON)).isEqualTo("AWAITED");
            assertThat(waits.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        }
    }

    @Test
    void metrics_haveTokensCostAndOutcomes() throws InterruptedException {
        graph();

        assertThat(points("gen_ai.client.token.usage"))
                .filteredOn(point -> point.contains("gpt-5.4-nano"))
                .hasSize(2)
                .anyMatch(point -> point.contains("input") && point.endsWith(" 2 2000.0"))
                .anyMatch(point -> point.contains("output") && point.endsWith(" 2 200.0"));
        assertThat(points("cadre.cost"))
                .hasSize(2)
                .anyMatch(point -> point.contains("gpt-5.4-nano") && point.endsWith(" 6.5E-4"))
                .anyMatch(point -> point.contains("gpt-5.4-mini") && point.endsWith(" 0.0012"));
        assertThat(points("cadre.subtasks"))
                .containsExactlyInAnyOrder(
                        "{cadre.outcome=failed, cadre.subtask.type=note} 1",
                        "{cadre.outcome=skipped, cadre.subtask.type=check} 1",
                        "{cadre.outcome=succeeded, cadre.subtask.type=split} 1");
        assertThat(points("gen_ai.workflow.duration")).hasSize(1);
        assertThat(points("gen_ai.client.operation.duration")).hasSize(2);
    }

    @Test
    void goal_hasPlannerAndMerger() throws InterruptedException {
        var model = new ScriptedModel();
        model.onPlan().costing(1_000, 100).repliesText("""
                {"subtasks":[{"type":"note","id":"cats","input":{"name":"cats"},"wires":[],"after":[]}]}""");
        model.on(NOTE).costing(1_000, 100).replies(new Note("They purr."));
        model.onMerge().costing(1_000, 100).repliesText("""
                {"answer":{"text":"They purr."},"citations":[]}""");

        coordinator(model)
                .plansWith(NOTE)
                .build()
                .run(Goal.of("What do cats do?", Answer.class), Budget.usd("0.50"))
                .requireComplete();

        assertThat(paths())
                .containsExactly(
                        "invoke_workflow cadre",
                        "invoke_workflow cadre > invoke_agent merger",
                        "invoke_workflow cadre > invoke_agent merger > chat gpt-5.4-mini",
                        "invoke_workflow cadre > invoke_agent note",
                        "invoke_workflow cadre > invoke_agent note > chat gpt-5.4-nano",
                        "invoke_workflow cadre > plan planner",
                        "invoke_workflow cadre > plan planner > chat gpt-5.4");
        assertThat(spans.getFinishedSpanItems().toString()).doesNotContain("What do cats do?");
    }

    @Test
    void bulk_isATraceOfItsItemsAndCalls() throws InterruptedException {
        var model = new ScriptedModel();
        model.on(CHECK).costing(1_000, 100).replies(new Note("They do."));

        coordinator(model)
                .build()
                .bulk(CHECK)
                .keyedBy(Note::text)
                .run(Stream.of(new Note("cats#1"), new Note("dogs")), Budget.usd("0.05"), item -> {});

        assertThat(paths())
                .containsExactlyInAnyOrder(
                        "invoke_workflow cadre",
                        "invoke_workflow cadre > invoke_agent check",
                        "invoke_workflow cadre > invoke_agent check > chat gpt-5.4-nano",
                        "invoke_workflow cadre > invoke_agent check",
                        "invoke_workflow cadre > invoke_agent check > chat gpt-5.4-nano");
    }

    @Test
    void run_ofACallerOnAVirtualThread_isOneWholeTrace() throws Exception {
        graph();
        List<String> onAPlatformThread = paths();
        spans.reset();
        var run = new FutureTask<>(() -> {
            graph();
            return true;
        });

        Thread.ofVirtual().start(run);
        run.get();

        assertThat(paths()).containsExactlyInAnyOrderElementsOf(onAPlatformThread);
    }

    @Test
    void run_belongsToTheSpanOfItsCaller() throws InterruptedException {
        Span caller = sdk.getTracer("test").spanBuilder("request").startSpan();
        try (var scope = caller.makeCurrent()) {
            graph();
        }
        caller.end();

        assertThat(paths()).contains("request > invoke_workflow cadre");
    }

    @Test
    void goalText_isToldOnlyWhenAskedFor() {
        listener.withGoalText().withWorkflow("support").on(started("run"));
        listener.on(new RunEvent.RunEnded("run", Duration.ofSeconds(1), "complete", Money.ZERO));

        SpanData run = span("invoke_workflow support");
        assertThat(run.getAttributes().get(GenAi.GOAL)).isEqualTo("What do cats do?");
    }

    private static RunEvent.RunStarted started(String run) {
        return new RunEvent.RunStarted(run, Duration.ZERO, "What do cats do?", Money.usd("1"));
    }

    @Test
    void spans_haveTheTimesOfTheirEvents() {
        listener.on(started("run"));
        listener.on(new RunEvent.SubtaskAdmitted("run", Duration.ofMillis(10), "cats", "note", List.of()));
        listener.on(new RunEvent.RungStarted("run", Duration.ofMillis(20), "cats", Tier.NANO));
        listener.on(new RunEvent.AttemptEnded(
                "run",
                Duration.ofMillis(100),
                new RunEvent.Call(CallPurpose.Kind.WORK, "cats", Tier.NANO, "gpt-5.4-nano", "gpt-5.4-nano"),
                new RunEvent.CallEnd.Failed("TimedOut", "no whole reply"),
                Spend.forfeited(Money.usd("0.001")),
                new RunEvent.CallTimes(Duration.ofMillis(15), Duration.ofMillis(60))));
        listener.on(new RunEvent.RunEnded("run", Duration.ofMillis(130), "cancelled", Money.usd("0.001")));

        SpanData call = span("chat gpt-5.4-nano");
        assertThat(millis(call.getStartEpochNanos())).isEqualTo(40);
        assertThat(millis(call.getEndEpochNanos())).isEqualTo(100);
        assertThat(call.getAttributes().get(GenAi.ERROR)).isEqualTo("TimedOut");
        assertThat(call.getAttributes().get(GenAi.ESTIMATED)).isTrue();
        assertThat(call.getAttributes().get(GenAi.INPUT_TOKENS))
                .as("nobody knows")
                .isNull();
        SpanData left = span("invoke_agent note");
        assertThat(millis(left.getStartEpochNanos())).isEqualTo(20);
        assertThat(millis(left.getEndEpochNanos())).as("left behind").isEqualTo(130);
        assertThat(left.getAttributes().get(GenAi.ERROR)).isEqualTo("UNFINISHED");
        assertThat(millis(span("invoke_workflow cadre").getEndEpochNanos())).isEqualTo(130);
        assertThat(points("cadre.cost"))
                .singleElement()
                .satisfies(point -> assertThat(point).endsWith(" 0.001"));
    }

    private static long millis(long epochNanos) {
        return (epochNanos - NOON.toEpochMilli() * 1_000_000) / 1_000_000;
    }

    @Test
    void trouble_isAnEventOfTheRun() {
        listener.on(started("run"));
        listener.on(new RunEvent.ModelShutsDown(
                "run", Duration.ZERO, List.of(Tier.NANO), "gpt-5.4-nano", LocalDate.of(2027, 4, 1), 130));
        listener.on(new RunEvent.CeilingLowered("run", Duration.ofMillis(1), Tier.MINI));
        listener.on(new RunEvent.BudgetBreached(
                "run", Duration.ofMillis(2), new BillingBreach("gpt-5.4-nano", "gpt-5.4-nano", Money.usd("0.25"))));
        listener.on(
                new RunEvent.CacheHit("run", Duration.ofMillis(2), "dogs", Duration.ofHours(3), Money.usd("0.0007")));
        listener.on(new RunEvent.WorkAbandoned("run", Duration.ofMillis(3), "cats", "cadre-run-cats/0"));
        listener.on(new RunEvent.RunEnded("run", Duration.ofMillis(4), "partial", Money.ZERO));

        SpanData run = span("invoke_workflow cadre");
        assertThat(run.getEvents())
                .extracting(event -> event.getName() + " "
                        + List.copyOf(event.getAttributes().asMap().values()))
                .containsExactly(
                        "cadre.model_shuts_down [2027-04-01, gpt-5.4-nano]",
                        "cadre.ceiling_lowered [mini]",
                        "cadre.budget_breached [250000000000]",
                        "cadre.cache_hit [10800000, 700000000, dogs]",
                        "cadre.work_abandoned [cats, cadre-run-cats/0]");
        assertThat(run.getStatus().getStatusCode()).as("partial is no error").isEqualTo(StatusCode.UNSET);
        assertThat(points("cadre.budget.breaches")).containsExactly("{} 1");
    }

    @Test
    void runsOfOneId_onThreadsOfTheirOwn_areTwoTraces() throws InterruptedException {
        listener.on(started("run"));
        Thread other = Thread.ofVirtual().start(() -> {
            listener.on(started("run"));
            listener.on(new RunEvent.RunEnded("run", Duration.ofMillis(1), "failed", Money.ZERO));
        });
        other.join();
        listener.on(new RunEvent.RunEnded("run", Duration.ofMillis(2), "complete", Money.ZERO));

        assertThat(spans.getFinishedSpanItems())
                .filteredOn(span -> span.getName().equals("invoke_workflow cadre"))
                .extracting(span -> span.getAttributes().get(AttributeKey.stringKey("cadre.status")))
                .containsExactly("failed", "complete");
    }

    @Test
    void eventOfARunThatItDidNotSeeBegin_isLeftOut() {
        listener.on(new RunEvent.CeilingLowered("other", Duration.ZERO, Tier.MINI));

        assertThat(spans.getFinishedSpanItems()).isEmpty();
    }
}
