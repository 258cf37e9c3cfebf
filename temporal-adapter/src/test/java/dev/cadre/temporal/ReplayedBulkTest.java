// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.price.Price;
import dev.cadre.task.SubtaskType;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.testing.ScriptedModel;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Histories of bulk runs that were recorded go on under the code of today. One that does not is a run in production that would
 * stop: raise the version in {@link BulkWorkflow} and keep the old way for old histories, instead of recording them again.
 */
@Timeout(60)
class ReplayedBulkTest {
    private static final Path HISTORIES = Path.of("src/test/resources/histories");
    private static final SubtaskType<?, ?>[] TYPES = {Graphs.CAREFUL};

    @ParameterizedTest
    @ValueSource(strings = {"bulk-first", "bulk-next", "bulk-last"})
    void history_goesOnUnderTheCodeOfToday(String name) {
        assertThatCode(() -> replay(recorded(name), Coordinator.of(new ScriptedModel().pools()), TYPES))
                .doesNotThrowAnyException();
    }

    @Test
    void history_withOtherPricesAndModels_goesOn() {
        Coordinator dear = Coordinator.of(
                new ScriptedModel().pools(pool -> pool.price(Price.perMillionTokens("900", "900", "900"))));
        assertThatCode(() -> replay(recorded("bulk-first"), dear, TYPES)).doesNotThrowAnyException();
    }

    @Test
    void history_thatAnswersAnotherItem_isRefused() {
        assertThatThrownBy(() ->
                        replay(swapped(recorded("bulk-first")), Coordinator.of(new ScriptedModel().pools()), TYPES))
                .hasStackTraceContaining("the code decides otherwise than when this run began");
    }

    /** The type as it was escalated, this one does not. */
    @Test
    void history_ofATypeThatDoesNotEscalate_isRefused() {
        SubtaskType<Topic, Note> other = SubtaskType.model("careful", Topic.class, Note.class, "State a fact.");
        assertThatThrownBy(() -> replay(recorded("bulk-first"), Coordinator.of(new ScriptedModel().pools()), other))
                .hasStackTraceContaining("NonDeterministic");
    }

    @Test
    void history_ofATypeThatIsNotRegistered_waits() {
        assertThatThrownBy(
                        () -> replay(recorded("bulk-first"), Coordinator.of(new ScriptedModel().pools()), Graphs.NOTE))
                .hasStackTraceContaining("this worker has no bulk of subtask type 'careful': register the type");
    }

    private static void keep(String name, WorkflowExecutionHistory history) throws IOException {
        Path file = HISTORIES.resolve(name + ".json");
        if (Files.notExists(file)) {
            Files.writeString(file, history.toJson(true));
        }
    }

    private static WorkflowExecutionHistory recorded(String name) throws IOException {
        return WorkflowExecutionHistory.fromJson(Files.readString(HISTORIES.resolve(name + ".json")));
    }

    /** With the results of two activities in each other's place. */
    private static WorkflowExecutionHistory swapped(WorkflowExecutionHistory history) {
        History.Builder changed = history.getHistory().toBuilder();
        int[] ended = IntStream.range(0, changed.getEventsCount())
                .filter(i -> changed.getEvents(i).hasActivityTaskCompletedEventAttributes())
                .limit(2)
                .toArray();
        Payloads first = result(changed.getEvents(ended[0]));
        Payloads second = result(changed.getEvents(ended[1]));
        changed.getEventsBuilder(ended[0])
                .getActivityTaskCompletedEventAttributesBuilder()
                .setResult(second);
        changed.getEventsBuilder(ended[1])
                .getActivityTaskCompletedEventAttributesBuilder()
                .setResult(first);
        return new WorkflowExecutionHistory(changed.build());
    }

    private static Payloads result(HistoryEvent ended) {
        return ended.getActivityTaskCompletedEventAttributes().getResult();
    }

    private static void replay(WorkflowExecutionHistory history, Coordinator coordinator, SubtaskType<?, ?>... types)
            throws Exception {
        try (var environment = TestWorkflowEnvironment.newInstance()) {
            var builder = TemporalWorker.builder(environment.getWorkflowClient(), Cluster.QUEUE, coordinator)
                    .bulks(types);
            var worker = environment.newWorker(Cluster.QUEUE);
            TemporalWorker.decides(worker, builder.registry(), DecisionOrder.OF_MACHINE);
            WorkflowReplayer.replayWorkflowExecution(history, worker);
        }
    }

    /** Writes histories of the code of today, each under a name that is not taken. */
    @Test
    @Tag("measure")
    void record() throws IOException, InterruptedException {
        var model = new ScriptedModel();
        model.on(Graphs.CAREFUL).onlyOn(Tier.NANO).replies(new Note("short"));
        model.on(Graphs.CAREFUL).onlyOn(Tier.MINI).replies(new Note("long enough for the rule"));
        model.on(Graphs.CAREFUL, new Topic("topic 1")).refuses("no");
        try (var cluster = Cluster.of(Coordinator.of(model.pools()))) {
            cluster.runs()
                    .bulk(Graphs.CAREFUL)
                    .parallel(2)
                    .historyItems(3)
                    .run(
                            "bulk",
                            IntStream.range(0, 12).mapToObj(number -> new Topic("topic " + number)),
                            Budget.usd("0.20"),
                            item -> {});
            List<WorkflowExecutionHistory> all = cluster.histories("bulk");
            assertThat(all).hasSizeGreaterThanOrEqualTo(3);
            keep("bulk-first", all.getFirst());
            keep("bulk-next", all.get(1));
            keep("bulk-last", all.getLast());
        }
    }
}
