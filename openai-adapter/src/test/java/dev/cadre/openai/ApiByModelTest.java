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

    /** Bedrock, Copilot, Azure, Fireworks, LiteLLM's routes, of a model that they have in Chat Completions alone. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400 | {\"error\":{\"code\":\"validation_error\",\"message\":\"The model 'm' does not support the '/openai/v1/responses' API\"}}",
                "400 | {\"error\":{\"code\":\"unsupported_api_for_model\",\"message\":\"model m does not support Responses API.\"}}",
                "400 | {\"error\":{\"message\":\"Unrecognized request argument supplied: input\"}}",
                "400 | ``",
                "415 | {\"detail\":\"Unsupported\"}",
                "404 | {\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"Model not found, inaccessible, and/or not deployed\"}}",
                "404 | {\"error\":{\"code\":\"model_not_found\",\"message\":\"The model does not exist\"}}",
                "403 | {\"error\":{\"type\":\"permission_error\",\"message\":\"Your key is not allowed to call /v1/responses\"}}",
                "401 | {\"error\":{\"type\":\"auth_error\",\"message\":\"Key is not allowed to call this route\",\"code\":\"401\"}}"
            })
    void refusalOfResponses_thatNeverAnswered_isFollowedByOneQuestionToChat(int status, String refusal)
            throws Exception {
        try (var server = new OddServer(request -> isResponses(request)
                        ? new Answer(status, refusal == null ? "" : refusal)
                        : Answer.good(request));
                var client = server.client().build()) {
            for (int i = 0; i < 5; i++) {
                assertThat(adapting(client, REQUEST).text()).isEqualTo(OddServer.TEXT);
            }
            assertThat(server.requests().stream().filter(ApiByModelTest::isResponses))
                    .hasSize(1);
        }
    }

    /** A new-api that cannot convert, or a page: such replies are paid. The first item of all is odd. */
    @ParameterizedTest
    @CsvSource({"500, 400", "500, 403", "500, 500", "200, 400", "200, 401", "200, 500"})
    void oddItem_inTheOnlyApiThereIs_takesItFromNobody(int atResponses, int atChat) throws Exception {
        try (var server = new OddServer(request -> isResponses(request)
                        ? new Answer(atResponses, "{}")
                        : request.contains("odd") ? new Answer(atChat, "{}") : Answer.good(request));
                var client = server.client().build()) {
            assertThat(failuresUntilGood(client, "odd")).isEqualTo(atChat == 500 ? 6 : 3);
            int failures = 0;
            for (int i = 0; i < 10; i++) {
                failures += failuresUntilGood(client, "item " + i);
            }
            assertThat(failures)
                    .as("what was strange is not asked first where it may cost money")
                    .isLessThanOrEqualTo(atChat == 500 ? 2 : 0);
            assertThat(client.api(REQUEST.model())).isEqualTo("chat");
        }
    }

    /** As a pool asks: again after what may pass, but not after a refusal. */
    private static int failuresUntilGood(OpenAiClient client, String text) throws InterruptedException {
        ModelRequest request = ModelRequest.of(REQUEST.model(), "Be brief.", text, 100);
        for (int failures = 0; failures < 6; failures++) {
            try {
                adapting(client, request);
                return failures;
            } catch (ModelException failure) {
                if (!failure.isRetryable()) {
                    return failures + 1;
                }
            }
        }
        return 6;
    }

    /** A gateway answers one model over the Responses API alone, and cannot say it of the other. */
    @ParameterizedTest
    @CsvSource({"500, 2", "200, 2", "400, 0"})
    void modelThatChatAloneHas_isFoundThere_thoughAnotherIsAnsweredByResponses(int status, int paid) throws Exception {
        try (var server = new OddServer(request -> isResponses(request) == request.contains("\"thinker\"")
                        ? Answer.good(request)
                        : new Answer(status, "{}"));
                var client = server.client().build()) {
            adapting(client, REQUEST.withModel("thinker"));
            int failures = 0;
            for (int i = 0; i < 8; i++) {
                try {
                    adapting(client, REQUEST.withModel("talker"));
                } catch (ModelException failure) {
                    failures++;
                }
            }
            assertThat(failures).isEqualTo(paid);
            assertThat(client.api("thinker")).isEqualTo("responses");
            assertThat(client.api("talker")).isEqualTo("chat");
        }
    }

    /** Two mishaps while a server starts say nothing of its APIs. */
    @Test
    void responsesThatWereStrange_areGoneBackTo_whereChatRefuses() throws Exception {
        var asked = new AtomicInteger();
        try (var server = new OddServer(request -> !isResponses(request)
                        ? new Answer(400, OddServer.error("This model is not for chat"))
                        : asked.incrementAndGet() <= 2 ? new Answer(500, "{}") : Answer.good(request));
                var client = server.client().build()) {
            int failures = 0;
            for (int i = 0; i < 10; i++) {
                failures += failuresUntilGood(client, "item " + i);
            }
            assertThat(failures)
                    .as("two that the pool repeats, of which one item is lost")
                    .isLessThanOrEqualTo(3);
            assertThat(client.api(REQUEST.model())).isEqualTo("responses");
        }
    }

    @Test
    void wrongKey_isAskedAtBothAddresses_andIsOneOfTheRun() throws Exception {
        try (var server = new OddServer(
                        request -> new Answer(401, "{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no\"}}"));
                var client = server.client().build()) {
            assertThat(catchThrowable(() -> adapting(client, REQUEST)))
                    .isInstanceOfSatisfying(
                            ModelException.AuthFailed.class,
                            failure -> assertThat(failure.reach()).isEqualTo(ModelException.Reach.RUN));
            assertThat(server.requests()).hasSize(2);
        }
    }

    /** A single 500 is no reason to be spoken to in Chat Completions for good. */
    @Test
    void oneMishap_ofAServerWithBothApis_leavesItInTheFirst() throws Exception {
        var asked = new AtomicInteger();
        try (var server = new OddServer(
                        request -> asked.incrementAndGet() == 1 ? new Answer(500, "{}") : Answer.good(request));
                var client = server.client().build()) {
            assertThat(failuresUntilGood(client, "item 1")).isEqualTo(1);
            assertThat(failuresUntilGood(client, "item 2")).isZero();
            assertThat(client.api(REQUEST.model())).isEqualTo("responses");
        }
    }

    /** The address that is there is asked again, not the one that is not. */
    @Test
    void mishapOfTheOnlyApiThereIs_isRepeatedThere() throws Exception {
        var asked = new AtomicInteger();
        try (var server = new OddServer(request -> isResponses(request)
                        ? new Answer(404, "{}")
                        : asked.incrementAndGet() == 1 ? new Answer(500, "{}") : Answer.good(request));
                var client = server.client().build()) {
            assertThat(failuresUntilGood(client, "item")).isEqualTo(1);
            assertThat(server.requests().stream().filter(ApiByModelTest::isResponses))
                    .hasSize(1);
        }
    }

    /** A wrong address is soon told from a gateway whose servers have different ones. */
    @Test
    void serverWithNoApi_isAskedLessByTheNextRequests() throws Exception {
        try (var server = new OddServer(request -> new Answer(404, "{}"));
                var client = server.client().build()) {
            for (int asked : List.of(8, 3, 3)) {
                int before = server.requests().size();
                assertThat(catchThrowable(() -> adapting(client, REQUEST)))
                        .isInstanceOf(ModelException.Unreachable.class);
                assertThat(server.requests()).hasSize(before + asked);
            }
        }
    }

    /** A thousand requests whose callers have given up, and one that goes on. */
    @Test
    void requestsThatNobodyAsksAgain_areForgotten() {
        var model = new ApiOfModel();
        for (int i = 0; i < 1_500; i++) {
            model.rebuffed(Api.RESPONSES, REQUEST.withMaxOutputTokens(100 + i), Rebuff.REFUSED);
        }
        assertThat(model.itemsOnTheirWay()).isEqualTo(1_000);
    }
}
