// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.failed;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.plan.GoalInput;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs and plans that branch, race and repeat: what they cost, what they lack, and how they are resumed. */
class FlowRunTest {
    enum Kind {
        COMPLAINT,
        PRAISE
    }

    record Sorted(Kind kind) {}

    record Draft(String text) {}

    record Verdict(String text, boolean fine) {}

    private static final SubtaskType<Topic, Sorted> SORT = SubtaskType.model(
                    "sort", Topic.class, Sorted.class, "What kind of message is it?")
            .deciding();
    private static final SubtaskType<Draft, Verdict> POLISH =
            SubtaskType.model("polish", Draft.class, Verdict.class, "Write it better, and say whether it is fine.");
    private static final SubtaskType<Topic, Draft> DRAFT =
            SubtaskType.model("draft", Topic.class, Draft.class, "Write a draft.");
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    private static Map<String, Integer> worked(ScriptedModel model) {
        var worked = new HashMap<String, Integer>();
        model.calls().forEach(call -> worked.merge(call.purpose().subtaskId(), 1, Integer::sum));
        return worked;
    }

    private static TaskGraph<Note> race(SubtaskType<Topic, Note> first, SubtaskType<Topic, Note> second) {
        var graph = TaskGraph.builder();
        var slow = graph.add("slow", first, new Topic("slow"));
        var quick = graph.add("quick", second, new Topic("quick"));
        return graph.answering(graph.race("race", slow, quick));
    }

    private Path file() {
        return folder.resolve("run.journal");
    }

    /** A session of a run with the journal of the test. */
    private <R> RunResult<R> session(ScriptedModel answering, TaskGraph<R> graph) throws InterruptedException {
        try (var journal = FileJournal.open(file())) {
            return Coordinator.of(answering.pools()).journal(journal).run(graph, BUDGET);
        }
    }

    private static ScriptedModel answering(String note) {
        var model = new ScriptedModel();
        model.on(NOTE).answers(call -> new Note(note));
        return model;
    }

    // --- races

    @Test
    void loser_isCancelledBookedAndNotMissing() throws Exception {
        var never = new Gate();
        model.on(NOTE, new Topic("slow")).holdUntil(never).replies(new Note("slow"));
        var bothAsked = new Gate();
        model.on(NOTE, new Topic("quick"))
                .holdUntil(bothAsked)
                .costing(1_000, 400)
                .replies(new Note("quick"));
        var log = new EventLog();
        var coordinator = Coordinator.builder(model.pools()).listener(log).build();

        var run = start(() -> coordinator.run(race(NOTE, NOTE), BUDGET));
        assertThat(model.awaitInFlight(2)).isTrue();
        bothAsked.open();
        RunResult<Note> result = run.result();

        assertThat(result).isCompleteWith(new Note("quick"));
        RunReport report = result.report();
        assertThat(Objects.requireNonNull(report.outcomes().get("slow")).isNotNeeded())
                .isTrue();
        assertThat(report.spend().settled()).isEqualTo(Money.usd(Crew.NOTE_USD));
        assertThat(report.spend().forfeited())
                .as("the call whose fate nobody knows")
                .isGreaterThan(Money.ZERO);
        assertThat(report.givenUp()).isEqualTo(report.spend().forfeited());
        assertThat(report.toString())
                .contains("2 of 2 subtasks succeeded, 1 not needed, which cost %s, spent ".formatted(report.givenUp()));
        assertThat(report.openReservations()).isZero();
        assertThat(log.events())
                .filteredOn(RunEvent.Joined.class::isInstance)
                .extracting(event -> ((RunEvent.Joined) event).without())
                .containsExactly(List.of("slow"));
    }

    @Test
    void itemsBeyondEnough_areSummedUpAsGivenUp() throws Exception {
        var bothAsked = new Gate();
        model.on(NOTE, new Topic("slow")).holdUntil(new Gate()).replies(new Note("slow"));
        model.on(NOTE, new Topic("quick"))
                .holdUntil(bothAsked)
                .costing(1_000, 400)
                .replies(new Note("quick"));
        var graph = TaskGraph.builder();
        var items = graph.add(
                "items",
                NOTE,
                Input.forEach(List.of(new Topic("slow"), new Topic("quick"))).enough(1));
        var run = start(() -> Coordinator.of(model.pools()).run(graph.answering(items), BUDGET));
        assertThat(model.awaitInFlight(2)).isTrue();
        bothAsked.open();

        RunReport report = run.result().report();

        assertThat(report.outcome("items#0").isNotNeeded()).isTrue();
        assertThat(report.givenUp()).isEqualTo(report.spend().forfeited()).isGreaterThan(Money.ZERO);
        assertThat(report.toString())
                .contains("1 of 1 subtasks and items succeeded, 1 not needed, which cost " + report.givenUp());
    }

    @Test
    void fanOutThatOnlyALoserNeeded_isNotNeeded_andIsGivenUpWithItsItems() throws Exception {
        var bothAsked = new Gate();
        model.on(NOTE, new Topic("slow")).holdUntil(new Gate()).replies(new Note("slow"));
        model.on(NOTE, new Topic("quick"))
                .holdUntil(bothAsked)
                .costing(1_000, 400)
                .replies(new Note("quick"));
        var graph = TaskGraph.builder();
        var items = graph.add("items", NOTE, Input.forEach(List.of(new Topic("slow"))));
        var quick = graph.add("quick", NOTE, new Topic("quick"));
        var after = graph.add("after", NOTE, from(items, all -> new Topic("after")));
        TaskGraph<Note> race = graph.answering(graph.race("won", after, quick));
        var run = start(() -> session(model, race));
        assertThat(model.awaitInFlight(2)).isTrue();
        bothAsked.open();

        RunReport first = run.result().report();
        RunReport second = session(new ScriptedModel(), race).report();

        assertThat(first.outcome("items").reason()).startsWith("skipped: NOT_NEEDED");
        assertThat(first.givenUp()).isEqualTo(first.spend().forfeited()).isGreaterThan(Money.ZERO);
        assertThat(second.outcome("items").reason()).startsWith("skipped: NOT_NEEDED");
    }

    @Test
    void runner_thatTheMoneyDoesNotReach_leavesTheRaceToTheOther() throws Exception {
        var dear = NOTE.maxOutputTokens(1_000_000);
        model.on(NOTE, new Topic("quick")).costing(1_000, 400).replies(new Note("quick"));

        RunResult<Note> result = Coordinator.of(model.pools()).run(race(dear, NOTE), Budget.usd("0.01"));

        assertThat(result).isCompleteWith(new Note("quick"));
        assertThat(worked(model)).containsOnlyKeys("quick");
    }

    @Test
    void optionalRace_ofOptionalRunners_isNotMissing() throws Exception {
        model.on(NOTE).answers(call -> new Note("They purr."));
        model.on(NOTE, new Topic("slow")).refuses("no");
        model.on(NOTE, new Topic("quick")).refuses("no");
        var graph = TaskGraph.builder();
        var slow = graph.add("slow", NOTE, new Topic("slow"));
        var quick = graph.add("quick", NOTE, new Topic("quick"));
        var race = graph.race("race", slow, quick);
        var told = graph.add(
                "told",
                NOTE,
                from(race.ifSucceeded(), note -> new Topic(note.map(Note::text).orElse("-"))));
        graph.optional(slow, quick, race);

        RunResult<Note> result = Coordinator.of(model.pools()).run(graph.answering(told), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
        assertThat(result).outcome(race).isSkippedBecauseOf(slow, quick);
    }

    @Test
    void race_inARunThatIsCancelled_leavesNothingBehind() throws Exception {
        var never = new Gate();
        model.on(NOTE).holdUntil(never).replies(new Note("never"));
        var run = start(() -> Coordinator.of(model.pools()).run(race(NOTE, NOTE), BUDGET));
        assertThat(model.awaitInFlight(2)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void resumedRun_hasTheSameWinnerAndCallsNobody() throws Exception {
        model.on(NOTE, new Topic("slow")).holdUntil(new Gate()).replies(new Note("slow"));
        model.on(NOTE, new Topic("quick")).replies(new Note("quick"));
        session(model, race(NOTE, NOTE));

        ScriptedModel both = answering("now everybody is quick");
        assertThat(session(both, race(NOTE, NOTE))).isCompleteWith(new Note("quick"));
        assertThat(both.calls()).isEmpty();
    }

    /** The winner came to its turn because the first one failed, and what failed is tried again otherwise. */
    @Test
    void resumedRun_doesNotTryAgainWhatTheRaceDidWithout() throws Exception {
        scriptFallback();
        assertThat(session(model, fallback())).isCompleteWith(new Note("instead"));

        ScriptedModel healed = answering("healed");
        assertThat(session(healed, fallback())).isCompleteWith(new Note("instead"));
        assertThat(healed.calls()).isEmpty();
    }

    private void scriptFallback() {
        model.on(NOTE, new Topic("first")).refuses("no");
        model.on(NOTE, new Topic("instead")).replies(new Note("instead"));
    }

    private static TaskGraph<Note> fallback() {
        var graph = TaskGraph.builder();
        var first = graph.add("first", NOTE, new Topic("first"));
        var instead = graph.add("instead", NOTE, new Topic("instead"));
        graph.when(instead, first.ifSucceeded(), "the first did not succeed", Optional::isEmpty);
        return graph.answering(graph.race("either", first, instead));
    }

    @Test
    void resumedRun_whoseWinnerIsOtherWorkNow_performsThatAlone() throws Exception {
        model.on(NOTE, new Topic("slow")).holdUntil(new Gate()).replies(new Note("slow"));
        model.on(NOTE, new Topic("quick")).replies(new Note("quick"));
        session(model, race(NOTE, NOTE));

        var changed = SubtaskType.model("note", Topic.class, Note.class, "State four facts about the topic.");
        var next = new ScriptedModel();
        next.on(changed).answers(call -> new Note("four facts"));
        assertThat(session(next, race(NOTE, changed))).isCompleteWith(new Note("four facts"));
        assertThat(worked(next)).containsOnlyKeys("quick");
    }

    /** Its code must not see one winner, and after a kill another one. */
    @Test
    void dependentOfARace_startsWhenTheWinnerIsOnTheDisk() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        var send = SubtaskType.code("send", Topic.class, Note.class, (topic, context) -> {
            seen.add(topic.name());
            return new Note(topic.name());
        });
        scriptFallback();
        try (var journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Ended ended
                        && ended.key().subtask().equals("either"),
                FileJournal.open(file()))) {
            Coordinator.of(model.pools()).journal(journal).run(sent(send), BUDGET);
        }
        assertThat(seen).as("before the winner is on record").isEmpty();

        assertThat(session(answering("healed"), sent(send))).isCompleteWith(new Note("healed"));
        assertThat(seen).containsExactly("healed");
    }

    private static TaskGraph<Note> sent(SubtaskType<Topic, Note> send) {
        var graph = TaskGraph.builder();
        var first = graph.add("first", NOTE, new Topic("first"));
        var instead = graph.add("instead", NOTE, new Topic("instead"));
        graph.when(instead, first.ifSucceeded(), "the first did not succeed", Optional::isEmpty);
        var either = graph.race("either", first, instead);
        return graph.answering(graph.add("sent", send, from(either, note -> new Topic(note.text()))));
    }

    @Test
    void quorumThatNeedsMoreNow_isAnotherRun() throws Exception {
        model.on(NOTE, new Topic("b")).holdUntil(new Gate()).replies(new Note("never"));
        model.on(NOTE, new Topic("a")).replies(new Note("a"));
        assertThat(session(model, quorum(1))).isCompleteWith(List.of(new Note("a")));

        assertThat(session(answering("n"), quorum(2))).isCompleteWith(List.of(new Note("n"), new Note("n")));
    }

    private static TaskGraph<List<Note>> quorum(int enough) {
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic("b"));
        return graph.answering(graph.quorum("quorum", enough, List.of(a, b)));
    }

    @Test
    void goal_followsAQuorum() throws Exception {
        RunResult<List<Note>> result = Coordinator.of(answering("n").pools()).run(quorum(2), BUDGET);

        assertThat(Goal.of("And then?", Answer.class).following("pets", result).inputs())
                .extracting(GoalInput::name)
                .containsExactly("pets", "pets.a", "pets.b", "pets.quorum");
    }

    @Test
    void listOfRunners_thatChangesLater_changesNothing() throws Exception {
        var graph = TaskGraph.builder();
        var runners = new ArrayList<>(List.of(graph.add("a", NOTE, new Topic("a"))));
        var race = graph.race("race", runners);
        runners.clear();

        assertThat(Coordinator.of(answering("n").pools()).run(graph.answering(race), BUDGET))
                .isCompleteWith(new Note("n"));
    }

    @Test
    void answerOfARace_whoseWinnerCannotBeRecorded_isNotShown() throws Exception {
        scriptFallback();
        try (var journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Ended ended
                        && ended.key().subtask().equals("either"),
                FileJournal.open(file()))) {
            RunResult<Note> result =
                    Coordinator.of(model.pools()).journal(journal).run(fallback(), BUDGET);

            assertThat(failed(result).cause().kind()).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
            assertThat(failed(result).cause().message()).startsWith("a join could not be recorded");
        }
    }

    /** A runner that failed, and that others need, too. */
    private static TaskGraph<Draft> sharedLoser(int enough) {
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic("b"));
        var c = graph.add("c", NOTE, new Topic("c"));
        graph.add("other", NOTE, from(a, note -> new Topic("other " + note.text())));
        var some = graph.quorum("some", enough, List.of(a, b, c));
        return graph.answering(graph.add(
                "draft",
                DRAFT,
                from(
                        some,
                        notes -> new Topic(
                                notes.stream().map(Note::text).toList().toString()))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void loserThatOthersNeed_andThatHeals_doesNotTakeThePlaceOfAnEarlierWinner(int enough) throws Exception {
        ScriptedModel first = answering("early");
        first.on(NOTE, new Topic("a")).refuses("no");
        first.on(DRAFT).answers(call -> new Draft(call.input(DRAFT).name()));
        RunResult<Draft> earlier = session(first, sharedLoser(enough));
        ScriptedModel second = answering("healed");

        RunResult<Draft> result = session(second, sharedLoser(enough));

        assertThat(result).isCompleteWith(((RunResult.Partial<Draft>) earlier).answer());
        assertThat(worked(second)).containsOnly(Map.entry("a", 1), Map.entry("other", 1));
    }

    /** Has something when it is interrupted, as a search does that gives what it found. */
    private static SubtaskType<Topic, Note> anytime() {
        var under = new Gate();
        return SubtaskType.code("anytime", Topic.class, Note.class, (topic, context) -> {
            if (topic.name().equals("quick")) {
                under.await();
                return new Note("the answer");
            }
            try {
                under.open();
                new Gate().await();
                return new Note("everything");
            } catch (InterruptedException stop) {
                return new Note("nothing so far");
            }
        });
    }

    @Test
    void loserThatReturnsWhenItIsInterrupted_hasNotWon() throws Exception {
        SubtaskType<Topic, Note> anytime = anytime();

        RunResult<Note> result = Coordinator.of(model.pools()).run(race(anytime, anytime), BUDGET);

        assertThat(result).isCompleteWith(new Note("the answer"));
        assertThat(result.report().outcome("slow").isNotNeeded()).isTrue();
    }

    @Test
    void itemThatReturnsWhenItIsInterrupted_isNotAmongThoseThatAreEnough() throws Exception {
        var graph = TaskGraph.builder();
        var fan = graph.add(
                "fan",
                anytime(),
                Input.forEach(List.of(new Topic("slow"), new Topic("quick"))).enough(1));
        var counted = graph.add(
                "counted",
                SubtaskType.code("count", Topic.class, Note.class, (topic, context) -> new Note(topic.name())),
                from(fan, items -> new Topic(items.values().toString())));

        assertThat(Coordinator.of(model.pools()).run(graph.answering(counted), BUDGET))
                .isCompleteWith(new Note("[Note[text=the answer]]"));
    }

    /** A loser that failed, and a winner on a fan-out of which an item is tried again in each session. */
    private static TaskGraph<Draft> winnerOnAFanOut() {
        var graph = TaskGraph.builder();
        var fan = graph.add(
                "fan",
                NOTE,
                Input.forEach(List.of(new Topic("good"), new Topic("bad"))).minSuccess(1));
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, from(fan, items -> new Topic("b")));
        var race = graph.race("race", a, b);
        return graph.answering(graph.add("draft", DRAFT, from(race, note -> new Topic(note.text()))));
    }

    @Test
    void sessionThatIsCancelledBeforeItsRace_doesNotForgetWhoWon() throws Exception {
        ScriptedModel first = answering("early");
        first.on(NOTE, new Topic("a")).refuses("no");
        first.on(NOTE, new Topic("bad")).refuses("no");
        first.on(DRAFT).replies(new Draft("of the first session"));
        session(first, winnerOnAFanOut());
        ScriptedModel second = answering("late");
        second.on(NOTE, new Topic("bad")).holdUntil(new Gate()).refuses("no");
        var cancelled = start(() -> session(second, winnerOnAFanOut()));
        assertThat(second.awaitInFlight(1)).isTrue();
        cancelled.thread().interrupt();
        assertThat(cancelled.failure()).isInstanceOf(InterruptedException.class);
        ScriptedModel third = answering("healed");
        third.on(NOTE, new Topic("bad")).refuses("no");

        RunResult<Draft> result = session(third, winnerOnAFanOut());

        assertThat(((RunResult.Partial<Draft>) result).answer()).isEqualTo(new Draft("of the first session"));
        assertThat(worked(third)).containsOnly(Map.entry("fan#1", 1));
    }

    /** Somebody changed it, and the frame of the line fits: the race is run as if nothing was known of it. */
    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[1, null, {}]", "\"slow\"", "{\"took\":1,\"without\":[2, null]}", "{\"took\":[\"who\"]}"})
    void joinRecord_thatCannotBeRead_saysNothing(String written) throws Exception {
        scriptFallback();
        try (var journal = FileJournal.open(file())) {
            Coordinator.of(model.pools()).journal(journal).run(fallback(), BUDGET);
            String run = journal.runs().getFirst().run();
            var whole = new ArrayList<JournalEntry.Ended>();
            FileJournal.read(file(), line -> {
                if (line.entry() instanceof JournalEntry.Ended ended
                        && ended.key().equals(JournalKey.of(run, "either"))) {
                    whole.add(ended);
                }
            });
            JournalEntry.Ended last = whole.getLast();
            journal.append(new JournalEntry.Ended(
                    last.key(), last.fingerprint(), new Outcome.Succeeded<>(written), last.spend()));
        }

        assertThat(session(answering("healed"), fallback())).isCompleteWith(new Note("healed"));
    }

    // --- repetition

    private TaskGraph<Verdict> loop() {
        var graph = TaskGraph.builder();
        var draft = graph.add("draft", POLISH, new Draft("draft"));
        return graph.answering(graph.repeat(
                "better",
                draft,
                4,
                "it is fine",
                Verdict::fine,
                last -> graph.add("polish", POLISH, from(last, verdict -> new Draft(verdict.text())))));
    }

    private static void scriptLoop(ScriptedModel model) {
        model.on(POLISH, new Draft("draft")).costing(1_000, 400).replies(new Verdict("poor", false));
        model.on(POLISH, new Draft("poor")).costing(1_000, 400).replies(new Verdict("fair", false));
        model.on(POLISH, new Draft("fair")).costing(1_000, 400).replies(new Verdict("good", true));
    }

    @Test
    void loop_endsWithTheRoundOfWhichTheRuleHolds_andPaysForNoFurther() throws Exception {
        scriptLoop(model);

        RunResult<Verdict> result = Coordinator.of(model.pools()).run(loop(), BUDGET);

        assertThat(result).isCompleteWith(new Verdict("good", true));
        assertThat(worked(model)).containsOnlyKeys("draft", "better.1.polish", "better.2.polish");
        assertThat(result.report().spend().total())
                .isEqualTo(Money.usd(Crew.NOTE_USD).times(3));
        model.assertFullyUsed();
    }

    @Test
    void preview_countsEveryRoundAtItsWorst() {
        var estimate = Coordinator.of(model.pools()).preview(loop());

        assertThat(estimate.subtasks()).hasSize(6);
        assertThat(estimate.cost().worst())
                .isGreaterThanOrEqualTo(
                        estimate.subtasks().getFirst().cost().worst().times(5));
    }

    @Test
    void loopAndRace_brokenOffAtEveryEntry_endAlikeAndPayForNothingFinishedAgain() throws Exception {
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve("crash-%d.journal".formatted(crashAt));
            var paid = new HashMap<String, Integer>();
            boolean crashed;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                var first = scripted();
                Coordinator.of(first.pools()).journal(journal).run(whole(), BUDGET);
                crashed = journal.lost().isPresent();
                worked(first).forEach((id, calls) -> paid.merge(id, calls, Integer::sum));
            }
            List<String> finished = finished(file);
            var next = scripted();
            try (Journal journal = FileJournal.open(file)) {
                RunResult<Note> resumed =
                        Coordinator.of(next.pools()).journal(journal).run(whole(), BUDGET);
                assertThat(resumed).as("broken off at entry %d", crashAt).isCompleteWith(new Note("good and instead"));
            }
            assertThat(worked(next))
                    .as("broken off at entry %d", crashAt)
                    .doesNotContainKeys(finished.toArray(String[]::new));
            worked(next).forEach((id, calls) -> paid.merge(id, calls, Integer::sum));
            assertThat(paid.values())
                    .as("broken off at entry %d: %s", crashAt, paid)
                    .allMatch(calls -> calls <= 2);
            if (!crashed) {
                assertThat(worked(next)).isEmpty();
                assertThat(crashAt).isGreaterThan(15);
                return;
            }
        }
    }

    private static ScriptedModel scripted() {
        var model = new ScriptedModel();
        scriptLoop(model);
        model.on(NOTE, new Topic("first")).refuses("no");
        model.on(NOTE, new Topic("instead")).costing(1_000, 400).replies(new Note("instead"));
        return model;
    }

    /** A loop, a fallback, and code that puts both together. */
    private static TaskGraph<Note> whole() {
        var graph = TaskGraph.builder();
        var draft = graph.add("draft", POLISH, new Draft("draft"));
        SubtaskRef<Verdict> better = graph.repeat(
                "better",
                draft,
                4,
                "it is fine",
                Verdict::fine,
                last -> graph.add("polish", POLISH, from(last, verdict -> new Draft(verdict.text()))));
        var first = graph.add("first", NOTE, new Topic("first"));
        var instead = graph.add("instead", NOTE, new Topic("instead"));
        graph.when(instead, first.ifSucceeded(), "the first did not succeed", Optional::isEmpty);
        var either = graph.race("either", first, instead);
        var both = SubtaskType.code("both", Draft.class, Note.class, (in, context) -> new Note(in.text()));
        return graph.answering(graph.add(
                "both",
                both,
                from(better, either, (verdict, note) -> new Draft(verdict.text() + " and " + note.text()))));
    }

    private static List<String> finished(Path file) {
        var finished = new ArrayList<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome().isSucceeded()) {
                finished.add(ended.key().subtask());
            }
        });
        return finished;
    }

    // --- by plan

    private static String subtask(String type, String id, String input, String when) {
        return "{\"type\":\"%s\",\"id\":\"%s\",\"input\":%s,\"when\":%s}".formatted(type, id, input, when);
    }

    @Test
    void planner_makesWorkDependOnWhatAnotherSubtaskDecides() throws Exception {
        model.onPlan()
                .costing(1_000, 400)
                .repliesText(plan(
                        subtask("sort", "kind", "{\"name\":\"mail\"}", "null"),
                        subtask(
                                "note",
                                "sorry",
                                "{\"name\":\"sorry\"}",
                                "{\"from\":\"kind\",\"field\":\"kind\",\"is\":\"COMPLAINT\"}"),
                        subtask(
                                "note",
                                "thanks",
                                "{\"name\":\"thanks\"}",
                                "{\"from\":\"kind\",\"field\":\"kind\",\"is\":\"PRAISE\"}")));
        model.on(SORT).costing(1_000, 400).replies(new Sorted(Kind.PRAISE));
        model.on(NOTE, new Topic("thanks")).costing(1_000, 400).replies(new Note("thank you"));
        model.onMerge().costing(1_000, 400).repliesText(merged("thank you"));
        var coordinator =
                Coordinator.builder(model.pools()).plansWith(SORT, NOTE).build();

        RunResult<Answer> result = coordinator.run(Goal.of("Answer the mail.", Answer.class), BUDGET);

        assertThat(result).isCompleteWith(new Answer("thank you"));
        var sorry = (Outcome.Skipped<?>)
                Objects.requireNonNull(result.report().outcomes().get("sorry"));
        assertThat(sorry.skip().kind()).isEqualTo(Skip.Kind.NOT_NEEDED);
        assertThat(sorry.skip().because()).containsExactly("kind");
        String asked = model.calls().getFirst().request().instructions();
        assertThat(model.calls().getLast().request().turns().toString())
                .as("the merger is not told of what nobody needs")
                .doesNotContain("sorry");
        assertThat(asked).contains("decides: kind");
    }

    @Test
    void type_thatCannotDecide_isRefused() {
        assertThatThrownBy(NOTE::deciding)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "subtask type 'note' cannot decide: its output %s has no component that is a boolean or an enum"
                                .formatted(Note.class.getName()));
    }

    // --- quorums of one fan-out

    @Test
    void fanOut_ofWhichAPartIsEnough_paysForNoMoreThanItBegan() throws Exception {
        var never = new Gate();
        model.on(NOTE, new Topic("a")).holdUntil(never).replies(new Note("never"));
        model.on(NOTE, new Topic("b")).replies(new Note("b"));
        model.on(NOTE, new Topic("c")).replies(new Note("c"));
        var graph = TaskGraph.builder();
        var some = graph.add(
                "votes",
                NOTE,
                Input.forEach(List.of(new Topic("a"), new Topic("b"), new Topic("c")))
                        .enough(2));

        var result = Coordinator.of(model.pools()).run(graph.answering(some), BUDGET);

        assertThat(result)
                .isInstanceOfSatisfying(
                        RunResult.Complete.class,
                        complete -> assertThat(((Items<?>) complete.answer()).values())
                                .isEqualTo(List.of(new Note("b"), new Note("c"))));
    }

    /** Who is interrupted a second time is given no time to obey. */
    @Test
    void itemThatIsGivenUp_isInterruptedOnce_whoeverElseEnds() throws Exception {
        var others = new CountDownLatch(3);
        Map<String, CountDownLatch> ended = Map.of("b", new CountDownLatch(1), "c", new CountDownLatch(1));
        var interrupts = new AtomicInteger();
        SubtaskType<Topic, Note> type = SubtaskType.code("work", Topic.class, Note.class, (topic, context) -> {
            if (topic.name().equals("a")) {
                others.await();
                return new Note("a");
            }
            try {
                others.countDown();
                new CountDownLatch(1).await();
            } catch (InterruptedException first) {
                if (topic.name().equals("c")) {
                    ended.get("b").await();
                } else if (topic.name().equals("z")) {
                    interrupts.set(1 + interruptsUntil(ended.get("c")));
                }
                throw first;
            }
            throw new AssertionError("it waits");
        });
        var graph = TaskGraph.builder();
        List<Topic> topics = Stream.of("a", "b", "c", "z").map(Topic::new).toList();
        var some = graph.add("some", type, Input.forEach(topics).enough(1));

        Coordinator.builder(model.pools())
                .listener(event -> {
                    if (event instanceof RunEvent.RungEnded rung) {
                        String topic = topics.get(
                                        Integer.parseInt(rung.subtaskId().substring("some#".length())))
                                .name();
                        Optional.ofNullable(ended.get(topic)).ifPresent(CountDownLatch::countDown);
                    }
                })
                .build()
                .run(graph.answering(some), BUDGET);

        assertThat(interrupts).hasValue(1);
    }

    /** It had enough, and then another won the race that it was in. */
    @Test
    void fanOutThatIsGivenUpTwice_isInterruptedOnce() throws Exception {
        var isUnderWay = new CountDownLatch(1);
        var isLeft = new CountDownLatch(1);
        var isDecided = new CountDownLatch(1);
        var interrupts = new AtomicInteger();
        SubtaskType<Topic, Note> type = SubtaskType.code("work", Topic.class, Note.class, (topic, context) -> {
            if (topic.name().equals("a")) {
                isUnderWay.await();
            } else if (topic.name().equals("other")) {
                isLeft.await();
            } else {
                try {
                    isUnderWay.countDown();
                    new CountDownLatch(1).await();
                } catch (InterruptedException first) {
                    isLeft.countDown();
                    interrupts.set(1 + interruptsUntil(isDecided));
                    throw first;
                }
            }
            return new Note(topic.name());
        });
        var graph = TaskGraph.builder();
        var some = graph.add(
                "some",
                type,
                Input.forEach(List.of(new Topic("a"), new Topic("z"))).enough(1));
        var first = graph.add("first", type, from(some, items -> new Topic("a")));
        var other = graph.add("other", type, new Topic("other"));
        var race = graph.race("race", first, other);

        Coordinator.builder(model.pools())
                .listener(event -> {
                    if (event instanceof RunEvent.Joined joined
                            && joined.subtaskId().equals("race")) {
                        isDecided.countDown();
                    }
                })
                .build()
                .run(graph.answering(race), BUDGET);

        assertThat(interrupts).hasValue(1);
    }

    private static int interruptsUntil(CountDownLatch over) {
        for (int count = 0; ; ) {
            try {
                over.await();
                return count;
            } catch (InterruptedException again) {
                count++;
            }
        }
    }

    // --- fan-outs whose items move

    record Found(List<Topic> topics) {}

    private static final SubtaskType<Topic, Found> FIND =
            SubtaskType.model("find", Topic.class, Found.class, "Find topics.");

    private static TaskGraph<Items<Note>> notes() {
        var graph = TaskGraph.builder();
        var found = graph.add("found", FIND, Input.forEach(List.of(new Topic("x"), new Topic("y"))));
        return graph.answering(graph.add("notes", NOTE, Input.forEachOf(found, Found::topics)));
    }

    @Test
    void itemsThatMove_becauseOneBeforeThemHealed_areFoundWhereTheyStood() throws Exception {
        model.on(FIND, new Topic("x")).refuses("no");
        model.on(FIND, new Topic("y")).replies(new Found(List.of(new Topic("y1"), new Topic("y2"))));
        model.on(NOTE).answers(call -> new Note("old"));
        session(model, notes());

        ScriptedModel healed = answering("new");
        healed.on(FIND, new Topic("x")).replies(new Found(List.of(new Topic("x1"), new Topic("x2"))));
        var second = session(healed, notes());
        assertThat(second)
                .isInstanceOfSatisfying(
                        RunResult.Complete.class,
                        complete -> assertThat(((Items<?>) complete.answer()).values())
                                .isEqualTo(
                                        List.of(new Note("new"), new Note("new"), new Note("old"), new Note("old"))));
        assertThat(worked(healed))
                .as("x alone, and what it found")
                .isEqualTo(Map.of("found#0", 1, "notes#0", 1, "notes#1", 1));

        ScriptedModel nobody = answering("nobody");
        session(nobody, notes());
        assertThat(nobody.calls()).isEmpty();
    }

    /** Votes on one input are votes of their own, in whatever session they were cast. */
    @Test
    void equalItems_haveAnOutcomeOfTheirOwnEach() throws Exception {
        var graph = TaskGraph.builder();
        var votes = graph.add(
                "votes", NOTE, Input.forEach(List.of(new Topic("same"), new Topic("same"), new Topic("same"))));
        var made = graph.answering(votes);
        model.on(NOTE).replies(new Note("first")).refuses("no").refuses("no");
        session(model, made);

        ScriptedModel next = answering("later");
        session(next, made);
        assertThat(next.calls()).as("the two that had none").hasSize(2);
    }
}
