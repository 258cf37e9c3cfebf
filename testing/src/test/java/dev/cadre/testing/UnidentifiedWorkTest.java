// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.merge.Mergers;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For one session nobody can tell which work something is, because what it is made of cannot be had: nothing is decided by that. */
class UnidentifiedWorkTest {
    record Found(List<Topic> topics) {}

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Set<String> away = ConcurrentHashMap.newKeySet();
    private final List<String> worked = new CopyOnWriteArrayList<>();

    private final SubtaskType<Topic, Note> work =
            SubtaskType.code("work", Topic.class, Note.class, (topic, context) -> {
                if (failing.contains(topic.name())) {
                    throw new IllegalStateException("not now");
                }
                worked.add(topic.name());
                return new Note(topic.name());
            });

    private <O> SubtaskType<Topic, O> attaching(SubtaskType<Topic, O> type) {
        return type.attaching(topic -> {
            if (away.contains(topic.name())) {
                throw new IllegalStateException("the disk is away");
            }
            return List.of();
        });
    }

    private <R> RunResult<R> session(TaskGraph<R> graph) throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            return Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("1.00"));
        }
    }

    private TaskGraph<Note> raceOnAttachments() {
        SubtaskType<Topic, Note> reading = attaching(Crew.NOTE);
        model.on(reading).answers(call -> new Note("read"));
        var graph = TaskGraph.builder();
        var before = graph.add("before", reading, new Topic("before"));
        var winner = graph.add("winner", work, from(before, note -> new Topic("winner")));
        var other = graph.add("other", work, new Topic("other"));
        graph.add("extra", work, from(other, note -> new Topic("extra")));
        var race = graph.race("race", other, winner);
        return graph.answering(graph.add("send", work, from(race, note -> new Topic("send " + note.text()))));
    }

    @Test
    void winnerBehindIt_staysTheWinner() throws Exception {
        failing.add("other");
        session(raceOnAttachments());
        failing.clear();
        away.add("before");

        RunResult<Note> second = session(raceOnAttachments());

        assertThat(second).isInstanceOf(RunResult.Suspended.class);
        away.clear();
        assertThat(session(raceOnAttachments())).isCompleteWith(new Note("send winner"));
        assertThat(worked).containsExactlyInAnyOrder("winner", "send winner", "other", "extra");
    }

    private TaskGraph<Note> partOfAList() {
        var graph = TaskGraph.builder();
        var found = graph.add("found", finding(), Input.forEach(List.of(new Topic("x"), new Topic("y"))));
        var each = graph.add("each", work, Input.forEachOf(found, Found::topics).enough(1));
        return graph.answering(graph.add(
                "send",
                work,
                from(
                        each,
                        items -> new Topic("send " + items.values().getFirst().text()))));
    }

    @Test
    void itemsThatWereEnough_areTakenAgain_whenTheirListIsWholeAgain() throws Exception {
        failing.add("y1");
        session(partOfAList());
        failing.clear();
        away.add("x");

        RunResult<Note> second = session(partOfAList());

        assertThat(second.report().outcome("each").reason())
                .contains("1 of 2 items wait; first: found#0 (what its work is made of,"
                        + " because an earlier session has an output of it: IllegalStateException: the disk is away");
        away.clear();
        assertThat(session(partOfAList())).isCompleteWith(new Note("send x1"));
        assertThat(worked).containsOnlyOnce("send x1").doesNotContain("send y1");
    }

    private SubtaskType<Topic, Found> finding() {
        SubtaskType<Topic, Found> find = attaching(SubtaskType.model("find", Topic.class, Found.class, "Find topics."));
        model.on(find)
                .answers(call -> new Found(List.of(new Topic(call.input(find).name() + "1"))));
        return find;
    }

    /** Its own code fails with what the others leave of its input. */
    private TaskGraph<Note> raceOnAList() {
        var graph = TaskGraph.builder();
        var found = graph.add("found", finding(), Input.forEach(List.of(new Topic("x"), new Topic("y"))));
        SubtaskType<Found, Note> both = SubtaskType.code("both", Found.class, Note.class, (all, context) -> {
            all.topics().get(1);
            worked.add("winner");
            return new Note("winner");
        });
        var winner = graph.add(
                "winner",
                both,
                from(
                        found,
                        items -> new Found(items.values().stream()
                                .flatMap(each -> each.topics().stream())
                                .toList())));
        var other = graph.add("other", work, new Topic("other"));
        graph.add("extra", work, from(other, note -> new Topic("extra")));
        var race = graph.race("race", other, winner);
        return graph.answering(graph.add("send", work, from(race, note -> new Topic("send " + note.text()))));
    }

    @Test
    void winnerThatWasMadeOfIt_staysTheWinner() throws Exception {
        failing.add("other");
        session(raceOnAList());
        failing.clear();
        away.add("x");

        session(raceOnAList());

        away.clear();
        assertThat(session(raceOnAList())).isCompleteWith(new Note("send winner"));
        assertThat(worked).containsExactlyInAnyOrder("winner", "send winner", "other", "extra");
    }

    /** The function that makes the list wants both. */
    private TaskGraph<Note> partOfAListOfBoth() {
        SubtaskType<Topic, Note> reading = attaching(Crew.NOTE);
        model.on(reading).answers(call -> new Note(call.input(reading).name()));
        var graph = TaskGraph.builder();
        var found = graph.add("found", finding(), Input.forEach(List.of(new Topic("x"), new Topic("y"))));
        var each = graph.add(
                "each",
                reading,
                Input.forEach(
                                found,
                                items -> List.of(
                                        items.values().get(0).topics().getFirst(),
                                        items.values().get(1).topics().getFirst()))
                        .enough(1));
        return graph.answering(graph.add(
                "send",
                work,
                from(
                        each,
                        items -> new Topic("send " + items.values().getFirst().text()))));
    }

    @Test
    void itemsThatWereEnough_areTakenAgain_afterASessionWithoutAList() throws Exception {
        away.add("y1");
        session(partOfAListOfBoth());
        away.clear();
        away.add("x");
        session(partOfAListOfBoth());
        away.clear();
        away.add("x1");

        session(partOfAListOfBoth());

        away.clear();
        assertThat(session(partOfAListOfBoth())).isCompleteWith(new Note("send x1"));
        assertThat(worked).containsExactly("send x1");
    }

    private TaskGraph<Note> seenLoser() {
        SubtaskType<Topic, Note> reading = attaching(Crew.NOTE);
        model.on(reading).answers(call -> new Note("read"));
        var graph = TaskGraph.builder();
        var first = graph.add("first", work, new Topic("first"));
        var loser = graph.add("loser", reading, from(first, note -> new Topic("loser"))); // it is never the first
        var told = graph.add("told", work, from(loser.ifSucceeded(), note -> new Topic("told " + note.isPresent())));
        var race = graph.race("race", first, loser);
        return graph.answering(graph.add(
                "send",
                work,
                from(race, told, (won, seen) -> new Topic("send %s %s".formatted(won.text(), seen.text())))));
    }

    @Test
    void loserThatOthersHaveSeen_isNotGivenUpForGood() throws Exception {
        session(seenLoser());
        away.add("loser");
        session(seenLoser());
        away.clear();

        assertThat(session(seenLoser())).isCompleteWith(new Note("send first told true"));
        assertThat(worked).containsOnlyOnce("told true");
    }

    // --- work whose input cannot be made in one session

    private <T> T unlessAway(String name, T value) {
        if (away.contains(name)) {
            throw new IllegalStateException("the disk is away");
        }
        return value;
    }

    /** The work of each of them is on record; only the code between them fails. */
    private TaskGraph<Note> raceOnInputs() {
        var graph = TaskGraph.builder();
        var before = graph.add("before", work, new Topic("before"));
        var winner = graph.add("winner", work, from(before, note -> unlessAway("edge", new Topic("winner"))));
        graph.when(winner, before, "it is there", note -> unlessAway("test", true));
        var other = graph.add("other", work, new Topic("other"));
        graph.add("extra", work, from(other, note -> new Topic("extra")));
        var race = graph.race("race", other, winner);
        return graph.answering(graph.add("send", work, from(race, note -> new Topic("send " + note.text()))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge", "test"})
    void winnerWhoseInputCannotBeMade_staysTheWinner(String broken) throws Exception {
        failing.add("other");
        session(raceOnInputs());
        failing.clear();
        away.add(broken);

        assertThat(session(raceOnInputs())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(raceOnInputs())).isCompleteWith(new Note("send winner"));
        assertThat(worked).containsOnlyOnce("send winner").doesNotContain("send other");
    }

    /** The first item has its answer when it is interrupted, because the second was enough. */
    private SubtaskType<Topic, Note> late() {
        var begun = new CountDownLatch(1);
        return SubtaskType.code("late", Topic.class, Note.class, (topic, context) -> {
            if (topic.name().equals("y")) {
                begun.await();
                return new Note("y");
            }
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException enough) {
                return new Note("x");
            }
            throw new AssertionError("it waits for ever");
        });
    }

    private TaskGraph<Note> partOfAListOfInputs() {
        var graph = TaskGraph.builder();
        var before = graph.add("before", work, new Topic("before"));
        var each = graph.add(
                "each",
                late(),
                Input.forEach(before, note -> unlessAway("edge", List.of(new Topic("x"), new Topic("y"))))
                        .enough(1));
        return graph.answering(graph.add(
                "send",
                work,
                from(
                        each,
                        items -> new Topic("send " + items.values().getFirst().text()))));
    }

    @Test
    void itemsThatWereEnough_areTakenAgain_afterASessionInWhichTheirListCouldNotBeMade() throws Exception {
        session(partOfAListOfInputs());
        away.add("edge");

        assertThat(session(partOfAListOfInputs())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(partOfAListOfInputs())).isCompleteWith(new Note("send y"));
        assertThat(worked).containsOnlyOnce("send y").doesNotContain("send x");
    }

    /** There is no earlier session that could have done it otherwise. */
    @ParameterizedTest
    @ValueSource(strings = {"input", "attachment"})
    void loserWhoseWorkCouldNotBeMade_inTheFirstSession_isNotStartedLater(String broken) throws Exception {
        away.add(broken);
        session(raceWithALoser());
        away.clear();

        assertThat(session(raceWithALoser())).isCompleteWith(new Note("send winner"));

        assertThat(worked).containsExactlyInAnyOrder("before", "winner", "send winner");
        assertThat(model.calls()).isEmpty();
    }

    private TaskGraph<Note> raceWithALoser() {
        SubtaskType<Topic, Note> reading = attaching(Crew.NOTE);
        model.on(reading).answers(call -> new Note("read"));
        var graph = TaskGraph.builder();
        var before = graph.add("before", work, new Topic("before"));
        var winner = graph.add("winner", work, from(before, note -> new Topic("winner")));
        var loser = graph.add("loser", reading, from(before, note -> unlessAway("input", new Topic("attachment"))));
        var race = graph.race("race", loser, winner);
        return graph.answering(graph.add("send", work, from(race, note -> new Topic("send " + note.text()))));
    }

    // --- what others rest on

    private TaskGraph<Note> loop() {
        var graph = TaskGraph.builder();
        var first = graph.add("first", work, new Topic("d"));
        var loop = graph.repeat(
                "loop",
                first,
                2,
                "it is long",
                note -> note.text().length() > 2,
                last -> graph.add("better", work, from(last, note -> unlessAway(note.text(), longer(note)))));
        return graph.answering(graph.add("send", work, from(loop, note -> new Topic("send " + note.text()))));
    }

    private static Topic longer(Note note) {
        return new Topic(note.text() + "+");
    }

    @Test
    void loopOfWhichARoundCannotBeMade_takesNoEarlierRound() throws Exception {
        assertThat(session(loop())).isCompleteWith(new Note("send d++"));
        away.add("d+");

        assertThat(session(loop())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(loop())).isCompleteWith(new Note("send d++"));
        assertThat(worked).filteredOn(each -> each.startsWith("send")).containsExactly("send d++");
    }

    private TaskGraph<Note> someOfAList() {
        SubtaskType<Topic, Note> reading = attaching(Crew.NOTE);
        model.on(reading).answers(call -> new Note(call.input(reading).name()));
        var graph = TaskGraph.builder();
        var each = graph.add(
                "each",
                reading,
                Input.forEach(List.of(new Topic("a"), new Topic("b"))).minSuccess(1));
        return graph.answering(graph.add("send", work, from(each, items -> new Topic("send " + items.values()))));
    }

    @Test
    void listOfWhichAnItemCannotBeMade_isNoShorterOne() throws Exception {
        session(someOfAList());
        away.add("a");

        assertThat(session(someOfAList())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(someOfAList())).isInstanceOf(RunResult.Complete.class);
        assertThat(worked).hasSize(1);
        assertThat(model.calls()).hasSize(2);
    }

    /** Nobody rests on it: it fails as it did in the session that broke off. */
    @Test
    void workThatCouldNeverBeMade_failsInEverySession() throws Exception {
        away.add("input");
        failing.add("before");
        session(raceWithALoser());
        failing.clear();

        assertThat(session(raceWithALoser())).isCompleteWith(new Note("send winner"));
        assertThat(session(raceWithALoser())).isCompleteWith(new Note("send winner"));
    }

    private final AtomicBoolean isBroken = new AtomicBoolean();

    record Lines(List<String> lines) {}

    private TaskGraph<Note> raceOnWhatIsWritten() {
        SubtaskType<Lines, Note> reading = SubtaskType.code("read", Lines.class, Note.class, (lines, context) -> {
            worked.add(lines.lines().getFirst());
            return new Note(lines.lines().getFirst());
        });
        var graph = TaskGraph.builder();
        var before = graph.add("before", work, new Topic("before"));
        var winner = graph.add("winner", reading, from(before, note -> new Lines(Crew.moody("winner", isBroken))));
        var other = graph.add("other", work, new Topic("other"));
        graph.add("extra", work, from(other, note -> new Topic("extra")));
        var race = graph.race("race", other, winner);
        return graph.answering(graph.add("send", work, from(race, note -> new Topic("send " + note.text()))));
    }

    @Test
    void winnerWhoseInputCannotBeWritten_staysTheWinner() throws Exception {
        failing.add("other");
        session(raceOnWhatIsWritten());
        failing.clear();
        isBroken.set(true);

        assertThat(session(raceOnWhatIsWritten())).isInstanceOf(RunResult.Suspended.class);

        isBroken.set(false);
        assertThat(session(raceOnWhatIsWritten())).isCompleteWith(new Note("send winner"));
        assertThat(worked).containsOnlyOnce("winner", "send winner").doesNotContain("send other");
    }

    @Test
    void inputThatCannotBeWritten_inTheFirstSession_failsItsSubtaskAlone() throws Exception {
        isBroken.set(true);

        assertThat(session(raceOnWhatIsWritten())).isCompleteWith(new Note("send other"));
    }

    private RunResult<Note> goal(List<String> plans) throws InterruptedException {
        SubtaskType<Topic, Note> reading = attaching(Crew.NOTE);
        model.on(reading).answers(call -> new Note(call.input(reading).name()));
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            return Coordinator.builder(model.pools())
                    .plansWith(reading)
                    .replanning(1)
                    .planner((request, intake) -> {
                        plans.add("round " + request.progress().round());
                        intake.offer(
                                request.progress().isRound()
                                        ? PlannedSubtask.of("extra", reading, new Topic("extra"))
                                                .replacing("a")
                                        : PlannedSubtask.of("a", reading, new Topic("a")));
                    })
                    .build()
                    .journal(journal)
                    .run(
                            Goal.of("Read", Note.class)
                                    .mergedBy(Mergers.collect(reading, notes -> new Note(notes.toString()))),
                            Budget.usd("1.00"));
        }
    }

    @Test
    void planOfWhichAPartCannotBeMade_isNotMadeAgain() throws Exception {
        var plans = new CopyOnWriteArrayList<String>();
        RunResult<Note> first = goal(plans);
        assertThat(first).isInstanceOf(RunResult.Complete.class);
        away.add("a");

        assertThat(goal(plans)).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(goal(plans)).isCompleteWith(first.requireComplete());
        assertThat(plans).containsExactly("round 0");
    }
}
