// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.AMPLE;
import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.MODEL;
import static dev.cadre.openai.LoopbackTest.PURPOSE;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.Effort;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Adapted;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelException.Reach;
import dev.cadre.model.ModelException.UnknownModel;
import dev.cadre.model.ModelException.Unreachable;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that know a part of the API only: what they refuse is left out once, what they ignore is asked otherwise. */
class DialectsTest {
    private static final String JSON = "application/json";
    private static final String SCHEMA = """
            {"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}""";
    private static final ModelRequest FORMED = REQUEST.withOutput(new OutputFormat.JsonSchema("answer", SCHEMA));
    private static final ModelRequest TOOLED =
            FORMED.withTools(List.of(new ToolSpec("look", "Looks.", SCHEMA))).withEffort(Effort.LOW);
    private static final String RESPONSE = """
            {"id":"resp_1","object":"response","status":"completed","model":"gpt-5.4-nano","output":[{"type":"message",\
            "id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text",\
            "text":"{\\"text\\":\\"yes\\"}","annotations":[]}]}],\
            "usage":{"input_tokens":10,"output_tokens":3,"total_tokens":13}}""";
    private static final String LOOSE = RESPONSE.replace("{\\\"text\\\":\\\"yes\\\"}", "Yes, gladly.");
    private static final String YES = RawServer.CHAT_REPLY.replace("Fine.", "{\\\"text\\\":\\\"yes\\\"}");

    /** A reply with a status. */
    private record Answer(int status, String body) {
        static Answer refusing(int status, String message) {
            return new Answer(
                    status, "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\"}}".formatted(message));
        }
    }

    private static RawServer server(Function<String, Answer> answers) throws IOException {
        return RawServer.start(peer -> {
            while (peer.read()) {
                Answer answer = answers.apply(peer.request());
                if (answer.status() == 200 && peer.request().contains("\"stream\":true")) {
                    peer.stream(RawServer.CHAT_STREAM);
                } else {
                    peer.reply(answer.status(), JSON, answer.body());
                }
            }
        });
    }

    private static OpenAiClient.Builder client(RawServer server) {
        return OpenAiClient.builder(KEY).baseUrl(server.baseUrl());
    }

    private static Answer chatOnly(String request, int status) {
        return request.startsWith("POST /v1/chat/completions ")
                ? new Answer(200, RawServer.CHAT_REPLY)
                : Answer.refusing(status, "Not Found");
    }

    /** Calls until the client has adapted. */
    private static ModelReply callAdapting(OpenAiClient client, ModelRequest request) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            try {
                return client.call(request, plain());
            } catch (Adapted again) {
                assertThat(again.charge()).isEqualTo(Charge.FREE);
                assertThat(again.isRetryable()).isTrue();
            }
        }
        throw new AssertionError("the client adapts for ever");
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501})
    void serverWithoutResponses_isSpokenToInChat_onceAndForAll(int status) throws Exception {
        try (var server = server(request -> chatOnly(request, status));
                var client = client(server).build()) {
            assertThatThrownBy(() -> client.call(REQUEST, plain())).isInstanceOf(Adapted.class);
            ModelReply reply = client.call(REQUEST, plain());
            client.call(REQUEST, streamed(text -> {}));

            assertThat(reply.text()).isEqualTo("Fine.");
            assertThat(reply.notes()).singleElement().asString().contains("Chat Completions was used");
            assertThat(client.batches()).isEmpty();
            assertThat(server.requests()).hasSize(3);
            assertThat(server.requests().subList(1, 3))
                    .allMatch(request -> request.startsWith("POST /v1/chat/completions "));
        }
    }

    @Test
    void firstCalls_manyAtOnce_allSucceedUnderABudgetThatHolds() throws Exception {
        int calls = 100;
        var together = new CountDownLatch(calls);
        try (var server = server(request -> {
                    if (!request.startsWith("POST /v1/chat")) {
                        together.countDown();
                        await(together); // every call learns it by itself
                    }
                    return chatOnly(request, 404);
                });
                var client = client(server).build();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            BudgetGuard budget = Budget.usd("1").open();
            for (Future<ModelReply> reply : callAtOnce(client, calls, budget, executor)) {
                assertThat(reply.get().text()).isEqualTo("Fine.");
            }
            assertThat(server.requests()).hasSize(2 * calls);
            assertThat(budget.state().spent()).isEqualTo(Money.usd("0.001300"));
        }
    }

    private static List<Future<ModelReply>> callAtOnce(
            OpenAiClient client, int calls, BudgetGuard budget, ExecutorService executor) {
        var pool = ModelPool.builder(client, MODEL)
                .price(Price.perMillionTokens("1", "1", "1"))
                .maxParallel(calls)
                .build();
        var replies = new ArrayList<Future<ModelReply>>();
        for (int i = 0; i < calls; i++) {
            replies.add(executor.submit(
                    () -> pool.call(REQUEST, CallTerms.of(budget, PURPOSE, System.nanoTime() + AMPLE.toNanos()))));
        }
        return replies;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void declaredApi_isNeverLeft() throws Exception {
        try (var server = server(request -> Answer.refusing(404, "Not Found"));
                var responses = client(server).responses().build();
                var chat = client(server).chatCompletions().build()) {
            assertThat(catchThrowable(() -> responses.call(REQUEST, plain()))).isInstanceOf(Unreachable.class);
            assertThat(catchThrowable(() -> responses.call(REQUEST, plain()))).isInstanceOf(Unreachable.class);
            assertThat(catchThrowable(() -> chat.call(REQUEST, plain()))).isInstanceOf(Unreachable.class);
            assertThat(server.requests()).hasSize(3);
        }
    }

    /** Also in a reply with status 200, as routers write it. */
    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501, 200})
    void addressThatHasAnswered_refusesOneRequestAlone(int status) throws Exception {
        String refusal = "{\"error\":{\"code\":404,\"message\":\"No endpoint for such data\"}}";
        var calls = new AtomicInteger();
        Function<String, Answer> answers = request -> calls.incrementAndGet() % 2 == 1
                ? new Answer(200, request.startsWith("POST /v1/responses ") ? RESPONSE : YES)
                : new Answer(status, refusal);
        try (var server = server(answers);
                var undeclared = client(server).build();
                var chat = client(server).chatCompletions().build()) {
            for (OpenAiClient client : List.of(undeclared, chat)) {
                client.call(REQUEST, plain());
                assertThat(catchThrowable(() -> client.call(REQUEST, plain())))
                        .isInstanceOfSatisfying(
                                Unreachable.class,
                                failure -> assertThat(failure.reach()).isEqualTo(Reach.SUBTASK_OR_RUN))
                        .hasMessageContaining("is no endpoint");
                assertThat(client.call(REQUEST, plain()).notes()).isEmpty();
                calls.set(0);
            }
        }
    }

    @Test
    void gatewayThatLacksResponsesForOneModel_keepsThemForTheOthers() throws Exception {
        try (var server = server(request -> !request.startsWith("POST /v1/responses ")
                        ? new Answer(200, YES)
                        : request.contains("\"small\"")
                                ? Answer.refusing(404, "Not Found")
                                : new Answer(200, RESPONSE));
                var client = client(server).build()) {
            client.call(REQUEST.withModel("large"), plain());

            assertThat(callAdapting(client, REQUEST.withModel("small")).notes()).hasSize(1);
            assertThat(client.call(REQUEST.withModel("large"), plain()).notes()).isEmpty();
            assertThat(server.requests())
                    .extracting(request -> request.substring(0, request.indexOf(" HTTP")))
                    .containsExactly(
                            "POST /v1/responses",
                            "POST /v1/responses",
                            "POST /v1/chat/completions",
                            "POST /v1/responses");
        }
    }

    @Test
    void unknownModel_isNoMissingApi() throws Exception {
        try (var server = server(request -> Answer.refusing(404, "The model `gpt-5.4-nano` does not exist"));
                var client = client(server).build()) {
            assertThat(catchThrowable(() -> callAdapting(client, REQUEST))).isInstanceOf(UnknownModel.class);
            assertThat(server.requests()).as("one question to each API").hasSize(2);
        }
    }

    @Test
    void responsesThatIgnoreTheSchema_areLeftForChat() throws Exception {
        try (var server = server(request -> new Answer(200, request.startsWith("POST /v1/responses ") ? LOOSE : YES));
                var client = client(server).build()) {
            ModelReply ignoring = client.call(FORMED, plain());
            ModelReply formed = client.call(FORMED, plain());

            assertThat(ignoring.text()).isEqualTo("Yes, gladly.");
            assertThat(ignoring.notes()).singleElement().asString().contains("ignored the JSON schema");
            assertThat(formed.text()).isEqualTo("{\"text\":\"yes\"}");
            assertThat(server.requests().getLast()).startsWith("POST /v1/chat/completions ");
        }
    }

    /** A reply as long as a cap, of a server that repeats of the request what is given. */
    private static String full(String reply, long cap, String repeated) {
        return reply.replace(
                        "\"output_tokens\":3,\"total_tokens\":13",
                        "\"output_tokens\":%d,\"total_tokens\":%d".formatted(cap, cap + 10))
                .replace("\"status\":\"completed\",\"model\"", repeated + "\"status\":\"completed\",\"model\"");
    }

    /** llama.cpp repeats nothing, LiteLLM before it adds nulls, Ollama repeats all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"incomplete_details\":null,\"max_output_tokens\":null,\"text\":null,\"tool_choice\":null,",
                "\"max_output_tokens\":64,\"text\":{\"format\":{\"type\":\"text\"}},\"tool_choice\":\"auto\","
            })
    void replyAsLongAsItsCap_ofAServerThatNeverCalledOneCut_isCut(String repeated) throws Exception {
        String cut = full(LOOSE, REQUEST.maxOutputTokens(), repeated);
        String event =
                "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":" + cut + "}\n\n";
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        if (peer.request().contains("\"stream\":true")) {
                            peer.stream(event);
                        } else {
                            peer.reply(200, JSON, cut);
                        }
                    }
                });
                var client = client(server).build()) {
            for (CallContext context : List.of(plain(), streamed(text -> {}))) {
                ModelReply reply = client.call(REQUEST, context);

                assertThat(reply.finish()).isEqualTo(Finish.TRUNCATED);
                assertThat(reply.text()).isEqualTo("Yes, gladly.");
                assertThat(reply.notes()).singleElement().asString().contains("it was read as cut");
            }
        }
    }

    @Test
    void replyAsLongAsItsCap_ofAServerThatCallsCutOnesIncomplete_isWhatItSays() throws Exception {
        String full = full(LOOSE, REQUEST.maxOutputTokens(), "");
        String cut = full.replace(
                "\"status\":\"completed\",\"model\"",
                "\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"model\"");
        var calls = new AtomicInteger();
        try (var server = server(request -> new Answer(200, calls.getAndIncrement() == 0 ? cut : full));
                var client = client(server).build()) {
            assertThat(client.call(REQUEST, plain()).finish()).isEqualTo(Finish.TRUNCATED);
            assertThat(client.call(REQUEST, plain()).finish()).isEqualTo(Finish.COMPLETE);
        }
    }

    @Test
    void replyLongerThanItsCap_isNotCutAtIt() throws Exception {
        try (var server = server(request -> new Answer(200, full(LOOSE, REQUEST.maxOutputTokens() + 1, "")));
                var client = client(server).build()) {
            assertThat(client.call(REQUEST, plain()).finish()).isEqualTo(Finish.COMPLETE);
        }
    }

    @Test
    void answerAsLongAsItsCap_thatHasItsForm_isWhole() throws Exception {
        try (var server = server(request -> new Answer(200, full(RESPONSE, FORMED.maxOutputTokens(), "")));
                var client = client(server).build()) {
            assertThat(client.call(FORMED, plain()))
                    .returns(Finish.COMPLETE, ModelReply::finish)
                    .returns(List.of(), ModelReply::notes);
        }
    }

    @Test
    void cutAnswer_ignoresTheSchema_onlyIfItDoesNotBeginInItsForm() throws Exception {
        String begun = RESPONSE.replace("\\\"yes\\\"}", "\\\"yes");
        try (var loose = server(request -> new Answer(200, full(LOOSE, FORMED.maxOutputTokens(), "")));
                var formed = server(request -> new Answer(200, full(begun, FORMED.maxOutputTokens(), "")));
                var client = client(loose).build();
                var other = client(formed).build()) {
            assertThat(client.call(FORMED, plain()).notes())
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains("ignored the JSON");
            assertThat(other.call(FORMED, plain()))
                    .returns(Finish.TRUNCATED, ModelReply::finish)
                    .returns(1, reply -> reply.notes().size());
        }
    }

    /** A reply that repeats a form of its request. */
    private static String echoing(String type) {
        return LOOSE.replace("\"status\":", "\"text\":{\"format\":{\"type\":\"%s\"}},\"status\":".formatted(type));
    }

    @Test
    void serverThatRepeatsTheSchema_hasReadIt_andTheModelBrokeTheForm() throws Exception {
        var calls = new AtomicInteger();
        try (var server = server(
                        request -> new Answer(200, calls.getAndIncrement() == 2 ? RESPONSE : echoing("json_schema")));
                var client = client(server).build()) {
            for (int i = 0; i < 9; i++) {
                assertThat(client.call(FORMED, plain()).notes()).isEmpty();
            }
            assertThat(server.requests())
                    .allMatch(request -> request.startsWith("POST /v1/responses ") && request.contains("json_schema"));
        }
    }

    @Test
    void serverThatRepeatsTheSchema_andNeverKeepsIt_isLeftForChat() throws Exception {
        try (var server = server(request ->
                        new Answer(200, request.startsWith("POST /v1/responses ") ? echoing("json_schema") : YES));
                var client = client(server).build()) {
            assertThat(client.call(FORMED, plain()).notes()).isEmpty();
            assertThat(client.call(FORMED, plain()).notes()).isEmpty();
            assertThat(client.call(FORMED, plain()).notes())
                    .singleElement()
                    .asString()
                    .contains("ignored the JSON schema");
            assertThat(client.call(FORMED, plain()).text()).isEqualTo("{\"text\":\"yes\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json_object", "none-of-these"})
    void serverThatRepeatsAnotherForm_ignoresTheSchema(String type) throws Exception {
        try (var server = server(request -> new Answer(200, echoing(type)));
                var client = client(server).build()) {
            assertThat(client.call(FORMED, plain()).notes())
                    .singleElement()
                    .asString()
                    .contains("ignored the JSON schema");
        }
    }

    @Test
    void serverThatHasKeptTheForm_isNotDoubtedForOneReplyThatDoesNot() throws Exception {
        var calls = new AtomicInteger();
        try (var server =
                        server(request -> new Answer(200, calls.getAndIncrement() == 1 ? RawServer.CHAT_REPLY : YES));
                var client = client(server).chatCompletions().build()) {
            client.call(FORMED, plain());

            assertThat(client.call(FORMED, plain()).notes()).isEmpty();
            assertThat(client.call(FORMED, plain()).notes()).isEmpty();
            assertThat(server.requests())
                    .allSatisfy(request -> assertThat(request).contains("json_schema"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | Unrecognized request argument supplied: %s",
                "400 | Unsupported parameter: '%s' is not supported with this model.",
                "422 | [{'type':'extra_forbidden','loc':['body','%s'],'msg':'Extra inputs are not permitted'}]",
                "400 | Invalid JSON payload received. Unknown name '%s': Cannot find field.",
                "400 | property '%s' is unsupported",
                "400 | %s is not allowed here"
            })
    void refusedParameter_isLeftOutOnce_inWhateverWords(int status, String words) throws Exception {
        for (String name : List.of("reasoning_effort", "strict")) {
            try (var server = server(request -> request.contains('"' + name + '"')
                            ? Answer.refusing(status, words.formatted(name))
                            : new Answer(200, YES));
                    var client = client(server).chatCompletions().build()) {
                assertThatThrownBy(() -> client.call(TOOLED, plain()))
                        .isInstanceOf(Adapted.class)
                        .hasMessageContaining(name);
                ModelReply reply = client.call(TOOLED, plain());
                client.call(TOOLED, plain());

                assertThat(reply.notes())
                        .containsExactly("the server refuses these parameters, which were left out: " + name);
                assertThat(server.requests()).hasSize(3);
            }
        }
    }

    /** Ollama says of a model what it cannot do, not which parameter asks for it. */
    @Test
    void effort_ofAModelThatCannotThink_isLeftOut() throws Exception {
        Answer refusal = new Answer(
                400,
                "{\"error\":{\"message\":\"\\\"house-model\\\" does not support thinking\",\"type\":\"api_error\",\"param\":null}}");
        try (var server = server(
                        request -> request.contains("\"reasoning\":") || request.contains("\"reasoning_effort\":")
                                ? refusal
                                : new Answer(200, request.startsWith("POST /v1/responses ") ? RESPONSE : YES));
                var chat = client(server).chatCompletions().build();
                var responses = client(server).responses().build()) {
            for (OpenAiClient client : List.of(chat, responses)) {
                assertThat(callAdapting(client, TOOLED).notes())
                        .singleElement()
                        .asString()
                        .contains("which were left out: reasoning");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096, 1", "4096, 2000, 0", "4095, 4096, 0", "0, 4096, 0"})
    void inputThatCountsAFullContext_isNoted(long counted, int words, int notes) throws Exception {
        ModelRequest request = REQUEST.withTurns(List.of(new Turn.User("stone ".repeat(words), List.of())));
        try (var server = server(any -> new Answer(
                        200,
                        YES.replace(
                                "\"prompt_tokens\":10,\"completion_tokens\":3,\"total_tokens\":13",
                                "\"prompt_tokens\":%d,\"completion_tokens\":3,\"total_tokens\":%d"
                                        .formatted(counted, counted + 3))));
                var client = client(server).chatCompletions().build()) {
            assertThat(client.call(request, plain()).notes())
                    .hasSize(notes)
                    .allMatch(note -> note.contains("may have cut the rest"));
        }
    }

    @Test
    void streamOptions_refused_areLeftOut() throws Exception {
        try (var server = server(request -> request.contains("\"stream_options\"")
                        ? Answer.refusing(400, "Unknown parameter: stream_options")
                        : new Answer(200, ""));
                var client = client(server).chatCompletions().build()) {
            assertThatThrownBy(() -> client.call(REQUEST, streamed(text -> {}))).isInstanceOf(Adapted.class);
            assertThat(client.call(REQUEST, streamed(text -> {})).notes()).hasSize(1);
        }
    }

    /** The plan then starts when all of it is written. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Streaming is not supported | stream",
                "Unsupported parameter: 'stream' | ''",
                "Unsupported value: 'stream' does not support true with this model. | ''",
                "Your organization must be verified to use this. | stream",
                "stream must be false | ''",
                "stream_options is not supported | ''"
            })
    void stream_refused_isAskedWhole_onceAndForAll(String message, String param) throws Exception {
        String refusal = "{\"error\":{\"message\":\"%s\",\"param\":\"%s\"}}".formatted(message, param);
        for (UnaryOperator<OpenAiClient.Builder> api : List.<UnaryOperator<OpenAiClient.Builder>>of(
                OpenAiClient.Builder::chatCompletions, OpenAiClient.Builder::responses)) {
            boolean isOptions = message.startsWith("stream_options");
            var text = new StringBuilder();
            try (var server = server(request -> request.contains(isOptions ? "\"stream_options\"" : "\"stream\":true")
                            ? new Answer(400, refusal)
                            : new Answer(200, request.startsWith("POST /v1/chat") ? YES : RESPONSE));
                    var client = api.apply(client(server)).build()) {
                for (int i = 0; i < 4 && text.isEmpty(); i++) {
                    try {
                        client.call(FORMED, streamed(text::append));
                    } catch (Adapted again) {
                        assertThat(again.charge()).isEqualTo(Charge.FREE);
                    }
                }
                assertThat(text).hasToString(isOptions ? "Fine." : "{\"text\":\"yes\"}");
                if (!isOptions) {
                    assertThat(client.call(FORMED, streamed(piece -> {})).notes())
                            .containsExactly("the server refuses these parameters, which were left out: stream");
                    assertThat(server.requests()).hasSize(3);
                }
            }
        }
    }

    @Test
    void responses_withoutTheirExtras_areStillResponses() throws Exception {
        List<String> extras = List.of("store", "reasoning", "service_tier", "include", "prompt_cache_key", "strict");
        try (var server = server(request -> extras.stream()
                        .filter(extra -> request.contains('"' + extra + '"'))
                        .findFirst()
                        .map(extra -> Answer.refusing(400, "Unknown parameter: '" + extra + "'."))
                        .orElse(new Answer(200, RESPONSE)));
                var client = client(server).build()) {
            ModelRequest request = TOOLED.withOptions(TOOLED.options().withCacheKey("key"));

            assertThat(callAdapting(client, request).notes()).hasSize(1);
            assertThat(server.requests()).hasSize(extras.size() + 1).allMatch(sent -> sent.startsWith("POST /v1/resp"));
            assertThat(server.requests().getLast()).contains("\"max_output_tokens\":64", "\"json_schema\"");
        }
    }

    @Test
    void anotherModel_keepsWhatOneRefuses() throws Exception {
        try (var server = server(request -> request.contains("\"reasoning_effort\"") && request.contains("\"small\"")
                        ? Answer.refusing(400, "Unknown parameter: reasoning_effort")
                        : new Answer(200, YES));
                var client = client(server).chatCompletions().build()) {
            assertThat(callAdapting(client, TOOLED.withModel("small")).notes()).hasSize(1);
            assertThat(client.call(TOOLED.withModel("large"), plain()).notes()).isEmpty();
            assertThat(server.requests().getLast()).contains("\"reasoning_effort\":\"low\"");
        }
    }

    @Test
    void cap_hasTwoNames_andIsNeverLeftOut() throws Exception {
        try (var older = server(request -> request.contains("max_completion_tokens")
                        ? Answer.refusing(400, "Unknown parameter: 'max_completion_tokens'")
                        : new Answer(200, YES));
                var neither = server(request -> Answer.refusing(
                        400,
                        "Unknown parameter: '%s'"
                                .formatted(
                                        request.contains("max_completion_tokens")
                                                ? "max_completion_tokens"
                                                : "max_tokens")));
                var client = client(older).chatCompletions().build();
                var refused = client(neither).chatCompletions().build()) {
            assertThat(callAdapting(client, FORMED).notes())
                    .containsExactly("the server refuses the cap as max_completion_tokens");
            assertThat(older.requests().getLast()).contains("\"max_tokens\":64");
            assertThatThrownBy(() -> callAdapting(refused, FORMED))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("refuses the cap on the output under every name");
            assertThat(neither.requests()).hasSize(2).allMatch(request -> request.contains("_tokens\":64"));
        }
    }

    /** A gateway with two servers behind it, each of which knows another name, and which take turns. */
    @Test
    void capWithTwoNames_ofServersInTurns_isNeverRefusedForGood() throws Exception {
        var asked = new AtomicInteger();
        try (var server = server(request -> {
                    boolean isOlder = asked.getAndIncrement() / 5 % 2 == 0;
                    boolean isNewName = request.contains("max_completion_tokens");
                    return isOlder == isNewName
                            ? Answer.refusing(
                                    400,
                                    "Unknown parameter: the cap is '%s'"
                                            .formatted(isNewName ? "max_completion_tokens" : "max_tokens"))
                            : new Answer(200, YES);
                });
                var client = client(server).chatCompletions().build()) {
            for (int i = 0; i < 40; i++) {
                assertThat(callAdapting(client, FORMED).notes()).hasSizeLessThanOrEqualTo(2);
            }
        }
    }

    /** Both names have been answered, and then both are refused: the client ends it. */
    @Test
    void capThatIsRefusedUnderBothNames_thatWereKnown_isSoABoundedNumberOfTimes() throws Exception {
        var isGone = new AtomicInteger();
        try (var server = server(request -> {
                    String name = request.contains("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
                    boolean isKnown = isGone.get() == 0 || (isGone.get() == 1 && name.equals("max_tokens"));
                    return isKnown
                            ? new Answer(200, YES)
                            : Answer.refusing(400, "Unknown parameter: '%s'".formatted(name));
                });
                var client = client(server).chatCompletions().build()) {
            client.call(FORMED, plain());
            isGone.set(1);
            callAdapting(client, FORMED);
            isGone.set(2);

            assertThatThrownBy(() -> callAdapting(client, FORMED)).hasMessageContaining("under every name");
            assertThat(server.requests()).hasSizeLessThan(16);
        }
    }

    @Test
    void cap_ignored_isSentByItsOtherName() throws Exception {
        String longer = YES.replace(
                "\"completion_tokens\":3,\"total_tokens\":13", "\"completion_tokens\":90,\"total_tokens\":100");
        try (var server = server(request -> new Answer(200, request.contains("max_completion") ? longer : YES));
                var client = client(server).chatCompletions().build()) {
            assertThat(client.call(FORMED, plain()).notes())
                    .singleElement()
                    .asString()
                    .contains("longer than the cap");
            client.call(FORMED, plain());
            assertThat(server.requests().getLast()).contains("\"max_tokens\":64");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max_completion_tokens is too large: 64. This model supports at most 32, which is unsupported beyond.",
                "Invalid schema for response_format 'answer': 'additionalProperties' is not supported."
            })
    void wrongValue_isTheRequestsFault(String message) throws Exception {
        try (var server = server(request -> Answer.refusing(400, message));
                var client = client(server).chatCompletions().build()) {
            assertThat(catchThrowable(() -> client.call(TOOLED, plain()))).isInstanceOf(InvalidRequest.class);
        }
    }

    @Test
    void tierThatWasAskedFor_isNotGivenUp() throws Exception {
        try (var server = server(request -> Answer.refusing(400, "Unknown parameter: 'service_tier'"));
                var client = client(server).chatCompletions().build()) {
            assertThat(catchThrowable(() -> client.call(REQUEST.withServiceTier(ServiceTier.FLEX), plain())))
                    .isInstanceOf(InvalidRequest.class);
        }
    }

    @Test
    void form_fallsBackToAJsonObject_thenToThePrompt_withinTheReservation() throws Exception {
        try (var server = server(request -> request.contains("\"response_format\"")
                        ? Answer.refusing(400, "This response_format type is unavailable now")
                        : new Answer(200, YES));
                var client = client(server).chatCompletions().build()) {
            long reserved = client.sentBytes(FORMED);

            ModelReply reply = callAdapting(client, FORMED);

            assertThat(reply.notes()).singleElement().asString().contains("written into the instructions");
            assertThat(server.requests()).hasSize(3);
            assertThat(server.requests().get(0)).contains("\"type\":\"json_schema\"");
            assertThat(server.requests().get(1)).contains("\"type\":\"json_object\"", "{\\\"text\\\": string}");
            assertThat(server.requests().get(2))
                    .doesNotContain("response_format")
                    .contains("{\\\"text\\\": string}");
            assertThat(server.requests())
                    .allSatisfy(request -> assertThat(request.substring(request.indexOf("\r\n\r\n") + 4)
                                    .length())
                            .isLessThanOrEqualTo((int) reserved));
        }
    }

    @Test
    void capBelowTheLeastOfOpenAi_isRefusedUnsent() {
        try (var client = OpenAiClient.builder(KEY).build()) {
            assertThatThrownBy(() -> client.call(REQUEST.withMaxOutputTokens(15), plain()))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("a cap of 15 output tokens is below 16");
        }
    }

    @Test
    void formIgnored_isWrittenIntoThePrompt() throws Exception {
        try (var server = server(
                        request -> new Answer(200, request.contains("json_object") ? YES : RawServer.CHAT_REPLY));
                var client = client(server).chatCompletions().build()) {
            assertThat(client.call(FORMED, plain()).notes())
                    .singleElement()
                    .asString()
                    .contains("ignored the JSON schema");
            assertThat(client.call(FORMED, plain()).text()).isEqualTo("{\"text\":\"yes\"}");
        }
    }

    private static String bodyFor(ModelRequest request, UnaryOperator<OpenAiClient.Builder> declaration)
            throws Exception {
        try (var server = server(sent -> new Answer(200, YES));
                var client = declaration.apply(client(server).chatCompletions()).build()) {
            long reserved = client.sentBytes(request);
            client.call(request, plain());
            String sent = server.requests().getFirst();
            String body = sent.substring(sent.indexOf("\r\n\r\n") + 4);
            assertThat(body).hasSizeLessThanOrEqualTo((int) reserved);
            return body;
        }
    }

    @Test
    void form_standsBehindTheInstructions_atAServerThatMayNotShowTheSchema() throws Exception {
        assertThat(bodyFor(FORMED, client -> client))
                .contains("\"type\":\"json_schema\"")
                .contains(
                        "Answer.\\n\\nReply with one line of JSON of this form, and nothing else: {\\\"text\\\": string}\"");
    }

    @Test
    void form_standsNowhere_whereTheServerShowsTheSchema_orTheInstructionsExplainIt() throws Exception {
        var explained = FORMED.withOutput(new OutputFormat.JsonSchema("answer", SCHEMA, true));

        assertThat(bodyFor(FORMED, client -> client.schemas(SchemaUse.SHOWN)))
                .contains("\"type\":\"json_schema\"")
                .doesNotContain("Reply with one line");
        assertThat(bodyFor(explained, client -> client))
                .contains("\"type\":\"json_schema\"")
                .doesNotContain("Reply with one line");
    }

    @Test
    void schema_thatIsKnownToBeIgnored_isNeverSent() throws Exception {
        assertThat(bodyFor(FORMED, client -> client.schemas(SchemaUse.IGNORED)))
                .contains("\"type\":\"json_object\"", "{\\\"text\\\": string}")
                .doesNotContain("json_schema");
    }

    @Test
    void refusalThatQuotesTheRequest_teachesNothingOfWhatItQuotes() throws Exception {
        String said = "poison: explain strict reasoning, response_format and store";
        try (var server = server(request -> request.contains("poison")
                        ? Answer.refusing(400, "Unsupported content in: '" + said + "'")
                        : new Answer(200, YES));
                var client = client(server).chatCompletions().build()) {
            ModelRequest poison = FORMED.withTurns(List.of(new Turn.User(said)));

            assertThat(catchThrowable(() -> client.call(poison, plain()))).isInstanceOf(InvalidRequest.class);
            client.call(FORMED, plain());

            assertThat(server.requests()).hasSize(2);
            assertThat(server.requests().getLast()).contains("\"json_schema\"", "\"strict\":true");
        }
    }

    /** Whatever length it has, and however its letters and its white space came back. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "json_schema | Unsupported language in: 'json_schema'",
                "json_object | Unsupported language in: \\\"json_object\\\"",
                "strict | Unsupported word in the input: strict",
                "text.format | Unsupported: text.format",
                "What IS strict  in it | Not supported: 'what is strict in it'",
                "what is strict&response_format&store in it | Unsupported: 'WHAT IS strict\\n  response_format\\n  store in it'",
                "is it strict enough for München? | Unsupported: 'is it strict enough for M\\u00fcnchen?'",
                "my parameter strict | Unsupported text: 'my parameter strict'",
                "response_format is not supported | Bad input 'response_format is not supported' is unknown"
            })
    void shortOrAlteredQuotation_teachesNothing(String said, String refusal) throws Exception {
        String text = said.replace('&', '\n');
        try (var server = server(
                        request -> request.contains("POISON") ? Answer.refusing(400, refusal) : new Answer(200, YES));
                var client = client(server).chatCompletions().build()) {
            ModelRequest poison = FORMED.withTurns(List.of(new Turn.User(text), new Turn.User("POISON")));

            assertThat(catchThrowable(() -> client.call(poison, plain()))).isInstanceOf(InvalidRequest.class);
            client.call(FORMED, plain());

            assertThat(server.requests().getLast()).contains("\"json_schema\"", "\"strict\":true");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Unsupported word in the input: store",
                "'store' is not allowed",
                "store is not supported here",
                "Unknown place in 'hello store'"
            })
    void storing_isNeverLeftToTheServer_becauseOfTheWordsOfAnItem(String refusal) throws Exception {
        try (var server = server(request ->
                        request.contains("hello store") ? Answer.refusing(400, refusal) : new Answer(200, RESPONSE));
                var client = client(server).responses().build()) {
            assertThat(catchThrowable(
                            () -> client.call(REQUEST.withTurns(List.of(new Turn.User("hello store"))), plain())))
                    .isInstanceOf(InvalidRequest.class);
            client.call(REQUEST, plain());

            assertThat(server.requests().getLast()).contains("\"store\":false");
        }
    }

    @Test
    void placeInTheSchemaOfTheCaller_isNoParameter() throws Exception {
        String body = "{\"error\":{\"message\":\"Unknown format\",\"param\":\"tools[0].parameters.properties.store\"}}";
        try (var server = server(request -> new Answer(400, body));
                var client = client(server).responses().build()) {
            assertThat(catchThrowable(() -> client.call(REQUEST, plain()))).isInstanceOf(InvalidRequest.class);
        }
    }

    /** A name that the request says as well is one where a word for it stands beside, or it is what is not known. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Unsupported parameter: 'strict'",
                "Unrecognized request arguments supplied: store_it, strict",
                "Unknown name \\\"strict\\\": Cannot find field.",
                "{'type':'extra_forbidden','loc':['body','strict'],'msg':'Extra inputs are not permitted'}",
                "`strict` is not supported by this model",
                "this model does not support strict calls"
            })
    void parameterThatTheRequestNamesAsWell_isStillLeftOut(String refusal) throws Exception {
        try (var server = server(request ->
                        request.contains("\"strict\"") ? Answer.refusing(400, refusal) : new Answer(200, YES));
                var client = client(server).chatCompletions().build()) {
            ModelRequest strict = FORMED.withTurns(List.of(new Turn.User("Be strict.")));

            assertThat(callAdapting(client, strict).notes())
                    .containsExactly("the server refuses these parameters, which were left out: strict");
        }
    }

    @Test
    void parameterThatIsNamedBesideAQuote_isStillLeftOut() throws Exception {
        String said = "please explain what the store sells on Sundays";
        try (var server = server(request -> request.contains("\"strict\"")
                        ? Answer.refusing(400, "'strict' is not supported; the request was '" + said + "'")
                        : new Answer(200, YES));
                var client = client(server).chatCompletions().build()) {
            ModelReply reply = callAdapting(client, FORMED.withTurns(List.of(new Turn.User(said))));

            assertThat(reply.notes())
                    .containsExactly("the server refuses these parameters, which were left out: strict");
        }
    }

    /** One reply without its form, at a server that has no other API to be asked in. */
    @Test
    void responsesThatIgnoreTheSchema_areGoneBackTo_whereThereIsNoOtherApi() throws Exception {
        var asked = new AtomicInteger();
        try (var server = server(request -> !request.startsWith("POST /v1/responses")
                        ? new Answer(404, "{}")
                        : new Answer(200, asked.incrementAndGet() % 3 == 1 ? LOOSE : RESPONSE));
                var client = client(server).build()) {
            for (int i = 0; i < 12; i++) {
                assertThat(callAdapting(client, FORMED).text()).isNotEmpty();
            }
            assertThat(server.requests()).as("the other API is asked once").hasSize(13);
        }
    }

    /** Servers without the address of the Responses API do not all say so with 404, 405 or 501. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // status, body, calls that fail
                "200 | {\"error\":\"Unexpected endpoint or method. (POST /v1/responses)\"} | 0",
                "400 | {\"error\":{\"message\":\"Invalid URL (POST /v1/responses)\"}} | 0",
                "410 | {} | 0",
                "500 | {\"detail\":\"Internal Server Error\"} | 2",
                "200 | {} | 2",
                "200 | null | 2",
                "200 | <html>app</html> | 2",
                "302 | moved | 0"
            })
    void serverThatAnswersStrangely_asLongAsItHasNeverAnsweredWell_isAskedInTheOtherApi(
            int status, String body, int failed) throws Exception {
        int failures = 0;
        try (var server = server(request -> request.startsWith("POST /v1/chat/completions ")
                        ? new Answer(200, RawServer.CHAT_REPLY)
                        : new Answer(status, body));
                var client = client(server).build()) {
            for (int i = 0; i < 8; i++) {
                try {
                    client.call(REQUEST, plain());
                } catch (Adapted again) {
                    assertThat(again.charge()).isEqualTo(Charge.FREE);
                } catch (ModelException failure) {
                    failures++;
                }
            }
            assertThat(client.call(REQUEST, plain()).text()).isEqualTo("Fine.");
        }
        assertThat(failures).isEqualTo(failed);
    }

    @Test
    void serverThatHasAnsweredWell_isNotLeftForStrangeReplies() throws Exception {
        var asked = new AtomicInteger();
        try (var server = server(
                        request -> asked.getAndIncrement() == 0 ? new Answer(200, RESPONSE) : new Answer(500, "{}"));
                var client = client(server).build()) {
            client.call(REQUEST, plain());
            for (int i = 0; i < 4; i++) {
                assertThat(catchThrowable(() -> client.call(REQUEST, plain())))
                        .isInstanceOf(ModelException.ServerFailed.class);
            }
            assertThat(server.requests()).allMatch(request -> request.startsWith("POST /v1/responses "));
        }
    }

    /** One server behind a gateway says so of its own key; a token of one call may have expired. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "200 | {\"error\":{\"code\":401,\"message\":\"Provider returned error\"}} | SUBTASK_OR_RUN",
                "200 | {\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no\"}} | SUBTASK_OR_RUN",
                "200 | {\"error\":{\"code\":\"insufficient_quota\",\"message\":\"no\"}} | SUBTASK_OR_RUN",
                "200 | {\"error\":{\"code\":\"model_not_found\",\"message\":\"no\"}} | SUBTASK_OR_RUN",
                "401 | {} | SUBTASK_OR_RUN",
                "403 | {\"error\":{\"status\":\"PERMISSION_DENIED\",\"message\":\"No access to the file\"}} | SUBTASK_OR_RUN",
                "401 | {\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no\"}} | RUN"
            })
    void errorOfTheKey_isThatOfOneCall_whereOthersHaveSucceeded(int status, String body, Reach reach) throws Exception {
        var isGood = new AtomicInteger();
        try (var server = server(request -> isGood.get() == 1 ? new Answer(200, YES) : new Answer(status, body));
                var client = client(server).chatCompletions().build()) {
            assertThat(reachOf(client)).as("before any answer").isEqualTo(Reach.RUN);
            isGood.set(1);
            client.call(REQUEST, plain());
            isGood.set(2);
            assertThat(reachOf(client)).isEqualTo(reach);
        }
    }

    private static Reach reachOf(OpenAiClient client) {
        return ((ModelException) catchThrowable(() -> client.call(REQUEST, plain()))).reach();
    }

    @Test
    void oneStray404_doesNotLeadAwayFromTheOnlyApiThereIs() throws Exception {
        var asked = new AtomicInteger();
        try (var server = server(request -> {
                    boolean isStray = asked.incrementAndGet() == 1;
                    return isStray || request.startsWith("POST /v1/chat")
                            ? new Answer(404, "<html>no upstream</html>")
                            : new Answer(200, RESPONSE);
                });
                var client = client(server).build()) {
            assertThat(callAdapting(client, REQUEST).text()).isNotEmpty();
            assertThat(client.call(REQUEST, plain()).text()).isNotEmpty();

            assertThat(server.requests()).hasSize(4);
        }
    }

    @Test
    void serverWithNoApiAtAll_isAskedABoundedNumberOfTimes() throws Exception {
        try (var server = server(request -> new Answer(404, "{}"));
                var client = client(server).build()) {
            Throwable last = catchThrowable(() -> callAdapting(client, REQUEST));

            assertThat(last).isInstanceOf(Unreachable.class);
            assertThat(server.requests())
                    .as("both APIs, and both three times more")
                    .hasSize(8);
        }
    }

    /** Calls that were sent to the other API meanwhile come back, too. */
    @Test
    void stray404sOfManyFirstCalls_leadNobodyAwayFromTheOnlyApiThereIs() throws Exception {
        int calls = 16;
        var together = new CountDownLatch(calls);
        var asked = new AtomicInteger();
        try (var server = server(request -> {
                    boolean isStray = asked.incrementAndGet() <= calls;
                    if (isStray) {
                        together.countDown();
                        await(together);
                    }
                    return isStray || request.startsWith("POST /v1/chat")
                            ? new Answer(404, "<html>no upstream</html>")
                            : new Answer(200, RESPONSE);
                });
                var client = client(server).build();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            BudgetGuard budget = Budget.usd("1").open();
            for (Future<ModelReply> reply : callAtOnce(client, calls, budget, executor)) {
                assertThat(reply.get().text()).isNotEmpty();
            }
            assertThat(client.call(REQUEST, plain()).notes()).isEmpty();
        }
    }
}
