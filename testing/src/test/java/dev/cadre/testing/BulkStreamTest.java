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
import dev.cadre.event.RunEvent;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a bulk promises whatever its stream does, and what it leaves in the stream when it stops. */
@Timeout(60)
class BulkStreamTest {
    record Word(String text) {}

    private static final SubtaskType<Word, Word> UPPER = SubtaskType.code(
            "upper",
            Word.class,
            Word.class,
            (word, context) -> new Word(word.text().toUpperCase()));
    private static final SubtaskType<Word, Word> ASK =
            SubtaskType.model("ask", Word.class, Word.class, "Answer the word.");
    private static final Budget FREE = Budget.usd("1.00");

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator = Coordinator.of(model.pools(pool -> pool.maxParallel(2)));
    final List<BulkItem<Word>> items = new ArrayList<>();

    private static Stream<Word> words(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Word("w" + i));
    }

    private static <T> Stream<T> stream(Iterator<T> each) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(each, Spliterator.ORDERED), false);
    }

    private static Stream<Word> taking(BlockingQueue<Word> queue) {
        return Stream.generate(() -> {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String key(BulkItem<?> item) {
        return item.key();
    }

    // --- hand-over

    @Test
    void streamThatDependsOnResults_goesOn() throws Exception {
        var queue = new LinkedBlockingQueue<Word>(List.of(new Word("w")));

        BulkSummary summary = coordinator.bulk(UPPER).run(taking(queue).limit(5), FREE, item -> {
            items.add(item);
            queue.add(new Word("after " + item.key()));
        });

        assertThat(summary.succeeded()).isEqualTo(5);
        assertThat(items).extracting(BulkStreamTest::key).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void items_areHandedOverWhileTheStreamBlocks() throws Exception {
        var queue = new LinkedBlockingQueue<Word>(List.of(new Word("a"), new Word("b")));
        var heard = new LinkedBlockingQueue<String>();

        var run = Crew.start(
                () -> coordinator.bulk(UPPER).run(taking(queue).limit(3), FREE, item -> heard.add(item.key())));
        assertThat(List.of(heard.take(), heard.take())).containsExactlyInAnyOrder("0", "1");
        queue.add(new Word("c"));

        assertThat(run.result().succeeded()).isEqualTo(3);
    }

    // --- streams that misbehave

    @Test
    void streamThatThrows_isRethrownWhenWhatWasInFlightIsHandedOver() {
        var broken = new UncheckedIOException(new java.io.IOException("the file is gone"));
        Stream<Word> inputs = words(10).peek(word -> {
            if (word.text().equals("w3")) {
                throw broken;
            }
        });

        assertThatThrownBy(() -> coordinator.bulk(UPPER).run(inputs, FREE, items::add))
                .isSameAs(broken);
        assertThat(items)
                .hasSize(3)
                .allSatisfy(item -> assertThat(item.outcome().isSucceeded()).isTrue());
    }

    /** A stream that breaks is an end of the stream: what is in flight is paid, and has until the deadline. */
    @Test
    void streamThatThrows_whileAClientNeverAnswers_losesNoOutcome_andIsBackAtTheDeadline() throws Exception {
        var never = new Gate();
        model.on(ASK, new Word("w0")).costing(100, 10).replies(new Word("yes"));
        model.on(ASK, new Word("w1")).holdUntil(never).replies(new Word("never"));
        var clock = new TestClock();
        var timed = Coordinator.builder(model.pools()).clock(clock).build();
        var broken = new UncheckedIOException(new java.io.IOException("the file is gone"));
        Stream<Word> inputs = words(10).peek(word -> {
            if (word.text().equals("w2")) {
                throw broken;
            }
        });
        var first = new Gate();

        var run = Crew.start(() -> timed.bulk(ASK).run(inputs, FREE.within(Duration.ofMinutes(1)), item -> {
            items.add(item);
            first.open();
        }));
        first.await();
        assertThat(model.awaitCalls(2)).isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMinutes(1));

        assertThat(run.failure()).isSameAs(broken);
        assertThat(items).extracting(BulkStreamTest::key).containsExactly("0", "1");
        assertThat(items.get(0).outcome()).isEqualTo(new Outcome.Succeeded<>(new Word("yes")));
        assertThat(items.get(1).outcome().reason()).startsWith("failed: DEADLINE");
        assertThat(VirtualThreads.namedWith("cadre-bulk-ask-")).isEmpty();
    }

    @Test
    void namingThatThrows_isRethrownWhenWhatWasInFlightIsHandedOver() {
        Bulk<Word, Word> bulk =
                coordinator.bulk(UPPER).keyedBy(word -> word.text().equals("w2") ? "" : word.text());

        assertThatThrownBy(() -> bulk.run(words(5), FREE, items::add))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the key of input 2 is empty");
        assertThat(items).hasSize(2);
    }

    @Test
    void nullInTheStream_isNamedByItsPlace() {
        assertThatThrownBy(() -> coordinator
                        .bulk(UPPER)
                        .run(Arrays.asList(new Word("a"), null, new Word("c")).stream(), FREE, items::add))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("input 1 is null");
        assertThat(items).hasSize(1);
    }

    @Test
    void parallelStream_isPulledOneByOne() throws Exception {
        var pulled = new AtomicInteger();

        BulkSummary summary = coordinator
                .bulk(UPPER)
                .run(words(500).parallel().peek(word -> pulled.incrementAndGet()), FREE, items::add);

        assertThat(summary.succeeded()).isEqualTo(500);
        assertThat(pulled).hasValue(500);
        assertThat(items.stream().map(BulkStreamTest::key).distinct()).hasSize(500);
    }

    @Test
    void endlessStream_endsWithTheMoney_andWhatIsPulledIsHandedOver() throws Exception {
        model.on(ASK).costing(100, 2_000).replies(new Word("yes"));
        var pulled = new AtomicInteger();
        var narrow = Coordinator.of(model.pools(pool -> pool.maxParallel(1)));

        BulkSummary summary = narrow.bulk(ASK)
                .run(Stream.generate(() -> new Word("w" + pulled.getAndIncrement())), Budget.usd("0.01"), items::add);

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.BUDGET);
        assertThat(summary.items()).isEqualTo(pulled.get()).isEqualTo(items.size());
        assertThat(summary.notStarted()).hasSize((int) summary.skipped()).contains("3");
    }

    @Test
    void streamThatBlocksIgnoringItsInterrupt_isLeftBehindAndNamed() throws Exception {
        var clock = new TestClock();
        var never = new Gate();
        var timed = Coordinator.builder(model.pools()).clock(clock).build();
        Stream<Word> inputs = words(2).peek(word -> {
            if (word.text().equals("w1")) {
                never.awaitUninterruptibly();
            }
        });
        var heard = new Gate();

        var run = Crew.start(
                () -> timed.bulk(UPPER).run(inputs, FREE.within(Duration.ofMinutes(1)), item -> heard.open()));
        heard.await();
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMinutes(1));
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMillis(60_350));
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMillis(60_700));
        BulkSummary summary = run.result();
        never.open();

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        assertThat(summary.abandoned()).containsExactly("cadre-bulk-upper-input");
        assertThat(summary.succeeded()).isEqualTo(1);
    }

    @Test
    void inputThatArrivesAfterTheStop_isHandedOverAsSkipped_andTheRestStaysInTheStream() throws Exception {
        model.on(ASK).fails(() -> new ModelException.AuthFailed("no such key"));
        var queue = new LinkedBlockingQueue<Word>(List.of(new Word("a")));
        Iterator<Word> each = taking(queue).iterator();

        BulkSummary summary = coordinator.bulk(ASK).keyedBy(Word::text).run(stream(each), FREE, item -> {
            items.add(item);
            if (item.key().equals("a")) {
                queue.add(new Word("b"));
                queue.add(new Word("c"));
            }
        });

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.PAUSED);
        assertThat(items).extracting(BulkStreamTest::key).containsExactly("a", "b");
        assertThat(skip(items.get(1)).kind()).isEqualTo(Skip.Kind.PAUSED);
        assertThat(summary.notStarted()).containsExactly("b");
        assertThat(queue).containsExactly(new Word("c"));
    }

    /** A call that began then was interrupted by nobody, and left behind with its permit and its money. */
    @Test
    void inputThatArrivesAfterACancel_isNotBegun() throws Exception {
        var queue = new LinkedBlockingQueue<Word>(List.of(new Word("a")));
        var begun = new LinkedBlockingQueue<String>();
        var waits = SubtaskType.code("wait", Word.class, Word.class, (word, context) -> {
            begun.add(word.text());
            try {
                new Gate().await();
                return word;
            } catch (InterruptedException e) {
                queue.add(new Word("b"));
                throw e;
            }
        });

        var run = Crew.start(() -> coordinator.bulk(waits).run(taking(queue), FREE, items::add));
        assertThat(begun.take()).isEqualTo("a");
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(begun).isEmpty();
    }

    private static Skip skip(BulkItem<?> item) {
        return ((Outcome.Skipped<?>) item.outcome()).skip();
    }

    // --- pauses and closed budgets

    @Test
    void pauseBeyondTheDeadline_stopsPulling_andResumeLetsTheNextRunPass() throws Exception {
        model.on(ASK)
                .fails(() -> new ModelException.RateLimited("come back later", Duration.ofHours(1), RateLimits.UNKNOWN))
                .costing(100, 10)
                .replies(new Word("yes"));
        var pools = model.pools(pool -> pool.maxParallel(1));
        var narrow = Coordinator.of(pools);
        var pulled = new AtomicInteger();

        BulkSummary summary = narrow.bulk(ASK)
                .run(
                        words(100_000).peek(word -> pulled.incrementAndGet()),
                        FREE.within(Duration.ofMinutes(10)),
                        items::add);

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.PAUSED);
        assertThat(summary.failed()).as("what was sent").isEqualTo(1);
        assertThat(items)
                .allSatisfy(item -> assertThat(item.outcome().reason())
                        .contains("the pool is paused until", "because come back later"));
        assertThat(summary.notStarted()).containsExactly("1");
        assertThat(pulled).hasValue(2);
        assertThat(summary.pause().orElseThrow().message()).contains("the pool is paused until", "come back later");
        pools.pool(Tier.NANO).resume();
        assertThat(narrow.bulk(ASK).run(words(5), FREE, items::add).succeeded()).isEqualTo(5);
    }

    @Test
    void budgetClosedByItsOwner_stopsPulling() throws Exception {
        BudgetGuard tenant = Budget.usd("5.00").open();
        model.on(ASK).costing(100, 10).replies(new Word("yes"));
        var pulled = new AtomicInteger();

        BulkSummary summary = coordinator
                .bulk(ASK)
                .run(words(100_000).peek(word -> pulled.incrementAndGet()), FREE.under(tenant), item -> {
                    items.add(item);
                    tenant.close();
                });

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.BUDGET);
        assertThat(summary.failed()).isZero();
        assertThat(pulled).hasValueLessThan(8);
        assertThat(summary.items()).isEqualTo(pulled.get());
    }

    // --- keys

    @Test
    void keysThatAreNumbers_areWrittenPlainly() throws Exception {
        coordinator
                .bulk(UPPER)
                .keyedBy(word -> Double.valueOf(word.text()))
                .run(Stream.of(new Word("60"), new Word("-1.50"), new Word("0.0")), FREE, items::add);

        assertThat(items).extracting(BulkStreamTest::key).containsExactlyInAnyOrder("60", "-1.5", "0");
    }

    // --- what a graph promises

    @Test
    void events_areThoseOfAGraph() throws Exception {
        var log = new EventLog();
        model.on(ASK).costing(1_000, 400).replies(new Word("yes"));
        var told = Coordinator.builder(model.pools()).listener(log).build();

        told.bulk(ASK).keyedBy(Word::text).run(words(1), FREE, items::add);

        assertThat(log.events())
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "RunStarted",
                        "SubtaskAdmitted",
                        "RungStarted",
                        "AttemptStarted",
                        "AttemptEnded",
                        "RungEnded",
                        "SubtaskEnded",
                        "RunEnded");
        assertThat(log.toString()).contains("w0 started on NANO", "w0 ended on NANO: accepted");
        assertThat(log.awaitEnd("w0")).isTrue();
    }

    // --- the deadline

    @Test
    void deadline_failsWhatIsInFlight_andSkipsWhatWaitsForItsTurn() throws Exception {
        var never = new Gate();
        var begun = new Gate();
        var bothStarted = new CountDownLatch(2);
        List<String> rungs = new CopyOnWriteArrayList<>();
        SubtaskType<Word, Word> slow = SubtaskType.code("slow", Word.class, Word.class, (word, context) -> {
                    begun.open();
                    never.await();
                    return word;
                })
                .parallel(ParallelLimit.of(1));
        var clock = new TestClock();
        var timed = Coordinator.builder(model.pools())
                .clock(clock)
                .listener(event -> {
                    if (event instanceof RunEvent.RungStarted) {
                        bothStarted.countDown();
                    }
                    if (event instanceof RunEvent.RungEnded ended) {
                        rungs.add(String.valueOf(ended.failure()));
                    }
                })
                .build();

        var run = Crew.start(() -> timed.bulk(slow).run(words(2), FREE.within(Duration.ofMinutes(1)), items::add));
        begun.await();
        bothStarted.await();
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMinutes(1));
        BulkSummary summary = run.result();

        assertThat(items)
                .extracting(BulkItem::outcome)
                .containsExactlyInAnyOrder(
                        Outcome.failed(
                                Failure.Kind.DEADLINE,
                                "the time for workers ran out while in the code of subtask type 'slow'"),
                        Outcome.skipped(Skip.Kind.DEADLINE, "the time for workers ran out"));
        assertThat(rungs).hasSize(2).allMatch(failure -> failure.startsWith("DEADLINE: "));
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        assertThat(summary.notStarted())
                .isEqualTo(items.stream()
                        .filter(item -> item.outcome() instanceof Outcome.Skipped<Word>)
                        .map(BulkItem::key)
                        .toList());
    }

    @Test
    void itemWhoseTurnCouldNotComeInTime_isSkippedAndNotStarted() throws Exception {
        var limit = ParallelLimit.of(1);
        SubtaskType<Word, Word> code = SubtaskType.code("code", Word.class, Word.class, (word, context) -> word)
                .parallel(limit);

        try (var taken = limit.acquire(Duration.ZERO).orElseThrow()) {
            BulkSummary summary = coordinator.bulk(code).run(words(1), FREE.within(Duration.ofMillis(50)), items::add);

            assertThat(items.getFirst().outcome())
                    .isInstanceOfSatisfying(
                            Outcome.Skipped.class,
                            skipped -> assertThat(skipped.skip().kind()).isEqualTo(Skip.Kind.DEADLINE));
            assertThat(summary.notStarted()).containsExactly("0");
            assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        }
    }

    @Test
    void interruptedExceptionOfTheCodeItself_isAFailureThatKeepsItsMessage() throws Exception {
        SubtaskType<Word, Word> own = SubtaskType.code("own", Word.class, Word.class, (word, context) -> {
            throw new InterruptedException("the driver gave up");
        });

        coordinator.bulk(own).run(words(1), FREE, items::add);

        Failure failure = ((Outcome.Failed<Word>) items.getFirst().outcome()).failure();
        assertThat(failure)
                .hasToString("CODE_FAILED: InterruptedException: the driver gave up, thrown by the code of subtask"
                        + " type 'own'");
        assertThat(failure.cause().orElseThrow()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void codeThatIgnoresItsInterrupt_isNamedInTheSummary() throws Exception {
        var never = new Gate();
        var begun = new Gate();
        SubtaskType<Word, Word> stuck = SubtaskType.code("stuck", Word.class, Word.class, (word, context) -> {
            begun.open();
            never.awaitUninterruptibly();
            return word;
        });
        var clock = new TestClock();
        var log = new EventLog();
        var timed =
                Coordinator.builder(model.pools()).clock(clock).listener(log).build();

        var run = Crew.start(() -> timed.bulk(stuck).run(words(1), FREE.within(Duration.ofMinutes(1)), items::add));
        begun.await();
        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofMinutes(1));
        while (clock.advanceToAlarm().compareTo(Duration.ofMillis(60_700)) < 0) {
            // the end of the stream may be under way yet
        }
        BulkSummary summary = run.result();
        never.open();

        assertThat(summary.abandoned()).containsExactly("cadre-bulk-stuck-0");
        assertThat(log.abandoned()).containsExactly("0 on cadre-bulk-stuck-0");
        assertThat(items).hasSize(1);
        assertThat(((Outcome.Failed<Word>) items.getFirst().outcome()).failure().kind())
                .isEqualTo(Failure.Kind.DEADLINE);
    }

    @Test
    void breach_isInTheSummaryAndStopsTheRun() throws Exception {
        model.on(ASK)
                .costing(100, 100_000)
                .replies(new Word("yes")); // its cap is less, its model could have written it
        var narrow = Coordinator.of(model.pools(pool -> pool.maxParallel(1)));

        BulkSummary summary = narrow.bulk(ASK).run(words(100), Budget.usd("0.05"), items::add);

        assertThat(summary.breaches()).hasSize(1);
        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.BUDGET);
        assertThat(summary.spend().total().isMoreThan(Money.usd("0.05"))).isTrue();
        assertThat(summary.items()).isEqualTo(2);
    }
}
