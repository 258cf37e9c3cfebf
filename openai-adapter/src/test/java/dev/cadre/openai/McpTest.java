// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Lane;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.json.Json;
import dev.cadre.model.CallOptions;
import dev.cadre.model.McpApprovalTool;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ProviderTool.RemoteMcp;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Failure;
import dev.cadre.task.McpApproval;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Cassette;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Remote MCP servers: what they are shown goes one way, and what they do may be asked about. */
class McpTest extends LoopbackTest {
    private static final String TOKEN = "canary-token/\"0123";
    private static final String HEADER = "canary-header-4567";
    private static final URI ADDRESS = URI.create("https://mcp.example/weather");
    private static final RemoteMcp WEATHER = new RemoteMcp("weather", ADDRESS, List.of("forecast"));
    private static final RemoteMcp ELSEWHERE =
            new RemoteMcp("elsewhere", URI.create("https://mcp.example/other"), List.of("forecast"));

    private static final String ANSWER = "{\"text\":\"Rain.\"}";
    private static final String MESSAGE = """
            {"type":"message","id":"m","status":"completed","role":"assistant","content":[{"type":"output_text",\
            "text":"{\\"text\\":\\"Rain%s\\"}","annotations":[]}]}""";
    private static final String ASKS = """
            [{"type":"mcp_approval_request","id":"mcpr_1","server_label":"weather","name":"forecast",\
            "arguments":"{\\"city\\":\\"Rome\\"}"}]""";

    private static OpenAiClient keyed;

    record Question(String text) {}

    record Answer(String text) {}

    private static final SubtaskType<Question, Answer> ASK = SubtaskType.model(
                    "ask", Question.class, Answer.class, "Answer with sources.")
            .providerTools(3, WEATHER, ELSEWHERE);

    @TempDir
    Path folder;

    @BeforeAll
    static void startWithKeys() {
        keyed = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .mcpAuthorization(ADDRESS, TOKEN)
                .mcpHeader(ADDRESS, "X-Api-Key", HEADER)
                .build();
    }

    @AfterAll
    static void stopWithKeys() {
        keyed.close();
    }

    private static ModelPools pools(OpenAiClient client) {
        return ModelPools.of(ModelPool.builder(client, MODEL)
                .toolPrice(ProviderTool.Kind.MCP, new Price.OfTool(Money.ZERO, 10_000))
                .retryPolicy(RetryPolicy.none())
                .build());
    }

    private static RunResult<Answer> run(SubtaskType<Question, Answer> type) throws InterruptedException {
        var graph = TaskGraph.builder();
        var answer = graph.add("ask", type, new Question("Will it rain?"));
        return Coordinator.of(pools(keyed)).run(graph.answering(answer), Budget.usd("1.00"));
    }

    private static List<Json.Obj> sent(String list) {
        Json.Obj body = (Json.Obj) Json.parse(server.requests().getLast().body());
        return body.items(list).stream().map(Json.Obj.class::cast).toList();
    }

    // --- secrets

    @Test
    void secret_isShownToItsServerAlone_andNowhereElse() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text(ANSWER));

        run(ASK).requireComplete();

        Json.Obj own = sent("tools").getFirst();
        assertThat(own.string("server_url")).isEqualTo(ADDRESS.toString());
        assertThat(own.string("authorization")).isEqualTo(TOKEN);
        assertThat(own.object("headers").fields()).containsOnly(Map.entry("X-Api-Key", new Json.Str(HEADER)));
        Json.Obj other = sent("tools").getLast();
        assertThat(other.string("server_url")).isEqualTo("https://mcp.example/other");
        assertThat(other.fields()).doesNotContainKeys("authorization", "headers");
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.headers().toString()).doesNotContain("canary-token", "canary-header");
            assertThat(request.body().split("canary-", -1)).hasSize(3);
        });
        assertThat(keyed.toString()).doesNotContain("canary-");
    }

    @Test
    void secret_thatEverybodyRepeats_isInNoResultEventJournalOrCassette() throws Exception {
        String echo = "I was shown " + TOKEN.replace("\"", "\\\\\\\"") + " and " + HEADER;
        String echoed = "[{\"type\":\"mcp_call\",\"id\":\"mcp_1\",\"server_label\":\"weather\",\"name\":\"forecast\","
                + "\"arguments\":\"{}\",\"output\":\"" + HEADER + "\"}," + MESSAGE.formatted(": " + echo) + "]";
        says("error", LoopbackReply.error(400, "invalid_request_error", "bad", "not with " + TOKEN));
        says("page", LoopbackReply.raw(200, "text/html", "<html>" + TOKEN + HEADER + "</html>"));
        says("failed", LoopbackReply.failed("server_error", HEADER + " was refused"));
        says("refusal", LoopbackReply.refusal("I do not like " + HEADER));
        says("answer", LoopbackReply.text("").field("output", echoed));
        var told = new ArrayList<RunEvent>();
        Path file = folder.resolve("mcp.journal");
        Path tape = folder.resolve("mcp.cassette");
        var graph = TaskGraph.builder();
        var asked = Stream.of("error", "page", "failed", "refusal", "answer")
                .map(topic -> graph.add(topic, ASK, new Question(topic)))
                .toList();

        RunResult<Answer> result;
        try (var journal = FileJournal.open(file);
                var cassette = Cassette.open(tape, Cassette.Mode.REFRESH)) {
            result = Coordinator.builder(pools(keyed).decorated(cassette::over))
                    .listener(told::add)
                    .build()
                    .journal(journal)
                    .run(graph.answering(asked.getLast()), Budget.usd("5"));
        }

        assertThat(result.outcome(asked.getLast()))
                .isEqualTo(new Outcome.Succeeded<>(new Answer("Rain: I was shown [redacted] and [redacted]")));
        assertThat(server.requests()).hasSize(5);
        for (String text :
                List.of(result.toString(), told.toString(), Files.readString(file), Files.readString(tape))) {
            assertThat(text).contains("[redacted]").doesNotContain("canary");
        }
    }

    @Test
    void secret_isCutIntoNoPieces() throws InterruptedException {
        String echo = MESSAGE.formatted(" " + HEADER);
        server.onAny().replies(LoopbackReply.text("").field("output", "[" + echo + "]"));
        var pieces = new StringBuilder();

        ModelReply reply = keyed.call(
                REQUEST.withOptions(CallOptions.NONE.withProviderTools(List.of(WEATHER), 1)), streamed(pieces::append));

        assertThat(server.requests().getLast().body()).doesNotContain("\"stream\":true");
        assertThat(pieces.toString()).isEqualTo(reply.text()).isEqualTo("{\"text\":\"Rain [redacted]\"}");
    }

    @Test
    void secret_isNotWrittenIntoABatch() {
        server.onAny().replies(LoopbackReply.text(ANSWER));
        try (var journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var bulk = Coordinator.of(pools(keyed)).bulk(ASK).journal(journal).lane(Lane.BATCH);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bulk.run(Stream.of(new Question("x")), Budget.usd("1.00"), item -> {}))
                    .withMessageContaining("the MCP server 'weather' is shown a secret");
        }
        assertThat(server.requests()).isEmpty();
        assertThat(server.batches()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "with\nline break", "ünïcödé-tokens", " leading-space"})
    void secret_thatCouldNotBeKept_isRefused_withoutBeingQuoted(String secret) {
        var builder = OpenAiClient.builder(KEY);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.mcpAuthorization(ADDRESS, secret))
                .withMessage(
                        "what an MCP server is shown must have at least 8 characters of ASCII, not %d characters",
                        secret.length());
        assertThatIllegalArgumentException().isThrownBy(() -> builder.mcpHeader(ADDRESS, "X-Api-Key", secret));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.mcpHeader(ADDRESS, "Host", HEADER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://mcp.example/",
                "https://me@mcp.example/",
                "https://mcp.example/?api_key=canary",
                "https://mcp.example/#canary",
                "https:mcp.example"
            })
    void address_thatIsPlainOrMayHoldASecret_isNoServer(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RemoteMcp("weather", URI.create(address), List.of("forecast")))
                .withMessageNotContaining("canary");
    }

    // --- approvals

    @ParameterizedTest
    @CsvSource({"true, approved", "false, the call of forecast at weather was not approved"})
    void call_isAskedAbout_andTheAnswerGoesBack(boolean approves, String words) throws InterruptedException {
        var asked = new ArrayList<McpApproval.Call>();
        server.on(request -> !request.body().contains("mcp_approval_response"))
                .replies(LoopbackReply.text("").field("output", ASKS));
        server.onAny().replies(LoopbackReply.text(ANSWER));

        RunResult<Answer> result = run(ASK.tools(McpApproval.by(call -> {
            asked.add(call);
            return approves;
        })));

        assertThat(result.requireComplete()).isEqualTo(new Answer("Rain."));
        assertThat(asked).containsExactly(new McpApproval.Call("weather", "forecast", "{\"city\":\"Rome\"}"));
        assertThat(sent("tools"))
                .hasSize(2)
                .allSatisfy(tool -> assertThat(tool.string("require_approval")).isEqualTo("always"));
        Json.Obj answer = sent("input").getLast();
        assertThat(answer.string("type")).isEqualTo("mcp_approval_response");
        assertThat(answer.string("approval_request_id")).isEqualTo("mcpr_1");
        assertThat(answer.bool("approve")).isEqualTo(approves);
        assertThat(answer.at("reason").map(Json::write))
                .isEqualTo(approves ? Optional.empty() : Optional.of(new Json.Str(words).write()));
        assertThat(sent("input").get(sent("input").size() - 2).string("type")).isEqualTo("mcp_approval_request");
    }

    @Test
    void call_withoutARule_isRefused_andTheModelGoesOn() throws InterruptedException {
        server.on(request -> !request.body().contains("mcp_approval_response"))
                .replies(LoopbackReply.text("").field("output", ASKS));
        server.onAny().replies(LoopbackReply.text(ANSWER));

        assertThat(run(ASK).requireComplete()).isEqualTo(new Answer("Rain."));

        assertThat(sent("tools"))
                .allSatisfy(tool -> assertThat(tool.string("require_approval")).isEqualTo("never"));
        assertThat(sent("input").getLast().bool("approve")).isFalse();
    }

    @Test
    void rule_thatThrows_hasRefused() throws InterruptedException {
        server.on(request -> !request.body().contains("mcp_approval_response"))
                .replies(LoopbackReply.text("").field("output", ASKS));
        server.onAny().replies(LoopbackReply.text(ANSWER));

        run(ASK.tools(McpApproval.by(call -> {
                    throw new IllegalStateException("nobody is there");
                })))
                .requireComplete();

        assertThat(sent("input").getLast().bool("approve")).isFalse();
        assertThat(sent("input").getLast().string("reason")).isEqualTo("error: the tool failed");
    }

    @Test
    void rung_thatMayHaveApprovedSomething_isNotRepeated() throws InterruptedException {
        server.on(request -> !request.body().contains("mcp_approval_response"))
                .replies(LoopbackReply.text("").field("output", ASKS));
        server.onAny().replies(LoopbackReply.error(400, "invalid_request_error", "bad", "no"));

        RunResult<Answer> result = run(ASK.tools(McpApproval.by(call -> true)));

        assertThat(result.report().outcome("ask"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN));
    }

    @Test
    void answer_ofAnotherClient_isAnOrdinaryResult() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));
        ModelRequest foreign = REQUEST.withTurns(List.of(
                new Turn.User("x"),
                new Turn.Assistant("", List.of(new ToolCall("c1", McpApprovalTool.NAME, "{}")), ""),
                new Turn.ToolResult("c1", McpApprovalTool.APPROVED)));

        keyed.call(foreign, plain());

        assertThat(sent("input").getLast().string("type")).isEqualTo("function_call_output");
    }

    private static void says(String topic, LoopbackReply reply) {
        server.on(request -> request.inputText().contains(topic)).replies(reply);
    }
}
