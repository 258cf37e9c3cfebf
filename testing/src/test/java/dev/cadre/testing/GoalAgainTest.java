// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
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
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A goal that is run again: after a planner that could not be asked on, and after something has changed. */
class GoalAgainTest {
    private static final Goal<Answer> GOAL = Goal.of("What do pets do?", Answer.class);
    private static final Budget ENOUGH = Budget.usd("1.00");

    @TempDir
    Path folder;

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 400).replies(new Note("They make noise."));
        model.onMerge().costing(1_000, 400).repliesText(merged("They make noise."));
        return model;
    }

    private <R> RunResult<R> session(ScriptedModel model, SubtaskType<Topic, Note> type, Goal<R> goal, Budget budget)
            throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            return coordinator(model, type).journal(journal).run(goal, budget);
        }
    }

    private static Coordinator coordinator(ScriptedModel model, SubtaskType<Topic, Note> type) {
        return Coordinator.builder(model.pools()).plansWith(type).build();
    }

    private static Map<CallPurpose.Kind, Integer> asked(ScriptedModel model) {
        var asked = new EnumMap<CallPurpose.Kind, Integer>(CallPurpose.Kind.class);
        model.calls().forEach(call -> asked.merge(call.purpose().kind(), 1, Integer::sum));
        return asked;
    }

    // --- a planner that got stuck

    @Test
    void planner_thatCouldNotBeAskedOn_isAskedByTheNextSession() throws Exception {
        var first = model();
        first.onPlan()
                .costing(1_000, 400)
                .truncatesAfter("{\"subtasks\":[" + plannedNote("cats") + ",")
                .fails(() -> new ModelException.InvalidRequest("not now", 400));
        Crew.partial(session(first, NOTE, GOAL, ENOUGH));
        var second = model();
        second.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("dogs")));

        RunResult<Answer> again = session(second, NOTE, GOAL, ENOUGH);

        assertThat(again.requireComplete()).isEqualTo(new Answer("They make noise."));
        assertThat(again.report().outcomes().keySet()).containsExactly("cats", "dogs");
        assertThat(asked(second))
                .isEqualTo(Map.of(CallPurpose.Kind.PLAN, 1, CallPurpose.Kind.WORK, 1, CallPurpose.Kind.MERGE, 1));
        var third = model();
        session(third, NOTE, GOAL, ENOUGH).requireComplete();
        assertThat(third.calls()).isEmpty();
    }

    // --- something changed

    private void finish() throws InterruptedException {
        var first = model();
        first.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats"), plannedNote("dogs")));
        session(first, NOTE, GOAL, ENOUGH).requireComplete();
    }

    private static SubtaskType<Topic, Note> changed() {
        return SubtaskType.model("note", Topic.class, Note.class, "State five facts.");
    }

    @Test
    void completeGoal_whoseInstructionsChanged_isDoneAgainWithMoneyThatIsThere() throws Exception {
        finish();
        var second = new ScriptedModel();
        second.on(changed()).costing(1_000, 400).replies(new Note("They sleep."));
        second.onMerge().costing(1_000, 400).repliesText(merged("They sleep."));

        RunResult<Answer> again = session(second, changed(), GOAL, ENOUGH);

        assertThat(again.requireComplete()).isEqualTo(new Answer("They sleep."));
        assertThat(asked(second)).isEqualTo(Map.of(CallPurpose.Kind.WORK, 2, CallPurpose.Kind.MERGE, 1));
    }

    @Test
    void prompt_thatChanges_keepsTheRun_andADescriptionThatChangesIsAnotherOne() throws Exception {
        finish();
        var second = model();
        second.on(changed()).costing(1_000, 400).replies(new Note("They sleep."));
        session(second, changed(), GOAL, ENOUGH).requireComplete();
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            assertThat(journal.runs()).hasSize(1);
        }
        var third = model();
        third.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("mice")));

        session(third, NOTE.describedAs("Facts about a pet."), GOAL, ENOUGH).requireComplete();

        assertThat(asked(third)).containsEntry(CallPurpose.Kind.PLAN, 1);
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            assertThat(journal.runs()).hasSize(2);
        }
    }

    @Test
    void promptOfAGraph_thatChanges_keepsTheRun_andAsksOnlyWhatChanged() throws Exception {
        graphSession(NOTE, model());
        var second = model();
        second.on(changed()).costing(1_000, 400).replies(new Note("They sleep."));

        RunResult<Note> again = graphSession(changed(), second);

        assertThat(again.requireComplete()).isEqualTo(new Note("They sleep."));
        assertThat(asked(second)).isEqualTo(Map.of(CallPurpose.Kind.WORK, 1));
        assertThat(again.spend().total()).isNotEqualTo(again.sessionSpend().total());
        assertThat(graphSession(changed().describedAs("Facts about a pet."), model())
                        .sessionSpend()
                        .total())
                .as("nobody is shown a description in a graph")
                .isEqualTo(Money.ZERO);
    }

    /** The same type does the first subtask in every session; this type does the second one. */
    private RunResult<Note> graphSession(SubtaskType<Topic, Note> type, ScriptedModel model) throws Exception {
        SubtaskType<Topic, Note> same = SubtaskType.model("same", Topic.class, Note.class, "State two facts.");
        model.on(same).costing(1_000, 400).replies(new Note("They purr."));
        var graph = TaskGraph.builder();
        var first = graph.add("first", same, new Topic("cats"));
        var then = graph.add("then", type, Input.from(first, note -> new Topic(note.text())));
        try (Journal journal = FileJournal.open(folder.resolve("graph.journal"))) {
            return Coordinator.of(model.pools()).journal(journal).run(graph.answering(then), ENOUGH);
        }
    }

    @Test
    void completeGoal_whoseModelChanged_isDoneAgainWithMoneyThatIsThere() throws Exception {
        finish();
        var second = model();
        var pools = ModelPools.of(
                ModelPool.of(second, "gpt-5.4"),
                ModelPool.of(second, "gpt-5.4-mini"),
                ModelPool.of(second, "gpt-5.4-mini"));
        Coordinator other = Coordinator.builder(pools).plansWith(NOTE).build();
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            other.journal(journal).run(GOAL, ENOUGH).requireComplete();
        }

        assertThat(asked(second)).isEqualTo(Map.of(CallPurpose.Kind.WORK, 2, CallPurpose.Kind.MERGE, 1));
    }

    @Test
    void completeGoal_thatChangedAndHasNoMoneyLeft_paysNothingAndNamesWhatItNeeds() throws Exception {
        finish();
        Money spent;
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            spent = journal.spent(journal.runs().getFirst().run()).total();
        }
        var second = new ScriptedModel();

        // enough for a subtask, and not for the merge that would have to follow
        RunResult<Answer> again = session(second, changed(), GOAL, Budget.of(spent.plus(Money.usd("0.003"))));

        assertThat(second.calls()).isEmpty();
        String message = Crew.failed(again).cause().message();
        assertThat(message).contains("is too small").doesNotContain("$0.00 ");
        assertThat(again.report().outcomes().values())
                .as("the subtask that would have to be done again was not tried")
                .hasSize(2)
                .first()
                .asString()
                .startsWith("Skipped[BUDGET: a budget of ");
        Matcher needed = Pattern.compile("the least budget is \\$([0-9.]+)").matcher(message);
        assertThat(needed.find()).isTrue();
        Money least = Money.usd(needed.group(1));
        assertThat(message)
                .contains("with the %s that is spent already, the least budget is %s".formatted(spent, least));
        assertThat(Crew.failed(session(second, changed(), GOAL, Budget.of(least.minus(Money.ofPico(1)))))
                        .cause()
                        .message())
                .contains("is too small");
        session(model(), changed(), GOAL, Budget.of(least.plus(Money.usd("0.01"))))
                .requireComplete();
    }

    @Test
    void goal_whoseLastEntryWasLost_isAnsweredWithoutMoney() throws Exception {
        var first = model();
        first.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats")));
        Journal file = FileJournal.open(folder.resolve("goal.journal"));
        Money spent;
        try (var journal = CrashingJournal.atFirst(JournalEntry.RunEnded.class, file)) {
            spent = coordinator(first, NOTE)
                    .journal(journal)
                    .run(GOAL, ENOUGH)
                    .spend()
                    .total();
        }
        var second = new ScriptedModel();

        assertThat(session(second, NOTE, GOAL, Budget.of(spent)).requireComplete())
                .isEqualTo(new Answer("They make noise."));
        assertThat(second.calls()).isEmpty();
    }

    @Test
    @Tag("slow")
    void answer_thatIsLongerThanARecord_isGivenAllTheSame_withANote() throws Exception {
        String longest = "é".repeat(9_000_000);
        var first = model();
        first.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats")));
        first.onMerge().costing(1_000, 400).repliesText(merged(longest));

        RunResult<Answer> result = session(first, NOTE, GOAL, ENOUGH);

        assertThat(result.requireComplete().text()).hasSize(longest.length());
        assertThat(result.report().notes())
                .singleElement()
                .asString()
                .startsWith("a later session would merge again, because of this answer: it cannot be recorded");
    }

    // --- the books

    @Test
    void attempts_ofOneSubtask_haveOneNumberEachInAllSessions() throws Exception {
        var first = model();
        first.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats")));
        Journal file = FileJournal.open(folder.resolve("goal.journal"));
        try (var journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Settled settled
                        && settled.key().subtask().equals("cats"),
                file)) {
            coordinator(first, NOTE).journal(journal).run(GOAL, ENOUGH);
        }
        var second = model();
        second.onPlan().repliesText(plan(plannedNote("cats"))); // the subtask may have ended before its plan did
        session(second, NOTE, GOAL, ENOUGH).requireComplete();

        var numbers = new HashMap<String, List<Integer>>();
        FileJournal.read(folder.resolve("goal.journal"), line -> {
            if (line.entry() instanceof JournalEntry.Intent intent) {
                numbers.merge(intent.key().subtask(), List.of(intent.attempt()), (a, b) -> {
                    var both = new ArrayList<>(a);
                    both.addAll(b);
                    return both;
                });
            }
        });
        assertThat(numbers.get("cats")).containsExactly(1, 2);
    }
}
