// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException.Adapted;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import java.io.IOException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways that answer one API in the form of the other. */
class OtherFormTest {
    private static final String JSON = "application/json";
    private static final String RESPONSE = """
            {"id":"resp_1","object":"response","status":"completed","model":"gpt-5.4-nano","output":[{"type":"message",\
            "id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text",\
            "text":"Fine.","annotations":[]}]}],\
            "usage":{"input_tokens":10,"output_tokens":3,"total_tokens":13}}""";
    private static final String EVENTS = """
            data: {"type":"ping"}

            data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"msg_1","delta":"Fine."}

            data: {"type":"response.completed","response":%s}

            """.formatted(RESPONSE);

    /** A server whose every answer is in one form, at the addresses where it answers. */
    private static RawServer server(String whole, String events, Predicate<String> answers) throws IOException {
        return RawServer.start(peer -> {
            while (peer.read()) {
                if (!answers.test(peer.request())) {
                    peer.reply(404, JSON, "{}");
                } else if (peer.request().contains("\"stream\":true")) {
                    peer.stream(events);
                } else {
                    peer.reply(JSON, whole);
                }
            }
        });
    }

    private static OpenAiClient.Builder client(RawServer server) {
        return OpenAiClient.builder(KEY).baseUrl(server.baseUrl());
    }

    private static void assertFine(ModelReply reply) {
        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void chatCompletion_atTheResponsesApi_isRead_andTheOtherApiIsSpokenFromThenOn(boolean isStream) throws Exception {
        var text = new StringBuilder();
        CallContext context = isStream ? streamed(text::append) : plain();
        try (var server = server(RawServer.CHAT_REPLY, RawServer.CHAT_STREAM, request -> true);
                var client = client(server).build()) {
            ModelReply first = client.call(REQUEST, context);
            ModelReply second = client.call(REQUEST, context);

            assertFine(first);
            assertFine(second);
            assertThat(first.notes()).anyMatch(note -> note.contains("with a chat completion"));
            assertThat(second.notes()).singleElement().asString().contains("Chat Completions was used");
            assertThat(server.requests()).hasSize(2);
            assertThat(server.requests().getLast()).startsWith("POST /v1/chat/completions ");
            assertThat(text.toString()).isEqualTo(isStream ? "Fine.Fine." : "");
        }
    }

    @Test
    void chatCompletions_thatOnlyTheAddressOfTheResponsesApiGives_areReadThere() throws Exception {
        try (var server = server(
                        RawServer.CHAT_REPLY,
                        RawServer.CHAT_STREAM,
                        request -> request.startsWith("POST /v1/responses"));
                var client = client(server).build()) {
            assertFine(client.call(REQUEST, plain()));
            assertThatThrownBy(() -> client.call(REQUEST, plain())).isInstanceOf(Adapted.class);
            for (int i = 0; i < 5; i++) {
                assertFine(client.call(REQUEST, plain()));
            }
            assertThat(server.requests()).as("no way is tried twice").hasSize(7);
        }
    }

    @Test
    void chatCompletion_atADeclaredResponsesApi_isReadEachTime() throws Exception {
        try (var server = server(RawServer.CHAT_REPLY, RawServer.CHAT_STREAM, request -> true);
                var client = client(server).responses().build()) {
            assertFine(client.call(REQUEST, plain()));
            assertFine(client.call(REQUEST, plain()));
            assertThat(server.requests()).allMatch(request -> request.startsWith("POST /v1/responses "));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void response_atChatCompletions_isRead(boolean isStream) throws Exception {
        var text = new StringBuilder();
        CallContext context = isStream ? streamed(text::append) : plain();
        try (var server = server(RESPONSE, EVENTS, request -> true);
                var client = client(server).chatCompletions().build()) {
            ModelReply reply = client.call(REQUEST, context);

            assertFine(reply);
            assertThat(reply.notes()).anyMatch(note -> note.contains("with a reply of the Responses API"));
            assertThat(text.toString()).isEqualTo(isStream ? "Fine." : "");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'message':'Unsupported endpoint, use /v1/chat/completions'}}",
                "{'detail':[{'loc':['body','messages'],'msg':'Field required'}]}",
                "{'error':{'message':'Missing required parameter: messages'}}",
                "{'error':{'message':'It is needed.','param':'messages'}}"
            })
    void refusal_thatAsksForChatCompletions_leadsThere(String body) throws Exception {
        try (var server = refusing(body.replace('\'', '"'));
                var client = client(server).build()) {
            assertThatThrownBy(() -> client.call(REQUEST, plain())).isInstanceOf(Adapted.class);
            assertFine(client.call(REQUEST, plain()));
        }
    }

    @Test
    void refusal_thatQuotesTheRequest_leadsNowhere() throws Exception {
        ModelRequest request = ModelRequest.of("m", "Answer.", "Which messages are required by this test?", 64);
        String refusal = "{\"error\":{\"message\":\"cannot answer 'Which messages are required by this test?'\"}}";
        try (var server = new OddServer(asked -> asked.contains("Which messages")
                        ? new OddServer.Answer(400, refusal)
                        : OddServer.Answer.good(asked));
                var client = server.client().build()) {
            assertThatThrownBy(() -> OddServer.adapting(client, request)).isInstanceOf(InvalidRequest.class);
            client.call(ModelRequest.of("m", "Answer.", "And this?", 64), plain());

            assertThat(server.requests()).as("each API, and the first again").hasSize(3);
            assertThat(client.api("m")).isEqualTo("responses");
        }
    }

    private static RawServer refusing(String body) throws IOException {
        return RawServer.start(peer -> {
            while (peer.read()) {
                if (peer.request().startsWith("POST /v1/chat/completions ")) {
                    peer.reply(JSON, RawServer.CHAT_REPLY);
                } else {
                    peer.reply(400, JSON, body);
                }
            }
        });
    }
}
