// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that will be gone is told of; one that is gone is refused. gpt-5.4-nano ends on 2027-04-01. */
class ShutdownTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");
    private static final LocalDate END = LocalDate.of(2027, 4, 1);
    private static final Budget BUDGET = Budget.usd("1.00");

    private final ScriptedModel model = new ScriptedModel();
    private final List<RunEvent> told = new ArrayList<>();
    private Instant now = Instant.parse("2027-01-01T00:00:00Z");

    private Coordinator coordinator(ModelPools pools, SubtaskType<?, ?>... planned) {
        return Coordinator.builder(pools).plansWith(planned).listener(told::add).build();
    }

    private Coordinator coordinator() {
        return coordinator(model.pools(pool -> pool.calendar(() -> now)), NOTE);
    }

    private void on(String day) {
        now = Instant.parse(day + "T12:00:00Z");
    }

    private static TaskGraph<Note> graph(SubtaskType<Topic, Note> type) {
        var graph = TaskGraph.builder();
        graph.add("dogs", type, new Topic("dogs"));
        return graph.answering(graph.add("cats", type, new Topic("cats")));
    }

    private List<RunEvent.ModelShutsDown> notices() {
        return told.stream()
                .filter(RunEvent.ModelShutsDown.class::isInstance)
                .map(RunEvent.ModelShutsDown.class::cast)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"2026-10-02, 0", "2026-10-03, 180", "2027-03-31, 1"})
    void modelThatEndsSoon_isToldOfOnceARun(String day, long daysLeft) throws InterruptedException {
        model.on(NOTE).costing(10, 10).replies(new Note("x"));
        Coordinator coordinator = coordinator();
        on(day);

        coordinator.run(graph(NOTE), BUDGET).requireComplete();

        assertThat(notices())
                .extracting(RunEvent.ModelShutsDown::daysLeft)
                .isEqualTo(daysLeft == 0 ? List.of() : List.of(daysLeft));
        assertThat(notices()).allSatisfy(notice -> {
            assertThat(notice.model()).isEqualTo("gpt-5.4-nano");
            assertThat(notice.day()).isEqualTo(END);
            assertThat(notice.tiers()).containsExactly(Tier.NANO);
            assertThat(notice.runId()).isEqualTo(told.getFirst().runId());
        });
        told.clear();
        coordinator.run(graph(NOTE), BUDGET).requireComplete();
        assertThat(notices()).hasSize(daysLeft == 0 ? 0 : 1);
    }

    @Test
    void modelOfSeveralTiers_isToldOfOnce_withAllOfThem() throws InterruptedException {
        model.on(NOTE).costing(10, 10).replies(new Note("x"));
        ModelPool nano =
                ModelPool.builder(model, "gpt-5.4-nano").calendar(() -> now).build();

        coordinator(ModelPools.of(nano)).run(graph(NOTE.upTo(Tier.FLAGSHIP)), BUDGET);

        assertThat(notices())
                .singleElement()
                .extracting(RunEvent.ModelShutsDown::tiers)
                .isEqualTo(List.of(Tier.NANO, Tier.MINI, Tier.FLAGSHIP));
    }

    @Test
    void model_fromItsLastDayOn_isRefusedBeforeAnythingIsCalled() {
        Coordinator coordinator = coordinator();
        now = Instant.parse("2027-04-01T00:00:00Z");

        assertThatThrownBy(() -> coordinator.run(graph(NOTE), BUDGET))
                .isInstanceOf(ModelShutDownException.class)
                .hasMessage("model 'gpt-5.4-nano' was shut down on 2027-04-01; bind another to its tier");
        assertThatThrownBy(
                        () -> coordinator.run(graph(NOTE.startingAt(Tier.MINI).notBelow(Tier.NANO)), BUDGET))
                .isInstanceOf(ModelShutDownException.class);
        assertThatThrownBy(() -> coordinator.run(Goal.of("Compare cats and dogs.", Note.class), BUDGET))
                .isInstanceOf(ModelShutDownException.class);
        assertThatThrownBy(() -> coordinator.plan(Goal.of("Compare cats and dogs.", Note.class), BUDGET))
                .isInstanceOf(ModelShutDownException.class);
        assertThatThrownBy(() -> coordinator.bulk(NOTE).run(Stream.of(new Topic("cats")), BUDGET, item -> {}))
                .isInstanceOf(ModelShutDownException.class);
        assertThatThrownBy(this::coordinator).isInstanceOf(ModelShutDownException.class);
        assertThat(model.calls()).isEmpty();
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2027-03-01", "2030-01-01"})
    void model_thatTheGraphDoesNotUse_isNobodysConcern(String day) throws InterruptedException {
        var careful = NOTE.startingAt(Tier.MINI);
        model.on(careful).costing(10, 10).replies(new Note("x"));
        Coordinator coordinator = coordinator();
        on(day);

        coordinator.run(graph(careful), BUDGET).requireComplete();

        assertThat(notices()).isEmpty();
    }

    @Test
    void bulk_isTold_beforeItsFirstItem() throws InterruptedException {
        model.on(NOTE).costing(10, 10).replies(new Note("x"));

        coordinator().bulk(NOTE).run(Stream.of(new Topic("cats"), new Topic("dogs")), BUDGET, item -> {});

        assertThat(notices())
                .singleElement()
                .extracting(RunEvent.ModelShutsDown::runId)
                .isEqualTo("bulk-note");
    }

    @Test
    void model_thatEndsDuringTheRun_isNotCalledAnyMore() throws InterruptedException {
        model.on(NOTE, new Topic("cats")).costing(10, 10).answers(call -> {
            on("2027-04-01");
            return new Note("x");
        });
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var again = graph.add("again", NOTE, dev.cadre.task.Input.from(cats, note -> new Topic("dogs")));

        RunResult<Note> result = coordinator().run(graph.answering(again), BUDGET);

        assertThat(((Outcome.Failed<Note>) result.outcome(again)).failure())
                .isEqualTo(new Failure(
                        Failure.Kind.MODEL_FAILED,
                        "model 'gpt-5.4-nano' was shut down on 2027-04-01; bind another to its tier"));
        assertThat(model.calls()).hasSize(1);
        assertThat(result.report().openReservations()).isZero();
    }

    @Test
    void poolWithoutACalendar_tellsAndRefusesNothing() throws InterruptedException {
        model.on(NOTE).costing(10, 10).replies(new Note("x"));

        coordinator(model.pools()).run(graph(NOTE), BUDGET).requireComplete();

        assertThat(notices()).isEmpty();
    }
}
