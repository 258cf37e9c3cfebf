// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.Ledger;
import dev.cadre.budget.Reservation;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.PoolCommand;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.pool.PoolEvent;
import dev.cadre.price.Money;
import dev.cadre.worker.RungEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call with its retries in virtual time: admission, exchange, settlement. How it ends is told as an event for a
 * rung; planner and merger read the same events.
 */
final class SimCall {
    /** Who calls, and on what terms. */
    record Terms(SimRun run, Ledger money, CallPurpose purpose, long order, long deadlineNanos, String name) {}

    private enum State {
        WAITING,
        IN_FLIGHT,
        ENDED
    }

    private final SimWorld world;
    private final SimPool pool;
    private final ModelRequest request;
    private final Terms terms;
    private final Consumer<RungEvent> whenEnded;
    private final Money need;
    private final long tokenEstimate;
    private long ticket;
    private State state = State.WAITING;
    private int attempts;
    private int flights;
    private long sentAt;
    private boolean interrupted;
    private boolean textDelivered;
    private @Nullable Reservation granted;
    private @Nullable Reservation flying;
    private @Nullable Runnable onText;
    private int pieces = 1;
    private Money billed = Money.ZERO;
    private Money settled = Money.ZERO;
    private Money forfeited = Money.ZERO;

    SimCall(SimPool pool, ModelRequest request, Terms terms, Consumer<RungEvent> whenEnded) {
        this.world = terms.run().world();
        this.pool = pool;
        this.request = request;
        this.terms = terms;
        this.whenEnded = whenEnded;
        SimBehavior.Load load = world.behavior().load(request, terms.purpose(), pool.costs());
        this.need = load.need();
        this.tokenEstimate = load.tokenEstimate();
    }

    void start() {
        ticket = pool.enter(this);
    }

    PoolEvent.Submitted submitted(long number) {
        return new PoolEvent.Submitted(
                number, terms.run().id(), terms.purpose().kind(), terms.order(), tokenEstimate, terms.deadlineNanos());
    }

    int attempts() {
        return attempts;
    }

    /** Somebody reads the text while it is written: so many pieces arrive, evenly, and the last one with the reply. */
    SimCall reading(int ofPieces, Runnable whenTextArrives) {
        pieces = ofPieces;
        onText = whenTextArrives;
        return this;
    }

    /** All that was booked for its attempts. */
    Money booked() {
        return settled.plus(forfeited);
    }

    /** What was booked for attempts of which nobody knows what they used. */
    Money forfeited() {
        return forfeited;
    }

    private boolean isInstructed() {
        String said = terms.run().instructions();
        return !said.isEmpty() && request.instructions().contains(said);
    }

    // --- admission

    Admission reserve() {
        Admission answer = terms.money().reserve(need);
        switch (answer) {
            case Admission.Granted taken -> terms.run().books().reserved(need);
            case Admission.Contended contended -> {
                world.met(SimulationPhenomenon.CONTENDED);
                SimCheck.that(!contended.budget().outstanding().isZero(), "contended by nobody: %s", contended);
            }
            case Admission.Exhausted exhausted -> world.met(SimulationPhenomenon.EXHAUSTED);
        }
        return answer;
    }

    /** The caller's thread wakes a moment later. */
    void admitted(Reservation money) {
        granted = money;
        world.soon(this::send);
    }

    void refused(Refusal refusal) {
        RungEvent event = event(refusal);
        world.soon(() -> end(event));
    }

    private RungEvent event(Refusal refusal) {
        return switch (refusal) {
            case Refusal.BudgetExhausted(Admission.Exhausted exhausted) ->
                new RungEvent.CallUnaffordable(need, exhausted.message(), attempts > 0);
            case Refusal.BudgetFailed(BudgetClosedException closed) ->
                new RungEvent.BudgetClosed("the budget is closed", attempts > 0);
            case Refusal.BudgetFailed failed -> throw failed.failure();
            case Refusal.DeadlinePassed passed -> new RungEvent.TimeUp("it cannot be sent in time", attempts > 0);
            case Refusal.PoolPaused(long untilNanos, ModelException because) ->
                new RungEvent.PoolHeld("the pool is paused", because, attempts > 0);
            case Refusal.PoolStopped(ModelException failure) ->
                new RungEvent.PoolHeld("the pool has stopped", failure, attempts > 0);
        };
    }

    boolean isAttempted() {
        return attempts > 0;
    }

    /** The caller was interrupted. */
    void interrupt(boolean obeys) {
        switch (state) {
            case WAITING -> {
                leave();
                end(new RungEvent.Interrupted(attempts > 0));
            }
            case IN_FLIGHT -> {
                interrupted = true;
                if (obeys) {
                    int flight = flights;
                    world.soon(() -> ifStillFlying(flight, this::forfeitInterrupted));
                }
            }
            case ENDED -> {}
        }
    }

    private void leave() {
        Reservation unsent = granted;
        granted = null;
        if (pool.knows(ticket)) {
            if (unsent == null) {
                pool.tell(new PoolEvent.Withdrawn(ticket));
            } else {
                giveBack(unsent);
            }
        }
    }

    private void giveBack(Reservation unsent) {
        unsent.release();
        terms.run().books().released(need);
        pool.landed();
        pool.tell(new PoolEvent.Released(ticket));
        world.moneyMoved();
    }

    // --- the exchange

    private void send() {
        if (state == State.ENDED) {
            return; // interrupted meanwhile
        }
        Reservation money = SimWorld.require(granted);
        granted = null;
        long left = terms.deadlineNanos() - world.agenda().nanoTime();
        if (left <= 0) {
            giveBack(money);
            end(new RungEvent.TimeUp("it cannot be sent in time", attempts > 0));
            return;
        }
        state = State.IN_FLIGHT;
        attempts++;
        flights++;
        if (isInstructed()) {
            world.met(SimulationPhenomenon.INSTRUCTED);
        }
        pool.sent();
        sentAt = world.agenda().elapsed();
        terms.run().tally().sent(terms.purpose().tier());
        SimFate fate = pool.provider()
                .take(request, terms, attempts, tokenEstimate, world.agenda().elapsed(), world.wallError());
        billed = fate.billed();
        terms.run().books().billed(billed);
        long limit = Math.min(left, world.settings().timeout().toNanos());
        flying = money;
        int flight = flights;
        for (int piece = 1; piece < pieces; piece++) {
            world.agenda().after(fate.arrivalOf(piece, pieces), () -> ifStillFlying(flight, this::deliverText));
        }
        world.agenda()
                .after(
                        Math.min(limit, fate.nanos()),
                        () -> ifStillFlying(flight, () -> {
                            if (fate.nanos() > limit) {
                                failed(money, new ModelException.TimedOut("no reply in time", Charge.UNKNOWN));
                            } else {
                                land(money, fate);
                            }
                        }));
    }

    private void ifStillFlying(int flight, Runnable action) {
        if (state == State.IN_FLIGHT && flights == flight) {
            action.run();
        }
    }

    /** From now on a second answer would follow on half of the first. */
    private void deliverText() {
        if (onText != null) {
            textDelivered = true;
            onText.run();
        }
    }

    private void land(Reservation money, SimFate fate) {
        switch (fate) {
            case SimFate.Replies(ModelReply reply, Money cost, long nanos, long silent) -> replied(money, reply);
            case SimFate.Fails(ModelException failure, Money cost, long nanos) -> failed(money, failure);
        }
    }

    private void replied(Reservation money, ModelReply reply) {
        TokenUsage usage = reply.usage();
        Optional<Money> cost = pool.costs().cost(reply, reply.serviceTier(), money.amount());
        pool.landed();
        if (usage == null || cost.isEmpty()) {
            forfeit(money);
            pool.tell(new PoolEvent.Replied(ticket, -1, reply.limits()));
        } else {
            pool.provider().landed(tokenEstimate, usage, world.agenda().elapsed());
            pool.replied(usage, sentAt);
            terms.run().books().settled(need, cost.get(), billed);
            settled = settled.plus(cost.get());
            terms.run().tally().booked(terms.purpose().tier(), cost.get());
            Money excess = money.settle(cost.get());
            SimCheck.that(excess.isZero(), "a truthful provider billed %s beyond the reservation", excess);
            world.moneyMoved();
            pool.tell(new PoolEvent.Replied(ticket, usage.totalTokens(), reply.limits()));
        }
        end(interrupted ? new RungEvent.Interrupted(true) : new RungEvent.Replied(reply));
    }

    private void failed(Reservation money, ModelException failure) {
        switch (failure.charge()) {
            case FREE -> {
                money.release();
                terms.run().books().released(need);
                world.moneyMoved();
            }
            case UNKNOWN -> forfeit(money);
        }
        state = State.WAITING;
        pool.landed();
        pool.failed(failure);
        List<PoolCommand> commands = pool.tell(new PoolEvent.Failed(
                ticket, failure, textDelivered ? PoolEvent.RetryScope.NONE : PoolEvent.RetryScope.SAME_TIER));
        boolean isFinal = commands.stream().anyMatch(PoolCommand.GiveUp.class::isInstance);
        if (interrupted) {
            leave();
            end(new RungEvent.Interrupted(true));
        } else if (isFinal) {
            end(new RungEvent.CallFailed(failure));
        }
    }

    private void forfeitInterrupted() {
        forfeit(SimWorld.require(flying));
        pool.landed();
        pool.tell(new PoolEvent.Forfeited(ticket));
        end(new RungEvent.Interrupted(true));
    }

    private void forfeit(Reservation money) {
        world.met(SimulationPhenomenon.FORFEITED);
        if (!billed.isZero()) {
            world.met(SimulationPhenomenon.BILLED_UNSEEN);
        }
        money.forfeit();
        terms.run().books().forfeited(need, billed);
        forfeited = forfeited.plus(need);
        terms.run().tally().booked(terms.purpose().tier(), need);
        world.moneyMoved();
    }

    private void end(RungEvent event) {
        if (state != State.ENDED) {
            state = State.ENDED;
            whenEnded.accept(event);
        }
    }
}
