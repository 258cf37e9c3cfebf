// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.OpenAi;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.RunClock;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the batch snippet of docs/bulk.md against the loopback server. */
class BatchGuideTest {
    record Ticket(String id, String text) {}

    record Label(String name) {}

    static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket: bug, question or wish.");

    // region no-wait
    /** A clock on which waiting takes no time. */
    static final class NoWait implements RunClock {
        private long now;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) {
            now = untilNanos;
            return queue.poll();
        }
    }
    // endregion

    @TempDir
    Path folder;

    final List<String> printed = new ArrayList<>();

    private String label(Coordinator coordinator, List<Ticket> tickets) throws InterruptedException {
        Path file = folder.resolve("labels.journal");

        // region batches
        try (var journal = FileJournal.open(file)) {
            Bulk<Ticket, Label> labels =
                    coordinator.bulk(LABEL).keyedBy(Ticket::id).journal(journal).lane(Lane.BATCH);
            Money expected = labels.preview(tickets.stream()).expected();
            BulkSummary summary = labels.run(
                    tickets.stream(), Budget.usd("5.00"), item -> printed.add(item.key() + " " + item.outcome()));
            return expected + " expected, " + summary.spend().total() + " spent, batches: " + summary.batches();
        }
        // endregion
    }

    @Test
    void run_inBatches_costsHalf() throws Exception {
        try (var server = LoopbackOpenAi.start();
                ModelPools pools = OpenAi.fromEnv(
                        Map.of("OPENAI_API_KEY", "sk-test", "OPENAI_BASE_URL", server.baseUrl()), pool -> pool)) {
            server.onAny().replies(LoopbackReply.text("{\"name\":\"bug\"}").usage(TokenUsage.of(1_000, 400)));

            String told = label(
                    Coordinator.builder(pools).clock(new NoWait()).build(),
                    List.of(new Ticket("T1", "it breaks"), new Ticket("T2", "it hangs")));

            // a call costs 0.0007 dollars, in a batch 0.00035
            assertThat(told).endsWith("expected, $0.0007 spent, batches: 1");
            assertThat(printed).hasSize(2);
        }
    }
}
