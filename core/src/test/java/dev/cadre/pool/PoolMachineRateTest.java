// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolRig.admit;
import static dev.cadre.pool.PoolRig.admitted;
import static dev.cadre.pool.PoolRig.failed;
import static dev.cadre.pool.PoolRig.parallel;
import static dev.cadre.pool.PoolRig.rateLimited;
import static dev.cadre.pool.PoolRig.tokensLeft;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.RateLimits;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.pool.PoolCommand.Refuse;
import dev.cadre.pool.PoolCommand.Retry;
import dev.cadre.pool.PoolCommand.WakeAt;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rates, learned limits, pauses and overload. */
class PoolMachineRateTest {
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
    void tokens_ofACallThatWasTurnedAwayUnpaid_areGivenBack() {
        var rig = new PoolRig(parallel(10).withTokensPerMinute(6_000), RetryPolicy.none());
        rig.askTokens(1, 1_000);
        rig.failed(1, rateLimited());

        assertThat(admitted(rig.askTokens(2, 1_000))).containsExactly(2L);
    }

    @Test
    void limit_reportedWithoutWhatIsLeft_leavesAllThatWasNotTaken() {
        var rig = new PoolRig(parallel(10));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, -1, Duration.ZERO)));

        assertThat(admitted(rig.askTokens(2, 5_000))).as("5,000 are left").containsExactly(2L);
        assertThat(rig.askTokens(3, 1))
                .as("now nothing is")
                .containsExactly(new WakeAt(ofMillis(10).toNanos()));
    }

    @Test
    void limits_areLearnedFromReplies() {
        var rig = new PoolRig(parallel(10));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, 500, ofSeconds(55))));

        assertThat(rig.askTokens(2, 800))
                .containsExactly(new WakeAt(ofSeconds(3).toNanos()));
        assertThat(rig.at(ofSeconds(3))).containsExactly(admit(2));
    }

    @Test
    void exhaustedWindow_opensAtItsReset_whole() {
        var rig = new PoolRig(parallel(10));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, 0, ofMinutes(6))));

        assertThat(rig.askTokens(2, 10)).containsExactly(new WakeAt(ofMinutes(6).toNanos()));
        assertThat(rig.askTokens(3, 5_990))
                .containsExactly(new WakeAt(ofMinutes(6).toNanos()));
        assertThat(rig.at(ofMinutes(6))).containsExactly(admit(2), admit(3));
    }

    @Test
    void learnedLimits_comeWithFailures_too() {
        var rig = new PoolRig(parallel(10), RetryPolicy.none());
        rig.ask(1, "run");
        var limits = new RateLimits(new RateLimits.Window(60, 0, ofSeconds(7)), RateLimits.Window.UNKNOWN);
        rig.failed(1, new ModelException.RateLimited("429", null, limits));

        assertThat(rig.ask(2, "run")).containsExactly(new WakeAt(ofSeconds(7).toNanos()));
    }

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
    void retryAfterBeyondTheDeadline_refusesEverybodyItConcernsAtOnce_andSaysUntilWhenAndWhy() {
        var rig = new PoolRig(parallel(1));
        ModelException told = rateLimited(ofMinutes(50));
        var paused = new Refusal.PoolPaused(ofMinutes(50).toNanos(), told);
        rig.askUntil(1, ofSeconds(90));
        rig.askUntil(2, ofSeconds(90));

        assertThat(rig.failed(1, told)).containsExactly(new Refuse(1, paused), new Refuse(2, paused));
        assertThat(rig.askUntil(3, ofSeconds(90))).containsExactly(new Refuse(3, paused));
        assertThat(rig.askUntil(4, ofMinutes(51)))
                .containsExactly(new WakeAt(ofMinutes(50).toNanos()));
    }

    @Test
    void retryAfterWithinTheDeadline_isWaitedFor_andTheDeadlineAloneRefusesLater() {
        var rig = new PoolRig(parallel(1));
        rig.askUntil(1, ofSeconds(90));
        rig.askUntil(2, ofSeconds(90));
        rig.failed(1, rateLimited(ofSeconds(60)));

        assertThat(admitted(rig.at(ofSeconds(60)))).containsExactly(1L);
        assertThat(rig.at(ofSeconds(90))).containsExactly(new Refuse(2, new Refusal.DeadlinePassed()));
    }

    private static Refusal.PoolPaused paused(PoolCommand refuse, long ticket) {
        assertThat(refuse).isInstanceOf(Refuse.class);
        assertThat(((Refuse) refuse).ticket()).isEqualTo(ticket);
        assertThat(((Refuse) refuse).refusal()).isInstanceOf(Refusal.PoolPaused.class);
        return (Refusal.PoolPaused) ((Refuse) refuse).refusal();
    }

    @Test
    void windowThatOpensAfterTheDeadline_isAPause_andRefusesAtOnce() {
        var rig = new PoolRig(parallel(10));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, 0, ofMinutes(6))));

        var commands = rig.askUntil(2, ofMinutes(5));

        assertThat(commands).hasSize(1);
        assertThat(paused(commands.getFirst(), 2).untilNanos())
                .isEqualTo(ofMinutes(6).toNanos());
        assertThat(paused(commands.getFirst(), 2).because())
                .isInstanceOf(ModelException.RateLimited.class)
                .hasMessage("its limit of tokens per minute is used up");
        assertThat(rig.askUntil(3, ofMinutes(7)))
                .containsExactly(new WakeAt(ofMinutes(6).toNanos()));
    }

    @Test
    void rateThatACallInFlightMayGiveBack_isWaitedForUntilTheDeadline_andIsAPauseThen() {
        var rig = new PoolRig(parallel(10).withRequestsPerMinute(6));
        assertThat(admitted(rig.askUntil(1, ofSeconds(9)))).containsExactly(1L);

        assertThat(rig.askUntil(2, ofSeconds(9)))
                .containsExactly(new WakeAt(ofSeconds(9).toNanos()));
        var commands = rig.at(ofSeconds(9));

        assertThat(commands).hasSize(1);
        assertThat(paused(commands.getFirst(), 2).untilNanos())
                .isEqualTo(ofSeconds(10).toNanos());
        assertThat(paused(commands.getFirst(), 2).because()).hasMessage("its limit of requests per minute is used up");
    }

    @Test
    void rateThatIsUsedUpAtTheDeadline_isAPause_andOneThatOpensThenIsNot() {
        var used = new PoolRig(parallel(10).withRequestsPerMinute(6));
        used.ask(1, "run");
        assertThat(paused(used.askUntil(2, Duration.ZERO).getFirst(), 2).untilNanos())
                .isEqualTo(ofSeconds(10).toNanos());

        var opening = new PoolRig(parallel(10).withRequestsPerMinute(6));
        opening.ask(1, "run");
        opening.askUntil(2, ofSeconds(10));
        assertThat(opening.at(ofSeconds(10))).containsExactly(new Refuse(2, new Refusal.DeadlinePassed()));
    }

    @Test
    void callThatLacksAPermit_isNotHeldByTheRate() {
        var rig = new PoolRig(parallel(1).withRequestsPerMinute(6));
        rig.ask(1, "run");
        rig.askUntil(2, ofSeconds(5));

        assertThat(rig.at(ofSeconds(5))).containsExactly(new Refuse(2, new Refusal.DeadlinePassed()));
    }

    @Test
    void replyWithoutTokens_givesTheWholeEstimateBack() {
        var rig = new PoolRig(parallel(10).withTokensPerMinute(6_000));
        rig.askTokens(1, 1_000);
        rig.askTokens(2, 1_000);

        assertThat(admitted(rig.replied(1, 0))).containsExactly(2L);
    }

    @Test
    void replies_raiseTheParallelLimitAgain() {
        var rig = new PoolRig(parallel(10), RetryPolicy.none());
        rig.ask(1, "run");
        rig.failed(1, rateLimited());
        assertThat(rig.machine.parallelLimit()).isEqualTo(9);

        for (long ticket = 2; ticket <= 11; ticket++) {
            rig.ask(ticket, "run");
            rig.replied(ticket);
        }

        assertThat(rig.machine.parallelLimit()).isEqualTo(10);
    }

    @Test
    void pause_isNoShorterThanTheProviderAskedFor() {
        var rig = new PoolRig(parallel(10), RetryPolicy.standard().withDelays(ofSeconds(8), ofSeconds(8)));
        rig.ask(1, "run");
        rig.failed(1, rateLimited(ofSeconds(2)));
        rig.at(ofSeconds(2).minusNanos(1));

        var wake = (WakeAt) rig.ask(2, "run").getFirst();

        assertThat(wake.nanoTime())
                .isBetween(ofSeconds(2).toNanos(), ofSeconds(10).toNanos());
    }

    @Test
    void pauseThatIsAskedForTwice_namesItsFirstReason() {
        var rig = new PoolRig(parallel(10));
        ModelException first = rateLimited(ofSeconds(60));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.failed(1, first);
        rig.failed(2, rateLimited(ofSeconds(60)));

        assertThat(rig.askUntil(3, ofSeconds(50)))
                .contains(new Refuse(3, new Refusal.PoolPaused(ofSeconds(60).toNanos(), first)));
    }

    @Test
    void resumed_endsThePauseAndTheDelaysOfThoseWhoFailed() {
        var rig = new PoolRig(parallel(10));
        rig.ask(1, "run");
        rig.failed(1, rateLimited(ofMinutes(50)));
        assertThat(admitted(rig.ask(2, "run"))).isEmpty();

        assertThat(admitted(rig.on(new PoolEvent.Resumed()))).containsExactlyInAnyOrder(1L, 2L);
        assertThat(rig.machine.waiting()).isZero();
    }

    @Test
    void windowOfAProvider_isObeyedNoLongerThanARetryAfter() {
        var rig = new PoolRig(parallel(10), PoolRig.AT_ONCE.withMaxRetryAfter(ofMinutes(5)));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, 0, ofDays(3_650))));

        assertThat(rig.askUntil(2, ofMinutes(10)))
                .containsExactly(new WakeAt(ofMinutes(5).toNanos()));
        assertThat(admitted(rig.at(ofMinutes(5)))).containsExactly(2L);
    }

    @Test
    void resumed_opensAWindowThatAProviderSaidIsUsedUp() {
        var rig = new PoolRig(parallel(10));
        rig.askTokens(1, 1_000);
        rig.on(new PoolEvent.Replied(1, 1_000, tokensLeft(6_000, 0, ofMinutes(50))));
        assertThat(admitted(rig.askUntil(2, ofMinutes(55)))).isEmpty();

        assertThat(admitted(rig.on(new PoolEvent.Resumed()))).containsExactly(2L);
    }

    @Test
    void callThatWasResumed_isNotAdmittedAgainWhenItsDelayWouldHaveEnded() {
        var rig = new PoolRig(parallel(10));
        rig.ask(1, "run");
        rig.failed(1, rateLimited(ofMinutes(50)));
        rig.on(new PoolEvent.Resumed());

        assertThat(rig.at(ofMinutes(51))).isEmpty();
        assertThat(rig.replied(1)).isEmpty();
    }

    @Test
    void retryAfter_isObeyedNoLongerThanThePolicyAllows() {
        var rig = new PoolRig(parallel(1), PoolRig.AT_ONCE.withMaxRetryAfter(ofMinutes(5)));
        rig.ask(1, "run");

        assertThat(rig.failed(1, rateLimited(Duration.ofHours(1))))
                .containsExactly(
                        new Retry(1, 1, ofMinutes(5).toNanos()),
                        new WakeAt(ofMinutes(5).toNanos()));
    }

    @Test
    void absurdRetryAfter_doesNotOverflowTheClock() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.failed(1, rateLimited(ofSeconds(Long.MAX_VALUE))))
                .contains(new Retry(1, 1, Duration.ofHours(1).toNanos()));
    }

    @Test
    void negativeRetryAfter_isNoFloor() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.failed(1, rateLimited(ofSeconds(-5)))).containsExactly(new Retry(1, 1, 0), admit(1));
    }

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
    void slowDown_halvesTheParallelLimit() {
        var rig = new PoolRig(parallel(10), RetryPolicy.none());
        rig.ask(1, "run");
        rig.failed(
                1,
                new ModelException.RateLimited(
                        "ramp slower", ModelException.RateLimited.Cause.SLOW_DOWN, null, RateLimits.UNKNOWN));

        assertThat(rig.machine.parallelLimit()).isEqualTo(5);
    }

    @Test
    void ordinaryFailure_keepsTheParallelLimit() {
        var rig = new PoolRig(parallel(10), RetryPolicy.none());
        rig.ask(1, "run");
        rig.failed(1, failed(500, Charge.FREE));

        assertThat(rig.machine.parallelLimit()).isEqualTo(10);
    }
}
