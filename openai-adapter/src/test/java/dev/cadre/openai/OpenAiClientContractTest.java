// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelClient;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.testing.ModelClientContract;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class OpenAiClientContractTest extends ModelClientContract {
    static final String KEY = "sk-canary-0123456789abcdef";
    static LoopbackOpenAi server;
    private static OpenAiClient client;

    @BeforeAll
    static void start() {
        start(OpenAiClient.builder(KEY));
    }

    static void start(OpenAiClient.Builder builder) {
        server = LoopbackOpenAi.start();
        client = builder.baseUrl(server.baseUrl()).build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @BeforeEach
    void reset() {
        server.reset();
    }

    @Override
    protected ModelClient client() {
        return client;
    }

    @Override
    protected String key() {
        return KEY;
    }

    @Override
    protected void reply(String text, TokenUsage usage) {
        server.onAny().replies(LoopbackReply.text(text.split("(?<= )")).usage(usage));
    }

    @Override
    protected void fail(Trouble trouble) {
        server.reset();
        String message = "You sent " + KEY;
        server.onAny()
                .replies(
                        switch (trouble) {
                            case RATE_LIMITED -> LoopbackReply.error(429, "tokens", "rate_limit_exceeded", message);
                            case SERVER_FAILED -> LoopbackReply.error(500, "server_error", "", message);
                            case CONNECTION_LOST -> LoopbackReply.text(message).fault(LoopbackFault.RESET_BEFORE_REPLY);
                            case MALFORMED_REPLY -> LoopbackReply.raw(200, "application/json", KEY);
                            case CONTEXT_TOO_LONG ->
                                LoopbackReply.error(400, "invalid_request_error", "context_length_exceeded", message);
                            case INVALID_REQUEST ->
                                LoopbackReply.error(400, "invalid_request_error", "unsupported_value", message);
                            case QUOTA_EXHAUSTED ->
                                LoopbackReply.error(429, "insufficient_quota", "insufficient_quota", message);
                            case AUTH_FAILED ->
                                LoopbackReply.error(401, "invalid_request_error", "invalid_api_key", message);
                            case UNKNOWN_MODEL ->
                                LoopbackReply.error(404, "invalid_request_error", "model_not_found", message);
                        });
    }

    @Override
    protected void hang() {
        server.onAny().replies(LoopbackReply.text("never").fault(LoopbackFault.STALL_BEFORE_REPLY));
    }

    @Override
    protected int calls() {
        return server.requests().size();
    }

    @Override
    protected OptionalLong receivedCap() {
        return OptionalLong.of(server.requests().getLast().maxOutputTokens());
    }

    @Override
    protected boolean awaitOpenCalls(int count) throws InterruptedException {
        return server.awaitInFlight(count);
    }
}
