// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolRig.admitted;
import static dev.cadre.pool.PoolRig.parallel;
import static dev.cadre.pool.PoolRig.rateLimited;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.RateLimits;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.pool.PoolCommand.Refuse;
import dev.cadre.pool.PoolDemand.Amounts;
import dev.cadre.pool.PoolShare.Saving;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A machine that shares its rates with other processes. */
class PoolMachineShareTest {
    private final PoolRig rig = new PoolRig(parallel(100).withRequestsPerMinute(60));

    private List<PoolCommand> share(int percent, long untilSeconds) {
        return share(percent, untilSeconds, RateLimits.UNKNOWN, Duration.ZERO);
    }

    private List<PoolCommand> share(int percent, long untilSeconds, RateLimits heard, Duration pause) {
        var share = new PoolShare(percent * 10_000, ofSeconds(untilSeconds).toNanos(), Saving.NONE);
        return rig.on(new PoolEvent.Shared(share, heard, pause));
    }

    private PoolDemand demand() {
        return rig.machine.demand(rig.now);
    }

    @Test
    void callWithoutAShare_waits_untilThereIsOne() {
        share(0, 0);
        assertThat(rig.ask(1, "run")).containsExactly(new PoolCommand.WakeAt(PoolRig.NEVER));
        assertThat(demand().isHeld()).isTrue();
        assertThat(rig.at(ofSeconds(100)))
                .as("nothing but its deadline")
                .containsExactly(new PoolCommand.WakeAt(PoolRig.NEVER));

        share(100, 1_000);
        assertThat(admitted(rig.at(ofSeconds(102)))).containsExactly(1L);
        assertThat(demand().isHeld()).isFalse();
    }

    @Test
    void lease_thatRunsOut_stopsTheCalls_andTheTimeWithoutItRefillsNothing() {
        share(0, 0);
        share(100, 10);
        rig.now = ofSeconds(10).toNanos() - 1;
        assertThat(admitted(rig.ask(1, "run"))).containsExactly(1L);
        rig.now++;
        assertThat(admitted(rig.ask(2, "run"))).isEmpty();

        rig.at(ofSeconds(500));
        assertThat(admitted(share(100, 600))).isEmpty(); // a share that was over took its level along
        assertThat(admitted(rig.at(ofSeconds(502)))).containsExactly(2L);
    }

    @Test
    void shareThatIsRenewed_refillsOn() {
        share(0, 0);
        share(100, 10);
        rig.at(ofSeconds(5));
        share(100, 15);
        rig.at(ofSeconds(10));

        for (long ticket = 1; ticket <= 9; ticket++) {
            assertThat(admitted(rig.ask(ticket, "run"))).containsExactly(ticket);
        }
    }

    @Test
    void callThatNoTimeOfItsShareLetsPass_waitsForMore() {
        share(0, 0);
        share(1, 1_000);
        assertThat(rig.askUntil(1, ofSeconds(20))).doesNotHaveAnyElementsOfTypes(Refuse.class);
        rig.now = ofSeconds(5).toNanos();
        share(100, 1_000);

        assertThat(admitted(rig.at(ofSeconds(6)))).containsExactly(1L);
    }

    @Test
    void callWhoseDeadlinePassesWithoutALease_isRefusedThen() {
        share(0, 0);
        rig.askUntil(1, ofSeconds(20));

        assertThat(rig.at(ofSeconds(20))).containsExactly(new Refuse(1, new Refusal.DeadlinePassed()));
    }

    @Test
    void callWhoseDeadlinePassesForWantOfAShare_isToldSo() {
        share(0, 0);
        share(1, 1_000);
        rig.askUntil(1, ofSeconds(20));

        assertThat(rig.at(ofSeconds(20)))
                .singleElement()
                .isInstanceOfSatisfying(
                        Refuse.class,
                        refused -> assertThat(refused.refusal())
                                .isInstanceOfSatisfying(
                                        Refusal.PoolPaused.class,
                                        paused -> assertThat(paused.because())
                                                .hasMessage(
                                                        "its share of the limit of requests per minute is used up")));
    }

    @Test
    void whatOthersHaveHeard_lowersTheRate_andFillsNothing() {
        var heard = new RateLimits(new RateLimits.Window(6, -1, Duration.ZERO), RateLimits.Window.UNKNOWN);
        share(0, 0);
        share(100, 1_000, heard, Duration.ZERO);

        assertThat(admitted(rig.ask(1, "run"))).isEmpty();
        assertThat(admitted(rig.at(ofSeconds(9)))).isEmpty();
        assertThat(admitted(rig.at(ofSeconds(11)))).containsExactly(1L);
        assertThat(demand().news().reports()).as("its own").isZero();
    }

    @Test
    void whatIsSavedUpForACall_endsWithIt() {
        share(0, 0);
        var tooSmall = new PoolShare(50_000, ofSeconds(1_000).toNanos(), Saving.ONE_CALL); // half a request at once
        rig.on(new PoolEvent.Shared(tooSmall, RateLimits.UNKNOWN, Duration.ZERO));
        rig.ask(1, "run");
        assertThat(admitted(rig.at(ofSeconds(21)))).containsExactly(1L);
        rig.ask(2, "run");
        rig.at(ofSeconds(36));
        rig.on(new PoolEvent.Withdrawn(2));

        rig.now = ofSeconds(100).toNanos();
        assertThat(admitted(rig.ask(3, "run"))).isEmpty();
        assertThat(admitted(rig.at(ofSeconds(111)))).containsExactly(3L);
    }

    @Test
    void poolWhoseLimitsNobodyKnowsYet_waitsForItsLeaseAllTheSame() {
        var unlimited = new PoolRig(parallel(100));
        unlimited.on(shared(0, RateLimits.UNKNOWN));
        assertThat(admitted(unlimited.ask(1, "run"))).isEmpty();

        assertThat(admitted(unlimited.on(shared(1, RateLimits.UNKNOWN)))).containsExactly(1L);
    }

    @Test
    void limitThatOthersHaveHeardFirst_fillsNothing() {
        var heard = new RateLimits(new RateLimits.Window(6, -1, Duration.ZERO), RateLimits.Window.UNKNOWN);
        var unlimited = new PoolRig(parallel(100));
        unlimited.on(shared(0, RateLimits.UNKNOWN));
        unlimited.on(shared(100, heard));

        assertThat(admitted(unlimited.ask(1, "run"))).isEmpty();
        assertThat(admitted(unlimited.at(ofSeconds(11)))).containsExactly(1L);
    }

    private static PoolEvent shared(int percent, RateLimits heard) {
        var share = new PoolShare(percent * 10_000, ofSeconds(1_000).toNanos(), Saving.NONE);
        return new PoolEvent.Shared(share, heard, Duration.ZERO);
    }

    @Test
    void pauseOfOthers_pausesThePool() {
        share(0, 0);
        share(100, 1_000);
        rig.at(ofSeconds(100));
        share(100, 1_000, RateLimits.UNKNOWN, ofSeconds(30));

        assertThat(admitted(rig.ask(1, "run"))).isEmpty();
        assertThat(demand().isHeld()).as("no share would help").isFalse();
        assertThat(admitted(rig.at(ofSeconds(129)))).isEmpty();
        assertThat(admitted(rig.at(ofSeconds(131)))).containsExactly(1L);
        assertThat(demand().news().pausedUntil()).as("its own").isZero();
    }

    @Test
    void demand_hasWhatWasUsed_whatWaits_andWhatWasHeard() {
        share(0, 0);
        share(100, 1_000);
        rig.at(ofSeconds(1));
        rig.askTokens(1, 500);
        rig.askTokens(2, 700);
        rig.askTokens(3, 800);
        assertThat(demand().used()).isEqualTo(new Amounts(1, 500));
        assertThat(demand().waiting()).isEqualTo(new Amounts(2, 1_500));
        assertThat(demand().perMinute()).isEqualTo(new Amounts(60, PoolLimits.UNLIMITED));
        assertThat(demand().leastShare()).isEqualTo(100_001); // one of a burst of ten

        rig.replied(1, 200);
        assertThat(demand().used()).isEqualTo(new Amounts(1, 200));
        rig.at(ofSeconds(3));
        rig.on(new PoolEvent.Replied(
                2, 100, new RateLimits(new RateLimits.Window(600, 599, Duration.ZERO), RateLimits.Window.UNKNOWN)));
        rig.failed(3, rateLimited(ofSeconds(7)));
        assertThat(demand().news().reports()).isEqualTo(1);
        assertThat(demand().news().limits().requests().limitPerMinute()).isEqualTo(600);
        assertThat(demand().news().pausedUntil()).isEqualTo(ofSeconds(10).toNanos());
    }
}
