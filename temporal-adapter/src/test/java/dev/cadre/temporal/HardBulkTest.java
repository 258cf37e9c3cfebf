// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.event.RunEvent;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.testing.EventLog;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import io.grpc.Status;
import io.temporal.client.WorkflowStub;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bulk runs on Temporal with values, types and consumers that ask much of them. */
@Timeout(60)
class HardBulkTest {
    /** A cluster refuses larger values. */
    private static final int MOST_BYTES = 2_000_000;

    private static final SubtaskType<Topic, Note> ECHO =
            SubtaskType.code("echo", Topic.class, Note.class, (topic, context) -> new Note(topic.name()));

    private static final Budget DOLLAR = Budget.usd("1.00");

    private final ScriptedModel model = new ScriptedModel();
    private final Gate gate = new Gate();
    private final Cluster cluster = new Cluster();
    private final List<BulkItem<Note>> items = new ArrayList<>();

    @AfterEach
    void close() {
        gate.open();
        cluster.close();
    }

    private <O> TemporalBulk<Topic, O> bulk(SubtaskType<Topic, O> type) {
        cluster.start(worker().bulks(type));
        return cluster.runs().bulk(type);
    }

    private TemporalBulk<Topic, Note> notes() {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        cluster.start(worker());
        return cluster.runs().bulk(Graphs.NOTE);
    }

    private TemporalWorker.Builder worker() {
        return cluster.worker(Coordinator.of(model.pools()));
    }

    private static Stream<Topic> topics(int count) {
        return IntStream.range(0, count).mapToObj(number -> new Topic("topic " + number));
    }

    private int largestEvent(String id) {
        return cluster.histories(id).stream()
                .flatMap(history -> history.getHistory().getEventsList().stream())
                .mapToInt(event -> event.getSerializedSize())
                .max()
                .orElseThrow();
    }

    /** What is under way ends at once, so that all of it is in one history, beside what waits. */
    @Test
    void values_thatAreLargeTogether_fitIntoTheirHistories() throws InterruptedException {
        var together = new AtomicInteger();
        SubtaskType<Topic, Note> long30 = SubtaskType.code("long", Topic.class, Note.class, (topic, context) -> {
            if (together.incrementAndGet() == 100) {
                gate.open();
            }
            gate.await();
            return new Note("\"ü".repeat(10_000));
        });
        Stream<Topic> large = IntStream.range(0, 320).mapToObj(number -> new Topic(number + " " + "\"".repeat(6_000)));

        BulkSummary summary = bulk(long30).parallel(100).run("large", large, DOLLAR, items::add);

        assertThat(summary.succeeded()).isEqualTo(320);
        assertThat(items.stream().map(BulkItem::index).sorted())
                .containsExactlyElementsOf(
                        IntStream.range(0, 320).mapToObj(Long::valueOf).toList());
        assertThat(cluster.histories("large")).hasSizeGreaterThan(2);
        assertThat(largestEvent("large")).isLessThan(MOST_BYTES);
    }

    @Test
    void input_thatNoHistoryTakes_isFailedByItself() throws InterruptedException {
        Stream<Topic> inputs = Stream.of(new Topic("cats"), new Topic("x".repeat(2_000_000)), new Topic("dogs"));

        BulkSummary summary = bulk(ECHO).run("huge", inputs, DOLLAR, items::add);

        assertThat(summary.succeeded()).isEqualTo(2);
        assertThat(summary.failed()).isEqualTo(1);
        assertThat(items.stream().filter(item -> item.index() == 1))
                .singleElement()
                .matches(item -> item.outcome().reason().contains("with a ReferencingCodec"));
        assertThat(largestEvent("huge")).isLessThan(MOST_BYTES);
    }

    /** A number that is none cannot be written as JSON. */
    record Weighed(double weight) {}

    /** What cannot be written waits for its turn like any other input. */
    @Test
    @Tag("nightly")
    void inputsThatCannotBeWritten_doNotSwellAHistory() throws Exception {
        SubtaskType<Weighed, Note> type = SubtaskType.code("weigh", Weighed.class, Note.class, (in, context) -> {
            gate.await();
            return new Note("heavy");
        });
        cluster.start(worker().bulks(type));
        var seen = new AtomicInteger();
        var run = new FutureTask<>(() -> cluster.runs()
                .bulk(type)
                .parallel(4)
                .historyItems(50)
                .run(
                        "unfit",
                        IntStream.range(0, 250).mapToObj(number -> new Weighed(number == 0 ? 1 : Double.NaN)),
                        DOLLAR,
                        item -> {
                            items.add(item);
                            if (seen.incrementAndGet() == 50) {
                                gate.open();
                            }
                        }));
        Thread.ofVirtual().start(run);

        BulkSummary summary = run.get();

        assertThat(summary.succeeded()).isEqualTo(1);
        assertThat(summary.failed()).isEqualTo(249);
        assertThat(cluster.histories("unfit")).hasSizeGreaterThan(3);
    }

    @Test
    void output_thatCannotBeWritten_isFailedOnce() throws InterruptedException {
        var calls = new AtomicInteger();
        SubtaskType<Topic, Weighed> type = SubtaskType.code("weigh", Topic.class, Weighed.class, (topic, context) -> {
            calls.incrementAndGet();
            return new Weighed(Double.NaN);
        });
        var ended = new ArrayList<BulkItem<Weighed>>();

        BulkSummary summary = bulk(type).run(topics(1), DOLLAR, ended::add);

        assertThat(summary.failed()).isEqualTo(1);
        assertThat(calls).hasValue(1);
    }

    @Test
    void code_thatThrows_failsItsItemAlone() throws InterruptedException {
        SubtaskType<Topic, Note> type = SubtaskType.code("broken", Topic.class, Note.class, (topic, context) -> {
            if (topic.name().equals("topic 1")) {
                throw new IllegalStateException("no such topic");
            }
            return new Note(topic.name());
        });

        BulkSummary summary = bulk(type).run(topics(3), DOLLAR, items::add);

        assertThat(summary.succeeded()).isEqualTo(2);
        assertThat(items.stream().filter(item -> !item.outcome().isSucceeded()))
                .singleElement()
                .matches(item -> item.outcome().reason().contains("no such topic"));
    }

    /** A rung with tools may need all there is: the others that may be under way have their share. */
    @Test
    void itemsWithTools_areUnderWayTogether() throws Exception {
        SubtaskType<Topic, Note> type = SubtaskType.model("tooled", Topic.class, Note.class, "State a fact.")
                .tools(Tool.of("look", "Looks at a topic.", Topic.class, (topic, context) -> "nothing"));
        model.on(type).holdUntil(gate).replies(new Note("a fact"));
        var run = new FutureTask<>(() -> bulk(type).parallel(4).run(topics(12), DOLLAR, items::add));
        Thread.ofVirtual().start(run);

        assertThat(model.awaitInFlight(4)).isTrue();
        gate.open();
        assertThat(run.get().succeeded()).isEqualTo(12);
    }

    @Test
    void shortMoney_lowersTheCeilingInOneEvent() throws InterruptedException {
        SubtaskType<Topic, Note> type = SubtaskType.model("cheap", Topic.class, Note.class, "State a fact.")
                .startingAt(Tier.MINI)
                .notBelow(Tier.NANO);
        model.on(type).replies(new Note("a fact"));
        var events = new EventLog();
        cluster.start(cluster.worker(
                        Coordinator.builder(model.pools()).listener(events).build())
                .bulks(type));

        BulkSummary summary = cluster.runs().bulk(type).parallel(1).run(topics(4), Budget.usd("0.005"), items::add);

        assertThat(summary.succeeded()).isEqualTo(4);
        assertThat(events.events().stream().filter(RunEvent.CeilingLowered.class::isInstance))
                .hasSize(1);
    }

    /** As a consumer may that asks a server of its own: it is not the cluster that was not reached. */
    @Test
    void consumer_thatCannotReachItsServer_isHeard() {
        assertThatThrownBy(() -> notes().run(topics(3), DOLLAR, item -> {
                    throw Status.UNAVAILABLE.withDescription("of the consumer").asRuntimeException();
                }))
                .hasMessageContaining("of the consumer");
    }

    @Test
    void idOfAnotherRun_isRefused_andThatRunGoesOn() throws Exception {
        TemporalBulk<Topic, Note> notes = notes();
        model.on(Graphs.NOTE, new Topic("cats")).holdUntil(gate).replies(new Note("they purr"));
        TemporalRun<Note> graph = cluster.runs().start("graph", Graphs.ONE.on(new Topic("cats")), DOLLAR);
        cluster.runs().bulk(Graphs.UPPER).run("upper", topics(1), DOLLAR, items::add);

        assertThatThrownBy(() -> notes.run("graph", topics(3), DOLLAR, items::add))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("run 'graph' is no bulk of subtask type 'note'");
        assertThatThrownBy(() -> notes.run("upper", topics(3), DOLLAR, items::add))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("run 'upper' is no bulk of subtask type 'note'");
        gate.open();
        assertThat(graph.result().requireComplete()).isEqualTo(new Note("they purr"));
    }

    @Test
    void searchAttributes_areThoseOfTheRunInEachHistory() throws InterruptedException {
        notes();
        cluster.runs()
                .searchAttributes()
                .bulk(Graphs.NOTE)
                .historyItems(2)
                .parallel(1)
                .run("marked", topics(5), DOLLAR, items::add);

        WorkflowStub stub = cluster.environment.getWorkflowClient().newUntypedWorkflowStub("marked");
        assertThat(stub.describe().getTypedSearchAttributes().get(Marks.STATE)).isEqualTo("COMPLETE");
        assertThat(cluster.histories("marked"))
                .hasSizeGreaterThan(2)
                .allSatisfy(history -> assertThat(history.getHistory().getEventsList().stream()
                                .filter(event -> event.hasUpsertWorkflowSearchAttributesEventAttributes()
                                        || event.getWorkflowExecutionStartedEventAttributes()
                                                        .getSearchAttributes()
                                                        .getIndexedFieldsCount()
                                                > 0))
                        .isNotEmpty());
    }
}
