// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;

/**
 * Asks two providers at once and takes the first answer that is good enough; the other call is cancelled and booked. Each
 * provider has a tier: bind NANO to a model of one and MINI to a model of the other.
 */
final class ProviderRace {
    record Question(String text) {}

    record Answer(String text, boolean certain) {}

    static final SubtaskType<Question, Answer> ASK_ONE = SubtaskType.model(
                    "ask_one", Question.class, Answer.class, "Answer, and say whether you are certain.")
            .startingAt(Tier.NANO)
            .accept("the answer is certain", (question, answer) -> answer.certain());

    static final SubtaskType<Question, Answer> ASK_OTHER = SubtaskType.model(
                    "ask_other", Question.class, Answer.class, "Answer, and say whether you are certain.")
            .startingAt(Tier.MINI)
            .accept("the answer is certain", (question, answer) -> answer.certain());

    private ProviderRace() {}

    /** The graph, which a test can look at without a model. */
    static TaskGraph<Answer> graph(String question) {
        var graph = TaskGraph.builder();
        var one = graph.add("one", ASK_ONE, new Question(question));
        var other = graph.add("other", ASK_OTHER, new Question(question));
        return graph.answering(graph.race("first", one, other));
    }

    /** Blocks until one has answered and the other has ended; spends at most the budget, and perhaps for both. */
    static RunResult<Answer> ask(ModelPools models, String question, Budget budget) throws InterruptedException {
        return Coordinator.of(models).run(graph(question), budget);
    }
}
