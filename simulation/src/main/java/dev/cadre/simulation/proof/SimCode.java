// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.Reservation;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.simulation.proof.SimTypes.Question;
import dev.cadre.task.Failure;
import dev.cadre.task.Skip;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Optional;

/**
 * One call of plain code in virtual time: it pays what it costs, takes its time, and brings a value or is interrupted. It
 * is called once, whatever its type says of retries, and waits for no parallel limit.
 */
final class SimCode {
    private static final double TOOL_NANOS = 2e8;
    /** How often it asks again for money that others have in flight. */
    private static final long ASK_AGAIN_NANOS = 10_000_000;

    private final SimRun run;
    private final SimWorld world;
    private final RunCommand.StartRung start;
    private final Money cost;
    private boolean gone;

    /** @param cost of the call; nothing for most code */
    SimCode(SimRun run, RunCommand.StartRung start, Money cost) {
        this.run = run;
        this.world = run.world();
        this.start = start;
        this.cost = cost;
    }

    /** Starts it on a thread of its own; returns how to interrupt it. */
    SimStrand start() {
        if (cost.isZero()) {
            begin();
        } else {
            world.soon(this::pay);
        }
        return obeys -> {
            if (obeys) {
                gone = true;
                world.soon(() -> run.ended(start.id(), new RungEnd.Cancelled()));
            }
        };
    }

    private void pay() {
        if (gone) {
            return;
        }
        try {
            switch (run.money().reserve(cost)) {
                case Admission.Granted(Reservation money) -> {
                    book(money);
                    begin();
                }
                case Admission.Contended contended -> world.agenda().after(ASK_AGAIN_NANOS, this::pay);
                case Admission.Exhausted exhausted -> run.ended(start.id(), new RungEnd.Unaffordable(cost));
            }
        } catch (BudgetClosedException closed) {
            run.ended(start.id(), new RungEnd.Refused(new Skip(Skip.Kind.BUDGET, "closed", List.of()), null));
        }
    }

    /** A call that begins costs all of it, however it ends. */
    private void book(Reservation money) {
        run.books().reserved(cost);
        run.books().billed(cost);
        money.settle(cost);
        run.books().settled(cost, cost, cost);
        world.moneyMoved();
    }

    private void begin() {
        Optional<SimBehavior.CodeEnd> given = world.behavior().code(start);
        long nanos = given.map(SimBehavior.CodeEnd::nanos).orElseGet(() -> world.thinking(TOOL_NANOS));
        world.agenda().after(nanos, () -> {
            if (gone) {
                return;
            }
            var dice = SimRung.dice(run, run.id() + start.id().label() + " waits");
            if (given.isEmpty() && SimDice.chance(dice, 0.02)) {
                run.tally().wasted(cost);
                run.ended(start.id(), new RungEnd.Refused(new Skip(Skip.Kind.AWAITED, "somebody", List.of()), null));
            } else {
                end(given.map(SimBehavior.CodeEnd::fails)
                        .orElseGet(() -> SimDice.chance(
                                SimRung.dice(run, run.id() + start.id().label()), 0.03)));
            }
        });
    }

    private void end(boolean fails) {
        var question = (Question) start.input();
        run.ended(
                start.id(),
                fails
                        ? RungEnd.Failed.of(new Failure(Failure.Kind.CODE_FAILED, "thrown"))
                        : new RungEnd.Accepted(new Finding("code of " + question.text(), SimTypes.PASSING_SCORE)));
        if (fails) {
            run.tally().wasted(cost);
        } else {
            run.tally().right();
        }
    }
}
