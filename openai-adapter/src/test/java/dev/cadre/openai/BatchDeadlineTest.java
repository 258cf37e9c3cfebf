// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.JournalEntry;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.task.RunClock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A provider that falls silent, while time is real: the run returns, and the next one finishes it. */
class BatchDeadlineTest extends BatchTest {
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    /** Real time, but whoever waits for nothing goes on at once. */
    private static final RunClock HASTY = new RunClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return queue.poll();
        }
    };

    private final AtomicBoolean isSilent = new AtomicBoolean(true);

    @BeforeEach
    void warmUp() throws InterruptedException {
        server.onAny().replies(label("bug"));
        try (var journal = journal()) {
            coordinator.bulk(LABEL).journal(journal).lane(Lane.BATCH).run(tickets(1), Budget.usd("5.00"), item -> {});
        }
        server.reset();
        folder.resolve("labels.journal").toFile().delete();
    }

    private void falls(LoopbackFault fault, String method, String path) {
        server.onAny().replies(label("bug"));
        server.onService(request -> isSilent.get() && isCall(request, method, path))
                .replies(LoopbackReply.own().fault(fault));
    }

    private static boolean isCall(LoopbackRequest request, String method, String path) {
        return request.method().equals(method) && request.path().matches(path);
    }

    private BulkSummary hastily() throws InterruptedException {
        try (var journal = journal()) {
            return Coordinator.builder(pools)
                    .clock(HASTY)
                    .build()
                    .bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(3), Budget.usd("5.00").within(DEADLINE), items::add);
        }
    }

    private BulkSummary timed() throws InterruptedException {
        long begun = System.nanoTime();
        BulkSummary summary = hastily();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DEADLINE.plusSeconds(1));
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        return summary;
    }

    @ParameterizedTest
    @Timeout(120)
    @CsvSource({
        "POST, /v1/files,              STALL_BEFORE_REPLY",
        "POST, /v1/batches,            STALL_BEFORE_REPLY",
        "GET,  /v1/batches/[^/]*,      STALL_IN_HEADERS",
        "GET,  /v1/files/.*/content,   STALL_BEFORE_REPLY",
        "GET,  /v1/files/.*/content,   STALL_IN_BODY",
    })
    void server_thatFallsSilent_holdsNoRunBeyondItsDeadline(String method, String path, LoopbackFault fault)
            throws Exception {
        falls(fault, method, path);

        BulkSummary first = timed();
        isSilent.set(false);
        items.clear();
        run(3);

        assertThat(first.spend().total().isMoreThan(first.limit())).isFalse();
        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1", "T2");
        assertThat(server.charges()).hasSize(3);
        try (var journal = journal()) {
            assertThat(journal.spent("bulk-label").total()).isEqualTo(billed());
            assertThat(journal.batches("bulk-label"))
                    .filteredOn(JournalEntry.Enqueued.class::isInstance)
                    .isEmpty();
        }
    }

    @Test
    @Timeout(120)
    void server_thatIsSilentWhenBatchesAreCancelled_holdsNoRunBeyondItsDeadline() throws Exception {
        falls(LoopbackFault.STALL_BEFORE_REPLY, "POST", "/v1/batches/.*/cancel");
        server.holdingBatches();
        clock.onWait(server::advanceBatches);

        timed();
        isSilent.set(false);
        run(3);

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1", "T2");
        assertThat(server.charges()).hasSize(3);
        try (var journal = journal()) {
            assertThat(journal.spent("bulk-label").total()).isEqualTo(billed());
        }
    }

    @Test
    @Timeout(120)
    void server_thatIsSilentAboutItsList_holdsNoRunBeyondItsDeadline() throws Exception {
        falls(LoopbackFault.STALL_BEFORE_REPLY, "POST", "/v1/batches");
        falls(LoopbackFault.STALL_IN_BODY, "GET", "/v1/batches[?].*");

        timed();
        BulkSummary second = timed();
        isSilent.set(false);
        run(3);

        assertThat(second.spend().forfeited().isMoreThan(ITEM.times(3))).isTrue();
        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1", "T2");
        assertThat(server.batches()).hasSize(1);
        try (var journal = journal()) {
            assertThat(journal.spent("bulk-label").total()).isEqualTo(billed());
        }
    }
}
