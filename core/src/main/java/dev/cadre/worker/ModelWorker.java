// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.budget.BudgetClosedException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.JsonException;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.Failure;
import dev.cadre.task.WorkerContext;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/** Drives a {@link Rung}: calls its model through the pool that was chosen, runs its tools, and waits. */
final class ModelWorker {
    /** In place of an HTTP status. */
    private static final int NOT_SENT = 0;

    private final RungTask task;
    private final RungTerms terms;
    private final String markedInput;
    private final ToolSessions sessions;
    /** The pools that its first call goes on to if it is refused as too long. */
    private final Iterator<ModelPool> larger;

    private ModelPool pool;
    private Rung rung;
    /** Whether an attempt was made. */
    private boolean attempted;
    /** Whether a call was answered. */
    private boolean answered;

    private ModelWorker(RungTask task, RungTerms terms, List<ModelPool> pools, Rung rung, ToolSessions sessions) {
        this.task = task;
        this.terms = terms;
        this.markedInput = task.markedInput();
        this.sessions = sessions;
        this.rung = rung;
        pool = pools.getFirst();
        larger = pools.listIterator(1);
    }

    static RungEnd perform(RungTask task, ModelPools pools, RungTerms terms) throws InterruptedException {
        var choice = PoolChoice.of(pools, task.type(), task.tier());
        RungTask whole;
        List<ModelPool> turn;
        Rung rung;
        try {
            whole = task.with(SubtaskWorker.attached(task, terms));
            turn = choice.inTurn(whole, terms.limits());
            Vision.require(whole, turn.getFirst());
            rung = rung(whole, turn.getFirst(), terms);
        } catch (UnattachableException unattachable) {
            return RungEnd.Failed.of(unattachable.failure());
        } catch (JsonException unfit) {
            return RungEnd.Failed.of(new Failure(Failure.Kind.INVALID_INPUT, Excerpt.line(unfit)));
        }
        try (var sessions = ToolSessions.open(task.type(), terms)) {
            return uninterrupted(new ModelWorker(whole, terms, turn, rung, sessions).drive());
        }
    }

    private static Rung rung(RungTask task, ModelPool pool, RungTerms terms) {
        return Rung.of(task, pool.model(), pool.spec().tokens().maxOutput(), terms.limits());
    }

    /** An interrupt ends the check of an answer early, as if the answer did not fit. */
    private static RungEnd uninterrupted(RungEnd end) throws InterruptedException {
        if (end instanceof RungEnd.Rejected && Thread.interrupted()) {
            throw new InterruptedException("interrupted while an answer was checked");
        }
        return end;
    }

    private RungEnd drive() throws InterruptedException {
        RungCommand next = rung.on(new RungEvent.Begin());
        while (true) {
            try {
                switch (next) {
                    case RungCommand.Call call -> next = judged(call(call));
                    case RungCommand.RunTools tools -> next = rung.on(run(tools));
                    case RungCommand.End(RungEnd end) -> {
                        return sessions.completed(end);
                    }
                }
            } catch (InterruptedException interrupt) {
                return cancelled(interrupt);
            }
        }
    }

    /** The rules of a type, which judge a reply, may compute. */
    private RungCommand judged(RungEvent event) throws InterruptedException {
        if (isTooLong(event) && larger.hasNext()) {
            // nothing was answered: the work begins anew with a model of a larger context
            pool = larger.next();
            rung = rung(task, pool, terms);
            return rung.on(new RungEvent.Begin());
        }
        boolean isOfUser =
                event instanceof RungEvent.Replied && !task.type().acceptances().isEmpty();
        return terms.perform("rules", task.type(), () -> rung.on(event), isOfUser);
    }

    private boolean isTooLong(RungEvent event) {
        answered |= event instanceof RungEvent.Replied;
        return !answered
                && event instanceof RungEvent.CallFailed(ModelException cause)
                && cause instanceof ModelException.ContextTooLong;
    }

    private RungEnd cancelled(InterruptedException interrupt) throws InterruptedException {
        if (rung.on(new RungEvent.Interrupted(attempted)) instanceof RungCommand.End(RungEnd end)
                && !new RungEnd.Cancelled().equals(end)) {
            Thread.currentThread().interrupt();
            return end;
        }
        throw interrupt;
    }

    private RungEvent call(RungCommand.Call call) throws InterruptedException {
        try {
            ModelReply reply = pool.call(call.request(), callTerms(call.kind()));
            return new RungEvent.Replied(reply);
        } catch (ModelException failure) {
            return new RungEvent.CallFailed(failure);
        } catch (CallRefusedException refusal) {
            return switch (refusal.reason()) {
                case CallRefusedException.Reason.BudgetExhausted(var admission) ->
                    new RungEvent.CallUnaffordable(admission.need(), admission.message(), refusal.wasAttempted());
                case CallRefusedException.Reason.DeadlinePassed passed ->
                    new RungEvent.TimeUp(Excerpt.line(refusal), refusal.wasAttempted());
                case CallRefusedException.Reason.PoolPaused(var until, ModelException because) ->
                    new RungEvent.PoolHeld(Excerpt.line(refusal), because, refusal.wasAttempted());
                case CallRefusedException.Reason.PoolStopped(ModelException failure) ->
                    new RungEvent.PoolHeld(Excerpt.line(refusal), failure, refusal.wasAttempted());
            };
        } catch (UnpricedException.OfSize broken) {
            return new RungEvent.ClientBroke(broken);
        } catch (UnpricedException | ModelShutDownException refused) {
            return new RungEvent.CallFailed(new ModelException.InvalidRequest(Excerpt.line(refused), NOT_SENT));
        } catch (BudgetClosedException closed) {
            return new RungEvent.BudgetClosed(Excerpt.line(closed), closed.getSuppressed().length > 0);
        } catch (UnrecordedException unrecorded) {
            throw unrecorded; // the run cannot go on, let alone this rung
        } catch (Throwable broken) {
            terms.throwIfCancel(broken);
            // the rung must end, whatever a client is made of
            return new RungEvent.ClientBroke(broken);
        }
    }

    private CallTerms callTerms(CallPurpose.Kind kind) {
        var purpose = new CallPurpose(
                kind, terms.runId(), task.subtaskId(), task.type().name(), markedInput, task.tier());
        return CallTerms.of(terms.budget(), purpose, terms.deadlineNanos())
                .withOrder(terms.order())
                .withCancelled(terms.cancelled())
                .withAttempts(attempt -> {
                    attempted = true;
                    terms.attempts().on(attempt);
                });
    }

    private RungEvent run(RungCommand.RunTools tools) throws InterruptedException {
        Duration left = terms.timeLeft();
        if (!left.isPositive()) {
            return new RungEvent.TimeUp("the deadline passed before its tools could run", true);
        }
        Duration timeout = terms.limits().tools().timeout();
        Duration shorter = timeout.compareTo(left) < 0 ? timeout : left;
        var context = new WorkerContext(terms.runId(), task.subtaskId(), shorter, terms.codeBudget(), terms.outer());
        return new RungEvent.ToolsEnded(ToolTurn.run(tools.runs(), sessions, context, terms));
    }
}
