// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.price.Money;
import dev.cadre.temporal.Graphs.Brief;
import dev.cadre.temporal.Graphs.Topics;
import io.temporal.api.history.v1.HistoryEvent;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes share a run, and one of them is killed by SIGKILL while it has calls in flight. */
class KilledWorkersTest {
    private static final long SEED = 20_261_130;
    private static final String RUN = "killed";
    private static final Money LIMIT = Money.usd("1.00");
    private static final Money CALL = Money.usd("0.000045");
    private static final Topics HUNDRED =
            new Topics(IntStream.range(0, 100).mapToObj("topic %d"::formatted).toList());

    @Test
    @Timeout(120)
    void run_ofWhichAWorkerIsKilled_endsAndPaysNothingTwice() throws Exception {
        survivesKill(SEED);
    }

    @Test
    @Tag("nightly")
    @Timeout(20 * 120)
    void run_ofWhichAWorkerIsKilledAtAnyMoment_endsAndPaysNothingTwice() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            survivesKill(seed);
        }
    }

    /** It had made all decisions that there were: whoever comes later makes them again from the history. */
    @Test
    @Timeout(120)
    void run_whoseOnlyWorkerIsKilled_isEndedByOneThatIsStartedLater() throws Exception {
        try (var server = PortServer.start();
                var doomed = server.worker(0)) {
            assertThat(doomed.awaitSaid("ready", 1)).isTrue();
            TemporalRun<Brief> run = startRun(server);
            assertThat(doomed.awaitSaid("stuck", WorkerProcess.PARALLEL)).isTrue();
            doomed.kill();
            try (var other = server.worker(Integer.MAX_VALUE)) {
                assertThat(other.awaitSaid("ready", 1)).isTrue();
                assertWhole(run.result(), server.history(RUN), "alone");
            }
        }
    }

    private static TemporalRun<Brief> startRun(PortServer server) {
        return server.runs().start(RUN, Graphs.FAN_OUT.on(HUNDRED), Budget.of(LIMIT));
    }

    private static void survivesKill(long seed) throws Exception {
        var random = new Random(seed);
        int answered = random.nextInt(10);
        int inFlight = 1 + random.nextInt(5);
        int byOther = random.nextInt(60); // the rest of the hundred is enough to stop the first one
        String drawn = "seed %d: killed after %d calls with %d in flight, after %d of the other one"
                .formatted(seed, answered, inFlight, byOther);
        try (var server = PortServer.start();
                var doomed = server.worker(answered);
                var other = server.worker(byOther)) {
            assertThat(doomed.awaitSaid("ready", 1) && other.awaitSaid("ready", 1))
                    .as(drawn)
                    .isTrue();
            TemporalRun<Brief> run = startRun(server);
            assertThat(doomed.awaitSaid("stuck", inFlight)).as(drawn).isTrue();
            doomed.kill();
            other.release();
            assertWhole(run.result(), server.history(RUN), drawn);
        }
    }

    private static void assertWhole(RunResult<Brief> result, List<HistoryEvent> history, String drawn) {
        long lost = history.stream()
                .filter(HistoryEvent::hasActivityTaskTimedOutEventAttributes)
                .count();
        long performed = history.stream()
                .filter(HistoryEvent::hasActivityTaskCompletedEventAttributes)
                .count();
        System.out.println("%s: %d activities lost, %s".formatted(drawn, lost, result.spend()));
        assertThat(result.requireComplete().lines()).as(drawn).hasSize(100).containsOnly("a fact");
        assertThat(lost).as(drawn).isPositive();
        assertThat(performed).as(drawn).isEqualTo(102); // each of a hundred notes, the list and the brief once
        assertThat(result.spend().settled()).as(drawn).isEqualTo(CALL.times(100));
        assertThat(result.spend().forfeited()).as(drawn).isGreaterThan(Money.ZERO);
        assertThat(result.spend().total()).as(drawn).isLessThanOrEqualTo(LIMIT);
    }
}
