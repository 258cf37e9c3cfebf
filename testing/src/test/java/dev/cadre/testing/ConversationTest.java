// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.failed;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.Conversation;
import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.plan.GoalInput;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Goals in turns, each of which starts from those before it, under one budget. */
@Timeout(120)
class ConversationTest {
    private static final SubtaskType<Topic, Note> NOTE = Crew.NOTE;
    private static final SubtaskType<Note, Note> DETAIL =
            SubtaskType.model("detail", Note.class, Note.class, "Say more about the note.");
    private static final String NOTES = plan(
            "{\"type\":\"note\",\"id\":\"cats\",\"input\":{\"name\":\"cats\"}}",
            "{\"type\":\"note\",\"id\":\"dogs\",\"input\":{\"name\":\"dogs\"}}");
    private static final String MORE = plan(
            "{\"type\":\"detail\",\"id\":\"more\",\"input\":{\"text\":{\"from\":\"turn1.dogs\",\"field\":\"text\"}}}");
    /** A plan and a merge at 1,000 tokens in and 400 out. */
    private static final Money PLANNED = Money.usd("0.0085");

    private static final Money MERGED = Money.usd("0.00255");
    private static final Money NOTED = Money.usd("0.0007");
    private static final Money FIRST = PLANNED.plus(MERGED).plus(NOTED.times(2));
    private static final Money SECOND = PLANNED.plus(MERGED).plus(NOTED);

    private static final Goal<Answer> PETS = Goal.of("Take notes on pets.", Answer.class);
    private static final Goal<Answer> DOGS = Goal.of("The second in more detail.", Answer.class);
    private static final Budget TURN = Budget.usd("0.40");
    private static final Budget SESSION = Budget.usd("1.00");

    @TempDir
    Path folder;

    final ScriptedModel model = scripted();

    private static ScriptedModel scripted() {
        return scripted("Cats and dogs.");
    }

    private static ScriptedModel scripted(String firstAnswer) {
        var model = new ScriptedModel();
        model.when("first plan", call -> isPlan(call) && !isFollowUp(call))
                .costing(1_000, 400)
                .repliesText(NOTES);
        model.when("next plan", call -> isPlan(call) && isFollowUp(call))
                .costing(1_000, 400)
                .repliesText(MORE);
        model.on(NOTE)
                .costing(1_000, 400)
                .answers(call ->
                        new Note(call.request().turns().toString().contains("dogs") ? "Dogs bark." : "Cats purr."));
        model.on(DETAIL).costing(1_000, 400).replies(new Note("Dogs bark at night."));
        model.when("first merge", call -> isMerge(call) && !isOfDetails(call))
                .costing(1_000, 400)
                .repliesText(merged(firstAnswer));
        model.when("next merge", call -> isMerge(call) && isOfDetails(call))
                .costing(1_000, 400)
                .repliesText(merged("At night."));
        return model;
    }

    private static boolean isPlan(ScriptedCall call) {
        return call.purpose().kind() == CallPurpose.Kind.PLAN;
    }

    private static boolean isFollowUp(ScriptedCall call) {
        return call.request().turns().toString().contains("Earlier goals");
    }

    private static boolean isMerge(ScriptedCall call) {
        return call.purpose().kind() == CallPurpose.Kind.MERGE;
    }

    private static boolean isOfDetails(ScriptedCall call) {
        return call.request().turns().toString().contains("more detail");
    }

    private static Coordinator coordinator(ScriptedModel model) {
        return Coordinator.builder(model.pools()).plansWith(NOTE, DETAIL).build();
    }

    private static Coordinator recorded(ScriptedModel model, Journal journal) {
        return coordinator(model).journal(journal).runKey("user 7");
    }

    // --- turns

    private RunResult<Note> turn(
            Conversation talk, String text, SubtaskType<Topic, Note> read, SubtaskType<Note, Note> send)
            throws InterruptedException {
        Coordinator coordinator = Coordinator.builder(model.pools())
                .plansWith(read, send)
                .planner((request, intake) -> {
                    if (text.equals("read")) {
                        intake.offer(PlannedSubtask.of("x", read, new Topic("x")));
                    } else {
                        intake.offer(PlannedSubtask.of("sent", send).withWire("text", "turn1.x", "text"));
                    }
                })
                .build();
        Goal<Note> goal = Goal.of(text, Note.class).mergedBy(Mergers.of(input -> new Note(text)));
        return talk.run(coordinator, text.equals("read") ? goal : talk.following(goal), TURN);
    }

    /** What the first turn had is on record, and so is what the second one did with it. */
    @Test
    void turnBehindOneThatWaits_isNotBegunAgain_asAnotherRun() throws Exception {
        var isAway = new AtomicBoolean();
        var sent = new AtomicInteger();
        SubtaskType<Topic, Note> read = SubtaskType.model("read", Topic.class, Note.class, "Read it.")
                .attaching(topic -> {
                    if (isAway.get()) {
                        throw new IllegalStateException("the disk is away");
                    }
                    return List.of();
                });
        SubtaskType<Note, Note> send = SubtaskType.code("send", Note.class, Note.class, (note, context) -> {
            sent.incrementAndGet();
            return note;
        });
        model.on(read).replies(new Note("x"));
        for (int session = 0; session < 3; session++) {
            isAway.set(session == 1);
            try (Journal journal = FileJournal.open(folder.resolve("talk.journal"));
                    var talk =
                            Conversation.of(coordinator(model).journal(journal).runKey("talk"), SESSION)) {
                RunResult<Note> first = turn(talk, "read", read, send);
                if (session == 1) {
                    assertThat(first).isInstanceOf(RunResult.Suspended.class);
                    assertThatIllegalStateException()
                            .isThrownBy(() -> turn(talk, "send", read, send))
                            .withMessage(
                                    "turn 2 is on record as another run, and turn 1 waits: ask turn 1 again when what"
                                            + " it waits for is there");
                } else {
                    assertThat(first).isInstanceOf(RunResult.Complete.class);
                    assertThat(turn(talk, "send", read, send)).isInstanceOf(RunResult.Complete.class);
                }
            }
        }
        assertThat(sent).hasValue(1);
    }

    @Test
    void turn_startsFromThoseBeforeIt_andTheSessionPaysForAll() throws Exception {
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            RunResult<Answer> first = talk.ask(PETS, TURN);
            RunResult<Answer> second = talk.ask(DOGS, TURN);

            assertThat(first).isCompleteWith(new Answer("Cats and dogs.")).leftNothingBehind();
            assertThat(second).isCompleteWith(new Answer("At night.")).leftNothingBehind();
            assertThat(second.report().outcomes()).containsOnlyKeys("more");
            assertThat(second.spend().total()).isEqualTo(SECOND);
            assertThat(talk.spent()).isEqualTo(FIRST.plus(SECOND));
            assertThat(talk.turns()).containsExactly(first, second);
            assertThat(second.report().runKey()).isEqualTo("conversation, turn 2");
            assertThat(talk).hasToString("Conversation[2 turns, spent $0.0242 of $1.00]");
        }
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().subtaskType().equals("detail"))
                .singleElement()
                .satisfies(call -> assertThat(call.request().turns().toString()).contains("Dogs bark."));
    }

    @Test
    void thirdTurn_followsBoth_eachUnderItsName() throws Exception {
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            var first = talk.ask(PETS, TURN);
            var second = talk.ask(DOGS, TURN);

            Goal<Answer> third = talk.following(Goal.of("And cats?", Answer.class));

            assertThat(third.inputs())
                    .extracting(GoalInput::name)
                    .containsExactly("turn1", "turn1.cats", "turn1.dogs", "turn2", "turn2.more");
            assertThat(List.of(first, second)).allMatch(RunResult.Complete.class::isInstance);
        }
    }

    @Test
    void anotherCoordinator_withOtherTypes_takesATurn_ofOutcomesThatWereChosen() throws Exception {
        var details = Coordinator.builder(model.pools()).plansWith(DETAIL).build();
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            RunResult<Answer> first = talk.ask(PETS, TURN);

            RunResult<Answer> second = talk.run(details, DOGS.following("turn1", first, List.of("dogs")), TURN);

            assertThat(second).isCompleteWith(new Answer("At night."));
            assertThat(talk.turns()).hasSize(2);
            assertThat(talk.spent()).isEqualTo(FIRST.plus(SECOND));
        }
    }

    @Test
    void outcomesBeyondTheLimit_areRefusedBeforeTheTurn_whichCanChoose() throws Exception {
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            RunResult<Answer> first = talk.ask(PETS, TURN);
            Goal<Answer> full = DOGS;
            for (int i = 0; i < 30; i++) {
                full = full.with("own" + i, String.class, "x");
            }
            Goal<Answer> tooFull = full;

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> talk.ask(tooFull, TURN))
                    .withMessageContaining("a goal may have 32 inputs, not 33")
                    .withMessageContaining("choose from its outcomes [cats, dogs]");
            assertThat(talk.run(coordinator(model), tooFull.following("turn1", first, List.of("dogs")), TURN))
                    .isCompleteWith(new Answer("At night."));
        }
    }

    // --- money

    @Test
    void turn_isStoppedByItsOwnBudget() throws Exception {
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            RunResult<Answer> first = talk.ask(PETS, Budget.usd("0.001"));

            assertThat(failed(first).cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
            assertThat(model.calls()).isEmpty();
            assertThat(talk.ask(PETS, TURN)).isCompleteWith(new Answer("Cats and dogs."));
            assertThat(talk.turns()).as("asked again, it is the same turn").hasSize(1);
        }
    }

    @Test
    void turn_hasNoMoreThanTheSessionHasLeft_andIsRefusedBelowItsFloor() throws Exception {
        try (var talk = Conversation.of(coordinator(model), Budget.usd("0.10"))) {
            assertThat(talk.ask(PETS, TURN)).isCompleteWith(new Answer("Cats and dogs."));
            Money left = Money.usd("0.10").minus(FIRST);

            RunResult<Answer> second = talk.ask(DOGS, TURN);

            assertThat(failed(second).cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
            assertThat(failed(second).cause().message())
                    .contains("a budget of $0.40, of which " + left + " can be had, is too small");
            assertThat(talk.spent()).isEqualTo(FIRST);
        }
    }

    @Test
    void session_isNeverCrossed_howeverManyTurnsThereAre() throws Exception {
        Money limit = Money.usd("0.20");
        var outer = Budget.usd("5.00").open();
        int answered = 0;
        try (var talk = Conversation.of(coordinator(model), Budget.of(limit).under(outer))) {
            RunResult<Answer> last;
            do {
                last = talk.run(coordinator(model), Goal.of("Notes " + answered, Answer.class), TURN);
                answered++;
                assertThat(talk.spent()).isLessThanOrEqualTo(limit);
                assertThat(outer.state().spent()).as("booked around it, once").isEqualTo(talk.spent());
            } while (last instanceof RunResult.Complete);
            assertThat(failed(last).cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        }
        assertThat(answered).isBetween(5, 20);
        assertThat(outer.openReservations()).isZero();
    }

    @Test
    void budgets_thatWouldBeIgnored_areRefused() throws Exception {
        var other = Budget.usd("2.00").open();
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> talk.ask(PETS, TURN.under(other)))
                    .withMessageContaining("the session pays for a turn");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversation.of(coordinator(model), SESSION.within(Duration.ofMinutes(5))))
                .withMessageContaining("has no deadline");
        assertThat(model.calls()).isEmpty();
    }

    // --- turns without an answer

    @Test
    void failedTurn_leavesTheConversationUsable_andTheNextOneFollowsItsOutcomes() throws Exception {
        Goal<Answer> broken = PETS.mergedBy(Mergers.of(outcomes -> {
            throw new IllegalStateException("merger broke");
        }));
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            assertThat(failed(talk.ask(broken, TURN)).cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);

            RunResult<Answer> second = talk.ask(DOGS, TURN);

            assertThat(second).isCompleteWith(new Answer("At night."));
            assertThat(talk.turns()).hasSize(2);
        }
    }

    @Test
    void suspendedTurn_isAskedAgain_andGoesOnWithTheJournal() throws Exception {
        var answered = new AtomicBoolean();
        Goal<Answer> approved = PETS.mergedBy(Mergers.of(outcomes -> {
            if (!answered.get()) {
                throw new AwaitedException("the editor");
            }
            return new Answer("approved");
        }));
        try (var journal = FileJournal.open(folder.resolve("talk.journal"));
                var talk = Conversation.of(recorded(model, journal), SESSION)) {
            assertThat(talk.ask(approved, TURN)).isSuspendedFor("merger");
            int calls = model.calls().size();
            assertThat(talk.ask(approved, TURN)).isSuspendedFor("merger");
            answered.set(true);

            assertThat(talk.ask(approved, TURN)).isCompleteWith(new Answer("approved"));

            assertThat(model.calls()).as("nothing is paid twice").hasSize(calls);
            assertThat(talk.turns()).hasSize(1);
            assertThat(talk.ask(DOGS, TURN)).isCompleteWith(new Answer("At night."));
            assertThat(talk.turns().getLast().report().runKey()).isEqualTo("user 7, turn 2");
        }
    }

    @Test
    void turnThatIsInterrupted_leavesNothingBehind_andCanBeAskedAgain() throws Exception {
        var never = new Gate();
        var held = new ScriptedModel();
        held.onPlan().costing(1_000, 400).repliesText(NOTES);
        held.on(NOTE).holdUntil(never).replies(new Note("late"));
        Path file = folder.resolve("talk.journal");
        try (var journal = FileJournal.open(file);
                var talk = Conversation.of(recorded(held, journal), SESSION)) {
            var asking = start(() -> talk.ask(PETS, TURN));
            assertThat(held.awaitCalls(3)).as("a plan and two notes").isTrue();
            asking.thread().interrupt();
            assertThat(asking.failure()).isInstanceOf(InterruptedException.class);

            assertThat(talk.turns()).isEmpty();
            RunResult<Answer> again = talk.run(coordinator(model), PETS, TURN);

            assertThat(again).isCompleteWith(new Answer("Cats and dogs."));
            assertThat(again.report().runKey()).isEqualTo("user 7, turn 1");
            assertThat(journal.runs()).as("the same run").hasSize(1);
            assertThat(talk.spent()).isEqualTo(again.spend().total());
        }
        never.open();
    }

    // --- threads, closing

    @Test
    void secondThread_isRefusedWhileATurnIsUnderWay() throws Exception {
        var gate = new Gate();
        model.on(NOTE).holdUntil(gate).costing(1_000, 400).replies(new Note("noted"));
        try (var talk = Conversation.of(coordinator(model), SESSION)) {
            var asking = start(() -> talk.ask(PETS, TURN));
            assertThat(model.awaitCalls(3)).as("a plan and two notes").isTrue();

            assertThatIllegalStateException()
                    .isThrownBy(() -> talk.ask(DOGS, TURN))
                    .withMessageContaining("a turn of the conversation is under way");
            assertThat(talk.turns()).isEmpty();

            gate.open();
            assertThat(asking.result()).isCompleteWith(new Answer("Cats and dogs."));
            assertThat(talk.ask(DOGS, TURN)).isCompleteWith(new Answer("At night."));
        }
    }

    @Test
    void closedConversation_asksNothingMore_andATurnUnderWayEnds() throws Exception {
        var gate = new Gate();
        model.on(NOTE).holdUntil(gate).costing(1_000, 400).replies(new Note("noted"));
        try (var journal = FileJournal.open(folder.resolve("talk.journal"))) {
            var talk = Conversation.of(recorded(model, journal), SESSION);
            var asking = start(() -> talk.ask(PETS, TURN));
            assertThat(model.awaitCalls(3)).as("a plan and two notes").isTrue();

            talk.close();

            assertThatExceptionOfType(RunUnderWayException.class)
                    .as("the turn may still write")
                    .isThrownBy(() -> Conversation.of(recorded(model, journal), SESSION));
            gate.open();
            assertThat(asking.result().spend().total()).isLessThanOrEqualTo(PLANNED.plus(NOTED.times(2)));
            assertThatIllegalStateException()
                    .isThrownBy(() -> talk.ask(PETS, TURN))
                    .withMessage("the conversation is closed");
            talk.close();
            try (var next = Conversation.of(recorded(model, journal), SESSION)) {
                assertThat(next.spent()).isEqualTo(PLANNED.plus(NOTED.times(2)));
            }
        }
    }

    // --- journal

    @Test
    void key_isNeeded_andConversationsOfOneKeyExcludeEachOther() {
        try (var journal = FileJournal.open(folder.resolve("talk.journal"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Conversation.of(coordinator(model).journal(journal), SESSION))
                    .withMessageContaining("Coordinator.runKey");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Conversation.of(coordinator(model).runKey("k".repeat(481)), SESSION))
                    .withMessageContaining("480");
            try (var talk = Conversation.of(recorded(model, journal), SESSION);
                    var other = Conversation.of(recorded(model, journal).runKey("user 8"), SESSION)) {
                assertThat(List.of(talk.spent(), other.spent())).containsOnly(Money.ZERO);
                assertThatExceptionOfType(RunUnderWayException.class)
                        .isThrownBy(() -> Conversation.of(recorded(model, journal), SESSION));
            }
            try (var again = Conversation.of(recorded(model, journal), SESSION)) {
                assertThat(again.turns()).isEmpty();
            }
        }
    }

    private static List<RunResult<Answer>> twoTurns(ScriptedModel model, Journal journal, Goal<Answer> first)
            throws InterruptedException {
        var results = new ArrayList<RunResult<Answer>>();
        try (var talk = Conversation.of(recorded(model, journal), SESSION)) {
            results.add(talk.ask(first, TURN));
            results.add(talk.ask(DOGS, TURN));
            return results;
        }
    }

    @Test
    void sameProgram_runAgain_paysForNothing_andTheSessionRemembersItsMoney() throws Exception {
        Path file = folder.resolve("talk.journal");
        try (var journal = FileJournal.open(file)) {
            twoTurns(model, journal, PETS).forEach(each -> assertThat(each).isInstanceOf(RunResult.Complete.class));
        }
        var silent = new ScriptedModel();
        try (var journal = FileJournal.open(file);
                var talk = Conversation.of(recorded(silent, journal), SESSION)) {
            assertThat(talk.spent()).isEqualTo(FIRST.plus(SECOND));
            assertThat(talk.ask(PETS, TURN)).isCompleteWith(new Answer("Cats and dogs."));
            assertThat(talk.ask(DOGS, TURN)).isCompleteWith(new Answer("At night."));
            assertThat(talk.spent()).isEqualTo(FIRST.plus(SECOND));
            assertThat(silent.calls()).isEmpty();
        }
        try (var journal = FileJournal.open(file);
                var poor = Conversation.of(recorded(model, journal), Budget.of(FIRST.plus(SECOND)))) {
            int calls = model.calls().size();
            assertThat(failed(poor.ask(Goal.of("Something else", Answer.class), TURN))
                            .cause()
                            .kind())
                    .isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
            assertThat(model.calls()).hasSize(calls);
        }
    }

    @Test
    void changedFirstTurn_isAnotherRun_andSoIsTheTurnThatFollowsIt_onTheSameMoney() throws Exception {
        Path file = folder.resolve("talk.journal");
        try (var journal = FileJournal.open(file)) {
            var unused = twoTurns(model, journal, PETS);
        }
        var changed = scripted("Only dogs.");
        try (var journal = FileJournal.open(file);
                var talk = Conversation.of(recorded(changed, journal), SESSION)) {
            assertThat(talk.ask(Goal.of("Take notes on dogs.", Answer.class), TURN))
                    .isCompleteWith(new Answer("Only dogs."));
            assertThat(talk.ask(DOGS, TURN)).isCompleteWith(new Answer("At night."));
            assertThat(journal.runs()).hasSize(4);
            assertThat(talk.spent()).as("all four").isEqualTo(FIRST.plus(SECOND).times(2));
        }
        assertThat(changed.calls()).hasSize(7);
    }

    @Test
    @Tag("slow")
    void conversation_brokenOffAtEveryEntry_goesOn_paysForNothingTwice_andIsNotOverspent() throws Exception {
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve(crashAt + ".journal");
            var first = scripted();
            Optional<JournalEntry> lost;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                var unused = twoTurns(first, journal, PETS);
                lost = journal.lost();
            } catch (RuntimeException broken) {
                throw new AssertionError("entry " + crashAt, broken);
            }
            if (lost.isEmpty()) {
                assertThat(crashAt).isGreaterThan(28);
                return;
            }
            Set<String> finished = finished(file);
            var second = scripted();
            try (var journal = FileJournal.open(file)) {
                var resumed = twoTurns(second, journal, PETS);

                assertThat(resumed.getFirst().requireComplete()).isEqualTo(new Answer("Cats and dogs."));
                assertThat(resumed.getLast().requireComplete()).isEqualTo(new Answer("At night."));
                try (var talk = Conversation.of(recorded(second, journal), SESSION)) {
                    Money billed =
                            resumed.stream().map(each -> each.spend().total()).reduce(Money.ZERO, Money::plus);
                    assertThat(talk.spent()).as("entry %d", crashAt).isBetween(billed, SESSION.limit());
                    assertThat(billed).isGreaterThanOrEqualTo(FIRST.plus(SECOND));
                }
            }
            assertThat(second.calls())
                    .as("entry %d, %s: each of the seven calls once, unless it is on record", crashAt, lost)
                    .extracting(call -> label(call.purpose()))
                    .doesNotHaveDuplicates()
                    .noneMatch(finished::contains)
                    .hasSizeLessThanOrEqualTo(7 - finished.size());
        }
    }

    private static String label(CallPurpose purpose) {
        return purpose.runId() + " "
                + switch (purpose.kind()) {
                    case PLAN -> "@planner";
                    case MERGE -> "@merger";
                    case WORK, CODE, REPAIR, ESCALATION -> purpose.subtaskId();
                };
    }

    private static Set<String> finished(Path file) {
        var finished = new HashSet<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome().isSucceeded()
                    && ended.key().item() == JournalKey.WHOLE) {
                finished.add(ended.key().run() + " " + ended.key().subtask());
            }
        });
        return finished;
    }
}
