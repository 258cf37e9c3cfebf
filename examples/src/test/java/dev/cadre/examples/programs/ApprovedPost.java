// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.people.FileDesk;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A post that an editor approves before it is published. A session writes the draft, leaves a question on a desk and ends;
 * a later one, in this process or another, takes the answer from there and goes on.
 */
final class ApprovedPost {
    record Topic(String name) {}

    record Draft(String text) {}

    /** What the editor decides; a text of the editor's own replaces that of the draft. */
    record Decision(boolean approved, Optional<String> text) {}

    record Judged(Draft draft, Decision decision) {}

    record Post(boolean published, String text) {}

    static final SubtaskType<Topic, Draft> WRITE =
            SubtaskType.model("write", Topic.class, Draft.class, "Write a post of one paragraph about the topic.");

    private static final SubtaskType<Judged, Post> PUBLISH = SubtaskType.code(
            "publish",
            Judged.class,
            Post.class,
            (in, context) -> new Post(
                    in.decision().approved(),
                    in.decision().text().orElse(in.draft().text())));

    private ApprovedPost() {}

    private static TaskGraph<Post> graph(Topic topic, FileDesk desk) {
        var approve =
                SubtaskType.code("approve", Draft.class, Decision.class, desk.worker(Draft.class, Decision.class));
        var graph = TaskGraph.builder();
        var draft = graph.add("draft", WRITE, topic);
        var decision = graph.add("decision", approve, Input.from(draft, text -> text));
        return graph.answering(graph.add("post", PUBLISH, Input.from(draft, decision, Judged::new)));
    }

    /** One session; {@code Suspended} until the editor has answered. Blocks; spends no more than the budget in all. */
    static RunResult<Post> session(ModelPools models, Path folder, Topic topic, Budget budget)
            throws InterruptedException {
        try (var journal = FileJournal.open(folder.resolve("posts.journal"))) {
            return Coordinator.of(models).journal(journal).run(graph(topic, FileDesk.open(folder)), budget);
        }
    }

    /** What the editor's page does: answers whatever is asked. */
    static void answerAll(Path folder, Decision decision) {
        FileDesk desk = FileDesk.open(folder);
        desk.questions().forEach(question -> desk.answer(question, Decision.class, decision));
    }
}
