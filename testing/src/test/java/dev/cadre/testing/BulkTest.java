// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.ModelException;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Program 4: one kind of work on a stream of inputs, resumed by opening the same journal. */
class BulkTest {
    record Ticket(String id, String text) {}

    record Label(String name) {}

    private static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket.");
    /** 1,000 in and 400 out on nano. */
    private static final Money ITEM = Money.usd("0.0007");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator = Coordinator.of(model.pools());
    final List<String> lines = new ArrayList<>();

    private static Ticket ticket(int number) {
        return new Ticket("T" + number, "ticket " + number);
    }

    private static Stream<Ticket> tickets(int... numbers) {
        return IntStream.of(numbers).mapToObj(BulkTest::ticket);
    }

    private void labelsEverything() {
        model.on(LABEL).costing(1_000, 400).replies(new Label("bug"));
    }

    private BulkSummary label(Stream<Ticket> tickets) throws InterruptedException {
        try (var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            return coordinator
                    .bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .run(tickets, Budget.usd("5.00"), item -> lines.add(item.key() + " " + item.outcome()));
        }
    }

    @Test
    void items_resumedByKeyWhereverTheyStand_areNotPaidAgain() throws Exception {
        labelsEverything();
        BulkSummary first = label(tickets(1, 2, 3));
        assertThat(first.spend().total()).isEqualTo(ITEM.times(3));
        assertThat(model.calls()).hasSize(3);
        lines.clear();

        BulkSummary second = label(tickets(5, 3, 1, 4, 2));

        assertThat(second.counts()).isEqualTo(new BulkSummary.Counts(5, 0, 0, 3, 0, 0));
        assertThat(second.ending())
                .isEqualTo(new BulkSummary.Ending(
                        BulkSummary.Stop.END_OF_INPUT, null, null, List.of(), List.of(), List.of()));
        assertThat(second.sessionSpend().total()).isEqualTo(ITEM.times(2));
        assertThat(second.spend().total()).isEqualTo(ITEM.times(5));
        assertThat(second.spend().attempts()).isEqualTo(5);
        assertThat(model.calls()).hasSize(5);
        assertThat(lines)
                .containsExactlyInAnyOrder(IntStream.rangeClosed(1, 5)
                        .mapToObj(i -> "T" + i + " " + new Outcome.Succeeded<>(new Label("bug")))
                        .toArray(String[]::new));
    }

    @Test
    void preview_pricesWhatTheJournalLacks_withinWhatIsLeftOfTheBudget() throws Exception {
        labelsEverything();
        label(tickets(1, 2, 3));
        try (var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            var bulk = coordinator.bulk(LABEL).keyedBy(Ticket::id);
            CostEstimate all = bulk.preview(tickets(5, 3, 1, 4, 2));
            CostEstimate two = bulk.preview(tickets(4, 5));

            assertThat(bulk.journal(journal).preview(tickets(5, 3, 1, 4, 2))).isEqualTo(leaving(two, CostRange.MOST));
            assertThat(bulk.journal(journal).preview(tickets(3, 2, 1)).cost()).isEqualTo(CostRange.FREE);
            assertThat(all.subtasks().getFirst().items()).isEqualTo(CountRange.of(5));

            Money limit = ITEM.times(3).plus(ITEM);
            CostEstimate capped = bulk.journal(journal).preview(tickets(4, 5), Budget.of(limit));
            assertThat(capped.worst()).isEqualTo(ITEM);
            assertThat(capped.isCappedByBudget()).isTrue();
            assertThat(capped.low()).as("nothing is certain").isEqualTo(Money.ZERO);
            Money real = bulk.journal(journal)
                    .run(tickets(4, 5), Budget.of(limit), item -> {})
                    .sessionSpend()
                    .total();
            assertThat(real).isBetween(capped.low(), capped.worst());
        }
    }

    private static CostEstimate leaving(CostEstimate estimate, Money limit) {
        return new CostEstimate(
                estimate.subtasks(),
                estimate.planning(),
                estimate.merging(),
                limit.minus(ITEM.times(3)),
                estimate.floor());
    }

    @Test
    void preview_underALargerBudget_isCappedByWhatThatLeaves() {
        labelsEverything();
        BudgetGuard tenant = Budget.usd("0.0002").open(Money.usd("0.0001"));
        Budget part = Budget.usd("0.05").under(tenant);

        assertThat(coordinator.bulk(LABEL).preview(tickets(1, 2, 3), part).worst())
                .isEqualTo(Money.usd("0.0001"));
        tenant.close();
        assertThat(coordinator.bulk(LABEL).preview(tickets(1, 2, 3), part).worst())
                .isEqualTo(Money.ZERO);
    }

    @Test
    void preview_ofATightBudget_isCappedByIt() {
        labelsEverything();

        CostEstimate estimate = coordinator.bulk(LABEL).preview(tickets(1, 2, 3), Budget.usd("0.0001"));

        assertThat(estimate.worst()).isEqualTo(Money.usd("0.0001"));
        assertThat(estimate.low()).isEqualTo(Money.ZERO);
        assertThat(estimate.isBeyondBudget()).isTrue();
        assertThat(estimate).asString().contains(" to $0.0001 (the budget, which is less than the $");
    }

    @Test
    void rule_thatThrowsAnUndeclaredCheckedException_failsItsItemAlone() throws Exception {
        labelsEverything();
        var broken = LABEL.accept("is listed", (ticket, label) -> {
            if (ticket.id().equals("T2")) {
                throw BulkTest.<RuntimeException>sneaky(new IOException("no list of names"));
            }
            return true;
        });

        BulkSummary summary = coordinator
                .bulk(broken)
                .keyedBy(Ticket::id)
                .run(tickets(1, 2, 3), Budget.usd("5.00"), item -> lines.add(item.key() + " " + item.outcome()));

        assertThat(summary.counts()).isEqualTo(new BulkSummary.Counts(2, 1, 0, 0, 0, 0));
        assertThat(summary.spend().total()).isEqualTo(ITEM.times(3));
        assertThat(lines)
                .filteredOn(line -> line.startsWith("T2"))
                .singleElement()
                .asString()
                .contains("CODE_FAILED", "IOException: no list of names");
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void item_changedSince_isPaidAgain() throws Exception {
        labelsEverything();
        label(tickets(1));

        BulkSummary second = label(Stream.of(new Ticket("T1", "another text")));

        assertThat(second.reused()).isZero();
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void item_failed_isTriedAgainAndEveryCentIsOnRecord() throws Exception {
        model.on(LABEL).costing(1_000, 400).refuses("no").costing(1_000, 400).replies(new Label("bug"));
        assertThat(label(tickets(1)).failed()).isEqualTo(1);

        assertThat(label(tickets(1)).succeeded()).isEqualTo(1);

        try (var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            assertThat(journal.spent("bulk-label").total()).isEqualTo(ITEM.times(2));
            assertThat(journal.openIntents("bulk-label")).isEmpty();
        }
    }

    @Test
    void money_ofEarlierSessions_countsAgainstTheBudget() throws Exception {
        labelsEverything();
        label(tickets(1, 2, 3));
        try (var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            BulkSummary second = coordinator
                    .bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .run(tickets(4, 5), Budget.of(ITEM.times(3)), item -> {});

            assertThat(second.stop()).isEqualTo(BulkSummary.Stop.BUDGET);
            assertThat(second.sessionSpend()).isEqualTo(Spend.NONE);
            assertThat(second.spend().total()).isEqualTo(ITEM.times(3));
        }
        assertThat(model.calls()).hasSize(3);
    }

    @Test
    void budget_exhausted_stopsPullingAndSkipsTheRest() throws Exception {
        model.on(LABEL).costing(100, 2_000).replies(new Label("bug"));
        var single = Coordinator.of(model.pools(pool -> pool.maxParallel(1)));
        var pulled = new AtomicInteger();

        BulkSummary summary = single.bulk(LABEL)
                .run(
                        tickets(IntStream.range(0, 100).toArray()).peek(ticket -> pulled.incrementAndGet()),
                        Budget.usd("0.01"),
                        item -> {});

        // an item costs $0.00252 and may cost a little more: three fit into a cent
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.BUDGET);
        assertThat(summary.succeeded()).isEqualTo(3);
        assertThat(summary.skipped()).isEqualTo(1);
        assertThat(summary.spend().total()).isEqualTo(Money.usd("0.00756"));
        assertThat(pulled).hasValueLessThan(10);
    }

    @Test
    void inputs_arePulledAtThePaceOfThePool() throws Exception {
        var gate = new Gate();
        model.on(LABEL).holdUntil(gate).replies(new Label("bug"));
        var narrow = Coordinator.of(model.pools(pool -> pool.maxParallel(2)));
        var pulled = new AtomicInteger();
        Iterator<Ticket> endless =
                IntStream.range(0, 50).mapToObj(BulkTest::ticket).iterator();
        Stream<Ticket> counted = Stream.generate(() -> {
            pulled.incrementAndGet();
            return endless.next();
        });

        var run = Crew.start(() -> narrow.bulk(LABEL).run(counted.limit(50), Budget.usd("5.00"), item -> {}));
        assertThat(model.awaitInFlight(2)).isTrue();
        assertThat(pulled).as("two in flight, one at hand").hasValueLessThanOrEqualTo(3);
        gate.open();

        assertThat(run.result().succeeded()).isEqualTo(50);
        assertThat(model.peakInFlight()).isEqualTo(2);
    }

    // --- time

    @Test
    void deadline_byTestClock_letsCallsThroughUntilThen() throws Exception {
        var clock = new TestClock();
        var never = new Gate();
        model.on(LABEL, ticket(1)).costing(1_000, 400).replies(new Label("bug"));
        model.on(LABEL, ticket(2)).holdUntil(never).replies(new Label("never"));
        var timed = Coordinator.builder(model.pools()).clock(clock).build();
        var ended = new Gate();
        var items = new ArrayList<BulkItem<Label>>();

        var run = Crew.start(
                () -> timed.bulk(LABEL).run(tickets(1, 2), Budget.usd("5.00").within(Duration.ofMinutes(1)), item -> {
                    items.add(item);
                    ended.open();
                }));
        ended.await();
        assertThat(model.awaitCalls(2)).isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMinutes(1));

        BulkSummary summary = run.result();
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        assertThat(summary.succeeded()).isEqualTo(1);
        assertThat(items.get(0).outcome()).isEqualTo(new Outcome.Succeeded<>(new Label("bug")));
        assertThat(items.get(1).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.DEADLINE));
        assertThat(VirtualThreads.namedWith("cadre-bulk-label-")).isEmpty();
    }

    @Test
    void deadline_passedWhilePulling_pullsNoFurther() throws Exception {
        labelsEverything();
        var clock = new TestClock();
        var timed = Coordinator.builder(model.pools()).clock(clock).build();
        var pulled = new AtomicInteger();

        BulkSummary summary = timed.bulk(LABEL)
                .run(
                        tickets(IntStream.range(0, 1_000).toArray()).peek(ticket -> {
                            pulled.incrementAndGet();
                            clock.advance(Duration.ofSeconds(40));
                        }),
                        Budget.usd("5.00").within(Duration.ofMinutes(1)),
                        item -> {});

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        assertThat(pulled).hasValueLessThanOrEqualTo(2);
    }

    @Test
    void client_ignoresInterrupts_isLeftBehindNamedAndForfeitedWithinASecond() throws Exception {
        var clock = new TestClock();
        var never = new Gate();
        model.on(LABEL).holdUninterruptiblyUntil(never).replies(new Label("late"));
        var timed = Coordinator.builder(model.pools()).clock(clock).build();
        var session = Budget.usd("5.00").open();

        var run = Crew.start(() -> timed.bulk(LABEL)
                .run(tickets(1), Budget.usd("1.00").under(session).within(Duration.ofMinutes(1)), item -> {}));
        assertThat(model.awaitInFlight(1)).isTrue();
        Money reserved = session.state().outstanding();
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMinutes(1));
        Duration alarm = clock.advanceToAlarm();
        if (alarm.equals(Duration.ofMillis(60_350))) { // the driver has yet to hear that the input is at its end
            alarm = clock.advanceToAlarm();
        }
        assertThat(alarm).isEqualTo(Duration.ofMillis(60_700));
        BulkSummary summary = run.result();
        never.open();

        assertThat(summary.abandoned()).containsExactly("cadre-bulk-label-0");
        assertThat(summary.spend().forfeited()).isEqualTo(reserved);
        assertThat(summary.failed()).as("left behind").isEqualTo(1);
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
    }

    // --- trouble

    @Test
    void journal_cannotRecordAnItem_endsTheRunWithASummary_andHandsOverWhatIsKnown() throws Exception {
        labelsEverything();
        var full = new IllegalStateException("the disk is full");
        var single = Coordinator.of(model.pools(pool -> pool.maxParallel(1)));

        BulkSummary summary = single.bulk(LABEL)
                .keyedBy(Ticket::id)
                .journal(new FullJournal(full))
                .run(tickets(1, 2), Budget.usd("5.00"), item -> lines.add(item.key() + " " + item.outcome()));

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.JOURNAL_FAILED);
        assertThat(summary.unrecorded().orElseThrow())
                .hasMessageContaining("could not be recorded: ")
                .hasMessageContaining("the disk is full")
                .hasCause(full);
        assertThat(lines).first().isEqualTo("T1 " + new Outcome.Succeeded<>(new Label("bug")));
        assertThat(summary.succeeded()).isEqualTo(1);
        assertThat(summary.spend().total()).isEqualTo(ITEM);
        assertThat(model.calls()).hasSize(1);
        assertThat(VirtualThreads.namedWith("cadre-bulk-label-")).isEmpty();
    }

    @Test
    void journal_fails_interruptsWhatIsInFlight_andSendsNothingMore() throws Exception {
        var never = new Gate();
        var held = new Gate();
        model.on(LABEL, ticket(1)).holdUntil(held).costing(1_000, 400).replies(new Label("bug"));
        model.on(LABEL, ticket(2)).holdUntil(never).costing(1_000, 400).replies(new Label("late"));
        var pair = Coordinator.of(model.pools(pool -> pool.maxParallel(2)));

        var run = Crew.start(() -> pair.bulk(LABEL)
                .keyedBy(Ticket::id)
                .journal(new FullJournal(new IllegalStateException("the disk is full")))
                .run(tickets(1, 2, 3, 4), Budget.usd("5.00"), item -> lines.add(item.key() + " " + item.outcome())));
        assertThat(model.awaitInFlight(2)).isTrue();
        held.open();
        BulkSummary summary = run.result();

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.JOURNAL_FAILED);
        assertThat(lines)
                .contains("T1 " + new Outcome.Succeeded<>(new Label("bug")))
                .anyMatch(line -> line.startsWith("T2 Failed[CANCELLED: ") && line.contains("the disk is full"));
        assertThat(summary.spend().settled()).isEqualTo(ITEM);
        assertThat(summary.spend().forfeited()).isNotEqualTo(Money.ZERO);
        assertThat(model.calls()).hasSize(2);
        assertThat(summary.failed()).isEqualTo(1);
        assertThat(summary.skipped()).isEqualTo(summary.notStarted().size());
    }

    @Test
    void key_refused_stopsTheRunAndSaysWhy() throws Exception {
        model.on(LABEL).fails(() -> new ModelException.AuthFailed("no such key"));
        model.on(LABEL, ticket(1)).costing(1_000, 400).replies(new Label("bug"));
        var single = Coordinator.of(model.pools(pool -> pool.maxParallel(1)));
        var pulled = new AtomicInteger();

        BulkSummary summary = single.bulk(LABEL)
                .run(
                        tickets(1, 2, 3, 4, 5).peek(ticket -> pulled.incrementAndGet()),
                        Budget.usd("5.00"),
                        item -> lines.add(item.key() + " " + item.outcome().reason()));

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.PAUSED);
        assertThat(summary.pause().orElseThrow().because()).isInstanceOf(ModelException.AuthFailed.class);
        assertThat(summary.pause().orElseThrow().message()).contains("no such key");
        assertThat(lines).containsExactly("0 succeeded", "1 failed: MODEL_FAILED: no such key");
        assertThat(pulled).hasValue(2);
    }

    // --- what is on record

    @Test
    void recorded_isWhatSucceededAndHasNotChanged_andCallsNobody() throws Exception {
        labelsEverything();
        model.on(LABEL, ticket(2)).costing(1_000, 400).refuses("no");
        label(tickets(1, 2));
        try (var journal = FileJournal.open(folder.resolve("labels.journal"))) {
            Bulk<Ticket, Label> bulk =
                    coordinator.bulk(LABEL).keyedBy(Ticket::id).journal(journal);

            assertThat(bulk.recorded(ticket(1), 7)).contains(new Label("bug"));
            assertThat(bulk.recorded(ticket(2), 1)).isEmpty();
            assertThat(bulk.recorded(new Ticket("T1", "another text"), 0)).isEmpty();
            assertThat(bulk.isRecorded()).isTrue();
            assertThat(coordinator
                            .bulk(LABEL.maxOutputTokens(10))
                            .journal(journal)
                            .isRecorded())
                    .isFalse();
            assertThat(coordinator.bulk(LABEL).isRecorded()).isFalse();
        }
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void key_thatIsNull_isRefused_withThePlaceOfItsInput() {
        assertThatThrownBy(() -> Coordinator.of(model.pools())
                        .bulk(LABEL)
                        .keyedBy(ticket -> null)
                        .run(tickets(1), Budget.usd("5.00"), item -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("input 0 has no key: keyedBy returned null");
    }

    @Test
    void keys_shared_areRefusedHoweverFarApart() {
        labelsEverything();
        var single = Coordinator.of(model.pools(pool -> pool.maxParallel(1)));

        assertThatThrownBy(() -> single.bulk(LABEL)
                        .keyedBy(Ticket::id)
                        .run(tickets(1, 2, 3, 4, 1, 5), Budget.usd("5.00"), item -> lines.add(item.key())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two inputs share the key 'T1': that at index 4, and one before it");
        assertThat(lines).as("what had begun is handed over").containsExactly("T1", "T2", "T3", "T4");
        assertThat(VirtualThreads.namedWith("cadre-bulk-label-")).isEmpty();
    }

    @Test
    void caller_interrupted_leavesNothingBehind() throws Exception {
        model.on(LABEL).holdUntil(new Gate()).replies(new Label("never"));
        var session = Budget.usd("5.00").open();

        var run = Crew.start(() ->
                coordinator.bulk(LABEL).run(tickets(1, 2, 3), Budget.usd("1.00").under(session), item -> {}));
        assertThat(model.awaitInFlight(3)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(VirtualThreads.namedWith("cadre-bulk-label-")).isEmpty();
        assertThat(session.openReservations()).isZero();
        assertThat(model.inFlight()).isZero();
    }

    /** Takes everything but ends of items. */
    private static final class FullJournal extends StruckJournal {
        private final RuntimeException trouble;

        FullJournal(RuntimeException trouble) {
            this.trouble = trouble;
        }

        @Override
        public CompletableFuture<Void> submit(JournalEntry entry) {
            append(entry);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void append(JournalEntry entry) {
            if (entry instanceof JournalEntry.Ended) {
                throw trouble;
            }
        }
    }
}
