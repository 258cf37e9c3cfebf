// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.Plan;
import dev.cadre.RunFailedException;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanDefect;
import dev.cadre.plan.PlanRejectedException;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plan is made, looked at, and run as it is. */
@Timeout(60)
class PlanApprovalTest {
    private static final Goal<Answer> GOAL =
            Goal.of("Compare cats and dogs.", Answer.class).withContext("for children");
    private static final Budget BUDGET = Budget.usd("0.25");
    /** 2,000 tokens in and 300 out on the flagship. */
    private static final String PLANNING_USD = "0.0095";

    @TempDir
    private Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(NOTE).build();

    @BeforeEach
    void script() {
        model.onPlan()
                .costing(2_000, 300)
                .replies(plan(plannedNote("a"), plannedNote("b", "a")))
                .costing(2_000, 300)
                .replies(plan(plannedNote("another")));
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
        model.onMerge().costing(1_000, 100).repliesText(Crew.merged("done"));
    }

    private long planned() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .count();
    }

    @Test
    void approvedPlan_isRunAsItIs_andPlanningIsPaidOnce() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);
        assertThat(plan.subtasks()).extracting(PlannedSubtask::id).containsExactly("a", "b");
        assertThat(plan.planning().total()).isEqualTo(Money.usd(PLANNING_USD));
        assertThat(plan).hasToString("Plan[2 subtasks for \"Compare cats and dogs.\", planning cost $0.0095]");
        assertThat(model.calls()).hasSize(1);

        var result = coordinator.run(plan, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done")).spent("0.0121"); // planning, 2 notes, merge 0.0012
        assertThat(result.report().sessionSpend().total()).isEqualTo(Money.usd("0.0026"));
        assertThat(result.report().outcomes()).containsOnlyKeys("a", "b");
        assertThat(planned()).isEqualTo(1);
    }

    @Test
    void budgetTooSmallForPlanning_isRefusedBeforeAnyCall_andNamesTheLeast() throws Exception {
        var least = Pattern.compile("too small: the planner needs at least \\$([0-9.]+)$");

        RunFailure failure = noPlan(Budget.usd("0.001"));

        assertThat(failure.kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        var named = least.matcher(failure.message());
        assertThat(named.find()).as(failure.message()).isTrue();
        assertThat(model.calls()).isEmpty();
        Money floor = Money.usd(named.group(1));
        assertThat(noPlan(Budget.of(floor.minus(Money.ofPico(1)))).message()).endsWith(named.group());
        assertThat(coordinator.plan(GOAL, Budget.of(floor)).subtasks()).hasSize(2);
    }

    private RunFailure noPlan(Budget budget) {
        var thrown = catchThrowableOfType(RunFailedException.class, () -> coordinator.plan(GOAL, budget));
        return thrown.failure().orElseThrow();
    }

    @Test
    void planOnRecord_isReadWithABudgetThatPlanningWouldNotFit() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Plan<Answer> plan = coordinator.journal(journal).plan(GOAL, BUDGET);

            assertThat(coordinator
                            .journal(journal)
                            .plan(GOAL, Budget.usd("0.001"))
                            .subtasks())
                    .isEqualTo(plan.subtasks());
        }
        assertThat(planned()).isEqualTo(1);
    }

    @Test
    void estimateOfAPlan_holdsItsRun() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);

        CostEstimate estimate = coordinator.preview(plan, BUDGET);

        assertThat(estimate.planning().cost().low()).isEqualTo(Money.usd(PLANNING_USD));
        Money real = coordinator.run(plan, BUDGET).spend().total();
        assertThat(real).isBetween(estimate.low(), estimate.worst());
        assertThat(estimate.worst()).isLessThanOrEqualTo(BUDGET.limit());
    }

    @Test
    void plan_keptAsText_isRunByAnotherProcess() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);

        Plan<Answer> read = Plan.parse(plan.toJson(), GOAL);

        assertThat(read.toJson()).isEqualTo(plan.toJson());
        assertThat(read.subtasks()).isEqualTo(plan.subtasks());
        assertThat(read.planning()).isEqualTo(plan.planning());
        var elsewhere = Coordinator.builder(model.pools()).plansWith(NOTE).build();
        assertThat(elsewhere.run(read, BUDGET))
                .isCompleteWith(new Answer("done"))
                .spent("0.0121");
        assertThat(planned()).isEqualTo(1);
    }

    @Test
    void textOfAnotherGoal_orNoPlan_isRefused() throws Exception {
        String json = coordinator.plan(GOAL, BUDGET).toJson();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Plan.parse(json, Goal.of("Compare birds.", Answer.class)))
                .withMessage("the plan is for another goal");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Plan.parse(json, Goal.of(GOAL.text(), Answer.class)))
                .withMessage("the plan is for another goal");
        for (String broken : new String[] {
            "",
            "[]",
            "{}",
            json.replace("\"subtasks\"", "\"sub\""),
            json.replace("\"settledPicoUsd\":", "\"settledPicoUsd\":-")
        }) {
            assertThatIllegalArgumentException().as(broken).isThrownBy(() -> Plan.parse(broken, GOAL));
        }
    }

    @Test
    void planning_countsAgainstTheBudgetOfTheRun() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);

        var failed = Crew.failed(coordinator.run(plan, Budget.usd("0.01")));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(failed).spent(PLANNING_USD);
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void previewOfAPlan_saysWhatItTakesToBegin_andThatIsEnough() throws Exception {
        SubtaskType<Topic, Note> free =
                SubtaskType.code("free", Topic.class, Note.class, (topic, context) -> new Note(topic.name()));
        var crew = Coordinator.builder(model.pools()).plansWith(NOTE, free).build();
        Plan<Answer> plan = crew.plan(GOAL, BUDGET);
        Money floor = crew.preview(plan, BUDGET).floor();
        Budget less = Budget.of(floor.minus(Money.ofPico(1)));

        assertThat(crew.preview(plan, BUDGET).isTooSmall()).isFalse();
        assertThat(crew.preview(plan, less).isTooSmall()).isTrue();
        assertThat(crew.preview(plan, less)).asString().endsWith("; too small to begin, which takes " + floor);
        assertThat(Crew.failed(crew.run(plan, less)).cause().message()).endsWith("the least budget is " + floor);
        var result = crew.run(plan, Budget.of(floor));
        assertThat(result.report().outcomes().values())
                .as("the type that costs nothing is not in the plan")
                .anyMatch(Outcome::isSucceeded);
    }

    @Test
    void runOfAPlan_asksNoAttachingCode_beforeTheWorkItself() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);
        var asked = new AtomicInteger();
        SubtaskType<Topic, Note> attached = NOTE.attaching(topic -> {
            asked.incrementAndGet();
            throw new IllegalStateException("no such picture");
        });
        var crew = Coordinator.builder(model.pools()).plansWith(attached).build();

        var result = crew.run(plan, BUDGET);

        assertThat(result.report().outcome("a").reason()).contains("no such picture");
        assertThat(asked).as("once, for the subtask that could begin").hasValue(1);
    }

    @Test
    void planThatFitsNoMore_isRejectedWhole_beforeAnythingIsPaid() throws Exception {
        model.onPlan()
                .replies(plan(plannedNote("a"), Crew.planned("brief", "b", "{\"notes\":[{\"text\":\"known\"}]}", "")));
        var both = Coordinator.builder(model.pools()).plansWith(NOTE, BRIEF).build();
        Plan<Answer> plan = both.plan(GOAL, BUDGET);
        assertThat(plan.subtasks()).extracting(PlannedSubtask::id).containsExactly("a", "b");

        assertThatThrownBy(() -> coordinator.preview(plan, BUDGET))
                .isInstanceOf(PlanRejectedException.class)
                .hasMessageContaining("unknown type \"brief\"");
        var failed = Crew.failed(coordinator.run(plan, BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
        assertThat(failed.cause().toString()).contains("unknown type \"brief\"");
        assertThat(failed.report().sessionSpend().total()).isEqualTo(Money.ZERO);
        assertThat(model.calls()).as("the note is not begun").hasSize(1);
    }

    @Test
    void review_isAskedForAGivenPlan_too() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);
        var estimates = new ArrayList<CostEstimate>();
        var reviewed = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .review(proposed -> {
                    estimates.add(proposed.estimate());
                    return new PlanReview.Verdict.Reject("not today");
                })
                .build();

        var failed = Crew.failed(reviewed.run(plan, BUDGET));

        assertThat(failed.cause()).hasToString("PLAN_REJECTED: the plan was not approved: not today");
        assertThat(estimates).containsExactly(reviewed.preview(plan, BUDGET));
    }

    @Test
    void defectsOfThePlan_areThoseOfItsRun() throws Exception {
        var faulty = new ScriptedModel();
        faulty.onPlan()
                .replies(plan(plannedNote("a"), plannedNote("b").replace("\"note\"", "\"dance\"")))
                .replies(plan());
        faulty.on(NOTE).replies(new Note("A"));
        faulty.onMerge().repliesText(Crew.merged("done"));
        var crew = Coordinator.builder(faulty.pools()).plansWith(NOTE).build();

        Plan<Answer> plan = Plan.parse(crew.plan(GOAL, BUDGET).toJson(), GOAL);
        var partial = Crew.partial(crew.run(plan, BUDGET));

        assertThat(plan.defects()).extracting(PlanDefect::subtaskId).contains("b");
        assertThat(partial.missing()).hasToString("[planner (b: unknown type \"dance\"; the types are note)]");
        assertThat(partial.report().notes()).hasSameSizeAs(plan.defects());
    }

    @Test
    void noPlan_isAnException() {
        var silent = new ScriptedModel();
        silent.onPlan().refuses("no");
        var crew = Coordinator.builder(silent.pools()).plansWith(NOTE).build();

        assertThatThrownBy(() -> crew.plan(GOAL, BUDGET))
                .isInstanceOf(RunFailedException.class)
                .hasMessageContaining("the planner declined");
    }

    // --- with a journal

    @Test
    void journal_keepsThePlan_whichIsNeverMadeAgain() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = coordinator.journal(journal);

            Plan<Answer> first = recorded.plan(GOAL, BUDGET);
            Plan<Answer> second = recorded.plan(GOAL, BUDGET);
            assertThat(second.toJson()).isEqualTo(first.toJson());
            assertThat(recorded.run(second, BUDGET))
                    .isCompleteWith(new Answer("done"))
                    .spent("0.0121");
            assertThat(recorded.run(GOAL, BUDGET))
                    .isCompleteWith(new Answer("done"))
                    .spent("0.0121");
        }
        assertThat(planned()).isEqualTo(1);
        assertThat(model.calls()).hasSize(4);
    }

    @Test
    void planMadeElsewhere_isRecordedWithWhatItCost_once() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            assertThat(coordinator.journal(journal).run(plan, BUDGET)).spent("0.0121");
        }
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            var again = coordinator.journal(journal).run(plan, BUDGET);

            assertThat(again).isCompleteWith(new Answer("done")).spent("0.0121");
            assertThat(again.report().sessionSpend().total()).isEqualTo(Money.ZERO);
        }
        assertThat(model.calls()).hasSize(4);
    }

    @Test
    void journalWithAnotherPlan_refusesThisOne_untilItHasAnotherKey() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = coordinator.journal(journal);
            recorded.plan(GOAL, BUDGET);
            Plan<Answer> other = coordinator.plan(GOAL, BUDGET);
            assertThat(other.subtasks()).extracting(PlannedSubtask::id).containsExactly("another");

            var failed = Crew.failed(recorded.run(other, BUDGET));

            assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
            assertThat(failed.cause().message()).startsWith("the journal has another plan for this goal");
            assertThat(recorded.runKey("second").run(other, BUDGET)).isCompleteWith(new Answer("done"));
        }
    }

    private enum Edit {
        ADDED("\"subtasks\":\\[", "$0" + plannedNote("added") + ","),
        REORDERED("\\[(\\{.*?false\\}),(\\{.*?false\\})\\]", "[$2,$1]");

        private final String from;
        private final String to;

        Edit(String from, String to) {
            this.from = from;
            this.to = to;
        }
    }

    @ParameterizedTest
    @EnumSource
    void planOnRecord_thatWasEdited_isAnotherPlan(Edit edit) throws Exception {
        var goal = Goal.of("Compare c and d.", Answer.class);
        model.onPlan().replies(plan(plannedNote("c"), plannedNote("d")));
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = coordinator.journal(journal);
            String kept = recorded.plan(goal, BUDGET).toJson();
            String edited = kept.replaceFirst(edit.from, edit.to);
            assertThat(edited).isNotEqualTo(kept);

            var failed = Crew.failed(recorded.run(Plan.parse(edited, goal), BUDGET));

            assertThat(failed.cause().message()).startsWith("the journal has another plan for this goal");
            assertThat(recorded.run(Plan.parse(kept, goal), BUDGET)).isCompleteWith(new Answer("done"));
        }
    }

    private Coordinator reviewing(PlanReview review) {
        return Coordinator.builder(model.pools()).plansWith(NOTE).review(review).build();
    }

    @Test
    void review_isAskedAboutAPlanOnRecord_untilItHasApproved() throws Exception {
        var asked = new AtomicInteger();
        var verdict = new AtomicReference<PlanReview.Verdict>(new PlanReview.Verdict.Reject("not today"));
        Coordinator reviewed = reviewing(proposed -> {
            asked.incrementAndGet();
            return verdict.get();
        });
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = reviewed.journal(journal);
            Plan<Answer> plan = recorded.plan(GOAL, BUDGET);
            assertThat(asked).as("planning alone pays no worker").hasValue(0);

            assertThat(Crew.failed(recorded.run(plan, BUDGET)).cause())
                    .hasToString("PLAN_REJECTED: the plan was not approved: not today");
            assertThat(Crew.failed(recorded.run(GOAL, BUDGET)).cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
            assertThat(model.calls()).as("the planner's").hasSize(1);
            verdict.set(new PlanReview.Verdict.Approve());
            assertThat(recorded.run(plan, BUDGET)).isCompleteWith(new Answer("done"));
            assertThat(recorded.run(GOAL, BUDGET)).isCompleteWith(new Answer("done"));

            assertThat(asked).hasValue(3);
        }
    }

    @Test
    void review_isAskedAgain_whenATypeOfTheApprovedPlanHasChanged() throws Exception {
        var asked = new AtomicInteger();
        PlanReview approving = proposed -> {
            asked.incrementAndGet();
            return new PlanReview.Verdict.Approve();
        };
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            reviewing(approving).journal(journal).run(GOAL, BUDGET);
            reviewing(approving).journal(journal).run(GOAL, BUDGET);
            assertThat(asked).hasValue(1);

            Coordinator.builder(model.pools())
                    .plansWith(NOTE.startingAt(Tier.FLAGSHIP))
                    .review(approving)
                    .build()
                    .journal(journal)
                    .run(GOAL, BUDGET);

            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void review_thatIsAddedForALaterSession_isAskedAboutThePlanThatIsUnderWay() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            assertThat(coordinator.journal(journal).run(GOAL, BUDGET)).isCompleteWith(new Answer("done"));

            var failed = Crew.failed(reviewing(proposed -> new PlanReview.Verdict.Reject("not today"))
                    .journal(journal)
                    .run(GOAL, BUDGET));

            assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
        }
    }

    @Test
    void planningOfAPlanMadeElsewhere_isBookedOnce_howeverManySessionsEndBeforeASubtask() throws Exception {
        Plan<Answer> plan = coordinator.plan(GOAL, BUDGET);
        for (int session = 0; session < 3; session++) {
            try (var journal = FileJournal.open(folder.resolve("journal"))) {
                var failed = Crew.failed(coordinator.journal(journal).run(plan, Budget.usd("0.01")));

                assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
                assertThat(failed).spent(PLANNING_USD);
            }
        }
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            var rejecting = Coordinator.builder(model.pools())
                    .plansWith(NOTE)
                    .review(proposed -> new PlanReview.Verdict.Reject("not today"))
                    .build();
            assertThat(Crew.failed(rejecting.journal(journal).run(plan, BUDGET)))
                    .spent(PLANNING_USD);
            var complete = coordinator.journal(journal).run(plan, BUDGET);

            assertThat(complete).isCompleteWith(new Answer("done")).spent("0.0121");
            assertThat(journal.spent(complete.report().runId()).total()).isEqualTo(Money.usd("0.0121"));
            assertThat(coordinator.journal(journal).plan(GOAL, BUDGET).planning())
                    .isEqualTo(plan.planning());
        }
    }

    @Test
    void twoPlansThatWereOffered_andNotBegun_areBothBooked() throws Exception {
        Plan<Answer> first = coordinator.plan(GOAL, BUDGET);
        Plan<Answer> second = coordinator.plan(GOAL, BUDGET);
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = coordinator.journal(journal);

            assertThat(recorded.run(first, Budget.usd("0.01"))).spent("0.0095");
            assertThat(recorded.run(second, Budget.usd("0.01"))).spent("0.019");
            assertThat(recorded.run(first, Budget.usd("0.01"))).spent("0.019");
        }
    }

    @Test
    void planOfAGoalThatHasRun_saysWhatPlanningCost_withoutTheWork() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = coordinator.journal(journal);
            assertThat(recorded.run(GOAL, BUDGET)).spent("0.0121");

            Plan<Answer> plan = recorded.plan(GOAL, BUDGET);

            assertThat(plan.planning().total()).isEqualTo(Money.usd(PLANNING_USD));
            assertThat(plan.planning().attempts()).isEqualTo(1);
            assertThat(coordinator.run(plan, BUDGET)).spent("0.0121");
        }
    }
}
