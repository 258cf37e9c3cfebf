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
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cadre bulk}: the real SDK against a server on loopback. */
class BulkCommandTest {
    private static final String KEY = "sk-canary-0123456789abcdef";
    /** 100 in and 10 out on nano: 20 + 12.5 millionths of a dollar. */
    private static final TokenUsage USED = TokenUsage.of(100, 10);

    private static final long ITEM = 32_500_000;
    private static final String SCHEMA = """
            {"type":"object","properties":{"severity":{"type":"integer","minimum":1},"topic":{"type":["string","null"]}},
             "required":["severity","topic"],"additionalProperties":false}""";

    @TempDir
    Path folder;

    private final LoopbackOpenAi server = LoopbackOpenAi.start();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private RunClock clock = RunClock.SYSTEM;
    private String standardInput = "";
    private boolean isOutTerminal;
    private volatile String interruptAt = "";

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
    void write() throws Exception {
        environment.put("OPENAI_API_KEY", KEY);
        environment.put("OPENAI_BASE_URL", server.baseUrl());
        input("{\"id\":\"T1\",\"text\":\"it breaks\"}", "{\"id\":\"T2\",\"text\":\"make it blue\"}", "\"it hangs\"");
    }

    @AfterEach
    void noKeyIsAnywhere_andTheServerStops() throws Exception {
        server.close();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).doesNotContain("canary");
            }
        }
        assertThat(printed() + told()).doesNotContain("canary");
    }

    private void input(String... lines) throws Exception {
        Files.writeString(folder.resolve("items.jsonl"), String.join("\n", lines) + "\n");
    }

    private int bulk(String... options) {
        out.reset();
        err.reset();
        var terminal =
                new Terminal(stream(out), stream(interrupting(Thread.currentThread())), isOutTerminal, false, false);
        var in = new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8));
        var arguments = new ArrayList<>(List.of("bulk"));
        if (!List.of(options).contains("--input")) {
            arguments.addAll(List.of("--input", folder.resolve("items.jsonl").toString()));
        }
        if (!List.of(options).contains("--output")) {
            arguments.addAll(List.of("--output", output().toString()));
        }
        arguments.addAll(List.of(options));
        return new Cadre(terminal, InstantSource.fixed(Instant.EPOCH), clock, in, environment)
                .run(arguments.toArray(String[]::new));
    }

    /** What is told, and an interrupt once that has the text that is waited for. */
    private OutputStream interrupting(Thread command) {
        return new FilterOutputStream(err) {
            @Override
            public void flush() {
                if (!interruptAt.isEmpty() && told().contains(interruptAt)) {
                    interruptAt = "";
                    command.interrupt();
                }
            }
        };
    }

    private static PrintStream stream(OutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private Path output() {
        return folder.resolve("results.jsonl");
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

    /** The lines in order of the items. */
    private List<String> results() throws Exception {
        var mapper = new ObjectMapper();
        var byIndex = new TreeMap<Integer, String>();
        for (String line : Files.readAllLines(output())) {
            assertThat(byIndex.put(mapper.readTree(line).path("index").asInt(), line))
                    .as("a second line of an item")
                    .isNull();
        }
        return List.copyOf(byIndex.values());
    }

    private static LoopbackReply label(String label) {
        return LoopbackReply.text("{\"label\":\"" + label + "\"}").usage(USED);
    }

    private void labels() {
        server.on(request -> request.inputText().contains("blue")).replies(label("wish"));
        server.onAny().replies(label("bug"));
    }

    private static String succeeded(int index, int line, String id, String answer, long picoUsd, boolean reused) {
        return "{\"index\":%d,\"line\":%d,\"id\":%s,\"status\":\"succeeded\",%s,\"tier\":\"nano\",\"picoUsd\":%d,\"reused\":%b}"
                .formatted(index, line, id, answer, picoUsd, reused);
    }

    private static String ended(int index, int line, String id, String status, String reason, long picoUsd) {
        return "{\"index\":%d,\"line\":%d,\"id\":%s,\"status\":\"%s\",\"reason\":\"%s\",\"tier\":\"nano\",\"picoUsd\":%d,\"reused\":false}"
                .formatted(index, line, id, status, reason, picoUsd);
    }

    // --- what it brings

    @Test
    void labels_eachItemGetsOne() throws Exception {
        labels();

        assertThat(bulk("--labels", "bug, wish", "--json")).isZero();

        assertThat(results())
                .containsExactly(
                        succeeded(0, 1, "\"T1\"", "\"label\":\"bug\"", ITEM, false),
                        succeeded(1, 2, "\"T2\"", "\"label\":\"wish\"", ITEM, false),
                        succeeded(2, 3, "null", "\"label\":\"bug\"", ITEM, false));
        assertThat(server.requests()).hasSize(3).allSatisfy(request -> {
            assertThat(request.model()).isEqualTo("gpt-5.4-nano");
            assertThat(request.maxOutputTokens()).isEqualTo(260);
            assertThat(request.body()).contains("\"enum\":[\"bug\",\"wish\"]").contains("\"strict\":true");
        });
        assertThat(server.requests())
                .anySatisfy(
                        request -> assertThat(request.inputText()).contains("{\"id\":\"T1\",\"text\":\"it breaks\"}"));
        assertThat(server.cost(ModelCatalog.standard()).picoUsd()).isEqualTo(3 * ITEM);
    }

    @Test
    void pack_putsItemsIntoOneCall_andEachHasItsResult() throws Exception {
        server.onAny()
                .replies(LoopbackReply.text("{\"answers\":[{\"number\":2,\"answer\":{\"label\":\"wish\"}},"
                                + "{\"number\":1,\"answer\":{\"label\":\"bug\"}},"
                                + "{\"number\":3,\"answer\":{\"label\":\"bug\"}}]}")
                        .usage(USED));

        assertThat(bulk("--labels", "bug,wish", "--pack", "3", "--json")).isZero();

        assertThat(results())
                .containsExactly(
                        succeeded(0, 1, "\"T1\"", "\"label\":\"bug\"", ITEM - 2 * (ITEM / 3), false),
                        succeeded(1, 2, "\"T2\"", "\"label\":\"wish\"", ITEM / 3, false),
                        succeeded(2, 3, "null", "\"label\":\"bug\"", ITEM / 3, false));
        assertThat(server.requests()).hasSize(1);
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(ITEM);
    }

    @Test
    void image_ofAColumn_goesWithItsItem_andOneThatCannotBeSentFailsAlone() throws Exception {
        labels();
        Files.write(folder.resolve("a.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n', 1});
        input(
                "{\"id\":\"T1\",\"photo\":\"a.png\"}",
                "{\"id\":\"T2\",\"photo\":\"https://cdn.example.org/b.png\"}",
                "{\"id\":\"T3\",\"photo\":\"../secret.png\"}",
                "{\"id\":\"T4\",\"photo\":\"\"}",
                "{\"id\":\"T5\",\"photo\":\"https://user:sk-proj-012345678901@h ost/\"}");
        environment.put("CADRE_IMAGE_HOSTS", "cdn.example.org, images.example.org");

        assertThat(bulk("--labels", "bug,wish", "--image", "photo", "--image-detail", "low", "--budget", "1"))
                .isEqualTo(3);

        assertThat(results())
                .satisfiesExactly(
                        file -> assertThat(file).contains("succeeded"),
                        address -> assertThat(address).contains("succeeded"),
                        outside -> assertThat(outside)
                                .contains("\"INVALID_INPUT: the picture in 'photo' cannot be sent: it leads out"),
                        none -> assertThat(none).contains("succeeded"),
                        withAKey -> assertThat(withAKey)
                                .contains("\"INVALID_INPUT: the picture in 'photo' cannot be sent: it is no address")
                                .contains("user:[redacted]"));
        assertThat(server.requests())
                .hasSize(3)
                .anyMatch(request -> request.body().contains("data:image/png;base64,iVBORw0KGgoB"))
                .anyMatch(request -> request.body().contains("\"image_url\":\"https://cdn.example.org/b.png\""));
        Files.delete(folder.resolve("a.png"));
    }

    /** A row of thirty bytes may name twenty megabytes: no time is spent on them before the first call. */
    @Test
    void imagesThatAreLarge_arePricedWithoutReadingThem() throws Exception {
        Path picture = folder.resolve("a.png");
        Files.write(picture, new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n', 1});
        String row = "{\"photo\":\"a.png\"}";
        input(row, row, row, row, row);
        pricing();
        long small = pricing();
        try (var large = new RandomAccessFile(picture.toFile(), "rw")) {
            large.setLength(20 << 20);
        }

        assertThat(pricing() - small).as("bytes that were allocated").isLessThan(20 << 20);
        Files.delete(picture);
    }

    private long pricing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getTotalThreadAllocatedBytes();
        assertThat(bulk("--labels", "bug,wish", "--image", "photo", "--budget", "9", "--dry-run"))
                .as(told())
                .isZero();
        return threads.getTotalThreadAllocatedBytes() - before;
    }

    @Test
    void image_atAHostThatNobodyNamed_isNotSent() throws Exception {
        labels();
        input("{\"id\":\"T1\",\"photo\":\"https://cdn.example.org/b.png\"}");

        assertThat(bulk("--labels", "bug,wish", "--image", "photo")).as(told()).isEqualTo(4);

        assertThat(results()).singleElement().asString().contains("failed", "cdn.example.org");
        assertThat(server.requests()).isEmpty();
        environment.put("CADRE_IMAGE_HOSTS", "https://cdn.example.org/");
        assertThat(bulk("--labels", "bug,wish", "--image", "photo")).isEqualTo(2);
        assertThat(told()).contains("CADRE_IMAGE_HOSTS must be names of hosts");
    }

    @Test
    void image_andPack_areRefusedTogether() {
        assertThat(bulk("--labels", "bug,wish", "--image", "photo", "--pack", "2"))
                .isEqualTo(2);

        assertThat(told())
                .isEqualTo(
                        "cadre: --pack: items of subtask type 'label' cannot be packed: it sends pictures or files along\n");
    }

    @Test
    void pack_outOfItsBounds_orInABatch_isRefused() {
        assertThat(bulk("--labels", "bug,wish", "--pack", "101")).isEqualTo(2);
        assertThat(told()).contains("--pack");
        assertThat(bulk("--labels", "bug,wish", "--pack", "2", "--lane", "batch"))
                .isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: --pack 2: each item of a batch is a call of its own\n");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void json_isOneDocument_andThePriceIsSaidBefore() throws Exception {
        labels();

        assertThat(bulk("--labels", "bug,wish", "--json")).isZero();

        String timeless = printed()
                .replace(folder.toString(), "")
                .replaceAll("\"(low|expected|worst)Usd\":\"0\\.[01]\\d+\"", "\"$1Usd\":\"\"");
        assertThat(new ObjectMapper().readTree(timeless)).isEqualTo(new ObjectMapper().readTree("""
                {"schema":1,"status":"complete","mode":"model","lane":"now","tier":"nano","model":"gpt-5.4-nano",
                 "input":"/items.jsonl","output":"/results.jsonl","journal":"/results.jsonl.journal",
                 "items":{"total":3,"succeeded":3,"failed":0,"skipped":0,"reused":0},"stop":"end_of_input","batches":0,
                 "estimate":{"items":3,"lowUsd":"","expectedUsd":"","worstUsd":""},
                 "cost":{"picoUsd":97500000,"usd":"0.0000975","budgetPicoUsd":250000000000,"forfeitedPicoUsd":0,
                   "attempts":3},
                 "allRuns":{"picoUsd":97500000,"usd":"0.0000975"},"leftOut":0,"dryRun":null,
                 "notes":[],"error":null}
                """));
        assertThat(told())
                .matches("cadre: 3 of 3 items left \\(0 on record, 0 malformed\\); expected \\$0\\.00\\d+, at most"
                        + " \\$0\\.1\\d+; budget \\$0\\.25; their text goes to the model provider\n");
        double worst = document().path("estimate").path("worstUsd").asDouble();
        assertThat(worst).isGreaterThan(3 * ITEM / 1e12).isLessThan(0.25);
    }

    @Test
    void text_isOneLine() {
        labels();

        assertThat(bulk("--labels", "bug,wish", "--tier", "mini", "--budget", "1"))
                .isZero();

        // mini: 75 + 45 millionths each
        assertThat(printed())
                .isEqualTo("3 of 3 items succeeded (0 reused), 0 failed, 0 skipped; $0.00036 of a budget of $1.00;"
                        + " results in " + output() + "\n");
        assertThat(server.requests()).extracting(LoopbackRequest::model).containsOnly("gpt-5.4-mini");
    }

    @Test
    void schema_eachItemGetsAnObject_andAnUnfitAnswerFails() throws Exception {
        Path schema = Files.writeString(folder.resolve("schema.json"), SCHEMA);
        server.on(request -> request.inputText().contains("hangs"))
                .replies(LoopbackReply.text("{\"severity\":0,\"topic\":null}").usage(USED));
        server.onAny()
                .replies(LoopbackReply.text("{\"severity\":3,\"topic\":\"ui\"}").usage(USED));

        assertThat(bulk("--schema", schema.toString(), "--prompt", "Rate it.")).isEqualTo(3);

        String answer = "\"value\":{\"severity\":3,\"topic\":\"ui\"}";
        assertThat(results())
                .containsExactly(
                        succeeded(0, 1, "\"T1\"", answer, ITEM, false),
                        succeeded(1, 2, "\"T2\"", answer, ITEM, false),
                        ended(
                                2,
                                3,
                                "null",
                                "failed",
                                "INVALID_OUTPUT: $.severity: 0 is not at least 1",
                                2 * ITEM)); // asked once more
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.instructions()).contains("\nRate it.\n"));
    }

    @Test
    void badLines_failAlone() throws Exception {
        labels();
        input("{\"id\":1,\"text\":\"it breaks\"}", "", "{oops", "{\"id\":1.0,\"text\":\"again\"}", "7", "\"it hangs\"");

        assertThat(bulk("--labels", "bug,wish", "--json")).isEqualTo(3);

        List<String> results = results();
        assertThat(results.get(0)).isEqualTo(succeeded(0, 1, "1", "\"label\":\"bug\"", ITEM, false));
        assertThat(results.get(1))
                .contains("\"line\":3")
                .contains("\"reason\":\"INVALID_INPUT: line 3: it is not JSON: ");
        assertThat(results.get(2))
                .isEqualTo(ended(2, 4, "1.0", "failed", "INVALID_INPUT: line 4: an item before it has the same id", 0));
        assertThat(results.get(3))
                .isEqualTo(ended(
                        3,
                        5,
                        "null",
                        "failed",
                        "INVALID_INPUT: line 5: expected an object or a string, got a number",
                        0));
        assertThat(results.get(4)).isEqualTo(succeeded(4, 6, "null", "\"label\":\"bug\"", ITEM, false));
        assertThat(document().path("items").toString())
                .isEqualTo("{\"total\":5,\"succeeded\":2,\"failed\":3,\"skipped\":0,\"reused\":0}");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void emptyInput_isRefused() throws Exception {
        input("", " ");

        assertThat(bulk("--labels", "bug,wish", "--json")).isEqualTo(2);

        assertThat(told()).isEqualTo("cadre: --input: \"" + folder.resolve("items.jsonl") + "\" is empty\n");
        assertThat(document().path("error").path("kind").asText()).isEqualTo("bad_input");
        assertThat(folder).isDirectoryNotContaining("glob:**.{journal,part}");
        assertThat(output()).doesNotExist();
    }

    @Test
    void headerAlone_isComplete() throws Exception {
        Path table = Files.writeString(folder.resolve("items.csv"), "id,text\n");

        assertThat(bulk("--input", table.toString(), "--labels", "bug,wish", "--json"))
                .isZero();

        assertThat(document().path("items").path("total").asInt()).isZero();
    }

    @Test
    void table_isLabelledRowByRow() throws Exception {
        labels();
        Path table =
                Files.writeString(folder.resolve("items.csv"), "id,text\nT1,it breaks\nT2,\"make it\nblue\"\nT3\n");

        assertThat(bulk("--input", table.toString(), "--labels", "bug,wish")).isEqualTo(3);

        assertThat(results())
                .containsExactly(
                        succeeded(0, 2, "\"T1\"", "\"label\":\"bug\"", ITEM, false),
                        succeeded(1, 3, "\"T2\"", "\"label\":\"wish\"", ITEM, false),
                        ended(2, 5, "null", "failed", "INVALID_INPUT: line 5: it has 1 of 2 columns", 0));
        assertThat(server.requests())
                .anySatisfy(
                        request -> assertThat(request.inputText()).contains("{\"id\":\"T1\",\"text\":\"it breaks\"}"));
    }

    private Path table() throws IOException {
        return Files.writeString(
                folder.resolve("items.csv"), "text,id\nit breaks,T1\n\"make it\nblue\",T2\n=it hangs,T3\nT4\n");
    }

    private List<String> rows(Path file) throws IOException {
        return Stream.of(Files.readString(file)
                        .replace("make it\nblue", "make it blue")
                        .split("\n"))
                .sorted()
                .toList();
    }

    @Test
    void table_asResult_keepsTheColumns_andIsResumedLikeLines() throws Exception {
        server.on(request -> request.inputText().contains("hangs"))
                .replies(LoopbackReply.refusal("no").usage(USED), label("bug"));
        labels();
        Path results = folder.resolve("results.csv");
        String[] command = {
            "--input", table().toString(), "--output", results.toString(), "--labels", "bug,wish", "--parallel", "1"
        };

        assertThat(bulk(command)).isEqualTo(3);

        assertThat(rows(results))
                .containsExactly(
                        "\"make it blue\",T2,3,succeeded,wish,,nano,0.0000325,false",
                        "'=it hangs,T3,5,failed,,\"REFUSED: the model refused: \"\"no\"\"\",nano,0.0000325,false",
                        ",,6,failed,,INVALID_INPUT: line 6: it has 1 of 2 columns,nano,0.00,false",
                        "it breaks,T1,2,succeeded,bug,,nano,0.0000325,false",
                        "text,id,line,status,label,reason,tier,usd,reused");

        assertThat(bulk(command)).isEqualTo(3);
        assertThat(rows(results))
                .contains(
                        "\"make it blue\",T2,3,succeeded,wish,,nano,0.00,true",
                        "'=it hangs,T3,5,succeeded,bug,,nano,0.0000325,false");
        assertThat(server.requests()).hasSize(4);

        Files.writeString(results, "text,id\n");
        assertThat(bulk(command)).isEqualTo(2);
        assertThat(told()).contains("does not hold results of cadre bulk");
    }

    @Test
    void keptInput_standsBesideEachResult() throws Exception {
        labels();

        assertThat(bulk("--labels", "bug,wish", "--keep-input")).isZero();

        assertThat(results().get(0)).endsWith(",\"reused\":false,\"input\":{\"id\":\"T1\",\"text\":\"it breaks\"}}");
        assertThat(results().get(2)).endsWith(",\"input\":\"it hangs\"}");
    }

    @Test
    void deadLetters_canBeInputAgain() throws Exception {
        server.on(request -> request.inputText().contains("hangs"))
                .replies(LoopbackReply.refusal("no").usage(USED), label("bug"));
        labels();
        input(
                "{\"id\":\"T1\",\"text\":\"it breaks\"}",
                "{oops",
                "{\"id\":\"T3\",\"text\":\"it hangs\"}",
                "{\"id\":\"T1\"}");
        Path dead = folder.resolve("dead.jsonl");

        assertThat(bulk("--labels", "bug,wish", "--dead-letters", dead.toString()))
                .isEqualTo(3);

        assertThat(Files.readAllLines(dead))
                .hasSize(3)
                .anyMatch(line -> line.matches(
                        "\\{\"cadre_reason\":\"INVALID_INPUT: line 2: it is not JSON: .*\",\"raw\":\"\\{oops\"}"))
                .contains(
                        "{\"cadre_reason\":\"INVALID_INPUT: line 4: an item before it has the same id\",\"item\":{\"id\":\"T1\"}}",
                        "{\"cadre_reason\":\"REFUSED: the model refused: \\\"no\\\"\",\"item\":{\"id\":\"T3\",\"text\":\"it hangs\"}}");

        Files.writeString(
                dead, Files.readString(dead).replace("\"raw\":\"{oops\"", "\"raw\":\"{}\"")); // mended by hand
        Path again = folder.resolve("again.jsonl");
        assertThat(bulk("--labels", "bug,wish", "--input", dead.toString(), "--output", again.toString()))
                .isZero();
        assertThat(server.requests())
                .anySatisfy(request -> assertThat(request.inputText())
                        .contains("{\"id\":\"T3\",\"text\":\"it hangs\"}")
                        .doesNotContain("cadre_reason"));
    }

    @Test
    void deadLetters_inPlaceOfAnythingElse_areRefused() throws Exception {
        Path diary = Files.writeString(folder.resolve("diary"), "dear diary\n");

        assertThat(bulk("--labels", "bug,wish", "--dead-letters", diary.toString()))
                .isEqualTo(2);

        assertThat(told())
                .isEqualTo("cadre: --dead-letters: \"" + diary + "\" does not hold what failed in a run of cadre bulk;"
                        + " name another file, or replace it with --force\n");
        assertThat(diary).hasContent("dear diary");
    }

    @Test
    void inputThatTurnsOutToBeDamaged_isRefusedBeforeAnyCall() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(("\"it breaks\"" + "\n".repeat(200_000)).getBytes(StandardCharsets.UTF_8));
        }
        Path cut = Files.write(folder.resolve("items.jsonl.gz"), Arrays.copyOf(bytes.toByteArray(), bytes.size() - 9));

        assertThat(bulk("--input", cut.toString(), "--labels", "bug,wish")).isEqualTo(2);

        assertThat(told()).isEqualTo("cadre: --input: \"" + cut + "\" is gzip that is damaged or ends early\n");
        assertThat(server.requests()).isEmpty();
        assertThat(output()).doesNotExist();
        Files.delete(cut); // it is no text
    }

    @Test
    @Timeout(60)
    @DisabledOnOs(OS.WINDOWS)
    void pipe_isReadOnce() throws Exception {
        labels();
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var writer = Thread.ofVirtual().start(() -> {
            try {
                Files.writeString(pipe, "text\nit breaks\nmake it blue\n", StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        int status = bulk("--input", pipe.toString(), "--input-format", "csv", "--labels", "bug,wish");

        writer.join();
        Files.delete(pipe);
        assertThat(status).isZero();
        assertThat(results())
                .containsExactly(
                        succeeded(0, 2, "null", "\"label\":\"bug\"", ITEM, false),
                        succeeded(1, 3, "null", "\"label\":\"wish\"", ITEM, false));
    }

    @Test
    void standardStreams_takeTheInputAndTheResults() {
        labels();
        standardInput = "\"it breaks\"\n\"make it blue\"\n";

        assertThat(bulk("--input", "-", "--output", "-", "--labels", "bug,wish", "--parallel", "1"))
                .isZero();

        assertThat(printed())
                .isEqualTo(succeeded(0, 1, "null", "\"label\":\"bug\"", ITEM, false) + "\n"
                        + succeeded(1, 2, "null", "\"label\":\"wish\"", ITEM, false) + "\n");
        assertThat(told())
                .endsWith("2 of 2 items succeeded (0 reused), 0 failed, 0 skipped; $0.000065 of a budget of $0.25;"
                        + " results in -\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.journal");
    }

    /** What an item or a model writes must not steer the terminal that shows it; a file and a program get it as it is. */
    @ParameterizedTest
    @ValueSource(strings = {"csv", "tsv"})
    void rows_onATerminal_doNotSteerIt(String form) {
        labels();
        standardInput = "{\"id\":\"a\\u001b]0;PWN\\u0007\\u202e\\u009b\\r\\nb\",\"text\":\"it breaks\"}\n";
        String[] command = {"--input", "-", "--output", "-", "--output-format", form, "--labels", "bug,wish"};

        assertThat(bulk(command)).isZero();
        assertThat(printed()).contains("a\u001b]0;PWN\u0007\u202e\u009b\r\nb");

        isOutTerminal = true;
        assertThat(bulk(command)).isZero();
        assertThat(printed())
                .contains("a?]0;PWN???\nb")
                .doesNotContain("\u001b", "\u0007", "\u202e", "\u009b", "\r")
                .contains(form.equals("csv") ? ",succeeded,bug," : "\tsucceeded\tbug\t");
    }

    @Test
    void progress_jsonl_isOneObjectALine() throws Exception {
        labels();

        assertThat(bulk("--labels", "bug,wish", "--progress", "jsonl")).isZero();

        var events = new ArrayList<String>();
        for (String line : told().lines().toList()) {
            events.add(new ObjectMapper().readTree(line).path("event").asText());
        }
        assertThat(events).containsExactly("starting", "item", "item", "item");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "jsonl"})
    @Timeout(60)
    void longWait_isToldWithItsEnd(String form) {
        server.onAny()
                .replies(LoopbackReply.error(429, "requests", "rate_limit_exceeded", "Slow.")
                        .header("Retry-After", "1800"));
        interruptAt = "1970-01-01T00:30:00Z"; // told, nothing goes on for half an hour

        assertThat(bulk("--labels", "bug,wish", "--parallel", "1", "--progress", form))
                .isEqualTo(130);

        assertThat(told())
                .contains(
                        form.equals("jsonl")
                                ? "{\"event\":\"waiting\",\"until\":\"1970-01-01T00:30:00Z\",\"because\":\""
                                : "cadre: the provider asks to wait, so no call is made until 1970-01-01T00:30:00Z: ");
    }

    @Test
    void cap_isSentAsGiven_andAnotherIsAnotherTask() throws Exception {
        labels();

        assertThat(bulk("--labels", "bug,wish", "--max-output", "777")).isZero();
        assertThat(server.requests())
                .extracting(LoopbackRequest::maxOutputTokens)
                .containsOnly(777L);

        assertThat(bulk("--labels", "bug,wish", "--max-output", "778")).isEqualTo(2);
        assertThat(told()).contains("holds the results of another task");
        assertThat(bulk("--labels", "bug,wish", "--max-output", "0")).isEqualTo(2);
        assertThat(told()).contains("--max-output: \"0\" is not a whole number from 1 to 1000000");
    }

    @Test
    void unpricedModel_isRefused_byTheNameOfTheVariableThatPricesIt() throws Exception {
        labels();
        environment.put("CADRE_NANO_MODEL", "house-model");

        assertThat(bulk("--labels", "bug,wish")).isEqualTo(2);
        assertThat(told())
                .contains("house-model has no known price, so it is not called; set CADRE_NANO_PRICE to US dollars per"
                        + " million tokens, input/output, such as 0.20/1.25, or 0/0 for a server of your own")
                .doesNotContain("ModelSpec");

        environment.put("CADRE_NANO_PRICE", "0.20/1.25");
        assertThat(bulk("--labels", "bug,wish")).isZero();
    }

    @Test
    void halfOfAzure_isNamed() {
        environment.remove("OPENAI_API_KEY");
        environment.put("AZURE_OPENAI_ENDPOINT", "https://house.openai.azure.com");

        assertThat(bulk("--labels", "bug,wish")).isEqualTo(2);

        assertThat(told())
                .isEqualTo("cadre: OPENAI_API_KEY is not set, and AZURE_OPENAI_ENDPOINT is set without"
                        + " AZURE_OPENAI_API_KEY; cadre bulk does nothing without a model\n");
    }

    // --- the lane of batches

    @Test
    void batch_costsHalf() throws Exception {
        labels();
        clock = new NoWait(() -> {});

        assertThat(bulk("--labels", "bug,wish", "--lane", "batch", "--json")).isZero();

        assertThat(results())
                .containsExactly(
                        succeeded(0, 1, "\"T1\"", "\"label\":\"bug\"", ITEM / 2, false),
                        succeeded(1, 2, "\"T2\"", "\"label\":\"wish\"", ITEM / 2, false),
                        succeeded(2, 3, "null", "\"label\":\"bug\"", ITEM / 2, false));
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(3 * ITEM / 2);
        assertThat(document().path("batches").asInt()).isEqualTo(1);
        assertThat(server.requests()).noneMatch(request -> request.path().startsWith("/v1/responses"));
    }

    @Test
    void batch_underWay_isCollectedByTheNextRunAndByThisLaneOnly() throws Exception {
        labels();
        clock = new NoWait(() -> {});
        server.holdingBatches();
        var interrupted = new FutureTask<>(() -> bulk("--labels", "bug,wish", "--lane", "batch"));
        Thread thread = Thread.ofPlatform().start(interrupted);
        while (server.batches().isEmpty()) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertThat(interrupted.get()).isEqualTo(130);

        assertThat(bulk("--labels", "bug,wish")).isEqualTo(2);
        assertThat(told())
                .isEqualTo("cadre: --lane now: items are under way in batches; finish them with --lane batch\n");
        clock = new NoWait(server::advanceBatches);
        assertThat(bulk("--labels", "bug,wish", "--lane", "batch", "--json")).isZero();
        assertThat(results()).hasSize(3);
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(3 * ITEM / 2);
        assertThat(server.cost(ModelCatalog.standard()).picoUsd()).isEqualTo(3 * ITEM / 2);
    }

    // --- going on

    @Test
    void again_paysNothing_andTheResultsAreTheSame() throws Exception {
        labels();
        assertThat(bulk("--labels", "bug,wish")).isZero();

        assertThat(bulk("--labels", "bug,wish", "--json")).isZero();

        assertThat(results())
                .containsExactly(
                        succeeded(0, 1, "\"T1\"", "\"label\":\"bug\"", 0, true),
                        succeeded(1, 2, "\"T2\"", "\"label\":\"wish\"", 0, true),
                        succeeded(2, 3, "null", "\"label\":\"bug\"", 0, true));
        assertThat(document().path("cost").path("picoUsd").asLong()).isZero();
        assertThat(document().path("items").path("reused").asInt()).isEqualTo(3);
        assertThat(told())
                .startsWith("cadre: 0 of 3 items left (3 on record, 0 malformed); expected $0.00, at most $0.00;"
                        + " budget $0.25, of which earlier runs spent $0.0000975\n");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void cache_savesItemsOfOtherRuns_andSaysSo(@TempDir Path cache) throws Exception {
        labels();
        assertThat(bulk("--labels", "bug,wish", "--cache", cache.toString())).isZero();
        Files.delete(output());
        Files.delete(output().resolveSibling("results.jsonl.journal"));

        assertThat(bulk("--labels", "bug,wish", "--cache", cache.toString(), "--json"))
                .isZero();

        assertThat(results())
                .contains(
                        succeeded(0, 1, "\"T1\"", "\"label\":\"bug\"", 0, true),
                        succeeded(1, 2, "\"T2\"", "\"label\":\"wish\"", 0, true));
        assertThat(document().path("cost").path("picoUsd").asLong()).isZero();
        assertThat(document().path("notes").toString()).contains("3 items from the cache, which saved $0.0000975");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void items_movedAndAdded_areKnownByTheirIds() throws Exception {
        labels();
        input("{\"id\":\"T1\",\"text\":\"it breaks\"}", "{\"id\":\"T2\",\"text\":\"make it blue\"}");
        assertThat(bulk("--labels", "bug,wish")).isZero();
        input(
                "{\"id\":\"T3\",\"text\":\"it hangs\"}",
                "{\"id\":\"T2\",\"text\":\"make it blue\"}",
                "{\"id\":\"T1\",\"text\":\"it breaks again\"}");

        assertThat(bulk("--labels", "bug,wish")).isZero();

        assertThat(results())
                .containsExactly(
                        succeeded(0, 1, "\"T3\"", "\"label\":\"bug\"", ITEM, false),
                        succeeded(1, 2, "\"T2\"", "\"label\":\"wish\"", 0, true),
                        succeeded(2, 3, "\"T1\"", "\"label\":\"bug\"", ITEM, false)); // its text has changed
    }

    @Test
    void killed_leavesATornLine_andTheNextRunWritesEachItemOnce() throws Exception {
        labels();
        assertThat(bulk("--labels", "bug,wish")).isZero();
        String written = Files.readString(output());
        Files.writeString(output(), written.substring(0, written.length() / 2));
        Files.writeString(output().resolveSibling("results.jsonl.part"), "{\"ind");

        assertThat(bulk("--labels", "bug,wish")).isZero();

        assertThat(results()).hasSize(3).allSatisfy(line -> assertThat(line).contains("\"reused\":true"));
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void interrupted_isStatus130_bookedAndGoneOnWith() throws Exception {
        var gate = new LoopbackGate();
        server.on(request -> request.inputText().contains("hangs"))
                .replies(label("bug").heldBy(gate), label("bug"));
        labels();
        var run = new FutureTask<>(() -> bulk("--labels", "bug,wish", "--json", "--parallel", "1"));
        Thread thread = Thread.ofPlatform().start(run);
        while (server.requests().size() < 3) {
            Thread.onSpinWait();
        }
        assertThat(server.awaitInFlight(1)).isTrue();
        thread.interrupt();

        assertThat(run.get()).isEqualTo(130);
        assertThat(document().path("stop").asText()).isEqualTo("interrupt");
        assertThat(document().path("error").path("kind").asText()).isEqualTo("interrupted");
        assertThat(results()).hasSize(2);
        long forfeited = document().path("cost").path("forfeitedPicoUsd").asLong();
        assertThat(forfeited).isGreaterThan(ITEM);
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(2 * ITEM + forfeited);

        assertThat(bulk("--labels", "bug,wish", "--json")).isZero();
        assertThat(results()).hasSize(3);
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(ITEM);
    }

    @Test
    void dryRun_countsAndPrices_withoutKeyCallOrFile() throws Exception {
        environment.remove("OPENAI_API_KEY");
        Files.writeString(output(), "dear diary\n");
        Path table = table();

        assertThat(bulk("--input", table.toString(), "--labels", "bug,wish", "--dry-run"))
                .isZero();

        assertThat(printed())
                .matches("(?s).*items\\.csv is csv with the columns text, id: 3 items left \\(0 on record, 1 malformed,"
                        + " 0 left out\\)\\nexpected \\$0\\.00\\d+, at most \\$0\\.1\\d+; budget \\$0\\.25\\n"
                        + "the budget covers all of them at the expected cost\\n"
                        + "INVALID_INPUT: line 6: it has 1 of 2 columns\\nnothing was sent\\n");
        assertThat(told()).isEmpty();
        assertThat(output()).hasContent("dear diary");
        assertThat(folder).isDirectoryNotContaining("glob:**.{journal,part,lock}");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void dryRun_knowsWhatIsOnRecord_andWhatTheMoneyReachesFor() throws Exception {
        labels();
        assertThat(bulk("--labels", "bug,wish", "--limit", "1")).isEqualTo(3);
        String before = Files.readString(output());

        assertThat(bulk("--labels", "bug,wish", "--dry-run", "--budget", "0.0001325", "--json"))
                .isZero();

        JsonNode found = document().path("dryRun");
        assertThat(found.path("onRecord").asInt()).isEqualTo(1);
        assertThat(found.path("left").asInt()).isEqualTo(2);
        assertThat(found.path("spentBeforeUsd").asText()).isEqualTo("0.0000325");
        assertThat(found.path("coveredItems").asInt()).isLessThan(2);
        assertThat(document().path("stop").asText()).isEqualTo("dry_run");
        assertThat(output()).hasContent(before);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void limit_leavesOutTheRest_andTheNextRunGoesOn() throws Exception {
        labels();

        assertThat(bulk("--labels", "bug,wish", "--limit", "2", "--json")).isEqualTo(3);
        assertThat(results().get(2)).contains("\"status\":\"skipped\",\"reason\":\"LEFT_OUT: 2 items came before it\"");
        assertThat(document().path("leftOut").asInt()).isEqualTo(1);
        assertThat(told()).contains("2 of 3 items left");
        assertThat(server.requests()).hasSize(2);

        assertThat(bulk("--labels", "bug,wish", "--limit", "2")).isZero(); // the first two that are still open
        assertThat(printed())
                .contains("3 of 3 items succeeded (2 reused), 0 failed, 0 skipped; $0.0000325 ($0.0000975 with earlier"
                        + " runs) of a budget of $0.25;");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void onlyFailed_triesNothingThatNoRunHasSeen() throws Exception {
        server.on(request -> request.inputText().contains("blue"))
                .replies(LoopbackReply.refusal("no").usage(USED), label("wish"));
        labels();
        assertThat(bulk("--labels", "bug,wish", "--limit", "2")).isEqualTo(3);

        assertThat(bulk("--labels", "bug,wish", "--only-failed", "--json")).isEqualTo(3);

        assertThat(results())
                .containsExactly(
                        succeeded(0, 1, "\"T1\"", "\"label\":\"bug\"", 0, true),
                        succeeded(1, 2, "\"T2\"", "\"label\":\"wish\"", ITEM, false),
                        ended(2, 3, "null", "skipped", "LEFT_OUT: it did not fail in an earlier run", 0));
        assertThat(document().path("allRuns").path("picoUsd").asLong()).isEqualTo(3 * ITEM);
        assertThat(server.requests()).hasSize(3);

        assertThat(bulk("--labels", "bug,wish", "--only-failed", "--json")).isEqualTo(3); // nothing is left to try
        assertThat(document().path("error").isNull()).isTrue();
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void onlyFailed_withoutAJournal_isRefused() {
        assertThat(bulk("--labels", "bug,wish", "--only-failed")).isEqualTo(2);
        assertThat(told())
                .isEqualTo("cadre: --only-failed needs the journal of an earlier run, and \"" + output()
                        + ".journal\" does not exist\n");
    }

    @ParameterizedTest
    @CsvSource({"plain,cadre: warning: ", "jsonl,{\"event\":\"warning\""})
    void budget_belowTheExpectedCost_isWarnedOf(String form, String beginning) {
        labels();

        assertThat(bulk("--labels", "bug,wish", "--budget", "0.0001", "--progress", form))
                .isNotEqualTo(2);

        assertThat(told().lines())
                .anyMatch(line -> line.startsWith(beginning)
                        && line.contains("the items that are left are expected to cost $0.00")
                        && line.contains(", and $0.0001 of the budget is left: about 0 of 3 will be done"));
    }

    // --- money

    @Test
    void budget_exhausted_isPartial_andMoreMoneyGoesOn() throws Exception {
        labels();
        input("\"a\"", "\"b\"", "\"c\"", "\"d\"", "{oops", "\"e\"");

        // an item may cost $0.0005 and costs $0.0000325
        assertThat(bulk("--labels", "bug,wish", "--parallel", "1", "--budget", "0.00055", "--json"))
                .isEqualTo(3);

        assertThat(document().path("status").asText()).isEqualTo("partial");
        assertThat(document().path("stop").asText()).isEqualTo("budget");
        long done = document().path("items").path("succeeded").asLong();
        assertThat(done).isBetween(1L, 4L);
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(done * ITEM);
        assertThat(document().path("items").path("skipped").asLong()).isEqualTo(5 - done);
        assertThat(results()).hasSize(6);
        assertThat(results().get(5))
                .isEqualTo(ended(5, 6, "null", "skipped", "BUDGET: the money did not reach for it", 0));

        assertThat(bulk("--labels", "bug,wish", "--json")).isEqualTo(3); // the malformed line stays
        assertThat(document().path("items").toString())
                .isEqualTo("{\"total\":6,\"succeeded\":5,\"failed\":1,\"skipped\":0,\"reused\":%d}".formatted(done));
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo((5 - done) * ITEM);
    }

    @Test
    void budget_forNoItem_isStatus4_beforeAnyCall() throws Exception {
        assertThat(bulk("--labels", "bug,wish", "--budget", "0.00001", "--json"))
                .isEqualTo(4);

        assertThat(document().path("error").path("kind").asText()).isEqualTo("budget_too_small");
        assertThat(results()).hasSize(3);
        assertThat(server.requests()).isEmpty();
    }

    // --- trouble

    @Test
    void key_refused_isStatus4_everyItemHasALine_andTheNextRunGoesOn() throws Exception {
        server.on(request -> request.inputText().contains("blue"))
                .replies(
                        LoopbackReply.error(
                                401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY),
                        label("wish"));
        server.onAny().replies(label("bug"));

        assertThat(bulk("--labels", "bug,wish", "--parallel", "1", "--json")).isEqualTo(4);

        assertThat(document().path("status").asText()).isEqualTo("failed");
        assertThat(document().path("error").path("kind").asText()).isEqualTo("auth_failed");
        assertThat(document().path("error").path("message").asText())
                .startsWith("the server refuses the key: ")
                .endsWith("; the variable of the key is OPENAI_API_KEY");
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(ITEM);
        assertThat(results()).hasSize(3);
        assertThat(results().get(1)).contains("\"status\":\"failed\"").contains("MODEL_FAILED");
        assertThat(results().get(2)).contains("\"status\":\"skipped\"").contains("PAUSED: not tried: ");
        assertThat(server.requests()).hasSize(2);

        assertThat(bulk("--labels", "bug,wish", "--json")).isZero();
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(2 * ITEM);
        assertThat(results()).hasSize(3);
    }

    @Test
    void nothingSucceeded_isStatus4() throws Exception {
        server.onAny().replies(LoopbackReply.refusal("no").usage(USED));

        assertThat(bulk("--labels", "bug,wish", "--json")).isEqualTo(4);

        assertThat(document().path("error").path("kind").asText()).isEqualTo("nothing_succeeded");
        assertThat(document().path("error").path("message").asText())
                .startsWith("0 of 3 items succeeded; the last failed: REFUSED: ");
        assertThat(document().path("cost").path("picoUsd").asLong()).isEqualTo(3 * ITEM);
    }

    /** A server that heeds the schema of an answer over Chat Completions alone, and a model that lacks it elsewhere. */
    private void heedingSchemasInChatAlone() {
        server.onAny()
                .answers(request -> (request.path().endsWith("/chat/completions")
                                ? label("bug")
                                : LoopbackReply.text("{bug}").usage(USED))
                        .field("text", "{}"));
    }

    @Test
    void whatWasAdapted_isSaidOnce_withTheVariableThatSparesIt() throws Exception {
        heedingSchemasInChatAlone();

        assertThat(bulk("--labels", "bug,wish", "--parallel", "1", "--json")).isZero();

        assertThat(told())
                .containsOnlyOnce("cadre: the server ignored the JSON schema of the answer")
                .containsOnlyOnce("cadre: Chat Completions was used")
                .containsOnlyOnce("cadre: CADRE_API=chat spares each run the calls that find this out\n");
        assertThat(document().path("notes"))
                .extracting(JsonNode::asText)
                .hasSize(3)
                .anyMatch(note -> note.startsWith("Chat Completions was used") && note.endsWith(" (3 replies)"))
                .last()
                .isEqualTo("CADRE_API=chat spares each run the calls that find this out");

        environment.put("CADRE_API", "chat");
        assertThat(bulk("--labels", "bug,wish", "--force", "--json")).isZero();
        assertThat(document().path("notes")).isEmpty();
        assertThat(told()).doesNotContain("CADRE_API");
    }

    @Test
    void whatWasAdapted_isNotSaid_whereNothingIsToBe_butStandsInTheSummary() throws Exception {
        heedingSchemasInChatAlone();

        assertThat(bulk("--labels", "bug,wish", "--progress", "off")).isZero();

        assertThat(told()).doesNotContain("Chat Completions");
        assertThat(printed()).contains("; noted: ").contains("CADRE_API=chat spares each run");
    }

    @Test
    void answersWithoutTheirForm_whereTheServerIgnoresSchemas_pointAtTheServer() throws Exception {
        heedingSchemasInChatAlone();
        environment.put("CADRE_API", "responses");

        assertThat(bulk("--labels", "bug,wish", "--json")).isEqualTo(4);

        assertThat(document().path("error").path("message").asText())
                .startsWith("0 of 3 items succeeded; the last failed: INVALID_OUTPUT: ")
                .contains("the server ignores the schema of an answer: CADRE_API=chat may heed them,"
                        + " and cadre doctor --probe tells");
    }

    @Test
    void noKey_isStatus2_andNamesTheVariable() throws Exception {
        environment.remove("OPENAI_API_KEY");

        assertThat(bulk("--labels", "bug,wish", "--json")).isEqualTo(2);

        assertThat(told()).isEqualTo("cadre: OPENAI_API_KEY is not set; cadre bulk does nothing without a model\n");
        assertThat(document().path("error").path("kind").asText()).isEqualTo("bad_configuration");
        assertThat(output()).doesNotExist();
        assertThat(folder).isDirectoryNotContaining("glob:**.journal");
    }

    // --- what is there already

    @Test
    void output_ofAnythingElse_isLeftAlone() throws Exception {
        Files.writeString(output(), "dear diary\n");

        assertThat(bulk("--labels", "bug,wish")).isEqualTo(2);

        assertThat(told())
                .isEqualTo(
                        "cadre: --output: \"" + output() + "\" does not hold results of cadre bulk; name another file,"
                                + " or replace it with --force\n");
        assertThat(output()).hasContent("dear diary");
        assertThat(folder).isDirectoryNotContaining("glob:**.{journal,part}");
    }

    @Test
    void output_withoutItsJournal_isLeftAlone_unlessForced() throws Exception {
        labels();
        assertThat(bulk("--labels", "bug,wish")).isZero();
        Files.delete(folder.resolve("results.jsonl.journal"));
        List<String> before = results();

        assertThat(bulk("--labels", "bug,wish", "--json")).isEqualTo(2);
        assertThat(document().path("error").path("kind").asText()).isEqualTo("output_exists");
        assertThat(told()).contains("exists, and its journal \"" + output() + ".journal\" does not;");
        assertThat(results()).isEqualTo(before);
        assertThat(server.requests()).hasSize(3);

        assertThat(bulk("--labels", "bug,wish", "--force")).isZero();
        assertThat(server.requests()).hasSize(6);
        assertThat(results()).hasSize(3);
    }

    @Test
    void output_ofAnotherTask_isLeftAlone_unlessForced() throws Exception {
        labels();
        assertThat(bulk("--labels", "bug,wish")).isZero();
        List<String> before = results();

        assertThat(bulk("--labels", "bug,wish,idea")).isEqualTo(2);
        assertThat(told())
                .contains(
                        "holds the results of another task: its labels, schema, prompt, cap, tier or model were others;");
        assertThat(results()).isEqualTo(before);

        assertThat(bulk("--labels", "bug,wish,idea", "--force")).isZero();
        assertThat(server.requests()).hasSize(6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "--labels=bug|bad_argument|--labels: there must be at least two labels",
                "--labels=bug,,wish|bad_argument|--labels: a label is blank",
                "--labels=bug,bug|bad_argument|--labels: the label 'bug' comes twice",
                "--prompt=x|bad_argument|give either --labels or --schema",
                "--schema=none.json|bad_schema|--schema: \"none.json\" cannot be read",
                "--labels=a,b --tier=flagship|bad_argument|--tier: \"flagship\" is not one of nano, mini",
                "--labels=a,b --input-format=xlsx|bad_argument|--input-format: \"xlsx\" is not one of auto, jsonl, csv, tsv, json",
                "--labels=a,b --lane=later|bad_argument|--lane: \"later\" is not one of now, batch",
                "--labels=a,b --budget=0|bad_argument|--budget: \"0\" is not an amount of USD above 0 and up to 10000, such as 0.25",
                "--labels=a,b --progress=loud|bad_argument|--progress: \"loud\" is not one of auto, live, plain, jsonl, off",
                "--labels=a,b --input none.jsonl|no_such_file|--input: \"none.jsonl\" is not a file that can be read",
                "--labels=a,b --output /no/such/r.jsonl|no_such_folder|--output: the folder of \"/no/such/r.jsonl\" does not exist",
                "--labels=a,b --output /dev/null|bad_argument|--output: \"/dev/null\" is not a regular file",
                "--labels=a,b --output - |bad_argument|--json: standard output is taken by --output -",
                "--labels=a,b --lane=batch --cache c|bad_argument|--cache: the items of batches take no part in a cache",
                "--labels=a,b --journal /no/such/j|bad_journal|--journal: journal /no/such/j cannot be opened: /no/such/j does not exist",
            })
    void badArgument_isStatus2AndPrintsADocument(String options, String kind, String message) throws Exception {
        assertThat(bulk(("--json " + options).strip().split(" "))).isEqualTo(2);

        assertThat(told()).isEqualTo("cadre: " + message + "\n");
        assertThat(document().path("error").path("kind").asText()).isEqualTo(kind);
        assertThat(document().path("error").path("message").asText()).isEqualTo(message);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void schema_notStrict_isRefusedWithItsPlace() throws Exception {
        Path schema = Files.writeString(
                folder.resolve("schema.json"), SCHEMA.replace("\"required\":[\"severity\",\"topic\"],", ""));

        assertThat(bulk("--schema", schema.toString())).isEqualTo(2);

        assertThat(told())
                .isEqualTo("cadre: --schema: \"" + schema + "\": $.properties.severity: every property must be in"
                        + " required; let one that may be missing be null instead\n");
    }

    @Test
    void output_thatIsTheInput_isRefused() throws Exception {
        assertThat(bulk(
                        "--labels",
                        "a,b",
                        "--output",
                        folder.resolve("items.jsonl").toString()))
                .isEqualTo(2);

        assertThat(told()).endsWith("is the input, the schema or the journal\n");
        assertThat(folder.resolve("items.jsonl")).content().contains("it breaks");
    }

    @ParameterizedTest
    @CsvSource({
        "--input, out.jsonl.part",
        "--schema, out.jsonl.part",
        "--journal, out.jsonl.part",
        "--journal, out.jsonl.part.lock",
        "--dead-letters, out.jsonl.part",
        "--dead-letters, out.jsonl.journal.lock"
    })
    void fileBesideAnotherOne_isNoFileToName(String option, String name) throws Exception {
        Path file = Files.copy(folder.resolve("items.jsonl"), folder.resolve(name));
        String before = Files.readString(file);
        var arguments =
                new ArrayList<>(List.of("--output", folder.resolve("out.jsonl").toString(), option, file.toString()));
        if (!option.equals("--schema")) {
            arguments.addAll(List.of("--labels", "a,b"));
        } else {
            Files.writeString(file, SCHEMA);
            before = SCHEMA;
        }

        assertThat(bulk(arguments.toArray(String[]::new))).isEqualTo(2);

        assertThat(told())
                .isEqualTo("cadre: %s: \"%s\" is a file that this command makes beside another one and deletes\n"
                        .formatted(option, file));
        assertThat(file).hasContent(before);
    }

    /** The files are not there yet, and their folder has a second name. */
    @ParameterizedTest
    @CsvSource({
        "--journal, out.jsonl.part",
        "--journal, out.jsonl.part.lock",
        "--journal, out.jsonl",
        "--journal, ./out.jsonl",
        "--dead-letters, out.jsonl",
        "--dead-letters, out.jsonl.part",
        "--dead-letters, out.jsonl.journal",
        "--dead-letters, out.jsonl.journal.lock"
    })
    void fileByASecondNameOfItsFolder_isTheSame(String option, String name) throws Exception {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path alias = Files.createSymbolicLink(folder.resolve("alias"), real);

        assertThat(bulk(
                        "--output",
                        real.resolve("out.jsonl").toString(),
                        "--labels",
                        "a,b",
                        option,
                        alias.resolve(name).toString()))
                .isEqualTo(2);

        assertThat(told()).startsWith("cadre: --");
        assertThat(real).isEmptyDirectory();
    }

    /** A link at the name of a file is the file to which it leads. */
    @Test
    void deadLettersThroughALinkToTheJournal_areRefused() throws Exception {
        Files.createSymbolicLink(folder.resolve("dead.jsonl"), folder.resolve("out.jsonl.journal"));

        assertThat(bulk(
                        "--output",
                        folder.resolve("out.jsonl").toString(),
                        "--labels",
                        "a,b",
                        "--dead-letters",
                        folder.resolve("dead.jsonl").toString()))
                .isEqualTo(2);
        assertThat(told()).contains("is the input, the output, the schema or the journal");
    }
}
