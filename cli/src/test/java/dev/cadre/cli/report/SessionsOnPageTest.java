// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Spend;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page shows of what ended otherwise in an earlier session. */
class SessionsOnPageTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact.");
    private static final SubtaskType<Topic, Note> END =
            SubtaskType.code("end", Topic.class, Note.class, (topic, context) -> new Note(topic.name()));
    private static final Topic CATS = new Topic("cats");
    private static final Topic DOGS = new Topic("dogs");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("run.journal");
    }

    private RunResult<Note> session(ScriptedModel model, TaskGraph<Note> graph) throws InterruptedException {
        try (var journal = FileJournal.open(file)) {
            return Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("0.05"));
        }
    }

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(NOTE).answers(call -> new Note(call.input(NOTE).name()));
        return model;
    }

    private static ScriptedModel modelWithoutDogs() {
        var model = model();
        model.on(NOTE, DOGS).refuses("no dogs");
        return model;
    }

    private SubtaskHistory history(String label) {
        return HistoryReader.read(file).getFirst().subtasks().stream()
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private static TaskGraph<Note> fanOut(List<Topic> topics) {
        var graph = TaskGraph.builder();
        var all = graph.add("all", NOTE, Input.forEach(topics).allMustSucceed());
        return graph.answering(graph.add("end", END, Input.from(all, notes -> new Topic("all"))));
    }

    @Test
    void fanOut_thatSucceedsInALaterSession_isShownByItsItems() throws Exception {
        session(modelWithoutDogs(), fanOut(List.of(CATS, DOGS)));
        assertThat(history("all").end()).extracting(RunHistory.End::status).isEqualTo("failed");

        assertThat(session(model(), fanOut(List.of(CATS, DOGS)))).isInstanceOf(RunResult.Complete.class);

        assertThat(history("all").end()).isNull();
        assertThat(ReportPage.of(file))
                .doesNotContain("TOO_FEW_ITEMS", "Failures")
                .contains("2 of 2 items succeeded");
    }

    @Test
    void fanOut_ofNoItems_hasSucceeded() throws Exception {
        session(model(), fanOut(List.of()));

        assertThat(history("all").end()).extracting(RunHistory.End::status).isEqualTo("succeeded");
    }

    @Test
    void race_thatSucceedsInALaterSession_hasSucceeded() throws Exception {
        var graph = TaskGraph.builder();
        var some = graph.add("some", NOTE, Input.forEach(List.of(DOGS, DOGS)).enough(1));
        SubtaskRef<Note> dogs = graph.add("dogs", NOTE, DOGS);
        SubtaskRef<Note> more = graph.add("more", NOTE, DOGS);
        SubtaskRef<Note> first = graph.race("first", dogs, more);
        TaskGraph<Note> whole =
                graph.answering(graph.add("end", END, Input.from(first, some, (note, notes) -> new Topic("all"))));
        session(modelWithoutDogs(), whole);
        assertThat(history("first").end()).extracting(RunHistory.End::status).isEqualTo("skipped");

        session(model(), whole);

        assertThat(history("first").end()).extracting(RunHistory.End::status).isEqualTo("succeeded");
        assertThat(history("first").end()).extracting(RunHistory.End::text).isEqualTo("{\"text\":\"dogs\"}");
        assertThat(history("some").end()).isNull();
    }

    /** A session between them had no time to look for it. */
    @Test
    void work_thatIsReusedBehindASkip_isShownAsItWasMade() throws Exception {
        TaskGraph<Note> graph = fanOut(List.of(CATS, DOGS));
        session(model(), graph);
        try (var journal = FileJournal.open(file)) {
            skip(journal, "all", 0);
            skip(journal, "end", -1);
        }
        assertThat(history("all#0").end()).extracting(RunHistory.End::status).isEqualTo("skipped");

        RunResult<Note> result = session(new ScriptedModel(), graph);

        assertThat(result.report().reused()).isEqualTo(3);
        assertThat(history("all#0").end()).extracting(RunHistory.End::text).isEqualTo("{\"text\":\"cats\"}");
        assertThat(history("all#0").end()).extracting(RunHistory.End::session).isEqualTo(1);
        assertThat(history("end").end()).extracting(RunHistory.End::text).isEqualTo("{\"text\":\"all\"}");
    }

    private static void skip(FileJournal journal, String subtask, int item) {
        var started = journal.runs().getFirst();
        var key = new JournalKey(started.run(), subtask, item);
        journal.append(new JournalEntry.Ended(
                key, started.goal(), Outcome.skipped(Skip.Kind.DEADLINE, "the time was over"), Spend.NONE));
    }

    @Test
    void loser_hasEndedWhenItDid_whateverLaterSessionsThereAre() throws Exception {
        var graph = TaskGraph.builder();
        SubtaskRef<Note> dogs = graph.add("dogs", NOTE, DOGS);
        SubtaskRef<Note> cats = graph.add("cats", NOTE, CATS);
        TaskGraph<Note> race = graph.answering(graph.race("race", dogs, cats));
        session(modelWithoutDogs(), race);
        RunHistory.End first = history("dogs").end();

        session(model(), race);

        assertThat(history("dogs").end()).isEqualTo(first);
    }
}
