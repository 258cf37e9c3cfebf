// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.AuthFailed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ContextTooLong;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelException.Reach;
import dev.cadre.model.ModelReply;
import dev.cadre.openai.testing.LoopbackReply;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors in the forms of other providers, gateways and firewalls. */
class ProviderErrorsTest extends LoopbackTest {
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // a firewall or gateway between here and the provider
                "403 | <html>Access Denied: you have no permission. API key?</html>   | AuthFailed     | SUBTASK_OR_RUN",
                "403 | `` | AuthFailed | SUBTASK_OR_RUN",
                "403 | {\"message\":\"Forbidden\"}                                    | AuthFailed     | SUBTASK_OR_RUN",
                "403 | {\"error\":{\"code\":403,\"message\":\"blocked by a rule\"}}   | AuthFailed     | SUBTASK_OR_RUN",
                "402 | {\"error\":{\"code\":402,\"message\":\"can only afford 9\"}}   | QuotaExhausted | SUBTASK_OR_RUN",
                "402 | {\"error\":{\"message\":\"Insufficient Balance\"}}             | QuotaExhausted | SUBTASK_OR_RUN",
                // a key that is wrong, or may not do this
                "403 | {\"error\":{\"status\":\"PERMISSION_DENIED\",\"code\":403}}    | AuthFailed     | RUN",
                "403 | {\"error\":{\"type\":\"permission_error\"}}                    | AuthFailed     | RUN",
                "403 | {\"error\":{\"code\":\"unsupported_country_region_territory\"}}  | AuthFailed     | RUN",
                "403 | {\"error\":\"Invalid API key.\"}                               | AuthFailed     | RUN",
                "403 | {\"message\":\"You have no permission: API key, credentials\"} | AuthFailed     | SUBTASK_OR_RUN",
                "401 | <html>Who are you?</html>                                      | AuthFailed     | RUN",
                "401 | {\"detail\":\"Invalid API Key\"}                               | AuthFailed     | RUN",
                "400 | {\"code\":\"bad argument\",\"error\":\"Incorrect API key provided: ab***yz.\"} | AuthFailed | RUN",
                "400 | [{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"status\":\"INVALID_ARGUMENT\"}}]"
                        + " | AuthFailed | RUN",
                "400 | [{\"error\":{\"code\":400,\"message\":\"No.\",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}]"
                        + " | AuthFailed | RUN",
                "400 | {\"error\":{\"message\":\"No connected db.\",\"type\":\"no_db_connection\"}} | AuthFailed | RUN",
                // money of the account
                "400 | {\"error\":{\"message\":\"Your credit balance is too low\"}}   | QuotaExhausted | RUN",
                "429 | {\"error\":\"Your team has used all available credits\"}       | QuotaExhausted | RUN",
                // a model that is not there
                "400 | {\"error\":{\"message\":\"Model Not Exist\"}}                  | UnknownModel   | RUN",
                "404 | [{\"error\":{\"code\":404,\"message\":\"models/x is not found for API version v1\"}}]"
                        + " | UnknownModel | RUN",
                "404 | {\"error\":{\"message\":\"model \\\"x\\\" not found, try pulling it\"}} | UnknownModel | RUN",
                "404 | {\"error\":{\"code\":\"404\",\"message\":\"Resource not found\"}} | Unreachable | SUBTASK_OR_RUN",
                "400 | {\"error\":{\"message\":\"Invalid model: x\",\"type\":\"invalid_model\",\"code\":\"1500\"}}"
                        + " | UnknownModel | RUN",
                "400 | {\"error\":{\"message\":\"a/b is not a valid model ID\",\"code\":400}} | UnknownModel | RUN",
                "404 | {\"error\":{\"message\":\"model: claude-x\",\"type\":\"not_found_error\"}} | UnknownModel | RUN",
                "400 | {\"error\":{\"message\":\"{'error': '/chat/completions: Invalid model name passed in model=x.\"}}"
                        + " | UnknownModel | RUN",
                "404 | {\"code\":\"Some requested entity was not found\",\"error\":\"The model x does not exist or\"}"
                        + " | UnknownModel | RUN",
                "404 | {\"error\":{\"message\":\"No\",\"param\":\"model\"}} | UnknownModel | RUN",
                // words that may be those of the request
                "400 | {\"error\":{\"message\":\"Bad input: 'the bank says insufficient funds'\"}}"
                        + " | QuotaExhausted | SUBTASK_OR_RUN",
                "400 | {\"error\":{\"message\":\"Bad input: 'it says invalid API key'\"}} | AuthFailed | SUBTASK_OR_RUN",
                "400 | {\"error\":{\"message\":\"Bad input: 'unknown model of car'\"}} | UnknownModel | SUBTASK_OR_RUN",
                "404 | {\"error\":{\"message\":\"No endpoints found for gpt-5.4-nano that use tools\"}}"
                        + " | UnknownModel | SUBTASK_OR_RUN",
                "401 | {\"error\":{\"message\":\"Bad input: 'unknown model of car'\"}} | AuthFailed | RUN",
                // tokens of the last minute
                "429 | {\"message\":\"Too many tokens, please wait before trying again.\"} | RateLimited | ATTEMPT",
                "200 | {\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Too many tokens, wait.\"}}"
                        + " | RateLimited | ATTEMPT",
                "429 | {\"error\":{\"type\":\"exceeded_current_quota_error\",\"message\":\"Suspended\"}}"
                        + " | QuotaExhausted | RUN",
                // requests that stay what they are
                "400 | {\"error\":{\"message\":\"temperature is not supported with this model\"}} | InvalidRequest | SUBTASK",
                "400 | {\"error\":{\"message\":\"max_tokens is too large: the model writes at most 9\"}} | InvalidRequest | SUBTASK",
                "500 | {\"error\":{\"message\":\"invalid JSON schema in format\",\"type\":\"api_error\"}} | InvalidRequest | SUBTASK",
                "404 | {\"error\":{\"message\":\"Item 'rs_1' not found.\",\"param\":\"input\"}} | InvalidRequest | SUBTASK"
            })
    void refusal_isReadByItsBody(int status, String body, String expected, Reach reach) {
        ModelException failure = failure(ModelException.class, LoopbackReply.raw(status, JSON, body));

        assertThat(failure.getClass().getSimpleName()).isEqualTo(expected);
        assertThat(failure.reach()).isEqualTo(reach);
    }

    @Test
    void refusedKey_isNamed_whateverTheServerSpeaksOf() {
        String body = "{\"error\":{\"message\":\"No connected db.\",\"type\":\"no_db_connection\"}}";

        assertThat(failure(AuthFailed.class, LoopbackReply.raw(400, JSON, body)))
                .hasMessageStartingWith("the server refuses the key: ")
                .hasMessageContaining("No connected db.");
        assertThat(failure(AuthFailed.class, LoopbackReply.raw(401, JSON, "{}")))
                .hasMessageStartingWith("the server refuses the key: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prompt is too long: 300000 tokens > 200000 maximum",
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
                "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
                "the input length exceeds the context length",
                "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
                "Input prompt (5000 tokens) is too long and exceeds limit of 4096",
                "The total length of all messages is too long.",
                "the request exceeds the available context size. try increasing the context size",
                "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
                "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
                "Your input exceeds the context window of this model.",
                "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
                "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000",
                "too many tokens: the prompt cannot exceed 4000"
            })
    void requestBeyondTheContext_inTheWordsOfAnyServer_isTooLong(String message) {
        for (int status : new int[] {400, 413, 500}) {
            failure(ContextTooLong.class, LoopbackReply.error(status, "", "", message));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"error\":{\"code\":\"content_filter\",\"message\":\"No.\"}}",
                "400 | {\"error\":{\"code\":\"400\",\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}",
                "400 | {\"error\":{\"message\":\"It triggered Azure OpenAI's content management policy.\"}}",
                "400 | {\"error\":{\"message\":\"BadRequestError: ContentPolicyViolationError\",\"code\":\"400\"}}",
                "403 | {\"error\":{\"code\":403,\"message\":\"Moderation: your input was flagged\"}}",
                "403 | {\"error\":\"Content violates usage guidelines.\"}",
                "200 | {\"error\":{\"code\":\"content_filter\",\"message\":\"No.\"}}"
            })
    void contentFilter_thatIsReportedAsAnError_isAFilteredEnd(int status, String body) throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.raw(status, JSON, body));

        assertThat(reply.finish()).isEqualTo(Finish.FILTERED);
        assertThat(reply.text()).isEmpty();
        assertThat(reply.usage()).as("Azure bills the prompt").isNull();
        assertThat(reply.notes()).containsExactly("the error of a content filter was read as a filtered end");
    }

    @Test
    void contentFilter_inTheMiddleOfAStream_isAFilteredEnd() throws InterruptedException {
        var heard = new ArrayList<String>();
        try (OpenAiClient chat = chat()) {
            server.onAny()
                    .replies(events(
                            "{\"choices\":[{\"delta\":{\"content\":\"Fi\"}}]}",
                            "{\"error\":{\"code\":\"content_filter\",\"message\":\"No.\"}}"));

            ModelReply reply = chat.call(REQUEST, streamed(heard::add));

            assertThat(reply.finish()).isEqualTo(Finish.FILTERED);
            assertThat(heard).containsExactly("Fi");
        }
    }

    /** The provider had thought, and bills that. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"reasoning\":\"Hm\"}",
                "{\"reasoning_content\":\"Hm\"}",
                "{\"reasoning_details\":[{\"text\":\"Hm\"}]}",
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}]}",
                "{\"content\":\"Fi\"}"
            })
    void errorBehindAnyOutput_mayHaveBeenBilled(String delta) {
        ModelException failure = chatFailure(
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                "{\"choices\":[{\"delta\":" + delta + "}]}",
                "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Stop.\"}}");

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void errorBehindNothingButARole_isWhatItSays() {
        ModelException failure = chatFailure(
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Stop.\"}}");

        assertThat(failure).isInstanceOf(ModelException.RateLimited.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.reasoning_text.delta",
                "response.reasoning_summary_text.delta",
                "response.function_call_arguments.delta",
                "response.refusal.delta",
                "response.output_text.delta"
            })
    void failedResponse_behindAnyOutput_mayHaveBeenBilled(String type) {
        LoopbackReply stream = events(
                "{\"type\":\"%s\",\"delta\":\"Hm\",\"item_id\":\"i\",\"output_index\":0,\"sequence_number\":1}"
                        .formatted(type),
                "{\"type\":\"response.failed\",\"sequence_number\":2,\"response\":{\"status\":\"failed\",\"output\":[],"
                        + "\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Stop.\"}}}");

        assertThat(failure(ModelException.class, streamed(piece -> {}), stream).charge())
                .isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void callThatTheProviderCannotRead_isAskedForAgain_alsoBehindReasoning() {
        ModelException failure = chatFailure(
                "{\"choices\":[{\"delta\":{\"reasoning\":\"Hm\"}}]}",
                "{\"error\":{\"code\":\"tool_use_failed\",\"type\":\"invalid_request_error\",\"message\":\"No call.\"}}");

        assertThat(failure).isInstanceOf(MalformedReply.class);
        assertThat(failure.isRetryable()).isTrue();
    }

    private static LoopbackReply events(String... data) {
        return LoopbackReply.raw(200, EVENTS, "data: " + String.join("\n\ndata: ", data) + "\n\n");
    }

    private static OpenAiClient chat() {
        return OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletions()
                .build();
    }

    private static ModelException chatFailure(String... data) {
        server.onAny().replies(events(data));
        try (OpenAiClient chat = chat()) {
            Throwable failure = catchThrowable(() -> chat.call(REQUEST, streamed(piece -> {})));
            assertThat(failure).isInstanceOf(ModelException.class);
            return (ModelException) failure;
        }
    }
}
