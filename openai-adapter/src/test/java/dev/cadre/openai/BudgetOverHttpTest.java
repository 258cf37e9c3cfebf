// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackGate;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the server bills stays within the budget, whatever is lost on the way: 400 calls offered through the real SDK to a
 * server that always writes as much as it may, and counts a token for every byte of the prompt.
 */
@Timeout(120)
class BudgetOverHttpTest extends LoopbackTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");
    private static final int ITEMS = 200;
    private static final int MOST_CALLS = 2_000;

    /** What one call can cost at most. */
    private static Money worstCase;

    /** A call whose reply is lost is booked at its worst case. */
    @BeforeAll
    static void learnTheWorstCase() throws InterruptedException {
        server.onAny().answers(request -> dear(request).fault(LoopbackFault.RESET_IN_BODY));
        Spend spend = run(fanOut(1), Budget.usd("1.00"), pool -> pool.retryPolicy(RetryPolicy.none()))
                .spend();
        assertThat(spend.attempts()).isEqualTo(1);
        worstCase = spend.forfeited();
    }

    /** As dear as a reply can be. */
    private static LoopbackReply dear(LoopbackRequest request) {
        String prompt = request.instructions() + request.inputText();
        return LoopbackReply.text("{\"text\":\"They purr.\"}")
                .usage(TokenUsage.of(prompt.getBytes(StandardCharsets.UTF_8).length, request.maxOutputTokens()));
    }

    private static Input.Each<Topic> topics(int first, int count) {
        // names of one length: every call has the same worst case
        return Input.forEach(IntStream.range(first, first + count)
                .mapToObj(i -> new Topic("topic %03d".formatted(i)))
                .toList());
    }

    private static TaskGraph<Items<Note>> fanOut(int items) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("left", NOTE, topics(0, items)));
    }

    private static TaskGraph<Items<Note>> fourHundredCalls() {
        var graph = TaskGraph.builder();
        var left = graph.add("left", NOTE, topics(0, ITEMS));
        graph.add("right", NOTE, topics(ITEMS, ITEMS));
        return graph.answering(left);
    }

    private static RunResult<Items<Note>> run(
            TaskGraph<Items<Note>> graph, Budget budget, UnaryOperator<ModelPool.Builder> setUp)
            throws InterruptedException {
        try (var pools = OpenAi.fromEnv(Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl()), setUp)) {
            return Coordinator.of(pools).run(graph, budget);
        }
    }

    /** What the server will want to be paid. */
    private static Money bill() {
        Money bill = Money.ZERO;
        for (var served : server.billed().entrySet()) {
            bill = bill.plus(ModelCatalog.standard()
                    .spec(served.getKey())
                    .price()
                    .cost(served.getValue(), ServiceTier.STANDARD));
        }
        return bill;
    }

    /** A budget of so many tenths of a worst case, and the most calls in flight. */
    @ParameterizedTest(name = "{0} tenths of a call, {1} parallel")
    @CsvSource({
        "10, 1",
        "10, 8",
        "10, 64",
        "15, 1",
        "15, 8",
        "15, 64",
        "100, 1",
        "100, 8",
        "100, 64",
        "1000, 1",
        "1000, 8",
        "1000, 64"
    })
    void bill_ofFourHundredCalls_isWithinTheBudgetAndUsesIt(int tenths, int parallel) throws Exception {
        Money budget = Money.ofPico(worstCase.picoUsd() * tenths / 10);
        var gate = new LoopbackGate();
        server.onAny().answers(request -> dear(request).heldBy(gate));

        Spend spend = runHeld(budget, parallel, gate);

        assertThat(bill()).isLessThanOrEqualTo(budget).isEqualTo(spend.total());
        assertThat(spend.forfeited()).isEqualTo(Money.ZERO);
        // nothing that fits is left undone: another worst case would not
        assertThat(budget.minus(bill())).isLessThan(worstCase);
        if (tenths == 1_000) {
            assertThat(bill()).isGreaterThanOrEqualTo(budget.percent(95));
        }
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.maxOutputTokens()).isEqualTo(2_000));
    }

    @ParameterizedTest(name = "{0} tenths of a call, {1} parallel, seed {2}")
    @CsvSource({
        "10, 1, 1",
        "10, 8, 2",
        "10, 64, 3",
        "15, 1, 4",
        "15, 8, 5",
        "15, 64, 6",
        "100, 1, 7",
        "100, 8, 8",
        "100, 64, 9",
        "1000, 1, 10",
        "1000, 8, 11",
        "1000, 64, 12"
    })
    void bill_withATenthOfTheRepliesLost_isWithinWhatIsReported(int tenths, int parallel, long seed) throws Exception {
        Money budget = Money.ofPico(worstCase.picoUsd() * tenths / 10);
        var gate = new LoopbackGate();
        boolean[] lost = lostReplies(seed);
        server.onAny()
                .answers(request -> dear(request)
                        .heldBy(gate)
                        .fault(lost[request.arrival()] ? LoopbackFault.RESET_IN_BODY : LoopbackFault.NONE));

        Spend spend = runHeld(budget, parallel, gate);

        long losses = server.requests().stream()
                .filter(request -> lost[request.arrival()])
                .count();
        assertThat(losses).isPositive();
        assertThat(spend.forfeited()).as("each lost reply at its worst case").isEqualTo(worstCase.times(losses));
        assertThat(bill()).isLessThanOrEqualTo(spend.total());
        assertThat(spend.total()).isLessThanOrEqualTo(budget);
        if (tenths == 1_000) {
            assertThat(spend.total()).isGreaterThanOrEqualTo(budget.percent(95));
        }
    }

    /** By order of arrival; the first is always lost, so that a budget of one call meets a loss, too. */
    private static boolean[] lostReplies(long seed) {
        var random = new SplittableRandom(seed);
        var lost = new boolean[MOST_CALLS];
        for (int i = 2; i < MOST_CALLS; i++) {
            lost[i] = random.nextInt(10) == 0;
        }
        lost[1] = true;
        return lost;
    }

    /** Holds all replies until as many calls are in flight as the pool and the budget have room for. */
    private static Spend runHeld(Money budget, int parallel, LoopbackGate gate) throws Exception {
        var run = new FutureTask<>(() -> run(
                        fourHundredCalls(),
                        Budget.of(budget),
                        pool -> pool.maxParallel(parallel)
                                .retryPolicy(
                                        RetryPolicy.standard().withDelays(Duration.ofMillis(1), Duration.ofMillis(5))))
                .spend());
        Thread.ofVirtual().start(run);
        int room = Math.min(parallel, (int) (budget.picoUsd() / worstCase.picoUsd()));
        assertThat(server.awaitInFlight(room)).isTrue();
        gate.open();
        Spend spend = run.get(60, TimeUnit.SECONDS);
        int calls = server.requests().size();
        assertThat(calls).isBetween(room, 2 * ITEMS - 1);
        assertThat(spend.attempts()).isEqualTo(calls);
        return spend;
    }
}
