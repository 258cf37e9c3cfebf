// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalCassetteTest {
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    private static TaskGraph<Brief> graph(SubtaskType<Topic, Note> note) {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", note, new Topic("cats"));
        var dogs = graph.add("dogs", note, new Topic("dogs"));
        return graph.answering(graph.add("brief", BRIEF, from(cats, dogs, (a, b) -> new Notes(List.of(a, b)))));
    }

    private Path recorded() throws Exception {
        model.on(NOTE)
                .costing(1_000, 400)
                .answers(call -> new Note(call.purpose().input()));
        model.on(BRIEF).costing(2_000, 100).replies(new Brief("Pets make noise."));
        Path file = folder.resolve("run.journal");
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(model.pools()).journal(journal).run(graph(NOTE), BUDGET);
        }
        return file;
    }

    @Test
    void graph_isAnsweredFromItsJournal() throws Exception {
        Path file = recorded();
        byte[] before = Files.readAllBytes(file);

        RunResult<Brief> replayed;
        try (var cassette = Cassette.ofJournal(file)) {
            replayed =
                    Coordinator.of(cassette.pools()).journal(cassette.journal()).run(graph(NOTE), BUDGET);
        }

        // 2 notes for $0.0007 each, and a brief on mini for 2,000 x $0.75/M + 100 x $4.50/M
        assertThat(replayed)
                .isCompleteWith(new Brief("Pets make noise."))
                .spent("0.00335")
                .leftNothingBehind();
        assertThat(model.calls()).hasSize(3);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void goal_isAnsweredFromItsJournal_planAndMergeIncluded() throws Exception {
        model.onPlan().replies(Crew.plan(Crew.plannedNote("a"), Crew.plannedNote("b")));
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().replies(Crew.merged("done"));
        var goal = Goal.of("What is there?", Answer.class);
        Path file = folder.resolve("goal.journal");
        try (var journal = FileJournal.open(file)) {
            Coordinator.builder(model.pools())
                    .plansWith(NOTE)
                    .build()
                    .journal(journal)
                    .run(goal, BUDGET);
        }

        try (var cassette = Cassette.ofJournal(file)) {
            var replayed = Coordinator.builder(cassette.pools())
                    .plansWith(NOTE)
                    .build()
                    .journal(cassette.journal())
                    .run(goal, BUDGET);

            assertThat(replayed).isCompleteWith(new Answer("done"));
        }
        assertThat(model.calls()).as("plan, two notes, merge").hasSize(4);
    }

    @Test
    void changedType_isNotAnswered_andTheMessageSaysWhy() throws Exception {
        Path file = recorded();
        var changed = SubtaskType.model("note", Topic.class, Note.class, "State four facts about the topic.");

        try (var cassette = Cassette.ofJournal(file)) {
            var replayed =
                    Coordinator.of(cassette.pools()).journal(cassette.journal()).run(graph(changed), BUDGET);

            var failed = (RunResult.Failed<Brief>) replayed;
            assertThat(failed.report().outcome("cats").reason())
                    .startsWith("failed: " + Failure.Kind.MODEL_FAILED)
                    .contains("it succeeded with another fingerprint");
        }
        assertThat(model.calls()).hasSize(3);
    }

    @Test
    void poolsOfOtherModels_takeTheirNames() throws Exception {
        Path file = recorded();

        try (var cassette = Cassette.ofJournal(file)) {
            var pools = cassette.pools(model.pools());
            model.when("anything", call -> true).replies("never");

            assertThat(Coordinator.of(pools).journal(cassette.journal()).run(graph(NOTE), BUDGET))
                    .isCompleteWith(new Brief("Pets make noise."));
        }
        assertThat(model.calls()).hasSize(3);
    }
}
