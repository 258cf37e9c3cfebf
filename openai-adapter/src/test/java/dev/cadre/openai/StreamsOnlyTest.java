// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static dev.cadre.openai.OddServer.adapting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.Effort;
import dev.cadre.model.ModelException.Adapted;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.openai.OddServer.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that answer in streams alone, and are asked for whole replies by all but planners. */
class StreamsOnlyTest {
    private static boolean isStreamed(String request) {
        return request.contains("\"stream\":true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "This model only support stream mode, please enable the stream parameter to access the model. ",
                "parameter.enable_thinking must be set to false for non-streaming calls",
                "enable thinking can not be support when `stream=False`.",
                "Stream must be set to true",
                "Non-streaming requests are not supported"
            })
    void wholeReply_refused_isAskedForAsAStream_onceAndForAll(String message) throws Exception {
        var request = REQUEST.withEffort(Effort.LOW);
        try (var server =
                        OddServer.refusing(asked -> isStreamed(asked) ? "" : "{\"detail\":\"%s\"}".formatted(message));
                var client = server.client().chatCompletions().build()) {
            assertThat(catchThrowable(() -> client.call(request, plain())))
                    .isInstanceOf(Adapted.class)
                    .hasMessageContaining("asked for as a stream");
            ModelReply reply = client.call(request, plain());
            client.call(request, plain());

            assertThat(reply.text()).isEqualTo("Fine.");
            assertThat(reply.notes()).containsExactly(OptionalParameter.WHOLE_REPLY.instead());
            assertThat(server.requests()).hasSize(3);
            assertThat(server.lastBody()).contains("\"reasoning_effort\":\"low\"", "\"include_usage\":true");
        }
    }

    /** Of the Responses API, whose streams have another form. */
    @Test
    void wholeReply_refusedByTheResponsesApi_isAskedForAsAStream() throws Exception {
        try (var server = OddServer.refusing(
                        asked -> isStreamed(asked) ? "" : "{\"detail\":\"Stream must be set to true\"}");
                var client = server.client().responses().build()) {
            assertThat(adapting(client, REQUEST).text()).isEqualTo("Fine.");
            assertThat(server.requests()).hasSize(2).allMatch(asked -> asked.startsWith("POST /v1/responses "));
        }
    }

    @Test
    void refusalOfWholeRepliesAndOfStreams_isTheEnd() throws Exception {
        try (var server = OddServer.refusing(asked -> isStreamed(asked)
                        ? OddServer.error("Streaming is not supported")
                        : OddServer.error("Stream must be set to true"));
                var client = server.client().chatCompletions().build()) {
            assertThat(catchThrowable(() -> adapting(client, REQUEST))).isInstanceOf(InvalidRequest.class);
            assertThat(server.requests()).hasSize(3);
        }
    }

    /** What an item says of streams is no word of the server. */
    @Test
    void refusalThatQuotesAnItemAboutStreams_teachesNothing() throws Exception {
        String item = "Which stream of the river is meant, the upper stream or the lower?";
        try (var server = OddServer.refusing(asked -> OddServer.error("Your input was refused: " + item));
                var client = server.client().chatCompletions().build()) {
            var request = ModelRequest.of(REQUEST.model(), "Be brief.", item, 100);
            assertThat(catchThrowable(() -> adapting(client, request))).isInstanceOf(InvalidRequest.class);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void planner_ofSuchAModel_hearsItsText() throws Exception {
        var heard = new StringBuilder();
        try (var server = new OddServer(request -> isStreamed(request)
                        ? Answer.good(request)
                        : new Answer(400, OddServer.error("Stream must be set to true")));
                var client = server.client().chatCompletions().build()) {
            adapting(client, REQUEST);
            client.call(REQUEST, streamed(heard::append));
            assertThat(heard).hasToString("Fine.");
        }
    }
}
