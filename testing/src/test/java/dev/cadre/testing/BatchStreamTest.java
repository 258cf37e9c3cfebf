// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.RunClock;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream in the batch lane that keeps its run waiting. */
@Timeout(60)
class BatchStreamTest {
    private static final Duration TIME = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong();
    private volatile Runnable onPause = () -> {};

    private static final StruckBatches.Strike NEVER = new StruckBatches.Strike() {
        @Override
        public <T> T strike() {
            throw new AssertionError("no second batch");
        }
    };

    /** Passes as far as anybody waits, and when the test says so. */
    private final RunClock clock = new RunClock() {
        @Override
        public long nanoTime() {
            return now.get();
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) {
            onPause.run();
            T element = queue.poll();
            now.updateAndGet(shown -> element == null ? Math.max(shown, untilNanos) : shown);
            return element;
        }
    };

    @Test
    void streamThatNeverYields_holdsUpNoDeadline_andWritesNothingLater() throws Exception {
        var pulled = new CountDownLatch(1);
        var never = new Gate();
        var puller = new AtomicReference<Thread>();
        Stream<Topic> topics = Stream.of(new Topic("never")).map(topic -> {
            puller.set(Thread.currentThread());
            pulled.countDown();
            never.awaitUninterruptibly();
            return topic;
        });
        var client = new StruckBatches(StruckBatches.Step.READ, NEVER);
        Path file = folder.resolve("batch.journal");
        try (Journal journal = FileJournal.open(file)) {
            var run = Crew.start(() -> Coordinator.builder(ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")))
                    .clock(clock)
                    .build()
                    .bulk(NOTE)
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(topics, Budget.usd("1.00").within(TIME), item -> {}));
            assertThat(pulled.await(60, TimeUnit.SECONDS)).isTrue();
            now.addAndGet(TIME.toNanos());
            BulkSummary summary = run.result();
            long written = Files.size(file);
            never.open();
            puller.get().join();

            assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
            assertThat(summary.abandoned()).hasSize(1);
            assertThat(Files.size(file)).isEqualTo(written);
        }
    }

    private Bulk<Topic, Note> bulk(StruckBatches client, Journal journal) {
        return Coordinator.builder(ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")))
                .clock(clock)
                .build()
                .bulk(NOTE)
                .keyedBy(Topic::name)
                .journal(journal)
                .lane(Lane.BATCH);
    }

    @Test
    void streamThatWaitsForAResult_pauses_andWhatItYieldedIsSent() throws Exception {
        var waits = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Stream<Topic> topics = Stream.of("cats", "dogs").map(name -> {
            if (name.equals("dogs")) {
                waits.countDown();
                await(ended);
            }
            return new Topic(name);
        });
        var client = new StruckBatches(StruckBatches.Step.NONE, NEVER, 100);
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var run = Crew.start(() ->
                    bulk(client, journal).run(topics, Budget.usd("1.00").within(TIME), item -> ended.countDown()));
            waits.await();
            assertThat(client.made()).isZero();
            now.addAndGet(Duration.ofMinutes(1).toNanos());
            await(ended);

            assertThat(run.result().counts().succeeded()).isEqualTo(2);
            assertThat(run.result().stop()).isEqualTo(BulkSummary.Stop.END_OF_INPUT);
            assertThat(client.made()).isEqualTo(2);
        }
    }

    @Test
    void streamThatIsSlow_hasNoInputWaitLong_andHandsOverMeanwhile() throws Exception {
        int count = 60;
        var pulled = new AtomicInteger();
        Stream<Topic> topics = IntStream.range(0, count).mapToObj(number -> {
            pulled.incrementAndGet();
            now.addAndGet(Duration.ofSeconds(50).toNanos());
            return new Topic("topic " + number);
        });
        var client = new StruckBatches(StruckBatches.Step.NONE, NEVER, 1_000);
        var pulledAtFirst = new AtomicInteger();
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            BulkSummary summary = bulk(client, journal)
                    .run(
                            topics,
                            Budget.usd("1.00").within(Duration.ofHours(2)),
                            item -> pulledAtFirst.compareAndSet(0, pulled.get()));

            assertThat(summary.counts().succeeded()).isEqualTo(count);
            // the stream moves the clock on while the lane is busy with answers: then the second batch is larger
            assertThat(pulledAtFirst.get())
                    .as("the first batch was handed over before the stream ended")
                    .isBetween(15, count - 1);
            assertThat(client.made()).isBetween(2, 5);
        }
    }

    @Test
    void answersOfAnEarlierSession_waitForAStreamThatPauses_whenARuleJudgesThemByTheirInputs() throws Exception {
        var judged = new CountDownLatch(1);
        var never = new Gate();
        var asked = new AtomicInteger();
        var type = NOTE.accept("a note is judged", (topic, note) -> {
            if (asked.incrementAndGet() == 2) {
                now.addAndGet(Duration.ofDays(1).toNanos()); // asked again, in the grace
            }
            judged.countDown();
            never.awaitUninterruptibly();
            return topic.name().equals("cats");
        });
        var client = new StruckBatches(StruckBatches.Step.NONE, NEVER, 100);
        Budget budget = Budget.usd("1.00").within(Duration.ofDays(1));
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var bulk = Coordinator.builder(ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")))
                    .clock(clock)
                    .build()
                    .bulk(type)
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .lane(Lane.BATCH);
            var first = Crew.start(() -> bulk.run(Stream.of(new Topic("cats")), budget, item -> {}));
            await(judged);
            now.addAndGet(Duration.ofDays(1).toNanos());
            assertThat(first.result().counts().succeeded()).isZero();
            never.open();

            var pulled = new CountDownLatch(1);
            var yields = new CountDownLatch(1);
            var pauses = new AtomicInteger();
            onPause = () -> {
                if (pauses.incrementAndGet() == 3) {
                    yields.countDown();
                }
            };
            Stream<Topic> slow = Stream.of(new Topic("cats")).peek(topic -> {
                pulled.countDown();
                await(yields);
            });
            var second = Crew.start(() -> bulk.run(slow, budget, item -> {}));
            await(pulled);
            now.addAndGet(Duration.ofMinutes(1).toNanos());

            assertThat(second.result().counts().succeeded()).isEqualTo(1);
            assertThat(client.made()).isEqualTo(1);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void inputThatComesWhenTheStreamIsInterrupted_isNamed() throws Exception {
        var pulled = new CountDownLatch(1);
        var never = new Gate();
        Stream<Topic> topics = Stream.of(new Topic("late")).map(topic -> {
            pulled.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return topic;
        });
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var run = Crew.start(() -> Coordinator.builder(ModelPools.of(
                            ModelPool.of(new StruckBatches(StruckBatches.Step.READ, NEVER), "gpt-5.4-nano")))
                    .clock(clock)
                    .build()
                    .bulk(NOTE)
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(topics, Budget.usd("1.00").within(TIME), item -> {}));
            assertThat(pulled.await(60, TimeUnit.SECONDS)).isTrue();
            now.addAndGet(TIME.toNanos());

            assertThat(run.result().notStarted()).containsExactly("late");
            assertThat(run.result().abandoned()).isEmpty();
        }
    }

    @Test
    void ruleThatNeverEnds_holdsUpNoDeadline_andItsAnswerIsReadAgain() throws Exception {
        var judged = new CountDownLatch(1);
        var never = new Gate();
        var type = NOTE.accept("a note is judged", (topic, note) -> {
            if (judged.getCount() == 0) {
                now.addAndGet(TIME.toNanos()); // asked again, in the grace
            }
            judged.countDown();
            never.awaitUninterruptibly();
            return true;
        });
        var client = new StruckBatches(StruckBatches.Step.READ, NEVER);
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var bulk = Coordinator.builder(ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")))
                    .clock(clock)
                    .build()
                    .bulk(type)
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .lane(Lane.BATCH);
            Budget budget = Budget.usd("1.00").within(TIME);
            var items = new ConcurrentLinkedQueue<BulkItem<Note>>();
            var first = Crew.start(() -> bulk.run(Stream.of(new Topic("cats")), budget, items::add));
            assertThat(judged.await(60, TimeUnit.SECONDS)).isTrue();
            now.addAndGet(TIME.toNanos());

            assertThat(first.result().stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
            assertThat(first.result().abandoned()).isNotEmpty();
            assertThat(first.result().failed())
                    .as("an input that was pulled is handed over")
                    .isEqualTo(1);
            assertThat(items)
                    .singleElement()
                    .extracting(item -> item.key() + " " + item.outcome().reason())
                    .isEqualTo(
                            "cats failed: DEADLINE: its answer was not read, which the next session does: the time was up");
            assertThat(bulk.hasOpenBatches()).isTrue();
            never.open();
            var preview = bulk.preview(
                    Stream.of(new Topic("cats")),
                    Budget.of(journal.spent(bulk.runId()).forfeited()));
            BulkSummary second = bulk.run(Stream.of(new Topic("cats")), budget, item -> {});
            assertThat(second.counts().succeeded()).isEqualTo(1);
            assertThat(second.sessionSpend().total()).isGreaterThan(Money.ZERO).isLessThanOrEqualTo(preview.worst());
            assertThat(client.submitted()).isEqualTo(1);
        }
    }
}
