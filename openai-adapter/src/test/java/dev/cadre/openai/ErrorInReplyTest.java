// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.Reach;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.openai.testing.LoopbackReply;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors that come with status 200, before any work was done: each means the same in whatever it comes. */
class ErrorInReplyTest extends LoopbackTest {
    /** Where an error may stand. */
    private enum Carrier {
        BODY,
        FAILED_BODY,
        EVENT,
        EVENT_OBJECT,
        FAILED_EVENT,
        CHAT_BODY,
        CHAT_EVENT,
        CHAT_CHOICE;

        LoopbackReply carry(String code, String message) {
            String error = "{\"code\":\"%s\",\"message\":\"%s\"}".formatted(code, message);
            String failed = "{\"status\":\"failed\",\"output\":[],\"error\":%s}".formatted(error);
            return switch (this) {
                case BODY, CHAT_BODY -> json("{\"error\":%s}".formatted(error));
                case FAILED_BODY -> json(failed);
                case EVENT -> event("{\"type\":\"error\",%s".formatted(error.substring(1)));
                case EVENT_OBJECT, CHAT_EVENT -> event("{\"type\":\"error\",\"error\":%s}".formatted(error));
                case CHAT_CHOICE -> event("{\"choices\":[{\"delta\":{},\"error\":%s}]}".formatted(error));
                case FAILED_EVENT -> event("{\"type\":\"response.failed\",\"response\":%s}".formatted(failed));
            };
        }

        boolean isStreamed() {
            return this != BODY && this != FAILED_BODY && this != CHAT_BODY;
        }

        boolean isChat() {
            return this == CHAT_BODY || this == CHAT_EVENT || this == CHAT_CHOICE;
        }

        private static LoopbackReply json(String body) {
            return LoopbackReply.raw(200, "application/json", body);
        }

        private static LoopbackReply event(String data) {
            return LoopbackReply.raw(200, "text/event-stream", "data: " + data + "\n\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rate_limit_exceeded, RateLimited, ATTEMPT, FREE",
        "slow_down, RateLimited, ATTEMPT, FREE",
        "insufficient_quota, QuotaExhausted, RUN, FREE",
        "credit_balance_exhausted, QuotaExhausted, RUN, FREE",
        "invalid_api_key, AuthFailed, RUN, FREE",
        "model_not_found, UnknownModel, RUN, FREE",
        "context_length_exceeded, ContextTooLong, SUBTASK, FREE",
        "unsupported_value, InvalidRequest, SUBTASK, FREE",
        "invalid_json_schema, InvalidRequest, SUBTASK, FREE",
        "invalid_image_format, InvalidRequest, SUBTASK, FREE",
        "image_too_large, InvalidRequest, SUBTASK, FREE",
        "empty_image_file, InvalidRequest, SUBTASK, FREE",
        "data_residency_mismatch, InvalidRequest, SUBTASK, FREE",
        "server_error, ServerFailed, ATTEMPT, UNKNOWN",
        "server_is_overloaded, ServerFailed, ATTEMPT, UNKNOWN",
        "vector_store_timeout, ServerFailed, ATTEMPT, UNKNOWN",
        "429, RateLimited, ATTEMPT, FREE",
        "402, QuotaExhausted, SUBTASK_OR_RUN, FREE",
        "tool_use_failed, MalformedReply, ATTEMPT, UNKNOWN",
        "502, ServerFailed, ATTEMPT, UNKNOWN"
    })
    void error_meansTheSame_whereverItStands(String code, String expected, Reach reach, Charge charge) {
        for (Carrier carrier : Carrier.values()) {
            ModelException failure = failure(carrier, code, "Because.");

            assertThat(failure.getClass().getSimpleName()).as("%s", carrier).isEqualTo(expected);
            assertThat(failure.reach()).as("%s", carrier).isEqualTo(reach);
            assertThat(failure.charge()).as("%s", carrier).isEqualTo(charge);
        }
    }

    @ParameterizedTest
    @EnumSource(Carrier.class)
    void wait_thatTheMessageNames_isTheFloor(Carrier carrier) {
        assertThat(failure(carrier, "rate_limit_exceeded", "Please try again in 11.054s.")
                        .retryAfter())
                .contains(Duration.ofMillis(11_054));
    }

    /** The pool sends less to a provider with status 503. */
    @ParameterizedTest
    @EnumSource(Carrier.class)
    void overload_isToldApart(Carrier carrier) {
        assertThat(((ServerFailed) failure(carrier, "server_is_overloaded", "Busy.")).status())
                .isEqualTo(503);
        assertThat(((ServerFailed) failure(carrier, "server_error", "Oops.")).status())
                .isEqualTo(200);
    }

    /** What was said, or counted, before the error is billed. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BODY      | \"usage\":{\"input_tokens\":9}",
                "BODY      | \"output\":[{\"type\":\"message\"}]",
                "CHAT_BODY | \"usage\":{\"prompt_tokens\":9}",
                "CHAT_BODY | \"choices\":[{\"message\":{\"content\":\"Fi\"}}]"
            })
    void error_afterSomeWork_mayHaveBeenBilled(Carrier carrier, String work) {
        String body = "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Stop.\"},%s}".formatted(work);

        assertThat(failure(carrier, LoopbackReply.raw(200, "application/json", body)))
                .isInstanceOf(ServerFailed.class)
                .returns(Charge.UNKNOWN, ModelException::charge);
    }

    private static ModelException failure(Carrier carrier, String code, String message) {
        return failure(carrier, carrier.carry(code, message));
    }

    private static ModelException failure(Carrier carrier, LoopbackReply reply) {
        server.reset();
        server.onAny().replies(reply);
        var builder = OpenAiClient.builder(KEY).baseUrl(server.baseUrl());
        if (carrier.isChat()) {
            builder.chatCompletions();
        } else {
            builder.responses();
        }
        try (OpenAiClient calling = builder.build()) {
            Throwable failure =
                    catchThrowable(() -> calling.call(REQUEST, carrier.isStreamed() ? streamed(piece -> {}) : plain()));
            assertThat(failure).isInstanceOf(ModelException.class);
            return (ModelException) failure;
        }
    }
}
