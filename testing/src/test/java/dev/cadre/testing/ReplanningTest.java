// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.failed;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.partial;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The planner is asked again about what did not succeed, and about an answer that its goal rejects. */
class ReplanningTest {
    record Topics(List<Topic> topics) {}

    private static final SubtaskType<Note, Brief> SHORTEN =
            SubtaskType.model("shorten", Note.class, Brief.class, "Shorten the note.");
    private static final SubtaskType<Topic, Topics> SPLIT =
            SubtaskType.model("split", Topic.class, Topics.class, "Split the topic.");
    private static final Goal<Answer> GOAL = Goal.of("Take notes", Answer.class);
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    private Coordinator.Builder coordinator(int rounds) {
        return coordinator(model, rounds);
    }

    private Coordinator.Builder coordinator(int rounds, SubtaskType<Topic, Note> note) {
        return Coordinator.builder(model.pools()).plansWith(note, SHORTEN).replanning(rounds);
    }

    private static Coordinator.Builder coordinator(ScriptedModel model, int rounds) {
        return Coordinator.builder(model.pools())
                .plansWith(NOTE, SHORTEN, SPLIT)
                .replanning(rounds);
    }

    /** A note about the topic of its id, in the place of others. */
    private static String replacing(String id, String... undone) {
        return "{\"type\":\"note\",\"id\":\"%s\",\"input\":{\"name\":\"%s\"},\"replaces\":[%s]}"
                .formatted(
                        id,
                        id,
                        String.join(
                                ",",
                                List.of(undone).stream()
                                        .map(each -> '"' + each + '"')
                                        .toList()));
    }

    private static String shorten(String id, String from, String... undone) {
        return "{\"type\":\"shorten\",\"id\":\"%s\",\"input\":{\"text\":{\"from\":\"%s\",\"field\":\"text\"}},\"replaces\":[%s]}"
                .formatted(
                        id,
                        from,
                        String.join(
                                ",",
                                List.of(undone).stream()
                                        .map(each -> '"' + each + '"')
                                        .toList()));
    }

    private void dogsAreRefused() {
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        model.on(SHORTEN).costing(1_000, 400).replies(new Brief("short"));
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
    }

    private List<String> plannerInputs() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .map(call -> call.request().turns().toString())
                .toList();
    }

    private Map<String, Integer> worked() {
        return worked(model);
    }

    private static Map<String, Integer> worked(ScriptedModel model) {
        var worked = new HashMap<String, Integer>();
        model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.WORK)
                .forEach(call -> worked.merge(call.purpose().subtaskId(), 1, Integer::sum));
        return worked;
    }

    @Test
    void failedSubtask_isReplaced_andTheRunIsComplete() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", "dogs")));

        var result = coordinator(1).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done")).leftNothingBehind();
        assertThat(worked()).isEqualTo(Map.of("cats", 1, "dogs", 1, "wolves", 1));
        assertThat(result.report().outcomes().keySet()).containsExactly("cats", "dogs", "wolves");
        assertThat(result.report().outcome("dogs").isSucceeded()).isFalse();
        assertThat(plannerInputs().get(1))
                .contains("Done (1):")
                .contains("- cats: note {\"name\":\"cats\"} -> {\"text\":\"noted\"}")
                .contains("Not done (1):")
                .contains("- dogs: note {\"name\":\"dogs\"}: \"failed: REFUSED");
    }

    @Test
    void notes_tellWhyItWasPlannedAgain_andWhoStandsInWhosePlace_alsoInALaterSession() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", "dogs")))
                .replies(plan(plannedNote("fish")));
        var answers = new AtomicInteger();
        Goal<Answer> goal = GOAL.accept("it is the second answer", answer -> answers.incrementAndGet() % 2 == 0);

        for (int session = 1; session <= 2; session++) {
            try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
                RunReport report = coordinator(2)
                        .build()
                        .journal(journal)
                        .run(goal, BUDGET)
                        .report();
                assertThat(report.notes())
                        .as("session %d", session)
                        .containsExactly(
                                "planned again, round 1, because 'dogs' failed: REFUSED: the model refused: \"no dogs\"",
                                "'wolves' stands in the place of 'dogs'",
                                "planned again, round 2, because the answer does not pass the rule 'it is the second answer'");
            }
            answers.set(1);
        }
    }

    @Test
    void byDefault_thePlannerIsAskedOnce() throws Exception {
        dogsAreRefused();
        model.onPlan().replies(plan(plannedNote("cats"), plannedNote("dogs")));

        var result = partial(coordinator(0).build().run(GOAL, BUDGET));

        assertThat(result.missing()).extracting(Missing::subtaskId).containsExactly("dogs");
        assertThat(plannerInputs()).hasSize(1);
    }

    @Test
    void planThatSucceeded_isNotPlannedAgain() throws Exception {
        dogsAreRefused();
        model.onPlan().replies(plan(plannedNote("cats")));

        assertThat(coordinator(3).build().run(GOAL, BUDGET)).isCompleteWith(new Answer("done"));
        assertThat(plannerInputs()).hasSize(1);
    }

    @Test
    void subtaskThatWasSkippedBecauseOfIt_isMissingUntilItIsReplacedToo() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs"), shorten("short", "dogs")))
                .replies(plan(replacing("wolves", "dogs")))
                .replies(plan(shorten("shorter", "wolves", "short")));

        var result = coordinator(2).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(plannerInputs().get(2)).contains("short: shorten").doesNotContain("- dogs: note");
        assertThat(worked()).isEqualTo(Map.of("cats", 1, "dogs", 1, "wolves", 1, "shorter", 1));
    }

    @Test
    void roundThatRefersToWhatIsNotDone_isRepaired() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(shorten("short", "dogs", "dogs")))
                .replies(plan(shorten("short", "cats", "dogs")));

        var result = coordinator(1).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(plannerInputs().get(2))
                .contains("short: it depends on \"dogs\", which is not done: plan what comes in its place");
    }

    @Test
    void roundThatReplacesWhatIsDone_isNotedAndAdded() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", "cats", "dogs")));

        var result = coordinator(1).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(result.report().notes())
                .contains("wolves: it replaces \"cats\", which is not among what is not done: that was passed over");
    }

    @Test
    void replacedId_inAnotherSpelling_isReadAndNoted() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", " Dogs")));

        var result = coordinator(1).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(result.report().notes()).contains("wolves: \" Dogs\" was read as \"dogs\"");
    }

    @Test
    void replacedId_withoutAList_isReadAndNoted() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(
                        replacing("wolves", "dogs").replace("[\"dogs\"]", "\"dogs\""),
                        replacing("foxes").replace("[]", "null")));

        var result = coordinator(1).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(worked()).isEqualTo(Map.of("cats", 1, "dogs", 1, "wolves", 1, "foxes", 1));
        assertThat(result.report().notes()).contains("wolves: replaces is one id: it was read as a list of it");
        assertThat(plannerInputs()).as("no repair").hasSize(2);
    }

    @Test
    void roundThatCostsTooMuchToBeAddedUp_isAFailureOfThePlanner() throws Exception {
        for (int rounds : new int[] {1, 2}) {
            Planner dear = new Planner() {
                @Override
                public void plan(PlanRequest request, PlanIntake intake) {}

                @Override
                public Money leastRoundCost(PlanRequest request) {
                    return Money.ofPico(Long.MAX_VALUE);
                }
            };

            var result = coordinator(rounds).planner(dear).build().run(GOAL, BUDGET);

            assertThat(result).isFailedBecause(RunFailure.Kind.PLANNER_FAILED);
        }
    }

    @Test
    void ruleWithoutATest_isRefusedWhenItIsAdded() {
        assertThatNullPointerException()
                .isThrownBy(() -> GOAL.accept("it is long", null))
                .withMessage("the test of the rule 'it is long' is null");
        assertThatNullPointerException().isThrownBy(() -> GOAL.accept(null, answer -> true));
        assertThatNullPointerException().isThrownBy(() -> NOTE.accept("it is long", null));
    }

    @Test
    void optionalSubtaskThatFailed_isShownToTheRound_andNothingMayReferToIt() throws Exception {
        dogsAreRefused();
        SubtaskType<Topic, Note> note = NOTE.allowingOptional();
        var undone = new ArrayList<String>();
        var defects = new ArrayList<String>();
        Planner planner = (request, intake) -> {
            if (request.progress().isRound()) {
                request.progress().undone().forEach(each -> undone.add(each.id()));
                intake.offer(PlannedSubtask.of("short", SHORTEN).withWire("text", "extra", "text"))
                        .ifPresent(defect -> defects.add(defect.toString()));
                intake.offer(
                        PlannedSubtask.of("wolves", NOTE, new Topic("wolves")).replacing("dogs"));
            } else {
                intake.offer(PlannedSubtask.of("cats", NOTE, new Topic("cats")));
                intake.offer(PlannedSubtask.of("dogs", NOTE, new Topic("dogs")));
                intake.offer(PlannedSubtask.of("extra", NOTE, new Topic("dogs")).asOptional());
            }
        };

        coordinator(1, note).planner(planner).build().run(GOAL, BUDGET);

        assertThat(undone).containsExactly("dogs", "extra");
        assertThat(defects)
                .containsExactly("short: it depends on \"extra\", which is not done: plan what comes in its place");
    }

    @Test
    void subtaskThatWasReplaced_mayNotBeReferredTo() throws Exception {
        dogsAreRefused();
        model.on(NOTE, new Topic("wolves")).refuses("no wolves");
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", "dogs"), plannedNote("foxes")))
                .replies(plan(shorten("short", "dogs", "wolves")))
                .replies(plan(shorten("short", "foxes", "wolves")));

        var result = coordinator(2).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(plannerInputs().get(3)).contains("it depends on \"dogs\", which is not done");
    }

    @Test
    void itemThatFailed_isReplacedAlone() throws Exception {
        model.on(SPLIT).replies(new Topics(List.of(new Topic("cats"), new Topic("dogs"))));
        dogsAreRefused();
        model.onPlan()
                .replies(
                        plan(
                                "{\"type\":\"split\",\"id\":\"pets\",\"input\":{\"name\":\"pets\"}}",
                                "{\"type\":\"note\",\"id\":\"each\",\"input\":{\"name\":{\"from\":\"names\",\"field\":\"names\"}}}"))
                .replies(plan(replacing("wolves", "each#1")));
        Planner byHand = (request, intake) -> {
            if (request.progress().isRound()) {
                assertThat(request.progress().undone())
                        .singleElement()
                        .satisfies(undone -> assertThat(undone.id()).isEqualTo("each#1"));
                intake.offer(
                        PlannedSubtask.of("wolves", NOTE, new Topic("wolves")).replacing("each#1"));
            } else {
                intake.offer(PlannedSubtask.of("pets", SPLIT, new Topic("pets")));
                intake.offer(PlannedSubtask.of("each", ABOUT).withWire("topic", "pets", "topics"));
            }
        };
        model.on(ABOUT).replies(new Note("noted"));
        model.on(ABOUT, new About(new Topic("dogs"))).refuses("no dogs");

        var result = Coordinator.builder(model.pools())
                .plansWith(NOTE, SPLIT, ABOUT)
                .planner(byHand)
                .replanning(1)
                .build()
                .run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(worked()).isEqualTo(Map.of("pets", 1, "each#0", 1, "each#1", 1, "wolves", 1));
    }

    record About(Topic topic) {}

    private static final SubtaskType<About, Note> ABOUT =
            SubtaskType.model("about", About.class, Note.class, "Take a note about the topic.");

    @Test
    void planThatNeverWorks_stopsAtItsLimit_andTheRestOfTheMoneyIsUntouched() throws Exception {
        model.on(NOTE).costing(1_000, 400).refuses("never");
        model.onPlan()
                .costing(1_000, 400)
                .replies(plan(plannedNote("a")))
                .costing(1_000, 400)
                .replies(plan(replacing("b", "a")))
                .costing(1_000, 400)
                .replies(plan(replacing("c", "b")));

        var result = failed(coordinator(2).build().run(GOAL, BUDGET));

        assertThat(result.cause().kind()).isEqualTo(RunFailure.Kind.NOTHING_SUCCEEDED);
        assertThat(plannerInputs()).hasSize(3);
        assertThat(worked()).isEqualTo(Map.of("a", 1, "b", 1, "c", 1));
        assertThat(result).spent("0.0276"); // three plans of $0.0085, three notes of $0.0007
        assertThat(result).leftNothingBehind();
    }

    @Test
    void twoRoundsWithoutSuccess_areTheLast() throws Exception {
        model.on(NOTE).refuses("never");
        model.onPlan()
                .replies(plan(plannedNote("a")))
                .replies(plan(replacing("b", "a")))
                .replies(plan(replacing("c", "b")));

        coordinator(10).build().run(GOAL, Budget.usd("5.00"));

        assertThat(plannerInputs()).hasSize(3);
    }

    @Test
    void roundThatAddsNothing_isTheLast() throws Exception {
        dogsAreRefused();
        model.onPlan().replies(plan(plannedNote("cats"), plannedNote("dogs"))).replies(plan());

        var result = partial(coordinator(3).build().run(GOAL, BUDGET));

        assertThat(result.missing()).extracting(Missing::subtaskId).containsExactly("dogs");
        assertThat(plannerInputs()).hasSize(2);
    }

    @Test
    void roundWhosePlannerFails_leavesWhatThereIs() throws Exception {
        dogsAreRefused();
        model.onPlan().replies(plan(plannedNote("cats"), plannedNote("dogs"))).refuses("not again");

        var result = partial(coordinator(2).build().run(GOAL, BUDGET));

        assertThat(result.answer()).isEqualTo(new Answer("done"));
        assertThat(result.missing()).extracting(Missing::subtaskId).containsExactly("dogs", "planner");
    }

    @Test
    void answerThatARuleRejects_isPlannedAgain() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.onMerge().costing(1_000, 400).repliesText(merged("brief")).repliesText(merged("long enough"));
        model.onPlan().replies(plan(plannedNote("cats"))).replies(plan(plannedNote("dogs")));
        Goal<Answer> goal = GOAL.accept("it is long", answer -> answer.text().length() > 8);

        var result = coordinator(1).build().run(goal, BUDGET);

        assertThat(result).isCompleteWith(new Answer("long enough")).leftNothingBehind();
        assertThat(worked()).isEqualTo(Map.of("cats", 1, "dogs", 1));
        assertThat(plannerInputs().get(1)).contains("It has to obey this rule: \"it is long\"");
    }

    @Test
    void answerThatARuleRejects_withoutARoundLeft_isThereAllTheSame() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("brief"));
        model.onPlan().replies(plan(plannedNote("cats")));

        var result = partial(coordinator(0)
                .build()
                .run(GOAL.accept("it is long", answer -> answer.text().length() > 8), BUDGET));

        assertThat(result.answer()).isEqualTo(new Answer("brief"));
        assertThat(result.missing()).containsExactly(new Missing("answer", "it does not pass the rule 'it is long'"));
    }

    @Test
    void rejectedAnswer_isNotMadeAgain_ifTheRoundAddedNothing() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("brief"));
        model.onPlan().replies(plan(plannedNote("cats"))).replies(plan());

        var result = partial(coordinator(2)
                .build()
                .run(GOAL.accept("it is long", answer -> answer.text().length() > 8), BUDGET));

        assertThat(result.answer()).isEqualTo(new Answer("brief"));
        assertThat(model.calls().stream().filter(call -> call.purpose().kind() == CallPurpose.Kind.MERGE))
                .hasSize(1);
    }

    @Test
    void ruleThatThrows_judgesNothing_andPlansNothing() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("brief"));
        model.onPlan().replies(plan(plannedNote("cats")));
        Goal<Answer> goal = GOAL.accept("it is long", answer -> {
            throw new IllegalStateException("no ruler");
        });

        var result = partial(coordinator(2).build().run(goal, BUDGET));

        assertThat(result.answer()).isEqualTo(new Answer("brief"));
        assertThat(result.missing().getFirst().reason())
                .contains("the rule 'it is long' of the goal is broken")
                .contains("no ruler");
        assertThat(plannerInputs()).hasSize(1);
    }

    @Test
    void ruleThatIgnoresItsInterrupt_isLeftBehind_andTheAnswerStays() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("brief"));
        model.onPlan().replies(plan(plannedNote("cats")));
        var released = new AtomicBoolean();
        Goal<Answer> goal = GOAL.accept("it is long", answer -> {
            while (!released.get()) {
                Thread.onSpinWait();
            }
            return true;
        });

        try {
            var result = partial(coordinator(2).build().run(goal, BUDGET.within(Duration.ofSeconds(2))));

            assertThat(result.answer()).isEqualTo(new Answer("brief"));
            assertThat(result.missing())
                    .containsExactly(
                            new Missing(
                                    "answer",
                                    "the rule 'it is long' of the goal did not end in time: it ignored its interrupt and was left behind"));
            assertThat(result.report().abandoned()).singleElement().asString().contains("merger");
        } finally {
            released.set(true);
        }
    }

    @Test
    void moneyOfTheRounds_isPartOfTheFloor() throws Exception {
        dogsAreRefused();
        model.onPlan().replies(plan(plannedNote("cats")));
        Money without = floor(0);
        Money with = floor(2);

        assertThat(with.isMoreThan(without)).isTrue();
        Budget between = Budget.of(with.minus(Money.ofPico(1)));
        var refused = failed(coordinator(2).build().run(GOAL, between));
        assertThat(refused.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(refused.cause().message())
                .contains("planner, merger, one subtask and 2 further rounds need at least " + with);
        assertThat(model.calls()).isEmpty();
        assertThat(coordinator(2).build().run(GOAL, Budget.of(with))).isCompleteWith(new Answer("done"));
    }

    private Money floor(int rounds) throws Exception {
        var refused = failed(coordinator(rounds).build().run(GOAL, Budget.usd("0.0001")));
        String message = refused.cause().message();
        return Money.usd(message.substring(message.lastIndexOf('$') + 1));
    }

    @Test
    void workers_cannotSpendTheMoneyOfTheRounds() throws Exception {
        model.on(NOTE).costing(100, 2_000).replies(new Note("noted"));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
        var many = new ArrayList<String>();
        many.add(plannedNote("dogs"));
        for (int i = 0; i < 40; i++) {
            many.add(plannedNote("topic-" + i));
        }
        model.onPlan()
                .costing(1_000, 2_000)
                .replies(plan(many.toArray(String[]::new)))
                .replies(plan(replacing("wolves", "dogs")));

        coordinator(1).build().run(GOAL, Budget.of(floor(1).plus(Money.usd("0.01"))));

        assertThat(plannerInputs()).as("the round was paid").hasSize(2);
    }

    @Test
    void wantOfMoney_isNoReasonToPlanAgain() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
        var many = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            many.add(plannedNote("topic-" + i));
        }
        model.onPlan().costing(1_000, 400).replies(plan(many.toArray(String[]::new)));

        var result = partial(coordinator(1).build().run(GOAL, Budget.of(floor(1).plus(Money.usd("0.01")))));

        assertThat(result.missing()).isNotEmpty().allMatch(each -> each.reason().startsWith("skipped: BUDGET"));
        assertThat(plannerInputs()).hasSize(1);
    }

    @Test
    void failFast_isNotPlannedAgain() throws Exception {
        dogsAreRefused();
        model.onPlan().replies(plan(plannedNote("dogs")));

        coordinator(1).failFast().build().run(GOAL, BUDGET);

        assertThat(plannerInputs()).hasSize(1);
    }

    @Test
    void review_isAskedAboutWhatARoundAdds() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", "dogs")));
        var seen = new ArrayList<List<String>>();
        PlanReview review = proposed -> {
            seen.add(proposed.subtasks().stream().map(PlannedSubtask::id).toList());
            return new PlanReview.Verdict.Approve();
        };

        var result = coordinator(1).review(review).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(seen).containsExactly(List.of("cats", "dogs"), List.of("wolves"));
    }

    @Test
    void estimateOfARound_countsWhatItReadsOfEarlierOnes() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("x".repeat(40_000)));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        model.on(SHORTEN).costing(10_000, 400).replies(new Brief("short"));
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(shorten("short", "cats", "dogs")));
        var estimates = new ArrayList<CostEstimate>();
        PlanReview review = proposed -> {
            estimates.add(proposed.estimate());
            return new PlanReview.Verdict.Approve();
        };

        var result = coordinator(1).review(review).build().run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        Money read = estimates.get(1).subtasks().getFirst().cost().worst();
        assertThat(read).as("40,000 bytes at $0.20 a million").isGreaterThan(Money.usd("0.008"));
    }

    @Test
    void subtaskThatThePlanLost_isShownToTheNextRound_andMissingUntilItAdds() throws Exception {
        dogsAreRefused();
        String lost = "{\"type\":\"note\",\"id\":\"lost\",\"input\":{\"name\":7}}";
        model.onPlan().replies(plan(plannedNote("cats"), lost)).replies(plan()).replies(plan());
        var nothingAdded = partial(coordinator(1).build().run(GOAL, BUDGET));

        assertThat(nothingAdded.missing()).extracting(Missing::subtaskId).containsExactly("planner");
        assertThat(plannerInputs()).hasSize(3);
        assertThat(plannerInputs().get(2)).contains("Not planned (1):").contains("- \"lost: ");

        model.onPlan().replies(plan(plannedNote("cats"), lost)).replies(plan()).replies(plan(plannedNote("lost")));
        assertThat(coordinator(1).build().run(GOAL, BUDGET)).isCompleteWith(new Answer("done"));
    }

    @Test
    void itemsThatLackMoney_areNoReasonToPlanAgain() throws Exception {
        model.on(ABOUT).costing(1_000, 400).replies(new Note("noted"));
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
        var topics = new ArrayList<Topic>();
        for (int i = 0; i < 60; i++) {
            topics.add(new Topic("topic-" + i));
        }
        SubtaskType<Topic, Topics> list =
                SubtaskType.code("list", Topic.class, Topics.class, (in, context) -> new Topics(topics));
        var rounds = new AtomicInteger();
        Planner planner = (request, intake) -> {
            rounds.incrementAndGet();
            intake.offer(PlannedSubtask.of("all", list, new Topic("all")));
            intake.offer(PlannedSubtask.of("each", ABOUT).withWire("topic", "all", "topics"));
        };

        var result = partial(Coordinator.builder(model.pools())
                .plansWith(list, ABOUT)
                .planner(planner)
                .replanning(2)
                .build()
                .run(GOAL, Budget.usd("0.06")));

        assertThat(result.missing()).isNotEmpty().allMatch(each -> each.reason().contains("BUDGET"));
        assertThat(rounds).hasValue(1);
    }

    @Test
    void firstPlan_standsInNobodysPlace() throws Exception {
        dogsAreRefused();
        Planner eager = (request, intake) -> {
            intake.offer(PlannedSubtask.of("dogs", NOTE, new Topic("dogs")));
            assertThat(intake.offer(
                            PlannedSubtask.of("cats", NOTE, new Topic("cats")).replacing("dogs")))
                    .isPresent();
            intake.offer(PlannedSubtask.of("cats", NOTE, new Topic("cats")));
        };

        var result = partial(coordinator(0).planner(eager).build().run(GOAL, BUDGET));

        assertThat(result.missing()).extracting(Missing::subtaskId).contains("dogs");
    }

    @Test
    void ruleThatRejectedTheAnswer_isKnownInEachRoundAfterIt() throws Exception {
        dogsAreRefused();
        model.onMerge().repliesText(merged("brief")).repliesText(merged("long enough"));
        model.onPlan()
                .replies(plan(plannedNote("cats")))
                .replies(plan(plannedNote("dogs")))
                .replies(plan(replacing("wolves", "dogs")));

        var result = coordinator(2)
                .build()
                .run(GOAL.accept("it is long", answer -> answer.text().length() > 8), BUDGET);

        assertThat(result).isCompleteWith(new Answer("long enough"));
        assertThat(plannerInputs().get(1)).contains("it is long");
        assertThat(plannerInputs().get(2)).contains("it is long");
    }

    @Test
    void completeRun_isRecalledWhole_ifThereAreFewerRoundsNow() throws Exception {
        Path file = folder.resolve("run.journal");
        try (Journal journal = FileJournal.open(file)) {
            assertThat(session(scripted(), journal)).isCompleteWith(new Answer("done"));
        }
        var second = new ScriptedModel();

        try (Journal journal = FileJournal.open(file)) {
            assertThat(coordinator(second, 0).build().journal(journal).run(GOAL, BUDGET))
                    .isCompleteWith(new Answer("done"));
        }

        assertThat(second.calls()).isEmpty();
    }

    @Test
    void firstPlanThatBrokeOff_isNotAskedForAgain_onceARoundHasBegun() throws Exception {
        Path file = folder.resolve("run.journal");
        var asked = new ArrayList<Integer>();
        Planner breaking = (request, intake) -> {
            asked.add(request.progress().round());
            if (request.progress().isRound()) {
                intake.offer(
                        PlannedSubtask.of("wolves", NOTE, new Topic("wolves")).replacing("dogs"));
                return;
            }
            intake.offer(PlannedSubtask.of("cats", NOTE, new Topic("cats")));
            intake.offer(PlannedSubtask.of("dogs", NOTE, new Topic("dogs")));
            intake.breakOff("no more money to plan with");
        };
        Goal<Answer> goal = GOAL.accept("never", answer -> false);
        var second = scripted();

        try (Journal journal = FileJournal.open(file)) {
            partial(coordinator(scripted(), 1)
                    .planner(breaking)
                    .build()
                    .journal(journal)
                    .run(goal, BUDGET));
            partial(coordinator(second, 1)
                    .planner(breaking)
                    .build()
                    .journal(journal)
                    .run(goal, BUDGET));
        }

        assertThat(asked).containsExactly(0, 1);
        assertThat(second.calls()).isEmpty();
    }

    @Test
    void rejectedAnswer_staysIfTheNextMergeFails() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(merged("brief")).refuses("not again");
        model.onPlan().replies(plan(plannedNote("cats"))).replies(plan(plannedNote("dogs")));

        var result = partial(coordinator(1)
                .build()
                .run(GOAL.accept("it is long", answer -> answer.text().length() > 8), BUDGET));

        assertThat(result.answer()).isEqualTo(new Answer("brief"));
        assertThat(result.missing()).extracting(Missing::subtaskId).containsExactly("merger", "answer");
    }

    @Test
    void runThatIsSuspendedInARound_goesOnWithTheBudgetThatItBeganWith() throws Exception {
        Budget budget = Budget.of(floor(2).plus(Money.usd("0.004")));
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
        var allowed = new AtomicBoolean();
        SubtaskType<Topic, Note> ask = SubtaskType.code("ask", Topic.class, Note.class, (topic, context) -> {
            if (!allowed.get()) {
                throw new AwaitedException("somebody");
            }
            return new Note("allowed");
        });
        model.onPlan()
                .costing(1_000, 1_800)
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .costing(1_000, 1_800)
                .replies(plan(replacing("asked", "dogs").replace("\"note\"", "\"ask\"")));
        Coordinator coordinator = Coordinator.builder(model.pools())
                .plansWith(NOTE, SHORTEN, SPLIT, ask)
                .replanning(2)
                .build();

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            assertThat(coordinator.journal(journal).run(GOAL, budget)).isSuspendedFor("asked");
            allowed.set(true);
            assertThat(coordinator.journal(journal).run(GOAL, budget)).isCompleteWith(new Answer("done"));
        }
    }

    @Test
    void sessionWithoutTheMoneyForItsRounds_asksNobody() throws Exception {
        Path file = folder.resolve("run.journal");
        try (var journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Intent intent
                        && intent.asked().kind() == CallPurpose.Kind.PLAN
                        && isRound(file),
                FileJournal.open(file))) {
            session(scripted(), journal);
        }
        var second = scripted();

        try (Journal journal = FileJournal.open(file)) {
            var refused = failed(coordinator(second, 2).build().journal(journal).run(GOAL, Budget.usd("0.05")));
            assertThat(refused.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        }

        assertThat(second.calls()).isEmpty();
    }

    /** Whether the journal has the end of a note, after which the planner is asked again. */
    private static boolean isRound(Path file) {
        return finished(file).contains("cats");
    }

    @Test
    void planForLater_isPlannedAgainByTheCoordinatorsPlanner() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", "dogs")));
        Coordinator coordinator = coordinator(1).build();

        var planned = coordinator.plan(GOAL, BUDGET);
        var estimate = coordinator.preview(planned, BUDGET);
        var result = coordinator.run(planned, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(estimate.worst())
                .as("what a round plans only the budget bounds")
                .isEqualTo(BUDGET.limit());
    }

    @Test
    void listener_hearsOfEachRound() throws Exception {
        dogsAreRefused();
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(plan(replacing("wolves", "dogs")));
        var log = new EventLog();

        coordinator(1).listener(log).build().run(GOAL, BUDGET);

        assertThat(log.events().stream()
                        .filter(RunEvent.PlanningAgain.class::isInstance)
                        .map(RunEvent.PlanningAgain.class::cast))
                .singleElement()
                .satisfies(again -> {
                    assertThat(again.round()).isEqualTo(1);
                    assertThat(again.undone()).containsExactly("dogs");
                    assertThat(again.rejected()).isEmpty();
                });
    }

    @Test
    void plannerThatKnowsNoRounds_addsNothing() throws Exception {
        dogsAreRefused();
        Planner plain = (request, intake) -> {
            intake.offer(PlannedSubtask.of("cats", NOTE, new Topic("cats")));
            intake.offer(PlannedSubtask.of("dogs", NOTE, new Topic("dogs")));
        };

        var result = partial(coordinator(5).planner(plain).build().run(GOAL, BUDGET));

        assertThat(result.missing()).extracting(Missing::subtaskId).containsExactly("dogs");
        assertThat(worked()).isEqualTo(Map.of("cats", 1, "dogs", 1));
    }

    @Test
    void numberOfRounds_hasALimit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> coordinator(11))
                .withMessage("the planner may be asked again 0 to 10 times, not 11");
        assertThatIllegalArgumentException().isThrownBy(() -> coordinator(-1));
    }

    // --- with a journal

    private static ScriptedModel scripted() {
        var scripted = new ScriptedModel();
        scripted.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        scripted.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        scripted.on(SHORTEN).costing(1_000, 400).replies(new Brief("short"));
        scripted.onMerge().costing(1_000, 400).repliesText(merged("done"));
        scripted.onPlan().costing(1_000, 400).answers(call -> {
            String text = call.request().turns().toString();
            if (!text.contains("Not done")) {
                return plan(plannedNote("cats"), plannedNote("dogs"), shorten("short", "dogs"));
            }
            return text.contains("- dogs: note")
                    ? plan(replacing("wolves", "dogs"))
                    : plan(shorten("shorter", "wolves", "short"));
        });
        return scripted;
    }

    private RunResult<Answer> session(ScriptedModel scripted, Journal journal) throws InterruptedException {
        return coordinator(scripted, 2).build().journal(journal).run(GOAL, BUDGET);
    }

    @Test
    @Tag("slow")
    void run_brokenOffAtEveryEntry_goesOnInItsRound_andPaysForNothingFinishedAgain() throws Exception {
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve("crash-" + crashAt + ".journal");
            var first = scripted();
            Optional<JournalEntry> lost;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                session(first, journal);
                lost = journal.lost();
            }
            if (lost.isEmpty()) {
                assertThat(crashAt).as("entries").isGreaterThan(30);
                return;
            }
            var finished = finished(file);
            var second = scripted();
            RunResult<Answer> resumed;
            try (Journal journal = FileJournal.open(file)) {
                resumed = session(second, journal);
            }
            assertThat(resumed)
                    .as("broken off at entry %d: %s", crashAt, lost.get())
                    .isCompleteWith(new Answer("done"));
            Map<String, Integer> again = worked(second);
            finished.forEach(
                    id -> assertThat(again).as("at entry %d", crashAtOf(file)).doesNotContainKey(id));
            assertThat(again.values()).allMatch(calls -> calls == 1);
            assertThat(resumed.report().outcomes().keySet())
                    .as("plan order, broken off at entry %d", crashAt)
                    .containsExactly("cats", "dogs", "short", "wolves", "shorter");
            var third = new ScriptedModel();
            try (Journal journal = FileJournal.open(file)) {
                RunResult<Answer> recalled = session(third, journal);
                assertThat(recalled.requireComplete()).isEqualTo(new Answer("done"));
                assertThat(recalled.spend()).isEqualTo(resumed.spend());
            }
            assertThat(third.calls()).isEmpty();
        }
    }

    private static String crashAtOf(Path file) {
        return file.getFileName().toString();
    }

    private static List<String> finished(Path file) {
        var finished = new ArrayList<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome() instanceof Outcome.Succeeded<String>) {
                finished.add(ended.key().subtask());
            }
        });
        return finished;
    }

    @Test
    void replacedSubtask_isNotTriedAgainByALaterSession() throws Exception {
        Path file = folder.resolve("run.journal");
        var first = scripted();
        try (var journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Intent intent
                        && intent.asked().kind() == CallPurpose.Kind.MERGE,
                FileJournal.open(file))) {
            session(first, journal);
        }
        var second = scripted();

        try (Journal journal = FileJournal.open(file)) {
            assertThat(session(second, journal)).isCompleteWith(new Answer("done"));
        }

        assertThat(worked(second)).as("what failed stays replaced").isEmpty();
        assertThat(second.calls()).as("the merge alone").hasSize(1);
    }

    @Test
    void deadline_leavesNoTimeForAnotherRound() throws Exception {
        var clock = new TestClock();
        model.on(NOTE).replies(new Note("noted"));
        model.on(NOTE, new Topic("dogs")).takes(Duration.ofMinutes(3), clock).refuses("late");
        model.onMerge().repliesText(merged("done"));
        model.onPlan().replies(plan(plannedNote("cats"), plannedNote("dogs")));
        var run = Crew.start(() -> coordinator(3)
                .clock(clock)
                .build()
                .run(GOAL.mergedBy(Mergers.of(input -> new Answer("done"))), BUDGET.within(Duration.ofMinutes(2))));

        model.awaitCalls(3);
        clock.advance(Duration.ofMinutes(2));
        var result = partial(run.result(clock));

        assertThat(result.missing()).extracting(Missing::subtaskId).containsExactly("dogs");
        assertThat(plannerInputs()).hasSize(1);
    }
}
