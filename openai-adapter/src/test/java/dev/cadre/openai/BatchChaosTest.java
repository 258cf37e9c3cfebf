// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BatchRejectedException;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions that die anywhere, over a provider that loses, hides, refuses and bills as it likes, but says nothing untrue of
 * its bills: every item ends, no more is billed than is on record, and the budget holds all the time.
 */
class BatchChaosTest {
    record Ticket(int number) {}

    record Label(String name) {}

    private static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket.");
    private static final int TICKETS = 7;
    private static final int MOST_SESSIONS = 40;
    private static final String RUN = "bulk-label";

    @TempDir
    Path folder;

    @Test
    void money_isOnRecordWhateverBefalls() throws Exception {
        prove(1, 15);
    }

    @Test
    @Tag("nightly")
    void money_isOnRecordWhateverBefalls_manyTimes() throws Exception {
        prove(1_000, 500);
    }

    private void prove(long firstSeed, int seeds) throws Exception {
        int crashes = 0;
        int doubles = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            var provider = new ChaoticBatches(seed);
            sessions(provider, seed);
            crashes += provider.crashes();
            doubles += provider.answered() > TICKETS ? 1 : 0;
        }
        // otherwise this shows nothing
        assertThat(crashes).isGreaterThan(seeds);
        assertThat(doubles).isPositive();
    }

    private void sessions(ChaoticBatches provider, long seed) throws InterruptedException {
        Path file = folder.resolve(seed + ".journal");
        Money limit = Money.usd(seed % 3 == 0 ? "0.02" : "1.00");
        for (int session = 0; session < MOST_SESSIONS; session++) {
            provider.newSession(session);
            var items = new ArrayList<BulkItem<Label>>();
            boolean isOver = isOver(provider, file, limit, items);
            try (var journal = FileJournal.open(file)) {
                Money spent = journal.spent(RUN).total();
                assertThat(spent.isMoreThan(limit))
                        .as("seed %d: %s of %s", seed, spent, limit)
                        .isFalse();
                assertThat(provider.billed().isMoreThan(spent))
                        .as("seed %d: billed %s, on record %s", seed, provider.billed(), spent)
                        .isFalse();
                if (isOver) {
                    assertThat(journal.batches(RUN))
                            .filteredOn(JournalEntry.Enqueued.class::isInstance)
                            .as("seed %d", seed)
                            .isEmpty();
                    return;
                }
            }
        }
        throw new AssertionError("seed %d: no end".formatted(seed));
    }

    private boolean isOver(ChaoticBatches provider, Path file, Money limit, List<BulkItem<Label>> items)
            throws InterruptedException {
        try (var journal = FileJournal.open(file)) {
            BulkSummary summary = Coordinator.builder(ModelPools.of(ModelPool.of(provider, "gpt-5.4-nano")))
                    .clock(new PatientClock())
                    .build()
                    .bulk(LABEL)
                    .keyedBy(Ticket::number)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .batchLimits(BatchLimits.of(3, 1_000_000).withOpenBatches(2))
                    .run(IntStream.range(0, TICKETS).mapToObj(Ticket::new), Budget.of(limit), items::add);
            assertThat(summary.limit().minus(summary.spend().total()).isMoreThan(Money.ZERO))
                    .isTrue();
            if (summary.stop() == BulkSummary.Stop.END_OF_INPUT) {
                assertThat(items)
                        .extracting(BulkItem::key)
                        .doesNotHaveDuplicates()
                        .hasSize(TICKETS);
            }
            return summary.stop() != BulkSummary.Stop.DEADLINE;
        } catch (ChaoticBatches.Crash | ModelException | BatchRejectedException ended) {
            return false;
        }
    }
}
