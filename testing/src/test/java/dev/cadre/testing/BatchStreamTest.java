// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.BulkSummary;
import dev.cadre.Coordinator;
import dev.cadre.Lane;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.schedule.RunClock;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
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
        var client = new StruckBatches(StruckBatches.Step.READ, new StruckBatches.Strike() {
            @Override
            public <T> T strike() {
                throw new AssertionError("no second batch");
            }
        });
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
}
