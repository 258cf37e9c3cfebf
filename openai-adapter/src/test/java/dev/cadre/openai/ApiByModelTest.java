// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.OddServer.adapting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Adapted;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.openai.OddServer.Answer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways with models of both APIs, and ways back to the API that has answered. */
class ApiByModelTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}""";
    private static final ModelRequest FORMED = REQUEST.withOutput(new OutputFormat.JsonSchema("answer", SCHEMA));
    private static final String LOOSE = """
            {"id":"resp_1","object":"response","status":"completed","model":"m","output":[{"type":"message",\
            "id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text",\
            "text":"Sorry, no.","annotations":[]}]}],\
            "usage":{"input_tokens":10,"output_tokens":3,"total_tokens":13}}""";

    private static boolean isResponses(String request) {
        return request.startsWith("POST /v1/responses ");
    }

    /** Azure, OpenAI and a router, of a model that they have in the Responses API alone. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "404 | {\"error\":{\"message\":\"This model is only supported in v1/responses and not in v1/chat/completions.\",\"param\":\"model\"}}",
                "400 | {\"error\":{\"code\":\"OperationNotSupported\",\"message\":\"The chatCompletion operation does not work with the specified model.\"}}",
                "404 | {\"detail\":\"Not Found\"}"
            })
    void modelOfOneApi_decidesNothingForAnother_inWhateverOrder(int status, String refusal) throws Exception {
        for (List<String> order : List.of(List.of("talker", "thinker"), List.of("thinker", "talker"))) {
            try (var server = new OddServer(request -> isResponses(request) == request.contains("\"thinker\"")
                            ? Answer.good(request)
                            : new Answer(
                                    isResponses(request) ? 404 : status,
                                    isResponses(request) ? "{\"error\":{\"message\":\"no\"}}" : refusal));
                    var client = server.client().build()) {
                for (String model : order) {
                    assertThat(adapting(client, REQUEST.withModel(model)).text())
                            .isEqualTo(OddServer.TEXT);
                }
                int learned = server.requests().size();
                for (String model : order) {
                    client.call(REQUEST.withModel(model), plain());
                }
                assertThat(server.requests()).hasSize(learned + 2);
                assertThat(client.api("thinker")).isEqualTo("responses");
                assertThat(client.api("talker")).isEqualTo("chat");
            }
        }
    }

    /** The first replies break the form, and the other API is none. */
    @ParameterizedTest
    @CsvSource({"400, 0", "401, 0", "404, 0", "422, 0", "500, 1"})
    void apiThatHasAnswered_isGoneBackTo_howeverTheOtherRefuses(int status, int failed) throws Exception {
        var asked = new AtomicInteger();
        int failures = 0;
        try (var server = new OddServer(request -> !isResponses(request)
                        ? new Answer(status, "{\"error\":{\"message\":\"This is not for chat\"}}")
                        : asked.incrementAndGet() == 1 ? new Answer(200, LOOSE) : Answer.good(request));
                var client = server.client().build()) {
            for (int i = 0; i < 8; i++) {
                try {
                    client.call(FORMED, plain());
                } catch (Adapted again) {
                    i--;
                } catch (ModelException failure) {
                    failures++;
                }
            }
            assertThat(failures).isEqualTo(failed);
            assertThat(server.requests().stream().filter(request -> !isResponses(request)))
                    .hasSize(1);
        }
    }

    /** A gateway may write the replies of the other API, and not have its address. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404})
    void responsesInTheFormOfChat_areGoneBackTo_whereChatIsRefused(int status) throws Exception {
        try (var server = new OddServer(request -> isResponses(request)
                        ? new Answer(200, RawServer.CHAT_REPLY)
                        : new Answer(status, "{\"error\":{\"message\":\"This key may not use this path\"}}"));
                var client = server.client().build()) {
            for (int i = 0; i < 6; i++) {
                assertThat(adapting(client, REQUEST).text()).isEqualTo("Fine.");
            }
            assertThat(server.requests()).hasSize(7);
        }
    }

    @Test
    void badRequest_ofAModelThatHasNeverAnswered_leadsBackOnce() throws Exception {
        try (var server = new OddServer(request -> isResponses(request)
                        ? new Answer(404, "{}")
                        : new Answer(400, "{\"error\":{\"message\":\"The temperature is bad\"}}"));
                var client = server.client().build()) {
            assertThat(catchThrowable(() -> adapting(client, REQUEST))).isInstanceOf(InvalidRequest.class);
            assertThat(catchThrowable(() -> adapting(client, REQUEST.withModel("other"))))
                    .isInstanceOf(InvalidRequest.class);

            assertThat(server.requests())
                    .as("two for the first, three for the other")
                    .hasSize(5);
        }
    }
}
