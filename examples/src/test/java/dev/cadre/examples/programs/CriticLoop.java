// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;

/** Writes a text, lets a critic read it, and writes it again until the critic has no objection, three times at most. */
final class CriticLoop {
    record Topic(String name) {}

    record Draft(String text) {}

    record Review(String text, String objection) {
        boolean isPassed() {
            return objection.isEmpty();
        }
    }

    static final SubtaskType<Topic, Draft> WRITE =
            SubtaskType.model("write", Topic.class, Draft.class, "Write two sentences on the topic.");

    static final SubtaskType<Draft, Review> REVIEW = SubtaskType.model(
                    "review",
                    Draft.class,
                    Review.class,
                    "Repeat the text, and object to what is wrong in it; no objection if nothing is.")
            .startingAt(Tier.MINI);

    static final SubtaskType<Review, Draft> REVISE =
            SubtaskType.model("revise", Review.class, Draft.class, "Write the text so that the objection is met.");

    private CriticLoop() {}

    /** Blocks; spends no more than the budget. The result is partial if the critic still objects at the end. */
    static RunResult<Review> write(ModelPools models, String topic, Budget budget) throws InterruptedException {
        var graph = TaskGraph.builder();
        var draft = graph.add("draft", WRITE, new Topic(topic));
        var first = graph.add("review", REVIEW, Input.from(draft, each -> each));
        var passed = graph.repeat("again", first, 3, "the critic has no objection", Review::isPassed, last -> {
            var revised = graph.add("revise", REVISE, Input.from(last, each -> each));
            return graph.add("review", REVIEW, Input.from(revised, each -> each));
        });
        return Coordinator.of(models).run(graph.answering(passed), budget);
    }
}
