// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackBatch;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many requests in shards over a server on which 3 % fail at first and one batch expires, begun by a process that is
 * killed before it downloads anything, and finished by this one.
 */
class KilledBatchTest {
    record Ticket(int number) {}

    record Label(String name) {}

    static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket.");
    static final String ALL_SUBMITTED = "all submitted";

    private static final TokenUsage USED = TokenUsage.of(1_000, 400);
    /** 1,000 in at 0.10 and 400 out at 0.625 dollars per million: half of nano's price. */
    private static final Money ITEM = Money.usd("0.00035");

    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");

    @TempDir
    Path folder;

    @TempDir
    Path temporary;

    final LoopbackOpenAi server = LoopbackOpenAi.start();
    /** How often a request was worked on. */
    private final Map<Integer, Integer> tries = new ConcurrentHashMap<>();

    @AfterEach
    void stop() {
        server.close();
    }

    static Stream<Ticket> tickets(int count) {
        return IntStream.range(0, count).mapToObj(Ticket::new);
    }

    static BulkSummary label(
            ModelPools pools, PatientClock clock, Path file, int count, int perBatch, List<String> outcomes)
            throws InterruptedException {
        try (var journal = FileJournal.open(file)) {
            return Coordinator.builder(pools)
                    .clock(clock)
                    .build()
                    .bulk(LABEL)
                    .keyedBy(Ticket::number)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .batchLimits(BatchLimits.of(perBatch, 200_000_000))
                    .run(tickets(count), Budget.usd("1000"), item -> outcomes.add(item.key() + " " + item.outcome()));
        }
    }

    private static int number(LoopbackRequest request) {
        Matcher number = NUMBER.matcher(request.inputText());
        assertThat(number.find()).isTrue();
        return Integer.parseInt(number.group(1));
    }

    /** Every 33rd request fails when it is worked on for the first time. */
    private LoopbackReply answer(LoopbackRequest request) {
        int number = number(request);
        int tried = tries.merge(number, 1, Integer::sum);
        return number % 33 == 0 && tried == 1
                ? LoopbackReply.error(500, "server_error", "", "Broke.")
                : LoopbackReply.text("{\"name\":\"n" + number + "\"}").usage(USED);
    }

    @Test
    void fiftiethOfTheProof_everyItemEndsOnceAtHalfTheCost() throws Exception {
        prove(2_400, 1_000);
    }

    @Test
    @Tag("nightly")
    @Timeout(1_800)
    void wholeProof_everyItemEndsOnceAtHalfTheCost() throws Exception {
        prove(120_000, 50_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/files", "/v1/batches"})
    void processKilledWhileItCreatesABatch_isResumedWithOneBatchAndOneBill(String path) throws Exception {
        server.onAny().replies(LoopbackReply.text("{\"name\":\"ok\"}").usage(USED));
        var reached = new CountDownLatch(1);
        // what was asked for is done, but the process never hears of it
        server.onService(request ->
                        request.method().equals("POST") && request.path().equals(path) && reached.getCount() > 0)
                .answers(request -> {
                    reached.countDown();
                    return LoopbackReply.own().fault(LoopbackFault.STALL_BEFORE_REPLY);
                });
        Path file = folder.resolve("labels.journal");
        Process process = doomed(file, 10, 50_000);
        assertThat(reached.await(300, TimeUnit.SECONDS)).isTrue();
        process.destroyForcibly().waitFor();

        var outcomes = new ArrayList<String>();
        BulkSummary summary = resume(file, 10, 50_000, outcomes);

        assertEachEndedOnce(outcomes, 10);
        assertThat(summary.succeeded()).isEqualTo(10);
        assertThat(server.batches()).hasSize(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(10)).isEqualTo(server.cost(ModelCatalog.standard()));
    }

    private BulkSummary resume(Path file, int count, int perBatch, List<String> outcomes) throws InterruptedException {
        assertThat(temporary).isNotEmptyDirectory(); // the killed process left its lines there
        String before = System.setProperty("java.io.tmpdir", temporary.toString());
        try {
            return resumeThere(file, count, perBatch, outcomes);
        } finally {
            System.setProperty("java.io.tmpdir", before);
            assertThat(temporary).isEmptyDirectory();
        }
    }

    private BulkSummary resumeThere(Path file, int count, int perBatch, List<String> outcomes)
            throws InterruptedException {
        var clock = new PatientClock();
        clock.onWait(server::advanceBatches);
        try (ModelPools pools = OpenAi.fromEnv(
                Map.of("OPENAI_API_KEY", "sk-test", "OPENAI_BASE_URL", server.baseUrl()), pool -> pool)) {
            return label(pools, clock, file, count, perBatch, outcomes);
        }
    }

    private void prove(int count, int perBatch) throws Exception {
        server.onAny().answers(this::answer);
        server.onBatch(batch -> batch.number() == 2).expiresAfter(perBatch / 5);
        server.holdingBatches(); // nothing is answered as long as the first process lives
        Path file = folder.resolve("labels.journal");

        killOnceAllIsSubmitted(file, count, perBatch);
        assertThat(server.batches()).hasSize(3);
        assertThat(server.charges()).isEmpty();

        var outcomes = new ArrayList<String>();
        BulkSummary summary = resume(file, count, perBatch, outcomes);

        int expired = perBatch - perBatch / 5;
        int failed = (int) IntStream.range(0, count)
                .filter(number -> number % 33 == 0)
                .filter(number -> !isExpired(number, perBatch))
                .count();
        // the rest of shard 2 meets its own failures when it is tried again, and no third time
        int failedTwice = (int) IntStream.range(0, count)
                .filter(number -> number % 33 == 0 && isExpired(number, perBatch))
                .count();
        assertEachEndedOnce(outcomes, count);
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.contains("Succeeded"))
                .allMatch(outcome -> outcome.endsWith("=n" + outcome.substring(0, outcome.indexOf(' ')) + "]]"));
        assertThat(summary.succeeded()).isEqualTo(count - failedTwice);
        assertThat(summary.failed()).isEqualTo(failedTwice);
        assertThat(server.batches().stream().mapToInt(LoopbackBatch::requests).sum())
                .as("each request once, and once more what expired or failed")
                .isEqualTo(count + expired + failed);
        assertThat(server.charges()).hasSize(count - failedTwice);
        assertThat(summary.spend().total())
                .isEqualTo(ITEM.times(count - failedTwice))
                .isEqualTo(server.cost(ModelCatalog.standard()));
        assertThat(summary.spend().estimated()).isFalse();
    }

    private static boolean isExpired(int number, int perBatch) {
        return number >= perBatch + perBatch / 5 && number < 2 * perBatch;
    }

    private static void assertEachEndedOnce(List<String> outcomes, int count) {
        var ended = new BitSet();
        for (String outcome : outcomes) {
            int number = Integer.parseInt(outcome.substring(0, outcome.indexOf(' ')));
            assertThat(ended.get(number)).as(outcome).isFalse();
            ended.set(number);
        }
        assertThat(ended.cardinality()).isEqualTo(count);
    }

    /** The first process tells when it waits for its batches, and is killed then. */
    private void killOnceAllIsSubmitted(Path file, int count, int perBatch) throws IOException, InterruptedException {
        Process process = doomed(file, count, perBatch);
        try (var said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo(ALL_SUBMITTED);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private Process doomed(Path file, int count, int perBatch) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        DoomedBatch.class.getName(),
                        server.baseUrl(),
                        file.toString(),
                        String.valueOf(count),
                        String.valueOf(perBatch))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
