// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.testing.LoopbackCharge;
import dev.cadre.openai.testing.LoopbackGate;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fan-out over one long prefix, against a server that caches prompts as the provider does. */
class PrefixCachingTest extends LoopbackTest {
    private static final int ITEMS = 50;
    private static final String CHARGING = "gpt-6-luna";
    private static final String HANDBOOK = "A cat that purrs is at ease, as a rule. ".repeat(800);
    private static final Duration PATIENT = Duration.ofMinutes(5);

    record Page(int number) {}

    record Finding(String text) {}

    private static final SubtaskType<Page, Finding> READ = SubtaskType.model(
                    "read", Page.class, Finding.class, "Look the page up in the handbook.")
            .sharing(HANDBOOK);

    private LoopbackOpenAi caching;
    private OpenAiClient cachingClient;

    @BeforeEach
    void startCaching() {
        caching = LoopbackOpenAi.start().cachingPrompts();
        cachingClient = OpenAiClient.builder(KEY).baseUrl(caching.baseUrl()).build();
    }

    @AfterEach
    void stopCaching() {
        cachingClient.close();
        caching.close();
    }

    @Test
    void fanOut_overALongPrefix_isServedFromTheCache() throws Exception {
        caching.onAny().replies(LoopbackReply.text("{\"text\":\"Yes.\"}"));

        RunResult<Items<Finding>> result = run(PATIENT);

        assertThat(result.requireComplete().values()).hasSize(ITEMS);
        long prefix = prefixTokens();
        assertThat(prefix).isBetween(8_000L, 8_400L);
        long cached = caching.charges().stream()
                .mapToLong(charge -> charge.usage().cachedInputTokens())
                .sum();
        assertThat((double) cached / (prefix * (ITEMS - 1))).isGreaterThanOrEqualTo(0.9);
        assertThat(result.spend().settled()).isEqualTo(caching.cost(ModelCatalog.standard()));
        assertThat(result.spend().tokens().cachedInputTokens()).isEqualTo(cached);
        assertThat(caching.requests().stream()
                        .map(request -> request.text("prompt_cache_key"))
                        .distinct())
                .hasSize(4);
    }

    @Test
    void fanOut_whileTheFirstCallsAreOut_waitsHoldingNothing() throws Exception {
        var gate = new LoopbackGate();
        caching.onAny().replies(LoopbackReply.text("{\"text\":\"Yes.\"}").heldBy(gate));
        BudgetGuard money = Budget.usd("1.00").open();
        var run = new FutureTask<>(() -> run(PATIENT, Budget.usd("1.00").under(money)));
        Thread.ofVirtual().start(run);

        assertThat(caching.awaitInFlight(4)).isTrue();
        Money ofFour = money.state().outstanding();
        gate.open();

        assertThat(run.get().requireComplete().values()).hasSize(ITEMS);
        assertThat(missing()).isEqualTo(4);
        assertThat(ofFour).isLessThan(Money.usd("0.05"));
    }

    /** The control: what the wait is for. */
    @Test
    void fanOut_withoutPatience_paysThePrefixFiftyTimes() throws Exception {
        var gate = new LoopbackGate();
        caching.onAny().replies(LoopbackReply.text("{\"text\":\"Yes.\"}").heldBy(gate));
        var run = new FutureTask<>(() -> run(Duration.ZERO));
        Thread.ofVirtual().start(run);

        assertThat(caching.awaitInFlight(ITEMS)).isTrue();
        gate.open();

        assertThat(run.get().spend().settled()).isEqualTo(caching.cost(ModelCatalog.standard()));
        // one or two may still arrive after the gate has opened
        assertThat(missing()).isGreaterThan(ITEMS - 10);
    }

    @Test
    void cacheWrites_areBilledWhereTheFamilyCharges() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Yes.").usage(new TokenUsage(9_000, 0, 8_000, 100, 0)));
        BudgetGuard money = Budget.usd("1.00").open();

        ModelPool.of(client, "gpt-6-luna")
                .call(
                        REQUEST.withModel("gpt-6-luna"),
                        CallTerms.of(money, PURPOSE, System.nanoTime() + AMPLE.toNanos()));

        // 1,000 x $0.10 + 8,000 x $0.125 + 100 x $0.50 per million
        assertThat(money.state().settled()).isEqualTo(Money.usd("0.00115"));
    }

    /** Such models find only what was marked: one write for each cache key, instead of fifty of the whole prompt. */
    @Test
    void fanOut_onAModelThatChargesForWrites_paysOneWriteForEachKey() throws Exception {
        caching.onAny().replies(LoopbackReply.text("{\"text\":\"Yes.\"}"));

        RunResult<Items<Finding>> result =
                run(ModelPool.builder(cachingClient, CHARGING).prefixPatience(PATIENT));

        assertThat(result.requireComplete().values()).hasSize(ITEMS);
        TokenUsage used = result.spend().tokens();
        long prefix = used.cacheWriteTokens() / 4;
        assertThat(prefix).isBetween(8_000L, 8_400L);
        assertThat(used.cacheWriteTokens()).isEqualTo(4 * prefix);
        assertThat(used.cachedInputTokens()).isEqualTo((ITEMS - 4) * prefix);
        assertThat(result.spend().settled()).isEqualTo(caching.cost(ModelCatalog.standard()));
    }

    /** The control: what the marks are for. */
    @Test
    void fanOut_withoutMarks_paysAWriteForEachCall() throws Exception {
        caching.onAny().replies(LoopbackReply.text("{\"text\":\"Yes.\"}"));
        ModelSpec unmarked = ModelCatalog.standard().spec(CHARGING).withCapabilities(Set.of(Capability.JSON_SCHEMA));

        RunResult<Items<Finding>> result = run(ModelPool.builder(cachingClient, CHARGING)
                .catalog(ModelCatalog.of(List.of(unmarked)))
                .prefixPatience(PATIENT));

        assertThat(result.spend().tokens().cachedInputTokens()).isZero();
        assertThat(result.spend().tokens().cacheWriteTokens()).isGreaterThan(ITEMS * 8_000L);
    }

    @Test
    void shortPrompt_onAModelThatChargesForWrites_isNotKept() throws InterruptedException {
        caching.onAny().replies(LoopbackReply.text("Yes."));
        BudgetGuard money = Budget.usd("1.00").open();
        ModelRequest alone = REQUEST.withModel(CHARGING).withTurns(List.of(new Turn.User("Long. ".repeat(2_000))));

        ModelReply reply = ModelPool.of(cachingClient, CHARGING)
                .call(alone, CallTerms.of(money, PURPOSE, System.nanoTime() + AMPLE.toNanos()));

        assertThat(reply.usage().inputTokens()).isGreaterThan(3_000);
        assertThat(reply.usage().cacheWriteTokens()).isZero();
    }

    /** Each round finds what the one before it ended with, and keeps what came since. */
    @Test
    void roundsOfTools_findTheRoundBefore() throws InterruptedException {
        caching.onAny().replies(LoopbackReply.text("Yes."));
        var call = new ToolCall("c1", "grep", "{}");
        ModelRequest first = REQUEST.withModel(CHARGING)
                .withTools(List.of(new ToolSpec(
                        "grep",
                        "Finds.",
                        "{\"type\":\"object\",\"properties\":{}," + "\"required\":[],\"additionalProperties\":false}")))
                .withOptions(REQUEST.options().withPromptCaching(PromptCaching.MARKED))
                .withTurns(List.of(new Turn.User("Look. ".repeat(1_000))));
        var turns = new ArrayList<Turn>(first.turns());
        turns.add(new Turn.Assistant("", List.of(call, new ToolCall("c2", "grep", "{}")), ""));
        turns.add(new Turn.ToolResult("c1", "found ".repeat(1_000)));
        turns.add(new Turn.ToolResult("c2", "nothing"));

        TokenUsage one = cachingClient.call(first, plain()).usage();
        TokenUsage two = cachingClient.call(first.withTurns(turns), plain()).usage();

        assertThat(one.cachedInputTokens()).isZero();
        assertThat(two.cachedInputTokens()).isEqualTo(one.cacheWriteTokens()).isGreaterThan(1_500);
        assertThat(two.cacheWriteTokens()).isBetween(1_500L, 1_510L);
    }

    @Test
    void marks_standAtTheEndsOfWhatIsReadAgain() throws InterruptedException {
        caching.onAny().replies(LoopbackReply.text("Yes."));
        var photo = Attachment.Image.of("image/png", new byte[] {1});
        ModelRequest marked =
                REQUEST.withModel(CHARGING).withOptions(REQUEST.options().withPromptCaching(PromptCaching.MARKED));

        cachingClient.call(marked.withTurns(List.of(new Turn.User("Look.", List.of(photo)))), plain());

        LoopbackRequest sent = caching.requests().getLast();
        assertThat(sent.instructions()).isEqualTo("Answer.");
        assertThat(Json.parse(sent.body())).isEqualTo(Json.parse("""
                {"model":"gpt-6-luna","input":[
                  {"type":"message","role":"developer","content":[{"type":"input_text","text":"Answer.",
                    "prompt_cache_breakpoint":{"mode":"explicit"}}]},
                  {"type":"message","role":"user","content":[{"type":"input_text","text":"Look."},
                    {"type":"input_image","detail":"high","image_url":"data:image/png;base64,AQ=="}]}],
                 "prompt_cache_options":{"mode":"explicit"},"max_output_tokens":64,"reasoning":{"effort":"none"},
                 "service_tier":"default","store":false}"""));
    }

    @Test
    void prompt_beginsWithWhatAllSubtasksShare() throws Exception {
        caching.onAny().replies(LoopbackReply.text("{\"text\":\"Yes.\"}"));

        run(PATIENT);

        assertThat(caching.requests().stream()
                        .map(LoopbackRequest::instructions)
                        .distinct())
                .singleElement()
                .satisfies(instructions ->
                        assertThat(instructions).contains("\n\nYour task:\nLook the page up", HANDBOOK.strip()));
    }

    private RunResult<Items<Finding>> run(Duration patience) throws InterruptedException {
        return run(patience, Budget.usd("1.00"));
    }

    private RunResult<Items<Finding>> run(Duration patience, Budget budget) throws InterruptedException {
        return run(ModelPool.builder(cachingClient, MODEL).prefixPatience(patience), budget);
    }

    private static RunResult<Items<Finding>> run(ModelPool.Builder pool) throws InterruptedException {
        return run(pool, Budget.usd("1.00"));
    }

    private static RunResult<Items<Finding>> run(ModelPool.Builder pool, Budget budget) throws InterruptedException {
        var graph = TaskGraph.builder();
        List<Page> pages = IntStream.range(0, ITEMS).mapToObj(Page::new).toList();
        var read = graph.add("read", READ, Input.forEach(pages));
        return Coordinator.of(ModelPools.of(pool.build())).run(graph.answering(read), budget);
    }

    private long missing() {
        return caching.charges().stream()
                .map(LoopbackCharge::usage)
                .filter(usage -> usage.cachedInputTokens() == 0)
                .count();
    }

    /** What all requests begin with, at four bytes a token as the server counts. */
    private long prefixTokens() {
        LoopbackRequest any = caching.requests().getFirst();
        return any.instructions().getBytes(StandardCharsets.UTF_8).length / 4;
    }
}
