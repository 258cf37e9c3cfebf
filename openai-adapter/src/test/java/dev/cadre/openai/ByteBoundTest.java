// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallOptions;
import dev.cadre.model.Effort;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that counts a token for every byte of the body never bills more than was reserved, whatever is sent. */
@Timeout(120)
class ByteBoundTest extends LoopbackTest {
    private static final int REQUESTS = 40;
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"],\"additionalProperties\":false}";

    /** A model of a server that knows the older name of the cap. */
    private static final String OLDER = "house-7b";

    private static final ModelCatalog CATALOG =
            ModelCatalog.standard().with(ModelSpec.of(OLDER, Price.perMillionTokens("0.20", "0.02", "1.25")));

    private static String text(SplittableRandom random) {
        String[] pieces = {"plain ", "\"quoted\" ", "\n", "\\", "\u0001", "\u00e4\u00f6", "\ud83d\ude00", "{\"a\":[1]}"
        };
        var text = new StringBuilder("x");
        for (int i = random.nextInt(60); i > 0; i--) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    private static ModelRequest request(SplittableRandom random) {
        var tools = new ArrayList<ToolSpec>();
        for (int i = random.nextInt(5); i > 0; i--) {
            tools.add(new ToolSpec("tool_" + i, text(random), SCHEMA));
        }
        var turns = new ArrayList<Turn>(List.of(new Turn.User(text(random))));
        for (int round = tools.isEmpty() ? 0 : random.nextInt(4); round > 0; round--) {
            var call = new ToolCall("call_" + round, "tool_1", "{\"text\":\"a \\\"b\\\"\"}");
            turns.add(new Turn.Assistant("", List.of(call), ""));
            turns.add(new Turn.ToolResult(call.callId(), text(random)));
        }
        var output = random.nextBoolean() ? new OutputFormat.Text() : new OutputFormat.JsonSchema("answer", SCHEMA);
        return new ModelRequest(
                MODEL,
                text(random),
                turns,
                tools,
                output,
                64,
                random.nextBoolean() ? Effort.NONE : Effort.LOW,
                ServiceTier.STANDARD,
                CallOptions.NONE.withCacheKey("key").withSafetyIdentifier("somebody"));
    }

    private static OpenAiClient speaking(Api api) {
        var client = OpenAiClient.builder(KEY).baseUrl(server.baseUrl());
        return switch (api) {
            case RESPONSES -> client.responses().build();
            case CHAT_COMPLETIONS -> client.chatCompletions().build();
            case CHAT_COMPLETIONS_MAX_TOKENS ->
                client.chatCompletionsWithMaxTokens().build();
        };
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void serverThatCountsEveryByte_billsNoMoreThanIsReserved(Api api) throws Exception {
        var random = new SplittableRandom(11);
        try (var speaking = speaking(api)) {
            String model = api == Api.CHAT_COMPLETIONS_MAX_TOKENS ? OLDER : MODEL;
            var pool = ModelPool.builder(speaking, model).catalog(CATALOG).build();
            for (int i = 0; i < REQUESTS; i++) {
                ModelRequest request = request(random).withModel(model);
                BudgetGuard budget = Budget.usd("1").open();
                server.reset();
                server.onAny()
                        .answers(asked -> LoopbackReply.text("{\"text\":\"yes\"}")
                                .usage(TokenUsage.of(
                                        asked.body().getBytes(StandardCharsets.UTF_8).length,
                                        asked.maxOutputTokens())));
                var terms = CallTerms.of(budget, PURPOSE, System.nanoTime() + AMPLE.toNanos());

                pool.call(request, i % 2 == 0 ? terms : terms.withText(piece -> {}));

                Money billed = server.cost(CATALOG);
                assertThat(billed)
                        .as("%s, request %d: %s", api, i, request)
                        .isLessThanOrEqualTo(pool.worstCase(request));
                assertThat(budget.state().spent()).isGreaterThanOrEqualTo(billed);
                assertThat(budget.state().breached()).isFalse();
                int body = server.requests().getLast().body().getBytes(StandardCharsets.UTF_8).length;
                assertThat(speaking.sentBytes(pool.filled(request)))
                        .as("a tight bound of %d bytes, with a schema that may have to go into the instructions", body)
                        .isBetween((long) body, body + 200L + 120L * rounds(request));
            }
        }
    }

    /** To each, what another server's calls need at some is added. */
    private static long rounds(ModelRequest request) {
        return request.turns().stream().filter(Turn.Assistant.class::isInstance).count();
    }
}
