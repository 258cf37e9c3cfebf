// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.merge.Citation;
import dev.cadre.model.CallPurpose;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal that an earlier version wrote, whose planner had wires beside the input and whose merger copied quotes, goes
 * on in this one. The file {@code journal-of-wires.jsonl} is never made anew.
 */
class EarlierJournalTest {
    private static final Goal<Answer> GOAL = Goal.of("What do pets do?", Answer.class);
    private static final SubtaskType<Note, Brief> SHORTEN =
            SubtaskType.model("shorten", Note.class, Brief.class, "Shorten the note.");
    private static final Path EARLIER = Path.of("src/test/resources/journal-of-wires.jsonl");

    /** So many lines say how the run began and what was planned. */
    private static final int PLANNED = 9;

    @TempDir
    Path folder;

    private RunResult<Answer> resume(int lines, ScriptedModel model) throws Exception {
        Path file = folder.resolve("pets-%d.journal".formatted(lines));
        Files.write(file, Files.readAllLines(EARLIER).subList(0, lines));
        try (var journal = FileJournal.open(file)) {
            return Coordinator.builder(model.pools())
                    .plansWith(Crew.NOTE, SHORTEN)
                    .build()
                    .journal(journal)
                    .run(GOAL, Budget.usd("1.00"));
        }
    }

    /** How much of the plan, the four subtasks and the merge had ended in the first lines. */
    private static int ended(int lines) throws Exception {
        return (int) Files.readAllLines(EARLIER).stream()
                .limit(lines)
                .filter(line -> line.contains("\"kind\":\"ended\""))
                .count();
    }

    @Test
    void runThatHadEnded_isRecalledWithItsCitations() throws Exception {
        var model = new ScriptedModel();

        RunResult<Answer> result = resume(Files.readAllLines(EARLIER).size(), model);

        assertThat(result).isCompleteWith(new Answer("They rest."));
        assertThat(result.report().citations()).containsExactly(new Citation("cats", "They purr."));
        assertThat(model.calls()).isEmpty();
    }

    /** Every line from the end of the plan on may have been the last. */
    @Test
    void runThatWasBrokenOff_goesOnWithoutPlanningAgain() throws Exception {
        int lines = Files.readAllLines(EARLIER).size();
        for (int kept = PLANNED; kept < lines; kept++) {
            var again = new ScriptedModel();
            again.on(Crew.NOTE, new Topic("cats")).costing(1_000, 400).replies(new Note("They purr."));
            again.on(Crew.NOTE, new Topic("dogs")).costing(1_000, 400).replies(new Note("They bark."));
            again.on(Crew.NOTE, new Topic("cows")).costing(1_000, 400).replies(new Note("They chew."));
            again.on(SHORTEN, new Note("They purr.")).costing(1_000, 400).replies(new Brief("Small."));
            again.onMerge().costing(1_000, 400).repliesText(Crew.merged("They rest."));

            RunResult<Answer> result = resume(kept, again);

            assertThat(result).as("%d lines", kept).isCompleteWith(new Answer("They rest."));
            assertThat(again.calls())
                    .as("%d lines", kept)
                    .hasSize(6 - ended(kept))
                    .noneMatch(call -> call.purpose().kind() == CallPurpose.Kind.PLAN);
        }
    }
}
