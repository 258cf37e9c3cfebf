// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.bulk.BatchRejectedException;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Tier;
import dev.cadre.openai.testing.LoopbackBatch;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the batch lane does when the provider refuses, forgets, loses or hides something. */
class BatchFaultTest extends BatchTest {
    private static final BatchLimits LARGE = BatchLimits.of(50_000, 200_000_000);
    private static final BatchLimits BY_TWO = LARGE.withRequests(2);
    private static final LoopbackReply EMPTY_LIST =
            LoopbackReply.raw(200, "application/json", "{\"object\":\"list\",\"data\":[],\"has_more\":false}");

    private static final Predicate<LoopbackRequest> CREATES =
            request -> request.method().equals("POST") && request.path().equals("/v1/batches");
    private static final Predicate<LoopbackRequest> LISTS =
            request -> request.method().equals("GET") && request.path().startsWith("/v1/batches?");

    private static long asked(Predicate<LoopbackRequest> what) {
        return server.requests().stream().filter(what).count();
    }

    // --- create

    @Test
    @Timeout(60)
    void create_turnedAwayForNow_waitsAsLongAsItTakes() throws Exception {
        server.onAny().replies(label("bug"));
        var full = LoopbackReply.error(429, "requests", "token_limit_exceeded", "Too many enqueued tokens.")
                .header("retry-after", "300");
        var replies = new ArrayList<>(Collections.nCopies(11, full));
        replies.add(LoopbackReply.own());
        server.onService(CREATES).replies(full, replies.toArray(LoopbackReply[]::new));

        BulkSummary summary = run(3);

        assertThat(succeeded()).hasSize(3);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(3)).isEqualTo(billed());
        assertThat(asked(request -> request.path().equals("/v1/files")))
                .as("uploads")
                .isEqualTo(1);
        assertThat(clock.time()).isGreaterThan(Duration.ofSeconds(12 * 300));
        assertNothingIsOpen();
    }

    private static void assertPausedBy(Class<? extends ModelException> failure, BulkSummary summary) {
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.PAUSED);
        assertThat(summary.pause().orElseThrow().because()).isInstanceOf(failure);
    }

    @Test
    void batch_answeredByADearerModel_isABreach_andNothingMoreIsSent() throws Exception {
        server.onAny().replies(label("bug").field("model", "\"gpt-5.4\""));

        BulkSummary summary = run(tickets(6), BY_TWO.withOpenBatches(1), Budget.usd("5.00"));

        assertPausedBy(ModelException.DearerModel.class, summary);
        assertThat(summary.breaches())
                .hasSize(2)
                .allSatisfy(breach -> assertThat(breach.answeredBy()).isEqualTo("gpt-5.4"));
        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1");
        assertThat(server.batches()).hasSize(1);
        assertThat(summary.spend().total()).isEqualTo(billed());
        assertThat(pools.pool(Tier.NANO).stoppedBy()).isPresent();

        BulkSummary again = run(6);

        assertPausedBy(ModelException.DearerModel.class, again);
        assertThat(server.batches()).hasSize(1);
    }

    @Test
    void stream_thatBreaks_losesNoAnswer_andPaysForNothingThatWasNotSent() throws Exception {
        server.onAny().replies(label("bug"));
        server.holdingBatches();
        BudgetGuard tenant = Budget.usd("10.00").open();
        var broken = new IllegalStateException("the file is gone");
        Stream<Ticket> inputs = tickets(6).peek(ticket -> {
            if (ticket.id().equals("T3")) {
                for (int state = 0; state < 3; state++) {
                    server.advanceBatches();
                }
                throw broken;
            }
        });

        assertThatThrownBy(() -> run(inputs, BY_TWO, Budget.usd("5.00").under(tenant)))
                .isSameAs(broken);

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1");
        assertThat(items)
                .filteredOn(item -> item.key().equals("T2"))
                .singleElement()
                .satisfies(item -> assertThat(item.outcome()).isInstanceOf(Outcome.Skipped.class));
        assertThat(tenant.state().settled()).isEqualTo(ITEM.times(2));
        assertThat(tenant.state().forfeited()).isEqualTo(Money.ZERO);
        assertNothingIsOpen();
    }

    @Test
    void create_withoutQuota_endsTheRunAndCostsNothing() throws Exception {
        server.onService(CREATES)
                .replies(LoopbackReply.error(429, "insufficient_quota", "insufficient_quota", "Out of money."));

        BulkSummary summary = run(3);

        assertPausedBy(ModelException.QuotaExhausted.class, summary);
        assertThat(summary.notStarted()).containsExactly("T0", "T1", "T2");
        assertNothingIsOpen();
        try (var journal = journal()) {
            assertThat(journal.spent("bulk-label").total()).isEqualTo(Money.ZERO);
        }
    }

    @Test
    void create_thatFailsWhileNothingIsUnderWay_endsTheRunAfterAFewTries() throws Exception {
        server.onService(CREATES).replies(LoopbackReply.error(503, "server_error", "", "Later."));

        BulkSummary summary = run(3);

        assertPausedBy(ModelException.ServerFailed.class, summary);
        assertThat(summary.skipped()).isEqualTo(3);
        assertThat(asked(CREATES)).isEqualTo(5);
        assertNothingIsOpen();
    }

    @Test
    void create_thatFailsWhileABatchIsUnderWay_isTriedUntilItWorks() throws Exception {
        server.onAny().replies(label("bug"));
        server.holdingBatches();
        var creates = new AtomicInteger();
        server.onService(CREATES)
                .answers(request -> creates.incrementAndGet() > 1 && creates.get() < 20
                        ? LoopbackReply.error(503, "server_error", "", "Later.")
                        : LoopbackReply.own());
        clock.onWait(() -> {
            if (creates.get() >= 20) {
                server.advanceBatches();
            }
        });

        BulkSummary summary = run(tickets(4), BY_TWO, Budget.usd("5.00"));

        assertThat(succeeded()).hasSize(4);
        assertThat(server.batches()).extracting(LoopbackBatch::status).containsExactly("completed", "completed");
        assertThat(summary.spend().total()).isEqualTo(billed());
    }

    // --- what a provider may enqueue

    @Test
    @Timeout(60)
    void batch_thatIsTooLargeForTheAccount_isHalvedUntilItIsTaken() throws Exception {
        server.onAny().replies(label("bug"));
        server.limitingBatches(50_000, 200_000_000, 1_100);

        BulkSummary summary = run(16);

        assertThat(succeeded()).hasSize(16).doesNotHaveDuplicates();
        assertThat(server.batches()).hasSizeLessThan(20);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(16)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @Test
    @Timeout(60)
    void batch_rejectedWithoutAReason_endsTheRun() {
        server.onService(request -> request.path().equals("/v1/batches/batch_1"))
                .replies(LoopbackReply.raw(200, "application/json", """
                        {"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1",
                        "completion_window":"24h","status":"failed","created_at":1}"""));

        assertThatThrownBy(() -> run(2)).isInstanceOf(BatchRejectedException.class);

        assertThat(server.batches()).hasSize(1);
        assertNothingIsOpen();
    }

    @Test
    void batches_moreThanFour_areUnderWayIfAskedFor() throws Exception {
        server.onAny().replies(label("bug"));
        server.holdingBatches();
        clock.onWait(() -> {
            if (server.batches().size() == 6) {
                server.advanceBatches();
            }
        });

        run(
                tickets(6),
                LARGE.withRequests(1).withOpenBatches(6),
                Budget.usd("5.00").within(Duration.ofMinutes(10)));

        assertThat(succeeded()).hasSize(6);
    }

    @Test
    void input_thatFitsIntoNoBatch_failsAtOnceAndHoldsUpNobody() throws Exception {
        server.onAny().replies(label("bug"));
        server.holdingBatches();
        clock.onWait(() -> {
            assertThat(server.batches()).hasSize(2);
            server.advanceBatches();
        });
        var long1 = new Ticket("long", "x".repeat(5_000));

        run(
                Stream.of(tickets(2), Stream.of(long1), tickets(4).skip(2)).flatMap(each -> each),
                BY_TWO.withBytes(4_000),
                Budget.usd("5.00"));

        assertThat(succeeded()).hasSize(4);
        assertThat(failure("long").kind()).isEqualTo(Failure.Kind.INVALID_INPUT);
    }

    // --- a batch that may be there

    @Test
    void reply_toCreateLostAndTheListBehind_doesNotMakeASecondBatch() throws Exception {
        server.onAny().replies(label("bug"));
        server.onService(CREATES)
                .replies(LoopbackReply.own().fault(LoopbackFault.CLOSE_BEFORE_REPLY), LoopbackReply.own());
        server.onService(LISTS).replies(EMPTY_LIST, EMPTY_LIST, EMPTY_LIST, LoopbackReply.own());

        BulkSummary summary = run(3);

        assertThat(server.batches()).hasSize(1);
        assertThat(succeeded()).hasSize(3);
        assertThat(summary.batches()).isEqualTo(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(3)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @Test
    void batch_thatNeverShows_isBookedAtItsWorstBeforeItIsMadeAgain() throws Exception {
        server.onAny().replies(label("bug"));
        server.onService(CREATES)
                .replies(LoopbackReply.own().fault(LoopbackFault.CLOSE_BEFORE_REPLY), LoopbackReply.own());
        server.onService(LISTS).replies(EMPTY_LIST);
        clock.onWait(server::advanceBatches); // both are worked on

        BulkSummary summary = run(3);

        assertThat(server.batches()).hasSize(2);
        assertThat(server.charges()).hasSize(6);
        assertThat(succeeded()).hasSize(3);
        assertThat(summary.spend().settled()).isEqualTo(ITEM.times(3));
        assertThat(summary.spend().estimated()).isTrue();
        assertThat(summary.spend().total().isMoreThan(billed())).isTrue();
        assertThat(asked(request ->
                        request.method().equals("DELETE") && request.path().startsWith("/v1/files/")))
                .as("the file that a late create would need")
                .isEqualTo(1);
        assertThat(clock.time()).isGreaterThan(Duration.ofMinutes(2));
        assertNothingIsOpen();
    }

    @Test
    void batch_thatNeverShows_isNotMadeAgainIfThereIsNoMoneyForBoth() throws Exception {
        server.onAny().replies(label("bug"));
        server.onService(CREATES)
                .replies(LoopbackReply.own().fault(LoopbackFault.CLOSE_BEFORE_REPLY), LoopbackReply.own());
        server.onService(LISTS).replies(EMPTY_LIST);
        Money worst = coordinator
                .bulk(LABEL)
                .lane(Lane.BATCH)
                .preview(tickets(1))
                .cost()
                .worst(); // of two tries

        BulkSummary summary = run(tickets(2), LARGE, Budget.of(worst));

        assertThat(server.batches()).hasSize(1);
        assertThat(failure("T0").kind()).isEqualTo(Failure.Kind.BUDGET);
        assertThat(summary.spend().total()).isEqualTo(worst);
        assertThat(billed().isMoreThan(summary.spend().total())).isFalse();
    }

    @Test
    void batch_onRecord_isResumedThoughTheListIsSilent() throws Exception {
        leaveOneOpen(2);
        server.onService(LISTS).replies(EMPTY_LIST);

        BulkSummary summary = run(2);

        assertThat(succeeded()).hasSize(2);
        assertThat(server.batches()).hasSize(1);
        assertThat(asked(LISTS)).isZero();
        assertThat(summary.spend().total()).isEqualTo(billed());
    }

    @Test
    void batch_thatIsNotKnownYet_isAskedAfterAgain() throws Exception {
        server.onAny().replies(label("bug"));
        var unknown = LoopbackReply.error(404, "invalid_request_error", "", "No batch found with id 'batch_1'.");
        server.onService(request -> request.path().startsWith("/v1/batches/"))
                .replies(unknown, unknown, LoopbackReply.own());

        run(2);

        assertThat(succeeded()).hasSize(2);
        assertThat(server.batches()).hasSize(1);
    }

    @Test
    void batch_ofAnotherProject_endsTheRunAndIsNotMadeAgain() throws Exception {
        leaveOneOpen(2);
        server.onService(request -> request.path().startsWith("/v1/batches/"))
                .replies(LoopbackReply.error(404, "invalid_request_error", "", "No batch found."));

        BulkSummary summary = run(2);

        assertPausedBy(ModelException.InvalidRequest.class, summary);
        assertThat(summary.pause().orElseThrow().message())
                .contains("the provider does not know batch 'batch_1': was it made with the key of another");

        assertThat(server.batches()).hasSize(1);
        try (var journal = journal()) {
            assertThat(journal.batches("bulk-label"))
                    .filteredOn(JournalEntry.Enqueued.class::isInstance)
                    .hasSize(2);
        }
    }

    /** A session whose time was up while the provider could not be asked. */
    private BulkSummary leaveOneOpen(int count) throws InterruptedException {
        server.onAny().replies(label("bug"));
        var isGone = new AtomicInteger(1);
        server.onService(request -> isGone.get() == 1 && request.path().startsWith("/v1/batches/"))
                .replies(LoopbackReply.error(503, "server_error", "", "Later."));
        BulkSummary summary = run(tickets(count), LARGE, Budget.usd("5.00").within(Duration.ofMinutes(5)));
        isGone.set(0);
        assertThat(items).hasSize(count).noneMatch(item -> item.outcome().isSucceeded());
        items.clear();
        return summary;
    }

    /** Whatever record of the lane finds no room: what is known is handed over, and the run has its summary. */
    @Test
    void journal_thatIsFullFromAnyRecordOn_endsTheRunWithASummary() throws Exception {
        server.onAny().replies(label("bug"));
        boolean isWhole = false;
        for (int full = 2; !isWhole; full++) {
            items.clear();
            try (var journal = new FullJournal(FileJournal.open(folder.resolve("full-" + full + ".journal")), full)) {
                BulkSummary summary = coordinator
                        .bulk(LABEL)
                        .keyedBy(Ticket::id)
                        .journal(journal)
                        .lane(Lane.BATCH)
                        .run(tickets(2), Budget.usd("5.00"), items::add);

                isWhole = !journal.isFull();
                assertThat(items).as("full from record %d on", full).hasSizeLessThanOrEqualTo(2);
                if (summary.stop() == BulkSummary.Stop.JOURNAL_FAILED) {
                    assertThat(summary.unrecorded().orElseThrow()).hasMessageContaining("no space left");
                } else {
                    assertThat(succeeded())
                            .as("at most the end of the run is lost")
                            .hasSize(2);
                }
            }
        }
        assertThat(succeeded()).hasSize(2);
    }

    @Test
    void journal_cutAfterAnyRecord_isResumedWithOneBatchAndOneBill() throws Exception {
        server.onAny().replies(label("bug"));
        run(3);
        Path file = folder.resolve("labels.journal");
        List<String> lines = Files.readAllLines(file);
        int asked = IntStream.range(0, lines.size())
                .filter(line -> lines.get(line).contains("file-"))
                .findFirst()
                .orElseThrow();

        for (int kept = asked + 1; kept <= lines.size(); kept++) {
            Files.write(file, lines.subList(0, kept));
            items.clear();

            run(3);

            assertThat(succeeded()).as("after %d records", kept).containsExactlyInAnyOrder("T0", "T1", "T2");
            assertThat(server.batches()).as("after %d records", kept).hasSize(1);
            assertThat(server.charges()).hasSize(3);
            try (var journal = journal()) {
                assertThat(journal.spent("bulk-label").total()).isEqualTo(billed());
                assertThat(journal.batches("bulk-label"))
                        .filteredOn(JournalEntry.Enqueued.class::isInstance)
                        .isEmpty();
            }
        }
    }

    @Test
    void answers_ofAnEarlierSession_waitForTheInputsThatTheyAreJudgedBy() throws Exception {
        var picky = LABEL.accept("not T3", (ticket, label) -> !ticket.id().equals("T3"));
        server.onAny().replies(label("bug"));
        var isGone = new AtomicInteger(1);
        server.onService(request -> isGone.get() == 1 && request.path().startsWith("/v1/batches/"))
                .replies(LoopbackReply.error(503, "server_error", "", "Later."));
        var judged = BY_TWO.withOpenBatches(1);
        try (var journal = journal()) {
            coordinator
                    .bulk(picky)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .batchLimits(judged)
                    .run(tickets(2), Budget.usd("5.00").within(Duration.ofMinutes(5)), items::add);
        }
        isGone.set(0);

        // the stream comes to them last
        try (var journal = journal()) {
            coordinator
                    .bulk(picky)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .batchLimits(judged)
                    .run(Stream.concat(tickets(6).skip(2), tickets(2)), Budget.usd("5.00"), items::add);
        }

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1", "T2", "T4", "T5");
        assertThat(server.charges()).hasSize(6);
    }

    // --- files

    @Test
    @Timeout(60)
    void answers_thatTheProviderHasForgotten_areBookedAtTheirWorstAndAskedForOnceMore() throws Exception {
        server.onAny().replies(label("bug"));
        forget(0);

        BulkSummary summary = run(2);

        assertThat(succeeded()).hasSize(2);
        assertThat(server.batches()).hasSize(2);
        assertThat(summary.spend().settled()).isEqualTo(ITEM.times(2));
        assertThat(summary.spend().total().isMoreThan(billed())).isTrue();
        assertNothingIsOpen();
    }

    /** The server no longer has one of the files that are asked for: the first has answers, the second failures. */
    private static void forget(int place) {
        var files = new ArrayList<String>();
        server.onService(request -> request.path().endsWith("/content")).answers(request -> {
            if (!files.contains(request.path())) {
                files.add(request.path());
            }
            return files.indexOf(request.path()) == place
                    ? LoopbackReply.error(404, "invalid_request_error", "", "No such File object")
                    : LoopbackReply.own();
        });
    }

    @Test
    void answers_thatAppearLate_areReadThen() throws Exception {
        server.onAny().replies(label("bug"));
        var none = LoopbackReply.error(404, "invalid_request_error", "", "No such File object: file-2");
        server.onService(request -> request.path().endsWith("/content")).replies(none, none, LoopbackReply.own());

        BulkSummary summary = run(2);

        assertThat(succeeded()).hasSize(2);
        assertThat(server.batches()).hasSize(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(2)).isEqualTo(billed());
    }

    @Test
    void failures_thatTheProviderHasForgotten_areFreeIfTheRestMakesUpTheBill() throws Exception {
        server.on(request -> asks(request, 0))
                .replies(LoopbackReply.error(500, "server_error", "", "Broke."), label("bug"));
        server.onAny().replies(label("bug"));
        forget(1);

        BulkSummary summary = run(2);

        assertThat(succeeded()).hasSize(2);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(2)).isEqualTo(billed());
        assertThat(summary.spend().estimated()).isFalse();
    }

    // --- time, money and threads

    @Test
    void poll_waitsAsLongAsTheProviderAsks() throws Exception {
        server.onAny().replies(label("bug"));
        server.onService(request -> request.path().startsWith("/v1/batches/"))
                .replies(
                        LoopbackReply.error(429, "requests", "rate_limit_exceeded", "Slowly.")
                                .header("retry-after", "600"),
                        LoopbackReply.own());

        run(1);

        assertThat(succeeded()).hasSize(1);
        assertThat(clock.time()).isGreaterThan(Duration.ofSeconds(600));
    }

    @Test
    void tool_ofTheProvider_isPaidInABatch() throws Exception {
        server.onAny().replies(LoopbackReply.text("").usage(USED).field("output", """
                                [{"type":"web_search_call","id":"ws_1","status":"completed",
                                "action":{"type":"search","query":"x"}},
                                {"type":"message","id":"m","role":"assistant","status":"completed",
                                "content":[{"type":"output_text","text":"{\\"name\\":\\"bug\\"}","annotations":[]}]}]"""));

        try (var journal = journal()) {
            BulkSummary summary = coordinator
                    .bulk(LABEL.providerTools(2, new ProviderTool.WebSearch()))
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(1), Budget.usd("5.00"), items::add);

            assertThat(succeeded()).hasSize(1);
            // a search is a cent, also in a batch
            assertThat(summary.spend().settled()).isEqualTo(ITEM.plus(Money.usd("0.01")));
        }
    }

    @Test
    void budgetAround_afterARunThatLeftABatchOpen_hasNothingOutstanding() throws Exception {
        server.onAny().replies(label("bug"));
        server.onService(request -> request.path().startsWith("/v1/batches/"))
                .replies(LoopbackReply.error(503, "server_error", "", "Later."));
        try (var tenant = Budget.usd("9.00").open()) {
            BulkSummary summary = run(
                    tickets(2),
                    LARGE,
                    Budget.usd("5.00").within(Duration.ofMinutes(5)).under(tenant));

            assertThat(tenant.openReservations()).isZero();
            assertThat(tenant.state().forfeited()).isEqualTo(summary.spend().forfeited());
        }
    }

    @Test
    void interrupt_whileAShardIsFilled_isAnInterrupt() throws Exception {
        server.onAny().replies(label("bug"));
        Thread caller = Thread.currentThread();

        assertThatThrownBy(() -> run(
                        tickets(3).peek(ticket -> {
                            if (ticket.id().equals("T1")) {
                                caller.interrupt();
                            }
                        }),
                        LARGE,
                        Budget.usd("5.00")))
                .isInstanceOf(InterruptedException.class);

        Thread.interrupted();
        run(3);
        assertThat(succeeded()).hasSize(3);
        assertThat(server.charges()).hasSize(3);
    }

    @Test
    void answers_behindTheLongestFile_areMissing_andTheOthersAreKept() throws Exception {
        server.onAny().replies(label("bug"));
        try (var cut = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .maxFileBytes(8_000)
                        .build();
                var journal = journal()) {
            ModelPool pool = ModelPool.builder(cut, "gpt-5.4-nano").build();
            BulkSummary summary = Coordinator.builder(
                            ModelPools.builder().bind(Tier.NANO, pool).build())
                    .clock(clock)
                    .build()
                    .bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(12), Budget.usd("5.00"), items::add);

            // what is behind is paid for at its worst case and submitted once more, where it is not behind any more
            int behind = server.batches().getLast().requests();
            assertThat(server.batches()).hasSize(2);
            assertThat(behind).isBetween(1, 11);
            assertThat(succeeded()).hasSize(12).doesNotHaveDuplicates();
            assertThat(summary.spend().settled()).isEqualTo(ITEM.times(12));
            assertThat(summary.spend().forfeited()).isGreaterThanOrEqualTo(ITEM.times(behind));
        }
    }

    /** Takes no record from one on, counted from 1. */
    private static final class FullJournal implements Journal {
        private final Journal journal;
        private final int full;
        private final AtomicInteger records = new AtomicInteger();

        FullJournal(Journal journal, int full) {
            this.journal = journal;
            this.full = full;
        }

        boolean isFull() {
            return records.get() >= full;
        }

        @Override
        public Claim claim(String run) {
            return journal.claim(run);
        }

        @Override
        public CompletableFuture<Void> submit(JournalEntry entry) {
            return records.incrementAndGet() < full
                    ? journal.submit(entry)
                    : CompletableFuture.failedFuture(new IllegalStateException("no space left"));
        }

        @Override
        public void append(JournalEntry entry) {
            submit(entry).join();
        }

        @Override
        public Optional<JournalEntry.Ended> ended(JournalKey key, Fingerprint fingerprint) {
            return journal.ended(key, fingerprint);
        }

        @Override
        public Set<JournalKey> withOutput(String run) {
            return journal.withOutput(run);
        }

        @Override
        public Optional<JournalEntry.Ended> endedItem(String run, String subtask, Fingerprint fingerprint) {
            return journal.endedItem(run, subtask, fingerprint);
        }

        @Override
        public List<JournalEntry.RunStarted> runs() {
            return journal.runs();
        }

        @Override
        public Optional<JournalEntry.RunEnded> runEnded(String run) {
            return journal.runEnded(run);
        }

        @Override
        public List<JournalEntry.PlanAdmitted> plan(String run) {
            return journal.plan(run);
        }

        @Override
        public List<JournalEntry.Intent> openIntents(String run) {
            return journal.openIntents(run);
        }

        @Override
        public List<JournalEntry.OfBatch> batches(String run) {
            return journal.batches(run);
        }

        @Override
        public Spend spent(String run) {
            return journal.spent(run);
        }

        @Override
        public Spend planningSpent(String run) {
            return journal.planningSpent(run);
        }

        @Override
        public void close() {
            journal.close();
        }
    }
}
