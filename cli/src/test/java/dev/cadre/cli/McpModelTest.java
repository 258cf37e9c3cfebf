// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackGate;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.price.ModelCatalog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server with models on loopback: its money, and how its calls end. */
class McpModelTest {
    private static final String KEY = "sk-canary-0123456789abcdef";
    private static final String QUESTION = "{\"question\":\"where is the delay\"}";
    private static final String PLAN = """
            {"subtasks":[
              {"type":"rank-files","id":"rank","input":{"words":["delay"],"among":"CODE"},"wires":[],"after":[]},
              {"type":"read-places","id":"read","input":{"file":null},
               "wires":[{"into":"file","from":"rank","field":"files"}],"after":[]},
              {"type":"summarise","id":"say","input":{"question":"where is the delay","passages":null},
               "wires":[{"into":"passages","from":"read","field":"passages"}],"after":[]}]}""";
    private static final String SUMMARY = """
            {"relevant":true,"claims":[{"text":"Backoff holds it.","path":"src/Backoff.java","startLine":2,"endLine":3}]}""";
    private static final String ANSWER = """
            {"answer":{"statements":[{"text":"Backoff keeps the delay.","path":"src/Backoff.java","startLine":2,"endLine":3}]},
             "citations":[1]}""";

    /** What a search costs by the script: see {@code ModelSearchTest}. */
    private static final double COST = 0.004283;

    /** The most that a call of the planner may have cost of which nobody knows the end. */
    private static final String SENT = "$0.07445";

    @TempDir
    Path folder;

    private final LoopbackOpenAi server = LoopbackOpenAi.start();
    private final LoopbackGate gate = new LoopbackGate();

    @BeforeEach
    void write() throws Exception {
        new Tree(folder).file("src/Backoff.java", "/** Doubles. */\nclass Backoff {\n    long delay;\n}\n");
    }

    @AfterEach
    void close() {
        gate.open();
        server.close();
    }

    private static TokenUsage usage() {
        return new TokenUsage(1_000, 400, 0, 100, 0);
    }

    private void script() {
        server.on(request -> request.model().equals("gpt-5.4"))
                .replies(LoopbackReply.text(PLAN).usage(usage()));
        server.on(request -> request.model().equals("gpt-5.4-nano"))
                .replies(LoopbackReply.text(SUMMARY).usage(usage()));
        server.on(request -> request.model().equals("gpt-5.4-mini"))
                .replies(LoopbackReply.text(ANSWER).usage(usage()));
    }

    /** The planner's replies wait for the gate. */
    private void scriptHeld() {
        server.on(request -> request.model().equals("gpt-5.4"))
                .replies(LoopbackReply.text(PLAN).usage(usage()).heldBy(gate));
        script();
    }

    private McpPipe open(String... options) throws Exception {
        var all = new ArrayList<>(List.of("--repo", folder.toString()));
        all.addAll(List.of(options));
        Map<String, String> environment = Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl());
        return new McpPipe(environment, all.toArray(String[]::new)).greeted();
    }

    private static double bill(JsonNode result, String name) {
        return result.path("structuredContent").path("bill").path(name).asDouble();
    }

    private static String text(JsonNode result) {
        return result.path("content").path(0).path("text").asText();
    }

    @Test
    void search_saysWhatItCost_andWhatIsLeft() throws Exception {
        script();
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", QUESTION);
            JsonNode result = pipe.result("a");

            assertThat(result.path("structuredContent")
                            .path("answer")
                            .path(0)
                            .path("text")
                            .asText())
                    .isEqualTo("Backoff keeps the delay.");
            assertThat(bill(result, "spentUsd")).isEqualTo(COST);
            assertThat(bill(result, "budgetUsd")).isEqualTo(0.25);
            assertThat(bill(result, "leftUsd")).isEqualTo(1 - COST);
            assertThat(bill(result, "modelCalls")).isEqualTo(3);
            assertThat(bill(result, "inputTokens")).isEqualTo(3_000);
            assertThat(bill(result, "outputTokens")).isEqualTo(300);
            assertThat(pipe.err())
                    .contains("parts of files will be sent to the model provider")
                    .doesNotContain(KEY);
        }
    }

    @Test
    void progress_namesThePhases() throws Exception {
        script();
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", QUESTION);
            var told = new ArrayList<String>();
            JsonNode message = pipe.next();
            while (message.has("method")) {
                told.add(message.path("params").path("message").asText());
                message = pipe.next();
            }
            // the first begins while the plan is still being written
            assertThat(told.stream().map(line -> line.replaceFirst("of [123]:", "of n:")))
                    .containsExactly(
                            "read 1 files",
                            "planning",
                            "subtask 1 of n: rank succeeded",
                            "subtask 2 of n: read succeeded",
                            "subtask 3 of n: say succeeded",
                            "merging");
            assertThat(told).contains("subtask 3 of 3: say succeeded");
        }
    }

    @Test
    void preview_saysWhatASearchCosts_andCallsNobody() throws Exception {
        try (McpPipe pipe = open()) {
            pipe.call("a", "preview_search", QUESTION);
            JsonNode quote = pipe.result("a").path("structuredContent");

            assertThat(quote.path("expectedUsd").asDouble()).isBetween(COST, 0.25);
            assertThat(quote.path("worstUsd").asDouble()).isEqualTo(0.25);
            assertThat(quote.path("leftUsd").asDouble()).isEqualTo(1.0);
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void budgetBeyondWhatIsLeft_isRefused_andSaysWhatIsLeft() throws Exception {
        script();
        try (McpPipe pipe = open("--budget", "0.254283", "--per-call-budget", "0.25")) {
            pipe.call("a", "search_code", QUESTION);
            assertThat(bill(pipe.result("a"), "leftUsd")).isEqualTo(0.25);
            pipe.call("b", "search_code", QUESTION); // exactly what is left
            assertThat(bill(pipe.result("b"), "leftUsd")).isEqualTo(0.245717);

            pipe.call("c", "search_code", QUESTION);
            JsonNode refused = pipe.result("c");

            assertThat(refused.path("isError").asBoolean()).isTrue();
            assertThat(text(refused))
                    .isEqualTo("budgetUsd: $0.25 is more than what is left of this server's budget: $0.245717 of"
                            + " $0.254283 ($0.008566 is spent, $0.00 is held for calls under way); ask for less, or set"
                            + " offline to true, which costs nothing");
            pipe.call("d", "search_code", "{\"question\":\"where is the delay\",\"offline\":true}");
            assertThat(pipe.result("d").path("isError").asBoolean()).isFalse();
        }
    }

    @Test
    void twoCallsAtOnce_shareTheBudget() throws Exception {
        scriptHeld();
        try (McpPipe pipe = open("--budget", "0.45")) {
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\",\"budgetUsd\":0.25}");
            assertThat(server.awaitInFlight(1)).isTrue();
            pipe.call("b", "search_code", "{\"question\":\"where is the delay\",\"budgetUsd\":0.21}");
            assertThat(text(pipe.result("b")))
                    .contains("$0.21 is more than what is left")
                    .contains("is held for calls under way");

            pipe.call("c", "search_code", "{\"question\":\"where is the delay\",\"budgetUsd\":0.20}");
            assertThat(server.awaitInFlight(2)).isTrue();
            gate.open();
            JsonNode one = anyResult(pipe);
            JsonNode other = anyResult(pipe);
            assertThat(bill(one, "spentUsd") + bill(other, "spentUsd")).isEqualTo(2 * COST);
            // each tells what was left when it ended, and either may be written first
            assertThat(Math.max(bill(one, "leftUsd"), bill(other, "leftUsd"))).isEqualTo(0.441434);
        }
        assertThat(server.cost(ModelCatalog.standard()).toUsd()).isEqualTo("0.008566");
    }

    private static JsonNode anyResult(McpPipe pipe) throws Exception {
        JsonNode message = pipe.next();
        while (message.has("method")) {
            message = pipe.next();
        }
        return message.path("result");
    }

    @Test
    void cancelledCall_isNotAnswered_andItsMoneyIsBooked() throws Exception {
        scriptHeld();
        McpPipe pipe = open();
        pipe.call("a", "search_code", QUESTION);
        assertThat(server.awaitInFlight(1)).isTrue();
        pipe.cancel("a");
        pipe.call("b", "search_code", "{\"question\":\"where is the delay\",\"offline\":true}");
        assertThat(pipe.result("b").path("isError").asBoolean()).isFalse();

        assertThat(pipe.end()).isZero();
        assertThat(pipe.rest()).isEmpty();
        assertThat(pipe.err()).contains("cadre: spent " + SENT + " of $1.00");
        gate.open();
    }

    @Test
    void endOfInput_cancelsWhatIsUnderWay() throws Exception {
        scriptHeld();
        McpPipe pipe = open();
        pipe.call("a", "search_code", QUESTION);
        assertThat(server.awaitInFlight(1)).isTrue();

        assertThat(pipe.end()).isZero();

        assertThat(pipe.rest()).noneMatch(message -> message.has("id"));
        assertThat(pipe.err()).contains("cadre: spent " + SENT + " of $1.00");
    }

    @Test
    void callsBeyondTheLimit_areRefused_andThoseThatWaitCanBeCancelled() throws Exception {
        scriptHeld();
        McpPipe pipe = open("--budget", "10");
        for (int i = 0; i < 3; i++) {
            pipe.call("running" + i, "search_code", QUESTION);
        }
        assertThat(server.awaitInFlight(3)).isTrue();
        for (int i = 0; i < 100; i++) {
            pipe.call("waiting" + i, "search_code", QUESTION);
        }
        for (int i = 0; i < 897; i++) {
            pipe.call("more" + i, "search_code", QUESTION);
            assertThat(text(pipe.result("more" + i)))
                    .isEqualTo("3 calls are under way and 100 wait; call again when one has ended");
        }
        for (int i = 0; i < 100; i++) {
            pipe.cancel("waiting" + i);
        }
        pipe.call("running0", "search_code", QUESTION);
        assertThat(anyError(pipe)).isEqualTo("an id is that of a call under way");
        pipe.call("last", "search_code", "{\"question\":\"where is the delay\",\"offline\":true}");
        gate.open();

        for (int i = 0; i < 4; i++) {
            assertThat(anyResult(pipe).path("isError").asBoolean()).isFalse();
        }
        assertThat(pipe.end()).isZero();
        assertThat(pipe.rest()).isEmpty();
    }

    private static String anyError(McpPipe pipe) throws Exception {
        JsonNode message = pipe.next();
        while (message.has("method")) {
            message = pipe.next();
        }
        return message.path("error").path("message").asText();
    }

    @Test
    void budgetTooSmall_isAnError_withThePlacesThatAreFree() throws Exception {
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\",\"budgetUsd\":0.0001}");
            JsonNode result = pipe.result("a");

            assertThat(result.path("isError").asBoolean()).isTrue();
            assertThat(text(result))
                    .contains("note: these places were found without a model, because the budget is too small for one,"
                            + " which cost $0.00; a higher budgetUsd gives more money")
                    .contains("[1] src/Backoff.java:1-4")
                    .doesNotContain("Exception");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void badKey_isAnError_withoutTheKey() throws Exception {
        server.onAny()
                .replies(LoopbackReply.error(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY));
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", QUESTION);
            JsonNode result = pipe.result("a");

            assertThat(result.path("isError").asBoolean()).isTrue();
            assertThat(result.toString())
                    .contains("'cadre doctor' says what is wrong")
                    .doesNotContain("canary");
        }
    }

    @Test
    void deadline_isAnError_withThePlacesThatAreFree() throws Exception {
        scriptHeld();
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\",\"deadline\":\"1s\"}");
            JsonNode result = pipe.result("a");

            assertThat(result.path("isError").asBoolean()).isTrue();
            assertThat(text(result))
                    .contains("because the time ran out")
                    .contains("a longer deadline gives more time")
                    .contains("[1] src/Backoff.java:1-4");
        }
    }
}
