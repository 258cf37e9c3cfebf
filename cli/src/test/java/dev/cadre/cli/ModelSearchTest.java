// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command with models: the real SDK against a server on loopback. */
class ModelSearchTest {
    private static final String KEY = "sk-canary-0123456789abcdef";
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
            {"answer":{"statements":[{"text":"Backoff keeps the delay.","path":"src/Backoff.java","startLine":2,"endLine":3},
              {"text":"So does a file nobody has.","path":"src/Gone.java","startLine":1,"endLine":2}]},
             "citations":[1]}""";

    @TempDir
    Path folder;

    private final LoopbackOpenAi server = LoopbackOpenAi.start();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void write() throws Exception {
        new Tree(folder).file("src/Backoff.java", "/** Doubles. */\nclass Backoff {\n    long delay;\n}\n");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private int run(String baseUrl, String... options) {
        var terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                false);
        var arguments = new ArrayList<>(List.of("search", "--json", "--repo", folder.toString()));
        arguments.addAll(List.of(options));
        arguments.add("where is the delay");
        Map<String, String> environment = Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", baseUrl);
        return new Cadre(terminal, InstantSource.system(), environment).run(arguments.toArray(String[]::new));
    }

    private JsonNode document() throws Exception {
        String printed = out.toString(StandardCharsets.UTF_8);
        assertThat(printed + err.toString(StandardCharsets.UTF_8))
                .doesNotContain(KEY)
                .doesNotContain("canary");
        return new ObjectMapper().readTree(printed);
    }

    private void script() {
        var usage = new TokenUsage(1_000, 400, 0, 100, 0);
        server.on(request -> request.model().equals("gpt-5.4"))
                .replies(LoopbackReply.text(PLAN).usage(usage));
        script(usage);
    }

    /** Those who do not plan. */
    private void script(TokenUsage usage) {
        server.on(request -> request.model().equals("gpt-5.4-nano"))
                .replies(LoopbackReply.text(SUMMARY).usage(usage));
        server.on(request -> request.model().equals("gpt-5.4-mini"))
                .replies(LoopbackReply.text(ANSWER).usage(usage));
    }

    /** Whoever says how long a search may take means all of it. */
    @Test
    void deadline_countsFromBeforeTheClientsAreOpened() throws Exception {
        var now = new AtomicReference<Instant>(Instant.EPOCH);
        var terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                false);
        // it is asked when the clients are opened, which takes a minute
        InstantSource slow = () -> now.updateAndGet(time -> time.plusSeconds(60));
        var models = new Models(terminal, slow, Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl()));

        new CommandLine(new SearchCommand(terminal, now::get, models))
                .execute("--json", "--repo", folder.toString(), "--deadline", "5s", "where is the delay");

        assertThat(document().path("skipped").path("deadline").asInt()).isPositive();
    }

    @Test
    void key_modelsPlanWorkAndAnswer_citationsAreChecked() throws Exception {
        script();

        assertThat(run(server.baseUrl())).isZero();

        JsonNode document = document();
        assertThat(document.path("mode").asText()).isEqualTo("model");
        assertThat(document.path("status").asText()).isEqualTo("complete");
        assertThat(document.path("answer").path(0).path("text").asText()).isEqualTo("Backoff keeps the delay.");
        assertThat(document.path("answer").path(0).path("citations").path(0).asInt())
                .isEqualTo(1);
        assertThat(document.path("answer")).hasSize(1); // the other statement cites a file that is not there
        assertThat(document.path("results").path(0).path("path").asText()).isEqualTo("src/Backoff.java");
        // 600 full + 400 cached + 100 out on each: flagship 1.5 + 0.1 + 1.5, nano 0.12 + 0.008 + 0.125,
        // mini 0.45 + 0.03 + 0.45 thousandths of a dollar
        assertThat(document.path("cost").path("usd").asText()).isEqualTo("0.004283");
        assertThat(document.path("cost").path("attempts").asInt()).isEqualTo(3);
        assertThat(server.requests())
                .extracting(LoopbackRequest::model)
                .containsExactly("gpt-5.4", "gpt-5.4-nano", "gpt-5.4-mini");
        assertThat(server.requests()).allMatch(request -> request.maxOutputTokens() > 0);
    }

    @Test
    void cache_savesWhatModelsReadOfTheSamePlacesBefore(@TempDir Path cache) throws Exception {
        script();
        assertThat(run(server.baseUrl(), "--cache", cache.toString())).isZero();
        out.reset();

        assertThat(run(server.baseUrl(), "--cache", cache.toString())).isZero();

        JsonNode document = document();
        assertThat(document.path("cost").path("attempts").asInt()).isEqualTo(2);
        assertThat(document.path("notes").toString()).contains("from the cache: what cost $0.000253 before");
        assertThat(document.path("plan").toString())
                .containsPattern("\"from the cache, \\d+ s old, saved \\$0.000253\"");
        assertThat(server.requests())
                .extracting(LoopbackRequest::model)
                .containsExactly("gpt-5.4", "gpt-5.4-nano", "gpt-5.4-mini", "gpt-5.4", "gpt-5.4-mini");
    }

    @Test
    void cache_ofAnotherStateOfTheFiles_isNoneOfThis(@TempDir Path cache) throws Exception {
        script();
        assertThat(run(server.baseUrl(), "--cache", cache.toString())).isZero();
        new Tree(folder).file("src/Other.java", "class Other {}\n");

        assertThat(run(server.baseUrl(), "--cache", cache.toString())).isZero();

        assertThat(server.requests()).hasSize(6);
    }

    @Test
    void cache_inTheRepositoryThatIsSearched_isRefused() throws Exception {
        assertThat(run(server.baseUrl(), "--cache", folder.resolve("cache").toString()))
                .isEqualTo(2);

        assertThat(document().path("error").path("message").asText()).endsWith("is in the --repo that is searched");
        assertThat(folder.resolve("cache")).doesNotExist();
    }

    @Test
    void cache_inTheRepository_byASecondNameOfItsFolder_isRefused(@TempDir Path elsewhere) throws Exception {
        Path alias = Files.createSymbolicLink(elsewhere.resolve("alias"), folder);

        int status = run(server.baseUrl(), "--cache", alias.resolve("cache").toString());
        Files.delete(alias); // JUnit warns of a link that it finds

        assertThat(status).isEqualTo(2);
        assertThat(document().path("error").path("message").asText()).endsWith("is in the --repo that is searched");
    }

    @Test
    void badKey_isStatus4_andNamesTheKind() throws Exception {
        server.onAny()
                .replies(LoopbackReply.error(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY));

        assertThat(run(server.baseUrl())).isEqualTo(4);

        assertThat(document().path("status").asText()).isEqualTo("failed");
        assertThat(document().path("error").path("kind").asText()).isEqualTo("auth_failed");
        assertThat(document().path("plan").path(0).path("status").asText()).isEqualTo("failed");
        assertPlacesWithoutAModel("the model that plans failed, which cost $0.00; 'cadre doctor' says what is wrong");
    }

    /** Whatever becomes of the models, the code has been read, and what it says by itself is shown. */
    private void assertPlacesWithoutAModel(String why) throws Exception {
        assertThat(document().path("results").findValuesAsText("path")).containsExactly("src/Backoff.java");
        assertThat(document().path("answer").path(0).path("text").asText())
                .isEqualTo("Most likely: src/Backoff.java:3 (Backoff).");
        assertThat(document().path("notes").path(0).asText())
                .isEqualTo("these places were found without a model, because " + why);
    }

    @Test
    void planThatCannotBeUsed_isPaid_andPlacesAreFoundWithoutIt() throws Exception {
        server.onAny()
                .replies(LoopbackReply.text("{\"subtasks\":[{\"type\":\"no-such\"}]}")
                        .usage(new TokenUsage(1_000, 0, 0, 100, 0)));

        assertThat(run(server.baseUrl())).isEqualTo(4);

        assertPlacesWithoutAModel("the plan of the model could not be used, which cost $"
                + document().path("cost").path("usd").asText() + "; 'cadre doctor' says what is wrong");
        assertThat(document().path("cost").path("picoUsd").asLong()).isPositive();
    }

    @Test
    void defaultBudget_carriesARetryOfThePlanner_whoseFirstCallCountsAtItsWorst() throws Exception {
        var usage = new TokenUsage(1_000, 400, 0, 100, 0);
        server.on(request -> request.model().equals("gpt-5.4"))
                .replies(
                        LoopbackReply.error(500, "server_error", "internal", "The server had an error."),
                        LoopbackReply.text(PLAN).usage(usage));
        script(usage);

        assertThat(run(server.baseUrl())).isZero();

        assertThat(document().path("answer")).hasSize(1);
        assertThat(document().path("cost").path("forfeitedPicoUsd").asLong()).isPositive();
    }

    @Test
    void plannerThatFailsForGood_isNamedByWhatTheServerSaid() throws Exception {
        server.onAny().replies(LoopbackReply.error(500, "server_error", "internal", "The server had an error."));

        assertThat(run(server.baseUrl())).isEqualTo(4);

        assertThat(document().path("error").path("message").asText())
                .startsWith("call of gpt-5.4 by planner failed: ")
                .contains("The server had an error.", "it is not tried again, because $");
    }

    @Test
    void noBudgetForACall_isStatus4_beforeAnyCall() throws Exception {
        assertThat(run(server.baseUrl(), "--budget", "0.0001")).isEqualTo(4);

        assertThat(document().path("error").path("kind").asText()).isEqualTo("budget_too_small");
        assertThat(server.requests()).isEmpty();
        assertPlacesWithoutAModel("the budget is too small for one, which cost $0.00; --budget USD gives more money");
    }

    @Test
    void nobodyAtTheAddress_isStatus4() throws Exception {
        String address = server.baseUrl();
        server.close();

        assertThat(run(address)).isEqualTo(4);

        assertThat(document().path("error").path("kind").asText()).isEqualTo("connection_failed");
    }

    @Test
    void badAddress_isStatus2_andNamesTheVariable() throws Exception {
        assertThat(run("ftp://127.0.0.1")).isEqualTo(2);

        assertThat(document().path("error").path("message").asText()).startsWith("OPENAI_BASE_URL");
    }

    @Test
    void offline_withAKey_callsNobody() throws Exception {
        assertThat(run(server.baseUrl(), "--offline")).isZero();

        assertThat(document().path("mode").asText()).isEqualTo("offline-lexical");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void planOnly_paysForThePlanOnly_andPricesIt() throws Exception {
        script();

        assertThat(run(server.baseUrl(), "--plan-only")).isZero();

        JsonNode estimate = document().path("estimate");
        assertThat(estimate.path("planningUsd").asText()).isEqualTo("0.0031");
        double low = estimate.path("lowUsd").asDouble();
        double expected = estimate.path("expectedUsd").asDouble();
        assertThat(low).isPositive().isLessThan(expected);
        assertThat(expected).isLessThan(estimate.path("worstUsd").asDouble());
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void planOnly_withoutAProvider_saysThatItCannotBeReached() throws Exception {
        assertThat(run("http://127.0.0.1:1/v1", "--plan-only")).isEqualTo(4);

        JsonNode error = document().path("error");
        assertThat(error.path("kind").asText()).isEqualTo("connection_failed");
        assertThat(error.path("message").asText()).contains("connect").doesNotContain("defect", "Exception");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("cadre: " + error.path("message").asText());
    }

    @Test
    void planOnly_saysWhatTheSearchCosts_howeverManyFilesThereAre() throws Exception {
        for (int i = 0; i < 20; i++) {
            new Tree(folder).file("src/Delay" + i + ".java", "class Delay" + i + " {\n    long delay;\n}\n");
        }
        script();
        assertThat(run(server.baseUrl(), "--plan-only", "--budget", "2.00")).isZero();
        JsonNode estimate = document().path("estimate");
        out.reset();

        // the one summary does not fit the other files: they escalate, and in the end the search is partial
        assertThat(run(server.baseUrl(), "--budget", "2.00")).isEqualTo(3);

        double real = document().path("cost").path("usd").asDouble();
        assertThat(document().path("cost").path("attempts").asInt())
                .as("it fans out")
                .isGreaterThan(10);
        assertThat(real)
                .isBetween(
                        estimate.path("lowUsd").asDouble(),
                        estimate.path("worstUsd").asDouble());
        assertThat(estimate.path("worstIsBudget").asBoolean()).isTrue();
        assertThat(estimate.path("worstUsd").asText()).isEqualTo("2.00");
    }

    @Test
    void failingWorker_keepsTheRest_isPartial() throws Exception {
        server.on(request -> request.model().equals("gpt-5.4-nano")).replies(LoopbackReply.refusal("no"));
        script();

        assertThat(run(server.baseUrl())).isEqualTo(3);

        assertThat(document().path("status").asText()).isEqualTo("partial");
        assertThat(document().path("results").path(0).path("path").asText()).isEqualTo("src/Backoff.java");
    }
}
