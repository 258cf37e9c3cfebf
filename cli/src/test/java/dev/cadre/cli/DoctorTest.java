// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.probe.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code cadre doctor} and {@code cadre models}. */
class DoctorTest {
    private static final String KEY = "sk-canary-0123456789abcdef";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private String today = "2026-11-22";
    private LoopbackOpenAi server;

    @BeforeEach
    void start() {
        server = LoopbackOpenAi.start();
        environment.put("OPENAI_API_KEY", KEY);
        environment.put("OPENAI_BASE_URL", server.baseUrl());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void everythingInOrder_isSaidAndWarnedOf() {
        assertThat(run("doctor")).isZero();

        assertThat(printed().lines().skip(1))
                .containsExactly(
                        "ok            key: OPENAI_API_KEY is set",
                        "ok            API: responses first, and chat if the server lacks it;"
                                + " CADRE_API=chat or CADRE_API=responses settles it",
                        "ok            server: %s lists 3 models".formatted(server.baseUrl()),
                        "ok            flagship: gpt-5.4, $2.50 in, $0.25 cached, $15.00 out per million tokens",
                        "ok            mini: gpt-5.4-mini, $0.75 in, $0.075 cached, $4.50 out per million tokens",
                        "warning       nano: gpt-5.4-nano shuts down on 2027-04-01, in 130 days;"
                                + " name another with CADRE_NANO_MODEL");
        assertThat(printed() + told()).doesNotContain(KEY);
    }

    @Test
    void declaredApi_isShown_andAnotherWordIsMisconfigured() {
        environment.put("CADRE_API", "chat");
        assertThat(run("doctor")).isZero();
        assertThat(printed()).contains("ok            API: chat, as CADRE_API says");

        environment.put("CADRE_API", "chat-max-tokens");
        assertThat(run("doctor")).isZero();
        assertThat(printed()).contains("ok            API: chat with max_tokens, as CADRE_API says");

        environment.put("CADRE_API", "telnet");
        assertThat(run("doctor")).isEqualTo(2);
        assertThat(printed()).contains("CADRE_API must be responses, chat or chat-max-tokens");
    }

    @Test
    void shutDownModel_fails() {
        today = "2027-04-01";

        assertThat(run("doctor")).isEqualTo(4);

        assertThat(printed()).contains("failed        nano: gpt-5.4-nano was shut down on 2027-04-01");
    }

    @Test
    void missingKey_isMisconfigured_butTheModelsAreLookedAt() {
        environment.remove("OPENAI_API_KEY");

        assertThat(run("doctor")).isEqualTo(2);

        assertThat(printed())
                .contains(
                        "misconfigured key: OPENAI_API_KEY is not set; a server of your own may take any, such as none;"
                                + " without it a search uses no model")
                .contains("ok            mini: gpt-5.4-mini");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void refusedKey_fails_andIsNotShown() {
        server.onService(request -> true)
                .replies(LoopbackReply.error(401, "invalid_request_error", "invalid_api_key", "Wrong: " + KEY));

        assertThat(run("doctor")).isEqualTo(4);

        assertThat(printed())
                .contains("failed        key: the server refuses the key: ")
                .doesNotContain(KEY);
    }

    /** Many gateways list nothing, or not to everybody. */
    @ParameterizedTest
    @CsvSource({"404, <html>Not found</html>", "403, {}", "200, [1]"})
    void listThatTheServerRefuses_isAWarning_andTheProbeIsMade(int status, String body) {
        server.onService(request -> request.path().endsWith("/models"))
                .replies(LoopbackReply.raw(status, "text/html", body));
        server.onAny().replies(LoopbackReply.text("lantern"));

        run("doctor", "--probe");

        assertThat(printed())
                .contains("warning       server: it lists no models, or the base URL is wrong: --probe asks a model; ")
                .doesNotContain("it was not made")
                .contains("text");
        assertThat(server.requests()).isNotEmpty();
    }

    @Test
    void unreachableServer_fails() {
        server.close();

        assertThat(run("doctor")).isEqualTo(4);

        assertThat(printed()).contains("failed        server: the connection to " + server.baseUrl() + " failed");
    }

    @Test
    void unlistedModel_ofAnotherServer_isAWarning_thatNamesWhatIsListed() {
        server.notListing("gpt-5.4-mini");

        assertThat(run("doctor")).isZero();

        assertThat(printed())
                .contains("warning       mini: gpt-5.4-mini is not among the models that this server lists"
                        + " (gpt-5.4, gpt-5.4-nano), which may take it all the same: --probe shows it;"
                        + " another name with CADRE_MINI_MODEL")
                .contains("ok            mini: gpt-5.4-mini, $0.75 in");
    }

    @Test
    void unlistedModel_namesThreeModelsAtMost() throws Exception {
        assertThat(listing("OPENAI_BASE_URL", "one", "two", "three", "four", "five"))
                .contains("lists 5 models")
                .contains("that this server lists (one, two, three and 2 more), which");
        assertThat(listing("OPENAI_BASE_URL", "one"))
                .contains("lists 1 model\n")
                .contains("that this server lists (one), which");
        assertThat(listing("OPENAI_BASE_URL")).contains("that this server lists (none), which");
    }

    /** What is printed if a variable leads to a server that answers everything with a list of these models. */
    private String listing(String variable, String... ids) throws IOException {
        String models = Stream.of(ids)
                .map("{\"id\":\"%s\",\"object\":\"model\",\"created\":1,\"owned_by\":\"us\"}"::formatted)
                .collect(Collectors.joining(","));
        byte[] body = "{\"object\":\"list\",\"data\":[%s]}".formatted(models).getBytes(StandardCharsets.UTF_8);
        var lister = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        lister.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        lister.start();
        try {
            environment.put(variable, "http://127.0.0.1:" + lister.getAddress().getPort());
            run("doctor");
            return printed();
        } finally {
            lister.stop(0);
        }
    }

    @Test
    void unlistedModel_ofOpenAi_fails() throws Exception {
        environment.put("OPENAI_BASE_URL", "http://api.openai.com/v1");

        assertThat(listing("HTTP_PROXY", "gpt-5.4", "gpt-5.4-nano"))
                .contains("failed        mini: gpt-5.4-mini is not offered by this server to this key;"
                        + " name another with CADRE_MINI_MODEL");
    }

    @Test
    void deployment_isShown_andLookedFor() {
        environment.put("CADRE_NANO_DEPLOYMENT", "gpt-5.4");
        environment.put("CADRE_MINI_DEPLOYMENT", "house-mini");

        assertThat(run("doctor")).isZero();

        assertThat(printed())
                .contains("warning       mini: house-mini is not among the models that this server lists")
                .contains("another name with CADRE_MINI_DEPLOYMENT")
                .contains("ok            mini: gpt-5.4-mini, deployed as house-mini, $0.75 in")
                .doesNotContain("gpt-5.4-nano is not among");
    }

    @Test
    void deploymentAtAzure_isNotLookedForInAListThatHasNone() throws Exception {
        environment.remove("OPENAI_API_KEY");
        environment.put("AZURE_OPENAI_API_KEY", KEY);
        environment.put("CADRE_MINI_DEPLOYMENT", "house-mini");
        environment.put("OPENAI_API_VERSION", "2024-10-21");

        assertThat(listing("AZURE_OPENAI_ENDPOINT", "gpt-5.4-2026-03-05"))
                .contains("ok            API: chat, because the version of Azure's API has no other")
                .contains("ok            mini: gpt-5.4-mini, deployed as house-mini, $0.75 in")
                .contains("warning       nano: gpt-5.4-nano is not among the models that this server lists")
                .contains("another name with CADRE_NANO_DEPLOYMENT")
                .doesNotContain("house-mini is not among");
    }

    @Test
    void unpricedModel_isMisconfigured_andThePriceOfAVariableCounts() {
        environment.put("CADRE_MINI_MODEL", "gpt-99");
        assertThat(run("doctor")).isEqualTo(2);
        assertThat(printed())
                .contains(
                        "misconfigured mini: gpt-99 has no known price, so it is not called; set CADRE_MINI_PRICE to US"
                                + " dollars per million tokens, input/output, such as 0.20/1.25, or 0/0 for a server of your own");

        environment.put("CADRE_MINI_PRICE", "0.1/0.4");
        environment.put("CADRE_NANO_PRICE", "0/0");
        assertThat(run("doctor")).isZero();
        assertThat(printed())
                .contains("ok            mini: gpt-99, $0.10 in, $0.10 cached, $0.40 out per million tokens,"
                        + " as CADRE_MINI_PRICE says");

        environment.put("CADRE_MINI_PRICE", "cheap");
        assertThat(run("doctor")).isEqualTo(2);
        assertThat(printed()).contains("misconfigured CADRE_MINI_PRICE: CADRE_MINI_PRICE must be US dollars");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI_BASE_URL | 127.0.0.1:8081/v1 | must start with http:// or https:// and name a host",
                "CADRE_API | telnet | must be responses, chat or chat-max-tokens",
                "CADRE_SCHEMAS | never | must be shown, forced or ignored",
                "CADRE_HEADERS | canary | must have lines like 'Name: value'"
            })
    void unusableVariable_isTheLabelOfItsLine(String variable, String value, String message) {
        environment.put(variable, value);

        assertThat(run("doctor", "--probe")).isEqualTo(2);

        assertThat(printed())
                .contains("misconfigured %s: %s %s".formatted(variable, variable, message))
                .contains("failed        probe: it was not made because of this: " + variable)
                .doesNotContain("key:");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void mistypedVariable_isWarnedOf() {
        environment.put("CADRE_NANO_MODLE", "house-model");

        assertThat(run("doctor")).isZero();

        assertThat(printed())
                .contains(
                        "warning       CADRE_NANO_MODLE: CADRE_NANO_MODLE is not known: did you mean CADRE_NANO_MODEL?");
    }

    @Test
    void keysOfTwoServices_areMisconfigured() {
        environment.remove("OPENAI_BASE_URL");
        environment.put("AZURE_OPENAI_API_KEY", KEY);
        environment.put("AZURE_OPENAI_ENDPOINT", "https://house.openai.azure.com");

        assertThat(run("doctor")).isEqualTo(2);

        assertThat(printed())
                .contains("misconfigured key: OPENAI_API_KEY and AZURE_OPENAI_API_KEY are both set: OPENAI_API_TYPE=");
    }

    @Test
    void halfOfAzure_isNamed() {
        environment.remove("OPENAI_API_KEY");
        environment.put("AZURE_OPENAI_API_KEY", KEY);

        assertThat(run("doctor")).isEqualTo(2);

        assertThat(printed())
                .contains("misconfigured key: OPENAI_API_KEY is not set, and AZURE_OPENAI_API_KEY is set without"
                        + " AZURE_OPENAI_ENDPOINT");
    }

    @Test
    void oldPrice_isWarnedOf() {
        today = "2027-06-01";
        environment.put("CADRE_NANO_MODEL", "gpt-5.4-mini");

        assertThat(run("doctor")).isZero();

        assertThat(printed())
                .contains("warning       mini: the price of gpt-5.4-mini was read on 2026-11-22: compare it");
    }

    @Test
    void json_isOneDocument() throws Exception {
        assertThat(run("doctor", "--json")).isZero();

        JsonNode document = new ObjectMapper().readTree(printed());
        assertThat(document.path("schema").asInt()).isEqualTo(1);
        assertThat(document.path("status").asText()).isEqualTo("complete");
        assertThat(document.path("findings").path(6).path("verdict").asText()).isEqualTo("warning");
        assertThat(document.path("findings").path(6).path("subject").asText()).isEqualTo("nano");
    }

    /** A model that does as it is told, on a server by the book. */
    private static LoopbackReply obedient(LoopbackRequest request) {
        if (request.schemaName().equals("wrong")) {
            return LoopbackReply.error(400, "invalid_request_error", "invalid_json_schema", "No such type.");
        }
        if (request.maxOutputTokens() < 100) {
            return LoopbackReply.truncated("1 2 3").usage(TokenUsage.of(30, request.maxOutputTokens()));
        }
        boolean asksForTool =
                request.body().contains("depot_of") && request.toolOutputs().isEmpty();
        if (asksForTool) {
            return LoopbackReply.toolCalls(new ToolCall("c1", "depot_of", "{\"part\":\"A17\"}"));
        }
        if (request.schemaName().equals("place")) {
            return LoopbackReply.text("{\"depot\":\"lantern\"}");
        }
        return request.schemaName().equals("pick")
                ? LoopbackReply.text("{\"shade\":\"Q4\",\"rank\":2}")
                : LoopbackReply.text("It ", "is ", "lantern.")
                        .usage(TokenUsage.of(request.inputText().contains("stone river") ? 4_100 : 40, 5));
    }

    @Test
    void probe_asksTheServer_forLessThanACent() throws Exception {
        server.onAny().answers(DoctorTest::obedient);

        int status = run("doctor", "--probe");
        assertThat(status).as(printed()).isZero();

        assertThat(printed())
                .contains("works         text: the answer is right")
                .contains("works         schema: the form is kept")
                .contains("works         tools: a tool was called and its result used, in two rounds")
                .contains("works         stream: the text came in 3 pieces")
                .contains("works         after-stream: no call was lost")
                .contains("works         refusal: a wrong schema is refused")
                .contains("gpt-5.4-nano was asked over the Responses API for $0.00");
        assertThat(printed() + told()).doesNotContain(KEY);
        assertThat(server.requests())
                .extracting(LoopbackRequest::model)
                .containsOnly("", "gpt-5.4-nano"); // the list of models names none

        assertThat(run("doctor", "--probe", "--tier", "mini", "--budget", "0.05", "--json"))
                .isZero();
        JsonNode probed = new ObjectMapper().readTree(printed()).path("probe");
        assertThat(probed.path("model").asText()).isEqualTo("gpt-5.4-mini");
        assertThat(probed.path("checks").path(0).path("verdict").asText()).isEqualTo("works");
        assertThat(probed.path("checks")).hasSize(Check.values().length);
    }

    @Test
    void probeOfAServerThatIgnoresTheCap_fails() {
        server.onAny().replies(LoopbackReply.text("1 2 3").usage(TokenUsage.of(30, 40)));

        assertThat(run("doctor", "--probe")).isEqualTo(4);

        assertThat(printed()).contains("failed        cap: 32 tokens were allowed and 40 came");
    }

    /** Servers such as Ollama list the tag that a name without one means. */
    @Test
    void modelThatIsListedWithItsTag_isListed() throws Exception {
        environment.put("CADRE_MINI_MODEL", "house-mini");
        environment.put("CADRE_MINI_PRICE", "0/0");
        environment.put("CADRE_NANO_MODEL", "house-nano");
        environment.put("CADRE_NANO_PRICE", "0/0");

        assertThat(listing("OPENAI_BASE_URL", "house-mini:latest", "house-nano:7b"))
                .doesNotContain("house-mini is not among")
                .contains("house-nano is not among");
    }

    @Test
    void modelThatIsNotListed_isAskedAllTheSame() {
        server.notListing("gpt-5.4-nano");
        server.onAny().answers(DoctorTest::obedient);

        assertThat(run("doctor", "--probe")).isZero();

        assertThat(printed())
                .contains("warning       nano: gpt-5.4-nano is not among the models that this server lists")
                .contains("works         text: the answer is right");
    }

    @Test
    void probe_isNotMadeOfAServerThatDoesNotAnswer_norWithWrongOptions() {
        server.close();
        assertThat(run("doctor", "--probe")).isEqualTo(4);
        assertThat(printed())
                .contains("failed        probe: it was not made because of this: server")
                .doesNotContain("after-stream");

        assertThat(run("doctor", "--probe", "--tier", "huge")).isEqualTo(2);
        assertThat(told()).contains("--tier: \"huge\" is not one of nano, mini, flagship");
    }

    @Test
    void probeOfAnUnpricedModel_isNotMade_butTheRestIsSaid() throws Exception {
        environment.put("CADRE_NANO_MODEL", "house-model");

        assertThat(run("doctor", "--probe")).isEqualTo(2);
        assertThat(printed())
                .contains("misconfigured nano: house-model has no known price")
                .contains("failed        probe: it was not made because of this: nano");

        run("doctor", "--probe", "--json");
        assertThat(new ObjectMapper().readTree(printed()).findValuesAsText("subject"))
                .last()
                .isEqualTo("probe");
    }

    @Test
    void probeOfAShutDownModel_isNotMade_andTheReasonIsSaid() {
        today = "2027-04-01";

        assertThat(run("doctor", "--probe")).isEqualTo(4);

        assertThat(printed()).containsPattern("failed        probe: it was not made because of this: .*gpt-5.4-nano");
    }

    @Test
    void probe_namesTheVariableOfThePrice() {
        server.onAny().answers(request -> DoctorTest.obedient(request).field("model", "\"house-model\""));

        run("doctor", "--probe");
        assertThat(printed())
                .contains("limited       price: asked for gpt-5.4-nano, and house-model answered\n"
                        + "                -> set the price of the model that answers: CADRE_NANO_PRICE, in US dollars per"
                        + " million tokens, such as 0.20/1.25\n");

        environment.put("CADRE_NANO_PRICE", "0.2/1.25");
        run("doctor", "--probe");
        assertThat(printed())
                .contains(
                        "works         price: asked for gpt-5.4-nano, and house-model answered; CADRE_NANO_PRICE is what"
                                + " is booked")
                .doesNotContain("set the price");
    }

    /** A server that knows the schema of an answer under one path alone, and a model that reads its prompt. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1 -> '' | is no endpoint, did you mean http://127.0.0.1:PORT/v1?: ",
                "/v1 -> /v1/chat/completions | OPENAI_BASE_URL must end before /chat/completions, which each call adds",
                "/v1 -> /v1/responses/ | OPENAI_BASE_URL must end before /responses, which each call adds"
            })
    void baseUrlWithoutAnApi_isCorrected(String change, String message) {
        server.onService(request -> true).replies(LoopbackReply.raw(404, "text/html", "404 page not found"));
        String[] paths = change.replace("''", "").split(" ?-> ?", -1);
        environment.put("OPENAI_BASE_URL", server.baseUrl().replace(paths[0], paths[1]));

        run("doctor");

        String port = String.valueOf(URI.create(server.baseUrl()).getPort());
        assertThat(printed()).contains(message.strip().replace("PORT", port));
    }

    private void keepingFormsIn(String path) {
        server.onAny().answers(request -> {
            if (!request.body().contains("Which shade do you pick")) {
                return DoctorTest.obedient(request);
            }
            boolean hasForm = request.path().endsWith(path) || request.body().contains("Reply with one line of JSON");
            return LoopbackReply.text(hasForm ? "{\"shade\":\"Q4\",\"rank\":2}" : "I pick blue.")
                    .field("text", "{}");
        });
    }

    @Test
    void probeOfAServerWhoseResponsesApiIgnoresSchemas_saysWhatSparesTheDetour_once() throws Exception {
        keepingFormsIn("/chat/completions");

        assertThat(run("doctor", "--probe")).as(printed()).isZero();

        assertThat(printed())
                .contains("adapted       schema: the form is kept")
                .containsOnlyOnce("Chat Completions was used")
                .containsOnlyOnce("-> CADRE_API=chat spares each run the calls that find this out")
                .contains("gpt-5.4-nano was asked over Chat Completions for $0.00");
        run("doctor", "--probe", "--json");
        JsonNode probed = new ObjectMapper().readTree(printed()).path("probe");
        assertThat(probed.path("api").asText()).isEqualTo("chat");
        assertThat(probed.at("/checks/0/advice").asText()).startsWith("CADRE_API=chat ");
        assertThat(probed.at("/checks/1/advice").asText()).isEmpty();
    }

    @Test
    void probeOverADeclaredApiThatIgnoresSchemas_namesTheOneThatKeepsThem() {
        keepingFormsIn("/chat/completions");
        environment.put("CADRE_API", "responses");

        assertThat(run("doctor", "--probe")).as(printed()).isZero();

        assertThat(printed())
                .contains("limited       schema: the server ignores the schema")
                .contains("-> schema: CADRE_API=chat: over that API this server keeps the form")
                .contains("was asked over the Responses API");
    }

    @Test
    void probeOfAServerThatIgnoresSchemasEverywhere_saysSo() {
        keepingFormsIn("nowhere");

        assertThat(run("doctor", "--probe")).as(printed()).isZero();

        assertThat(printed())
                .contains("-> schema: CADRE_API=chat with CADRE_SCHEMAS=ignored spares each run the calls that find");

        environment.put("CADRE_API", "chat");
        run("doctor", "--probe");
        assertThat(printed()).contains("-> schema: CADRE_SCHEMAS=ignored spares each run");
    }

    @Test
    void probe_printsEachFindingAsSoonAsItIsMade() {
        var printedBefore = new ArrayList<String>();
        server.onAny().answers(request -> {
            printedBefore.add(printed());
            return DoctorTest.obedient(request);
        });

        run("doctor", "--probe");

        assertThat(printedBefore.getFirst()).contains("ok            server:").doesNotContain("works");
        assertThat(printedBefore.get(1)).contains("works         schema: ").doesNotContain("text:");
    }

    @Test
    void probeOfAServerThatRefusesAll_isShort_andNamesTheOtherApi() throws Exception {
        server.onAny().replies(LoopbackReply.error(400, "invalid_request_error", "unsupported", "Not enabled here."));

        assertThat(run("doctor", "--probe")).isEqualTo(4);

        assertThat(printed().lines().filter(line -> line.contains("Not enabled here.")))
                .hasSize(3);
        assertThat(printed())
                .contains(
                        "not tried     price, cap, tools, stream, after-stream, cancel, refusal, long-input, limits: the same for"
                                + " the rest: 3 calls failed alike, and no more is asked")
                .contains("if the server has Chat Completions only, CADRE_API=chat asks it there");
        run("doctor", "--probe", "--json");
        assertThat(new ObjectMapper()
                        .readTree(printed())
                        .at("/probe/checks/0/advice")
                        .asText())
                .contains("CADRE_API=chat");

        environment.put("CADRE_API", "chat");
        run("doctor", "--probe");
        assertThat(printed()).contains("Not enabled here.").doesNotContain("Chat Completions only");
    }

    @Test
    void models_areListedWithPrices() throws Exception {
        assertThat(run("models")).isZero();
        assertThat(printed())
                .contains("gpt-5.4-nano                  0.20      0.02      1.25     400,000  2027-04-01  2026-11-22");

        assertThat(run("models", "--json")).isZero();
        JsonNode first = new ObjectMapper().readTree(printed()).path("models").path(0);
        assertThat(first.path("id").asText()).isEqualTo("gpt-5.4");
        assertThat(first.path("outputUsd").asText()).isEqualTo("15.00");
        assertThat(first.path("shutdown").isNull()).isTrue();
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        var terminal = new Terminal(stream(out), stream(err), false, false, false);
        return new Cadre(terminal, InstantSource.fixed(Instant.parse(today + "T12:00:00Z")), environment)
                .run(arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
