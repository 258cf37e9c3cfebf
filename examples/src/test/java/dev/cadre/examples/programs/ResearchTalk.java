// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Conversation;
import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Research with follow-up questions. Each question starts from what the earlier ones found, all of them share one budget, and
 * the same questions asked again, after a kill or on another day, are answered from the journal.
 */
final class ResearchTalk {
    record Subject(String name) {}

    record Papers(List<Paper> papers) {}

    record Paper(String title, String text) {}

    record ToRead(Paper paper) {}

    record Finding(String title, String finding) {}

    record Doubt(Paper paper, String question) {}

    record Answer(String text) {}

    private static final Map<String, List<Paper>> LIBRARY = Map.of(
            "bees",
            List.of(
                    new Paper("Dances", "Bees dance to show where food is."),
                    new Paper("Sleep", "Bees sleep up to eight hours. Twelve hives were watched.")));

    static final SubtaskType<Subject, Papers> FIND = SubtaskType.code(
                    "find",
                    Subject.class,
                    Papers.class,
                    (in, context) -> new Papers(LIBRARY.getOrDefault(in.name(), List.of())))
            .describedAs("Finds the papers of the library about a subject, with their texts.");

    static final SubtaskType<ToRead, Finding> READ =
            SubtaskType.model("read", ToRead.class, Finding.class, "State what the paper found, in one sentence.");

    static final SubtaskType<Doubt, Answer> EXAMINE = SubtaskType.model(
            "examine", Doubt.class, Answer.class, "Answer the question if the paper does, else leave the text empty.");

    private ResearchTalk() {}

    /** Asks one question after the other. Blocks; spends no more than the session, in all processes together. */
    static List<RunResult<Answer>> ask(ModelPools models, Path journalFile, List<String> questions, Budget session)
            throws InterruptedException {
        var coordinator =
                Coordinator.builder(models).plansWith(FIND, READ, EXAMINE).build();
        try (var journal = FileJournal.open(journalFile);
                var talk = Conversation.of(coordinator.journal(journal).runKey("bees"), session)) {
            var answers = new ArrayList<RunResult<Answer>>();
            for (String question : questions) {
                answers.add(talk.ask(Goal.of(question, Answer.class), Budget.usd("0.20")));
            }
            return answers;
        }
    }
}
