// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolRig.AT_ONCE;
import static dev.cadre.pool.PoolRig.NEVER;
import static dev.cadre.pool.PoolRig.admitted;
import static dev.cadre.pool.PoolRig.failed;
import static dev.cadre.pool.PoolRig.parallel;
import static dev.cadre.pool.PoolRig.rateLimited;
import static dev.cadre.pool.PoolRig.tokensLeft;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.RateLimits;
import dev.cadre.pool.MoneyGate.Verdict;
import dev.cadre.pool.PoolCommand.Admit;
import dev.cadre.pool.PoolCommand.GiveUp;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.pool.PoolCommand.Refuse;
import dev.cadre.pool.PoolCommand.Retry;
import dev.cadre.pool.PoolCommand.Stop;
import dev.cadre.pool.PoolCommand.WakeAt;
import dev.cadre.pool.PoolCommand.WhyFinal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PoolMachineTest {
    // permits

    @Test
    void ask_withAFreePermit_isAdmittedAtOnce() {
        var rig = new PoolRig(parallel(1));

        assertThat(rig.ask(1, "run")).containsExactly(new Admit(1));
        assertThat(rig.machine.inFlight()).isEqualTo(1);
    }

    @Test
    void ask_withoutAPermit_waitsForTheNextEnd() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.ask(2, "run")).containsExactly(new WakeAt(NEVER));
        assertThat(rig.replied(1)).containsExactly(new Admit(2));
    }

    @Test
    void permit_isFreeAfterEveryKindOfEnd() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        for (long ticket = 2; ticket <= 5; ticket++) {
            rig.ask(ticket, "run");
        }

        assertThat(admitted(rig.on(new PoolEvent.Released(1)))).containsExactly(2L);
        assertThat(admitted(rig.on(new PoolEvent.Forfeited(2)))).containsExactly(3L);
        assertThat(admitted(rig.failed(3, new ModelException.InvalidRequest("400", 400))))
                .containsExactly(4L);
        assertThat(admitted(rig.replied(4))).containsExactly(5L);
    }

    @Test
    void withdrawn_neverGetsAPermit() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.ask(3, "run");

        rig.on(new PoolEvent.Withdrawn(2));

        assertThat(rig.replied(1)).containsExactly(new Admit(3));
        assertThat(rig.machine.waiting()).isZero();
    }

    @Test
    void event_forTheWrongState_isRejected() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        rig.ask(2, "run");

        assertThatThrownBy(() -> rig.on(new PoolEvent.Withdrawn(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ticket 1 is in flight, not waiting");
        assertThatThrownBy(() -> rig.on(new PoolEvent.Released(2)))
                .hasMessage("Released[ticket=2], but its call is not in flight");
        assertThatThrownBy(() -> rig.on(new PoolEvent.Released(9)))
                .hasMessage("Released[ticket=9], but there is no such ask");
        assertThatThrownBy(() -> rig.ask(2, "run")).hasMessage("ticket 2 is already in use");
    }

    // turns

    @Test
    void runs_takeTurns_howeverLongTheirQueues() {
        var rig = new PoolRig(parallel(1));
        for (long ticket = 1; ticket <= 100; ticket++) {
            rig.ask(ticket, "long");
        }
        rig.ask(101, "short");
        rig.ask(102, "short");

        assertThat(rig.replied(1)).contains(new Admit(2));
        assertThat(rig.replied(2)).contains(new Admit(101));
        assertThat(rig.replied(101)).contains(new Admit(3));
        assertThat(rig.replied(3)).contains(new Admit(102));
        assertThat(rig.replied(102)).contains(new Admit(4));
    }

    @Test
    void insideARun_kindThenPlanOrderThenArrivalDecide() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        rig.ask(2, "run", Kind.WORK, 7);
        rig.ask(3, "run", Kind.WORK, 3);
        rig.ask(4, "run", Kind.WORK, 3);
        rig.ask(5, "run", Kind.ESCALATION, 9);
        rig.ask(6, "run", Kind.REPAIR, 9);
        rig.ask(7, "run", Kind.MERGE, 9);
        rig.ask(8, "run", Kind.PLAN, 9);

        var order = new long[] {1, 8, 7, 6, 5, 3, 4, 2};
        for (int i = 1; i < order.length; i++) {
            assertThat(rig.replied(order[i - 1])).contains(new Admit(order[i]));
        }
    }

    // money

    @Test
    void money_isAskedForOnlyWhenPermitAndRatesAreThere() {
        var rig = new PoolRig(parallel(1).withRequestsPerMinute(6));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.replied(1);
        assertThat(rig.gateCalls).containsExactly(1L);

        assertThat(rig.at(ofSeconds(10))).containsExactly(new Admit(2));
        assertThat(rig.gateCalls).containsExactly(1L, 2L);
    }

    @Test
    void contendedCandidate_blocksItsOwnRunOnly_andTakesNothing() {
        var rig = new PoolRig(parallel(3));
        rig.ask(1, "poor");
        rig.verdicts.put(2L, Verdict.CONTENDED);

        assertThat(admitted(rig.ask(2, "poor"))).isEmpty();
        assertThat(admitted(rig.ask(3, "poor"))).isEmpty();
        assertThat(admitted(rig.ask(4, "rich"))).containsExactly(4L);
        assertThat(rig.machine.inFlight()).isEqualTo(2);

        rig.verdicts.clear();
        assertThat(admitted(rig.on(new PoolEvent.BudgetChanged()))).containsExactly(2L);
        assertThat(admitted(rig.replied(1))).containsExactly(3L);
    }

    @Test
    void contendedRun_letsAMoreUrgentAskTry() {
        var rig = new PoolRig(parallel(2));
        rig.verdicts.put(1L, Verdict.CONTENDED);
        rig.ask(1, "run");

        assertThat(admitted(rig.ask(2, "run", Kind.MERGE, 0))).containsExactly(2L);
    }

    @Test
    void contendedCandidate_isNotAskedAgain_untilMoneyMoves() {
        var rig = new PoolRig(parallel(2));
        rig.verdicts.put(1L, Verdict.CONTENDED);
        rig.ask(1, "run");
        rig.at(ofSeconds(1));
        assertThat(rig.gateCalls).containsExactly(1L);

        rig.on(new PoolEvent.BudgetChanged());
        assertThat(rig.gateCalls).containsExactly(1L, 1L);
    }

    @Test
    void exhaustedCandidate_isRefused_andTheNextOneTried() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        rig.verdicts.put(2L, Verdict.EXHAUSTED);
        rig.ask(2, "run");
        rig.ask(3, "run");

        assertThat(rig.replied(1)).containsExactly(new Refuse(2, new Refusal.BudgetExhausted()), new Admit(3));
    }

    // rates

    @Test
    void tokenRate_takesTheEstimate_andGivesTheDifferenceBack() {
        var rig = new PoolRig(parallel(10).withTokensPerMinute(6_000)); // bursts of 1,000
        assertThat(admitted(rig.askTokens(1, 800))).containsExactly(1L);
        assertThat(admitted(rig.askTokens(2, 800))).isEmpty();

        assertThat(admitted(rig.replied(1, 200))).containsExactly(2L);
    }

    @Test
    void tokenRate_chargesWhatExceedsTheEstimate() {
        var rig = new PoolRig(parallel(10).withTokensPerMinute(6_000));
        rig.askTokens(1, 100);
        rig.replied(1, 1_000);

        assertThat(rig.askTokens(2, 500))
                .containsExactly(new WakeAt(ofSeconds(5).toNanos()));
    }

    @Test
    void rates_areGivenBack_ifNothingWasSent() {
        var rig = new PoolRig(parallel(10).withTokensPerMinute(6_000).withRequestsPerMinute(6));
        rig.askTokens(1, 1_000);
        rig.askTokens(2, 1_000);

        assertThat(admitted(rig.on(new PoolEvent.Released(1)))).containsExactly(2L);
    }

    @Test
    void rates_areKept_ifTheFateOfTheCallIsUnknown() {
        var rig = new PoolRig(parallel(10).withTokensPerMinute(6_000));
        rig.askTokens(1, 1_000);
        rig.askTokens(2, 1_000);

        assertThat(rig.on(new PoolEvent.Forfeited(1)))
                .containsExactly(new WakeAt(ofSeconds(10).toNanos()));
    }

    @Test
    void limits_areLearnedFromReplies() {
        var rig = new PoolRig(parallel(10));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, 500, ofSeconds(55))));

        assertThat(rig.askTokens(2, 800))
                .containsExactly(new WakeAt(ofSeconds(3).toNanos()));
        assertThat(rig.at(ofSeconds(3))).containsExactly(new Admit(2));
    }

    @Test
    void exhaustedWindow_opensAtItsReset_whole() {
        var rig = new PoolRig(parallel(10));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, 0, ofMinutes(6))));

        assertThat(rig.askTokens(2, 10)).containsExactly(new WakeAt(ofMinutes(6).toNanos()));
        assertThat(rig.askTokens(3, 5_990))
                .containsExactly(new WakeAt(ofMinutes(6).toNanos()));
        assertThat(rig.at(ofMinutes(6))).containsExactly(new Admit(2), new Admit(3));
    }

    // pauses

    @Test
    void retryAfter_pausesTheWholePool() {
        var rig = new PoolRig(parallel(10));
        rig.ask(1, "run");
        rig.failed(1, rateLimited(ofSeconds(2)));

        assertThat(admitted(rig.ask(2, "other"))).isEmpty();
        assertThat(admitted(rig.at(ofSeconds(2).minusNanos(1)))).isEmpty();
        assertThat(admitted(rig.at(ofSeconds(2)))).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void retryAfter_isAFloor_underTheJitterOfTheBackoff() {
        var rig = new PoolRig(parallel(10), RetryPolicy.standard().withDelays(ofSeconds(8), ofSeconds(8)));
        rig.ask(1, "run");

        var retry = (Retry) rig.failed(1, rateLimited(ofSeconds(2))).getFirst();

        assertThat(retry.notBefore())
                .isGreaterThan(ofSeconds(2).toNanos())
                .isLessThanOrEqualTo(ofSeconds(10).toNanos());
    }

    @Test
    void shorterRetryAfter_doesNotEndAPause() {
        var rig = new PoolRig(parallel(10));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.failed(1, rateLimited(ofSeconds(60)));
        rig.failed(2, rateLimited(ofSeconds(1)));

        assertThat(admitted(rig.at(ofSeconds(59)))).isEmpty();
        assertThat(admitted(rig.at(ofSeconds(60)))).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void retryAfterBeyondTheDeadline_endsEverybodyItConcernsAtOnce() {
        var rig = new PoolRig(parallel(1));
        rig.askUntil(1, ofSeconds(90));
        rig.askUntil(2, ofSeconds(90));

        assertThat(rig.failed(1, rateLimited(Duration.ofHours(1))))
                .containsExactly(new GiveUp(1, WhyFinal.DEADLINE), new Refuse(2, new Refusal.DeadlinePassed()));
        assertThat(rig.askUntil(3, ofSeconds(90))).containsExactly(new Refuse(3, new Refusal.DeadlinePassed()));
    }

    @Test
    void absurdRetryAfter_doesNotOverflowTheClock() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.failed(1, rateLimited(ofSeconds(Long.MAX_VALUE))))
                .containsExactly(new GiveUp(1, WhyFinal.DEADLINE));
    }

    @Test
    void negativeRetryAfter_isNoFloor() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.failed(1, rateLimited(ofSeconds(-5)))).containsExactly(new Retry(1, 1, 0), new Admit(1));
    }

    // retries

    @Test
    void failedCall_isRetried_untilItsAttemptsAreUsedUp() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        var failure = failed(500, Charge.UNKNOWN);

        assertThat(rig.failed(1, failure)).containsExactly(new Retry(1, 1, 0), new Admit(1));
        assertThat(rig.failed(1, failure)).containsExactly(new Retry(1, 2, 0), new Admit(1));
        assertThat(rig.failed(1, failure)).containsExactly(new Retry(1, 3, 0), new Admit(1));
        assertThat(rig.failed(1, failure)).containsExactly(new GiveUp(1, WhyFinal.ATTEMPTS));
        assertThat(rig.machine.inFlight()).isZero();
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
                .containsExactly(new GiveUp(1, WhyFinal.NOT_RETRYABLE));
    }

    @Test
    void failureAfterText_isFinal() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.on(new PoolEvent.Failed(1, failed(500, Charge.UNKNOWN), PoolEvent.Again.FORBIDDEN)))
                .containsExactly(new GiveUp(1, WhyFinal.NOT_RETRYABLE));
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
        rig.verdicts.put(1L, Verdict.EXHAUSTED);

        assertThat(rig.failed(1, failed(500, Charge.UNKNOWN)))
                .containsExactly(new Retry(1, 1, 0), new Refuse(1, new Refusal.BudgetExhausted()));
    }

    @Test
    void waitingCall_isRefusedAtItsDeadline() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.askUntil(2, ofMillis(5)))
                .containsExactly(new WakeAt(ofMillis(5).toNanos()));
        assertThat(rig.at(ofMillis(5))).containsExactly(new Refuse(2, new Refusal.DeadlinePassed()));
    }

    // overload

    @Test
    void overload_lowersTheParallelLimitOncePerRoundTrip() {
        var rig = new PoolRig(parallel(10), RetryPolicy.none());
        for (long ticket = 1; ticket <= 10; ticket++) {
            rig.ask(ticket, "run");
        }
        for (long ticket = 1; ticket <= 9; ticket++) {
            rig.failed(ticket, rateLimited());
        }
        assertThat(rig.machine.parallelLimit()).isEqualTo(9);

        rig.ask(11, "run");
        rig.failed(11, failed(503, Charge.FREE));
        assertThat(rig.machine.parallelLimit()).isEqualTo(8);
    }

    @Test
    void ordinaryFailure_keepsTheParallelLimit() {
        var rig = new PoolRig(parallel(10), RetryPolicy.none());
        rig.ask(1, "run");
        rig.failed(1, failed(500, Charge.FREE));

        assertThat(rig.machine.parallelLimit()).isEqualTo(10);
    }

    // stops

    @Test
    void failureOfTheKey_stopsEverybody_untilResumed() {
        var rig = new PoolRig(parallel(2));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.ask(3, "run");
        var failure = new ModelException.QuotaExhausted("no money");
        var stopped = new Refusal.PoolStopped(failure);

        assertThat(rig.failed(1, failure))
                .containsExactly(new Stop(failure), new Refuse(3, stopped), new GiveUp(1, WhyFinal.NOT_RETRYABLE));
        assertThat(rig.ask(4, "run")).containsExactly(new Refuse(4, stopped));
        assertThat(rig.failed(2, failed(500, Charge.FREE))).containsExactly(new GiveUp(2, WhyFinal.NOT_RETRYABLE));

        rig.on(new PoolEvent.Resumed());
        assertThat(rig.ask(5, "run")).containsExactly(new Admit(5));
    }

    @Test
    void stopOfASibling_refusesWithItsFailure() {
        var rig = new PoolRig(parallel(1), AT_ONCE.withDelays(ofSeconds(1), ofSeconds(1)));
        rig.ask(1, "run");
        rig.failed(1, failed(500, Charge.FREE));
        var failure = new ModelException.AuthFailed("401");

        assertThat(rig.on(new PoolEvent.Stopped(failure)))
                .containsExactly(new Refuse(1, new Refusal.PoolStopped(failure)));
    }

    @Test
    void learnedLimits_comeWithFailures_too() {
        var rig = new PoolRig(parallel(10), RetryPolicy.none());
        rig.ask(1, "run");
        var limits = new RateLimits(new RateLimits.Window(60, 0, ofSeconds(7)), RateLimits.Window.UNKNOWN);
        rig.failed(1, new ModelException.RateLimited("429", null, limits));

        assertThat(rig.ask(2, "run")).containsExactly(new WakeAt(ofSeconds(7).toNanos()));
    }
}
