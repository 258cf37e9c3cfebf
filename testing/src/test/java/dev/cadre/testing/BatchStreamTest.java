// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.BulkItem;
import dev.cadre.BulkSummary;
import dev.cadre.Coordinator;
import dev.cadre.Lane;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunClock;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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
