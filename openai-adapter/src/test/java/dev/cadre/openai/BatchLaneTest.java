// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.bulk.BatchRejectedException;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Tier;
import dev.cadre.openai.testing.LoopbackBatch;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bulk by batches, against the loopback server, on a clock that does not wait. */
class BatchLaneTest extends BatchTest {
    @Test
    void items_inOneBatch_costHalfAndAreEachHandedOverOnce() throws Exception {
        server.onAny().replies(label("bug"));

        BulkSummary summary = run(5);

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1", "T2", "T3", "T4");
        assertThat(items).allSatisfy(item -> {
            assertThat(item.spend().total()).isEqualTo(ITEM);
            assertThat(item.key()).isEqualTo("T" + item.index());
        });
        assertThat(summary.batches()).isEqualTo(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(5)).isEqualTo(billed());
        assertThat(summary.spend().estimated()).isFalse();
        assertNothingIsOpen();
    }

    @Test
    void events_areThoseOfTheOtherLane_saveTheRungs() throws Exception {
        server.onAny().replies(label("bug"));
        var events = new ArrayList<RunEvent>();
        var told = Coordinator.builder(pools).clock(clock).listener(events::add).build();

        BulkSummary summary;
        try (var journal = journal()) {
            summary = told.bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(1), Budget.usd("5.00"), items::add);
        }

        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("RunStarted", "SubtaskAdmitted", "AttemptEnded", "SubtaskEnded", "RunEnded");
        var call = (RunEvent.AttemptEnded) events.get(2);
        assertThat(call.subtaskId()).isEqualTo("T0");
        assertThat(call.spend()).isEqualTo(summary.sessionSpend());
        assertThat(call.spend().total()).isEqualTo(ITEM);
    }

    @Test
    void callsOfTools_inABatch_arePaidAtTheirWholeFee() throws Exception {
        String searched = "{\"type\":\"web_search_call\",\"id\":\"ws_%d\",\"status\":\"completed\","
                + "\"action\":{\"type\":\"search\",\"query\":\"bug\"}}";
        String message =
                "{\"type\":\"message\",\"id\":\"m\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"output_text\",\"text\":\"{\\\"name\\\":\\\"bug\\\"}\",\"annotations\":[]}]}";
        server.onAny()
                .replies(LoopbackReply.text("")
                        .usage(USED)
                        .field(
                                "output",
                                "[%s,%s,%s]".formatted(searched.formatted(1), searched.formatted(2), message)));

        BulkSummary summary;
        try (var journal = journal()) {
            summary = coordinator
                    .bulk(LABEL.providerTools(3, new ProviderTool.WebSearch()))
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(1), Budget.usd("5.00"), items::add);
        }

        // half price is for tokens alone
        assertThat(summary.spend().settled()).isEqualTo(ITEM.plus(Money.usd("0.02")));
        assertThat(summary.spend().estimated()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"default, 0.00035", "flex, 0.00035", "auto, 0.00035", "priority, ", "ultrafast, "})
    void serviceTier_thatAnAnswerNames_neverLowersTheCost(String named, String cost) throws Exception {
        server.onAny().replies(label("bug").field("service_tier", "\"" + named + "\""));

        BulkSummary summary = run(1);

        // nano has no price for priority, and nobody knows that of ultrafast
        assertThat(summary.spend().settled()).isEqualTo(cost == null ? Money.ZERO : Money.usd(cost));
        assertThat(summary.spend().forfeited().isMoreThan(ITEM)).isEqualTo(cost == null);
    }

    @Test
    void items_beyondALimit_goIntoFurtherBatches() throws Exception {
        server.onAny().replies(label("bug"));

        BulkSummary byCount = run(tickets(5), BatchLimits.of(2, 200_000_000), Budget.usd("5.00"));

        assertThat(byCount.batches()).isEqualTo(3);
        assertThat(server.batches()).extracting(LoopbackBatch::requests).containsExactly(2, 2, 1);
        assertThat(succeeded()).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens", "batches"})
    void items_beyondWhatMayBeUnderWay_waitForTheBatchesBefore(String limit) throws Exception {
        server.onAny().replies(label("bug"));
        server.holdingBatches();
        var mostOpen = new AtomicInteger();
        clock.onWait(() -> {
            mostOpen.accumulateAndGet(
                    (int) server.batches().stream()
                            .filter(batch -> !batch.status().equals("completed"))
                            .count(),
                    Math::max);
            server.advanceBatches();
        });
        var byTwo = BatchLimits.of(2, 200_000_000);

        BulkSummary summary = run(
                tickets(6),
                limit.equals("tokens") ? byTwo.withEnqueuedTokens(600) : byTwo.withOpenBatches(1),
                Budget.usd("5.00"));

        assertThat(mostOpen.get()).isEqualTo(1);
        assertThat(summary.batches()).isEqualTo(3);
        assertThat(succeeded()).hasSize(6);
    }

    @Test
    void requests_thatFailedInAWayThatMayPass_areSubmittedOnceMoreAndPaidOnce() throws Exception {
        server.on(request -> asks(request, 1))
                .replies(LoopbackReply.error(500, "server_error", "", "Broke."), label("bug"));
        server.on(request -> asks(request, 2)).replies(LoopbackReply.error(500, "server_error", "", "Broke."));
        server.on(request -> asks(request, 3))
                .replies(LoopbackReply.error(400, "invalid_request_error", "bad", "No."), label("bug"));
        server.onAny().replies(label("bug"));

        BulkSummary summary = run(4);

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1");
        assertThat(failure("T2").message()).contains("status 500");
        assertThat(failure("T3").message()).contains("status 400");
        assertThat(server.batches()).extracting(LoopbackBatch::requests).containsExactly(4, 2);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(2)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @Test
    void requests_thatExpired_areSubmittedOnceMoreAndPaidOnce() throws Exception {
        server.onAny().replies(label("bug"));
        server.onBatch(batch -> batch.number() == 1).expiresAfter(3);

        BulkSummary summary = run(10);

        assertThat(succeeded()).hasSize(10).doesNotHaveDuplicates();
        assertThat(server.batches()).extracting(LoopbackBatch::requests).containsExactly(10, 7);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(10)).isEqualTo(billed());
    }

    @Test
    void request_thatStandsInNoFile_isBookedAtItsWorstAndSubmittedOnceMore() throws Exception {
        server.on(request -> asks(request, 1))
                .replies(label("bug").fault(LoopbackFault.CLOSE_BEFORE_REPLY), label("bug"));
        server.onAny().replies(label("bug"));

        BulkSummary summary = run(2);

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1");
        assertThat(summary.spend().estimated()).isTrue();
        assertThat(summary.spend().settled()).isEqualTo(ITEM.times(2));
        assertThat(summary.spend().total().isMoreThan(billed())).isTrue();
    }

    @Test
    void answer_thatDoesNotFitOrIsRefused_failsItsItemAndIsPaid() throws Exception {
        server.on(request -> asks(request, 0))
                .replies(LoopbackReply.text("nonsense").usage(USED));
        server.on(request -> asks(request, 1))
                .replies(LoopbackReply.refusal("No.").usage(USED));
        server.on(request -> asks(request, 2))
                .replies(LoopbackReply.truncated("{").usage(USED));
        server.onAny().replies(label("bug"));

        BulkSummary summary = run(4);

        assertThat(failure("T0").kind()).isEqualTo(Failure.Kind.INVALID_OUTPUT);
        assertThat(failure("T1").kind()).isEqualTo(Failure.Kind.REFUSED);
        assertThat(failure("T2").kind()).isEqualTo(Failure.Kind.TRUNCATED);
        assertThat(summary.batches()).isEqualTo(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(4)).isEqualTo(billed());
    }

    @Test
    void rule_ofTheType_judgesTheAnswerBesideItsInput() throws Exception {
        server.onAny().replies(label("bug"));
        var picky =
                LABEL.accept("only T1 is a bug", (ticket, label) -> ticket.id().equals("T1"));

        try (var journal = journal()) {
            coordinator
                    .bulk(picky)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(2), Budget.usd("5.00"), items::add);
        }

        assertThat(succeeded()).containsExactly("T1");
        assertThat(failure("T0").kind()).isEqualTo(Failure.Kind.NOT_ACCEPTED);
    }

    /** Two of its values are refused by an error and by an undeclared checked exception. */
    record Strict(String name) {
        Strict {
            if (name.equals("error")) {
                throw new AssertionError("not that");
            }
            if (name.equals("io")) {
                throw BatchLaneTest.<RuntimeException>sneaky(new IOException("no list of names"));
            }
        }
    }

    @Test
    void constructor_thatThrowsWhatItShouldNot_failsItsItemAlone() throws Exception {
        server.on(request -> asks(request, 1)).replies(label("error"));
        server.on(request -> asks(request, 2)).replies(label("io"));
        server.onAny().replies(label("bug"));
        var ended = new ArrayList<BulkItem<Strict>>();

        BulkSummary summary;
        try (var journal = journal()) {
            summary = coordinator
                    .bulk(SubtaskType.model("label", Ticket.class, Strict.class, "Label the ticket."))
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(4), Budget.usd("5.00"), ended::add);
        }

        assertThat(ended).extracting(BulkItem::key).containsExactlyInAnyOrder("T0", "T1", "T2", "T3");
        assertThat(causes(ended)).containsExactly("AssertionError: not that", "IOException: no list of names");
        assertPaidOnce(summary);
    }

    @Test
    void rule_thatThrowsWhatItShouldNot_failsItsItemAlone() throws Exception {
        server.onAny().replies(label("bug"));
        var broken = LABEL.accept("is listed", (ticket, label) -> {
            switch (ticket.id()) {
                case "T1" -> throw new AssertionError("not that");
                case "T2" -> throw BatchLaneTest.<RuntimeException>sneaky(new IOException("no list of names"));
                default -> {
                    return true;
                }
            }
        });

        BulkSummary summary;
        try (var journal = journal()) {
            summary = coordinator
                    .bulk(broken)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(tickets(4), Budget.usd("5.00"), items::add);
        }

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T3");
        assertThat(causes(items)).containsExactly("AssertionError: not that", "IOException: no list of names");
        assertPaidOnce(summary);
    }

    private static List<String> causes(List<? extends BulkItem<?>> ended) {
        return ended.stream()
                .sorted(Comparator.comparing(BulkItem::key))
                .map(BulkItem::outcome)
                .flatMap(outcome ->
                        outcome instanceof Outcome.Failed<?>(Failure failure) ? Stream.of(failure) : Stream.empty())
                .filter(failure -> failure.kind() == Failure.Kind.CODE_FAILED
                        && failure.cause().isPresent())
                .map(failure -> failure.message().replaceAll("( \\(in .*|, thrown by .*)", ""))
                .toList();
    }

    private void assertPaidOnce(BulkSummary summary) {
        assertThat(summary.succeeded()).isEqualTo(2);
        assertThat(summary.failed()).isEqualTo(2);
        assertThat(summary.batches()).isEqualTo(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(4)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void batch_rejectedAsAWhole_endsTheRunWithItsReasonsAndCostsNothing() throws Exception {
        server.onAny().replies(label("bug"));
        server.onBatch(batch -> true).isRejected("invalid_thing", "This is not how it is done.");

        assertThatThrownBy(() -> run(3))
                .isInstanceOfSatisfying(
                        BatchRejectedException.class,
                        rejected -> assertThat(rejected.defects())
                                .singleElement()
                                .satisfies(defect -> assertThat(defect.code()).isEqualTo("invalid_thing")))
                .hasMessageContaining("This is not how it is done.");

        assertThat(billed()).isEqualTo(Money.ZERO);
        assertNothingIsOpen();
        try (var journal = journal()) {
            assertThat(journal.spent("bulk-label").total()).isEqualTo(Money.ZERO);
        }
    }

    @Test
    void batch_rejectedBecauseTooMuchIsEnqueued_isSubmittedAgainLater() throws Exception {
        server.onAny().replies(label("bug"));
        server.limitingBatches(50_000, 200_000_000, 1_100);

        BulkSummary summary = run(tickets(6), BatchLimits.of(2, 200_000_000), Budget.usd("5.00"));

        assertThat(succeeded()).hasSize(6).doesNotHaveDuplicates();
        assertThat(server.batches()).extracting(LoopbackBatch::status).contains("failed", "completed");
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(6)).isEqualTo(billed());
    }

    @ParameterizedTest
    @EnumSource(
            value = LoopbackFault.class,
            names = {"CLOSE_BEFORE_REPLY", "RESET_IN_BODY", "NONE"})
    void reply_toCreateLost_doesNotMakeASecondBatch(LoopbackFault fault) throws Exception {
        server.onAny().replies(label("bug"));
        server.onService(request ->
                        request.method().equals("POST") && request.path().equals("/v1/batches"))
                .replies(LoopbackReply.own().fault(fault), LoopbackReply.own());

        BulkSummary summary = run(3);

        assertThat(server.batches()).hasSize(1);
        assertThat(succeeded()).hasSize(3);
        assertThat(summary.spend().total()).isEqualTo(billed());
    }

    @Test
    void download_lostHalfway_isReadAgainAndEachItemHandedOverOnce() throws Exception {
        server.onAny().replies(label("bug"));
        server.onService(request -> request.path().endsWith("/content"))
                .replies(LoopbackReply.own().fault(LoopbackFault.RESET_IN_BODY), LoopbackReply.own());

        BulkSummary summary = run(200);

        assertThat(succeeded()).hasSize(200).doesNotHaveDuplicates();
        assertThat(server.batches()).hasSize(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(200)).isEqualTo(billed());
    }

    @Test
    void money_thatReachesForSomeItems_submitsThemAndSkipsTheNext() throws Exception {
        server.onAny().replies(label("bug"));
        var worst = coordinator
                .bulk(LABEL)
                .lane(Lane.BATCH)
                .preview(tickets(1))
                .cost()
                .worst();

        BulkSummary summary = run(tickets(30), BatchLimits.of(2, 200_000_000), Budget.of(worst.times(2)));

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.BUDGET);
        assertThat(items.getLast().outcome())
                .isInstanceOfSatisfying(
                        Outcome.Skipped.class,
                        skipped -> assertThat(
                                        ((Outcome.Skipped<?>) skipped).skip().kind())
                                .isEqualTo(Skip.Kind.BUDGET));
        assertThat(summary.spend().total()).isEqualTo(billed());
        assertThat(summary.spend().total().isMoreThan(summary.limit())).isFalse();
        assertThat(succeeded()).isNotEmpty();
    }

    @Test
    void preview_ofBatches_isHalfOfWhatCallsCost() {
        Bulk<Ticket, Label> bulk = coordinator.bulk(LABEL);

        var now = bulk.preview(tickets(10));
        var batch = bulk.lane(Lane.BATCH).preview(tickets(10));

        assertThat(batch.expected().times(2)).isEqualTo(now.expected());
        assertThat(batch.low().times(2)).isEqualTo(now.low());
        assertThat(batch.calls()).as("two submissions").isEqualTo(new CountRange(10, 10, 20));
        assertThat(now.calls())
                .as("call, truncated, repair; four attempts each")
                .isEqualTo(new CountRange(10, 10, 120));
        assertThat(batch.worst().times(2)).isLessThan(now.worst());
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void type_thatIsMoreThanACall_isRefusedBeforeAnythingIsSpent() {
        try (var journal = journal()) {
            assertThatThrownBy(() -> coordinator
                            .bulk(LABEL.upTo(Tier.MINI))
                            .journal(journal)
                            .lane(Lane.BATCH)
                            .run(tickets(1), Budget.usd("5.00"), items::add))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("subtask type 'label' is more than a single call: it may escalate to MINI");
        }
        assertThatThrownBy(
                        () -> coordinator.bulk(LABEL).lane(Lane.BATCH).run(tickets(1), Budget.usd("5.00"), items::add))
                .hasMessage("the batch lane needs a journal: a batch outlives the process");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void deadline_whileABatchIsOpen_cancelsItAndKeepsWhatHadArrived() throws Exception {
        server.onAny().replies(label("bug"));
        server.holdingBatches();
        var waits = new AtomicInteger();
        clock.onWait(() -> {
            if (waits.incrementAndGet() != 2) { // in progress, and nothing more before it is cancelled
                server.advanceBatches();
            }
        });

        BulkSummary summary = run(
                tickets(4),
                BatchLimits.of(50_000, 200_000_000),
                Budget.usd("5.00").within(Duration.ofSeconds(12)));

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        assertThat(server.batches().getFirst().status()).isEqualTo("cancelled");
        assertThat(succeeded()).hasSize(2);
        assertThat(items).hasSize(4);
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(2)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @Test
    void interrupt_whileABatchIsOpen_cancelsItAndTheNextSessionPaysForNothingTwice() throws Exception {
        server.onAny().replies(label("bug"));
        server.holdingBatches();
        var waits = new AtomicInteger();
        clock.onWait(() -> {
            if (waits.incrementAndGet() == 2) {
                Thread.currentThread().interrupt();
            }
            server.advanceBatches();
        });

        assertThatThrownBy(() -> run(4)).isInstanceOf(InterruptedException.class);
        assertThat(server.batches().getFirst().status()).isIn("cancelled", "completed");
        clock.onWait(server::advanceBatches);
        BulkSummary second = run(4);

        assertThat(succeeded()).hasSize(4).doesNotHaveDuplicates();
        assertThat(second.succeeded()).isEqualTo(4);
        assertThat(server.charges()).hasSize(4);
        try (var journal = journal()) {
            assertThat(journal.spent("bulk-label").total()).isEqualTo(billed());
        }
    }

    @Test
    void batch_thatCannotBeAskedAfter_staysOpenForTheNextSession() throws Exception {
        var isGone = new AtomicBoolean(true);
        server.onAny().replies(label("bug"));
        server.onService(request -> isGone.get() && request.path().startsWith("/v1/batches/"))
                .replies(LoopbackReply.error(503, "server_error", "", "Later."));

        BulkSummary first = run(
                tickets(2),
                BatchLimits.of(50_000, 200_000_000),
                Budget.usd("5.00").within(Duration.ofMinutes(5)));

        assertThat(first.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        assertThat(first.failed()).isEqualTo(2);
        assertThat(items)
                .extracting(item -> item.key() + " " + item.outcome().reason())
                .containsExactly(
                        "T0 failed: DEADLINE: its answer was not read, which the next session does: the time was up",
                        "T1 failed: DEADLINE: its answer was not read, which the next session does: the time was up");
        items.clear();
        assertThat(first.spend().settled()).isEqualTo(Money.ZERO);
        assertThat(first.spend().forfeited().isMoreThan(ITEM.times(2))).isTrue();
        try (var journal = journal()) {
            assertThat(journal.batches("bulk-label"))
                    .filteredOn(JournalEntry.Enqueued.class::isInstance)
                    .hasSize(2);
            assertThatThrownBy(() -> coordinator
                            .bulk(LABEL)
                            .keyedBy(Ticket::id)
                            .journal(journal)
                            .run(tickets(2), Budget.usd("5.00"), items::add))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("items of 'bulk-label' are under way in batches: finish them with Lane.BATCH");
        }

        isGone.set(false);
        // just enough for the two that are open, and for the third once they are settled
        BulkSummary second = run(
                tickets(3),
                BatchLimits.of(50_000, 200_000_000),
                Budget.of(first.spend().forfeited()));

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1", "T2");
        assertThat(server.batches()).extracting(LoopbackBatch::requests).containsExactly(2, 1);
        assertThat(second.spend().total()).isEqualTo(ITEM.times(3)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @Test
    void batch_inAJournalOfAnEarlierVersion_isFoundAgain() throws Exception {
        var isGone = new AtomicBoolean(true);
        server.onAny().replies(label("bug"));
        server.onService(request -> isGone.get() && request.path().startsWith("/v1/batches/"))
                .replies(LoopbackReply.error(503, "server_error", "", "Later."));
        BulkSummary first = run(
                tickets(2),
                BatchLimits.of(50_000, 200_000_000),
                Budget.usd("5.00").within(Duration.ofMinutes(5)));
        Path file = folder.resolve("labels.journal");
        String before = Files.readString(file);
        EarlierJournal.rewrite(file);
        assertThat(Files.readString(file)).contains("\"attempt\":1000000").isNotEqualTo(before);
        items.clear();
        isGone.set(false);

        BulkSummary second = run(
                tickets(3),
                BatchLimits.of(50_000, 200_000_000),
                Budget.of(first.spend().forfeited()));

        assertThat(succeeded()).containsExactlyInAnyOrder("T0", "T1", "T2");
        assertThat(server.batches()).extracting(LoopbackBatch::requests).containsExactly(2, 1);
        assertThat(second.spend().total()).isEqualTo(ITEM.times(3)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @Test
    void item_ofAnOpenBatchThatTheStreamNoLongerHas_isPaidAndNotHandedOver() throws Exception {
        var isGone = new AtomicBoolean(true);
        server.onAny().replies(label("bug"));
        server.onService(request -> isGone.get() && request.path().startsWith("/v1/batches/"))
                .replies(LoopbackReply.error(503, "server_error", "", "Later."));
        run(tickets(2), BatchLimits.of(50_000, 200_000_000), Budget.usd("5.00").within(Duration.ofMinutes(5)));
        isGone.set(false);

        BulkSummary second = run(
                Stream.of(new Ticket("T1", "another text"), new Ticket("T9", "ticket <9>")),
                BatchLimits.of(50_000, 200_000_000),
                Budget.usd("5.00"));

        assertThat(succeeded()).containsExactlyInAnyOrder("T1", "T9");
        assertThat(second.spend().total()).isEqualTo(ITEM.times(4)).isEqualTo(billed());
        assertNothingIsOpen();
    }

    @Test
    void lanes_oneAfterTheOther_shareAJournal() throws Exception {
        server.onAny().replies(label("bug"));
        run(3);

        try (var journal = journal()) {
            BulkSummary now = Coordinator.of(pools) // whose calls take real time
                    .bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .run(tickets(4), Budget.usd("5.00"), items::add);
            assertThat(now.reused()).isEqualTo(3);
        }
        BulkSummary again = run(5);

        assertThat(again.reused()).isEqualTo(4);
        assertThat(server.charges()).hasSize(5);
    }

    @Test
    void filesOfShards_afterARun_areGone() throws Exception {
        server.onAny().replies(label("bug"));
        long before = temporary();

        run(3);

        assertThat(temporary()).isEqualTo(before);
    }

    private static long temporary() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("cadre-"))
                    .count();
        }
    }

    /** Else what is submitted with that money could come before it on the disk, and a kill between them would count both. */
    @Test
    void endOfAnItem_isOnItsWayToTheDisk_beforeItsMoneyCanBeUsedAgain() throws Exception {
        server.onAny().replies(label("good"));
        BudgetGuard tenant = Budget.usd("5.00").open();
        var openAtEnd = new ArrayList<Long>();
        try (var journal = journal()) {
            var watched = (Journal) Proxy.newProxyInstance(
                    Journal.class.getClassLoader(), new Class<?>[] {Journal.class}, (proxy, method, arguments) -> {
                        if (arguments != null && arguments[0] instanceof JournalEntry.Collected) {
                            openAtEnd.add(tenant.openReservations());
                        }
                        return method.invoke(journal, arguments);
                    });

            coordinator
                    .bulk(LABEL)
                    .journal(watched)
                    .lane(Lane.BATCH)
                    .run(tickets(2), Budget.usd("1.00").under(tenant), items::add);
        }

        assertThat(openAtEnd).containsExactly(2L, 2L);
        assertThat(tenant.openReservations()).isZero();
    }
}
