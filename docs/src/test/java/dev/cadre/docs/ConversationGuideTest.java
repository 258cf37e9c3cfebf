// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Conversation;
import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.plan.GoalInput;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/conversations.md. */
class ConversationGuideTest {
    record Question(String text) {}

    record Fact(String text) {}

    record Answer(String text) {}

    private static final SubtaskType<Question, Fact> LOOK_UP =
            SubtaskType.model("look_up", Question.class, Fact.class, "State a fact.");
    private static final SubtaskType<Fact, Fact> CHECK =
            SubtaskType.model("check", Fact.class, Fact.class, "Correct the fact.");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    @BeforeEach
    void script() {
        model.onPlan()
                .costing(1_000, 100)
                .repliesText(
                        "{\"subtasks\":[{\"type\":\"look_up\",\"id\":\"cats\",\"input\":{\"text\":\"What do cats do?\"}}]}")
                .costing(1_000, 100)
                .repliesText(
                        "{\"subtasks\":[{\"type\":\"check\",\"id\":\"checked\",\"input\":{\"text\":{\"from\":\"turn1.cats\",\"field\":\"text\"}}}]}");
        model.on(LOOK_UP).costing(1_000, 100).replies(new Fact("They purr."));
        model.on(CHECK).costing(1_000, 100).replies(new Fact("They purr and hiss."));
        model.onMerge().costing(1_000, 100).repliesText("{\"answer\":{\"text\":\"They purr.\"},\"citations\":[]}");
    }

    @Test
    void conversation_ofTwoTurns() throws Exception {
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(LOOK_UP, CHECK).build();
        Path file = folder.resolve("talk.journal");

        // region conversation
        try (Journal journal = FileJournal.open(file);
                Conversation talk =
                        Conversation.of(coordinator.journal(journal).runKey("user 7"), Budget.usd("1.00"))) {
            RunResult<Answer> first = talk.ask(Goal.of("What do cats do?", Answer.class), Budget.usd("0.30"));
            RunResult<Answer> second =
                    talk.ask(Goal.of("Is the first of these true?", Answer.class), Budget.usd("0.20"));
            System.out.println(second.requireComplete().text() + " " + talk.spent());
        }
        // endregion

        try (Journal journal = FileJournal.open(file);
                Conversation talk =
                        Conversation.of(coordinator.journal(journal).runKey("user 7"), Budget.usd("1.00"))) {
            int calls = model.calls().size();
            RunResult<Answer> first = talk.ask(Goal.of("What do cats do?", Answer.class), Budget.usd("0.30"));
            assertThat(first).isCompleteWith(new Answer("They purr."));
            assertThat(model.calls()).hasSize(calls);

            // region conversation-choice
            Goal<Answer> next = Goal.of("Is the first of these true?", Answer.class)
                    .following("turn1", talk.turns().getFirst(), List.of("cats"));
            RunResult<Answer> second = talk.run(coordinator, next, Budget.usd("0.20"));
            // endregion

            assertThat(next.inputs()).extracting(GoalInput::name).containsExactly("turn1", "turn1.cats");
            assertThat(second).isCompleteWith(new Answer("They purr."));
        }
    }

    @Test
    void goal_thatFollowsARun() throws Exception {
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(LOOK_UP, CHECK).build();
        RunResult<Answer> earlier = coordinator.run(Goal.of("What do cats do?", Answer.class), Budget.usd("0.30"));
        model.onPlan()
                .repliesText(
                        "{\"subtasks\":[{\"type\":\"check\",\"id\":\"checked\",\"input\":{\"text\":{\"from\":\"pets.cats\",\"field\":\"text\"}}}]}");

        // region following
        Goal<Answer> goal = Goal.of("Is the first of these true?", Answer.class).following("pets", earlier);
        RunResult<Answer> result = coordinator.run(goal, Budget.usd("0.20"));
        // endregion

        assertThat(result).isCompleteWith(new Answer("They purr."));
    }
}
