// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says of the answer, and of what the sessions noted about it. */
class AnswerOnPageTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact.");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("run.journal");
    }

    @Test
    void answerOfAMerger_isShownWithWhatItRestsOn_asOtherAnswersAre() throws Exception {
        var model = new ScriptedModel();
        model.onPlan()
                .repliesText("{\"subtasks\":[{\"type\":\"note\",\"id\":\"cats\",\"input\":{\"name\":\"cats\"}}]}");
        model.on(NOTE).replies(new Note("They purr."));
        model.onMerge()
                .repliesText("{\"answer\":{\"text\":\"Cats purr.\"},"
                        + "\"citations\":[{\"subtaskId\":\"cats\",\"quote\":\"They purr.\"}]}");
        try (var journal = FileJournal.open(file)) {
            Coordinator.builder(model.pools())
                    .plansWith(NOTE)
                    .build()
                    .journal(journal)
                    .run(Goal.of("Tell me about cats", Note.class), Budget.usd("0.25"));
        }

        assertThat(ReportPage.of(file))
                .contains("<div class=\"answer\"><dl><dt>text</dt><dd><p>Cats purr.</p></dd></dl></div>")
                .contains("<p>It rests on cats.</p>");
    }

    private RunResult<Note> session(AtomicBoolean isThere) throws InterruptedException {
        SubtaskType<Topic, Note> asking = SubtaskType.code("ask", Topic.class, Note.class, (topic, context) -> {
            if (!isThere.get()) {
                throw new AwaitedException("the editor");
            }
            return new Note("approved");
        });
        var graph = TaskGraph.builder();
        TaskGraph<Note> whole = graph.answering(graph.add("ask", asking, new Topic("cats")));
        try (var journal = FileJournal.open(file)) {
            return Coordinator.of(new ScriptedModel().pools()).journal(journal).run(whole, Budget.usd("0.05"));
        }
    }

    @Test
    void runThatWaits_hasNoAnswerYet() throws Exception {
        session(new AtomicBoolean());

        assertThat(ReportPage.of(file))
                .contains(
                        "There is no answer yet: the run is suspended, and waits for what is named below.",
                        "the editor")
                .doesNotContain("plain code");
    }

    /** Each session of the outer run says what became of the run nested in it. */
    @Test
    void notesOfEarlierSessions_sayWhichOneTheyAreOf() throws Exception {
        session(new AtomicBoolean());
        try (var journal = FileJournal.open(file)) {
            String run = journal.runs().getFirst().run();
            journal.append(
                    new JournalEntry.RunEnded(run, "suspended", List.of("the run inside waits", "the disk is slow")));
        }
        session(new AtomicBoolean(true));
        try (var journal = FileJournal.open(file)) {
            String run = journal.runs().getFirst().run();
            journal.append(new JournalEntry.RunEnded(run, "complete", List.of("the disk is slow")));
        }

        assertThat(ReportPage.of(file))
                .contains("<p>In session 1: the run inside waits</p>", "<p>the disk is slow</p>")
                .doesNotContain("In session 1: the disk");
    }
}
