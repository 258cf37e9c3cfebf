// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tool loops of two rounds and more at servers that enforce what a provider wants back. */
class ToolLoopRulesTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String CALL = """
            {"index":0,"id":"%s","type":"function","function":{"name":"grep","arguments":"{\\"q\\":1}"}%s}""";
    private static final Set<String> KNOWN = Set.of("role", "content", "refusal", "name", "tool_calls", "tool_call_id");
    private static final ModelRequest REQUEST = LoopbackTest.REQUEST.withTools(List.of(
            new ToolSpec("grep", "Finds.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}")));

    private static String calling(String id, String ofMessage, String ofCall) {
        return "{\"role\":\"assistant\",%s\"tool_calls\":[%s]}".formatted(ofMessage, CALL.formatted(id, ofCall));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deepSeek_getsItsReasoningBack(boolean streamed) throws Exception {
        String message = calling("call_00_a", "\"content\":\"\",\"reasoning_content\":\"I look.\",", "");

        assertAnswered(streamed, each -> each.path("reasoning_content").asText().equals("I look."), message, message);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void openRouter_getsItsReasoningDetailsBack(boolean streamed) throws Exception {
        String details = """
                [{"type":"reasoning.text","text":"I look.","signature":"c2ln","format":"f","index":0}]""";
        JsonNode expected = MAPPER.readTree(details);

        assertAnswered(
                streamed,
                each -> each.path("reasoning_details").equals(expected),
                calling(
                        "call_a",
                        "\"content\":null,\"reasoning\":\"I look.\",\"reasoning_details\":" + details + ",",
                        ""));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gemini_getsItsSignatureBack(boolean streamed) throws Exception {
        String signature = ",\"extra_content\":{\"google\":{\"thought_signature\":\"c2ln\"}}";
        // it names no ids
        String message = calling("", "", signature);

        assertAnswered(
                streamed,
                each -> each.at("/tool_calls/0/extra_content/google/thought_signature")
                        .asText()
                        .equals("c2ln"),
                message,
                message);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mistral_getsItsThinkingBackAndIdsOfItsForm(boolean streamed) throws Exception {
        String content = """
                "content":[{"type":"thinking","thinking":[{"type":"text","text":"I look."}]},{"type":"text","text":"So."}],""";

        assertAnswered(
                streamed,
                each -> each.at("/content/0/thinking/0/text").asText().equals("I look.")
                        && each.at("/content/1/text").asText().equals("So.")
                        && each.at("/tool_calls/0/id").asText().matches("[A-Za-z0-9]{9}"),
                calling("a1B2c3D4e", content, ""),
                calling("", content, ""));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void openAi_getsNothingThatItDoesNotKnow(boolean streamed) throws Exception {
        assertAnswered(
                streamed, each -> unknownField(List.of(each)).isEmpty(), calling("call_a", "\"content\":null,", ""));
    }

    /** LM Studio and Mistral's own server, among others. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void serversThatWantAText_getOneBesideCalls(boolean streamed) throws Exception {
        assertAnswered(streamed, each -> each.path("content").isTextual(), calling("call_a", "\"content\":null,", ""));
    }

    /** As servers count that begin anew with each reply. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void constantIds_becomeUniqueInTheConversation(boolean streamed) throws Exception {
        String message = calling("0", "", "");

        assertAnswered(streamed, each -> true, message, message, message);
    }

    @Test
    void stateOfOneServer_isNotSentToAnother() throws Exception {
        String thoughtful = calling("call_a", "\"content\":\"So.\",\"reasoning_content\":\"I look.\",", "");
        try (var one = new RuleServer(messages -> "", thoughtful);
                var other = new RuleServer(ToolLoopRulesTest::unknownField, thoughtful);
                OpenAiClient oneClient = one.client();
                OpenAiClient otherClient = other.client()) {
            ModelReply asked = oneClient.call(REQUEST, LoopbackTest.plain());
            ModelReply answered = otherClient.call(next(REQUEST, asked), LoopbackTest.plain());

            assertThat(asked.providerState()).contains("I look.");
            assertThat(answered.finish()).isEqualTo(Finish.COMPLETE);
        }
    }

    @Test
    void stateOfAnotherClient_isIgnored() throws Exception {
        for (String state : List.of("[]", "{\"type\":\"AI\"}", "{broken", "{}", "text")) {
            try (var server = new RuleServer(ToolLoopRulesTest::unknownField);
                    OpenAiClient client = server.client()) {
                var call = new ToolCall("a", "grep", "{}");
                ModelRequest request = REQUEST.withTurns(List.of(
                        REQUEST.turns().getFirst(),
                        new Turn.Assistant("So.", List.of(call), state),
                        new Turn.ToolResult("a", "3 cats")));

                assertThat(client.call(request, LoopbackTest.plain()).text()).isEqualTo("Three cats.");
            }
        }
    }

    @Test
    void reasoningBeyondTheBound_isNotKept() throws Exception {
        String endless = "x".repeat(ChatState.MAX_CHARS);
        try (var server = new RuleServer(
                        messages -> "", calling("call_a", "\"reasoning_content\":\"" + endless + "\",", ""));
                OpenAiClient client = server.client()) {
            ModelReply asked = client.call(REQUEST, LoopbackTest.plain());

            assertThat(asked.providerState()).isEmpty();
            assertThat(asked.notes()).singleElement().asString().contains("is not sent back");
        }
    }

    /** Such servers read the arguments of earlier calls as JSON, and fail. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{\\\"q\\\":"})
    void argumentsThatAreNoJson_areSentBackAsJson(String arguments) throws Exception {
        String message = """
                {"tool_calls":[{"id":"call_a","function":{"name":"grep","arguments":"%s"}}]}""".formatted(arguments);

        assertAnswered(
                false,
                each -> {
                    try {
                        return MAPPER.readTree(each.at("/tool_calls/0/function/arguments")
                                        .asText())
                                .isObject();
                    } catch (JsonProcessingException e) {
                        return false;
                    }
                },
                message);
    }

    /** In both forms of a turn: the items as they came, and the neutral one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|{}",
                "{\"q\":|{\"unreadable\":\"{\\\"q\\\":\"}",
                "[1]|{\"unreadable\":\"[1]\"}",
                "{\"a\":1}{\"b\":2}|{\"unreadable\":\"{\\\"a\\\":1}{\\\"b\\\":2}\"}",
                "{ \"q\": 1 }|{ \"q\": 1 }"
            })
    void arguments_areSentBackAsAnObject_inTheResponsesApi(String arguments, String sent) throws Exception {
        var call = MAPPER.createObjectNode()
                .put("type", "function_call")
                .put("call_id", "call_a")
                .put("name", "grep")
                .put("arguments", arguments);
        for (String state : List.of("", "[" + call + "]")) {
            var asked = new Turn.Assistant("", List.of(new ToolCall("call_a", "grep", arguments)), state);
            ModelRequest next = REQUEST.withTurns(List.of(
                    REQUEST.turns().getFirst(), asked, new Turn.ToolResult("call_a", "they are not valid JSON")));

            JsonNode body = MAPPER.readTree(RequestWriter.json(RequestWriter.write(next)));

            assertThat(body.at("/input/1/arguments").asText()).as(state).isEqualTo(sent);
            assertThat(body.at("/input/2/call_id").asText()).isEqualTo("call_a");
        }
    }

    /** What the server wants of each message that called a tool. */
    private interface Wanted {
        boolean isIn(JsonNode message);
    }

    private static void assertAnswered(boolean streamed, Wanted wanted, String... calling)
            throws IOException, InterruptedException {
        CallContext context = streamed ? LoopbackTest.streamed(piece -> {}) : LoopbackTest.plain();
        try (var server = new RuleServer(messages -> defect(messages, wanted), calling);
                OpenAiClient client = server.client()) {
            ModelRequest request = REQUEST;
            for (String round : calling) {
                ModelReply asked = client.call(request, context);
                assertThat(asked.finish()).as(round).isEqualTo(Finish.TOOL_CALLS);
                request = next(request, asked);
            }

            assertThat(client.call(request, context).text()).isEqualTo("Three cats.");
            assertThat(server.requests()).hasSize(calling.length + 1);
        }
    }

    private static ModelRequest next(ModelRequest request, ModelReply asked) {
        var turns = new ArrayList<>(request.turns());
        turns.add(Turn.Assistant.of(asked));
        asked.toolCalls().forEach(call -> turns.add(new Turn.ToolResult(call.callId(), "3 cats")));
        return request.withTurns(turns);
    }

    /** What every provider refuses, and what this one wants. */
    private static String defect(List<JsonNode> messages, Wanted wanted) {
        var asked = new HashSet<String>();
        for (JsonNode message : messages) {
            for (JsonNode call : message.path("tool_calls")) {
                String id = call.path("id").asText();
                if (id.isEmpty() || !asked.add(id)) {
                    return "the id '" + id + "' of a tool call is empty or repeated";
                }
            }
            if (message.path("role").asText().equals("tool")
                    && !asked.contains(message.path("tool_call_id").asText())) {
                return "a result answers no call";
            }
            if (message.has("tool_calls") && !wanted.isIn(message)) {
                return "a message that called a tool lacks what was sent with it";
            }
        }
        return "";
    }

    private static String unknownField(List<JsonNode> messages) {
        return messages.stream()
                .flatMap(message -> StreamSupport.stream(((Iterable<String>) message::fieldNames).spliterator(), false))
                .filter(name -> !KNOWN.contains(name))
                .map(name -> "unknown field " + name)
                .findFirst()
                .orElse("");
    }
}
