// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.task.RunClock;
import io.modelcontextprotocol.json.schema.jackson2.DefaultJsonSchemaValidator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server without models, by raw lines. */
class McpCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void write() throws Exception {
        new Tree(folder.resolve("one"))
                .file("src/Backoff.java", "/** Doubles. */\nclass Backoff {\n    long delay;\n}\n");
        new Tree(folder.resolve("two")).file("src/Budget.java", "class Budget {\n    long delay;\n}\n");
        new Tree(folder).file("outside.txt", "delay\n");
    }

    private McpPipe open(String... options) throws Exception {
        var all = new ArrayList<>(List.of("--repo", folder.resolve("one").toString()));
        all.addAll(List.of(options));
        return new McpPipe(Map.of(), all.toArray(String[]::new)).greeted();
    }

    /** Beyond what may wait, an answer that nobody reads ends the command: nothing else would, if the input goes on. */
    @Test
    @Timeout(60)
    void clientThatAsksWithoutEndAndDoesNotRead_endsTheCommand() {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
        var in = new ByteArrayInputStream(ping.repeat(1_100).getBytes(StandardCharsets.UTF_8));
        var isRead = new CountDownLatch(1);
        var deaf = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                try {
                    isRead.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
            }
        };
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(
                new StandardStream(deaf), new PrintStream(err, true, StandardCharsets.UTF_8), false, false, false);

        int status = new Cadre(terminal, InstantSource.system(), RunClock.SYSTEM, in, Map.of())
                .run("mcp", "--offline", "--repo", folder.resolve("one").toString());

        isRead.countDown();
        assertThat(status).isEqualTo(4);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("cadre: the client does not read what it asks for\n");
    }

    private static void assertConforms(JsonNode schema, JsonNode value) throws Exception {
        var validator = new DefaultJsonSchemaValidator();
        Map<String, Object> map = new ObjectMapper().convertValue(schema, new TypeReference<>() {});
        assertThat(validator.validateSchema(map).valid()).as(schema.toString()).isTrue();
        assertThat(validator
                        .validate(map, new ObjectMapper().convertValue(value, Object.class))
                        .errorMessage())
                .isNull();
    }

    private static JsonNode tool(McpPipe pipe, String name) throws Exception {
        pipe.send("{\"jsonrpc\":\"2.0\",\"id\":\"list\",\"method\":\"tools/list\"}");
        for (JsonNode tool : pipe.result("list").path("tools")) {
            if (tool.path("name").asText().equals(name)) {
                return tool;
            }
        }
        throw new AssertionError("no tool " + name);
    }

    @Test
    void search_answersAsTextAndAsDataOfItsSchema() throws Exception {
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\"}");
            JsonNode result = pipe.result("a");

            JsonNode data = result.path("structuredContent");
            assertThat(result.path("isError").asBoolean()).isFalse();
            assertConforms(tool(pipe, "search_code").path("outputSchema"), data);
            assertThat(data.path("answer").path(0).path("text").asText())
                    .isEqualTo("Most likely: src/Backoff.java:3 (Backoff).");
            assertThat(data.path("places").path(0).path("path").asText()).isEqualTo("src/Backoff.java");
            assertThat(data.path("places").path(0).path("line").asInt()).isEqualTo(3);
            assertThat(data.path("notes").path(0).asText()).isEqualTo("no model was used: OPENAI_API_KEY is not set");
            assertThat(data.path("bill").toString())
                    .isEqualTo(
                            "{\"spentUsd\":0.0,\"budgetUsd\":0.0,\"leftUsd\":1.0,\"modelCalls\":0,\"inputTokens\":0,\"outputTokens\":0}");
            assertThat(result.path("content").path(0).path("text").asText())
                    .startsWith(
                            "Most likely: src/Backoff.java:3 (Backoff). [1]\n\n[1] src/Backoff.java:1-4, above all line 3\n    1  /** Doubles. */\n")
                    .endsWith(
                            "confidence high, offline-lexical, spent $0.00 of $0.00 for 0 model calls; $1.00 is left for later calls");
        }
    }

    @Test
    void search_readsTheFilesAnewAtEachCall() throws Exception {
        try (McpPipe pipe = open("--offline")) {
            pipe.call("a", "search_code", "{\"question\":\"where is the ticket\"}");
            assertThat(pipe.result("a").path("structuredContent").path("status").asText())
                    .isEqualTo("nothing_found");

            new Tree(folder.resolve("one")).file("src/Ticket.java", "class Ticket {}\n");
            pipe.call("b", "search_code", "{\"question\":\"where is the ticket\"}");
            assertThat(pipe.result("b")
                            .path("structuredContent")
                            .path("places")
                            .path(0)
                            .path("path")
                            .asText())
                    .isEqualTo("src/Ticket.java");
        }
    }

    @Test
    void preview_withoutModels_costsNothing() throws Exception {
        try (McpPipe pipe = open("--offline")) {
            pipe.call("a", "preview_search", "{\"question\":\"where is the delay\"}");
            JsonNode result = pipe.result("a");

            assertConforms(tool(pipe, "preview_search").path("outputSchema"), result.path("structuredContent"));
            assertThat(result.path("content").path(0).path("text").asText()).isEqualTo("this search costs nothing");
        }
    }

    @Test
    void tools_saySchemasThatAreValid_andTheLimitsOfTheServer() throws Exception {
        try (McpPipe pipe = open("--per-call-budget", "0.10", "--deadline", "20s")) {
            JsonNode tool = tool(pipe, "search_code");

            assertConforms(tool.path("inputSchema"), new ObjectMapper().readTree("{\"question\":\"x\"}"));
            JsonNode arguments = tool.path("inputSchema").path("properties");
            assertThat(arguments.has("repo")).isFalse();
            assertThat(arguments.path("budgetUsd").path("maximum").asDouble()).isEqualTo(0.1);
            assertThat(arguments.path("deadline").path("description").asText()).endsWith("and the most: 20s.");
        }
    }

    @Test
    void twoRepositories_areToldApartByName() throws Exception {
        try (McpPipe pipe = open("--offline", "--repo", folder.resolve("two").toString())) {
            JsonNode schema = tool(pipe, "search_code").path("inputSchema");
            assertThat(schema.path("properties").path("repo").path("enum").toString())
                    .isEqualTo("[\"one\",\"two\"]");
            assertThat(schema.path("required").toString()).contains("repo");

            pipe.call("a", "search_code", "{\"question\":\"where is the delay\",\"repo\":\"two\"}");
            assertThat(pipe.result("a")
                            .path("structuredContent")
                            .path("places")
                            .path(0)
                            .path("path")
                            .asText())
                    .isEqualTo("src/Budget.java");
            pipe.call("b", "search_code", "{\"question\":\"where is the delay\"}");
            assertThat(text(pipe.result("b"))).isEqualTo("repo is missing; it is one of one, two");
        }
    }

    private static String text(JsonNode result) {
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isTrue();
        return result.path("content").path(0).path("text").asText();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                      | question is empty; say what to find
            {"question":" "}                        | question is empty; say what to find
            {"question":7}                          | question is a string, not a number
            {"question":"x","budget":1}             | arguments: "budget" is not one of budgetUsd, deadline, maxResults, offline, path, question, repo
            {"question":"x","budgetUsd":-1}         | budgetUsd: "-1" is not an amount of USD above 0 and up to 10000, such as 0.25
            {"question":"x","budgetUsd":"NaN"}      | budgetUsd: "NaN" is not an amount of USD above 0 and up to 10000, such as 0.25
            {"question":"x","budgetUsd":1e9999}     | budgetUsd: "1E+9999" is not an amount of USD above 0 and up to 10000, such as 0.25
            {"question":"x","budgetUsd":[]}         | budgetUsd is a number, not an array
            {"question":"x","budgetUsd":0.26}       | budgetUsd: "0.26" is not within what one call may ask for, $0.25
            {"question":"x","offline":"yes"}        | offline is true or false, not a string
            {"question":"x","maxResults":101}       | maxResults: "101" is not a whole number from 1 to 100
            {"question":"x","maxResults":1.5}       | maxResults: "1.5" is not a whole number from 1 to 100
            {"question":"x","deadline":"soon"}      | deadline: "soon" is not a time above 0 and up to 24h, such as 90s or 5m
            {"question":"x","deadline":"51s"}       | deadline: "51s" is not within what one call may ask for, 50s
            {"question":"x","repo":"../two"}        | repo: "../two" is not a repository of this server, which are one
            {"question":"x","repo":"a\\u001b[2Jb"}  | repo: "a?[2Jb" is not a repository of this server, which are one
            """)
    void badArguments_areErrorsOfTheTool_inPlainWords(String arguments, String message) throws Exception {
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", arguments);

            assertThat(text(pipe.result("a"))).isEqualTo(message);
        }
    }

    @Test
    void hugeQuestion_isRefused() throws Exception {
        try (McpPipe pipe = open()) {
            pipe.call("a", "search_code", "{\"question\":\"%s\"}".formatted("x".repeat(8_001)));

            assertThat(text(pipe.result("a"))).isEqualTo("question has 8001 characters; at most 8000 are allowed");
        }
    }

    @Test
    void path_thatLeadsOutside_findsNothingThere() throws Exception {
        try (McpPipe pipe = open("--offline")) {
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\",\"path\":\"../\"}");
            assertThat(pipe.result("a").path("structuredContent").path("status").asText())
                    .isEqualTo("nothing_found");

            pipe.call("b", "search_code", "{\"question\":\"where is the delay\",\"repo\":\"%s\"}".formatted(folder));
            assertThat(text(pipe.result("b"))).contains("is not a repository of this server");
        }
    }

    @Test
    void folderThatBecameALink_isNotSearched() throws Exception {
        try (McpPipe pipe = open("--offline")) {
            Files.move(folder.resolve("one"), folder.resolve("old"));
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\"}");
            assertThat(text(pipe.result("a"))).isEqualTo("the folder of this repository is not there any more");

            Files.createSymbolicLink(folder.resolve("one"), folder.resolve("two"));
            pipe.call("b", "search_code", "{\"question\":\"where is the delay\"}");
            assertThat(text(pipe.result("b"))).isEqualTo("the folder of this repository is not there any more");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hello                                                                            | -32700 | a line is not a JSON object
            [1]                                                                              | -32700 | a line is not a JSON object
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":NaN}}             | -32700 | a line is not a JSON object
            {"jsonrpc":"2.0"}                                                                | -32600 | a line is no message of JSON-RPC 2.0 whose id is a string or a whole number
            {"jsonrpc":"2.0","id":null,"method":"ping"}                                      | -32600 | a line is no message of JSON-RPC 2.0 whose id is a string or a whole number
            {"jsonrpc":"2.0","id":{},"method":"ping"}                                        | -32600 | a line is no message of JSON-RPC 2.0 whose id is a string or a whole number
            {"jsonrpc":"2.0","id":1,"method":"no/such"}                                      | -32601 | there is no such method
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":[7]}                      | -32602 | the parameters cannot be used
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":[7]}                      | -32602 | tools/call needs the name of a tool
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}            | -32602 | there is no such tool; there are search_code, preview_search
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_code","arguments":7}} | -32602 | the arguments of tools/call are an object
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_code","_meta":7}}     | -32602 | the parameters cannot be used
            """)
    void faultOfTheProtocol_isAnErrorOfIt_andTheServerGoesOn(String line, int code, String message) throws Exception {
        try (McpPipe pipe = open()) {
            pipe.send(line);

            JsonNode error = pipe.next().path("error");
            assertThat(error.path("code").asInt()).isEqualTo(code);
            assertThat(error.path("message").asText()).isEqualTo(message);
            assertThat(error.has("data")).isFalse();
            pipe.send("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}");
            assertThat(pipe.result("p").isObject()).isTrue();
        }
    }

    @Test
    void lineBeyondTheLimit_isReadOver() throws Exception {
        try (McpPipe pipe = open()) {
            pipe.send("x".repeat(1_048_577));
            assertThat(pipe.next().path("error").path("message").asText())
                    .isEqualTo("a line has more than 1048576 characters; it was not read");

            pipe.send("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}");
            assertThat(pipe.result("p").isObject()).isTrue();
        }
    }

    @Test
    void requestBeforeTheGreeting_isRefused() throws Exception {
        try (var pipe = new McpPipe(Map.of(), "--repo", folder.resolve("one").toString())) {
            pipe.send("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/list\"}");

            assertThat(pipe.answer("a").path("error").path("message").asText())
                    .isEqualTo("send initialize and notifications/initialized first");
            pipe.greeted();
        }
    }

    @Test
    void requestsThatAreAllThereWhenInputEnds_areAnswered() throws Exception {
        var pipe = new McpPipe(Map.of(), "--repo", folder.resolve("one").toString());
        pipe.send(McpPipe.INITIALIZE);
        pipe.send(McpPipe.INITIALIZED);
        pipe.send("{\"jsonrpc\":\"2.0\",\"id\":\"l\",\"method\":\"tools/list\"}");

        assertThat(pipe.end()).isZero();
        assertThat(pipe.rest()).extracting(each -> each.path("id").asText()).containsExactly("hello", "l");
    }

    @Test
    void progress_isToldToThoseWhoAsk() throws Exception {
        try (McpPipe pipe = open("--offline")) {
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\"}");
            var told = new ArrayList<String>();
            JsonNode message = pipe.next();
            while (message.has("method")) {
                assertThat(message.path("params").path("progressToken").asText())
                        .isEqualTo("a");
                assertThat(message.path("params").path("progress").asInt()).isEqualTo(told.size() + 1);
                told.add(message.path("params").path("message").asText());
                message = pipe.next();
            }
            assertThat(told)
                    .startsWith("read 1 files", "planning")
                    .endsWith("merging")
                    .anyMatch(line -> line.startsWith("subtask 4 of 4: "));

            pipe.send(
                    "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"tools/call\",\"params\":{\"name\":\"search_code\",\"arguments\":{\"question\":\"where is the delay\"}}}");
            assertThat(pipe.next().path("id").asText()).isEqualTo("b");
        }
    }

    @Test
    void secretsAndLinks_stayOut() throws Exception {
        new Tree(folder.resolve("one")).file(".env", "DELAY_TOKEN=delay\n");
        Files.createSymbolicLink(folder.resolve("one/src/link.txt"), folder.resolve("outside.txt"));
        try (McpPipe pipe = open("--offline")) {
            pipe.call("a", "search_code", "{\"question\":\"delay\",\"maxResults\":100}");

            assertThat(pipe.result("a").path("structuredContent").path("places").findValuesAsText("path"))
                    .containsExactly("src/Backoff.java");
        }
    }

    /** A line of two thousand signs that JSON writes as six each, sixty times for each place, and twice in an answer. */
    @Test
    void answer_hasABound_whateverTheCodeIs() throws Exception {
        var tree = new Tree(folder.resolve("one"));
        for (int i = 0; i < 20; i++) {
            tree.file(
                    "src/A" + i + ".java",
                    "class A%d {\n%s}\n".formatted(i, ("// delay " + "\u0001".repeat(1_900) + "\n").repeat(70)));
        }
        try (McpPipe pipe = open("--offline")) {
            pipe.call("a", "search_code", "{\"question\":\"where is the delay\",\"maxResults\":100}");

            JsonNode answer = pipe.result("a");

            assertThat(answer.toString()).hasSizeLessThan(600_000);
            JsonNode content = answer.path("structuredContent");
            assertThat(content.path("notes").path(0).asText())
                    .matches(
                            "\\d+ texts are cut and \\d+ places left out: an answer has at most 262144 characters of them;"
                                    + " ask with a smaller maxResults, or read the files");
            assertThat(content.path("places").findValuesAsText("text")).anyMatch(text -> text.endsWith("\n… [cut]"));
            assertThat(answer.path("content").path(0).path("text").asText()).contains("… [cut]");
        }
    }

    @Test
    void folderThatIsNotThere_isStatus2_andNothingIsPrinted() throws Exception {
        var pipe = new McpPipe(Map.of(), "--repo", folder.resolve("gone").toString());

        assertThat(pipe.end()).isEqualTo(2);
        assertThat(pipe.rest()).isEmpty();
        assertThat(pipe.err()).contains("does not exist");
    }
}
