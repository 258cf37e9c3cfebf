// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.UnknownEffect;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.merge.Mergers;
import dev.cadre.model.ToolCall;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A session that cannot make out a piece of work waits for it only if an earlier one left something of that piece: an output,
 * or an effect whose fate nobody knows.
 */
class UnidentifiedItemsTest {
    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final Set<String> away = ConcurrentHashMap.newKeySet();
    private final List<String> worked = new CopyOnWriteArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();

    private <O> SubtaskType<Topic, O> attaching(SubtaskType<Topic, O> type) {
        return type.attaching(topic -> {
            if (away.contains(topic.name())) {
                throw new IllegalStateException("the disk is away");
            }
            return List.of();
        });
    }

    private final SubtaskType<Topic, Note> read =
            reading(SubtaskType.model("read", Topic.class, Note.class, "Read it."));

    private SubtaskType<Topic, Note> reading(SubtaskType<Topic, Note> type) {
        SubtaskType<Topic, Note> reading = attaching(type);
        model.on(reading).answers(call -> {
            String name = call.input(reading).name();
            worked.add(name);
            return new Note(name);
        });
        return reading;
    }

    private Journal file() {
        return FileJournal.open(folder.resolve("run.journal"));
    }

    private <R> RunResult<R> session(TaskGraph<R> graph) throws InterruptedException {
        try (Journal journal = file()) {
            return Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("1.00"));
        }
    }

    private static List<Topic> topics(String... names) {
        return Stream.of(names).map(Topic::new).toList();
    }

    private TaskGraph<Items<Note>> someOf(List<Topic> topics) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("each", read, Input.forEach(topics).minSuccess(1)));
    }

    @Test
    void itemThatCouldNeverBeMade_failsInEverySession_besideItemsThatHaveAnOutput() throws Exception {
        away.add("bad");

        for (int session = 0; session < 3; session++) {
            assertThat(session(someOf(topics("good", "bad")))).isInstanceOf(RunResult.Partial.class);
        }

        assertThat(worked).containsExactly("good");
    }

    record Score(double value) {}

    @Test
    void itemThatNoJournalCanTake_failsInEverySession_besideItemsThatHaveAnOutput() throws Exception {
        SubtaskType<Score, Note> rate = SubtaskType.code("rate", Score.class, Note.class, (score, context) -> {
            worked.add(score.toString());
            return new Note("rated");
        });
        var graph = TaskGraph.builder();
        var first = graph.add("first", read, new Topic("first"));
        var each = graph.add(
                "each",
                rate,
                Input.forEach(first, note -> List.of(new Score(1), new Score(Double.NaN)))
                        .minSuccess(1));
        TaskGraph<Items<Note>> all = graph.answering(each);

        for (int session = 0; session < 3; session++) {
            assertThat(session(all)).isInstanceOf(RunResult.Partial.class);
        }

        assertThat(worked).containsExactly("first", "Score[value=1.0]");
    }

    private final AtomicBoolean isLonger = new AtomicBoolean();

    /** Another item stands at the end of the list in later sessions. */
    private TaskGraph<Items<Note>> longerLater() {
        var graph = TaskGraph.builder();
        var first = graph.add("first", read, new Topic("first"));
        return graph.answering(graph.add(
                "each",
                read,
                Input.forEach(first, note -> isLonger.get() ? topics("new", "a", "b") : topics("a", "b"))
                        .minSuccess(1)));
    }

    @Test
    void itemOfAListThatHasChanged_mayBeAnyOfThoseThatHaveAnOutput() throws Exception {
        away.add("b");
        session(longerLater()); // only a has an output, at place 0
        isLonger.set(true);
        away.clear();
        away.add("a"); // and stands at place 1 now

        assertThat(session(longerLater())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(longerLater())).isInstanceOf(RunResult.Complete.class);
        assertThat(worked).containsExactlyInAnyOrder("first", "a", "new", "b");
    }

    /** The first item is done without, because the second is enough; then that one cannot be made out. */
    @Test
    void itemThatWasDoneWithout_isNotBegun_whileTheOneThatWasEnoughCannotBeMadeOut() throws Exception {
        var begun = new CountDownLatch(1);
        SubtaskType<Topic, Note> late = attaching(SubtaskType.model("late", Topic.class, Note.class, "Read it."));
        model.on(late).answers(call -> {
            String name = call.input(late).name();
            worked.add(name);
            try {
                if (name.equals("a") && begun.getCount() > 0) {
                    begun.countDown();
                    new CountDownLatch(1).await();
                }
                begun.await();
            } catch (InterruptedException enough) {
                throw new IllegalStateException(enough);
            }
            return new Note(name);
        });
        var graph = TaskGraph.builder();
        var each = graph.add("each", late, Input.forEach(topics("a", "b")).enough(1));
        TaskGraph<Note> all = graph.answering(graph.add(
                "send",
                read,
                from(
                        each,
                        items -> new Topic("send " + items.values().getFirst().text()))));
        assertThat(session(all)).isCompleteWith(new Note("send b"));
        away.add("b");

        RunResult<Note> second = session(all);

        assertThat(second).isInstanceOf(RunResult.Suspended.class);
        assertThat(second.report().outcome("each").reason()).contains("1 of 2 items wait; first: each#1");
        assertThat(worked).containsExactlyInAnyOrder("a", "b", "send b");
        away.clear();
        assertThat(session(all)).isCompleteWith(new Note("send b"));
        assertThat(worked).containsExactlyInAnyOrder("a", "b", "send b");
    }

    // --- effects of unknown fate

    private final Tool sending = Crew.sending(sent);

    private final SubtaskType<Topic, Note> send = attaching(
            SubtaskType.model("send", Topic.class, Note.class, "Send it.").tools(sending));

    private TaskGraph<Note> mail() {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("mail", send, new Topic("cats")));
    }

    /** The tool has run when the call with its result is to be recorded. */
    private <R> void brokenOff(TaskGraph<R> graph, int call) throws Exception {
        model.on(send).calls(new ToolCall("1", "send", "{}")).replies(new Note("sent"));
        try (Journal journal = atCall(call).apply(file())) {
            Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("1.00"));
        }
    }

    private static UnaryOperator<Journal> atCall(int call) {
        var intents = new AtomicInteger();
        return journal -> CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Intent && intents.incrementAndGet() == call, journal);
    }

    private static UnknownEffect lastOf(Journal journal, String subtask) {
        return UnknownEffect.of(journal, journal.runs().getLast().run(), subtask);
    }

    @Test
    void effectOfUnknownFate_isWaitedFor_ifItsWorkCannotBeMadeOut() throws Exception {
        brokenOff(mail(), 2);
        away.add("cats");

        assertThat(session(mail())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(mail()).report().outcome("mail"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN));
        away.add("cats");
        assertThat(session(mail())).isInstanceOf(RunResult.Suspended.class);
        assertThat(sent).hasValue(1);
    }

    @Test
    void effectThatHappened_isWaitedFor_ifItsWorkCannotBeMadeOut() throws Exception {
        brokenOff(mail(), 2);
        session(mail());
        try (Journal journal = file()) {
            lastOf(journal, "mail").happened(send, new Note("seen"));
        }
        away.add("cats");

        assertThat(session(mail())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(mail())).isCompleteWith(new Note("seen"));
        assertThat(sent).hasValue(1);
    }

    private RunResult<Note> goal(UnaryOperator<Journal> of) throws InterruptedException {
        try (Journal journal = of.apply(file())) {
            return Coordinator.builder(model.pools())
                    .plansWith(send, read)
                    .replanning(1)
                    .planner((request, intake) -> intake.offer(
                            request.progress().isRound()
                                    ? PlannedSubtask.of("extra", read, new Topic("extra"))
                                            .replacing("mail")
                                    : PlannedSubtask.of("mail", send, new Topic("cats"))))
                    .build()
                    .journal(journal)
                    .run(
                            Goal.of("Read", Note.class)
                                    .mergedBy(Mergers.collect(
                                            read, notes -> new Note("%d notes".formatted(notes.size())))),
                            Budget.usd("1.00"));
        }
    }

    @Test
    void effectOfUnknownFate_ofWorkThatWasReplaced_isNotWaitedFor() throws Exception {
        model.on(send).calls(new ToolCall("1", "send", "{}")).replies(new Note("sent"));
        goal(atCall(2));
        assertThat(goal(journal -> journal)).isCompleteWith(new Note("1 notes"));
        away.add("cats");

        RunResult<Note> third = goal(journal -> journal);

        assertThat(third).isCompleteWith(new Note("1 notes"));
        assertThat(third.report().outcome("mail").reason()).contains("EFFECT_UNKNOWN");
        assertThat(worked).containsExactly("extra");
        assertThat(sent).hasValue(1);
    }

    private final AtomicBoolean isBroken = new AtomicBoolean();

    record Lines(List<String> lines) {}

    private TaskGraph<Items<Note>> moodyMails() {
        SubtaskType<Lines, Note> sendLines =
                SubtaskType.model("send", Lines.class, Note.class, "Send it.").tools(sending);
        model.on(sendLines).calls(new ToolCall("1", "send", "{}")).replies(new Note("sent"));
        var graph = TaskGraph.builder();
        var first = graph.add("first", read, new Topic("first"));
        return graph.answering(graph.add(
                "mails", sendLines, Input.forEach(first, note -> List.of(new Lines(Crew.moody("cats", isBroken))))));
    }

    @Test
    void effectOfAnItemWhoseInputCannotBeWritten_cannotBeTold() throws Exception {
        brokenOff(moodyMails(), 3);
        isBroken.set(true);
        assertThat(session(moodyMails())).isInstanceOf(RunResult.Suspended.class);

        try (Journal journal = file()) {
            UnknownEffect effect = lastOf(journal, "mails").item(0);
            assertThatIllegalArgumentException()
                    .isThrownBy(effect::didNotHappen)
                    .withMessage("no effect of item 0 of 'mails' is on record");
        }

        isBroken.set(false);
        session(moodyMails());
        try (Journal journal = file()) {
            lastOf(journal, "mails").item(0).happened(send, new Note("seen"));
        }
        assertThat(session(moodyMails()).requireComplete().values()).containsExactly(new Note("seen"));
        assertThat(sent).hasValue(1);
    }

    /** Its tool never ran, and nothing is left of it. */
    @Test
    void workOfAWritingTool_whoseInputCanNeverBeWritten_failsInEverySession() throws Exception {
        isBroken.set(true);
        for (int session = 0; session < 3; session++) {
            assertThat(session(someMails()))
                    .as("session %d", session)
                    .isInstanceOf(RunResult.Partial.class)
                    .satisfies(result ->
                            assertThat(result.report().outcome("mails")).isNotInstanceOf(Outcome.Skipped.class));
        }
        assertThat(sent).hasValue(0);
    }

    private TaskGraph<Note> someMails() {
        SubtaskType<Lines, Note> sendLines =
                SubtaskType.model("send", Lines.class, Note.class, "Send it.").tools(sending);
        var graph = TaskGraph.builder();
        var first = graph.add("first", read, new Topic("first"));
        var mail = graph.add("mails", sendLines, from(first, note -> new Lines(Crew.moody("cats", isBroken))));
        return graph.answering(graph.add(
                "end", read, from(mail.ifSucceeded(), note -> new Topic("end " + note.isPresent()))));
    }

    // --- which run it is

    private TaskGraph<Note> constant() {
        SubtaskType<Lines, Note> lines = SubtaskType.code("lines", Lines.class, Note.class, (input, context) -> {
            worked.add("lines");
            return new Note("lines");
        });
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("constant", lines, new Lines(Crew.moody("cats", isBroken))));
    }

    @Test
    void constantInputWhoseCodeFails_isRefused_becauseTheRunCouldBeAnother() throws Exception {
        assertThat(session(constant())).isCompleteWith(new Note("lines"));
        isBroken.set(true);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> session(constant()))
                .withMessageStartingWith(
                        "the journal cannot tell which run this is, because the input of subtask 'constant' cannot be"
                                + " written: IllegalStateException: not today");

        isBroken.set(false);
        assertThat(session(constant())).isCompleteWith(new Note("lines"));
        assertThat(worked).containsExactly("lines");
    }

    private static final AtomicBoolean IS_SILENT = new AtomicBoolean();

    record Spoken(String text) {
        @Override
        public String text() {
            if (IS_SILENT.get()) {
                throw new IllegalStateException("not today");
            }
            return text;
        }
    }

    @Test
    void constantInputWhoseAccessorFails_isRefused_too() throws Exception {
        SubtaskType<Spoken, Note> hear =
                SubtaskType.code("hear", Spoken.class, Note.class, (input, context) -> new Note("heard"));
        var graph = TaskGraph.builder();
        TaskGraph<Note> all = graph.answering(graph.add("constant", hear, new Spoken("hello")));
        IS_SILENT.set(true);
        try {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session(all))
                    .withMessageContaining("the input of subtask 'constant' cannot be written:")
                    .withMessageContaining("not today");
        } finally {
            IS_SILENT.set(false);
        }
    }

    // --- what is decided meanwhile

    private TaskGraph<Note> race() {
        var graph = TaskGraph.builder();
        var before = graph.add("before", read, new Topic("before"));
        var winner = graph.add("winner", read, from(before, note -> new Topic("winner")));
        var other = graph.add("other", read, new Topic("other"));
        var race = graph.race("race", winner, other);
        return graph.answering(graph.add("send", read, from(race, note -> new Topic("send " + note.text()))));
    }

    @Test
    void raceThatWasNotDecidedOnRecord_isNotDecided_whileAMemberCannotBeMadeOut() throws Exception {
        away.add("other");
        brokenOffAtTheJoin(race());
        assertThat(worked).contains("winner");
        away.clear();
        away.add("winner");

        assertThat(session(race())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(race())).isCompleteWith(new Note("send winner"));
        assertThat(worked).doesNotContain("send other").containsOnlyOnce("winner", "send winner");
    }

    private void brokenOffAtTheJoin(TaskGraph<Note> graph) throws InterruptedException {
        try (Journal journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Ended ended
                        && ended.outcome() instanceof Outcome.Succeeded<String>(String json)
                        && json.contains("\"took\""),
                file())) {
            Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("1.00"));
        }
    }

    private TaskGraph<Note> oneOfAList() {
        var graph = TaskGraph.builder();
        var first = graph.add("first", read, new Topic("first"));
        var each = graph.add(
                "each", read, Input.forEach(first, note -> topics("a", "b")).enough(1));
        return graph.answering(graph.add(
                "send",
                read,
                from(
                        each,
                        items -> new Topic("send " + items.values().getFirst().text()))));
    }

    @Test
    void itemsThatAreEnough_areNotDecided_whileAnItemCannotBeMadeOut() throws Exception {
        away.add("b");
        brokenOffAtTheJoin(oneOfAList());
        assertThat(worked).containsExactly("first", "a");
        away.clear();
        away.add("a");

        assertThat(session(oneOfAList())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(oneOfAList())).isCompleteWith(new Note("send a"));
    }

    /** What depends on it has seen that there is none. */
    @Test
    void listOfNothingButFailures_isWaitedFor_ifItCannotBeMade() throws Exception {
        var isListed = new AtomicBoolean(true);
        var graph = TaskGraph.builder();
        var first = graph.add("first", read, new Topic("first"));
        var each = graph.add(
                "each",
                read,
                Input.forEach(first, note -> {
                            if (!isListed.get()) {
                                throw new IllegalStateException("the list is away");
                            }
                            return topics("bad");
                        })
                        .minSuccess(0));
        TaskGraph<Note> all = graph.answering(graph.add(
                "send",
                read,
                from(
                        each.ifSucceeded(),
                        items -> new Topic(
                                "send " + items.map(there -> there.values().size())))));
        away.add("bad");
        session(all);
        assertThat(worked).containsExactly("first", "send Optional[0]");
        isListed.set(false);

        assertThat(session(all)).isInstanceOf(RunResult.Suspended.class);

        assertThat(worked).containsExactly("first", "send Optional[0]");
    }

    private final List<Topic> list = new CopyOnWriteArrayList<>();

    private TaskGraph<Note> oneOfThose() {
        var graph = TaskGraph.builder();
        var first = graph.add("first", read, new Topic("first"));
        var each = graph.add(
                "each", read, Input.forEach(first, note -> List.copyOf(list)).enough(1));
        return graph.answering(graph.add(
                "send",
                read,
                from(
                        each,
                        items -> new Topic("send " + items.values().getFirst().text()))));
    }

    /** Its number is the same, so nobody sees that b stands elsewhere now. */
    @Test
    void itemThatWasEnough_andStandsElsewhere_isWaitedFor() throws Exception {
        list.addAll(topics("a", "b"));
        away.add("a");
        assertThat(session(oneOfThose())).isCompleteWith(new Note("send b"));
        list.clear();
        list.addAll(topics("b", "a"));
        away.clear();
        away.add("b");

        assertThat(session(oneOfThose())).isInstanceOf(RunResult.Suspended.class);
        assertThat(session(oneOfThose())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(oneOfThose())).isCompleteWith(new Note("send b"));
        assertThat(worked).containsExactlyInAnyOrder("first", "b", "send b");
    }

    @Test
    void itemThatCouldNeverBeMade_isNotWaitedFor_besideThoseThatWereEnough() throws Exception {
        list.addAll(topics("bad", "b"));
        away.add("bad");

        for (int session = 0; session < 3; session++) {
            assertThat(session(oneOfThose())).isCompleteWith(new Note("send b"));
        }

        assertThat(worked).containsExactly("first", "b", "send b");
    }

    private TaskGraph<Note> optional() {
        var graph = TaskGraph.builder();
        var extra = graph.add("extra", read, new Topic("extra"));
        graph.optional(extra);
        return graph.answering(graph.add(
                "send", read, from(extra.ifSucceeded(), note -> new Topic("send " + note.isPresent()))));
    }

    @Test
    void optionalWorkThatCannotBeMadeOut_holdsThoseThatHaveSeenIt() throws Exception {
        assertThat(session(optional())).isCompleteWith(new Note("send true"));
        away.add("extra");

        assertThat(session(optional())).isInstanceOf(RunResult.Suspended.class);

        away.clear();
        assertThat(session(optional())).isCompleteWith(new Note("send true"));
        assertThat(worked).containsExactly("extra", "send true");
    }

    @Test
    void planOfAGraph_isOnRecord_alsoIfAnEarlierSessionBrokeOffBeforeIt() throws Exception {
        try (Journal journal = CrashingJournal.atFirst(JournalEntry.PlanAdmitted.class, file())) {
            Coordinator.of(model.pools()).journal(journal).run(race(), Budget.usd("1.00"));
        }

        session(race());

        try (Journal journal = file()) {
            assertThat(journal.plan(journal.runs().getLast().run())).hasSize(5);
        }
    }
}
