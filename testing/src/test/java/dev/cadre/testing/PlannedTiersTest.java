// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.failed;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.partial;
import static dev.cadre.testing.Crew.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.Plan;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.plan.TierPolicy;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.PassRates;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The planner chooses the tier of a subtask within the bounds of its type, and code can overrule it. */
class PlannedTiersTest {
    private static final SubtaskType<Topic, Note> CHOICE = NOTE.between(Tier.NANO, Tier.MINI);
    private static final Goal<Answer> GOAL = Goal.of("Take notes", Answer.class);
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    private static String note(String id, String tier) {
        return "{\"type\":\"note\",\"id\":\"%s\",\"input\":{\"name\":\"%s\"},\"tier\":\"%s\"}".formatted(id, id, tier);
    }

    private void notesAndMerge() {
        model.on(CHOICE).costing(1_000, 400).replies(new Note("noted"));
        model.onMerge().repliesText(merged("done"));
    }

    private Coordinator.Builder coordinator() {
        return Coordinator.builder(model.pools()).plansWith(CHOICE);
    }

    private String plannerText() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .map(call -> call.request().instructions() + call.request().turns())
                .findFirst()
                .orElseThrow();
    }

    private List<Tier> workedOn() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.WORK)
                .map(call -> call.purpose().tier())
                .sorted()
                .toList();
    }

    private static List<Tier> tiersOf(RunResult<?> result, String id) {
        return result.report().subtasks().stream()
                .filter(line -> line.id().equals(id))
                .findFirst()
                .orElseThrow()
                .tiers();
    }

    @Test
    void planner_choosesTheTierOfEachSubtask() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("cheap", "nano"), note("hard", "mini")));

        var result = coordinator().build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done")).leftNothingBehind();
        assertThat(tiersOf(result, "cheap")).containsExactly(Tier.NANO);
        assertThat(tiersOf(result, "hard")).containsExactly(Tier.MINI);
    }

    @Test
    void planner_isShownPricesRatesAndBudget() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "nano")));

        coordinator()
                .passRates(PassRates.NONE.with(CHOICE, Tier.NANO, 71, 80))
                .build()
                .run(GOAL, BUDGET);

        assertThat(plannerText())
                .contains("tiers: nano ($0.20 in, $1.25 out; 71 of 80 good), mini ($0.75 in, $4.50 out)")
                .contains("Money for planning, all subtasks and their merge: $1.00");
    }

    @Test
    void plannerOfTypesWithoutChoice_isToldNothingOfTiers() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("done"));
        model.onPlan().replies(plan(Crew.plannedNote("a")));

        Coordinator.builder(model.pools()).plansWith(NOTE).build().run(GOAL, BUDGET);

        assertThat(plannerText()).doesNotContain("tier").doesNotContain("Money for");
    }

    @Test
    void choiceOutsideTheBounds_isTheNearestWithin() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "FLAGSHIP")));

        var result = coordinator().build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(workedOn()).containsExactly(Tier.MINI);
        assertThat(result.report().notes())
                .containsExactly("a: tier \"FLAGSHIP\" was read as mini: its type allows nano, mini");
    }

    @Test
    void choiceThatIsNoTier_isADefectThatIsRepaired() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "huge"))).replies(plan(note("a", "mini")));

        var result = coordinator().build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(result.report().notes()).contains("a: no tier \"huge\"; it may start on nano, mini");
        assertThat(workedOn()).containsExactly(Tier.MINI);
    }

    @Test
    void tierWhereThereIsNoChoice_isPassedOver() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("done"));
        model.onPlan().replies(plan(note("a", "flagship")));

        var result = Coordinator.builder(model.pools()).plansWith(NOTE).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(workedOn()).containsExactly(Tier.NANO);
        assertThat(result.report().notes())
                .containsExactly("a: its type leaves no choice of tier: \"flagship\" was passed over");
    }

    @Test
    void shortageOfMoney_pushesAChosenTierDownToTheLowerBound() throws Exception {
        notesAndMerge();
        Planner onMini = (request, intake) ->
                intake.offer(PlannedSubtask.of("a", CHOICE, new Topic("a")).on(Tier.MINI));

        Goal<Answer> mergedByCode = GOAL.mergedBy(
                Mergers.collect(CHOICE, notes -> new Answer(notes.getFirst().text())));

        var result = coordinator().planner(onMini).build().run(mergedByCode, Budget.usd("0.005"));

        assertThat(tiersOf(result, "a"))
                .as("a call on mini needs up to $0.009, one on nano $0.003: %s", result)
                .containsExactly(Tier.NANO);
    }

    @Test
    void policy_overrulesThePlanner() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "mini"), note("b", "nano")));
        var asked = new ArrayList<TierPolicy.Proposal>();
        TierPolicy cheap = proposal -> {
            asked.add(proposal);
            return Tier.NANO;
        };

        var result = coordinator().tierPolicy(cheap).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(workedOn()).containsExactly(Tier.NANO, Tier.NANO);
        assertThat(asked.stream().map(TierPolicy.Proposal::tier)).containsExactly(Tier.MINI, Tier.NANO);
        assertThat(asked.getFirst().subtask().id()).isEqualTo("a");
        assertThat(result.report().notes()).containsExactly("a: the tier policy put nano in place of mini");
        assertThat(asked.getFirst().free().isMoreThan(BUDGET.limit())).isFalse();
    }

    @Test
    void policyOutsideTheBounds_endsThePlanningAndSaysSo() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "mini")));

        var result = failed(
                coordinator().tierPolicy(proposal -> Tier.FLAGSHIP).build().run(GOAL, BUDGET));

        assertThat(result.cause().kind()).isEqualTo(RunFailure.Kind.PLANNER_FAILED);
        assertThat(result.cause().message())
                .contains("the tier policy chose FLAGSHIP for subtask 'a', whose type 'note' allows [NANO, MINI]");
    }

    @Test
    void policyThatThrows_leavesWhatWasAdmittedBefore() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "nano"), note("b", "mini")));
        TierPolicy broken = proposal -> {
            if (proposal.subtask().id().equals("b")) {
                throw new IllegalStateException("no rule for b");
            }
            return proposal.tier();
        };

        var result = partial(coordinator().tierPolicy(broken).build().run(GOAL, BUDGET));

        assertThat(tiersOf(result, "a")).containsExactly(Tier.NANO);
        assertThat(result.missing().toString()).contains("no rule for b");
    }

    @Test
    void policyThatThrows_isNamed_andTheReplyIsPaidAsWhatItWas() throws Exception {
        notesAndMerge();
        model.onPlan().costing(1_000, 400).replies(plan(note("a", "nano"), note("b", "mini")));

        var result = failed(coordinator()
                .tierPolicy(proposal -> {
                    throw new IllegalStateException("no rule");
                })
                .build()
                .run(GOAL, BUDGET));

        assertThat(result.cause().message()).isEqualTo("IllegalStateException: no rule, thrown by the tier policy");
        assertThat(result).spent("0.0085").leftNothingBehind();
        assertThat(result.report().spend().forfeited()).isEqualTo(Money.ZERO);
    }

    @Test
    void policyThatReturnsNull_costsNoMoreThanTheReply() throws Exception {
        notesAndMerge();
        model.onPlan().costing(1_000, 400).replies(plan(note("a", "nano")));

        var result = failed(coordinator().tierPolicy(proposal -> null).build().run(GOAL, BUDGET));

        assertThat(result.cause().message()).isEqualTo("the tier policy returned null for subtask 'a'");
        assertThat(result).spent("0.0085");
    }

    @Test
    void policyThatWaits_isAFailure() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "nano")));

        var result = run(folder.resolve("run.journal"), proposal -> {
            throw new AwaitedException("the boss");
        });

        assertThat(result).isNotInstanceOf(RunResult.Suspended.class).isFailedBecause(RunFailure.Kind.PLANNER_FAILED);
    }

    @Test
    void decision_isPartOfThePlan_andIsNotMadeAgainInAnotherSession() throws Exception {
        model.on(CHOICE).costing(1_000, 400).replies(new Note("noted"));
        model.onPlan().replies(plan(note("a", "mini")));
        model.onMerge().refuses("not now").repliesText(merged("done"));
        Path file = folder.resolve("run.journal");

        assertThat(run(file, proposal -> Tier.NANO)).isInstanceOf(RunResult.Failed.class);
        var second = run(file, proposal -> {
            throw new AssertionError("it was decided on before");
        });

        assertThat(second).isCompleteWith(new Answer("done"));
        assertThat(workedOn()).as("paid once").containsExactly(Tier.NANO);
    }

    private RunResult<Answer> run(Path file, TierPolicy policy) throws Exception {
        try (Journal journal = FileJournal.open(file)) {
            return coordinator().tierPolicy(policy).build().journal(journal).run(GOAL, BUDGET);
        }
    }

    @Test
    void planForLater_keepsWhatThePolicyChanged() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "mini")));
        Coordinator coordinator =
                coordinator().tierPolicy(proposal -> Tier.NANO).build();

        var planned = coordinator.plan(GOAL, BUDGET);
        var parsed = Plan.parse(planned.toJson(), GOAL);
        RunResult<Answer> result = coordinator.run(parsed, BUDGET);

        assertThat(parsed.notes()).isEqualTo(planned.notes()).hasSize(1);
        assertThat(result.report().notes()).containsExactly("a: the tier policy put nano in place of mini");
    }

    @Test
    void planForLater_keepsTheTiers_andItsPreviewHasTheirPrice() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(note("a", "mini")));
        Coordinator coordinator = coordinator().build();

        var planned = coordinator.plan(GOAL, BUDGET);
        var parsed = Plan.parse(planned.toJson(), GOAL);
        var line = coordinator.preview(parsed, BUDGET).subtasks().stream()
                .filter(each -> each.id().equals("a"))
                .findFirst()
                .orElseThrow();

        assertThat(parsed.subtasks().getFirst().tier()).isEqualTo("mini");
        assertThat(line.tiers()).isEqualTo("MINI");
        assertThat(coordinator.run(parsed, BUDGET)).isCompleteWith(new Answer("done"));
        assertThat(workedOn()).containsExactly(Tier.MINI);
    }

    @Test
    void roundAfterAPlanForLater_isDecidedOnByThePolicy() throws Exception {
        model.on(CHOICE).replies(new Note("noted"));
        model.on(CHOICE, new Topic("a")).refuses("not this one");
        model.onMerge().repliesText(merged("done"));
        String again =
                "{\"type\":\"note\",\"id\":\"b\",\"input\":{\"name\":\"b\"},\"tier\":\"mini\",\"replaces\":[\"a\"]}";
        model.onPlan().replies(plan(note("a", "mini"))).replies(plan(again));
        Coordinator coordinator =
                coordinator().replanning(1).tierPolicy(proposal -> Tier.NANO).build();

        var result = coordinator.run(coordinator.plan(GOAL, BUDGET), BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(workedOn()).containsExactly(Tier.NANO, Tier.NANO);
    }

    @Test
    void planForLater_whoseTypeLeavesNoChoiceNow_saysSo() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("done"));
        model.onPlan().replies(plan(note("a", "mini")));
        var planned = coordinator().build().plan(GOAL, BUDGET);

        var result = Coordinator.builder(model.pools()).plansWith(NOTE).build().run(planned, BUDGET);

        assertThat(workedOn()).containsExactly(Tier.NANO);
        assertThat(result.report().notes())
                .containsExactly("a: its type leaves no choice of tier: \"mini\" was passed over");
    }

    @Test
    void tierWithoutAModel_isRefusedBeforeAnythingIsCalled() {
        var pools = ModelPools.builder()
                .flagship(model.pools().pool(Tier.FLAGSHIP))
                .nano(model.pools().pool(Tier.NANO))
                .build();

        assertThatIllegalStateException()
                .isThrownBy(() ->
                        Coordinator.builder(pools).plansWith(CHOICE).build().run(GOAL, BUDGET))
                .withMessageContaining("no model is bound to tier MINI");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void rejectedAnswer_escalatesFromTheChosenTierToTheTop() throws Exception {
        SubtaskType<Topic, Note> strict =
                CHOICE.accept("it is long", (topic, note) -> note.text().length() > 5);
        model.on(strict).replies(new Note("no")).replies(new Note("long enough"));
        model.onPlan().replies(plan(note("a", "nano")));
        model.onMerge().repliesText(merged("done"));

        var result =
                Coordinator.builder(model.pools()).plansWith(strict).build().run(GOAL, BUDGET);

        assertThat(tiersOf(result, "a")).containsExactly(Tier.NANO, Tier.MINI);
    }
}
