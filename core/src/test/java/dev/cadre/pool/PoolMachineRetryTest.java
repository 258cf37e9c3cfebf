// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolRig.AT_ONCE;
import static dev.cadre.pool.PoolRig.admit;
import static dev.cadre.pool.PoolRig.admitted;
import static dev.cadre.pool.PoolRig.failed;
import static dev.cadre.pool.PoolRig.parallel;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.pool.PoolCommand.GiveUp;
import dev.cadre.pool.PoolCommand.GiveUpReason;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.pool.PoolCommand.Refuse;
import dev.cadre.pool.PoolCommand.Retry;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which failures are tried again, and how often. */
class PoolMachineRetryTest {
    private static final ModelException REFUSED =
            new ModelException.ConnectionFailed("refused", Charge.FREE, new IOException());

    @Test
    void failedCall_isRetried_untilItsAttemptsAreUsedUp() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        var failure = failed(500, Charge.UNKNOWN);

        assertThat(rig.failed(1, failure)).containsExactly(new Retry(1, 1, 0), admit(1));
        assertThat(rig.failed(1, failure)).containsExactly(new Retry(1, 2, 0), admit(1));
        assertThat(rig.failed(1, failure)).containsExactly(new Retry(1, 3, 0), admit(1));
        assertThat(rig.failed(1, failure)).containsExactly(new GiveUp(1, GiveUpReason.ATTEMPTS));
        assertThat(rig.machine.inFlight()).isZero();
    }

    @Test
    void malformedReply_isAskedForAgainOnce() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        var page = new ModelException.MalformedReply("<html>", null);

        assertThat(rig.failed(1, page)).containsExactly(new Retry(1, 1, 0), admit(1));
        assertThat(rig.failed(1, failed(500, Charge.UNKNOWN))).containsExactly(new Retry(1, 2, 0), admit(1));
        assertThat(rig.failed(1, page)).containsExactly(new GiveUp(1, GiveUpReason.ATTEMPTS));
    }

    /** A server that restarts refuses connections at once: they would use up all work at full speed. */
    @Test
    void connectionsRefusedInARow_pauseAPoolThatWasAnswered_longerFromTryToTry() {
        var rig = new PoolRig(parallel(2), RetryPolicy.standard());
        for (long ticket = 1; ticket <= 4; ticket++) {
            rig.ask(ticket, "run");
        }
        rig.replied(1);

        assertThat(admitted(rig.failed(2, REFUSED))).as("one of two").containsExactly(4L);
        assertThat(admitted(rig.failed(3, REFUSED))).isEmpty();
        assertThat(admitted(rig.failed(4, REFUSED))).isEmpty();
        assertThat(admitted(rig.at(ofMillis(499)))).isEmpty();
        List<Long> next = admitted(rig.at(ofMillis(1_001)));
        assertThat(next).hasSize(2);
        next.forEach(ticket -> assertThat(admitted(rig.failed(ticket, REFUSED))).isEmpty());
        assertThat(admitted(rig.at(ofMillis(2_000)))).isEmpty();
        assertThat(admitted(rig.at(ofMillis(2_502)))).isNotEmpty();
    }

    /** A server that is gone for good holds no work up. */
    @Test
    void outageThatLasts_pausesNoLonger() {
        var rig = new PoolRig(parallel(1), RetryPolicy.standard());
        rig.ask(0, "run");
        rig.replied(0);
        for (long ticket = 1; ticket <= 12; ticket++) {
            rig.ask(ticket, "run");
        }
        long flying = 1;
        for (int pauses = 1; pauses <= 8; pauses++) {
            assertThat(admitted(rig.failed(flying, REFUSED))).isEmpty();
            flying = admitted(rig.at(ofSeconds(6L * pauses))).getFirst();
        }

        assertThat(admitted(rig.failed(flying, REFUSED))).isNotEmpty();
    }

    /** A proxy whose server restarts, a server that loads its model, a balancer without a server. */
    @ParameterizedTest
    @CsvSource({"502, 4", "503, 1", "504, 4", "0, 4"})
    void failuresOfTenCallsInARow_thatNoServerAnswered_pauseThePool_untilOneCallSucceeds(int status, int parallel) {
        var rig = new PoolRig(parallel(parallel), RetryPolicy.standard());
        for (long ticket = 0; ticket <= 20; ticket++) {
            rig.ask(ticket, "run");
        }
        rig.replied(0);
        for (long ticket = 1; ticket <= 9; ticket++) {
            assertThat(admitted(rig.failed(ticket, noServer(status)))).isNotEmpty();
        }

        assertThat(admitted(rig.failed(10, noServer(status)))).isEmpty();
        for (long ticket = 11; ticket < 10 + parallel; ticket++) {
            assertThat(admitted(rig.failed(ticket, noServer(status)))).isEmpty();
        }
        List<Long> tries = admitted(rig.at(ofMillis(1_001)));
        assertThat(tries).as("one tries, as it may cost money").hasSize(1);
        assertThat(admitted(rig.replied(tries.getFirst()))).hasSize(parallel);
    }

    /** One item that no server survives, asked again and again, is no outage. */
    @Test
    void failuresOfTheSameFewCalls_pauseNobody() {
        var rig = new PoolRig(parallel(2), RetryPolicy.standard());
        rig.ask(0, "run");
        rig.replied(0);
        for (long ticket = 1; ticket <= 9; ticket++) {
            rig.ask(ticket, "run");
        }
        for (long ticket = 1; ticket <= 9; ticket++) {
            rig.failed(ticket, noServer(502));
        }
        List<Long> again = admitted(rig.at(ofSeconds(1)));

        assertThat(again).isNotEmpty();
        assertThat(admitted(rig.failed(again.getFirst(), noServer(502)))).isNotEmpty();
    }

    private static ModelException noServer(int status) {
        return status == 0
                ? new ModelException.ConnectionFailed("reset", Charge.UNKNOWN, new IOException("reset"))
                : failed(status, Charge.UNKNOWN);
    }

    @Test
    void connectionsRefused_byAServerThatNeverAnswered_areNoOutage() {
        var rig = new PoolRig(parallel(1), RetryPolicy.standard());
        rig.ask(1, "run");
        rig.ask(2, "run");

        assertThat(admitted(rig.failed(1, REFUSED))).containsExactly(2L);
    }

    @Test
    void serverFailure_thatTheProviderWillRepeat_isFinal() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        var lasting = new ModelException.ServerFailed("status 500", 500, Charge.UNKNOWN, null).lasting();

        assertThat(rig.failed(1, lasting)).containsExactly(new GiveUp(1, GiveUpReason.NOT_RETRYABLE));
    }

    @Test
    void retryThatCouldNotStartBeforeTheDeadline_isNotMade() {
        var rig = new PoolRig(parallel(1));
        rig.askUntil(1, ofSeconds(5));
        rig.at(ofSeconds(5));

        assertThat(rig.failed(1, failed(500, Charge.FREE))).containsExactly(new GiveUp(1, GiveUpReason.DEADLINE));
    }

    @Test
    void retryDuringAPauseBeyondItsDeadline_isRefusedAsPaused() {
        var rig = new PoolRig(parallel(2));
        var told = PoolRig.rateLimited(ofSeconds(60));
        rig.askUntil(1, ofSeconds(90));
        rig.askUntil(2, ofSeconds(50));
        rig.failed(1, told);

        assertThat(rig.failed(2, failed(500, Charge.FREE)).getFirst())
                .isEqualTo(new Refuse(2, new Refusal.PoolPaused(ofSeconds(60).toNanos(), told)));
    }

    /** That the client would have asked in other words is no reason that anybody could understand. */
    @Test
    void adaptedCall_ofAPoolThatHasStopped_isRefusedWithTheReason() {
        var rig = new PoolRig(parallel(2));
        rig.ask(1, "run");
        rig.ask(2, "run");
        var wrongKey = new ModelException.AuthFailed("wrong key");
        rig.failed(1, wrongKey);

        assertThat(rig.failed(2, new ModelException.Adapted("other words")))
                .containsExactly(new Refuse(2, new Refusal.PoolStopped(wrongKey)));
    }

    @Test
    void retryAfterAPause_isJudgedByTheDeadlineAlone() {
        var rig = new PoolRig(parallel(2));
        rig.askUntil(1, ofSeconds(90));
        rig.askUntil(2, ofSeconds(50));
        rig.failed(1, PoolRig.rateLimited(ofSeconds(60)));
        rig.at(ofSeconds(60));

        assertThat(rig.failed(2, failed(500, Charge.FREE))).startsWith(new GiveUp(2, GiveUpReason.DEADLINE));
    }

    @Test
    void callsThatBackOff_areMadeAgainInTheOrderOfTheirDelays() {
        var rig = new PoolRig(parallel(10), AT_ONCE.withDelays(ofSeconds(10), ofSeconds(10)));
        for (long ticket = 1; ticket <= 10; ticket++) {
            rig.ask(ticket, "run");
        }
        var retries = LongStream.rangeClosed(1, 10)
                .mapToObj(ticket ->
                        (Retry) rig.failed(ticket, failed(500, Charge.UNKNOWN)).getFirst())
                .sorted(Comparator.comparingLong(Retry::notBefore))
                .toList();

        for (Retry retry : retries) {
            assertThat(admitted(rig.at(ofNanos(retry.notBefore())))).containsExactly(retry.ticket());
        }
    }

    @Test
    void failedCall_holdsNoPermitWhileItBacksOff() {
        var rig = new PoolRig(parallel(1), AT_ONCE.withDelays(ofSeconds(1), ofSeconds(1)));
        rig.ask(1, "run");
        rig.ask(2, "run");

        assertThat(admitted(rig.failed(1, failed(500, Charge.UNKNOWN)))).containsExactly(2L);
    }

    @Test
    void failureThatRepeats_isFinal() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.failed(1, new ModelException.ContextTooLong("too long")))
                .containsExactly(new GiveUp(1, GiveUpReason.NOT_RETRYABLE));
    }

    @Test
    void failureAfterText_isFinal() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.on(new PoolEvent.Failed(1, failed(500, Charge.UNKNOWN), PoolEvent.RetryScope.NONE)))
                .containsExactly(new GiveUp(1, GiveUpReason.NOT_RETRYABLE));
    }

    @Test
    void retryBudget_bindsThePool_notTheCall() {
        var rig = new PoolRig(parallel(1));
        int attempts = 0;
        for (long ticket = 1; ticket <= 100; ticket++) {
            var commands = rig.ask(ticket, "run");
            while (!admitted(commands).isEmpty()) {
                attempts++;
                commands = rig.failed(ticket, failed(500, Charge.UNKNOWN));
            }
        }

        assertThat(attempts).isEqualTo(100 + 100 / 5 + 10);
    }

    @Test
    void retry_isRefused_whenTheBudgetCannotPayForIt() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        rig.answers.put(1L, PoolRig.EXHAUSTED);

        assertThat(rig.failed(1, failed(500, Charge.UNKNOWN)))
                .containsExactly(new Retry(1, 1, 0), new Refuse(1, new Refusal.BudgetExhausted(PoolRig.EXHAUSTED)));
    }

    @Test
    void callsThatBackOffUntilTheSameInstant_areAllMadeAgain() {
        var rig = new PoolRig(parallel(2));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.failed(1, failed(500, Charge.UNKNOWN, ofSeconds(5)));
        rig.failed(2, failed(500, Charge.UNKNOWN, ofSeconds(5)));

        assertThat(admitted(rig.at(ofSeconds(5)))).containsExactlyInAnyOrder(1L, 2L);
    }
}
