// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Admission;
import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.Ledger;
import dev.cadre.budget.Reservation;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.simulation.proof.SimTypes.Question;
import dev.cadre.task.Skip;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A nested run in virtual time, as the run around it sees it: a loan, out of which it makes a few calls one after the other
 * and whose rest goes back. An interrupt ends it at once, its call in flight is forfeited.
 */
final class SimNested {
    private static final double CALL_NANOS = 5e8;
    private static final int MOST_CALLS = 4;
    private static final int LEAST_PERCENT = 10;
    private static final int MOST_PERCENT = 50;
    /** How often it asks again for money that others have in flight. */
    private static final long ASK_AGAIN_NANOS = 10_000_000;

    private final SimRun run;
    private final SimWorld world;
    private final RunCommand.StartRung start;
    private final Money allotment;
    private final SplittableRandom dice;
    private int callsLeft;
    private Money unused;
    private @Nullable Ledger loan;
    private @Nullable Reservation call;
    private boolean gone;

    SimNested(SimRun run, RunCommand.StartRung start, Money allotment) {
        this.run = run;
        this.world = run.world();
        this.start = start;
        this.allotment = allotment;
        unused = allotment;
        dice = SimRung.dice(run, run.id() + "/nested " + start.id().label());
        callsLeft = 1 + dice.nextInt(MOST_CALLS);
    }

    /** Starts it on a thread of its own; returns how to interrupt it. */
    SimStrand start() {
        world.soon(this::borrow);
        return obeys -> cancel();
    }

    private void borrow() {
        if (gone) {
            return;
        }
        try {
            loan = run.money().lend(allotment);
            run.books().lent(allotment);
            world.met(SimulationPhenomenon.NESTED);
            next(loan);
        } catch (AllotmentRefusedException refused) {
            if (refused.reason() instanceof Admission.Contended) {
                world.met(SimulationPhenomenon.CONTENDED);
                world.agenda().after(ASK_AGAIN_NANOS, this::borrow);
            } else {
                world.met(SimulationPhenomenon.EXHAUSTED);
                run.ended(start.id(), new RungEnd.Unaffordable(allotment));
            }
        } catch (BudgetClosedException closed) {
            run.ended(start.id(), new RungEnd.Refused(new Skip(Skip.Kind.BUDGET, "closed", List.of()), null));
        }
    }

    private void next(Ledger money) {
        Money need = allotment.percent(LEAST_PERCENT + dice.nextInt(MOST_PERCENT));
        if (callsLeft-- > 0 && money.reserve(need) instanceof Admission.Granted(Reservation reserved)) {
            call = reserved;
            run.books().begunInLoan();
            world.agenda().after(world.thinking(CALL_NANOS), () -> replied(money, reserved));
        } else {
            giveBack();
            gone = true;
            run.tally().right();
            var question = (Question) start.input();
            run.ended(
                    start.id(),
                    new RungEnd.Accepted(new Finding("nested: " + question.text(), SimTypes.PASSING_SCORE)));
        }
    }

    private void replied(Ledger money, Reservation reserved) {
        if (gone) {
            return;
        }
        Money cost = reserved.amount().percent(dice.nextInt(101));
        reserved.settle(cost);
        call = null;
        unused = unused.minus(cost);
        run.books().settledInLoan(cost);
        world.moneyMoved();
        next(money);
    }

    private void cancel() {
        if (gone) {
            return;
        }
        gone = true;
        if (call != null) {
            call.forfeit();
            unused = unused.minus(call.amount());
            run.books().forfeitedInLoan(call.amount());
        }
        giveBack();
        world.soon(() -> run.ended(start.id(), new RungEnd.Cancelled()));
    }

    private void giveBack() {
        if (loan != null) {
            loan.close();
            run.books().returned(unused);
            world.moneyMoved();
        }
    }
}
