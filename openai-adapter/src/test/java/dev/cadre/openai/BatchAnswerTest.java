// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of a batch that are odd, and what is booked for them. */
class BatchAnswerTest {
    record Ticket(int number) {}

    record Label(String name) {}

    private static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket.");
    private static final String MODEL = "gpt-5.4-nano";
    private static final TokenUsage USED = TokenUsage.of(1_000, 400);
    private static final Money ITEM = Money.usd("0.00035");
    private static final ModelException BROKE = new ModelException.ServerFailed("Broke.", 500, Charge.UNKNOWN, null);

    /** What a batch has come to. */
    private record Ended(
            List<BatchAnswer> answers,
            long answered,
            @Nullable TokenUsage usage) {}

    /** A provider whose batches end as soon as they are made, each as the script says; the last one's word is for good. */
    private static class Batches implements BatchClient, ModelClient {
        private final List<Function<List<String>, Ended>> script;
        private final List<List<String>> made = new ArrayList<>();

        Batches(List<Function<List<String>, Ended>> script) {
            this.script = script;
        }

        @Override
        public ModelReply call(ModelRequest request, CallContext context) {
            throw new AssertionError("a call beside the batches");
        }

        @Override
        public Optional<BatchClient> batches() {
            return Optional.of(this);
        }

        @Override
        public BatchLimits limits() {
            return BatchLimits.of(50_000, 200_000_000);
        }

        @Override
        public String line(String customId, ModelRequest request) {
            return customId;
        }

        @Override
        public String upload(Path lines, Duration timeout) {
            try {
                made.add(Files.readAllLines(lines));
                return String.valueOf(made.size() - 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Batch batch(String number) {
            Ended ended = ended(number);
            return new Batch(
                    number,
                    Batch.State.COMPLETED,
                    number,
                    List.of(number),
                    Map.of(), // as if somebody on the way had taken them off
                    new Batch.Bill(ended.answered(), ended.usage()),
                    List.of());
        }

        private Ended ended(String number) {
            int index = Integer.parseInt(number);
            return script.get(Math.min(index, script.size() - 1)).apply(made.get(index));
        }

        @Override
        public Batch create(String fileId, Map<String, String> metadata, Duration timeout) {
            return batch(fileId);
        }

        @Override
        public void discard(String fileId, Duration timeout) {}

        @Override
        public Batch retrieve(String id, Duration timeout) {
            return batch(id);
        }

        @Override
        public Batch cancel(String id, Duration timeout) {
            return batch(id);
        }

        @Override
        public void list(Predicate<Batch> wantsMore, Duration timeout) {
            IntStream.range(0, made.size())
                    .mapToObj(String::valueOf)
                    .map(this::batch)
                    .allMatch(wantsMore);
        }

        @Override
        public boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) {
            return ended(batch.id()).answers().stream().allMatch(wantsMore);
        }
    }

    @TempDir
    Path folder;

    private final List<BulkItem<Label>> items = new ArrayList<>();
    private Batches batches = new Batches(List.of());

    @SafeVarargs
    @SuppressWarnings("varargs")
    private BulkSummary run(int count, Function<List<String>, Ended>... script) throws InterruptedException {
        batches = new Batches(List.of(script));
        try (var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            return run(count, journal, new PatientClock());
        }
    }

    private BulkSummary run(int count, FileJournal journal, PatientClock clock) throws InterruptedException {
        return Coordinator.builder(ModelPools.of(ModelPool.of(batches, MODEL)))
                .clock(clock)
                .build()
                .bulk(LABEL)
                .keyedBy(Ticket::number)
                .journal(journal)
                .lane(Lane.BATCH)
                .run(
                        IntStream.range(0, count).mapToObj(Ticket::new),
                        Budget.usd("5.00").within(Duration.ofHours(1)),
                        items::add);
    }

    private static BatchAnswer replied(String id) {
        return replied(id, USED);
    }

    private static BatchAnswer replied(String id, @Nullable TokenUsage usage) {
        return new BatchAnswer.Replied(
                id,
                new ModelReply(
                        MODEL,
                        "{\"name\":\"bug\"}",
                        List.of(),
                        Finish.COMPLETE,
                        usage,
                        ServiceTier.BATCH,
                        RateLimits.UNKNOWN,
                        ""));
    }

    private static Ended all(List<String> ids) {
        return new Ended(ids.stream().map(BatchAnswerTest::replied).toList(), ids.size(), used(ids.size()));
    }

    private static TokenUsage used(int requests) {
        return TokenUsage.of(1_000L * requests, 400L * requests);
    }

    private long succeeded() {
        return items.stream()
                .filter(item -> item.outcome().ifSucceeded().isPresent())
                .count();
    }

    /** The first of all requests fails; the others are answered. */
    private static List<BatchAnswer> firstFails(List<String> ids, ModelException failure) {
        return Stream.concat(
                        Stream.of(new BatchAnswer.Failed(ids.getFirst(), failure)),
                        ids.stream().skip(1).map(BatchAnswerTest::replied))
                .toList();
    }

    @Test
    void failure_thatTheSumOfTokensAcquits_isFree() throws Exception {
        BulkSummary summary = run(3, ids -> new Ended(firstFails(ids, BROKE), 2, used(2)), BatchAnswerTest::all);

        assertThat(succeeded()).isEqualTo(3);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(3));
        assertThat(summary.spend().estimated()).isFalse();
    }

    @Test
    void failure_thatMayHaveUsedTokens_isBookedAtItsWorst() throws Exception {
        BulkSummary summary = run(
                3,
                ids -> new Ended(firstFails(ids, BROKE), 2, used(2).plus(TokenUsage.of(1, 0))),
                BatchAnswerTest::all);

        assertThat(succeeded()).isEqualTo(3);
        assertThat(summary.spend().settled()).isEqualTo(ITEM.times(3));
        assertThat(summary.spend().forfeited().isMoreThan(ITEM)).isTrue();
    }

    @Test
    void failure_ofABatchThatDoesNotSayWhatItUsed_isBookedAtItsWorst() throws Exception {
        BulkSummary summary = run(3, ids -> new Ended(firstFails(ids, BROKE), 2, null), BatchAnswerTest::all);

        assertThat(summary.spend().settled()).isEqualTo(ITEM.times(3));
        assertThat(summary.spend().forfeited().isMoreThan(ITEM)).isTrue();
    }

    @Test
    void failure_withItsOwnBill_isPaidByIt() throws Exception {
        var billed = new ModelException.ServerFailed(
                "Broke.", 200, Charge.UNKNOWN, null, new Billed(MODEL, USED, ServiceTier.BATCH, Map.of()));

        BulkSummary summary = run(3, ids -> new Ended(firstFails(ids, billed), 2, null), BatchAnswerTest::all);

        assertThat(succeeded()).isEqualTo(3);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(4));
        assertThat(summary.spend().estimated()).isFalse();
    }

    @Test
    void request_withoutALine_isFreeIfNoMoreWereAnswered() throws Exception {
        BulkSummary summary = run(
                3,
                ids -> new Ended(
                        ids.stream().skip(1).map(BatchAnswerTest::replied).toList(), 2, null),
                BatchAnswerTest::all);

        assertThat(succeeded()).isEqualTo(3);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(3));
    }

    @Test
    void request_withoutALine_isBookedAtItsWorstIfNobodyCounted() throws Exception {
        BulkSummary summary = run(
                3,
                ids -> new Ended(
                        ids.stream().skip(1).map(BatchAnswerTest::replied).toList(), Batch.Bill.UNKNOWN, null),
                BatchAnswerTest::all);

        assertThat(summary.spend().settled()).isEqualTo(ITEM.times(3));
        assertThat(summary.spend().forfeited().isMoreThan(ITEM)).isTrue();
    }

    @Test
    void answer_withoutUsage_isKeptAndBookedAtItsWorst() throws Exception {
        BulkSummary summary = run(1, ids -> new Ended(List.of(replied(ids.getFirst(), null)), 1, used(1)));

        assertThat(succeeded()).isEqualTo(1);
        assertThat(batches.made).hasSize(1);
        assertThat(summary.spend().settled()).isEqualTo(Money.ZERO);
        assertThat(summary.spend().forfeited().isMoreThan(ITEM)).isTrue();
    }

    @Test
    void answers_thatAreTwiceOrForNobody_areTakenOnceOrNotAtAll() throws Exception {
        BulkSummary summary = run(3, ids -> {
            var answers = new ArrayList<BatchAnswer>();
            answers.add(replied("nobody"));
            ids.forEach(id -> answers.addAll(List.of(replied(id), replied(id), new BatchAnswer.Failed(id, BROKE))));
            return new Ended(answers, 3, used(3));
        });

        assertThat(items).hasSize(3);
        assertThat(succeeded()).isEqualTo(3);
        assertThat(batches.made).hasSize(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(3));
    }

    @Test
    void answers_thatAreTwice_acquitNoOther() throws Exception {
        BulkSummary summary = run(
                3,
                ids -> new Ended(
                        Stream.concat(ids.stream().limit(2), ids.stream().limit(2))
                                .map(BatchAnswerTest::replied)
                                .toList(),
                        3,
                        used(3)),
                BatchAnswerTest::all);

        assertThat(succeeded()).isEqualTo(3);
        assertThat(summary.spend().forfeited().isMoreThan(ITEM)).isTrue();
    }

    /** A crash after the provider's refusal leaves no doubt, so nothing is looked for and nothing counts as paid. */
    @Test
    void shard_thatWasTurnedAwayBeforeACrash_isFree() throws Exception {
        var full = new ModelException.RateLimited("Full.", null, RateLimits.UNKNOWN);
        batches = new Batches(List.of(BatchAnswerTest::all)) {
            @Override
            public Batch create(String fileId, Map<String, String> metadata, Duration timeout) {
                throw full;
            }
        };
        Path file = folder.resolve("labels.journal");
        var crashed = new ArrayList<String>();
        try (var journal = FileJournal.open(file)) {
            run(2, journal, new PatientClock() {
                @Override
                public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
                    try {
                        crashed.addAll(crashed.isEmpty() ? Files.readAllLines(file) : List.of());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return super.poll(queue, untilNanos);
                }
            });
        }
        Files.write(file, crashed);
        items.clear();

        BulkSummary summary = run(2, BatchAnswerTest::all);

        assertThat(batches.made).hasSize(1);
        assertThat(succeeded()).isEqualTo(2);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(2));
    }

    @Test
    void secondTry_forWhichOthersHoldTheMoney_waitsForIt() throws Exception {
        batches = new Batches(List.of(ids -> new Ended(firstFails(ids, BROKE), 0, null), BatchAnswerTest::all));
        var pools = ModelPools.of(ModelPool.of(batches, MODEL));
        Bulk<Ticket, Label> bulk = Coordinator.of(pools).bulk(LABEL).lane(Lane.BATCH);
        Money worst = bulk.preview(Stream.of(new Ticket(0))).cost().worst(); // of two tries
        try (var tenant = Budget.of(worst).open();
                var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            var other = (Admission.Granted) tenant.reserve(ITEM);
            var waits = new AtomicInteger();
            var clock = new PatientClock();
            clock.onWait(() -> {
                if (waits.incrementAndGet() == 4) {
                    other.reservation().release();
                }
            });

            BulkSummary summary = Coordinator.builder(pools)
                    .clock(clock)
                    .build()
                    .bulk(LABEL)
                    .keyedBy(Ticket::number)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(Stream.of(new Ticket(0)), Budget.of(worst).under(tenant), items::add);

            assertThat(succeeded()).isEqualTo(1);
            assertThat(waits.get()).isGreaterThanOrEqualTo(4);
            assertThat(summary.spend().settled()).isEqualTo(ITEM);
        }
    }

    @Test
    void batch_whoseNotesAreLost_isFoundByItsFile() throws Exception {
        var lost = new ModelException.ConnectionFailed("Lost.", Charge.UNKNOWN, new IOException("Lost."));
        batches = new Batches(List.of(BatchAnswerTest::all)) {
            private boolean isLost;

            @Override
            public Batch create(String fileId, Map<String, String> metadata, Duration timeout) {
                Batch made = super.create(fileId, metadata, timeout);
                if (!isLost) {
                    isLost = true;
                    throw lost;
                }
                return made;
            }
        };
        try (var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            BulkSummary summary = run(2, journal, new PatientClock());

            assertThat(batches.made).hasSize(1);
            assertThat(summary.spend().total()).isEqualTo(ITEM.times(2));
        }
    }
}
