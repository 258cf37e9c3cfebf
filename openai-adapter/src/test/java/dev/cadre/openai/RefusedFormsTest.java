// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.OddServer.adapting;
import static dev.cadre.openai.OddServer.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ToolSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms of an answer that a server does not take, or not beside tools. */
class RefusedFormsTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}""";
    private static final ModelRequest FORMED = REQUEST.withOutput(new OutputFormat.JsonSchema("answer", SCHEMA));
    private static final ModelRequest TOOLED = FORMED.withTools(List.of(new ToolSpec("look", "Looks.", SCHEMA)));

    private static boolean hasForm(String request) {
        return request.contains("\"response_format\":") || request.contains("\"format\":");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Function calling with a response mime type: 'application/json' is unsupported",
                "json mode cannot be combined with tool/function calling",
                "response_format json_object cannot be combined with tool/function calling",
                "You cannot specify response format and function call at the same time",
                "Cannot use json response type with tools",
                "Cannot use custom grammar constraints with tools.",
                "invalid request: cannot specify response_format json_object and tools at the same time",
                "\\\"tools\\\" is incompatible with \\\"response_format\\\"",
                "Unable to submit request because controlled generation is not supported with Function Calling"
            })
    void form_thatIsRefusedBesideTools_standsInThePromptWhileToolsAreOffered(String message) throws Exception {
        for (boolean isChat : new boolean[] {true, false}) {
            try (var server = OddServer.refusing(
                            request -> hasForm(request) && request.contains("\"tools\":") ? error(message) : "");
                    var client = isChat
                            ? server.client().chatCompletions().build()
                            : server.client().responses().build()) {
                long reserved = client.sentBytes(TOOLED);

                assertThat(adapting(client, TOOLED).notes())
                        .singleElement()
                        .asString()
                        .contains("beside tools", "written into the instructions");
                assertThat(server.lastBody()).contains("{\\\"text\\\": string}").hasSizeLessThanOrEqualTo((int)
                        reserved);
                assertThat(client.call(FORMED, plain()).notes()).isEmpty();
                assertThat(server.lastBody()).contains("json_schema");
                assertThat(server.requests()).hasSize(3);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later",
                "The provided JSON schema contains features not supported by xgrammar.",
                "Guided generation is not supported for this model",
                "Invalid JSON payload received. Unknown name \\\"additionalProperties\\\" at 'generation_config.response_schema': Cannot find field.",
                "JSON schema conversion failed:\\nUnrecognized schema: {}",
                "Failed to compile json grammar: unsupported",
                "'claude-3-haiku' does not support output format.",
                "The specified schema produces a constraint that has too many states for serving.",
                "Schema is too complex for compilation.",
                "The compiled grammar is too large.",
                "Output schema is not supported on this model",
                "guided_json is not enabled"
            })
    void form_thatIsRefused_isAskedForAsAJsonObject(String message) throws Exception {
        for (boolean isChat : new boolean[] {true, false}) {
            try (var server = OddServer.refusing(request -> request.contains("\"json_schema\"") ? error(message) : "");
                    var client = isChat
                            ? server.client().chatCompletions().build()
                            : server.client().responses().build()) {
                assertThat(adapting(client, FORMED).notes())
                        .singleElement()
                        .asString()
                        .contains("asked for a JSON object");
                assertThat(server.requests()).hasSize(2);
            }
        }
    }

    /** The schema of one type has what the grammar of a server lacks. */
    @Test
    void form_thatTheModelHasKept_isNotGivenUpForOneSchema() throws Exception {
        try (var server = OddServer.refusing(
                        request -> request.contains("poison") ? error("Failed to compile json grammar") : "");
                var client = server.client().chatCompletions().build()) {
            client.call(FORMED, plain());
            ModelRequest poison = FORMED.withOutput(new OutputFormat.JsonSchema("poison", SCHEMA));

            assertThat(catchThrowable(() -> adapting(client, poison))).isInstanceOf(InvalidRequest.class);
            client.call(FORMED, plain());
            assertThat(server.lastBody()).contains("\"json_schema\"");
        }
    }

    @Test
    void schemaOfATool_thatIsRefused_isNoForm() throws Exception {
        try (var server = OddServer.refusing(request -> request.contains("\"tools\":")
                        ? error("Invalid 'tools[0].function.parameters': the JSON schema must be of type object")
                        : "");
                var client = server.client().chatCompletions().build()) {
            assertThat(catchThrowable(() -> client.call(TOOLED, plain()))).isInstanceOf(InvalidRequest.class);
            client.call(FORMED, plain());
            assertThat(server.lastBody()).contains("\"json_schema\"");
        }
    }
}
