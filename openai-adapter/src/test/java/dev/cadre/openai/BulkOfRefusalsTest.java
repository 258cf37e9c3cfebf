// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.AuthFailed;
import dev.cadre.model.ModelException.QuotaExhausted;
import dev.cadre.model.ModelException.Unreachable;
import dev.cadre.model.Tier;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bulk of which a firewall, a gateway and a content filter refuse single items, and one with a wrong key. */
class BulkOfRefusalsTest extends LoopbackTest {
    record Ticket(int number) {}

    record Label(String label) {}

    private static final int PARALLEL = 16;
    private static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket.");
    private static final Pattern NUMBER = Pattern.compile("\"number\":\\s*(\\d+)");
    private static final LoopbackReply BLOCKED =
            LoopbackReply.raw(403, "text/html", "<html><h1>Access denied</h1>You have no permission.</html>");
    private static final LoopbackReply BUG = LoopbackReply.text("{\"label\":\"bug\"}");
    private static final LoopbackReply NOWHERE = LoopbackReply.raw(404, "text/html", "<html>Not found</html>");
    private static final LoopbackReply TOO_DEAR = LoopbackReply.raw(
            402, "application/json", "{\"error\":{\"code\":402,\"message\":\"You can only afford 90 tokens.\"}}");
    private static final LoopbackReply FILTERED = LoopbackReply.raw(
            400,
            "application/json",
            "{\"error\":{\"code\":\"content_filter\",\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}");

    private final ModelPools pools = OpenAi.fromEnv(
            Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl()), pool -> pool.maxParallel(PARALLEL));
    private final Map<String, Integer> outcomes = new TreeMap<>();

    @AfterEach
    void close() {
        pools.close();
    }

    private BulkSummary label(int tickets) throws InterruptedException {
        return label(pools, tickets);
    }

    private BulkSummary label(ModelPools pools, int tickets) throws InterruptedException {
        return Coordinator.of(pools)
                .bulk(LABEL)
                .run(
                        IntStream.range(0, tickets).mapToObj(Ticket::new),
                        Budget.usd("50.00"),
                        item -> outcomes.merge(name(item), 1, Integer::sum));
    }

    /** The kind of the outcome, and the class of the failure behind it. */
    private static String name(BulkItem<Label> item) {
        if (item.outcome() instanceof Outcome.Failed<Label>(Failure failure)) {
            return failure.kind()
                    + failure.cause()
                            .map(cause -> " " + cause.getClass().getSimpleName())
                            .orElse("");
        }
        return item.outcome().getClass().getSimpleName();
    }

    private static LoopbackReply answer(LoopbackRequest request) {
        Matcher number = NUMBER.matcher(request.inputText());
        assertThat(number.find()).as(request.inputText()).isTrue();
        int ticket = Integer.parseInt(number.group(1));
        if (ticket % 50 == 7) {
            return BLOCKED;
        }
        return switch (ticket % 100) {
            case 8 -> TOO_DEAR;
            case 9 -> FILTERED;
            default -> BUG;
        };
    }

    @Test
    void refusalsOfSingleItems_failTheseItems_andStopNothing() throws InterruptedException {
        server.onAny().answers(BulkOfRefusalsTest::answer);

        BulkSummary summary = label(1_000);

        assertThat(outcomes)
                .isEqualTo(Map.of(
                        "Succeeded", 960,
                        "MODEL_FAILED AuthFailed", 20,
                        "MODEL_FAILED QuotaExhausted", 10,
                        "FILTERED", 10));
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.END_OF_INPUT);
        assertThat(pools.pool(Tier.NANO).stoppedBy()).isEmpty();
        assertThat(server.requests()).as("nothing is tried twice").hasSize(1_000);
    }

    @Test
    void wrongKey_inTheWordsOfAnyProvider_stopsWithinTheFirstCalls() throws InterruptedException {
        server.onAny()
                .replies(LoopbackReply.raw(
                        400, "application/json", "[{\"error\":{\"code\":400,\"message\":\"API key not valid.\"}}]"));

        BulkSummary summary = label(1_000);

        assertStoppedBy(AuthFailed.class, summary);
        assertThat(server.requests()).as("each API is asked once").hasSizeLessThanOrEqualTo(2 * PARALLEL);
    }

    @Test
    void everyRequestBlocked_stopsAfterTheFewestThatProveIt() throws InterruptedException {
        server.onAny().replies(BLOCKED);

        BulkSummary summary = label(1_000);

        assertStoppedBy(AuthFailed.class, summary);
        assertThat(server.requests()).as("each API is asked once").hasSizeBetween(20, 2 * (10 + PARALLEL));
    }

    @Test
    void accountWithoutMoney_stopsAfterTheFewestThatProveIt() throws InterruptedException {
        server.onAny().replies(TOO_DEAR);

        assertStoppedBy(QuotaExhausted.class, label(1_000));
        assertThat(server.requests()).hasSizeBetween(10, 10 + PARALLEL);
    }

    @Test
    void addressThatHasAnswered_andRefusesSingleItems_stopsNothing() throws InterruptedException {
        var calls = new AtomicInteger();
        server.onAny().answers(request -> calls.incrementAndGet() % 50 == 0 ? NOWHERE : BUG);

        BulkSummary summary = label(200);

        assertThat(outcomes).isEqualTo(Map.of("Succeeded", 196, "MODEL_FAILED Unreachable", 4));
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.END_OF_INPUT);
        assertThat(server.requests()).as("nothing is tried twice").hasSize(200);
    }

    @Test
    void addressThatIsGone_stopsAfterTheFewestThatProveIt() throws InterruptedException {
        var calls = new AtomicInteger();
        server.onAny().answers(request -> calls.incrementAndGet() <= 50 ? BUG : NOWHERE);

        assertStoppedBy(Unreachable.class, label(1_000));
        assertThat(server.requests())
                .as("each of the good replies in flight may begin the row of ten anew")
                .hasSizeBetween(60, 60 + PARALLEL + PARALLEL * 10);
    }

    /** A refusal comes before any answer, also where the address is right. */
    @ParameterizedTest
    @CsvSource({"404, false", "404, true", "302, false", "405, true"})
    void oneRefusalBeforeAnyAnswer_failsItsItemAlone(int status, boolean declared) throws InterruptedException {
        var refused = new CountDownLatch(1);
        server.onAny().answers(request -> {
            if (request.inputText().contains("\"number\":3}")) {
                refused.countDown();
                return LoopbackReply.raw(status, "text/html", "<html>no way</html>");
            }
            await(refused);
            return BUG;
        });
        var environment = new HashMap<>(Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl()));
        if (declared) {
            environment.put("CADRE_API", "chat");
        }

        BulkSummary summary;
        try (ModelPools own = OpenAi.fromEnv(environment, pool -> pool.maxParallel(PARALLEL))) {
            summary = label(own, 200);
        }

        assertThat(outcomes).isEqualTo(Map.of("Succeeded", 199, "MODEL_FAILED Unreachable", 1));
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.END_OF_INPUT);
    }

    @Test
    void wrongAddress_stopsWithinTheFirstCalls() throws InterruptedException {
        server.onAny().replies(NOWHERE);

        assertStoppedBy(Unreachable.class, label(1_000));
        assertThat(server.requests())
                .as("each call in flight asks both APIs, and both three times more; then nine others ask one")
                .hasSizeLessThanOrEqualTo(8 * PARALLEL + 9 + PARALLEL);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertStoppedBy(Class<? extends ModelException> expected, BulkSummary summary) {
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.PAUSED);
        assertThat(pools.pool(Tier.NANO).stoppedBy().orElseThrow())
                .isInstanceOf(expected)
                .returns(ModelException.Reach.RUN, ModelException::reach);
    }
}
