// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.price.Money;
import dev.cadre.temporal.Goals.Answer;
import dev.cadre.temporal.Graphs.Brief;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topics;
import io.temporal.api.history.v1.HistoryEvent;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two processes share a run, and one of them is killed by SIGKILL while it has calls in flight. */
class KilledWorkersTest {
    private static final long SEED = 20_261_130;
    private static final String RUN = "killed";
    private static final Money LIMIT = Money.usd("1.00");
    private static final Money CALL = Money.usd("0.000045");
    /** A plan, three notes and an answer, of 100 tokens in and 20 out each. */
    private static final Money GOAL_CALLS =
            Money.usd("0.00055").plus(CALL.times(3)).plus(Money.usd("0.000165"));

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
    @Tag("nightly")
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

    /** With no call answered its planner is asked; with four the merger is. */
    @ParameterizedTest
    @Tag("nightly")
    @ValueSource(ints = {0, 4})
    @Timeout(120)
    void goal_whoseOnlyWorkerIsKilledWhilePlanningOrMerging_isEndedByAnotherOne(int answered) throws Exception {
        try (var server = PortServer.start();
                var doomed = server.worker(answered)) {
            assertThat(doomed.awaitSaid("ready", 1)).isTrue();
            TemporalRun<Answer> run =
                    server.runs().start(RUN, Goals.PLAIN.on(new Graphs.Topic("pets")), Budget.of(LIMIT));
            assertThat(doomed.awaitSaid("stuck", 1)).isTrue();
            doomed.kill();
            try (var other = server.worker(Integer.MAX_VALUE)) {
                assertThat(other.awaitSaid("ready", 1)).isTrue();
                RunResult<Answer> result = run.result();
                System.out.println("killed after %d calls: %s".formatted(answered, result.spend()));
                assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
                assertThat(result.spend().settled()).isEqualTo(GOAL_CALLS); // each once
                assertThat(result.spend().forfeited()).isGreaterThan(Money.ZERO);
                assertThat(result.spend().total()).isLessThanOrEqualTo(LIMIT);
                assertThat(performed(server.history(RUN))).isEqualTo(5); // a plan, two notes, a short one, an answer
            }
        }
    }

    /** Nobody works on it meanwhile: whoever hears the answer makes all decisions again. */
    @Test
    @Tag("nightly")
    @Timeout(120)
    void run_thatWaitsForAPersonWhileItsOnlyWorkerIsKilled_isEndedByAnotherOne() throws Exception {
        try (var server = PortServer.start();
                var doomed = server.worker(Integer.MAX_VALUE)) {
            assertThat(doomed.awaitSaid("ready", 1)).isTrue();
            TemporalRun<Note> run =
                    server.runs().start(RUN, Graphs.ASKED.on(new Graphs.Topic("cats")), Budget.of(LIMIT));
            RunQuestion question = PeopleTest.awaitQuestions(run, 1).getFirst();
            doomed.kill();
            run.answer(question, Note.class, new Note("whatever the editor says"));
            try (var other = server.worker(Integer.MAX_VALUE)) {
                assertThat(other.awaitSaid("ready", 1)).isTrue();
                RunResult<Note> result = run.result();
                assertThat(result.requireComplete()).isEqualTo(new Note("whatever the editor says"));
                assertThat(result.spend().settled()).isEqualTo(CALL);
                assertThat(result.spend().forfeited()).isEqualTo(Money.ZERO);
                assertThat(performed(server.history(RUN))).isEqualTo(3); // a note, a question, an answer
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
        long performed = performed(history);
        System.out.println("%s: %d activities lost, %s".formatted(drawn, lost, result.spend()));
        assertThat(result.requireComplete().lines()).as(drawn).hasSize(100).containsOnly("a fact");
        assertThat(lost).as(drawn).isPositive();
        assertThat(performed).as(drawn).isEqualTo(102); // each of a hundred notes, the list and the brief once
        assertThat(result.spend().settled()).as(drawn).isEqualTo(CALL.times(100));
        assertThat(result.spend().forfeited()).as(drawn).isGreaterThan(Money.ZERO);
        assertThat(result.spend().total()).as(drawn).isLessThanOrEqualTo(LIMIT);
    }

    private static long performed(List<HistoryEvent> history) {
        return history.stream()
                .filter(HistoryEvent::hasActivityTaskCompletedEventAttributes)
                .count();
    }
}
