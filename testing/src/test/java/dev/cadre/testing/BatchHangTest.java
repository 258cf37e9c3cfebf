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
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client of batches that hangs, and keeps to no timeout. */
@Timeout(60)
class BatchHangTest {
    private static final Duration TIME = Duration.ofMinutes(10);
    private static final Budget BUDGET = Budget.usd("1.00").within(TIME);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private CountDownLatch hangs = new CountDownLatch(1);
    private final Gate never = new Gate();

    private final StruckBatches.Strike hanging = new StruckBatches.Strike() {
        @Override
        public <T> T strike() {
            hangs.countDown();
            never.awaitUninterruptibly();
            throw new IllegalStateException("too late");
        }
    };

    private Bulk<Topic, Note> bulk(StruckBatches client, Journal journal) {
        return Coordinator.builder(ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")))
                .clock(new CallbacksTest.JumpingClock(clock))
                .build()
                .bulk(NOTE)
                .keyedBy(Topic::name)
                .journal(journal)
                .lane(Lane.BATCH);
    }

    private static List<String> succeeded(List<BulkItem<Note>> items) {
        return items.stream()
                .filter(item -> item.outcome().isSucceeded())
                .map(BulkItem::key)
                .toList();
    }

    private static Stream<Topic> topics() {
        return Stream.of(new Topic("cats"), new Topic("dogs"));
    }

    @Test
    void createThatHangs_isLeftBehind_andItsBatchIsFoundByTheNextSession() throws Exception {
        var client = new StruckBatches(StruckBatches.Step.CREATE, hanging);
        List<BulkItem<Note>> items = new ArrayList<>();
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var run = Crew.start(() -> bulk(client, journal).run(topics(), BUDGET, items::add));
            hangs.await();
            clock.advance(TIME);

            BulkSummary first = run.result();
            assertThat(first.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
            assertThat(first.abandoned()).singleElement().asString().contains("batches/create");
            assertThat(succeeded(items)).containsExactly("cats");
            assertThat(items)
                    .filteredOn(item -> !item.outcome().isSucceeded())
                    .extracting(BulkItem::key)
                    .containsExactly("dogs");
            assertThat(first.spend().settled()).isGreaterThan(Money.ZERO);
            assertThat(first.spend().forfeited())
                    .as("what may have been made is booked at its worst case")
                    .isEqualTo(journal.spent(bulk(client, journal).runId()).forfeited())
                    .isGreaterThan(first.spend().settled());

            never.open();
            BulkSummary second = bulk(client, journal).run(topics(), BUDGET, items::add);
            assertThat(succeeded(items)).containsExactly("cats", "cats", "dogs");
            assertThat(client.made()).as("no second batch of the same items").isEqualTo(2);
            assertThat(second.spend().total()).isEqualTo(first.spend().settled().times(2));
        }
    }

    @Test
    void cancelsThatHang_areLeftBehindTogether_andTheirBatchesAreFoundByTheNextSession() throws Exception {
        hangs = new CountDownLatch(2);
        var client = new StruckBatches(StruckBatches.Step.CANCEL, hanging);
        List<BulkItem<Note>> items = new ArrayList<>();
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var run = Crew.start(() -> bulk(client, journal)
                    .run(Stream.concat(topics(), Stream.of(new Topic("eels"))), BUDGET, items::add));
            hangs.await();
            clock.advance(TIME.plusSeconds(1));

            BulkSummary summary = run.result();
            assertThat(summary.abandoned()).hasSize(2).allMatch(name -> name.contains("batches/cancel"));
            assertThat(succeeded(items)).containsExactly("cats");
            assertThat(summary.failed()).as("pulled, and not heard of").isEqualTo(2);
            assertThat(bulk(client, journal).hasOpenBatches()).isTrue();
        }
        never.open();
    }
}
