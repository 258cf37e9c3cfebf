// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.ModelException;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackGate;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.CadreAssertions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs through the real SDK against the loopback server: planner, crew and merger, each on its model. */
class CrewOverHttpTest extends LoopbackTest {
    record Topic(String name) {}

    record Note(String text) {}

    record Pair(String left, String right) {}

    record Choice(String winner) {}

    record Answer(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");
    private static final SubtaskType<Pair, Choice> WEIGH = SubtaskType.model(
                    "weigh", Pair.class, Choice.class, "Say which of two notes is better.")
            .startingAt(Tier.MINI);
    private static final Goal<Answer> GOAL = Goal.of("Cats or dogs?", Answer.class);

    private static final String FIRST =
            "{\"subtasks\":[{\"type\":\"note\",\"id\":\"cats\",\"input\":{\"name\":\"cats\"},\"wires\":[],\"after\":[]}";
    private static final String REST =
            ",{\"type\":\"note\",\"id\":\"dogs\",\"input\":{\"name\":\"dogs\"},\"wires\":[],\"after\":[]}"
                    + ",{\"type\":\"weigh\",\"id\":\"both\",\"input\":{\"left\":null,\"right\":null},\"wires\":["
                    + "{\"into\":\"left\",\"from\":\"cats\",\"field\":\"text\"},"
                    + "{\"into\":\"right\",\"from\":\"dogs\",\"field\":\"text\"}],\"after\":[]}]}";

    final ModelPools pools = OpenAi.fromEnv(
            Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl()), pool -> pool.maxParallel(8));
    final Coordinator coordinator =
            Coordinator.builder(pools).plansWith(NOTE, WEIGH).build();

    @AfterEach
    void close() {
        pools.close();
    }

    private static LoopbackReply reply(String text, long input, long cached, long output) {
        return LoopbackReply.text(text).usage(new TokenUsage(input, cached, 0, output, 0));
    }

    private static boolean asks(LoopbackRequest request, String model, String instructions) {
        return request.model().equals(model) && request.instructions().contains(instructions);
    }

    private static <T> FutureTask<T> start(Callable<T> work, List<Thread> threads) {
        var task = new FutureTask<>(work);
        threads.add(Thread.ofVirtual().start(task));
        return task;
    }

    @Test
    void goal_streamedPlan_isWorkedOnBeforeItsLastByteAndCostsWhatTheUsagesSay() throws Exception {
        var planGate = new LoopbackGate();
        var noteGate = new LoopbackGate();
        server.on(request -> asks(request, "gpt-5.4", "You split a goal"))
                .replies(LoopbackReply.text(FIRST, REST)
                        .usage(new TokenUsage(2_000, 1_024, 0, 300, 0))
                        .heldBy(planGate));
        server.on(request -> asks(request, "gpt-5.4-nano", "State")
                        && request.inputText().contains("cats"))
                .replies(reply("{\"text\":\"They purr.\"}", 500, 256, 40).heldBy(noteGate));
        server.on(request -> asks(request, "gpt-5.4-nano", "State")
                        && request.inputText().contains("dogs"))
                .replies(reply("{\"text\":\"They bark.\"}", 700, 512, 60));
        server.on(request -> asks(request, "gpt-5.4-mini", "Say which"))
                .replies(reply("{\"winner\":\"cats\"}", 900, 640, 50));
        server.on(request -> asks(request, "gpt-5.4-mini", "Write one answer to a goal"))
                .replies(reply("{\"answer\":{\"text\":\"Cats.\"},\"citations\":[]}", 1_200, 1_024, 80));

        var run = start(() -> coordinator.run(GOAL, Budget.usd("0.25")), new ArrayList<>());
        planGate.release();
        assertThat(server.awaitInFlight(2))
                .as("the planner still writes, and a worker has called")
                .isTrue();
        assertThat(server.requests()).extracting(LoopbackRequest::model).containsExactly("gpt-5.4", "gpt-5.4-nano");
        assertThat(server.requests().getFirst().streams()).isTrue();
        planGate.open();
        noteGate.open();
        RunResult<Answer> result = run.get(60, TimeUnit.SECONDS);

        CadreAssertions.assertThat(result).isCompleteWith(new Answer("Cats.")).leftNothingBehind();
        // pico-dollars for each token, plain + cached input + output:
        // gpt-5.4   976 x 2,500,000 + 1,024 x 250,000 + 300 x 15,000,000 = 7,196,000,000
        // nano      244 x   200,000 +   256 x  20,000 +  40 x  1,250,000 =   103,920,000 for cats
        //           188 x   200,000 +   512 x  20,000 +  60 x  1,250,000 =   122,840,000 for dogs
        // mini      260 x   750,000 +   640 x  75,000 +  50 x  4,500,000 =   468,000,000 for the choice
        //           176 x   750,000 + 1,024 x  75,000 +  80 x  4,500,000 =   568,800,000 for the merge
        assertThat(result.spend().settled()).isEqualTo(Money.ofPico(8_459_560_000L));
        assertThat(result.spend().forfeited()).isEqualTo(Money.ZERO);
        assertThat(result.spend().estimated()).isFalse();
        assertThat(result.spend().attempts()).isEqualTo(5);
        assertThat(result.spend().tokens()).isEqualTo(new TokenUsage(5_300, 3_456, 0, 530, 0));
        assertThat(server.requests()).hasSize(5).allSatisfy(request -> {
            assertThat(request.maxOutputTokens()).isEqualTo(2_000);
            assertThat(request.body()).contains("\"store\":false").doesNotContain(KEY);
        });
    }

    @Test
    void key_refused_failsTheGoalWithItsCauseAndNeverNamesTheKey() throws Exception {
        refuseTheKey();

        RunResult<Answer> result = coordinator.run(GOAL, Budget.usd("0.25"));

        assertThat(failure(result).kind()).isEqualTo(RunFailure.Kind.PLANNER_FAILED);
        assertAuthFailedWithoutTheKey(result);
        assertThat(server.requests())
                .as("a refused key is tried once at each API")
                .hasSize(2);
    }

    @Test
    void key_refused_failsAGraphWithItsCause() throws Exception {
        refuseTheKey();
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));

        RunResult<Note> result = coordinator.run(graph.answering(cats), Budget.usd("0.25"));

        assertThat(failure(result).kind()).isEqualTo(RunFailure.Kind.ANSWER_MISSING);
        assertAuthFailedWithoutTheKey(result);
    }

    private static void refuseTheKey() {
        server.onAny()
                .replies(LoopbackReply.error(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY));
    }

    private static RunFailure failure(RunResult<?> result) {
        return result instanceof RunResult.Failed<?> failed
                ? failed.cause()
                : fail("expected a failed run, not " + result);
    }

    private static void assertAuthFailedWithoutTheKey(RunResult<?> result) {
        assertThat(failure(result).cause()).containsInstanceOf(ModelException.AuthFailed.class);
        assertThat(result.toString()).doesNotContain(KEY);
        Throwable thrown = ((RunResult.Failed<?>) result).toException();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            assertThat(cause.toString()).doesNotContain(KEY);
        }
        assertThat(result.toToolText()).doesNotContain(KEY);
        assertThat(result.spend().total()).isEqualTo(Money.ZERO);
        CadreAssertions.assertThat(result).leftNothingBehind();
    }

    @Test
    void caller_interrupted_closesEveryExchange() throws Exception {
        var gate = new LoopbackGate();
        server.onAny().replies(LoopbackReply.text("{\"text\":\"never\"}").heldBy(gate));
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var dogs = graph.add("dogs", NOTE, new Topic("dogs"));
        var both = graph.add("both", NOTE, Input.from(cats, dogs, (c, d) -> new Topic("both")));
        BudgetGuard session = Budget.usd("1.00").open();
        var threads = new ArrayList<Thread>();

        var run = start(
                () -> coordinator.run(graph.answering(both), Budget.usd("0.25").under(session)), threads);
        assertThat(server.awaitInFlight(2)).isTrue();
        threads.getFirst().interrupt();

        assertThat(catchThrowable(() -> run.get(60, TimeUnit.SECONDS)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(server.awaitClientCloses(2)).isTrue();
        assertThat(session.openReservations()).isZero();
        assertThat(pools.pool(Tier.NANO).load().inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void budget_ofSomeWorstCalls_isNotOverspentByAServerThatBillsEveryToken(int calls) throws Exception {
        Money worst = worstCaseOfOneNote();
        server.reset();
        server.onAny()
                .answers(request -> LoopbackReply.text("{\"text\":\"as long as it may be\"}")
                        .usage(TokenUsage.of(bytes(request), request.maxOutputTokens())));
        var graph = TaskGraph.builder();
        var notes = new ArrayList<SubtaskRef<Note>>();
        for (int i = 10; i < 40; i++) {
            notes.add(graph.add("t" + i, NOTE, new Topic("t" + i)));
        }
        Budget budget = Budget.of(worst.times(calls));

        RunResult<Note> result = coordinator.run(graph.answering(notes.getFirst()), budget);

        Money billed =
                pools.pool(Tier.NANO).spec().price().cost(server.billed().get("gpt-5.4-nano"), ServiceTier.STANDARD);
        assertThat(billed).isLessThanOrEqualTo(budget.limit()).isGreaterThan(Money.ZERO);
        assertThat(result.spend().total()).isEqualTo(billed);
        assertThat(result.report().outcomes().values())
                .filteredOn(Outcome::isSucceeded)
                .as("as many as fit by their worst case")
                .hasSize(calls);
        assertThat(server.requests()).hasSize(calls);
        assertThat(server.peakInFlight()).isLessThanOrEqualTo(8);
        CadreAssertions.assertThat(result).leftNothingBehind();
    }

    /** What is set aside for one note while its call is under way. */
    private Money worstCaseOfOneNote() throws Exception {
        var gate = new LoopbackGate();
        server.onAny().replies(LoopbackReply.text("{\"text\":\"x\"}").heldBy(gate));
        BudgetGuard session = Budget.usd("1.00").open();
        var graph = TaskGraph.builder();
        var one = graph.add("t10", NOTE, new Topic("t10"));
        var run = start(
                () -> coordinator.run(graph.answering(one), Budget.usd("1.00").under(session)), new ArrayList<>());
        assertThat(server.awaitInFlight(1)).isTrue();
        Money reserved = session.state().outstanding();
        gate.open();
        run.get(60, TimeUnit.SECONDS);
        return reserved;
    }

    /** A token for every byte of what the model reads: as dear as it can get. */
    private static long bytes(LoopbackRequest request) {
        return (request.instructions() + request.inputText()).getBytes(StandardCharsets.UTF_8).length;
    }
}
