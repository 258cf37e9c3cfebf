// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.WorkerContext;
import dev.cadre.testing.ScriptedModel;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Program 5: behind a LangChain4j tool, with a budget for each question and one for the session. */
class CodeToolTest {
    record Topic(String name) {}

    record Note(String text) {}

    record Answer(String text) {}

    static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(NOTE).build();

    /** The user's own class. */
    final class CodeTool {
        private final BudgetGuard session;

        CodeTool(String usd) {
            session = Budget.usd(usd).open();
        }

        @Tool("Answers a question about the code base, with citations")
        String askCode(@P("question") String question) throws InterruptedException {
            return coordinator
                    .run(Goal.of(question, Answer.class), Budget.usd("0.25").under(session))
                    .toToolText();
        }
    }

    private static String plan(String... topics) {
        return Stream.of(topics)
                .map(
                        "{\"type\":\"note\",\"id\":\"%1$s\",\"input\":{\"name\":\"%1$s\"},\"wires\":[],\"after\":[]}"
                                ::formatted)
                .collect(Collectors.joining(",", "{\"subtasks\":[", "]}"));
    }

    @BeforeEach
    void script() {
        model.onPlan().costing(2_000, 300).replies(plan("a", "b"));
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.onMerge().costing(2_000, 200).repliesText("{\"answer\":{\"text\":\"In Pool.java.\"},\"citations\":[]}");
    }

    private static String ask(CodeTool tool) throws Exception {
        var asked = LangChain4jTools.of(tool).getFirst();
        assertThat(asked.name()).isEqualTo("askCode");
        return asked.call("{\"question\":\"Where?\"}", new WorkerContext("run", "s", Duration.ofMinutes(1)))
                .text();
    }

    @Test
    void tool_answers_asJsonText() throws Exception {
        var tool = new CodeTool("5.00");

        assertThat(ask(tool)).isEqualTo("{\"text\":\"In Pool.java.\"}");
        assertThat(ask(tool)).isEqualTo("{\"text\":\"In Pool.java.\"}");

        // each: planner $0.0095, two notes of $0.0007, merger $0.0024
        assertThat(tool.session.state().settled()).isEqualTo(Money.usd("0.0266"));
        assertThat(tool.session.state().committed()).isEqualTo(Money.usd("0.0266"));
    }

    @Test
    void session_usedUp_refusesTheNextQuestionBeforeAnyCall() throws Exception {
        model.onPlan().costing(2_000, 2_000).replies(plan("a"));
        var tool = new CodeTool("0.12");
        assertThat(ask(tool)).isEqualTo("{\"text\":\"In Pool.java.\"}");
        int calls = model.calls().size();

        // the first question took $0.035 for its plan, $0.0007 for a note and $0.0024 for the merge
        assertThat(ask(tool))
                .startsWith("failed: BUDGET_TOO_SMALL: a budget of $0.25, of which $0.0819 can be had, is too small: ");

        assertThat(model.calls()).hasSize(calls);
    }

    @Test
    void tool_someMissing_saysWhat() throws Exception {
        model.on(NOTE, new Topic("b")).refuses("no");

        assertThat(ask(new CodeTool("5.00")))
                .isEqualTo("{\"text\":\"In Pool.java.\"}\n"
                        + "incomplete, it lacks: failed: REFUSED: the model refused: \"no\" (b)");
    }
}
