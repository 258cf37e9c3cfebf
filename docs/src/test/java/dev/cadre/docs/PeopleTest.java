// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.people.FileDesk;
import dev.cadre.plan.PlanReview;
import dev.cadre.task.Input;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/people.md. */
class PeopleTest {
    record Topic(String name) {}

    record Post(String text) {}

    // region people-type
    record Draft(String text) {}

    record Decision(boolean approved, String remark) {}

    static SubtaskType<Draft, Decision> approve(FileDesk desk) {
        return SubtaskType.code("approve", Draft.class, Decision.class, desk.worker(Draft.class, Decision.class));
    }
    // endregion

    static final SubtaskType<Topic, Draft> WRITE =
            SubtaskType.model("write", Topic.class, Draft.class, "Write a draft about the topic.");

    final ScriptedModel model = new ScriptedModel();

    @TempDir
    Path folder;

    @Test
    void run_goesOnWhenTheAnswerIsThere() throws Exception {
        model.on(WRITE).replies(new Draft("Cats purr."));
        Coordinator coordinator = Coordinator.of(model.pools());
        var builder = TaskGraph.builder();
        var draft = builder.add("draft", WRITE, new Topic("cats"));
        var decision = builder.add("decision", approve(FileDesk.open(folder)), Input.from(draft, each -> each));
        var post = builder.add(
                "post",
                SubtaskType.code("post", Decision.class, Post.class, (in, context) -> new Post(in.remark())),
                Input.from(decision, each -> each));
        TaskGraph<Post> graph = builder.answering(post);

        try (Journal journal = FileJournal.open(folder.resolve("post.journal"))) {
            assertThat(coordinator.journal(journal).run(graph, Budget.usd("0.10")))
                    .isSuspendedFor("decision");

            // region people-answer
            FileDesk desk = FileDesk.open(folder);
            for (FileDesk.Question question : desk.questions()) {
                System.out.println(question.subtaskId() + ": " + question.input());
                desk.answer(question, Decision.class, new Decision(true, "fine"));
            }
            // endregion

            // region people-again
            RunResult<Post> result = coordinator.journal(journal).run(graph, Budget.usd("0.10"));
            switch (result) {
                case RunResult.Suspended<Post> waits -> System.out.println("waits for " + waits.awaited());
                case RunResult.Failed<Post> failed -> throw failed.toException();
                case RunResult.Partial<Post> partial -> System.out.println(partial.answer());
                case RunResult.Complete<Post> complete -> System.out.println(complete.answer());
            }
            // endregion
            assertThat(result).isCompleteWith(new Post("fine"));
        }
        assertThat(model.calls()).hasSize(1);
    }

    static final SubtaskType<Decision, Post> PUBLISH =
            SubtaskType.code("publish", Decision.class, Post.class, (in, context) -> new Post("Cats purr."));

    static final SubtaskType<Decision, Post> SHELVE = SubtaskType.code(
            "shelve", Decision.class, Post.class, (in, context) -> new Post("shelved: " + in.remark()));

    @Test
    void no_isABranch() throws Exception {
        Coordinator coordinator = Coordinator.of(model.pools());
        try (Journal journal = FileJournal.open(folder.resolve("post.journal"))) {
            assertThat(refused(coordinator, journal)).isSuspendedFor("decision");
            FileDesk desk = FileDesk.open(folder);
            desk.answer(desk.questions().getFirst(), Decision.class, new Decision(false, "too short"));

            assertThat(refused(coordinator, journal)).isCompleteWith(new Post("shelved: too short"));
        }
    }

    private RunResult<Post> refused(Coordinator coordinator, Journal journal) throws InterruptedException {
        var graph = TaskGraph.builder();
        var decision = graph.add("decision", approve(FileDesk.open(folder)), new Draft("Cats purr."));
        // region people-no
        var post = graph.add("post", PUBLISH, Input.from(decision, each -> each));
        var shelved = graph.add("shelved", SHELVE, Input.from(decision, each -> each));
        graph.when(post, decision, "it is approved", Decision::approved);
        graph.when(shelved, decision, "it is refused", said -> !said.approved());
        var end = graph.race("end", post, shelved); // the one that runs
        RunResult<Post> result = coordinator.journal(journal).run(graph.answering(end), Budget.usd("0.10"));
        // endregion
        return result;
    }

    @Test
    void no_withoutABranch_hasNoAnswer() throws Exception {
        var graph = TaskGraph.builder();
        var approve = SubtaskType.code(
                "approve", Draft.class, Decision.class, (in, context) -> new Decision(false, "too short"));
        var decision = graph.add("decision", approve, new Draft("Cats purr."));
        var post = graph.add("post", PUBLISH, Input.from(decision, each -> each));
        graph.when(post, decision, "it is approved", Decision::approved);

        var result = Coordinator.of(model.pools()).run(graph.answering(post), Budget.usd("0.10"));

        assertThat(result).isFailedBecause(RunFailure.Kind.ANSWER_MISSING);
    }

    @Test
    void run_withoutAJournal_findsNoAnswer() throws Exception {
        var graph = TaskGraph.builder();
        var decision = graph.add("decision", approve(FileDesk.open(folder)), new Draft("Cats purr."));
        TaskGraph<Decision> asking = graph.answering(decision);
        Coordinator coordinator = Coordinator.of(model.pools());
        assertThat(coordinator.run(asking, Budget.usd("0.10"))).isSuspendedFor("decision");
        FileDesk desk = FileDesk.open(folder);
        desk.answer(desk.questions().getFirst(), Decision.class, new Decision(true, "fine"));

        assertThat(coordinator.run(asking, Budget.usd("0.10"))).isSuspendedFor("decision");
    }

    @Test
    void review_waits() throws Exception {
        model.onPlan().replies("{\"subtasks\":[{\"type\":\"write\",\"id\":\"a\",\"input\":{\"name\":\"cats\"}}]}");
        Set<String> approvals = new HashSet<>();

        // region people-review
        PlanReview review = proposed -> approvals.contains(proposed.goal())
                ? new PlanReview.Verdict.Approve()
                : new PlanReview.Verdict.Wait(
                        "the team lead, about " + proposed.subtasks().size() + " subtasks");
        // endregion

        var result = Coordinator.builder(model.pools())
                .plansWith(WRITE)
                .review(review)
                .build()
                .run(Goal.of("Write about cats", Post.class), Budget.usd("0.50"));

        assertThat(result).isSuspendedFor("planner");
    }
}
