// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.BulkSummary.Stop;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schema.Literal;
import dev.cadre.task.SubtaskType;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.testing.ScriptedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A bulk run on Temporal has, to the byte, the items and the summary of one in this process. */
@Timeout(120)
class SameBulkTest {
    /** What a bulk run did: its items by their index, its summary, and the calls that its model had. */
    private record Done(List<String> items, BulkSummary summary, int calls) {
        static <O> Done of(List<BulkItem<O>> items, BulkSummary summary, ScriptedModel model) {
            return new Done(
                    items.stream()
                            .sorted(Comparator.comparingLong(BulkItem::index))
                            .map(Done::line)
                            .toList(),
                    summary,
                    model.calls().size());
        }

        private static String line(BulkItem<?> item) {
            String outcome = item.outcome()
                    .ifSucceeded()
                    .map(value -> Literal.of(value).write())
                    .orElseGet(item.outcome()::reason);
            return "%d %s %s %s %s".formatted(item.index(), item.key(), outcome, item.spend(), item.origin());
        }

        String bytes() {
            return String.join("\n", items) + "\n" + summaryBytes() + "\n" + calls + " calls";
        }

        String summaryBytes() {
            return "%s\n%s\n%s\n%s\n%s\n%s\n%s"
                    .formatted(
                            summary,
                            summary.spend(),
                            summary.sessionSpend(),
                            summary.pause().map(BulkSummary.Pause::message),
                            summary.notStarted(),
                            summary.notes(),
                            summary.abandoned());
        }
    }

    /** How a run is made in both places. */
    private record Case<O>(
            SubtaskType<Topic, O> type,
            int count,
            String usd,
            int parallel,
            int historyItems,
            Consumer<ScriptedModel> script) {
        Case<O> costing(String other) {
            return new Case<>(type, count, other, parallel, historyItems, script);
        }

        Done here() throws InterruptedException {
            var items = new ArrayList<BulkItem<O>>();
            ScriptedModel model = scripted();
            BulkSummary summary = Coordinator.of(model.pools(pool -> pool.maxParallel(parallel)))
                    .bulk(type)
                    .keyedBy(Topic::name)
                    .run(topics(count), Budget.usd(usd), items::add);
            return Done.of(items, summary, model);
        }

        Done there() throws InterruptedException {
            var items = new ArrayList<BulkItem<O>>();
            ScriptedModel model = scripted();
            try (var cluster = Cluster.of(Coordinator.of(model.pools()))) {
                BulkSummary summary = cluster.runs()
                        .bulk(type)
                        .keyedBy(Topic::name)
                        .parallel(parallel)
                        .historyItems(historyItems)
                        .run(topics(count), Budget.usd(usd), items::add);
                return Done.of(items, summary, model);
            }
        }

        private ScriptedModel scripted() {
            var model = new ScriptedModel();
            script.accept(model);
            return model;
        }

        Done assertSame() throws InterruptedException {
            Done local = here();
            Done remote = there();
            assertThat(remote.bytes()).isEqualTo(local.bytes());
            return remote;
        }
    }

    private static Topic topic(int number) {
        return new Topic("topic " + number);
    }

    private static Stream<Topic> topics(int count) {
        return IntStream.range(0, count).mapToObj(SameBulkTest::topic);
    }

    /** Of every hundred items six are repaired, three are refused, and the others have a fact of their own. */
    private static void mixed(ScriptedModel model, int count) {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        for (int i = 0; i < count; i++) {
            switch (i % 33) {
                case 3 -> model.on(Graphs.NOTE, topic(i)).refuses("no " + i);
                case 5, 11 ->
                    model.on(Graphs.NOTE, topic(i)).repliesText("no JSON").replies(new Note("repaired"));
                case 7 -> model.on(Graphs.NOTE, topic(i)).replies(new Note("fact of " + i));
                default -> {}
            }
        }
    }

    @Test
    void twoThousandItems_haveTheSameBytes() throws InterruptedException {
        Done done = new Case<>(Graphs.NOTE, 2_000, "5.00", 64, 700, model -> mixed(model, 2_000)).assertSame();
        assertThat(done.summary.failed()).isEqualTo(61);
        assertThat(done.summary.succeeded()).isEqualTo(1_939);
        assertThat(done.summary.stop()).isEqualTo(Stop.END_OF_INPUT);
        assertThat(done.items).hasSize(2_000);
    }

    @Test
    void twoThousandItems_ofCode_haveTheSameBytes() throws InterruptedException {
        new Case<>(Graphs.UPPER, 2_000, "0.01", 64, 700, model -> {}).assertSame();
    }

    @Test
    void itemsThatEscalate_haveTheSameBytes() throws InterruptedException {
        new Case<>(Graphs.CAREFUL, 30, "1.00", 8, 7, model -> {
                    model.on(Graphs.CAREFUL).onlyOn(Tier.NANO).replies(new Note("short"));
                    model.on(Graphs.CAREFUL).onlyOn(Tier.MINI).replies(new Note("long enough for the rule"));
                })
                .assertSame();
    }

    @Test
    void noItems_haveTheSameBytes() throws InterruptedException {
        new Case<>(Graphs.NOTE, 0, "1.00", 8, 7, model -> {}).assertSame();
    }

    /** One at a time, so that it is certain which ones there is money for. */
    @Test
    void budget_thatEndsInTheMiddle_hasTheSameItemsAndMoney() throws InterruptedException {
        var one = new Case<>(Graphs.NOTE, 200, "0.0075", 1, 40, model -> mixed(model, 200));
        Done local = one.here();
        Done remote = one.there();
        int tried = Math.toIntExact(local.summary.succeeded() + local.summary.failed());

        assertThat(tried).isBetween(20, 180);
        assertThat(local.summary.stop()).isEqualTo(Stop.BUDGET);
        assertThat(remote.summary.stop()).isEqualTo(Stop.BUDGET);
        // the one that was skipped for want of money, too; what was pulled behind it differs
        assertThat(remote.items.subList(0, tried + 1)).isEqualTo(local.items.subList(0, tried + 1));
        assertThat(remote.summary.spend()).isEqualTo(local.summary.spend());
        assertThat(remote.summary.counts().succeeded())
                .isEqualTo(local.summary.counts().succeeded());
        assertThat(remote.summary.counts().failed())
                .isEqualTo(local.summary.counts().failed());
        assertThat(remote.items).hasSize(Math.toIntExact(remote.summary.items()));
        assertThat(remote.summary.notStarted()).hasSize(Math.toIntExact(remote.summary.skipped()));
    }

    /** Many at a time: which ones there is money for is up to the order in which they end, the limit is not. */
    @Test
    void budget_thatEndsInTheMiddleOfMany_isKept() throws InterruptedException {
        var many = new Case<>(Graphs.NOTE, 400, "0.0075", 32, 40, model -> mixed(model, 400));
        Done remote = many.there();
        List<String> rich = many.costing("5.00").here().items;

        assertThat(remote.summary.stop()).isEqualTo(Stop.BUDGET);
        assertThat(remote.summary.spend().total()).isLessThanOrEqualTo(Money.usd("0.0075"));
        assertThat(remote.summary.succeeded()).isGreaterThan(50);
        // an item that was done is what it is with any budget
        assertThat(remote.items.stream().filter(line -> line.contains("fact") || line.contains("repaired")))
                .allMatch(rich::contains);
    }
}
