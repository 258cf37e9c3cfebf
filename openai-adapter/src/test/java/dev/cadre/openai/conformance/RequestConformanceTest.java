// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.BatchClient;
import dev.cadre.model.CallContext;
import dev.cadre.model.CallOptions;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Effort;
import dev.cadre.model.McpApprovalTool;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.model.Verbosity;
import dev.cadre.openai.OpenAiClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the adapter sends, byte for byte, shown to a validator that reads OpenAI's own description of its API. */
@Tag("conformance")
class RequestConformanceTest {
    private static final String OBJECT = """
            {"type":"object","properties":{"word":{"type":"string"}},"required":["word"],"additionalProperties":false}""";
    private static final ModelRequest PLAIN = ModelRequest.of("gpt-5.4-nano", "Answer.", "What is a cat?", 64);
    private static final ToolSpec LOOKUP = new ToolSpec("lookup", "Looks a word up.", OBJECT);
    private static final Attachment PICTURE = Attachment.Image.of("image/png", new byte[] {1, 2, 3});
    private static final List<Attachment> ATTACHED = List.of(
            PICTURE,
            Attachment.Image.of("image/webp", new byte[] {1}).withDetail(Attachment.Detail.LOW),
            Attachment.File.of("cats.pdf", "application/pdf", new byte[] {1}).boundedBy(1_000));
    private static final ModelRequest OPERATING =
            ModelRequest.of("gpt-5.4-mini", "Operate.", "Fill in the form.", 64).withTools(List.of(ComputerTool.SPEC));
    private static final AtomicInteger ACCEPTED = new AtomicInteger();
    private static final AtomicInteger REFUSED = new AtomicInteger();
    private static final ProviderTool.RemoteMcp KEYED =
            new ProviderTool.RemoteMcp("keyed", URI.create("https://mcp.example.org/keyed"), List.of("find"));
    private static final CallOptions CALLING = CallOptions.NONE.withProviderTools(List.of(KEYED), 2);

    private static NodeServer validator;
    private static Recorder recorder;
    private static OpenAiClient client;
    private static OpenAiClient chat;
    private static HttpClient http;

    /** One kind of request that the adapter makes. */
    private record Kind(String name, ModelRequest request) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        NodeKit kit = Conformance.kit();
        var description = Conformance.description(kit);
        recorder = new Recorder();
        client = OpenAiClient.builder(Conformance.KEY)
                .baseUrl(recorder.baseUrl())
                .mcpAuthorization(KEYED.address(), "mcp-token-0123")
                .mcpHeader(KEYED.address(), "X-Api-Key", "mcp-header-0123")
                .build();
        chat = OpenAiClient.builder(Conformance.KEY)
                .baseUrl(recorder.baseUrl())
                .chatCompletions()
                .build();
        http = HttpClient.newHttpClient();
        validator = NodeServer.validator(kit, description);
    }

    @AfterAll
    static void stop() {
        if (recorder == null) {
            return;
        }
        http.close();
        chat.close();
        client.close();
        recorder.close();
        if (validator == null) {
            return;
        }
        validator.close();
        Conformance.tell(
                "request bodies accepted by OpenAI's description",
                ACCEPTED.get(),
                kinds().size() * 2 + unkeyedKinds().size() * 2 + chatKinds().size() * 2 + 1);
        Conformance.tell("planted errors refused by it", REFUSED.get(), 16);
    }

    static Stream<Kind> everyKind() {
        return kinds().stream();
    }

    static Stream<Kind> everyKindOfChat() {
        return chatKinds().stream();
    }

    static Stream<Kind> everyUnkeyedKind() {
        return unkeyedKinds().stream();
    }

    /** What shows nobody a secret: the rest is neither kept in files nor streamed. */
    private static List<Kind> unkeyedKinds() {
        return kinds().stream()
                .filter(kind -> !kind.request().options().providerTools().contains(KEYED))
                .toList();
    }

    /** What Chat Completions can say: no tools at the provider, no screen, no pictures from tools. */
    private static List<Kind> chatKinds() {
        return kinds().stream()
                .filter(kind -> kind.request().options().providerTools().isEmpty())
                .filter(kind -> !kind.request().tools().contains(ComputerTool.SPEC))
                .filter(kind -> kind.request().turns().stream()
                        .noneMatch(turn -> turn instanceof Turn.ToolResult result
                                && !result.attachments().isEmpty()))
                .toList();
    }

    private static List<Kind> kinds() {
        var kinds = new ArrayList<Kind>();
        kinds.add(new Kind("plain text", PLAIN));
        kinds.add(new Kind("no instructions", ModelRequest.of("gpt-5.4-nano", "", "What is a cat?", 64)));
        kinds.add(new Kind("strict schema", PLAIN.withOutput(new OutputFormat.JsonSchema("verdict", OBJECT))));
        kinds.add(new Kind("tools", PLAIN.withTools(List.of(LOOKUP))));
        kinds.add(new Kind("tool results", afterTools("")));
        kinds.add(new Kind("reasoning sent back", afterTools("""
                [{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"c2VjcmV0"},\
                {"type":"function_call","id":"fc_1","call_id":"c1","name":"lookup","arguments":"{}","status":"completed"},\
                {"type":"function_call","id":"fc_2","call_id":"c2","name":"lookup","arguments":"{}","status":"completed"}]""")));
        kinds.add(new Kind(
                "commentary sent back",
                PLAIN.withTurns(List.of(
                        new Turn.User("What is a cat?"),
                        new Turn.Assistant("A pet.", List.of(), """
                        [{"type":"message","id":"msg_1","role":"assistant","status":"completed","phase":"final_answer",\
                        "content":[{"type":"output_text","text":"A pet.","annotations":[],"logprobs":[]}]}]"""),
                        new Turn.User("Sure?")))));
        for (Effort effort : Effort.values()) {
            kinds.add(new Kind("effort " + effort, PLAIN.withEffort(effort)));
        }
        for (ServiceTier tier : List.of(ServiceTier.STANDARD, ServiceTier.FLEX, ServiceTier.PRIORITY)) {
            kinds.add(new Kind("service tier " + tier, PLAIN.withServiceTier(tier)));
        }
        kinds.add(new Kind("pictures and a file", PLAIN.withTurns(List.of(new Turn.User("What is this?", ATTACHED)))));
        kinds.add(new Kind("pictures of a tool", afterTools("", ATTACHED)));
        kinds.add(new Kind(
                "cache key, safety identifier, verbosity, sampling",
                PLAIN.withOptions(CallOptions.NONE
                        .withCacheKey("cadre-1")
                        .withSafetyIdentifier("user-1")
                        .withSampling(Sampling.ofTemperature(0.7).withTopP(0.9))
                        .withVerbosity(Verbosity.LOW))));
        ModelRequest marked = PLAIN.withOptions(CallOptions.NONE.withPromptCaching(PromptCaching.MARKED));
        kinds.add(new Kind("marked prompt", marked.withOutput(new OutputFormat.JsonSchema("verdict", OBJECT))));
        kinds.add(new Kind(
                "marked rounds of tools",
                marked.withTools(List.of(LOOKUP)).withTurns(afterTools("").turns())));
        kinds.add(new Kind(
                "marked file and picture",
                marked.withTools(List.of(LOOKUP))
                        .withTurns(List.of(
                                new Turn.User("What is this?", ATTACHED),
                                new Turn.Assistant("", List.of(new ToolCall("c1", "lookup", "{}")), ""),
                                new Turn.ToolResult("c1", "It purrs.", List.of(PICTURE))))));
        for (ProviderTool tool : List.of(
                new ProviderTool.WebSearch(List.of("example.org")),
                ProviderTool.FileSearch.in("vs_1"),
                new ProviderTool.CodeInterpreter(),
                new ProviderTool.RemoteMcp("tools", URI.create("https://mcp.example.org/"), List.of("find")))) {
            kinds.add(new Kind(
                    "provider tool " + tool.kind(),
                    PLAIN.withOptions(CallOptions.NONE.withProviderTools(List.of(tool), 3))));
        }
        kinds.add(new Kind("MCP server with a key", PLAIN.withOptions(CALLING)));
        kinds.add(new Kind("call of an MCP server approved", afterAsking(McpApprovalTool.APPROVED)));
        kinds.add(new Kind("call of an MCP server refused", afterAsking("not today")));
        kinds.add(new Kind("computer tool", OPERATING));
        kinds.add(new Kind("picture of a screen", afterOperating()));
        return kinds;
    }

    private static ModelRequest afterAsking(String answer) {
        String state = """
                [{"type":"mcp_list_tools","id":"mcpl_1","server_label":"keyed","tools":[{"name":"find","input_schema":{}}]},\
                {"type":"mcp_approval_request","id":"mcpr_1","server_label":"keyed","name":"find","arguments":"{}"}]""";
        return PLAIN.withOptions(CALLING)
                .withTools(List.of(McpApprovalTool.SPEC))
                .withTurns(List.of(
                        new Turn.User("What is a cat?"),
                        new Turn.Assistant("", List.of(new ToolCall("mcpr_1", McpApprovalTool.NAME, "{}")), state),
                        new Turn.ToolResult("mcpr_1", answer)));
    }

    private static ModelRequest afterOperating() {
        var call = new ToolCall("c1", ComputerTool.NAME, "{}");
        String state = """
                [{"type":"computer_call","id":"cu_1","call_id":"c1","status":"completed",\
                "actions":[{"type":"click","x":1,"y":2,"button":"left","keys":null},{"type":"wait"}],\
                "pending_safety_checks":[{"id":"sc_1","code":"malicious_instructions","message":"Odd."}]}]""";
        return OPERATING.withTurns(List.of(
                new Turn.User("Fill in the form."),
                new Turn.Assistant("", List.of(call), state),
                new Turn.ToolResult("c1", "not approved", List.of(PICTURE))));
    }

    private static ModelRequest afterTools(String providerState) {
        return afterTools(providerState, List.of());
    }

    private static ModelRequest afterTools(String providerState, List<Attachment> attachments) {
        var calls = List.of(new ToolCall("c1", "lookup", "{}"), new ToolCall("c2", "lookup", "{}"));
        return PLAIN.withTools(List.of(LOOKUP))
                .withEffort(Effort.LOW)
                .withTurns(List.of(
                        new Turn.User("What is a cat?"),
                        new Turn.Assistant("Let me see.", calls, providerState),
                        new Turn.ToolResult("c1", "It purrs.", attachments),
                        new Turn.ToolResult("c2", "It barks.")));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void body_ofEveryKind_isAccepted(Kind kind) throws IOException, InterruptedException {
        assertAccepted(sent(client, kind, Conformance.plain()));
    }

    @ParameterizedTest
    @MethodSource("everyUnkeyedKind")
    void streamingBody_ofEveryKind_isAccepted(Kind kind) throws IOException, InterruptedException {
        Recorder.Sent sent = sent(client, kind, Conformance.streamed(piece -> {}));

        assertThat(sent.body()).contains("\"stream\":true");
        assertAccepted(sent);
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void bodyOfTheTokenCount_ofEveryKind_isAccepted(Kind kind) throws IOException, InterruptedException {
        assertThatThrownBy(() -> client.count(kind.request(), Conformance.plain()))
                .isInstanceOf(ModelException.InvalidRequest.class);
        Recorder.Sent sent = recorder.only();

        assertThat(sent.path()).isEqualTo("/responses/input_tokens");
        assertAccepted(sent);
    }

    @ParameterizedTest
    @MethodSource("everyKindOfChat")
    void chatBody_ofEveryKind_isAccepted(Kind kind) throws IOException, InterruptedException {
        Recorder.Sent sent = sent(chat, kind, Conformance.plain());

        assertThat(sent.path()).isEqualTo("/chat/completions");
        assertAccepted(sent);
    }

    @ParameterizedTest
    @MethodSource("everyKindOfChat")
    void streamingChatBody_ofEveryKind_isAccepted(Kind kind) throws IOException, InterruptedException {
        Recorder.Sent sent = sent(chat, kind, Conformance.streamed(piece -> {}));

        assertThat(sent.body()).contains("\"stream\":true");
        assertAccepted(sent);
    }

    @ParameterizedTest
    @MethodSource("everyUnkeyedKind")
    void lineOfABatch_ofEveryKind_isAccepted(Kind kind) throws IOException, InterruptedException {
        Json.Obj line = (Json.Obj) Json.parse(batches().line("item-1", kind.request()));

        assertThat(line.string("custom_id")).isEqualTo("item-1");
        assertThat(line.string("method")).isEqualTo("POST");
        assertThat(line.string("url")).isEqualTo("/v1/responses");
        assertAccepted(new Recorder.Sent("/responses", line.object("body").write()));
    }

    @Test
    void batch_isAskedForAsDescribed() throws IOException, InterruptedException {
        assertThatThrownBy(() -> batches().create("file-1", Map.of("cadre-run", "run-1"), Duration.ofMinutes(1)))
                .isInstanceOf(ModelException.class);
        Recorder.Sent sent = recorder.only();

        assertThat(sent.path()).isEqualTo("/batches");
        assertAccepted(sent);
        String elsewhere = sent.body().replace("/v1/responses", "/v1/nowhere");
        assertThat(ask(new Recorder.Sent(sent.path(), elsewhere)).statusCode()).isEqualTo(422);
        REFUSED.incrementAndGet();
    }

    private static BatchClient batches() {
        return client.batches().orElseThrow();
    }

    /** The control: a validator that lets these pass shows nothing. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "effort LOW            | \"effort\":\"low\"              | \"effort\":\"banana\"     | reasoning.effort",
                "service tier FLEX     | \"service_tier\":\"flex\"       | \"service_tier\":\"soon\" | service_tier",
                "strict schema         | \"name\":\"verdict\",           | ``                        | text.format",
                "plain text            | \"max_output_tokens\":64        | \"max_output_tokens\":\"x\"  | max_output_tokens",
                "plain text            | \"store\":false                 | \"store\":\"no\"          | store",
                "plain text            | \"role\":\"user\"               | \"role\":\"cat\"          | input",
                "tools                 | \"type\":\"function\"           | \"type\":\"fuction\"      | tools",
                "tool results          | \"type\":\"function_call_output\" | \"type\":\"result\"     | input",
                "pictures and a file   | \"detail\":\"low\"              | \"detail\":\"vague\"      | input",
                "marked prompt         | \"prompt_cache_options\":{\"mode\":\"explicit\" | "
                        + "\"prompt_cache_options\":{\"mode\":\"now\" | prompt_cache_options",
                "marked prompt         | \"prompt_cache_breakpoint\":{\"mode\":\"explicit\" | "
                        + "\"prompt_cache_breakpoint\":{\"mode\":\"now\" | input",
                "MCP server with a key | \"authorization\":\"mcp-token-0123\" | \"authorization\":7 | tools",
                "call of an MCP server approved | \"approve\":true | \"approve\":\"perhaps\" | input",
                "computer tool         | \"type\":\"computer\"           | \"type\":\"komputer\"     | tools",
                "picture of a screen   | \"type\":\"computer_screenshot\" | \"type\":\"photo\"       | input"
            })
    void plantedError_inBody_isRefused(String kind, String right, String wrong, String place)
            throws IOException, InterruptedException {
        Recorder.Sent good = sent(client, named(kind), Conformance.plain());
        assertThat(good.body()).contains(right);

        HttpResponse<String> answer =
                ask(new Recorder.Sent(good.path(), good.body().replace(right, wrong)));

        assertThat(answer.statusCode()).as("%.1500s", answer.body()).isEqualTo(422);
        assertThat(answer.body()).contains("Request body property " + place);
        REFUSED.incrementAndGet();
    }

    private static Kind named(String name) {
        return kinds().stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Recorder.Sent sent(OpenAiClient by, Kind kind, CallContext context) {
        assertThatThrownBy(() -> by.call(kind.request(), context))
                .isInstanceOf(ModelException.InvalidRequest.class)
                .hasMessageContaining("recorded");
        return recorder.only();
    }

    private static void assertAccepted(Recorder.Sent sent) throws IOException, InterruptedException {
        HttpResponse<String> answer = ask(sent);
        assertThat(answer.statusCode())
                .as("%s%n%.1500s", sent.body(), answer.body())
                .isEqualTo(200);
        ACCEPTED.incrementAndGet();
    }

    /**
     * The validator cannot answer a stream, but it judges the body of one. Of an approval the description requires a
     * {@code request_id} that it does not describe, and that the SDK does not know; it is added here.
     */
    private static HttpResponse<String> ask(Recorder.Sent sent) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(validator.address() + sent.path()))
                        .header("Authorization", "Bearer " + Conformance.KEY)
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(sent.body()
                                .replace("\"approval_request_id\":", "\"request_id\":\"\",\"approval_request_id\":")))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
