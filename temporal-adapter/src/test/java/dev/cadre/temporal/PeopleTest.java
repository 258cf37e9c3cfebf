// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Input;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.temporal.Graphs.Brief;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import dev.cadre.testing.ScriptedModel;
import io.temporal.client.WorkflowStub;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subtasks on Temporal that wait for people. */
@Timeout(60)
class PeopleTest {
    record Decision(boolean approved, String text) {}

    private static final Budget BUDGET = Budget.usd("0.05");
    private static final Topic CATS = new Topic("cats");

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());
    private final Cluster cluster = new Cluster();

    /** Where answers are kept elsewhere, by what was asked. */
    private final Map<String, Decision> desk = new ConcurrentHashMap<>();

    private final SubtaskType<Note, Decision> approve = SubtaskType.code(
                    "approve", Note.class, Decision.class, (note, context) -> {
                        Decision decision = desk.get(note.text());
                        if (decision == null) {
                            throw new AwaitedException("the editor, about '%s'".formatted(note.text()));
                        }
                        return decision;
                    })
            .accept(
                    "an approved text is not empty",
                    (note, decision) -> !decision.approved() || !decision.text().isEmpty());

    private final SubtaskType<Decision, Brief> publish = SubtaskType.code(
            "publish", Decision.class, Brief.class, (decision, context) -> new Brief(List.of(decision.text())));

    private final SubtaskType<Decision, Brief> shelve =
            SubtaskType.code("shelve", Decision.class, Brief.class, (decision, context) -> new Brief(List.of()));

    /** A note that is published if it is approved, and put away if not. */
    private final NamedGraph<Topic, Brief> post = NamedGraph.of("post", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        var note = graph.add("note", Graphs.NOTE, topic);
        var decision = graph.add("decision", approve, Input.from(note, each -> each));
        var published = graph.add("published", publish, Input.from(decision, each -> each));
        var shelved = graph.add("shelved", shelve, Input.from(decision, each -> each));
        graph.when(published, decision, "it is approved", Decision::approved);
        graph.when(shelved, decision, "it is refused", said -> !said.approved());
        return graph.answering(graph.race("end", published, shelved));
    });

    /** All notes that are approved. */
    private final NamedGraph<Topics, Brief> posts = NamedGraph.of("posts", Topics.class, topics -> {
        var graph = TaskGraph.builder();
        var notes = graph.add(
                "notes",
                Graphs.NOTE,
                Input.forEach(topics.names().stream().map(Topic::new).toList()));
        var decisions = graph.add("decisions", approve, Input.forEach(notes, all -> all.values()));
        return graph.answering(graph.add(
                "brief",
                Graphs.JOIN,
                Input.from(
                        decisions,
                        all -> new Brief(
                                all.values().stream().map(Decision::text).toList()))));
    });

    /** A note, and an approval that nothing needs. */
    private final NamedGraph<Topic, Note> optional = NamedGraph.of("optional", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        var note = graph.add("note", Graphs.NOTE, topic);
        graph.optional(graph.add("decision", approve, Input.from(note, each -> each)));
        return graph.answering(graph.add("same", Graphs.SAME, Input.from(note, each -> each)));
    });

    /** Two approvals of which one is enough. */
    private final NamedGraph<Topic, Decision> either = NamedGraph.of("either", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        var first = graph.add("first", approve, new Note("they purr"));
        var second = graph.add("second", approve, new Note("they bark"));
        graph.optional(first, second);
        return graph.answering(graph.race("end", first, second));
    });

    @BeforeEach
    void script() {
        model.on(Graphs.NOTE).replies(new Note("they purr"));
        model.on(Graphs.NOTE, new Topic("dogs")).replies(new Note("they bark"));
    }

    private TemporalWorker start() {
        return cluster.start(cluster.worker(coordinator).graphs(post, posts, optional, either));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** A query blocks until a worker has answered, so that this does not spin. */
    static List<RunQuestion> awaitQuestions(TemporalRun<?> run, int number) {
        for (int asked = 0; asked < 20_000; asked++) {
            List<RunQuestion> questions = run.questions();
            if (questions.size() == number) {
                return questions;
            }
        }
        throw new AssertionError("there are no %d questions: %s".formatted(number, run.questions()));
    }

    private RunQuestion question(TemporalRun<?> run) {
        return awaitQuestions(run, 1).getFirst();
    }

    @Test
    void subtask_thatIsApproved_goesOn_withTheBytesOfARunThatNeedNotWait() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);

        RunQuestion question = question(run);

        assertThat(question.kind()).isEqualTo(RunQuestion.Kind.SUBTASK);
        assertThat(question.subtaskId()).isEqualTo("decision");
        assertThat(question.type()).isEqualTo("approve");
        assertThat(question.input()).isEqualTo("{\"text\":\"they purr\"}");
        assertThat(question.answerSchema()).contains("approved");
        assertThat(question.awaited()).isEqualTo("the editor, about 'they purr'");
        assertThat(question.refusal()).isEmpty();
        RunProgress progress = run.progress();
        assertThat(progress.state()).isEqualTo("WAITING");
        assertThat(progress.running() + progress.waiting()).isZero();
        assertThat(progress.money().reserved()).isEqualTo(Money.ZERO);

        run.answer(question, Decision.class, new Decision(true, "they purr"));

        RunResult<Brief> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Brief(List.of("they purr")));
        desk.put("they purr", new Decision(true, "they purr"));
        assertThat(RunBytes.of(result)).isEqualTo(RunBytes.of(coordinator.run(post.on(CATS), BUDGET)));
    }

    @Test
    void subtask_thatIsEdited_goesOnWithTheEdit() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        run.answer(question(run), Decision.class, new Decision(true, "they purr a lot"));
        assertThat(run.result().requireComplete()).isEqualTo(new Brief(List.of("they purr a lot")));
    }

    @Test
    void subtask_thatIsRefused_takesTheOtherBranch() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        run.answer(question(run), Decision.class, new Decision(false, ""));
        assertThat(run.result().requireComplete()).isEqualTo(new Brief(List.of()));
    }

    @Test
    void answer_thatDoesNotFit_isAwaitedOn_withTheReason() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        run.answer(question(run), Decision.class, new Decision(true, ""));
        RunQuestion again = awaitRefusal(run, "an approved text is not empty");
        run.answer(again, Topic.class, new Topic("of another form"));
        RunQuestion third = awaitRefusal(run, "approved");
        assertThat(third.awaited()).isEqualTo("the editor, about 'they purr'");

        run.answer(third, Decision.class, new Decision(true, "fine"));

        assertThat(run.result().requireComplete()).isEqualTo(new Brief(List.of("fine")));
    }

    static RunQuestion awaitRefusal(TemporalRun<?> run, String why) {
        for (int asked = 0; asked < 20_000; asked++) {
            for (RunQuestion question : run.questions()) {
                if (question.refusal().contains(why)) {
                    return question;
                }
            }
        }
        throw new AssertionError("no answer was refused: " + run.questions());
    }

    @Test
    void answer_whileTheOnlyWorkerIsDown_isHeardByTheNextOne() throws InterruptedException {
        TemporalWorker.Builder rungs = cluster.worker(coordinator).graphs(post).withoutDecisions();
        TemporalWorker down = cluster.start(rungs);
        WorkerFactory decider =
                WorkerProcess.decider(cluster.environment.getWorkflowClient(), rungs.registry()); // see there
        decider.start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        RunQuestion question = question(run);
        down.close();
        decider.shutdownNow();
        decider.awaitTermination(10, TimeUnit.SECONDS);

        run.answer(question, Decision.class, new Decision(true, "fine"));
        start();

        assertThat(run.result().requireComplete()).isEqualTo(new Brief(List.of("fine")));
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void cancel_endsARunThatWaits() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        RunQuestion question = question(run);

        run.cancel();

        assertThat(run.result())
                .isInstanceOfSatisfying(
                        RunResult.NoAnswer.class,
                        none -> assertThat(none.cause().kind()).isEqualTo(RunFailure.Kind.CANCELLED));
        assertThat(run.questions()).isEmpty();
        assertThat(run.result().report().outcome("note").isSucceeded()).isTrue();
        assertThat(question.subtaskId()).isEqualTo("decision");
    }

    @Test
    void itemsThatWait_areAnsweredOneByOne_inTheirOrder() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(posts.on(new Topics(List.of("cats", "dogs"))), BUDGET);
        List<RunQuestion> both = awaitQuestions(run, 2);
        RunQuestion dogs = of("decisions#1", both);
        run.answer(dogs, Decision.class, new Decision(true, "bark"));
        RunQuestion cats = of("decisions#0", awaitQuestions(run, 1));
        run.answer(dogs, Decision.class, new Decision(true, "never heard")); // the first one counts
        run.answer(cats, Decision.class, new Decision(true, "purr"));
        RunResult<Brief> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Brief(List.of("purr", "bark")));
        assertThat(result.report().notes())
                .containsExactly(
                        "a word of a person was passed over, because nobody waits for it: answer to 'decisions#1/0'");
    }

    private static RunQuestion of(String subtask, List<RunQuestion> questions) {
        return questions.stream()
                .filter(each -> each.subtaskId().equals(subtask))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void optionalSubtask_thatWaits_holdsNobodyUp() throws InterruptedException {
        start();
        RunResult<Note> result = cluster.runs().run(optional.on(CATS), BUDGET);
        assertThat(result.requireComplete()).isEqualTo(new Note("they purr"));
        assertThat(RunBytes.of(result)).isEqualTo(RunBytes.of(coordinator.run(optional.on(CATS), BUDGET)));
    }

    @Test
    void answerThatIsKeptElsewhere_isFetchedWhenTheRunIsToldToAskAgain() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        question(run);
        desk.put("they purr", new Decision(true, "from the desk"));

        run.askAgain();

        assertThat(run.result().requireComplete()).isEqualTo(new Brief(List.of("from the desk")));
    }

    @Test
    void raceOfAnswers_isWonByTheFirstOne_whateverIsOptionalInIt() throws InterruptedException {
        start();
        TemporalRun<Decision> run = cluster.runs().start(either.on(CATS), BUDGET);
        RunQuestion second = of("second", awaitQuestions(run, 2));
        assertThat(run.progress().state()).isEqualTo("WAITING");
        run.answer(second, Decision.class, new Decision(true, "bark"));
        assertThat(run.result().requireComplete()).isEqualTo(new Decision(true, "bark"));
        assertThat(run.questions()).isEmpty();
    }

    /** Whoever may signal a workflow may say anything, and what is in a history once is heard again by each replay. */
    @Test
    void wordsThatMakeNoSense_arePassedOver_andSayingThemIsInTheReport() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        RunQuestion question = question(run);
        WorkflowStub anybody = cluster.environment.getWorkflowClient().newUntypedWorkflowStub(run.id());
        anybody.signal(Contract.SAY);
        anybody.signal(Contract.SAY, "no object");
        anybody.signal(Contract.SAY, Map.of());
        anybody.signal(Contract.SAY, Map.of("kind", "shout", "id", question.id()));
        anybody.signal(Contract.SAY, Map.of("kind", "approve", "id", question.id()));
        anybody.signal(Contract.SAY, Map.of("kind", "answer", "id", "x".repeat(10_000), "text", "{}"));
        anybody.signal(Contract.SAY, Map.of("kind", "answer", "id", question.id())); // one without text
        RunQuestion again = awaitRefusal(run, "JSON");

        run.answer(again, Decision.class, new Decision(true, "fine"));

        RunResult<Brief> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Brief(List.of("fine")));
        assertThat(result.report().notes())
                .hasSize(4)
                .allMatch(note -> note.startsWith("a word of a person was passed over, because nobody waits for it: "))
                .allMatch(note -> note.length() < 500);
    }

    @Test
    void wordsThatNobodyWaitsFor_fillNoReport() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        RunQuestion question = question(run);
        WorkflowStub anybody = cluster.environment.getWorkflowClient().newUntypedWorkflowStub(run.id());
        for (int word = 0; word < 30; word++) {
            anybody.signal(Contract.SAY, Map.of("kind", "answer", "id", "nobody/%d".formatted(word), "text", "{}"));
        }
        run.answer(question, Decision.class, new Decision(true, "fine"));
        assertThat(run.result().report().notes()).hasSize(10);
    }

    @Test
    void answerToARunThatHasEnded_isRefusedAtOnce() throws InterruptedException {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        RunQuestion question = question(run);
        run.answer(question, Decision.class, new Decision(true, "fine"));
        run.result();
        assertThatIllegalStateException()
                .isThrownBy(() -> run.answer(question, Decision.class, new Decision(true, "late")))
                .withMessageContaining("has ended");
    }

    @Test
    void answerThatIsTooLong_isRefusedBeforeItIsSent() {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        RunQuestion question = question(run);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run.answer(question, Decision.class, new Decision(true, "x".repeat(1 << 20))))
                .withMessageContaining("1,048,576 bytes of JSON");
    }

    @Test
    void deadline_standsStillWhileTheRunWaits_unlessItIsToCount() throws InterruptedException {
        start();
        Budget second = BUDGET.within(Duration.ofSeconds(2));
        TemporalRun<Brief> patient = cluster.runs().start(post.on(CATS), second);
        RunQuestion question = question(patient);

        RunResult<Brief> impatient = cluster.runs().countingWaits().run(post.on(CATS), second);

        assertThat(impatient.report().outcome("decision").reason()).startsWith("failed: DEADLINE");
        // by now the time of the other one would be over as well
        patient.answer(question, Decision.class, new Decision(true, "late"));
        assertThat(patient.result().requireComplete()).isEqualTo(new Brief(List.of("late")));
    }

    @Test
    void questionOfASubtask_isNoneAboutAPlan() {
        start();
        TemporalRun<Brief> run = cluster.runs().start(post.on(CATS), BUDGET);
        RunQuestion question = question(run);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run.approve(question))
                .withMessageContaining("is one of kind SUBTASK, not PLAN");
    }
}
