// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Input;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.temporal.FileValueStore;
import dev.cadre.temporal.ReferencingCodec;
import dev.cadre.temporal.RunProgress;
import dev.cadre.temporal.RunQuestion;
import dev.cadre.temporal.TemporalCoordinator;
import dev.cadre.temporal.TemporalRun;
import dev.cadre.temporal.TemporalWorker;
import dev.cadre.testing.ScriptedModel;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporalGuideTest {
    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact about the topic.");
    private static final SubtaskType<Notes, Brief> JOIN =
            SubtaskType.code("join", Notes.class, Brief.class, (notes, context) -> new Brief(notes.texts()));

    // region temporal-graph
    record Topics(List<Topic> topics) {}

    static final NamedGraph<Topics, Brief> BRIEF = NamedGraph.of("brief", Topics.class, topics -> {
        var graph = TaskGraph.builder();
        var notes = graph.add("notes", NOTE, Input.forEach(topics.topics()));
        var brief = graph.add("brief", JOIN, Input.from(notes, all -> new Notes(all.values())));
        return graph.answering(brief);
    });
    // endregion

    // region temporal-goal
    record Question(String text) {}

    static final NamedGoal<Question, Answer> ASKED =
            NamedGoal.of("asked", Question.class, question -> Goal.of(question.text(), Answer.class));
    // endregion

    record Answer(String text) {}

    record Topic(String name) {}

    record Note(String text) {}

    record Notes(List<Note> notes) {
        List<String> texts() {
            return notes.stream().map(Note::text).toList();
        }
    }

    record Brief(List<String> lines) {}

    private static Brief local(ModelPools models, Topics topics) throws InterruptedException {
        // region temporal-local
        var coordinator = Coordinator.of(models);
        RunResult<Brief> result = coordinator.run(BRIEF.on(topics), Budget.usd("0.05"));
        // endregion
        return result.requireComplete();
    }

    private static Brief remote(WorkflowClient client, Topics topics) throws InterruptedException {
        // region temporal-remote
        var coordinator = TemporalCoordinator.of(client, "briefs");
        RunResult<Brief> result = coordinator.run(BRIEF.on(topics), Budget.usd("0.05"));
        // endregion
        return result.requireComplete();
    }

    private static Answer localGoal(ModelPools models) throws InterruptedException {
        // region temporal-goal-local
        var coordinator = Coordinator.builder(models).plansWith(NOTE).build();
        RunResult<Answer> result =
                coordinator.run(ASKED.on(new Question("What do cats and dogs do?")), Budget.usd("0.25"));
        // endregion
        return result.requireComplete();
    }

    private static Answer remoteGoal(WorkflowClient client) throws InterruptedException {
        // region temporal-goal-remote
        var coordinator = TemporalCoordinator.of(client, "briefs").plansWith(NOTE);
        RunResult<Answer> result =
                coordinator.run(ASKED.on(new Question("What do cats and dogs do?")), Budget.usd("0.25"));
        // endregion
        return result.requireComplete();
    }

    private static Money started(WorkflowClient client, Topics topics) throws InterruptedException {
        // region temporal-start
        TemporalRun<Brief> run = TemporalCoordinator.of(client, "briefs").start(BRIEF.on(topics), Budget.usd("0.05"));
        RunProgress progress = run.progress(); // how far it is, and what it has spent
        RunResult<Brief> result = run.result(); // or run.cancel()
        // endregion
        assertThat(progress.money().limit()).isEqualTo(Money.usd("0.05"));
        return result.spend().total();
    }

    record Decision(boolean approved, String text) {}

    static final SubtaskType<Topic, Decision> APPROVE =
            SubtaskType.code("approve", Topic.class, Decision.class, (topic, context) -> {
                throw new AwaitedException("the editor, about " + topic.name());
            });

    static final NamedGraph<Topic, Decision> APPROVED = NamedGraph.of("approved", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("decision", APPROVE, topic));
    });

    private static Decision approved(WorkflowClient client) throws InterruptedException {
        // region temporal-people
        TemporalRun<Decision> run =
                TemporalCoordinator.of(client, "briefs").start(APPROVED.on(new Topic("cats")), Budget.usd("0.05"));
        for (RunQuestion question : run.questions()) {
            System.out.println(question.subtaskId() + ": " + question.input() + " " + question.refusal());
            run.answer(question, Decision.class, new Decision(true, "fine"));
        }
        // endregion
        while (Set.of("RUNNING", "WAITING").contains(run.progress().state())) { // it may have been too early above
            for (RunQuestion question : run.questions()) {
                run.answer(question, Decision.class, new Decision(true, "fine"));
            }
        }
        return run.result().requireComplete();
    }

    private static WorkflowClientOptions large(Path folder) {
        // region temporal-large
        var store = FileValueStore.in(folder);
        var options = WorkflowClientOptions.newBuilder()
                .setDataConverter(new CodecDataConverter(
                        DefaultDataConverter.newDefaultInstance(), List.of(ReferencingCodec.over(store))))
                .build();
        // endregion
        return options;
    }

    @Test
    void run_isTheSameHereAndThere() throws InterruptedException {
        var model = new ScriptedModel();
        model.on(NOTE).replies(new Note("a fact"));
        ModelPools models = model.pools();
        var topics = new Topics(List.of(new Topic("cats"), new Topic("dogs")));
        try (var environment = TestWorkflowEnvironment.newInstance()) {
            WorkflowClient client = environment.getWorkflowClient();
            // region temporal-worker
            try (var worker = TemporalWorker.builder(client, "briefs", Coordinator.of(models))
                    .graphs(BRIEF)
                    .build()) {
                worker.start();
                // … until the process is told to end
                // endregion
                assertThat(remote(client, topics)).isEqualTo(local(models, topics));
                assertThat(started(client, topics)).isEqualTo(Money.usd("0.00009"));
            }
        }
    }

    @Test
    void goal_isTheSameHereAndThere() throws InterruptedException {
        var model = new ScriptedModel();
        model.onPlan()
                .repliesText("{\"subtasks\":[{\"type\":\"note\",\"id\":\"cats\",\"input\":{\"name\":\"cats\"}}]}");
        model.on(NOTE).replies(new Note("a fact"));
        model.onMerge().repliesText("{\"answer\":{\"text\":\"They purr.\"},\"citations\":[1]}");
        ModelPools models = model.pools();
        try (var environment = TestWorkflowEnvironment.newInstance()) {
            WorkflowClient client = environment.getWorkflowClient();
            // region temporal-goal-worker
            var planning = Coordinator.builder(models).plansWith(NOTE).build();
            try (var worker = TemporalWorker.builder(client, "briefs", planning)
                    .goals(ASKED)
                    .build()) {
                worker.start();
                // endregion
                assertThat(remoteGoal(client)).isEqualTo(localGoal(models));
            }
        }
    }

    @Test
    void run_thatWaits_isAnswered() throws InterruptedException {
        var inRealTime = TestEnvironmentOptions.newBuilder().setUseTimeskipping(false); // no person is as fast
        try (var environment = TestWorkflowEnvironment.newInstance(inRealTime.build())) {
            WorkflowClient client = environment.getWorkflowClient();
            try (var worker = TemporalWorker.builder(client, "briefs", Coordinator.of(new ScriptedModel().pools()))
                    .graphs(APPROVED)
                    .build()) {
                worker.start();
                assertThat(approved(client)).isEqualTo(new Decision(true, "fine"));
            }
        }
    }

    @Test
    void bulk_hasTheLinesOfOneInThisProcess() throws InterruptedException {
        var model = new ScriptedModel();
        model.on(NOTE).replies(new Note("a fact"));
        ModelPools models = model.pools();
        List<BulkItem<Note>> items = new ArrayList<>();
        Stream<Topic> topics = Stream.of(new Topic("cats"), new Topic("dogs"));
        try (var environment = TestWorkflowEnvironment.newInstance()) {
            WorkflowClient client = environment.getWorkflowClient();
            // region temporal-bulk
            try (var worker = TemporalWorker.builder(client, "briefs", Coordinator.of(models))
                    .bulks(NOTE)
                    .build()) {
                worker.start();
                BulkSummary summary = TemporalCoordinator.of(client, "briefs")
                        .bulk(NOTE)
                        .keyedBy(Topic::name)
                        .run("topics-of-may", topics, Budget.usd("5.00").within(Duration.ofHours(8)), items::add);
                // endregion
                assertThat(summary.succeeded()).isEqualTo(2);
                assertThat(items).hasSize(2);
            }
        }
    }

    @Test
    void options_areMadeWithoutACluster(@TempDir Path folder) {
        assertThat(large(folder).getDataConverter()).isInstanceOf(CodecDataConverter.class);
    }
}
