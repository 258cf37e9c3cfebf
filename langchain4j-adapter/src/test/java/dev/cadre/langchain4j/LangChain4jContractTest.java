// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.ModelClient;
import dev.cadre.model.TokenUsage;
import dev.cadre.testing.ModelClientContract;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The contract of clients, over a LangChain4j model that a test controls. */
public class LangChain4jContractTest extends ModelClientContract {
    private static final String KEY = "sk-canary-0123456789abcdef";

    private final ControlledChatModel model = new ControlledChatModel();

    @Override
    protected ModelClient client() {
        return LangChain4jClient.of(model);
    }

    @Override
    protected String key() {
        return KEY;
    }

    @Override
    protected void reply(String text, TokenUsage usage) {
        model.replies(text, usage);
    }

    @Override
    protected void fail(Trouble trouble) {
        String message = "You sent " + KEY;
        model.fails(() -> switch (trouble) {
            case RATE_LIMITED -> new RateLimitException(message);
            case SERVER_FAILED -> new InternalServerException(message, new HttpException(500, message));
            case CONNECTION_LOST -> new IllegalStateException(message, new IOException(message));
            case MALFORMED_REPLY -> new IllegalStateException(message);
            case CONTEXT_TOO_LONG -> new InvalidRequestException("context_length_exceeded: " + message);
            case INVALID_REQUEST -> new InvalidRequestException(message);
            case QUOTA_EXHAUSTED -> new RateLimitException(error("insufficient_quota", message));
            case AUTH_FAILED -> new AuthenticationException(message);
            case UNKNOWN_MODEL -> new ModelNotFoundException(error("model_not_found", message));
        });
    }

    private static String error(String code, String message) {
        return "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}".formatted(code, message);
    }

    @Override
    protected void hang() {
        model.hangs(AMPLE);
    }

    /** LangChain4j has no timeout for one request: it is set on the model, to what the test wants of the call. */
    @Test
    @Override
    public void timeout_withoutReply_isHonoured() throws Exception {
        model.limitsTimeTo(Duration.ofMillis(200));
        super.timeout_withoutReply_isHonoured();
    }

    @Override
    protected int calls() {
        return model.calls();
    }

    @Override
    protected OptionalLong receivedCap() {
        return model.receivedCap();
    }

    @Override
    protected boolean awaitOpenCalls(int count) throws InterruptedException {
        return model.awaitOpenCalls(count);
    }
}
