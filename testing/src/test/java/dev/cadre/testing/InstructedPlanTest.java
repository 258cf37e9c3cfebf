// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.failed;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.RunFailure;
import dev.cadre.testing.Cassette.Mode;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instructions for the planner, in whole runs. */
class InstructedPlanTest {
    private static final Goal<Answer> GOAL = Goal.of("What do pets do?", Answer.class);
    private static final Planner FEW = Planner.model().instructedBy("Prefer few, large subtasks.");
    private static final Planner MANY = Planner.model().instructedBy("Prefer many subtasks.");

    private static final Pattern FLOOR = Pattern.compile("need at least \\$([0-9.]+)$");

    @TempDir
    Path folder;

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 400).replies(new Note("They make noise."));
        model.onMerge().costing(1_000, 400).repliesText(merged("They make noise."));
        return model;
    }

    private static Coordinator.Builder coordinator(ModelPools pools, Planner planner) {
        return Coordinator.builder(pools).plansWith(NOTE).planner(planner);
    }

    private RunResult<Answer> session(ScriptedModel model, Planner planner) throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("plan.journal"))) {
            return coordinator(model.pools(), planner).build().journal(journal).run(GOAL, Budget.usd("1.00"));
        }
    }

    private static List<String> instructions(ScriptedModel model) {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .map(call -> call.request().instructions())
                .toList();
    }

    private int runs() throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("plan.journal"))) {
            return journal.runs().size();
        }
    }

    @Test
    void round_isInstructedToo_andItsMoneyIsSetAside() throws Exception {
        var model = model();
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        model.onPlan().replies(plan(plannedNote("dogs"))).replies(plan(plannedNote("cats")));

        var result = coordinator(model.pools(), FEW).replanning(1).build().run(GOAL, Budget.usd("1.00"));

        assertThat(result).leftNothingBehind();
        assertThat(instructions(model)).hasSize(2).allMatch(text -> text.endsWith("Prefer few, large subtasks."));
    }

    @Test
    void budget_thatIsEnoughWithoutInstructions_isTooSmallWithThem() throws Exception {
        var model = model();
        Budget least = leastOf(Planner.model());

        var refused = failed(coordinator(model.pools(), MANY).build().run(GOAL, least));

        assertThat(refused.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(model.calls()).isEmpty();
        model.onPlan().costing(10, 10).replies(plan(plannedNote("cats")));
        assertThat(coordinator(model.pools(), MANY).build().run(GOAL, leastOf(MANY)))
                .isCompleteWith(new Answer("They make noise."));
    }

    /** The floor that a refusal names. */
    private static Budget leastOf(Planner planner) throws InterruptedException {
        var refused = failed(coordinator(model().pools(), planner).build().run(GOAL, Budget.usd("0.000001")));
        var floor = FLOOR.matcher(refused.cause().message());
        assertThat(floor.find()).as(refused.cause().message()).isTrue();
        return Budget.usd(floor.group(1));
    }

    @Test
    void changedInstructions_keepThePlanOnRecord_andItsRun() throws Exception {
        var first = model();
        first.onPlan().costing(1_000, 400).replies(plan(plannedNote("cats"), plannedNote("dogs")));
        session(first, FEW).requireComplete();
        var second = model();

        assertThat(session(second, MANY).requireComplete()).isEqualTo(new Answer("They make noise."));

        assertThat(second.calls()).isEmpty();
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void changedInstructions_planWhatIsNotPlannedYet() throws Exception {
        var first = model();
        first.onPlan()
                .costing(1_000, 400)
                .truncatesAfter("{\"subtasks\":[" + plannedNote("cats") + ",")
                .fails(() -> new ModelException.InvalidRequest("not now", 400));
        Crew.partial(session(first, FEW));
        var second = model();
        second.onPlan().costing(1_000, 400).replies(plan(plannedNote("dogs")));

        RunResult<Answer> again = session(second, MANY);

        assertThat(again.report().outcomes().keySet()).containsExactly("cats", "dogs");
        assertThat(instructions(second)).singleElement().asString().endsWith("Prefer many subtasks.");
    }

    @Test
    void cassette_hasNoCallOfOtherInstructions() throws Exception {
        Path file = folder.resolve("calls.cassette");
        var model = model();
        model.onPlan().replies(plan(plannedNote("cats")));
        try (var cassette = Cassette.open(file, Mode.RECORD);
                var pools = cassette.pools(model::pools)) {
            coordinator(pools, FEW).build().run(GOAL, Budget.usd("1.00")).requireComplete();
        }

        for (Planner planner : Stream.of(FEW, MANY).toList()) {
            try (var cassette = Cassette.open(file, Mode.REPLAY);
                    var pools = cassette.pools(() -> {
                        throw new AssertionError("nobody is asked");
                    })) {
                var replayed = coordinator(pools, planner).build().run(GOAL, Budget.usd("1.00"));
                if (planner == FEW) {
                    assertThat(replayed).isCompleteWith(new Answer("They make noise."));
                } else {
                    assertThat(failed(replayed).cause().message()).startsWith("UnrecordedCallException: no recording");
                }
            }
        }
    }
}
