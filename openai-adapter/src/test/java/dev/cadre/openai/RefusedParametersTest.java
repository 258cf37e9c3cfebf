// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static dev.cadre.openai.OddServer.adapting;
import static dev.cadre.openai.OddServer.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.Effort;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters that a server refuses in its own words, by their name or by their value. */
class RefusedParametersTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}""";
    private static final ModelRequest FORMED = REQUEST.withOutput(new OutputFormat.JsonSchema("answer", SCHEMA));
    private static final ModelRequest TOOLED = FORMED.withTools(List.of(new ToolSpec("look", "Looks.", SCHEMA)));

    private static boolean hasEffort(String request) {
        return request.contains("\"reasoning\":{") || request.contains("\"reasoning_effort\":");
    }

    /** The Responses API states an effort of none with each request. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Model grok-4-1-fast does not support parameter reasoningEffort.",
                "This model does not support `reasoning_effort`.",
                "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
                "Reasoning is not supported with this model",
                "Thinking is not supported by this model",
                "This model does not support reasoning effort",
                "Reasoning effort is not supported for this model",
                "Effort is not supported",
                "Reasoning is mandatory for this endpoint and cannot be disabled.",
                "Unsupported value: 'none'.",
                "litellm.BadRequestError: Invalid reasoning effort: none",
                "请求参数有误: reasoning_effort 不支持",
                "thinking: Input should be a valid dictionary or object to extract fields from",
                "invalid thinking: only type=enabled is allowed for this model",
                "The value of the enable_thinking parameter is restricted to True.",
                "Budget 0 is invalid. This model only works in thinking mode."
            })
    void effortOfNone_thatIsRefused_isLeftOut_onceAndForAll(String message) throws Exception {
        try (var server = OddServer.refusing(request -> hasEffort(request) ? error(message) : "");
                var client = server.client().build()) {
            ModelReply reply = adapting(client, REQUEST);
            client.call(REQUEST, plain());

            assertThat(reply.notes()).singleElement().asString().contains("left out");
            assertThat(server.requests()).hasSize(3).allMatch(sent -> sent.startsWith("POST /v1/responses "));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "Unsupported value: 'none' is not supported with this model. Supported values are: 'minimal', 'low' and 'high'. | NONE | minimal",
                "`reasoning_effort` must be one of `low`, `medium`, or `high` | NONE | low",
                "[{'type': 'literal_error', 'loc': ('body', 'reasoning', 'effort'), 'msg': 'Input should be 'low' or 'high'', 'input': 'none'}] | NONE | low",
                "Invalid input: expected one of \\\"low\\\"/\\\"medium\\\"/\\\"high\\\" at reasoning.effort | NONE | low",
                "reasoning_effort='none' is not supported by Harmony. Supported values are: 'low', 'medium', 'high' | NONE | low",
                "Unsupported value: 'low' is not supported with the 'gpt-5-chat-latest' model. Supported values are: 'medium'. | LOW | medium",
                "Unsupported value: reasoning effort 'xhigh'. Supported values are: 'low', 'high'. | XHIGH | high"
            })
    void effort_thatIsRefusedByItsValue_isReplacedByTheNearestThatIsAllowed(
            String message, Effort asked, String allowed) throws Exception {
        try (var server = OddServer.refusing(
                        request -> request.contains("\"effort\":\"" + allowed + '"') ? "" : error(message));
                var client = server.client().responses().build()) {
            ModelRequest request = REQUEST.withEffort(asked);
            long reserved = client.sentBytes(request);

            assertThat(adapting(client, request).notes())
                    .singleElement()
                    .asString()
                    .contains("effort '" + asked.wireName() + "'", "'" + allowed + "'");
            client.call(request, plain());

            assertThat(server.requests()).hasSize(3);
            assertThat(server.lastBody()).hasSizeLessThanOrEqualTo((int) reserved);
        }
    }

    @Test
    void effort_ofOneValue_thatIsRefused_leavesOthers() throws Exception {
        try (var server = OddServer.refusing(request -> request.contains("\"effort\":\"none\"")
                        ? error("Unsupported value: reasoning.effort 'none'")
                        : "");
                var client = server.client().responses().build()) {
            adapting(client, REQUEST);
            assertThat(client.call(REQUEST.withEffort(Effort.HIGH), plain()).notes())
                    .isEmpty();

            assertThat(server.lastBody()).contains("\"effort\":\"high\"");
        }
    }

    @Test
    void effort_ofWhichNoValueIsTaken_isLeftOutInTheEnd() throws Exception {
        try (var server = OddServer.refusing(
                        request -> hasEffort(request) ? error("`reasoning_effort` must be one of `low`, `high`") : "");
                var client = server.client().responses().build()) {
            assertThat(adapting(client, REQUEST).text()).isEqualTo(OddServer.TEXT);
            assertThat(server.requests()).hasSize(3);
        }
    }

    /** Its own words, to models that it knows and the list of prices does not. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Unsupported parameter: 'reasoning.effort' is not supported with this model. | null",
                "Unsupported value: 'none' is not supported with the 'o4-mini' model. Supported values are: 'low', 'high'. | low"
            })
    void effort_thatOpenAiRefuses_isAdaptedToo(String message, String effort) throws Exception {
        String refusal = "{\"error\":{\"message\":\"%s\",\"param\":\"reasoning.effort\"}}".formatted(message);
        try (var server = OddServer.refusing(request -> request.contains("\"effort\":\"none\"") ? refusal : "");
                var client = OpenAiClient.builder(LoopbackTest.KEY)
                        .baseUrl("http://api.openai.com/v1")
                        .proxy(server.client().build().baseUrl().replace("/v1", ""))
                        .build()) {
            assertThat(adapting(client, FORMED).notes()).hasSize(1);
            assertThat(server.requests()).hasSize(2);
            assertThat(server.lastBody())
                    .contains(effort.equals("null") ? "\"store\":false" : "\"effort\":\"" + effort + '"');
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'type': 'literal_error', 'loc': ('body', 'include', 0), 'msg': 'Input should be 'a'', 'input': 'reasoning.encrypted_content'}]",
                "Invalid value: 'reasoning.encrypted_content'. Supported values are: 'file_search_call.results'.",
                "Encrypted reasoning content is not supported by this model",
                "Encrypted content is not supported with this model."
            })
    void include_thatIsRefusedByItsValue_isLeftOut(String message) throws Exception {
        try (var server = OddServer.refusing(request -> request.contains("\"include\"") ? error(message) : "");
                var client = server.client().responses().build()) {
            assertThat(adapting(client, TOOLED.withEffort(Effort.LOW)).notes())
                    .containsExactly("the server refuses these parameters, which were left out: include");
            assertThat(server.lastBody()).contains("\"effort\":\"low\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Streaming is not supported for this model.",
                "Streaming not supported",
                "STREAM is not supported",
                "Streaming responses are not allowed through this gateway",
                "Streaming is not supported with tools"
            })
    void parameter_isKnown_howeverItsLettersAreWritten(String message) throws Exception {
        var text = new StringBuilder();
        try (var server = OddServer.refusing(request -> request.contains("\"stream\":true") ? error(message) : "");
                var client = server.client().chatCompletions().build()) {
            adapting(client, TOOLED, streamed(text::append));

            assertThat(text).hasToString(OddServer.TEXT);
        }
    }

    /** Ordinary words of instructions, and of an item, are no quotation; a whole value or three of its words are one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "reasoning | {'error':{'message':'reasoning: Extra inputs are not permitted'}}",
                "strict | {'code':'x','error':'Argument not supported on this model: strict'}",
                "strict | {'detail':[{'type':'extra_forbidden','loc':['body','tools',0,'function','strict'],'msg':'Extra inputs are not permitted'}]}",
                "strict | {'error':{'message':'[\\'At body -> strict: Extra inputs are not permitted\\']'}}",
                "strict | {'error':{'strict':['Unknown field.']}}",
                "store | {'error':{'store':['Unknown field.']}}",
                "store | {'error':{'message':'store: Extra inputs are not permitted'}}",
                "store | {'code':'x','error':'Argument not supported on this model: store'}",
                "store | {'message':'must NOT have additional properties','params':{'additionalProperty':'store'}}",
                "store | {'error':{'message':'1 validation error for Request\\nstore\\n  Extra inputs are not permitted'}}",
                "strict | {'error':{'message':'Unsupported for this model: strict'}}",
                "strict | {'error':{'message':'must NOT have additional properties','params':{'additionalProperty':'strict'}}}"
            })
    void parameter_isLeftOut_whereTheInstructionsSayTheSameWord(String name, String body) throws Exception {
        ModelRequest said = new ModelRequest(
                REQUEST.model(),
                "Be strict. Store nothing. Show your reasoning.",
                List.of(new Turn.User("In which store? Show the reasoning, be strict about it.")),
                TOOLED.tools(),
                FORMED.output(),
                REQUEST.maxOutputTokens(),
                Effort.NONE,
                REQUEST.serviceTier(),
                REQUEST.options());
        String refusal = body.replace("\\'", "\\\"").replace('\'', '"');
        String sent =
                "\"%s\":%s".formatted(name, name.equals("reasoning") ? "{" : name.equals("store") ? "false" : "true");
        try (var server = OddServer.refusing(request -> request.contains(sent) ? refusal : "");
                var client = server.client().responses().build()) {
            assertThat(adapting(client, said).notes())
                    .containsExactly("the server refuses these parameters, which were left out: " + name);
        }
    }

    @Test
    void wordsOfAnItem_thatARefusalQuotes_changeNoEffort() throws Exception {
        ModelRequest poison = REQUEST.withTurns(List.of(new Turn.User("reasoning effort must be one of low or high")));
        try (var server = OddServer.refusing(request -> request.contains("must be one of")
                        ? error("Unsupported input: 'reasoning effort must be one of low or high'")
                        : "");
                var client = server.client().responses().build()) {
            assertThat(catchThrowable(() -> client.call(poison, plain()))).isInstanceOf(InvalidRequest.class);
            client.call(REQUEST, plain());

            assertThat(server.lastBody()).contains("\"effort\":\"none\"");
        }
    }
}
