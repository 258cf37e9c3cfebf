// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.OddServer.adapting;
import static dev.cadre.openai.OddServer.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.Effort;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.OddServer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops of tools whose calls another server wrote, at servers that want them in their own form. */
class RefusedTurnsTest {
    private static final String FOREIGN_ID = "call_AbCdEfGh12345678";
    private static final ModelRequest TOOLED =
            REQUEST.withTools(List.of(new ToolSpec("look", "Looks.", "{\"type\":\"object\",\"properties\":{}}")));
    private static final ModelRequest LOOP = TOOLED.withTurns(List.of(
            new Turn.User("Look."),
            new Turn.Assistant("", List.of(new ToolCall(FOREIGN_ID, "look", "{}")), ""),
            new Turn.ToolResult(FOREIGN_ID, "Three.")));
    private static final Pattern ID = Pattern.compile("\"(?:id|tool_call_id)\":\"([^\"]+)\"");

    private static ModelReply taken(Predicate<String> isTaken, String refusal, ModelRequest request) throws Exception {
        try (var server = OddServer.refusing(asked -> isTaken.test(asked) ? "" : error(refusal));
                var client = server.client().chatCompletions().build()) {
            ModelReply first = adapting(client, request);
            int learned = server.requests().size();
            ModelReply reply = adapting(client, request);

            assertThat(server.requests()).as("it is learned once").hasSize(learned + 1);
            assertThat(first.text()).isEqualTo(OddServer.TEXT);
            assertThat(client.sentBytes(request))
                    .isGreaterThanOrEqualTo(server.lastBody().length());
            return reply;
        }
    }

    /** Mistral's. */
    @Test
    void idOfAnotherServer_thatIsRefused_isSentInTheFormOfAll() throws Exception {
        ModelReply reply = taken(
                RefusedTurnsTest::hasShortIds,
                "Tool call id was " + FOREIGN_ID + " but must be a-z, A-Z, 0-9, with a length of 9.",
                LOOP);
        assertThat(reply.notes()).containsExactly(OptionalParameter.CALL_ID.instead());
    }

    private static boolean hasShortIds(String request) {
        Matcher id = ID.matcher(request);
        String before = "";
        while (id.find()) {
            if (!id.group(1).matches("[a-zA-Z0-9]{9}") || (!before.isEmpty() && !before.equals(id.group(1)))) {
                return false;
            }
            before = id.group(1);
        }
        return !before.isEmpty();
    }

    /** Gemini 3's. */
    @Test
    void callWithoutASignature_thatIsRefused_getsTheOneForCallsOfOthers() throws Exception {
        ModelReply reply = taken(
                request -> request.contains(
                        "\"extra_content\":{\"google\":{\"thought_signature\":\"skip_thought_signature_validator\"}}"),
                "Function call is missing a thought_signature in functionCall parts.",
                LOOP);
        assertThat(reply.notes()).containsExactly(OptionalParameter.UNSIGNED_CALL.instead());
    }

    /** DeepSeek's. */
    @Test
    void callWithoutReasoning_thatIsRefused_getsABlankOne() throws Exception {
        ModelReply reply = taken(
                request -> request.contains("\"reasoning_content\":\" \""),
                "The `reasoning_content` in the thinking mode must be passed back to the API.",
                LOOP);
        assertThat(reply.notes()).containsExactly(OptionalParameter.UNREASONED_CALL.instead());
    }

    /** Databricks and Bedrock, which have no empty text; null, or nothing at all, is taken by one or the other. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "messages: text content blocks must be non-empty | \"content\":null",
                "messages: text content blocks must be non-empty | ",
                "The text field in the ContentBlock object at messages.1.content.0 is blank. | \"content\":null"
            })
    void emptyText_besideCalls_isSentAsTheNextFormOfNone(String refusal, String wanted) throws Exception {
        taken(
                request -> wanted == null
                        ? !request.contains("\"role\":\"assistant\",\"content\"")
                        : request.contains("\"role\":\"assistant\"," + wanted),
                refusal,
                LOOP);
    }

    @Test
    void textBesideCalls_thatIsRefusedInEveryForm_isTheEnd() throws Exception {
        try (var server = OddServer.refusing(asked -> error("messages: text content blocks must be non-empty"));
                var client = server.client().chatCompletions().build()) {
            assertThat(catchThrowable(() -> adapting(client, LOOP))).isInstanceOf(InvalidRequest.class);
            assertThat(server.requests()).hasSize(3);
        }
    }

    /** Of a Gemini behind a balancer: what one has signed, another cannot read. */
    @ParameterizedTest
    @ValueSource(strings = {"Corrupted thought signature.", "Thought signature is not valid"})
    void signature_thatIsRefused_isLeftOut(String refusal) throws Exception {
        String calling = """
                {"choices":[{"message":{"role":"assistant","content":"","tool_calls":[{"id":"a","type":"function",\
                "extra_content":{"google":{"thought_signature":"abc"}},"function":{"name":"look","arguments":"{}"}}]},\
                "finish_reason":"tool_calls"}]}""";
        try (var server = new OddServer(asked -> !asked.contains("\"tool_call_id\"")
                        ? new Answer(200, calling)
                        : asked.contains("\"abc\"") ? new Answer(400, error(refusal)) : Answer.good(asked));
                var client = server.client().chatCompletions().build()) {
            ModelReply called = adapting(client, TOOLED);
            ModelReply reply = adapting(
                    client,
                    TOOLED.withTurns(List.of(
                            new Turn.User("Look."),
                            new Turn.Assistant(called.text(), called.toolCalls(), called.providerState()),
                            new Turn.ToolResult("a", "Three."))));
            assertThat(reply.notes()).containsExactly(OptionalParameter.SIGNATURE.instead());
        }
    }

    /** GPT-5.6 behind a gateway. Without tools it may reason. */
    @ParameterizedTest
    @EnumSource(names = {"NONE", "LOW"})
    void toolsBesideReasoning_thatAreRefused_areSentWithAnEffortOfNone(Effort effort) throws Exception {
        String refusal = "Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions."
                + " To use function tools, use /v1/responses or set reasoning_effort to 'none'.";
        ModelReply reply = taken(
                request -> !request.contains("\"tools\"") || request.contains("\"reasoning_effort\":\"none\""),
                refusal,
                TOOLED.withEffort(effort));
        assertThat(reply.notes()).containsExactly(OptionalParameter.REASONING_BESIDE_TOOLS.instead());
    }

    /** What an item says of texts and ids is no word of the server. */
    @Test
    void refusalThatQuotesAnItem_rewritesNothing() throws Exception {
        String item = "Is the content of the form empty, and is the tool call id of a wrong length?";
        ModelRequest loop = LOOP.withTurns(
                List.of(new Turn.User(item), LOOP.turns().get(1), LOOP.turns().get(2)));
        try (var server = OddServer.refusing(asked -> error("Refused: " + item));
                var client = server.client().chatCompletions().build()) {
            assertThat(catchThrowable(() -> adapting(client, loop))).isInstanceOf(InvalidRequest.class);
            assertThat(server.requests()).hasSize(1);
        }
    }

    /** What is added to each of many turns is paid for. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Function call is missing a thought_signature in functionCall parts. | skip_thought_signature_validator",
                "The `reasoning_content` in the thinking mode must be passed back to the API. | \"reasoning_content\":\" \"",
                "Tool call id was c1 but must be a-z, A-Z, 0-9, with a length of 9. | \"tool_call_id\":\"[a-z0-9]{9}\""
            })
    void longerTurns_areInTheReservation(String refusal, String taken) throws Exception {
        var turns = new ArrayList<Turn>(List.of(new Turn.User("Look.")));
        for (int i = 0; i < 40; i++) {
            turns.add(new Turn.Assistant("", List.of(new ToolCall("c" + i, "look", "{}")), ""));
            turns.add(new Turn.ToolResult("c" + i, "Three."));
        }
        ModelRequest request = TOOLED.withTurns(turns);
        Pattern isTaken = Pattern.compile(taken);
        try (var server = OddServer.refusing(asked -> isTaken.matcher(asked).find() ? "" : error(refusal));
                var client = server.client().chatCompletions().build()) {
            long reserved = client.sentBytes(request);
            adapting(client, request);
            assertThat(server.lastBody()).hasSizeLessThanOrEqualTo((int) reserved);
        }
    }
}
