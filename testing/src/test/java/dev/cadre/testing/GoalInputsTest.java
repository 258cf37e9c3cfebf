// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.partial;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.Plan;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Goals with inputs, from which subtasks are wired by name. */
@Timeout(120)
class GoalInputsTest {
    record Clause(int number, String text) {}

    record Contract(String title, List<Clause> clauses) {}

    record ToCheck(Clause clause, String law) {}

    record Finding(int number, boolean risky) {}

    record Findings(List<Finding> findings) {}

    private static final int CLAUSES = 118;

    private static final SubtaskType<ToCheck, Finding> CHECK =
            SubtaskType.model("check", ToCheck.class, Finding.class, "Is the clause risky under the law?");
    private static final SubtaskType<Findings, Answer> COUNT = SubtaskType.code(
            "count",
            Findings.class,
            Answer.class,
            (in, context) ->
                    new Answer(in.findings().stream().filter(Finding::risky).count() + " risky"));

    private static final String PLAN = plan(
            "{\"type\":\"check\",\"id\":\"c\",\"input\":{\"clause\":{\"from\":\"contract\",\"field\":\"clauses\"},"
                    + "\"law\":{\"from\":\"law\"}}}",
            "{\"type\":\"count\",\"id\":\"n\",\"input\":{\"findings\":{\"from\":\"c\",\"field\":\"items\"}}}");
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(CHECK, COUNT).build();

    private static Contract contract(int clauses) {
        return new Contract(
                "Lease",
                IntStream.rangeClosed(1, clauses)
                        .mapToObj(i -> new Clause(i, "SECRET clause " + i))
                        .toList());
    }

    private static Goal<Answer> goal(Contract contract) {
        return Goal.of("How many clauses are risky?", Answer.class)
                .with("contract", Contract.class, contract)
                .with("law", String.class, "SECRET law")
                .mergedBy(Mergers.collect(COUNT, List::getLast));
    }

    @BeforeEach
    void script() {
        script(model);
    }

    private static void script(ScriptedModel model) {
        model.onPlan().costing(2_000, 300).streams(Deltas.cut(PLAN, 60));
        for (int i = 1; i <= CLAUSES; i++) {
            model.on(CHECK, new ToCheck(new Clause(i, "SECRET clause " + i), "SECRET law"))
                    .costing(1_000, 400)
                    .replies(new Finding(i, i % 10 == 0));
        }
    }

    private long calls(CallPurpose.Kind kind) {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == kind)
                .count();
    }

    // --- what runs

    @Test
    void listOfAnInput_runsASubtaskPerElement_andNoTextOfItReachesThePlanner() throws Exception {
        var result = coordinator.run(goal(contract(CLAUSES)), BUDGET);

        // planning $0.0095, and 118 clauses at $0.0007
        assertThat(result)
                .isCompleteWith(new Answer("11 risky"))
                .spent("0.0921")
                .leftNothingBehind();
        assertThat(result.report().outcomes()).containsOnlyKeys("c", "n");
        var asked = model.calls().getFirst().request();
        assertThat(asked.instructions()).contains("The goal has inputs, listed below it");
        assertThat(asked.turns().toString())
                .contains(
                        "Inputs:\n- contract: {\"title\": string, \"clauses\": list of {\"number\": integer, \"text\": string}}"
                                + " (about 1,200 tokens; clauses: 118 items of about 10 tokens)\n- law: string (about 3 tokens)\n");
        assertThat(asked.toString() + asked.turns() + asked.output()).doesNotContain("SECRET");
    }

    @Test
    void mergingModel_isShownNothingOfTheInputs() throws Exception {
        model.onMerge().repliesText(merged("done"));

        assertThat(coordinator.run(goal(contract(3)).mergedBy(Mergers.synthesis(Answer.class)), BUDGET))
                .isCompleteWith(new Answer("done"));
        assertThat(model.calls().getLast().purpose().kind()).isEqualTo(CallPurpose.Kind.MERGE);
        assertThat(model.calls().getLast().request().turns().toString()).doesNotContain("SECRET");
    }

    @Test
    void plannerInCode_wiresInputsByName() throws Exception {
        var byHand = Coordinator.builder(model.pools())
                .plansWith(CHECK, COUNT)
                .planner((request, intake) -> {
                    assertThat(request.inputs())
                            .extracting(input -> input.name())
                            .containsExactly("contract", "law");
                    var c = intake.offer(PlannedSubtask.of("c", CHECK)
                            .withWire("clause", "contract", "clauses")
                            .withWire("law", "law", ""));
                    var n = intake.offer(PlannedSubtask.of("n", COUNT).withWire("findings", "c", "items"));
                    assertThat(List.of(c, n)).allMatch(Optional::isEmpty);
                })
                .build();

        assertThat(byHand.run(goal(contract(20)), BUDGET)).isCompleteWith(new Answer("2 risky"));
    }

    // --- what does not

    @Test
    void budgetBelowTheFloor_isRefusedBeforeAnyCall_andMoreInputsRaiseTheFloor() throws Exception {
        var plain =
                Goal.of("How many clauses are risky?", Answer.class).mergedBy(Mergers.collect(COUNT, List::getLast));

        Money without = floor(plain);
        Money with = floor(goal(contract(CLAUSES)));

        assertThat(with).isGreaterThan(without);
        assertThat(model.calls()).isEmpty();
        assertThat(with)
                .as("the size of a value is the workers' price, not the planner's")
                .isEqualTo(floor(goal(contract(200))));
    }

    private Money floor(Goal<Answer> goal) throws InterruptedException {
        var failed = Crew.failed(coordinator.run(goal, Budget.usd("0.001")));
        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        String message = failed.cause().message();
        return Money.usd(message.substring(message.lastIndexOf('$') + 1));
    }

    @Test
    void budgetThatLastsForSomeOfTheList_endsPartial_andIsNotOverspent() throws Exception {
        var short1 = Budget.usd("0.05");

        RunResult<Answer> result = coordinator.run(goal(contract(CLAUSES)), short1);

        assertThat(partial(result).missing()).isNotEmpty();
        assertThat(result.spend().total()).isLessThanOrEqualTo(Money.usd("0.05"));
        assertThat(result).leftNothingBehind();
    }

    @Test
    void refusedElement_failsAlone() throws Exception {
        model.on(CHECK, new ToCheck(new Clause(10, "SECRET clause 10"), "SECRET law"))
                .costing(1_000, 0)
                .refuses("no");

        var result = coordinator.run(goal(contract(20)), BUDGET);

        assertThat(partial(result).answer()).isEqualTo(new Answer("1 risky"));
    }

    @Test
    void wireThatDoesNotFit_isRepairedBeforeAnyWorkerIsPaid() throws Exception {
        String wrong = PLAN.replace("\"field\":\"clauses\"", "\"field\":\"title\"");
        var repaired = new ScriptedModel();
        script(repaired);
        repaired.onPlan()
                .costing(2_000, 300)
                .repliesText(wrong)
                .costing(2_000, 300)
                .repliesText(PLAN);

        var result = Coordinator.builder(repaired.pools())
                .plansWith(CHECK, COUNT)
                .build()
                .run(goal(contract(10)), BUDGET);

        assertThat(result).isCompleteWith(new Answer("1 risky"));
        var repair = repaired.calls().get(1);
        assertThat(repair.purpose().kind()).isEqualTo(CallPurpose.Kind.PLAN);
        assertThat(repair.request().turns().toString())
                .contains("\"title\" of \"contract\" is string and does not fit input.clause")
                .contains("Inputs:\n- contract: ")
                .doesNotContain("SECRET");
    }

    @Test
    void callerThatLeaves_leavesNothingBehind() throws Exception {
        var never = new Gate();
        model.on(CHECK).holdUntil(never).replies(new Finding(1, true));
        var session = Budget.usd("5.00").open();

        var run = start(() ->
                coordinator.run(goal(contract(CLAUSES)), Budget.usd("1.00").under(session)));
        assertThat(model.awaitInFlight(2)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.inFlight()).isZero();
        assertThat(session.openReservations()).isZero();
        never.open();
    }

    // --- another session

    @Test
    void run_brokenOffAtEveryEntry_goesOn_andPaysForNothingTwice() throws Exception {
        Path whole = folder.resolve("whole.journal");
        try (var journal = FileJournal.open(whole)) {
            assertThat(coordinator.journal(journal).run(goal(contract(4)), BUDGET))
                    .isCompleteWith(new Answer("0 risky"));
        }
        int entries = Files.readAllLines(whole).size();
        for (int crash = 2; crash < entries; crash++) {
            Path file = folder.resolve(crash + ".journal");
            var first = new ScriptedModel();
            script(first);
            try (var journal = FileJournal.open(file)) {
                // a run that only lost a settlement, or its last line, is complete all the same
                var unused = Coordinator.builder(first.pools())
                        .plansWith(CHECK, COUNT)
                        .build()
                        .journal(CrashingJournal.atEntry(crash, journal))
                        .run(goal(contract(4)), BUDGET);
            }
            var finished = finished(file);
            var second = new ScriptedModel();
            script(second);
            try (var journal = FileJournal.open(file)) {
                assertThat(Coordinator.builder(second.pools())
                                .plansWith(CHECK, COUNT)
                                .build()
                                .journal(journal)
                                .run(goal(contract(4)), BUDGET))
                        .isCompleteWith(new Answer("0 risky"));
            }
            assertThat(second.calls())
                    .as("entry %d", crash)
                    .extracting(call -> call.purpose().kind() == CallPurpose.Kind.PLAN
                            ? "@planner"
                            : call.purpose().subtaskId())
                    .noneMatch(finished::contains);
        }
    }

    private static Set<String> finished(Path file) {
        var finished = new HashSet<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome().isSucceeded()) {
                JournalKey key = ended.key();
                finished.add(key.item() == JournalKey.WHOLE ? key.subtask() : key.subtask() + "#" + key.item());
            }
        });
        return finished;
    }

    @Test
    void sameInputs_areTheSameRun_andOtherNamesTypesOrValuesAreOthers() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("runs.journal"))) {
            var recorded = coordinator.journal(journal);
            var unused = recorded.run(goal(contract(4)), BUDGET);
            int calls = model.calls().size();

            assertThat(recorded.run(goal(contract(4)), BUDGET)).isCompleteWith(new Answer("0 risky"));
            assertThat(model.calls()).as("all of it is on record").hasSize(calls);

            assertThat(recorded.run(goal(contract(5)), BUDGET)).isCompleteWith(new Answer("0 risky"));
            assertThat(journal.runs()).as("another value").hasSize(2);

            var renamed = Goal.of("How many clauses are risky?", Answer.class)
                    .with("lease", Contract.class, contract(4))
                    .with("law", String.class, "SECRET law")
                    .mergedBy(Mergers.collect(COUNT, List::getLast));
            var other = recorded.run(renamed, BUDGET);
            assertThat(journal.runs()).as("another name").hasSize(3);
            assertThat(Crew.failed(other).cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
        }
    }

    @Test
    void plan_whoseListIsTooLongForTheLimitsOfAnotherSession_goesBackToThePlanner() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("limits.journal"))) {
            var unused = coordinator.journal(journal).run(goal(contract(4)), BUDGET);
            model.onPlan().repliesText("{\"subtasks\":[]}");
            int calls = model.calls().size();

            var again = Coordinator.builder(model.pools())
                    .plansWith(CHECK, COUNT)
                    .limits(Limits.DEFAULT.withMaxItems(3))
                    .build()
                    .journal(journal)
                    .run(goal(contract(4)), BUDGET);

            assertThat(Crew.failed(again).cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
            assertThat(model.calls()).hasSize(calls + 1);
            assertThat(model.calls().getLast().request().turns().toString())
                    .contains("a list of 4 at a time; a list may have 3 at most");
        }
    }

    // --- plans

    @Test
    void previewOfAPlan_countsTheListOfAnInputExactly() throws Exception {
        Plan<Answer> plan = coordinator.plan(goal(contract(CLAUSES)), BUDGET);

        CostEstimate estimate = coordinator.preview(plan, BUDGET);

        CostEstimate.Line line = estimate.subtasks().getFirst();
        assertThat(line.items()).isEqualTo(CountRange.of(CLAUSES));
        assertThat(line.dependsOn()).isEmpty();
        assertThat(line.quote().calls().low()).isEqualTo(CLAUSES);
        assertThat(calls(CallPurpose.Kind.WORK)).isZero();
    }

    @Test
    void planThatWasKept_servesForAnotherValue_butNotForAnotherType() throws Exception {
        String kept = coordinator.plan(goal(contract(4)), BUDGET).toJson();
        assertThat(kept).doesNotContain("SECRET");

        assertThat(coordinator.run(Plan.parse(kept, goal(contract(10))), BUDGET))
                .isCompleteWith(new Answer("1 risky"));
        assertThat(calls(CallPurpose.Kind.PLAN)).isEqualTo(1);

        var other = Goal.of("How many clauses are risky?", Answer.class)
                .with("contract", String.class, "all of it")
                .with("law", String.class, "SECRET law");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Plan.parse(kept, other))
                .withMessage("the plan is for another goal");
    }

    @Test
    void planThatWasKept_isRefusedWholeForAListThatIsTooLong() throws Exception {
        model.onPlan()
                .repliesText(
                        PLAN.replace(
                                "{\"subtasks\":[",
                                "{\"subtasks\":[{\"type\":\"check\",\"id\":\"one\",\"input\":"
                                        + "{\"clause\":{\"number\":1,\"text\":\"SECRET clause 1\"},\"law\":{\"from\":\"law\"}}},"));
        String kept = coordinator.plan(goal(contract(4)), BUDGET).toJson();
        int planned = model.calls().size();

        var result = coordinator.run(Plan.parse(kept, goal(contract(257))), BUDGET);

        assertThat(Crew.failed(result).cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
        assertThat(Crew.failed(result).cause().message()).contains("a list of 257 at a time");
        assertThat(model.calls()).as("not even the one that fits is run").hasSize(planned);
    }
}
