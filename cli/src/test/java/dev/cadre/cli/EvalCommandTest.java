// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackGate;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.price.ModelCatalog;
import dev.cadre.task.RunClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xml.sax.InputSource;

/** {@code cadre eval}: the real SDK against a server on loopback. */
class EvalCommandTest {
    private static final Path QUESTIONS =
            Path.of("").toAbsolutePath().getParent().resolve("docs/bank-questions.jsonl");
    private static final String KEY = "sk-canary-0123456789abcdef";
    /** 100 in and 10 out: 32.5 millionths of a dollar on nano, 120 on mini, 400 on the flagship. */
    private static final TokenUsage USED = TokenUsage.of(100, 10);

    private static final long NANO = 32_500_000;
    private static final long MINI = 120_000_000;
    private static final String SCHEMA = """
            {"type":"object","properties":{"sum":{"type":"number"},"tags":{"type":"array","items":{"type":"string"}}},
             "required":["sum","tags"],"additionalProperties":false}""";

    @TempDir
    Path folder;

    private final LoopbackOpenAi server = LoopbackOpenAi.start();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> topics = new HashMap<>();
    private RunClock clock = RunClock.SYSTEM;

    /** Waiting for a batch takes no time on it. */
    private static final class NoWait implements RunClock {
        private final Runnable onWait;
        private long now;

        NoWait(Runnable onWait) {
            this.onWait = onWait;
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            onWait.run();
            now = untilNanos;
            return queue.poll();
        }
    }

    @BeforeEach
    void read() throws Exception {
        environment.put("OPENAI_API_KEY", KEY);
        environment.put("OPENAI_BASE_URL", server.baseUrl());
        var mapper = new ObjectMapper();
        for (String line : Files.readAllLines(QUESTIONS)) {
            JsonNode row = mapper.readTree(line);
            topics.put(row.path("text").asText(), row.path("topic").asText());
        }
    }

    @AfterEach
    void noKeyIsAnywhere_andTheServerStops() {
        server.close();
        assertThat(printed() + told()).doesNotContain("canary");
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private JsonNode document() throws Exception {
        assertThat(printed().lines()).hasSize(1);
        return new ObjectMapper().readTree(printed());
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private int eval(Path input, String... options) {
        out.reset();
        err.reset();
        var terminal = new Terminal(stream(out), stream(err), false, false, false);
        var arguments = new ArrayList<>(List.of("eval", "--input", input.toString()));
        arguments.addAll(List.of(options));
        return new Cadre(
                        terminal,
                        InstantSource.fixed(Instant.EPOCH),
                        clock,
                        new ByteArrayInputStream(new byte[0]),
                        environment)
                .run(arguments.toArray(String[]::new));
    }

    private Path file(String... lines) throws Exception {
        return Files.writeString(folder.resolve("labelled.jsonl"), String.join("\n", lines) + "\n");
    }

    private Path schema() throws Exception {
        return Files.writeString(folder.resolve("schema.json"), SCHEMA);
    }

    private static LoopbackReply answer(String json) {
        return LoopbackReply.text(json).usage(USED);
    }

    private static LoopbackReply label(String label) {
        return answer("{\"label\":\"" + label + "\"}");
    }

    private static boolean isNano(LoopbackRequest request) {
        return request.model().endsWith("nano");
    }

    /** Nano takes every question about exchange for one about fees; the others know all. */
    private void bank() {
        topics.forEach((text, topic) -> {
            if (topic.equals("exchange")) {
                server.on(request -> isNano(request) && request.inputText().contains(text))
                        .replies(label("fees"));
            }
            server.on(request -> request.inputText().contains(text)).replies(label(topic));
        });
    }

    @Test
    void recommendation_isTheCheapestTierThatIsEnough() throws Exception {
        bank();

        assertThat(eval(QUESTIONS, "--expect", "topic", "--require", "0.65", "--tiers", "nano,mini", "--json"))
                .isZero();
        assertThat(document().at("/recommendation/candidate").asText()).isEqualTo("nano");
    }

    @Test
    void table_beginsWithTheSentence_andFitsTheWidth() {
        bank();

        int status = eval(QUESTIONS, "--expect", "topic", "--require", "0.9", "--tiers", "nano,mini,flagship");

        assertThat(status).isZero();
        assertThat(printed().lines().toList()).allMatch(line -> line.length() <= 80);
        assertThat(printed())
                .startsWith("""
                mini is enough for 90 %: 42 of 42, 100 % (91.6 % to 100 %), $0.00012 an example.

                """)
                .contains("""
                nano: 7 did not pass
                  line 5 ("Q5"): label: expected "exchange", got "fees"
                """)
                .contains("""
                  rows are what was expected, columns what was answered
                     a  b  c  d  e  f   label
                """)
                .contains("""
                  c  .  .  .  7  .  .   exchange
                """)
                .endsWith("""

                $0.0232050 of a budget of $0.25
                """.replace("0.0232050", "0.023205"));
        assertThat(told()).startsWith("cadre: 42 examples on nano, mini, flagship; what is left is expected to cost $");
    }

    @Test
    void document_hasEverything() throws Exception {
        bank();

        int status = eval(QUESTIONS, "--expect", "topic", "--require", "0.95", "--tiers", "nano,mini", "--json");

        assertThat(status).isEqualTo(1);
        JsonNode document = document();
        assertThat(document.path("status").asText()).isEqualTo("not_met");
        assertThat(document.at("/recommendation/kind").asText()).isEqualTo("too_few_examples");
        assertThat(document.at("/recommendation/undecided/0/candidate").asText())
                .isEqualTo("mini");
        assertThat(document.at("/recommendation/undecided/0/moreExamples").asInt())
                .isEqualTo(31);
        assertThat(document.at("/candidates/0").toString())
                .isEqualTo("""
                {"candidate":"nano","models":["gpt-5.4-nano"],"examples":42,"passed":35,"wrong":7,"invalid":0,"refused":0,\
                "missing":0,"rate":0.833333,"lower":0.69396,"upper":0.916841,"fields":{},"picoUsd":1365000000,\
                "picoUsdPerExample":32500000,"picoUsdPerPassed":39000000,"millis":%d,"session":42,"stop":"end_of_input"}""".formatted(document.at("/candidates/0/millis").asLong()));
        assertThat(document.at("/comparisons/0").toString()).isEqualTo("""
                {"first":"nano","second":"mini","examples":42,"onlyFirst":0,"onlySecond":7,"pValue":0.015625}""");
        assertThat(document.at("/confusion/0/values/2").asText()).isEqualTo("exchange");
        assertThat(document.at("/confusion/0/counts/2").toString()).isEqualTo("[0,0,0,7,0,0]");
        assertThat(document.path("disagreements")).hasSize(7);
        assertThat(document.at("/disagreements/0").toString()).isEqualTo("""
                {"candidate":"nano","example":"line 5 (\\"Q5\\")","kind":"wrong","expected":{"label":"exchange"},\
                "answer":{"label":"fees"},"why":"label: expected \\"exchange\\", got \\"fees\\""}""");
        assertThat(document.at("/cost/picoUsd").asLong()).isEqualTo(42 * (NANO + MINI));
        assertThat(server.cost(ModelCatalog.standard()).picoUsd()).isEqualTo(42 * (NANO + MINI));
    }

    @Test
    void answer_isNeverShownToAModel() {
        bank();

        eval(QUESTIONS, "--expect", "topic", "--tiers", "nano");

        assertThat(server.requests()).hasSize(42).allSatisfy(request -> {
            assertThat(request.inputText()).doesNotContain("topic");
            assertThat(request.body())
                    .contains("\"enum\":[\"account\",\"card\",\"exchange\",\"fees\",\"loan\",\"transfer\"]");
        });
    }

    @Test
    void withoutARequirement_aWholeEvalIsComplete() {
        bank();

        assertThat(eval(QUESTIONS, "--expect", "topic", "--tiers", "nano,mini")).isZero();
        assertThat(printed())
                .startsWith("nano: 35 of 42, 83.3 % (69.4 % to 91.7 %); mini: 42 of 42, 100 % (91.6 % to\n  100 %).\n");
    }

    @Test
    void cascade_isACandidate() throws Exception {
        server.on(EvalCommandTest::isNano).replies(answer("{\"label\":\"cards\"}"));
        server.onAny().replies(label("card"));
        Path input = file("{\"text\":\"a\",\"topic\":\"card\"}", "{\"text\":\"b\",\"topic\":\"loan\"}");

        assertThat(eval(input, "--expect", "topic", "--tiers", "nano,nano..mini", "--json"))
                .isZero();

        assertThat(document().at("/candidates/0/invalid").asInt()).isEqualTo(2);
        assertThat(document().at("/candidates/1/candidate").asText()).isEqualTo("nano..mini");
        assertThat(document().at("/candidates/1/passed").asInt()).isEqualTo(1);
    }

    @Test
    void schema_isComparedFieldByField() throws Exception {
        server.onAny().replies(answer("{\"sum\":10.004,\"tags\":[\"b\",\"a\"]}"));
        Path input = file(
                "{\"text\":\"x\",\"answer\":{\"sum\":10,\"tags\":[\"a\",\"b\"]}}",
                "{\"text\":\"y\",\"answer\":{\"sum\":12,\"tags\":[\"a\",\"b\"],\"more\":1}}");

        assertThat(eval(
                        input,
                        "--expect",
                        "answer",
                        "--schema",
                        schema().toString(),
                        "--tiers",
                        "nano",
                        "--score",
                        "sum=0.01,tags=set",
                        "--json"))
                .isZero();

        assertThat(document().at("/candidates/0/passed").asInt()).isEqualTo(1);
        assertThat(document().at("/candidates/0/fields/tags/passed").asInt()).isEqualTo(2);
        assertThat(document().at("/candidates/0/fields/sum/passed").asInt()).isEqualTo(1);
        assertThat(document().at("/disagreements/0/why").asText()).isEqualTo("sum: expected 12, got 10.004");
    }

    @Test
    void fieldOfTheSchema_isComparedAlone() throws Exception {
        server.onAny().replies(answer("{\"sum\":10.004,\"tags\":[]}"));
        Path input = file("{\"text\":\"x\",\"sum\":10}");

        eval(input, "--expect", "sum", "--schema", schema().toString(), "--tiers", "nano", "--score", "0.01", "--json");

        assertThat(document().at("/candidates/0/passed").asInt()).isEqualTo(1);
    }

    @Test
    void journal_goesOn_andPaysForNothingTwice() throws Exception {
        bank();
        String journal = folder.resolve("eval.journal").toString();
        var lines = Files.readAllLines(QUESTIONS);
        Path input = file(lines.subList(0, 30).toArray(String[]::new));
        eval(
                input,
                "--expect",
                "topic",
                "--labels",
                "card,account,transfer,loan,exchange,fees",
                "--tiers",
                "nano",
                "--journal",
                journal);
        assertThat(server.requests()).hasSize(30);

        file(lines.toArray(String[]::new));
        eval(
                input,
                "--expect",
                "topic",
                "--labels",
                "card,account,transfer,loan,exchange,fees",
                "--tiers",
                "nano,mini",
                "--journal",
                journal,
                "--json");

        assertThat(server.requests()).hasSize(84);
        assertThat(document().at("/candidates/0/session").asInt()).isEqualTo(12);
        assertThat(document().at("/candidates/0/picoUsd").asLong()).isEqualTo(42 * NANO);
    }

    @Test
    void budget_thatEnds_isPartialAndSaysWhatIsMissing() throws Exception {
        bank();

        int status = eval(
                QUESTIONS,
                "--expect",
                "topic",
                "--require",
                "0.9",
                "--tiers",
                "nano,mini",
                "--budget",
                "0.003",
                "--json");

        assertThat(status).isEqualTo(3);
        assertThat(document().path("status").asText()).isEqualTo("partial");
        assertThat(document().at("/missing/0").asText())
                .startsWith("mini: ")
                .contains(" of 42 examples have no verdict: ");
        assertThat(server.cost(ModelCatalog.standard()).picoUsd()).isLessThanOrEqualTo(3_000_000_000L);
    }

    @Test
    void budget_forNothing_isFailed() throws Exception {
        assertThat(eval(QUESTIONS, "--expect", "topic", "--budget", "0.0000001", "--json"))
                .isEqualTo(4);
        assertThat(document().at("/error/kind").asText()).isEqualTo("budget_too_small");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void badKey_isFailed() throws Exception {
        server.onAny()
                .replies(LoopbackReply.error(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY));

        assertThat(eval(QUESTIONS, "--expect", "topic", "--json")).isEqualTo(4);
        assertThat(document().at("/error/kind").asText()).isEqualTo("paused");
        assertThat(document().path("missing")).hasSize(3);
    }

    @Test
    void batches_costHalf() throws Exception {
        bank();
        clock = new NoWait(() -> {});
        String journal = folder.resolve("eval.journal").toString();

        int status = eval(
                QUESTIONS,
                "--expect",
                "topic",
                "--tiers",
                "nano,mini",
                "--lane",
                "batch",
                "--journal",
                journal,
                "--json");

        assertThat(status).isZero();
        assertThat(document().at("/cost/picoUsd").asLong()).isEqualTo(42 * (NANO + MINI) / 2);
        assertThat(server.batches()).hasSize(2);
    }

    @Test
    void cascadeInBatches_isRefusedBeforeAnythingIsSent() {
        bank();
        clock = new NoWait(() -> {});
        String journal = folder.resolve("eval.journal").toString();

        int status = eval(
                QUESTIONS, "--expect", "topic", "--tiers", "nano,nano..mini", "--lane", "batch", "--journal", journal);

        assertThat(status).isEqualTo(2);
        assertThat(told())
                .isEqualTo("cadre: --tiers: \"nano,nano..mini\" is not for the batch lane, which takes no cascade\n");
        assertThat(server.batches()).isEmpty();
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void batchUnderWay_isCollectedByThisLaneOnly() throws Exception {
        bank();
        clock = new NoWait(() -> {});
        String journal = folder.resolve("eval.journal").toString();
        server.holdingBatches();
        var interrupted = new FutureTask<>(
                () -> eval(QUESTIONS, "--expect", "topic", "--tiers", "nano", "--lane", "batch", "--journal", journal));
        Thread thread = Thread.ofPlatform().start(interrupted);
        while (server.batches().isEmpty()) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertThat(interrupted.get()).isEqualTo(130);

        assertThat(eval(QUESTIONS, "--expect", "topic", "--tiers", "mini,nano", "--journal", journal))
                .isEqualTo(2);
        assertThat(told())
                .isEqualTo(
                        "cadre: examples of 'label' are under way in batches on nano: finish them with the batch lane\n");
        assertThat(server.requests()).noneMatch(request -> request.path().startsWith("/v1/responses"));
        clock = new NoWait(server::advanceBatches);
        assertThat(eval(
                        QUESTIONS,
                        "--expect",
                        "topic",
                        "--tiers",
                        "nano",
                        "--lane",
                        "batch",
                        "--journal",
                        journal,
                        "--json"))
                .isZero();
        assertThat(document().at("/cost/picoUsd").asLong()).isEqualTo(42 * NANO / 2);
        assertThat(server.cost(ModelCatalog.standard()).picoUsd()).isEqualTo(42 * NANO / 2);
    }

    @Test
    void interrupt_leavesAJournalThatGoesOn() throws Exception {
        var gate = new LoopbackGate();
        String journal = folder.resolve("eval.journal").toString();
        server.on(request -> !isNano(request)).replies(label("card").heldBy(gate));
        bank();
        var run = new FutureTask<>(
                () -> eval(QUESTIONS, "--expect", "topic", "--tiers", "nano,mini", "--journal", journal, "--json"));
        var thread = new Thread(run);
        thread.start();
        while (server.requests().size() < 43) {
            Thread.onSpinWait();
        }
        thread.interrupt();

        assertThat(run.get(30, TimeUnit.SECONDS)).isEqualTo(130);
        assertThat(document().at("/error/message").asText())
                .isEqualTo("interrupted; the same command goes on from here");
        gate.open();
        assertThat(eval(QUESTIONS, "--expect", "topic", "--tiers", "nano", "--journal", journal, "--json"))
                .isZero();
        assertThat(document().at("/candidates/0/session").asInt()).isZero();
        assertThat(document().at("/candidates/0/examples").asInt()).isEqualTo(42);
    }

    @Test
    void page_hasTheSame() throws Exception {
        bank();
        Path page = folder.resolve("page.html");

        eval(QUESTIONS, "--expect", "topic", "--require", "0.9", "--tiers", "nano,mini", "--report", page.toString());

        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .contains("<h1>mini is enough for 90 %: 42 of 42")
                .contains("nano: 7 did not pass")
                .contains("Which rate did you use for my purchase in Oslo?");
    }

    @Test
    void page_showsHostileTextAsText() throws Exception {
        server.onAny().replies(label("loan"));
        Path page = folder.resolve("page.html");
        Path input = file(
                "{\"text\":\"</td><script>alert(1)</script>\u202e\",\"topic\":\"card\"}",
                "{\"text\":\"b\",\"topic\":\"loan\"}");

        eval(input, "--expect", "topic", "--tiers", "nano,mini", "--report", page.toString());

        String html = Files.readString(page);
        assertThat(html).contains("&lt;script").doesNotContain("<script>alert", "\u202e");
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replaceFirst("<!DOCTYPE html>", ""))));
        assertThat(printed().lines()).allMatch(line -> line.length() <= 80);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"text\":\"a\"}|line 1: it has no field \"topic\", only text",
                "\"a\"|line 1: expected an object with the field \"topic\", got a string",
                "{\"topic\":\"card\"}|line 1: it has nothing but \"topic\"",
                "{\"text\":\"a\",\"topic\":\"crd\"}|line 1: \"topic\" is \"crd\", which is no answer: $.label: \"crd\" is not one of card, loan",
                "{\"text\":\"a\",\"topic\":3}|line 1: \"topic\" is 3, which is no answer: $.label: expected a string, got a number",
                "{\"text\":|line 1: it is not JSON: Unexpected end-of-input within/between Object entries at column 9",
            })
    void badLine_isNamedWithItsValue(String line, String says) throws Exception {
        assertThat(eval(file(line), "--expect", "topic", "--labels", "card,loan"))
                .isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: --input: \"%s\": %s\n".formatted(folder.resolve("labelled.jsonl"), says));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void badLines_areCounted_andTwinsAreNamed() throws Exception {
        Path input = file(
                "{\"text\":\"a\",\"topic\":\"card\"}",
                "",
                "{\"text\":\"a\",\"topic\":\"loan\"}",
                "{\"id\":1,\"text\":\"b\",\"topic\":\"loan\"}",
                "{\"id\":1,\"text\":\"c\",\"topic\":\"loan\"}",
                "[]",
                "7");

        assertThat(eval(input, "--expect", "topic", "--json")).isEqualTo(2);
        assertThat(document().at("/error/kind").asText()).isEqualTo("bad_input");
        assertThat(told())
                .contains(
                        "line 3: it asks the same as line 1; line 5: an item before it has the same id; line 6: expected"
                                + " an object or a string, got an array; and 1 more");
    }

    @Test
    void answersThatAreNoLabels_askForASchema() throws Exception {
        assertThat(eval(file("{\"text\":\"a\",\"topic\":{\"x\":1}}"), "--expect", "topic"))
                .isEqualTo(2);
        assertThat(told()).contains("line 1: \"topic\" is an object, and no label: give a --schema of the answers");
        assertThat(eval(file("{\"text\":\"a\",\"topic\":\"card\"}"), "--expect", "topic"))
                .isEqualTo(2);
        assertThat(told()).contains("--expect: there must be at least two labels");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--tiers=nano,big|--tiers: \"big\" is not one of nano, mini, flagship",
                "--tiers=mini..nano|--tiers: \"mini..nano\" is not a cascade: it ascends, as nano..mini does",
                "--tiers=nano,nano|--tiers: \"nano\" comes twice",
                "--require=95|--require: \"95\" is not a rate above 0 and below 1, such as 0.95",
                "--require=1.0|--require: \"1.0\" is not a rate above 0 and below 1, such as 0.95",
                "--require=0.0|--require: \"0.0\" is not a rate above 0 and below 1, such as 0.95",
                "--score=set|--score: \"set\" is not for labels, which are compared exactly",
                "--lane=batch|--lane batch needs a --journal, because a batch outlives the process",
                "--report=/no/such/folder/x.html|--report: \"/no/such/folder/x.html\" is no file in a folder that exists",
            })
    void badOption_isRefused(String option, String says) {
        assertThat(eval(QUESTIONS, "--expect", "topic", option)).isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: " + says + "\n");
    }

    @Test
    void badScore_isRefused() throws Exception {
        Path input = file("{\"text\":\"x\",\"answer\":{\"sum\":10,\"tags\":[]}}");
        for (var bad : Map.of(
                        "total=1", "--score: \"total\" is not a field of the schema: sum, tags",
                        "sum=1,sum=2", "--score: \"sum=1,sum=2\" is not one way for each field: \"sum\" comes twice",
                        "near",
                                "--score: \"near\" is not exact, set, a difference such as 0.01, or those for fields: sum=0.01,tags=set")
                .entrySet()) {
            assertThat(eval(input, "--expect", "answer", "--schema", schema().toString(), "--score", bad.getKey()))
                    .isEqualTo(2);
            assertThat(told()).isEqualTo("cadre: " + bad.getValue() + "\n");
        }
    }

    @Test
    void withoutAKey_nothingIsDone() throws Exception {
        environment.remove("OPENAI_API_KEY");

        assertThat(eval(QUESTIONS, "--expect", "topic", "--json")).isEqualTo(2);
        assertThat(document().at("/error/kind").asText()).isEqualTo("bad_configuration");
    }

    @Test
    void progress_countsExamplesOfEachCandidate() {
        bank();

        eval(QUESTIONS, "--expect", "topic", "--tiers", "nano,mini", "--progress", "jsonl");

        assertThat(told().lines().filter(line -> line.contains("\"candidate\":\"mini\"")))
                .hasSize(42)
                .last()
                .isEqualTo("{\"event\":\"example\",\"candidate\":\"mini\",\"succeeded\":true,\"ended\":42}");
    }
}
