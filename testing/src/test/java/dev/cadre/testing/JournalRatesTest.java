// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.eval.JournalRates;
import dev.cadre.eval.Recommendation;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Enqueued;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pass rates by type and tier, read from journals. */
class JournalRatesTest {
    record Topics(List<Topic> topics) {}

    private static final SubtaskType<Topic, Note> STRICT = Crew.NOTE
            .upTo(Tier.MINI)
            .accept("it is good", (topic, note) -> note.text().equals("good"));
    private static final SubtaskType<Topic, Topics> LIST = SubtaskType.code(
            "list",
            Topic.class,
            Topics.class,
            (topic, context) -> new Topics(
                    Stream.of("easy", "hard", "easy too").map(Topic::new).toList()));

    private static final Fingerprint PRINT = Fingerprint.of("work");
    private static final Money RESERVED = Money.usd("0.01");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    private Path file() {
        return folder.resolve("runs.journal");
    }

    /** Nano is good at what is easy, mini at all but what is hopeless. */
    private void scripted() {
        model.on(STRICT)
                .onlyOn(Tier.NANO)
                .answers(call -> new Note(call.purpose().input().contains("easy") ? "good" : "bad"));
        model.on(STRICT)
                .onlyOn(Tier.MINI)
                .answers(call -> new Note(call.purpose().input().contains("hopeless") ? "bad" : "good"));
        model.on(STRICT, new Topic("refused")).refuses("no");
        model.on(STRICT, new Topic("broken")).fails(() -> new ModelException.InvalidRequest("no such thing", 400));
    }

    private static TaskGraph<Note> graph() {
        var graph = TaskGraph.builder();
        var easy = graph.add("easy", STRICT, new Topic("easy"));
        for (String topic : List.of("hard", "hard too", "hopeless", "refused", "broken")) {
            graph.add(topic.replace(' ', '_'), STRICT, new Topic(topic));
        }
        var list = graph.add("list", LIST, new Topic("all"));
        graph.add("items", STRICT, Input.forEach(list, Topics::topics));
        return graph.answering(easy);
    }

    private void run(TaskGraph<?> graph) throws InterruptedException {
        try (var journal = FileJournal.open(file())) {
            Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("1.00"));
        }
    }

    @Test
    void rungsOfARun_areCountedByTypeAndTier() throws Exception {
        scripted();

        run(graph());

        // nano: easy and two items passed; three topics and an item escalated; one was refused; broken counts nowhere
        // mini: two topics and the item passed, hopeless did not
        assertThat(JournalRates.read(file()))
                .isEqualTo(PassRates.NONE.with(STRICT, Tier.NANO, 3, 8).with(STRICT, Tier.MINI, 3, 4));
    }

    @Test
    void resumedRun_addsWhatItTriedAgain_andNothingThatItTookFromTheJournal() throws Exception {
        scripted();
        run(graph());

        run(graph());

        // again: hopeless on both tiers, and what was refused
        assertThat(JournalRates.read(file()))
                .isEqualTo(PassRates.NONE.with(STRICT, Tier.NANO, 3, 10).with(STRICT, Tier.MINI, 3, 5));
    }

    @Test
    void severalJournals_addUp() throws Exception {
        scripted();
        run(graph());
        PassRates one = JournalRates.read(file());

        assertThat(one.plus(PassRates.NONE.with(STRICT, Tier.NANO, 1, 2)))
                .isEqualTo(PassRates.NONE.with(STRICT, Tier.NANO, 4, 10).with(STRICT, Tier.MINI, 3, 4));
    }

    @Test
    void bulk_isCountedByItsType_andOneWithPackedItemsIsNot() throws Exception {
        model.on(STRICT).onlyOn(Tier.NANO).replies(new Note("good"));
        model.on(STRICT, new Topic("hard")).onlyOn(Tier.NANO).replies(new Note("bad"));
        model.on(STRICT).onlyOn(Tier.MINI).replies(new Note("good"));
        try (var journal = FileJournal.open(file())) {
            var bulk = Coordinator.of(model.pools())
                    .bulk(STRICT)
                    .keyedBy(Topic::name)
                    .journal(journal);
            bulk.run(Stream.of("a", "b", "hard").map(Topic::new), Budget.usd("1.00"), item -> {});
        }

        assertThat(JournalRates.read(file()))
                .isEqualTo(PassRates.NONE.with(STRICT, Tier.NANO, 2, 3).with(STRICT, Tier.MINI, 1, 1));

        try (var journal = FileJournal.open(file())) {
            JournalKey pack = new JournalKey("bulk-note", "d", JournalKey.SHARED);
            journal.append(new Intent(pack, PRINT, 1, on(CallPurpose.Kind.WORK, Tier.NANO), RESERVED));
        }
        assertThat(JournalRates.read(file())).isEqualTo(PassRates.NONE);
    }

    @Test
    void ratesOfAJournal_suggestAStart_orSayHowManyMoreWouldTell() throws Exception {
        model.on(STRICT).onlyOn(Tier.NANO).replies(new Note("good"));
        var graph = TaskGraph.builder();
        var first = graph.add("first", STRICT, new Topic("first"));
        for (int i = 1; i < 35; i++) {
            graph.add("t" + i, STRICT, new Topic("t" + i));
        }
        run(graph.answering(first));

        PassRates rates = JournalRates.read(file());

        assertThat(Recommendation.ofStart(STRICT, rates, 0.90).sentence())
                .isEqualTo("nano is enough for 90 %: 35 of 35, 100 % (90.1 % to 100 %).");
        assertThat(Recommendation.ofStart(STRICT, rates, 0.95).sentence())
                .isEqualTo(
                        "Not enough examples to tell which candidate is enough for 95 %. nano may be (35 of 35, 100 %"
                                + " (90.1 % to 100 %)): about 38 more examples would tell.");
    }

    // --- journals by hand

    private static Asked on(CallPurpose.Kind kind, Tier tier) {
        return new Asked(kind, tier, "model");
    }

    private static Intent asks(CallPurpose.Kind kind, Tier tier, int attempt) {
        return new Intent(JournalKey.of("r", "a"), PRINT, attempt, on(kind, tier), RESERVED);
    }

    private static Ended ends(Outcome<String> outcome, Fingerprint print) {
        return new Ended(JournalKey.of("r", "a"), print, outcome, Spend.NONE);
    }

    private PassRates ratesOf(JournalEntry... entries) {
        try (var journal = FileJournal.open(file())) {
            journal.append(begins());
            journal.append(new PlanAdmitted(
                    "r", 0, PlannedSubtask.of("a", STRICT, new Topic("a")).toJson()));
            Stream.of(entries).forEach(journal::append);
        }
        return JournalRates.read(file());
    }

    private static RunStarted begins() {
        return new RunStarted("r", PRINT, "", RESERVED);
    }

    @Test
    void rungThatACrashCutOff_isNotTried() {
        var rates = ratesOf(
                asks(CallPurpose.Kind.WORK, Tier.NANO, 1),
                begins(),
                asks(CallPurpose.Kind.ESCALATION, Tier.MINI, 2), // no journal has this; nothing is made of it either
                ends(new Outcome.Succeeded<>("{}"), PRINT));

        assertThat(rates).isEqualTo(PassRates.NONE.with(STRICT, Tier.MINI, 1, 1));
    }

    @Test
    void requestInABatch_isCountedWhenALaterSessionCollectsIt() {
        var rates = ratesOf(
                new Enqueued(JournalKey.of("r", "a"), PRINT, 0, on(CallPurpose.Kind.WORK, Tier.NANO), RESERVED),
                begins(),
                ends(new Outcome.Succeeded<>("{}"), PRINT));

        assertThat(rates).isEqualTo(PassRates.NONE.with(STRICT, Tier.NANO, 1, 1));
    }

    @Test
    void findingOfAPerson_isNoAnswerOfAModel() {
        var rates = ratesOf(
                asks(CallPurpose.Kind.WORK, Tier.NANO, 1),
                ends(new Outcome.Succeeded<>("{}"), Fingerprint.of("what a person found")));

        assertThat(rates).isEqualTo(PassRates.NONE);
    }

    @Test
    void retriesAndRepairs_areTheSameRung() {
        var rates = ratesOf(
                asks(CallPurpose.Kind.WORK, Tier.NANO, 1),
                asks(CallPurpose.Kind.WORK, Tier.NANO, 2),
                asks(CallPurpose.Kind.REPAIR, Tier.NANO, 3),
                asks(CallPurpose.Kind.ESCALATION, Tier.MINI, 4),
                asks(CallPurpose.Kind.CODE, Tier.MINI, 5),
                asks(CallPurpose.Kind.ESCALATION, Tier.MINI, 6),
                ends(new Outcome.Succeeded<>("{}"), PRINT),
                ends(new Outcome.Succeeded<>("{}"), PRINT));

        assertThat(rates).isEqualTo(PassRates.NONE.with(STRICT, Tier.NANO, 0, 1).with(STRICT, Tier.MINI, 1, 1));
    }

    @ParameterizedTest
    @EnumSource(Failure.Kind.class)
    void lastRungOfWorkThatFailed_isTriedIfTheModelIsToBlame(Failure.Kind kind) {
        var rates = ratesOf(
                asks(CallPurpose.Kind.WORK, Tier.NANO, 1),
                asks(CallPurpose.Kind.ESCALATION, Tier.MINI, 2),
                ends(Outcome.failed(kind, "why"), Fingerprint.of("the run")));

        PassRates nano = PassRates.NONE.with(STRICT, Tier.NANO, 0, 1);
        boolean ofTheModel = List.of("INVALID_OUTPUT", "NOT_ACCEPTED", "REFUSED", "FILTERED", "TRUNCATED", "TOOL_LIMIT")
                .contains(kind.name());
        assertThat(rates).isEqualTo(ofTheModel ? nano.with(STRICT, Tier.MINI, 0, 1) : nano);
    }

    @Test
    void entryThatIsNoSubtask_isPassedOver() {
        var rates = ratesOf(
                new PlanAdmitted("r", 1, "[]"),
                new PlanAdmitted("r", 2, "{\"id\":7}"),
                asks(CallPurpose.Kind.WORK, Tier.NANO, 1),
                ends(new Outcome.Succeeded<>("{}"), PRINT));

        assertThat(rates).isEqualTo(PassRates.NONE.with(STRICT, Tier.NANO, 1, 1));
    }

    @Test
    void fileThatIsNoJournal_isDamaged() throws Exception {
        Files.writeString(file(), "hello\nworld\n");

        assertThatThrownBy(() -> JournalRates.read(file())).isInstanceOf(JournalException.Damaged.class);
    }
}
