// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Turn;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refusals that quote an item in whose text stand the words of another failure. */
class QuotedWordsTest {
    private static String meaningOf(String message, String said) throws Exception {
        String refusal = "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\"}}".formatted(message);
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.reply(400, "application/json", refusal);
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .build()) {
            ModelRequest item = REQUEST.withTurns(List.of(new Turn.User(said)));
            try {
                ModelReply reply = client.call(item, plain());
                return reply.finish() == Finish.FILTERED
                        ? "Filtered"
                        : reply.finish().name();
            } catch (ModelException failure) {
                return failure.getClass().getSimpleName();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "please explain: content policy violation",
                "maximum context length",
                "insufficient funds",
                "invalid api key",
                "invalid model",
                "Explain what an invalid  API key is to me"
            })
    void wordsOfAnItem_thatARefusalQuotes_decideNothing(String said) throws Exception {
        assertThat(meaningOf("Unsupported language in: '%s'".formatted(said.toLowerCase(Locale.ROOT)), said))
                .isEqualTo("InvalidRequest");
    }

    /** The server says more than the item. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maximum context length | This model's maximum context length is 8192 tokens. | ContextTooLong",
                "what is a content policy violation | Stopped for a content policy violation in it | Filtered",
                "insufficient funds | The account has insufficient funds left | QuotaExhausted",
                "How are you? | Unsupported language in: 'invalid model' | UnknownModel"
            })
    void wordsOfTheServer_thatTheItemSaysToo_count(String said, String message, String meaning) throws Exception {
        assertThat(meaningOf(message, said)).isEqualTo(meaning);
    }
}
