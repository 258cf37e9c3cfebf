// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.ScriptedModel;

/** A goal with a planner, further rounds, an optional subtask and a merger: whoever asks what is free is in it. */
final class SharedGoal {
    record Note(String text) {}

    record Answer(String headline) {}

    static final Answer ANSWER = new Answer("Cats purr");

    private static final SubtaskType<String, Note> NOTE =
            SubtaskType.model("note", String.class, Note.class, "State facts.").allowingOptional();

    private SharedGoal() {}

    static RunResult<Answer> run(Budget budget) throws InterruptedException {
        var model = new ScriptedModel();
        model.onPlan().costing(1_000, 100).replies("""
                {"subtasks":[{"type":"note","id":"cats","input":{"value":"cats"}},
                             {"type":"note","id":"dogs","optional":true,"input":{"value":"dogs"}}]}""");
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
        model.onMerge().costing(1_000, 100).repliesText("{\"answer\":{\"headline\":\"Cats purr\"},\"citations\":[]}");
        return Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .replanning(1)
                .build()
                .run(Goal.of("What do cats do?", Answer.class), budget);
    }
}
