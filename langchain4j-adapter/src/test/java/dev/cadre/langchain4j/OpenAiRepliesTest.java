// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Price;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replies of servers with OpenAI's chat interface, read by LangChain4j's module of OpenAI and this adapter. */
class OpenAiRepliesTest {
    private static final String USAGE = "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}";

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
}
