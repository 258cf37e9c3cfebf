// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolRig.AT_ONCE;
import static dev.cadre.pool.PoolRig.NEVER;
import static dev.cadre.pool.PoolRig.admit;
import static dev.cadre.pool.PoolRig.admitted;
import static dev.cadre.pool.PoolRig.failed;
import static dev.cadre.pool.PoolRig.parallel;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.pool.PoolCommand.GiveUp;
import dev.cadre.pool.PoolCommand.GiveUpReason;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.pool.PoolCommand.Refuse;
import dev.cadre.pool.PoolCommand.Stop;
import dev.cadre.pool.PoolCommand.WakeAt;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Permits, turns, money, deadlines and stops. */
class PoolMachineTest {
    @Test
    void ask_withAFreePermit_isAdmittedAtOnce() {
        var rig = new PoolRig(parallel(1));

        assertThat(rig.ask(1, "run")).containsExactly(admit(1));
        assertThat(rig.machine.inFlight()).isEqualTo(1);
    }

    @Test
    void ask_withoutAPermit_waitsForTheNextEnd() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.ask(2, "run")).containsExactly(new WakeAt(NEVER));
        assertThat(rig.replied(1)).containsExactly(admit(2));
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

        assertThat(rig.replied(1)).containsExactly(admit(3));
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
                .hasMessage("Released[ticket=9], but there is no such call");
        assertThatThrownBy(() -> rig.ask(2, "run")).hasMessage("ticket 2 is already in use");
    }

    @Test
    void runs_takeTurns_howeverLongTheirQueues() {
        var rig = new PoolRig(parallel(1));
        for (long ticket = 1; ticket <= 100; ticket++) {
            rig.ask(ticket, "long");
        }
        rig.ask(101, "short");
        rig.ask(102, "short");

        assertThat(rig.replied(1)).contains(admit(2));
        assertThat(rig.replied(2)).contains(admit(101));
        assertThat(rig.replied(101)).contains(admit(3));
        assertThat(rig.replied(3)).contains(admit(102));
        assertThat(rig.replied(102)).contains(admit(4));
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
            assertThat(rig.replied(order[i - 1])).contains(admit(order[i]));
        }
    }

    @Test
    void money_isAskedForOnlyWhenPermitAndRatesAreThere() {
        var rig = new PoolRig(parallel(1).withRequestsPerMinute(6));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.replied(1);
        assertThat(rig.asked).containsExactly(1L);

        assertThat(rig.at(ofSeconds(10))).containsExactly(admit(2));
        assertThat(rig.asked).containsExactly(1L, 2L);
    }

    @Test
    void contendedCandidate_blocksItsOwnRunOnly_andTakesNothing() {
        var rig = new PoolRig(parallel(3));
        rig.ask(1, "poor");
        rig.answers.put(2L, PoolRig.CONTENDED);

        assertThat(admitted(rig.ask(2, "poor"))).isEmpty();
        assertThat(admitted(rig.ask(3, "poor"))).isEmpty();
        assertThat(admitted(rig.ask(4, "rich"))).containsExactly(4L);
        assertThat(rig.machine.inFlight()).isEqualTo(2);

        rig.answers.clear();
        assertThat(admitted(rig.on(new PoolEvent.BudgetChanged()))).containsExactly(2L);
        assertThat(admitted(rig.replied(1))).containsExactly(3L);
    }

    @Test
    void contendedRun_letsAMoreUrgentAskTry() {
        var rig = new PoolRig(parallel(2));
        rig.answers.put(1L, PoolRig.CONTENDED);
        rig.ask(1, "run");

        assertThat(admitted(rig.ask(2, "run", Kind.MERGE, 0))).containsExactly(2L);
    }

    @Test
    void contendedCandidate_isNotAskedAgain_untilMoneyMoves() {
        var rig = new PoolRig(parallel(2));
        rig.answers.put(1L, PoolRig.CONTENDED);
        rig.ask(1, "run");
        rig.at(ofSeconds(1));
        assertThat(rig.asked).containsExactly(1L);

        rig.on(new PoolEvent.BudgetChanged());
        assertThat(rig.asked).containsExactly(1L, 1L);
    }

    @Test
    void exhaustedCandidate_isRefused_andTheNextOneTried() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");
        rig.answers.put(2L, PoolRig.EXHAUSTED);
        rig.ask(2, "run");
        rig.ask(3, "run");

        assertThat(rig.replied(1))
                .containsExactly(new Refuse(2, new Refusal.BudgetExhausted(PoolRig.EXHAUSTED)), admit(3));
    }

    @Test
    void waitingCall_isRefusedAtItsDeadline() {
        var rig = new PoolRig(parallel(1));
        rig.ask(1, "run");

        assertThat(rig.askUntil(2, ofMillis(5)))
                .containsExactly(new WakeAt(ofMillis(5).toNanos()));
        assertThat(rig.at(ofMillis(5))).containsExactly(new Refuse(2, new Refusal.DeadlinePassed()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-10_000_000_000L, 0, (1L << 62) - 5_000_000_000L, Long.MAX_VALUE - 5_000_000_000L})
    void clock_mayStartAnywhere(long start) {
        long second = ofSeconds(1).toNanos();
        var machine = new PoolMachine(parallel(1), AT_ONCE, ticket -> PoolRig.GRANTED, new SplittableRandom(1), start);
        machine.on(ask(1, start + 90 * second), start);

        assertThat(machine.on(ask(2, start + 20 * second), start)).containsExactly(new WakeAt(start + 20 * second));
        assertThat(machine.on(ask(3, start + second), start)).containsExactly(new WakeAt(start + second));
        assertThat(machine.on(new PoolEvent.Tick(), start + second))
                .containsExactly(new Refuse(3, new Refusal.DeadlinePassed()), new WakeAt(start + 20 * second));
    }

    private static PoolEvent.Submitted ask(long ticket, long deadlineNanos) {
        return new PoolEvent.Submitted(ticket, "run", Kind.WORK, 0, 0, deadlineNanos);
    }

    @Test
    void failureOfTheKey_stopsEverybody_untilResumed() {
        var rig = new PoolRig(parallel(2));
        rig.ask(1, "run");
        rig.ask(2, "run");
        rig.ask(3, "run");
        var failure = new ModelException.QuotaExhausted("no money");
        var stopped = new Refusal.PoolStopped(failure);

        assertThat(rig.failed(1, failure))
                .containsExactly(new Stop(failure), new Refuse(3, stopped), new GiveUp(1, GiveUpReason.NOT_RETRYABLE));
        assertThat(rig.ask(4, "run")).containsExactly(new Refuse(4, stopped));
        assertThat(rig.failed(2, failed(500, Charge.FREE))).containsExactly(new GiveUp(2, GiveUpReason.NOT_RETRYABLE));

        rig.on(new PoolEvent.Resumed());
        assertThat(rig.ask(5, "run")).containsExactly(admit(5));
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

    private static final ModelException BLOCKED = new ModelException.AuthFailed("status 403").suspected();

    private static List<PoolCommand> refuse(PoolRig rig, int first, int count) {
        List<PoolCommand> last = List.of();
        for (int ticket = first; ticket < first + count; ticket++) {
            rig.ask(ticket, "run");
            last = rig.failed(ticket, BLOCKED);
        }
        return last;
    }

    @Test
    void refusalThatMayConcernOneRequest_failsThatCallAlone() {
        var rig = new PoolRig(parallel(1));

        assertThat(refuse(rig, 1, 1)).containsExactly(new GiveUp(1, GiveUpReason.NOT_RETRYABLE));
        assertThat(rig.ask(2, "run")).containsExactly(admit(2));
    }

    @Test
    void suchRefusals_tenInARow_stopThePool_andAllOfItsKey() {
        var rig = new PoolRig(parallel(1));

        assertThat(refuse(rig, 1, 9)).containsExactly(new GiveUp(9, GiveUpReason.NOT_RETRYABLE));
        Stop stop = (Stop) refuse(rig, 10, 1).getFirst();

        assertThat(stop.failure())
                .isInstanceOf(ModelException.AuthFailed.class)
                .hasMessage("10 calls in a row were refused, the last one with status 403")
                .returns(ModelException.Reach.RUN, ModelException::reach);
        assertThat(rig.machine.stoppedBy()).contains(stop.failure());
    }

    @Test
    void reply_betweenSuchRefusals_letsThePoolGoOn() {
        var rig = new PoolRig(parallel(1));
        refuse(rig, 1, 9);
        rig.ask(10, "run");
        rig.replied(10);

        assertThat(refuse(rig, 11, 9)).containsExactly(new GiveUp(19, GiveUpReason.NOT_RETRYABLE));
        assertThat(rig.machine.stoppedBy()).isEmpty();
    }

    @Test
    void resumedPool_countsSuchRefusalsAnew() {
        var rig = new PoolRig(parallel(1));
        refuse(rig, 1, 10);
        rig.on(new PoolEvent.Resumed());

        refuse(rig, 11, 9);
        assertThat(rig.machine.stoppedBy()).isEmpty();
        refuse(rig, 20, 1);
        assertThat(rig.machine.stoppedBy()).isPresent();
    }

    @Test
    void suchRefusals_ofMoney_stopAsAnEmptyAccount() {
        var rig = new PoolRig(parallel(1));
        refuse(rig, 1, 9);
        rig.ask(10, "run");
        rig.failed(10, new ModelException.QuotaExhausted("status 402").suspected());

        assertThat(rig.machine.stoppedBy().orElseThrow()).isInstanceOf(ModelException.QuotaExhausted.class);
    }

    @Test
    void suchRefusals_ofTheModel_stopAsAnUnknownModel() {
        var rig = new PoolRig(parallel(1));
        refuse(rig, 1, 9);
        rig.ask(10, "run");
        rig.failed(10, new ModelException.UnknownModel("no such model").suspected());

        assertThat(rig.machine.stoppedBy().orElseThrow())
                .isInstanceOf(ModelException.UnknownModel.class)
                .returns(ModelException.Reach.RUN, ModelException::reach);
    }

    @Test
    void suchRefusals_ofTheAddress_stopAsUnreachable() {
        var rig = new PoolRig(parallel(1));
        refuse(rig, 1, 9);
        rig.ask(10, "run");
        rig.failed(10, new ModelException.Unreachable("status 404", null).suspected());

        assertThat(rig.machine.stoppedBy().orElseThrow())
                .isInstanceOf(ModelException.Unreachable.class)
                .returns(ModelException.Reach.RUN, ModelException::reach);
    }
}
