// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.price.Money;
import dev.cadre.temporal.Graphs.Brief;
import dev.cadre.temporal.Graphs.Topics;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testserver.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes share a run, and one of them is killed by SIGKILL while it has calls in flight. */
class KilledWorkersTest {
    private static final long SEED = 20_261_130;
    private static final Money LIMIT = Money.usd("1.00");
    private static final Money CALL = Money.usd("0.000045");
    private static final Topics HUNDRED =
            new Topics(IntStream.range(0, 100).mapToObj("topic %d"::formatted).toList());

    @Test
    @Timeout(120)
    void run_ofWhichAWorkerIsKilled_endsAndPaysNothingTwice() throws Exception {
        survivesKill(SEED);
    }

    private static void survivesKill(long seed) throws Exception {
        var random = new Random(seed);
        int answered = random.nextInt(10);
        int inFlight = 1 + random.nextInt(5);
        String drawn = "seed %d: killed after %d calls, with %d in flight".formatted(seed, answered, inFlight);
        Cluster.quiet();
        int port = freePort();
        try (var server = TestServer.createPortBoundServer(port);
                var doomed = WorkerProcess.start(port, answered);
                var other = WorkerProcess.start(port, Integer.MAX_VALUE)) {
            assertThat(doomed.awaitSaid("ready", 1) && other.awaitSaid("ready", 1))
                    .as(drawn)
                    .isTrue();
            WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                    .setTarget("127.0.0.1:" + port)
                    .build());
            try {
                WorkflowClient client = WorkflowClient.newInstance(stubs);
                TemporalRun<Brief> run = TemporalCoordinator.of(client, Cluster.QUEUE)
                        .start("killed", Graphs.FAN_OUT.on(HUNDRED), Budget.of(LIMIT));
                assertThat(doomed.awaitSaid("stuck", inFlight)).as(drawn).isTrue();
                doomed.kill();
                assertWhole(
                        run.result(), client.fetchHistory("killed").getHistory().getEventsList(), drawn);
            } finally {
                stubs.shutdownNow();
            }
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

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
