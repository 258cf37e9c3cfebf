// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException.Adapted;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** A server of both APIs that refuses what a test says, and answers the rest in the form that is asked. */
final class OddServer implements AutoCloseable {
    /** The text of its answers. */
    static final String TEXT = "{\"text\":\"yes\"}";

    private static final String CHAT = RawServer.CHAT_REPLY.replace("Fine.", "{\\\"text\\\":\\\"yes\\\"}");
    private static final String RESPONSE = """
            {"id":"resp_1","object":"response","status":"completed","model":"m","output":[{"type":"message",\
            "id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text",\
            "text":"{\\"text\\":\\"yes\\"}","annotations":[]}]}],\
            "usage":{"input_tokens":10,"output_tokens":3,"total_tokens":13}}""";

    private final RawServer server;

    /** A reply of the server. */
    record Answer(int status, String body) {
        /** The answer in the form of the API that is asked. */
        static Answer good(String request) {
            return new Answer(200, request.contains("/v1/responses HTTP") ? RESPONSE : CHAT);
        }
    }

    /** @param refusal the body of a refusal with status 400 to a request with its head; empty if it is answered */
    static OddServer refusing(Function<String, String> refusal) throws IOException {
        return new OddServer(request -> {
            String refused = refusal.apply(request);
            return refused.isEmpty() ? Answer.good(request) : new Answer(400, refused);
        });
    }

    OddServer(Function<String, Answer> answers) throws IOException {
        server = RawServer.start(peer -> {
            while (peer.read()) {
                Answer answer = answers.apply(peer.request());
                if (answer.status() == 200 && peer.request().contains("\"stream\":true")) {
                    peer.stream(RawServer.CHAT_STREAM);
                } else {
                    peer.reply(answer.status(), "application/json", answer.body());
                }
            }
        });
    }

    OpenAiClient.Builder client() {
        return OpenAiClient.builder(KEY).baseUrl(server.baseUrl());
    }

    List<String> requests() {
        return server.requests();
    }

    /** The last request without its head. */
    String lastBody() {
        return body(requests().getLast());
    }

    static String body(String request) {
        return request.substring(request.indexOf("\r\n\r\n") + 4);
    }

    /** An error with a message in which quotation marks are escaped. */
    static String error(String message) {
        return "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":null}}".formatted(message);
    }

    /** Calls until the client has adapted. */
    static ModelReply adapting(OpenAiClient client, ModelRequest request, CallContext context)
            throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            try {
                return client.call(request, context);
            } catch (Adapted again) {
                assertThat(again.charge()).isEqualTo(Charge.FREE);
            }
        }
        throw new AssertionError("the client adapts for ever");
    }

    static ModelReply adapting(OpenAiClient client, ModelRequest request) throws InterruptedException {
        return adapting(client, request, LoopbackTest.plain());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
