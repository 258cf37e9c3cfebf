// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.UnknownEffect;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.model.ToolCall;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose writing tool may have run goes on once somebody has said whether it has. */
class UnknownEffectTest {
    private static final Budget BUDGET = Budget.usd("0.05");
    private static final Note SEEN = new Note("seen in the mailbox");

    @TempDir
    private Path folder;

    private final AtomicInteger sent = new AtomicInteger();
    private final SubtaskType<Topic, Note> send =
            SubtaskType.model("send", Topic.class, Note.class, "Send it.").tools(Crew.sending(sent));

    private interface Session<T> {
        T in(Coordinator coordinator) throws Exception;
    }

    private Journal file() {
        return FileJournal.open(folder.resolve("journal"));
    }

    /** The tool has run when the second call is to be recorded. */
    private <T> T brokenOff(Session<T> session) throws Exception {
        var intents = new AtomicInteger();
        try (Journal journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Intent && intents.incrementAndGet() == 2, file())) {
            return session.in(Coordinator.of(model().pools()).journal(journal));
        }
    }

    private TaskGraph<Note> edited() {
        var graph = TaskGraph.builder();
        var edited = send.sharing("Be polite.");
        return graph.answering(graph.add("mail", edited, new Topic("cats")));
    }

    private RunResult<Note> afterAnEdit() throws Exception {
        return whole(coordinator -> coordinator.run(edited(), BUDGET));
    }

    private RunResult<Note> again() throws Exception {
        return whole(coordinator -> coordinator.run(one(), BUDGET));
    }

    private <T> T whole(Session<T> session) throws Exception {
        try (Journal journal = file()) {
            return session.in(Coordinator.of(model().pools()).journal(journal));
        }
    }

    private void tell(String runId, Function<UnknownEffect, UnknownEffect> of, String id, boolean happened) {
        try (Journal journal = file()) {
            UnknownEffect effect = of.apply(UnknownEffect.of(journal, runId, id));
            if (happened) {
                effect.happened(send, SEEN);
            } else {
                effect.didNotHappen();
            }
        }
    }

    private ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(send).calls(new ToolCall("1", "send", "{}")).replies(new Note("sent"));
        return model;
    }

    private TaskGraph<Note> one() {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("mail", send, new Topic("cats")));
    }

    private TaskGraph<Items<Note>> fanOut() {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("mails", send, Input.forEach(List.of(new Topic("cats")))));
    }

    private static void requireUnknown(Outcome<?> outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN));
        assertThat(outcome.reason()).contains("see what they did, then tell UnknownEffect");
    }

    @Test
    void effectThatHappened_givesTheRunItsOutput_andIsNotRepeated() throws Exception {
        brokenOff(coordinator -> coordinator.run(one(), BUDGET));
        RunResult<Note> second = again();
        requireUnknown(second.report().outcome("mail"));

        tell(second.report().runId(), effect -> effect, "mail", true);

        assertThat(again()).isCompleteWith(SEEN);
        assertThat(again()).isCompleteWith(SEEN);
        assertThat(sent).hasValue(1);
    }

    @Test
    void effect_isThatOfTheWork_whateverIsEditedOfItsPrompt() throws Exception {
        brokenOff(coordinator -> coordinator.run(one(), BUDGET));
        RunResult<Note> second = afterAnEdit();
        requireUnknown(second.report().outcome("mail"));
        assertThat(sent).hasValue(1);

        tell(second.report().runId(), effect -> effect, "mail", true);

        assertThat(afterAnEdit()).isCompleteWith(SEEN);
        assertThat(sent).hasValue(1);
    }

    @Test
    void effectThatIsKnown_isNotUnknownToAnEditedPrompt() throws Exception {
        assertThat(again()).isCompleteWith(new Note("sent"));

        assertThat(afterAnEdit()).isCompleteWith(new Note("sent"));
        assertThat(sent).hasValue(2);
    }

    @Test
    void effectThatDidNotHappen_isPerformedAgain_once() throws Exception {
        brokenOff(coordinator -> coordinator.run(one(), BUDGET));
        RunResult<Note> second = again();

        tell(second.report().runId(), effect -> effect, "mail", false);

        assertThat(again()).isCompleteWith(new Note("sent"));
        assertThat(again()).isCompleteWith(new Note("sent"));
        assertThat(sent).hasValue(2);
    }

    @Test
    void whatWasTold_countsForOneBeginningOnly() throws Exception {
        brokenOff(coordinator -> coordinator.run(one(), BUDGET));
        RunResult<Note> second = again();
        tell(second.report().runId(), effect -> effect, "mail", false);
        brokenOff(coordinator -> coordinator.run(one(), BUDGET));
        assertThat(sent).hasValue(2);

        requireUnknown(again().report().outcome("mail"));

        assertThat(sent).hasValue(2);
    }

    @Test
    void item_ofAFanOut_goesOn() throws Exception {
        brokenOff(coordinator -> coordinator.run(fanOut(), BUDGET));
        var second = whole(coordinator -> coordinator.run(fanOut(), BUDGET));

        tell(second.report().runId(), effect -> effect.item(0), "mails", true);

        var third = whole(coordinator -> coordinator.run(fanOut(), BUDGET));
        assertThat(third.requireComplete().values()).containsExactly(SEEN);
        assertThat(sent).hasValue(1);
    }

    @Test
    void item_ofABulk_goesOn() throws Exception {
        var items = new ArrayList<BulkItem<Note>>();
        Session<String> bulk = coordinator -> {
            items.clear();
            var sending = coordinator.bulk(send).keyedBy(Topic::name);
            sending.run(Stream.of(new Topic("cats")), BUDGET, items::add);
            return sending.runId();
        };
        brokenOff(bulk);
        String runId = whole(bulk);
        requireUnknown(items.getFirst().outcome());

        tell(runId, effect -> effect, "cats", true);

        whole(bulk);
        assertThat(items.getFirst().outcome()).isEqualTo(new Outcome.Succeeded<>(SEEN));
        assertThat(sent).hasValue(1);
    }

    @Test
    void runThatIsUnknownOrUnderWay_isRefused() {
        try (Journal journal = file()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> UnknownEffect.of(journal, "r1", "mail"))
                    .withMessage("the journal has no run 'r1', only []");
            Coordinator coordinator = Coordinator.of(model().pools()).journal(journal);
            var bulk = coordinator.bulk(send);
            assertThatExceptionOfType(RunUnderWayException.class)
                    .isThrownBy(() -> bulk.run(
                            Stream.of(new Topic("cats")),
                            BUDGET,
                            item -> UnknownEffect.of(journal, bulk.runId(), "0").didNotHappen()));
        }
    }
}
