// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.bulk.NotHandedOverException;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several short items in one call. */
class PackingTest {
    record Line(String text) {}

    record Label(String name) {}

    private static final SubtaskType<Line, Label> LABEL =
            SubtaskType.model("label", Line.class, Label.class, "Label the line.");

    @TempDir
    Path folder;

    /** The texts that each call was given, in the order of the calls. */
    private final List<List<String>> calls = new CopyOnWriteArrayList<>();

    private final Map<String, Integer> asked = new ConcurrentHashMap<>();

    /** What a pack's honest answers become. */
    private UnaryOperator<List<Json>> change = answers -> answers;

    private final List<BulkItem<Label>> items = new ArrayList<>();

    private final ModelPools pools = pools(4);
    private final Coordinator coordinator = Coordinator.of(pools);

    private ModelPools pools(int parallel) {
        RetryPolicy atOnce = RetryPolicy.standard().withDelays(Duration.ZERO, Duration.ZERO);
        ModelPool nano = ModelPool.builder(this::answer, "gpt-5.4-nano")
                .retryPolicy(atOnce)
                .maxParallel(parallel)
                .build();
        return ModelPools.of(nano);
    }

    private ModelReply answer(ModelRequest request, CallContext context) throws InterruptedException {
        Json input = Json.parse(context.purpose().input());
        List<String> texts = input instanceof Json.Arr(List<Json> packed)
                ? packed.stream()
                        .map(each -> ((Json.Obj) each).string("input", "text"))
                        .toList()
                : List.of(((Json.Obj) input).string("text"));
        calls.add(texts);
        texts.forEach(text -> asked.merge(text, 1, Integer::sum));
        if (texts.contains("poison") && texts.size() > 1) {
            return reply(request, "", Finish.REFUSED);
        }
        if (texts.contains("bad key")) {
            throw new ModelException.AuthFailed("no such key");
        }
        if (texts.contains("hang")) {
            new CountDownLatch(1).await();
        }
        if (!(input instanceof Json.Arr)) {
            return reply(request, label(texts.get(0)).write(), Finish.COMPLETE);
        }
        var answers = new ArrayList<Json>();
        for (String text : texts) {
            answers.add(numbered(answers.size() + 1, label(text)));
        }
        return reply(
                request,
                Json.obj().with("answers", new Json.Arr(change.apply(answers))).write(),
                Finish.COMPLETE);
    }

    private static Json.Obj label(String text) {
        return Json.obj().with("name", "of " + text);
    }

    private static Json numbered(int number, Json answer) {
        return Json.obj().with("number", number).with("answer", answer);
    }

    /** A token for four bytes, as most texts have it. */
    private static ModelReply reply(ModelRequest request, String text, Finish finish) {
        var usage = TokenUsage.of(request.inputBytes() / 4, text.length() / 4 + 5);
        return new ModelReply(
                request.model(), text, List.of(), finish, usage, ServiceTier.STANDARD, RateLimits.UNKNOWN, "");
    }

    private static Stream<Line> lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Line("t" + i));
    }

    private Bulk<Line, Label> bulk(int itemsInACall) {
        return coordinator.bulk(LABEL).keyedBy(Line::text).packing(itemsInACall);
    }

    private BulkSummary run(Bulk<Line, Label> bulk, Stream<Line> lines) throws InterruptedException {
        items.clear();
        BulkSummary summary = bulk.run(lines, Budget.usd("5.00"), items::add);
        items.sort(Comparator.comparing(BulkItem::index));
        return summary;
    }

    private void assertAllLabelled(int count) {
        assertThat(items).hasSize(count);
        for (BulkItem<Label> item : items) {
            assertThat(item.outcome()).isEqualTo(new Outcome.Succeeded<>(new Label("of " + item.key())));
        }
    }

    private Money costOfItems() {
        return items.stream().map(item -> item.spend().total()).reduce(Money.ZERO, Money::plus);
    }

    @Test
    void items_ofAPack_shareACall_andItsCostToThePicoDollar() throws Exception {
        BulkSummary summary = run(bulk(10), lines(25));

        assertAllLabelled(25);
        assertThat(calls).extracting(List::size).containsExactlyInAnyOrder(10, 10, 5);
        assertThat(summary.counts()).isEqualTo(new BulkSummary.Counts(25, 0, 0, 0, 0, 0));
        assertThat(costOfItems()).isEqualTo(summary.sessionSpend().total());
        assertThat(items.stream().mapToLong(item -> item.spend().attempts()).sum())
                .isEqualTo(3);
        assertThat(summary.notes()).isEmpty();
    }

    @Test
    void shortItems_costFourTenthsLess() throws Exception {
        run(bulk(1), lines(100));
        Money single = costOfItems();

        run(bulk(10), lines(100));

        assertAllLabelled(100);
        assertThat(costOfItems().picoUsd()).isLessThan(single.picoUsd() * 6 / 10);
    }

    @Test
    void missingDoubledAndStrangeNumbers_areAskedAlone_andWhatIsRightIsKept() throws Exception {
        change = answers -> List.of(
                answers.get(0), // right
                answers.get(2),
                numbered(3, label("another")), // twice
                numbered(0, label("zero")),
                numbered(77, label("strange")),
                answers.get(3));

        BulkSummary summary = run(bulk(5), lines(5));

        assertAllLabelled(5);
        assertThat(asked)
                .containsOnly(
                        Map.entry("t0", 1),
                        Map.entry("t1", 2),
                        Map.entry("t2", 2),
                        Map.entry("t3", 1),
                        Map.entry("t4", 2));
        assertThat(costOfItems()).isEqualTo(summary.sessionSpend().total());
        assertThat(summary.notes())
                .containsExactly(
                        "asked again by themselves, because their pack had no answer for them that fits: 3" + " items");
    }

    @Test
    void answer_thatBreaksARuleOfItsType_isAskedAlone() throws Exception {
        var ruled = LABEL.accept("not that one", (line, label) -> !line.text().equals("t1") || asked.get("t1") > 1);

        run(coordinator.bulk(ruled).keyedBy(Line::text).packing(3), lines(3));

        assertAllLabelled(3);
        assertThat(calls).containsExactly(List.of("t0", "t1", "t2"), List.of("t1"));
    }

    @Test
    void rule_thatThrows_failsItsItemAndNoOther() throws Exception {
        var broken = LABEL.accept("is listed", (line, label) -> {
            if (line.text().equals("t1")) {
                throw new IllegalStateException("no list");
            }
            return true;
        });

        BulkSummary summary = run(coordinator.bulk(broken).keyedBy(Line::text).packing(3), lines(3));

        assertThat(summary.counts()).isEqualTo(new BulkSummary.Counts(2, 1, 0, 0, 0, 0));
        assertThat(calls).hasSize(1);
        assertThat(items.get(1).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.CODE_FAILED));
    }

    @Test
    void refusalOfAPack_isOfNoItemButTheOneThatIsRefusedAlone() throws Exception {
        BulkSummary summary = run(bulk(3), Stream.of(new Line("a"), new Line("poison"), new Line("b")));

        assertAllLabelled(3);
        assertThat(calls).hasSize(4);
        assertThat(costOfItems()).isEqualTo(summary.sessionSpend().total());
    }

    @Test
    void outage_stopsTheRun_andIsTheEndOfEachItem() throws Exception {
        var narrow = Coordinator.of(pools(1)).bulk(LABEL).keyedBy(Line::text).packing(3);

        BulkSummary summary = run(narrow, Stream.of(new Line("a"), new Line("bad key"), new Line("b"), new Line("c")));

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.PAUSED);
        assertThat(summary.succeeded()).isZero();
        assertThat(items).hasSizeBetween(3, 4);
        assertThat(calls).as("nothing is asked alone of a pool that is stopped").hasSize(1);
        assertThat(summary.notes()).isEmpty();
    }

    @Test
    void money_thatReachesForNoPack_reachesForItemsAlone() throws Exception {
        Budget little = Budget.usd("0.01");
        items.clear();

        BulkSummary summary = bulk(50).run(lines(50), little, items::add);

        items.sort(Comparator.comparing(BulkItem::index));
        assertAllLabelled(50);
        assertThat(calls).hasSize(50);
        assertThat(summary.spend().total().isMoreThan(little.limit())).isFalse();
    }

    @Test
    void money_thatIsUsedUp_leavesNoItemWithoutAnEnd() throws Exception {
        Budget little = Budget.usd("0.0045");

        BulkSummary summary = bulk(3).run(lines(500), little, items::add);

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.BUDGET);
        assertThat(summary.succeeded()).isPositive();
        assertThat(items).extracting(BulkItem::index).doesNotHaveDuplicates();
        assertThat(summary.notStarted()).hasSize((int) summary.skipped());
        assertThat(summary.spend().total().isMoreThan(little.limit())).isFalse();
        assertThat(costOfItems()).isEqualTo(summary.sessionSpend().total());
    }

    @Test
    void answerOfTheWrongForm_costsNoNeighbour() throws Exception {
        change = answers -> answers.stream()
                .map(each -> ((Json.Obj) each).intValue("number") == 2
                        ? numbered(2, Json.obj().with("x", 7))
                        : each)
                .toList();

        run(bulk(3), lines(3));

        assertAllLabelled(3);
        assertThat(calls).containsExactly(List.of("t0", "t1", "t2"), List.of("t1"));
    }

    @Test
    void replyWithoutTheList_leavesEachItemToBeAskedAlone() throws Exception {
        change = answers ->
                List.of(new Json.Str("sorry"), Json.Null.NULL, Json.obj().with("number", "1"));

        run(bulk(2), lines(2));

        assertAllLabelled(2);
        assertThat(calls).hasSize(3);
    }

    // --- code that misbehaves

    /** Which cannot be compared. */
    record Shy(String text) {
        @Override
        public boolean equals(Object other) {
            throw new IllegalStateException("compared");
        }

        @Override
        public int hashCode() {
            throw new IllegalStateException("compared");
        }
    }

    @Test
    void inputsThatCannotBeCompared_arePackedAllTheSame() throws Exception {
        var shy = SubtaskType.model("shy", Shy.class, Label.class, "Label it.");
        var outcomes = new ArrayList<Outcome<Label>>();

        coordinator
                .bulk(shy)
                .packing(3)
                .run(Stream.of("a", "b", "c").map(Shy::new), Budget.usd("1"), item -> outcomes.add(item.outcome()));

        assertThat(outcomes).hasSize(3).allMatch(Outcome::isSucceeded);
        assertThat(calls).hasSize(1);
    }

    @Test
    void consumerThatThrows_isToldOfTheRestOfItsPackInTheException() {
        var handed = new ArrayList<String>();

        assertThatThrownBy(() -> bulk(10).run(lines(10), Budget.usd("5.00"), item -> {
                    handed.add(item.key());
                    throw new IllegalStateException("the consumer broke");
                }))
                .hasMessage("the consumer broke")
                .satisfies(thrown -> assertThat(thrown.getSuppressed()[0])
                        .isInstanceOfSatisfying(NotHandedOverException.class, rest -> {
                            var all = new ArrayList<>(handed);
                            rest.items().forEach(item -> all.add(item.key()));
                            assertThat(all).contains("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9");
                        }));
    }

    @Test
    void itemsOnRecord_areHandedOver_thoughTheCallOfANeighbourNeverEnds() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("lines.journal"))) {
            run(bulk(3).journal(journal), lines(3));
        }
        items.clear();
        var clock = new TestClock();
        try (var journal = FileJournal.open(folder.resolve("lines.journal"))) {
            var run = Crew.start(() -> Coordinator.builder(pools)
                    .clock(clock)
                    .build()
                    .bulk(LABEL)
                    .keyedBy(Line::text)
                    .packing(10)
                    .journal(journal)
                    .run(
                            Stream.concat(lines(3), Stream.of(new Line("hang"), new Line("also"))),
                            Budget.usd("5.00").within(Duration.ofMinutes(1)),
                            items::add));
            while (calls.size() < 2) {
                Thread.onSpinWait();
            }
            clock.advanceToAlarm();

            BulkSummary summary = run.result(clock);

            assertThat(summary.counts()).isEqualTo(new BulkSummary.Counts(3, 2, 0, 3, 0, 0));
        }
    }

    @Test
    void ruleThatNeverEnds_losesNoItemThatWasJudgedBefore() throws Exception {
        var never = new Gate();
        var judged = new CountDownLatch(3);
        var hanging = LABEL.accept("ends", (line, label) -> {
            if (line.text().equals("t3")) {
                never.awaitUninterruptibly();
            }
            return true;
        });
        var clock = new TestClock();
        try (var journal = FileJournal.open(folder.resolve("lines.journal"))) {
            var run = Crew.start(() -> Coordinator.builder(pools)
                    .clock(clock)
                    .build()
                    .bulk(hanging)
                    .keyedBy(Line::text)
                    .packing(6)
                    .journal(journal)
                    .run(lines(6), Budget.usd("5.00").within(Duration.ofMinutes(1)), item -> {
                        items.add(item);
                        judged.countDown();
                    }));
            assertThat(judged.await(60, TimeUnit.SECONDS)).isTrue();
            clock.advanceToAlarm();

            BulkSummary summary = run.result(clock);

            assertThat(summary.counts()).isEqualTo(new BulkSummary.Counts(3, 3, 0, 0, 0, 0));
            assertThat(items.subList(0, 3)).extracting(BulkItem::key).containsExactly("t0", "t1", "t2");
        } finally {
            never.open();
        }
    }

    @Test
    void packThatIsUnderWay_whileItsFirstItemIsAskedAlone_isWaitedFor() throws Exception {
        var alone = new CountDownLatch(1);
        var slow = LABEL.accept("waits", (line, label) -> {
            if (line.text().equals("t1")) {
                try {
                    assertThat(alone.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return !line.text().equals("t0") || asked.get("t0") > 1;
        });

        BulkSummary summary = coordinator
                .bulk(slow)
                .keyedBy(Line::text)
                .packing(2)
                .run(lines(2), Budget.usd("5.00"), item -> {
                    items.add(item);
                    alone.countDown();
                });

        assertThat(summary.succeeded()).isEqualTo(2);
        assertThat(items).extracting(BulkItem::key).containsExactly("t0", "t1");
    }

    @Test
    void journalThatFails_losesNoItemThatWasPulled() throws Exception {
        change = answers -> answers.subList(0, 2);
        var full = new StruckJournal() {
            @Override
            public CompletableFuture<Void> submit(JournalEntry entry) {
                return entry instanceof JournalEntry.Ended ended
                                && ended.key().subtask().equals("t0")
                        ? CompletableFuture.failedFuture(new IllegalStateException("no space left"))
                        : super.submit(entry);
            }
        };

        BulkSummary summary = run(bulk(5).journal(full), lines(20));

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.JOURNAL_FAILED);
        assertThat(items).extracting(BulkItem::index).doesNotHaveDuplicates();
        assertThat(items.getLast().index()).as("no gap").isEqualTo(items.size() - 1L);
        assertThat(costOfItems()).isEqualTo(summary.sessionSpend().total());
    }

    // --- the journal

    @Test
    void journal_knowsEachItemByItself_whateverThePack() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("lines.journal"))) {
            run(bulk(4).journal(journal), lines(10));
        }
        calls.clear();
        try (var journal = FileJournal.open(folder.resolve("lines.journal"))) {
            BulkSummary second = run(bulk(7).journal(journal), lines(12));

            assertAllLabelled(12);
            assertThat(second.reused()).isEqualTo(10);
            assertThat(calls).containsExactly(List.of("t10", "t11"));
            assertThat(journal.spent("bulk-label").total())
                    .isEqualTo(second.spend().total());
            assertThat(journal.openIntents("bulk-label")).isEmpty();
        }
    }

    @Test
    void journal_saysOfEachItemWhatItCost() throws Exception {
        change = answers -> answers.subList(1, answers.size());
        Path file = folder.resolve("lines.journal");
        try (var journal = FileJournal.open(file)) {
            run(bulk(4).journal(journal), lines(4));
        }

        Map<String, Money> recorded = new HashMap<>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended && ended.key().item() == JournalKey.WHOLE) {
                recorded.put(ended.key().subtask(), ended.spend().total());
            }
        });
        assertThat(recorded)
                .isEqualTo(items.stream()
                        .collect(Collectors.toMap(
                                BulkItem::key, item -> item.spend().total())));
    }

    @Test
    void answerThatCannotBeRecorded_endsTheRun() throws Exception {
        var full = new StruckJournal() {
            @Override
            public CompletableFuture<Void> submit(JournalEntry entry) {
                return entry instanceof JournalEntry.Ended ended
                                && ended.key().subtask().equals("t1")
                        ? CompletableFuture.failedFuture(new IllegalStateException("no space left"))
                        : super.submit(entry);
            }
        };

        BulkSummary summary = run(bulk(3).journal(full), lines(30));

        assertThat(summary.stop()).isEqualTo(BulkSummary.Stop.JOURNAL_FAILED);
        assertThat(summary.unrecorded()).isPresent();
        assertThat(summary.items()).isLessThan(30);
    }

    @Test
    void callOfAPackOfUnknownFate_isForfeitedOnce_byTheNextSession() throws Exception {
        Path file = folder.resolve("cut.journal");
        Money reserved;
        try (var journal = FileJournal.open(file)) {
            var clock = new TestClock();
            var run = Crew.start(() -> Coordinator.builder(pools)
                    .clock(clock)
                    .build()
                    .bulk(LABEL)
                    .keyedBy(Line::text)
                    .packing(2)
                    .journal(journal)
                    .run(
                            Stream.of(new Line("hang"), new Line("t1")),
                            Budget.usd("5.00").within(Duration.ofMinutes(1)),
                            items::add));
            while (calls.isEmpty()) {
                Thread.onSpinWait();
            }
            clock.advanceToAlarm();
            BulkSummary cut = run.result();
            assertThat(cut.stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
            assertThat(cut.failed()).isEqualTo(2);
            reserved = cut.sessionSpend().forfeited();
            assertThat(reserved).isEqualTo(costOfItems()).isNotEqualTo(Money.ZERO);
        }
        try (var journal = FileJournal.open(file)) {
            BulkSummary next = run(bulk(2).journal(journal), Stream.of(new Line("t0"), new Line("t1")));
            assertThat(next.spend().forfeited()).isEqualTo(reserved);
            assertThat(next.succeeded()).isEqualTo(2);
        }
    }

    // --- the stream

    @Test
    void streamThatWaits_doesNotHoldUpWhatItHasYielded() throws Exception {
        var clock = new TestClock();
        var handed = new CountDownLatch(2);
        var waits = new CountDownLatch(1);
        Stream<Line> waiting = IntStream.range(0, 3).mapToObj(i -> {
            if (i == 2) {
                waits.countDown();
                try {
                    assertThat(handed.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return new Line("t" + i);
        });

        var run = Crew.start(() -> Coordinator.builder(pools)
                .clock(clock)
                .build()
                .bulk(LABEL)
                .keyedBy(Line::text)
                .packing(10)
                .run(waiting, Budget.usd("5.00"), item -> {
                    items.add(item);
                    handed.countDown();
                }));
        assertThat(waits.await(60, TimeUnit.SECONDS)).isTrue();
        clock.advance(Duration.ofSeconds(1));

        assertThat(run.result(clock).succeeded()).isEqualTo(3);
        assertThat(calls).containsExactly(List.of("t0", "t1"), List.of("t2"));
    }

    // --- the estimate

    @Test
    void preview_countsThePack_andAtWorstEachItemAlone() throws Exception {
        CostEstimate single = bulk(1).preview(lines(30));
        CostEstimate packed = bulk(10).preview(lines(30));

        assertThat(packed.cost().expected().isMoreThan(single.cost().expected()))
                .isFalse();
        assertThat(packed.worst().isMoreThan(single.worst())).isTrue();
        change = answers -> List.of();
        BulkSummary all = run(bulk(10), lines(30));
        assertThat(all.succeeded()).isEqualTo(30);
        assertThat(all.spend().total()).isBetween(packed.low(), packed.worst());
    }

    // --- what is refused

    @Test
    void whatCannotBePacked_isRefusedBeforeAnythingIsSpent() {
        assertThatThrownBy(() -> bulk(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the items in a call must be 1 to 100, not 0");
        assertThatThrownBy(() -> bulk(101)).hasMessage("the items in a call must be 1 to 100, not 101");
        SubtaskType<Line, Label> code =
                SubtaskType.code("code", Line.class, Label.class, (line, context) -> new Label(""));
        assertThatThrownBy(() -> coordinator.bulk(code).packing(2))
                .hasMessage("items of subtask type 'code' cannot be packed: it is plain code");
        assertThatThrownBy(() ->
                        coordinator.bulk(LABEL.attaching(line -> List.of())).packing(2))
                .hasMessage("items of subtask type 'label' cannot be packed: it sends pictures or files along");
        assertThatThrownBy(() -> bulk(2).lane(Lane.BATCH).run(lines(2), Budget.usd("1"), item -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(calls).isEmpty();
        var wide = SubtaskType.json("wide", nested(9), "Nest.");
        assertThatThrownBy(() -> coordinator.bulk(wide).packing(2))
                .hasMessageStartingWith("items of subtask type 'wide' cannot be packed: in a list, ");
        assertThat(coordinator
                        .bulk(LABEL.maxOutputTokens(Long.MAX_VALUE))
                        .packing(2)
                        .preview(lines(2))
                        .worst())
                .isNotEqualTo(Money.ZERO);
        assertThat(Spend.NONE.split(3)).containsExactly(Spend.NONE, Spend.NONE, Spend.NONE);
    }

    @Test
    void schema_givenByTheUser_isPackedWithItsDefinitions() throws Exception {
        var tree = SubtaskType.json("tree", """
                {"type":"object","properties":{"name":{"type":"string"},"enum":{"anyOf":[{"$ref":"#"},{"type":"null"}]},\
                "kind":{"$ref":"#/$defs/kind"}},\
                "required":["name","enum","kind"],"additionalProperties":false,\
                "$defs":{"kind":{"type":"string","enum":["$ref","leaf"]},"item_root":{"type":"string"}}}""", "Read the tree.");
        change = answers -> answers.stream()
                .<Json>map(each -> numbered(
                        ((Json.Obj) each).intValue("number"),
                        Json.parse("{\"name\":\"a\",\"enum\":{\"name\":\"b\",\"enum\":null,\"kind\":\"leaf\"},"
                                + "\"kind\":\"$ref\"}")))
                .toList();
        var outcomes = new ArrayList<Outcome<Json.Obj>>();

        coordinator
                .bulk(tree)
                .packing(2)
                .run(
                        Stream.of(Json.parse("{\"text\":\"x\"}"), Json.parse("{\"text\":\"y\"}")),
                        Budget.usd("1"),
                        item -> outcomes.add(item.outcome()));

        assertThat(calls).hasSize(1);
        assertThat(outcomes).hasSize(2).allMatch(Outcome::isSucceeded);
    }

    private static String nested(int levels) {
        return levels == 0
                ? "{\"type\":\"string\"}"
                : "{\"type\":\"object\",\"properties\":{\"in\":%s},\"required\":[\"in\"],\"additionalProperties\":false}"
                        .formatted(nested(levels - 1));
    }
}
