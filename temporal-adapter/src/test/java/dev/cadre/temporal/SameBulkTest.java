// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.BulkSummary.Stop;
import dev.cadre.model.Tier;
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
    /** What a bulk run did: its items by their index, and its summary. */
    private record Done(List<String> items, BulkSummary summary) {
        static <O> Done of(List<BulkItem<O>> items, BulkSummary summary) {
            return new Done(
                    items.stream()
                            .sorted(Comparator.comparingLong(BulkItem::index))
                            .map(Done::line)
                            .toList(),
                    summary);
        }

        private static String line(BulkItem<?> item) {
            String outcome =
                    item.outcome().ifSucceeded().map(value -> Literal.of(value).write()).orElseGet(item.outcome()::reason);
            return "%d %s %s %s %s".formatted(item.index(), item.key(), outcome, item.spend(), item.origin());
        }

        String bytes() {
            return String.join("\n", items) + "\n" + summaryBytes();
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

    @Test
    void twoThousandItems_haveTheSameBytes() throws InterruptedException {
        Done done = assertSame(Graphs.NOTE, 2_000, "5.00", 64, 700, model -> {
            model.on(Graphs.NOTE).replies(new Note("a fact"));
            for (int i = 0; i < 2_000; i += 7) {
                model.on(Graphs.NOTE, topic(i)).replies(new Note("fact of " + i));
            }
            for (int i = 3; i < 2_000; i += 50) {
                model.on(Graphs.NOTE, topic(i)).refuses("no " + i);
            }
            for (int i = 5; i < 2_000; i += 40) { // repaired
                model.on(Graphs.NOTE, topic(i)).repliesText("no JSON").replies(new Note("repaired " + i));
            }
        });
        assertThat(done.summary.failed()).isEqualTo(40);
        assertThat(done.summary.succeeded()).isEqualTo(1_960);
    }

    private static Topic topic(int number) {
        return new Topic("topic " + number);
    }

    private static Stream<Topic> topics(int count) {
        return IntStream.range(0, count).mapToObj(SameBulkTest::topic);
    }

    private static <O> Done assertSame(
            SubtaskType<Topic, O> type, int count, String usd, int parallel, int historyItems, Consumer<ScriptedModel> script)
            throws InterruptedException {
        Done local = here(type, count, usd, script);
        Done remote = there(type, count, usd, parallel, historyItems, script);
        assertThat(remote.bytes()).isEqualTo(local.bytes());
        return remote;
    }

    private static <O> Done here(SubtaskType<Topic, O> type, int count, String usd, Consumer<ScriptedModel> script)
            throws InterruptedException {
        var model = new ScriptedModel();
        script.accept(model);
        var items = new ArrayList<BulkItem<O>>();
        return Done.of(
                items,
                Coordinator.of(model.pools())
                        .bulk(type)
                        .keyedBy(Topic::name)
                        .run(topics(count), Budget.usd(usd), items::add));
    }

    private static <O> Done there(
            SubtaskType<Topic, O> type, int count, String usd, int parallel, int historyItems, Consumer<ScriptedModel> script)
            throws InterruptedException {
        var model = new ScriptedModel();
        script.accept(model);
        var items = new ArrayList<BulkItem<O>>();
        try (var cluster = Cluster.of(Coordinator.of(model.pools()))) {
            long began = System.nanoTime();
            BulkSummary summary = cluster.runs()
                    .bulk(type)
                    .keyedBy(Topic::name)
                    .parallel(parallel)
                    .historyItems(historyItems)
                    .run("bulk", topics(count), Budget.usd(usd), items::add);
            System.out.println(count + " items: " + (System.nanoTime() - began) / 1_000_000 + " ms, events "
                    + cluster.history("bulk").getHistory().getEventsCount());
            return Done.of(items, summary);
        }
    }
}
