// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static dev.cadre.langchain4j.ChatBodies.USAGE;
import static dev.cadre.langchain4j.ChatBodies.data;
import static dev.cadre.langchain4j.ChatBodies.delta;
import static dev.cadre.langchain4j.ChatBodies.failure;
import static dev.cadre.langchain4j.ChatBodies.finish;
import static dev.cadre.langchain4j.ChatBodies.reply;
import static dev.cadre.langchain4j.ChatBodies.streamFailure;
import static dev.cadre.langchain4j.ChatBodies.streamed;
import static dev.cadre.langchain4j.ChatBodies.text;
import static dev.cadre.langchain4j.ChatBodies.usage;
import static dev.cadre.langchain4j.ChatBodies.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Price;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies of servers with OpenAI's chat interface, read by LangChain4j's module of OpenAI and this adapter. */
class OpenAiRepliesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | {\"message\":\"Forbidden\"}",
                "404 | <html>nope</html>",
                "402 | {\"error\":{\"message\":\"you can only afford 90 tokens\"}}"
            })
    void refusalThatMayBeOfOneRequest_stopsThePoolWithTheTenth(int status, String body) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.json(status, body))) {
            ModelPool pool = LangChain4jPool.builder(Providers.openAiModel(provider.address()), "a-model")
                    .price(Price.perMillionTokens("1", "1", "10"))
                    .retryPolicy(RetryPolicy.none())
                    .build();

            assertThat(IntStream.range(0, 10).mapToObj(i -> isStoppedAfterACall(pool)))
                    .containsExactlyElementsOf(
                            Stream.concat(Stream.generate(() -> false).limit(9), Stream.of(true))
                                    .toList());
        }
    }

    private static boolean isStoppedAfterACall(ModelPool pool) {
        var terms = CallTerms.of(Budget.usd("1").open(), Providers.PURPOSE, System.nanoTime() + 20_000_000_000L);
        assertThatThrownBy(() -> pool.call(Providers.request(), terms)).isInstanceOf(ModelException.class);
        return pool.stoppedBy().isPresent();
    }

    @Test
    void filterOfAzure_isFiltered() throws Exception {
        String body = "{\"error\":{\"code\":\"content_filter\",\"message\":\"The prompt was filtered\"}}";
        try (var provider = LoopbackProvider.answering(request -> Reply.json(400, body))) {
            assertThat(Providers.call(Providers.openAi(provider.address())).finish())
                    .isEqualTo(Finish.FILTERED);
            assertThat(Providers.call(Providers.streamingOpenAi(provider.address()))
                            .finish())
                    .isEqualTo(Finish.FILTERED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stop, COMPLETE",
        "eos, COMPLETE",
        "max_tokens, TRUNCATED",
        "MODEL-LENGTH, TRUNCATED",
        "FinishReason.MAX_TOKENS, TRUNCATED",
        "output_budget_spent, TRUNCATED",
        "safety, FILTERED",
        "blocked_by_policy, FILTERED",
        "sensitive_output, FILTERED",
        "too_many_tokens, TRUNCATED",
        "refusal, REFUSED"
    })
    void finishReason_isReadFromTheServersOwnWord(String word, Finish finish) throws Exception {
        assertThat(whole(text("Half"), word).finish()).isEqualTo(finish);
        assertThat(streamed(delta(text("Half")), finish(word), usage(USAGE)).finish())
                .isEqualTo(finish);
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "network_error", "upstream_timeout", "too_many_requests", "ABORTED"})
    void finishReasonOfAModelThatBrokeOff_isAFailureWithItsBill(String word) throws Exception {
        for (var failure : List.of(
                failure(Reply.json(reply(text("Half"), word))),
                streamFailure(delta(text("Half")), finish(word), usage(USAGE)))) {
            assertThat(failure).isInstanceOf(ModelException.ServerFailed.class).hasMessageContaining(word);
            assertThat(failure.billed().orElseThrow().usage()).isEqualTo(TokenUsage.of(10, 5));
        }
    }

    @Test
    void cutThatIsSaidOnce_isNotTakenBack() throws Exception {
        assertThat(streamed(delta(text("Half")), finish("max_tokens"), finish("stop"), usage(USAGE))
                        .finish())
                .isEqualTo(Finish.TRUNCATED);
    }

    @Test
    void unknownFinishReason_isCompleteWithANote_unlessTheReplyIsFull() throws Exception {
        ModelReply reply = whole(text("Half"), "whatever");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).containsExactly("the unknown finish reason 'whatever' was read as COMPLETE");

        String full = reply(text("Half"), "whatever")
                .replace(USAGE, "{\"prompt_tokens\":10,\"completion_tokens\":1000,\"total_tokens\":1010}");
        try (var provider = LoopbackProvider.answering(request -> Reply.json(full))) {
            assertThat(Providers.call(Providers.openAi(provider.address())).finish())
                    .isEqualTo(Finish.TRUNCATED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"code\":502,\"message\":\"the provider died\"}}",
                "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"error\":{\"message\":\"the provider died\"}}]}",
                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\" \"},\"error\":{\"message\":\"the provider died\"}}]}"
            })
    void errorInAStream_isAFailure_whateverFollows(String event) throws Exception {
        for (var failure : List.of(
                streamFailure(delta(text("Half")), event, finish("stop"), usage(USAGE)),
                streamFailure(delta(text("Half")), event))) {
            assertThat(failure)
                    .isInstanceOf(ModelException.ServerFailed.class)
                    .hasMessage("an error inside the reply: the provider died");
            assertThat(failure.charge()).isEqualTo(ModelException.Charge.UNKNOWN);
        }
    }

    @Test
    void billBehindAnError_isRead_andNotWaitedForInVain() throws Exception {
        String error = "{\"error\":{\"code\":502,\"message\":\"the provider died\"}}";

        assertThat(streamFailure(delta(text("Half")), error, usage(USAGE))
                        .billed()
                        .orElseThrow()
                        .usage())
                .isEqualTo(TokenUsage.of(10, 5));
        try (var provider = LoopbackProvider.answering(request -> Reply.endless(data(delta(text("Half")), error)))) {
            var client = Providers.streamingOpenAi(provider.address());
            var shortly = CallContext.of(Providers.PURPOSE, Duration.ofMillis(500));

            assertThatThrownBy(() -> client.call(Providers.request(), shortly))
                    .isInstanceOf(ModelException.ServerFailed.class)
                    .hasMessageContaining("the provider died");
        }
    }

    @Test
    void errorThatComesInsteadOfAReply_isReadAsItsStatusSays() throws Exception {
        assertThat(streamFailure("{\"error\":{\"code\":429,\"message\":\"slow down\"}}"))
                .isInstanceOf(ModelException.RateLimited.class);
        assertThat(streamFailure("{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no\"}}"))
                .isInstanceOf(ModelException.AuthFailed.class);
        assertThat(failure(
                        Reply.events("event: error\ndata: {\"error\":{\"code\":503,\"message\":\"busy\"}}\n\n"), true))
                .isInstanceOf(ModelException.ServerFailed.class)
                .hasMessageContaining("busy");
    }

    @Test
    void refusalBehindReasoning_mayBeBilled() throws Exception {
        String thought = data(delta("{\"reasoning_content\":\"hm\"}"));
        String error = "data: {\"error\":{\"code\":429,\"message\":\"slow down\"}}\n\n";

        for (String events : List.of(thought + error, thought + "event: error\n" + error)) {
            assertThat(failure(Reply.events(events), true).charge()).isEqualTo(ModelException.Charge.UNKNOWN);
        }
    }

    @Test
    void filterInAStream_isFiltered() throws Exception {
        assertThat(streamed(
                                delta(text("Half")),
                                "{\"error\":{\"code\":\"content_filter\",\"message\":\"no\"}}",
                                finish("stop"))
                        .finish())
                .isEqualTo(Finish.FILTERED);
    }

    @Test
    void emptyError_isNone() throws Exception {
        assertThat(streamed("{\"error\":{},\"choices\":[]}", delta(text("Hi")), finish("stop"), usage(USAGE))
                        .text())
                .isEqualTo("Hi");
    }

    @Test
    void errorBehindTheEnd_isOfNoAccount() throws Exception {
        assertThat(streamed(
                                delta(text("Hi")),
                                finish("stop"),
                                usage(USAGE),
                                "{\"error\":{\"message\":\"cannot write to the log\"}}")
                        .finish())
                .isEqualTo(Finish.COMPLETE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reasoning_content", "reasoning"})
    void answerInTheReasoningAlone_isAFailureThatSaysSo(String name) throws Exception {
        String message = "{\"role\":\"assistant\",\"content\":\"\",\"%s\":\"It is 5.\"}".formatted(name);

        for (var failure : List.of(
                failure(Reply.json(reply(message, "stop"))),
                streamFailure(delta(message), finish("stop"), usage(USAGE)))) {
            assertThat(failure).hasMessageContaining("all text is in the reasoning");
            assertThat(failure.isRetryable()).isFalse();
            assertThat(failure.billed().orElseThrow().usage()).isEqualTo(TokenUsage.of(10, 5));
        }
    }

    @Test
    void finishedAnswer_isKeptThoughTheStreamDoesNotEnd() throws Exception {
        String events = data(delta(text("Hi")), finish("stop"), usage(USAGE));
        try (var provider = LoopbackProvider.answering(request -> Reply.endless(events))) {
            ModelReply reply = Providers.streamingOpenAi(provider.address())
                    .call(Providers.request(), CallContext.of(Providers.PURPOSE, Duration.ofMillis(500)));

            assertThat(reply.text()).isEqualTo("Hi");
            assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
            assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 5));
            assertThat(reply.notes()).containsExactly("the server did not end the stream behind the end of the answer");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0} | 10 | 5",
                "{\"prompt_tokens\":10,\"completion_tokens\":9,\"total_tokens\":19} | 10 | 9"
            })
    void usage_isTheLargestOfAStream(String last, long input, long output) throws Exception {
        assertThat(streamed(delta(text("Hi")), finish("stop"), usage(USAGE), usage(last))
                        .usage())
                .isEqualTo(TokenUsage.of(input, output));
    }

    @Test
    void reasoningBeyondTheOutput_wasCountedBesideIt() throws Exception {
        String body = reply(text("Hi"), "stop")
                .replace(USAGE, USAGE.replace("}", ",\"completion_tokens_details\":{\"reasoning_tokens\":100}}"));
        try (var provider = LoopbackProvider.answering(request -> Reply.json(body))) {
            assertThat(Providers.call(Providers.openAi(provider.address())).usage())
                    .isEqualTo(new TokenUsage(10, 0, 0, 105, 100));
        }
    }
}
