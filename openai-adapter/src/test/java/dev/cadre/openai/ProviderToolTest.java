// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.CallOptions;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ProviderTool.CodeInterpreter;
import dev.cadre.model.ProviderTool.FileSearch;
import dev.cadre.model.ProviderTool.RemoteMcp;
import dev.cadre.model.ProviderTool.WebSearch;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tools that the provider runs: refused without a price, reserved by their cap, paid by the calls in the reply. */
class ProviderToolTest extends LoopbackTest {
    private static final RemoteMcp WEATHER =
            new RemoteMcp("weather", URI.create("https://mcp.example/weather"), List.of("forecast"));

    record Question(String text) {}

    record Answer(String text) {}

    private static final SubtaskType<Question, Answer> ASK =
            SubtaskType.model("ask", Question.class, Answer.class, "Answer with sources.");

    private static final String MESSAGE = """
            {"type":"message","id":"m","status":"completed","role":"assistant","content":[{"type":"output_text",\
            "text":"{\\"text\\":\\"Rain.\\"}","annotations":[]}]}""";
    private static final String SEARCHED = """
            {"type":"web_search_call","id":"ws_%d","status":"completed","action":{"type":"search","query":"rain"}}""";

    @Test
    void tools_areDeclaredWithTheirCap() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("{\"text\":\"Rain.\"}"));
        var price = new Price.OfTool(Money.usd("0.03"), 1_000);

        run(
                ASK.providerTools(
                        3,
                        new WebSearch(List.of("example.org")),
                        FileSearch.in("vs_1"),
                        new CodeInterpreter(),
                        WEATHER),
                ModelPool.builder(client, MODEL)
                        .toolPrice(ProviderTool.Kind.CODE_INTERPRETER, price)
                        .toolPrice(ProviderTool.Kind.MCP, new Price.OfTool(Money.ZERO, 10_000)));

        assertThat(server.requests().getLast().body())
                .contains(
                        "\"max_tool_calls\":3",
                        "{\"type\":\"web_search\",\"filters\":{\"allowed_domains\":[\"example.org\"]}}",
                        "{\"type\":\"file_search\",\"vector_store_ids\":[\"vs_1\"],\"max_num_results\":20}",
                        "{\"container\":{\"type\":\"auto\"},\"type\":\"code_interpreter\"}",
                        "\"server_url\":\"https://mcp.example/weather\"",
                        "\"require_approval\":\"never\"",
                        "\"allowed_tools\":[\"forecast\"]");
    }

    @Test
    void calls_inTheReply_arePaidBesideTheTokens() throws InterruptedException {
        server.onAny()
                .replies(LoopbackReply.text("")
                        .usage(TokenUsage.of(1_000, 500))
                        .field(
                                "output",
                                "[%s,%s,%s]".formatted(SEARCHED.formatted(1), SEARCHED.formatted(2), MESSAGE)));

        RunResult<Answer> result = run(ASK.providerTools(5, new WebSearch()), ModelPool.builder(client, MODEL));

        assertThat(result.requireComplete()).isEqualTo(new Answer("Rain."));
        assertThat(result.spend().settled()).isEqualTo(Money.usd("0.020825"));
    }

    @Test
    void containers_notCalls_arePaidForCode() throws InterruptedException {
        String ran = "{\"type\":\"code_interpreter_call\",\"id\":\"ci_%d\",\"status\":\"completed\","
                + "\"container_id\":\"c1\",\"code\":\"1\",\"outputs\":[]}";
        server.onAny()
                .replies(LoopbackReply.text("")
                        .usage(TokenUsage.of(1_000, 500))
                        .field("output", "[%s,%s,%s]".formatted(ran.formatted(1), ran.formatted(2), MESSAGE)));

        RunResult<Answer> result = run(
                ASK.providerTools(5, new CodeInterpreter()),
                ModelPool.builder(client, MODEL)
                        .toolPrice(ProviderTool.Kind.CODE_INTERPRETER, new Price.OfTool(Money.usd("0.03"), 1_000)));

        assertThat(result.spend().settled()).isEqualTo(Money.usd("0.030825"));
    }

    @Test
    void reservation_holdsEveryCallThatIsAllowed() throws InterruptedException {
        var type = ASK.providerTools(2, new WebSearch());

        // two calls at $0.01, and 128,000 + 256,000 tokens that are read after them
        RunResult<Answer> poor = run(type, ModelPool.builder(client, MODEL), "0.0968");

        assertThat(poor.report().outcome("ask")).isInstanceOf(Outcome.Skipped.class);
        assertThat(server.requests()).isEmpty();
        server.onAny().replies(LoopbackReply.text("{\"text\":\"Rain.\"}"));
        assertThat(run(type, ModelPool.builder(client, MODEL), "0.105").requireComplete())
                .isEqualTo(new Answer("Rain."));
    }

    /** The usage of a reply sums up every reading of the input, one before and one after each call. */
    @Test
    void replyThatReadItsInputAgainAfterEachCall_fitsIntoItsReservation() throws InterruptedException {
        server.onAny()
                .replies(LoopbackReply.text("")
                        .usage(TokenUsage.of(100 + 128_100 + 256_100, 500))
                        .field(
                                "output",
                                "[%s,%s,%s]".formatted(SEARCHED.formatted(1), SEARCHED.formatted(2), MESSAGE)));

        RunResult<Answer> result =
                run(ASK.providerTools(2, new WebSearch()), ModelPool.builder(client, MODEL), "0.105");

        assertThat(result.requireComplete()).isEqualTo(new Answer("Rain."));
        assertThat(result.spend().settled()).isEqualTo(Money.usd("0.097485"));
        assertThat(result.spend().estimated()).isFalse();
        ModelPool pool = ModelPool.builder(client, MODEL).build();
        assertThat(pool.worstCase(REQUEST.withOptions(CallOptions.NONE.withProviderTools(List.of(new WebSearch()), 9))))
                .as("nine calls, ten readings, none of more than 272,000 tokens")
                .isLessThan(Money.usd("0.09").plus(Money.usd("0.544").plus(Money.usd("0.0002"))))
                .isGreaterThan(Money.usd("0.09").plus(Money.usd("0.4")));
    }

    @Test
    void passages_beyondTheTwentyThatArePriced_areReservedToo() {
        ModelPool pool = ModelPool.builder(client, MODEL).build();

        // 81,920 tokens for 20 passages, at $0.20 per million
        assertThat(pool.worstCase(searching(50)).minus(pool.worstCase(searching(20))))
                .isEqualTo(Money.usd("0.0245760"));
        assertThat(pool.worstCase(searching(1))).isEqualTo(pool.worstCase(searching(9)));
    }

    private static ModelRequest searching(int results) {
        return REQUEST.withOptions(
                CallOptions.NONE.withProviderTools(List.of(new FileSearch(List.of("vs_1"), results)), 1));
    }

    @ParameterizedTest
    @MethodSource
    void tool_withoutAPrice_isRefusedBeforeAnythingIsSpent(ProviderTool tool) {
        assertThatThrownBy(() -> run(ASK.providerTools(1, tool), ModelPool.builder(client, MODEL)))
                .isInstanceOf(UnpricedException.class)
                .hasMessageContaining("no price for a call of " + tool.kind());
        assertThat(server.requests()).isEmpty();
    }

    static List<ProviderTool> tool_withoutAPrice_isRefusedBeforeAnythingIsSpent() {
        return List.of(new CodeInterpreter(), WEATHER);
    }

    @Test
    void tool_onAModelThatTheCatalogueDoesNotPriceItFor_isRefused() {
        assertThatThrownBy(() -> run(ASK.providerTools(1, new WebSearch()), ModelPool.builder(client, "gpt-6-luna")))
                .isInstanceOf(UnpricedException.class);
    }

    @Test
    void tools_withoutACap_areNoType() {
        assertThatIllegalArgumentException().isThrownBy(() -> ASK.providerTools(0, new WebSearch()));
        assertThatIllegalArgumentException().isThrownBy(() -> ASK.providerTools(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RemoteMcp("x", URI.create("http://plain.example"), List.of("t")));
    }

    private static RunResult<Answer> run(SubtaskType<Question, Answer> type, ModelPool.Builder pool)
            throws InterruptedException {
        return run(type, pool, "1.00");
    }

    private static RunResult<Answer> run(SubtaskType<Question, Answer> type, ModelPool.Builder pool, String budget)
            throws InterruptedException {
        var graph = TaskGraph.builder();
        var answer = graph.add("ask", type, new Question("Will it rain?"));
        return Coordinator.of(ModelPools.of(pool.build())).run(graph.answering(answer), Budget.usd(budget));
    }
}
