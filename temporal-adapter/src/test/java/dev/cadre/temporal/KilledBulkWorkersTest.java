// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.price.Money;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import io.temporal.api.history.v1.HistoryEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes share a bulk run, and one of them is killed by SIGKILL while it has calls in flight. */
class KilledBulkWorkersTest {
    private static final long SEED = 20_261_201;
    private static final int ITEMS = 200;
    private static final Money LIMIT = Money.usd("1.00");
    private static final Money CALL = Money.usd("0.000045");

    @Test
    @Tag("nightly")
    @Timeout(120)
    void bulk_ofWhichAWorkerIsKilled_endsAndPaysNothingTwice() throws Exception {
        survivesKill(SEED);
    }

    @Test
    @Tag("nightly")
    @Timeout(20 * 120)
    void bulk_ofWhichAWorkerIsKilledAtAnyMoment_endsAndPaysNothingTwice() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            survivesKill(seed);
        }
    }

    private static void survivesKill(long seed) throws Exception {
        var random = new Random(seed);
        int answered = random.nextInt(60);
        int inFlight = 1 + random.nextInt(WorkerProcess.PARALLEL);
        int byOther = random.nextInt(100); // the rest is enough to stop the first one
        String drawn = "seed %d: killed after %d calls with %d in flight, after %d of the other one"
                .formatted(seed, answered, inFlight, byOther);
        try (var server = PortServer.start();
                var doomed = server.worker(answered);
                var other = server.worker(byOther)) {
            assertThat(doomed.awaitSaid("ready", 1) && other.awaitSaid("ready", 1))
                    .as(drawn)
                    .isTrue();
            List<BulkItem<Note>> items = new ArrayList<>();
            var run = new FutureTask<>(() -> run(server, items));
            Thread.ofPlatform().daemon().start(run);
            assertThat(doomed.awaitSaid("stuck", inFlight)).as(drawn).isTrue();
            doomed.kill();
            other.release();
            assertWhole(run.get(), items, server.histories("killed"), drawn);
        }
    }

    private static BulkSummary run(PortServer server, List<BulkItem<Note>> items) throws InterruptedException {
        return server.runs()
                .bulk(Graphs.NOTE)
                .parallel(40)
                .historyItems(80)
                .run(
                        "killed",
                        IntStream.range(0, ITEMS).mapToObj(number -> new Topic("topic " + number)),
                        Budget.of(LIMIT),
                        items::add);
    }

    private static void assertWhole(
            BulkSummary summary, List<BulkItem<Note>> items, List<HistoryEvent> histories, String drawn) {
        long lost = histories.stream()
                .filter(HistoryEvent::hasActivityTaskTimedOutEventAttributes)
                .count();
        long performed = histories.stream()
                .filter(HistoryEvent::hasActivityTaskCompletedEventAttributes)
                .count();
        System.out.println("%s: %d activities lost, %s".formatted(drawn, lost, summary.spend()));
        assertThat(summary.succeeded()).as(drawn).isEqualTo(ITEMS);
        assertThat(items.stream().map(BulkItem::index).sorted())
                .as(drawn)
                .containsExactlyElementsOf(
                        IntStream.range(0, ITEMS).mapToObj(Long::valueOf).toList());
        assertThat(lost).as(drawn).isPositive();
        assertThat(performed).as(drawn).isEqualTo(ITEMS); // each of them once
        assertThat(summary.spend().settled()).as(drawn).isEqualTo(CALL.times(ITEMS));
        assertThat(summary.spend().forfeited()).as(drawn).isGreaterThan(Money.ZERO);
        assertThat(summary.spend().total()).as(drawn).isLessThanOrEqualTo(LIMIT);
        assertThat(summary.notes()).as(drawn).anyMatch(note -> note.contains("was lost"));
    }
}
