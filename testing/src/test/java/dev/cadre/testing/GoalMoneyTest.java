// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.Preview;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunFailure;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import dev.cadre.worker.CostRange;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The money of goals: the floor, the merger's allotment, previews. */
class GoalMoneyTest {
    private static final Goal<Answer> GOAL = Goal.of("Take notes", Answer.class);
    private static final Pattern FLOOR = Pattern.compile("need at least \\$([0-9.]+)$");

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(NOTE).build();

    private Money floorSaidFor(Budget budget) throws InterruptedException {
        RunResult.Failed<Answer> failed = Crew.failed(coordinator.run(GOAL, budget));
        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(failed).spent("0").leftNothingBehind();
        var floor = FLOOR.matcher(failed.cause().message());
        assertThat(floor.find()).as(failed.cause().message()).isTrue();
        return Money.usd(floor.group(1));
    }

    @Test
    void budget_belowTheFloor_isRefusedBeforeAnyCallAndNamesIt() throws Exception {
        Money floor = floorSaidFor(Budget.usd("0.001"));

        assertThat(floorSaidFor(Budget.of(floor.minus(Money.ofPico(1))))).isEqualTo(floor);
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void budget_atTheFloor_isEnoughForPlannerOneSubtaskAndMerger() throws Exception {
        Money floor = floorSaidFor(Budget.usd("0.001"));
        model.onPlan().replies(plan(plannedNote("a")));
        model.on(NOTE).replies(new Note("A"));
        model.onMerge().repliesText(Crew.merged("done"));

        assertThat(coordinator.run(GOAL, Budget.of(floor))).isCompleteWith(new Answer("done"));
    }

    @Test
    void workers_exhaustTheRest_mergerStillAnswersFromItsOwnMoney() throws Exception {
        String[] notes =
                IntStream.range(0, 60).mapToObj(i -> plannedNote("n" + i)).toArray(String[]::new);
        model.onPlan().costing(2_000, 2_000).replies(plan(notes));
        model.on(NOTE).costing(100, 2_000).replies(new Note("long"));
        model.onMerge().costing(4_000, 1_000).repliesText(Crew.merged("what there is"));

        var partial = Crew.partial(coordinator.run(GOAL, Budget.usd("0.20")));

        assertThat(partial.answer()).isEqualTo(new Answer("what there is"));
        assertThat(partial).leftNothingBehind();
        var outcomes = partial.report().outcomes().values();
        long paid = outcomes.stream().filter(Outcome::isSucceeded).count();
        assertThat(outcomes)
                .filteredOn(outcome -> !outcome.isSucceeded())
                .allSatisfy(outcome -> assertThat(outcome)
                        .isInstanceOfSatisfying(
                                Outcome.Skipped.class,
                                skipped -> assertThat(skipped.skip().kind()).isEqualTo(Skip.Kind.BUDGET)));
        // planner $0.035; $0.06 are the merger's, so $0.105 are left for notes: each costs $0.00252 and may cost
        // $0.0026158, which no more than 40 others let pass
        assertThat(paid).isEqualTo(41);
        // the notes cost $0.10332, the merger $0.0075
        assertThat(partial).spent("0.14582");
    }

    @Test
    void previewOfAGraph_risesFromLowToWorst_andCallsNothing() {
        var graph = TaskGraph.builder();
        var rising = NOTE.upTo(Tier.MINI);
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", rising, Input.from(a, note -> new Topic(note.text())));

        Preview preview = coordinator.preview(graph.answering(b));

        assertThat(preview.subtasks()).extracting(Preview.Line::id).containsExactly("a", "b");
        assertThat(preview.subtasks()).extracting(Preview.Line::tiers).containsExactly("NANO", "NANO-MINI");
        assertThat(preview.subtasks().get(1).dependsOn()).containsExactly("a");
        CostRange first = preview.subtasks().get(0).cost();
        CostRange second = preview.subtasks().get(1).cost();
        assertAscends(first);
        assertAscends(second);
        assertThat(second.low()).as("both start alike").isEqualTo(first.low());
        assertThat(second.worst().isMoreThan(first.worst()))
                .as("one may escalate")
                .isTrue();
        assertThat(preview.cost()).isEqualTo(first.plus(second));
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void previewOfAGoal_paysForThePlanOnly() throws Exception {
        model.onPlan().costing(2_000, 300).replies(plan(plannedNote("a"), plannedNote("b", "a")));

        Preview preview = coordinator.preview(GOAL, Budget.usd("0.25"));

        assertThat(preview.planning()).isEqualTo(Money.usd("0.0095"));
        assertThat(preview.merging()).isNotEqualTo(Money.ZERO);
        assertAscends(preview.cost());
        assertThat(preview.subtasks()).extracting(Preview.Line::id).containsExactly("a", "b");
        assertThat(model.calls()).extracting(call -> call.purpose().kind()).containsExactly(CallPurpose.Kind.PLAN);
    }

    @Test
    void preview_isAnUpperBoundOfTheRun() throws Exception {
        model.on(NOTE).costing(200, 2_000).replies(new Note("as long as it may be"));
        var graph = TaskGraph.builder();
        var notes = new ArrayList<SubtaskRef<Note>>();
        for (String topic : List.of("a", "b", "c")) {
            notes.add(graph.add(topic, NOTE, new Topic(topic)));
        }
        var whole = graph.answering(notes.getFirst());

        RunResult<Note> result = coordinator.run(whole, Budget.usd("1.00"));

        assertThat(result.spend()
                        .total()
                        .isMoreThan(coordinator.preview(whole).cost().worst()))
                .isFalse();
    }

    @Test
    void shortage_tierBelowHasNoModel_skipsInsteadOfStartingThere() throws Exception {
        var best = NOTE.startingAt(Tier.FLAGSHIP).notBelow(Tier.NANO);
        var flagshipOnly =
                ModelPools.builder().flagship(ModelPool.of(model, "gpt-5.4")).build();
        var graph = TaskGraph.builder();
        var a = graph.add("a", best, new Topic("a"));

        var result = Coordinator.of(flagshipOnly).run(graph.answering(a), Budget.usd("0.01"));

        assertThat(result).outcome(a).isSkippedBecause(Skip.Kind.BUDGET).leftNothingBehind();
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void floor_tierBelowHasNoModel_isThatOfTheStart() throws Exception {
        var mini = NOTE.startingAt(Tier.MINI).notBelow(Tier.NANO);
        var withoutNano = ModelPools.builder()
                .flagship(ModelPool.of(model, "gpt-5.4"))
                .mini(ModelPool.of(model, "gpt-5.4-mini"))
                .build();
        model.onPlan().replies(plan(plannedNote("a")));
        model.on(mini).replies(new Note("A"));
        model.onMerge().repliesText(Crew.merged("done"));

        var result = Coordinator.builder(withoutNano).plansWith(mini).build().run(GOAL, Budget.usd("0.25"));

        assertThat(result).isCompleteWith(new Answer("done"));
    }

    private static void assertAscends(CostRange cost) {
        assertThat(cost.low()).isGreaterThan(Money.ZERO).isLessThanOrEqualTo(cost.expected());
        assertThat(cost.expected()).isLessThanOrEqualTo(cost.worst());
    }
}
