// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ServiceTier;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptEvent.Bill;
import dev.cadre.price.Spend;
import dev.cadre.task.UnfundedException;
import dev.cadre.task.Work;
import dev.cadre.task.WorkerContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of plain code: its place, the call, its booking. One that costs money is told as an attempt. */
final class CodeCall {
    private static final Logger LOG = LoggerFactory.getLogger(CodeCall.class);

    private final RungTask task;
    private final Work.Code<?, ?> work;
    private final RungTerms terms;
    private final AttemptEvent.Id id;

    /** @param number 1 for the first call of a subtask */
    CodeCall(RungTask task, Work.Code<?, ?> work, RungTerms terms, int number) {
        this.task = task;
        this.work = work;
        this.terms = terms;
        var purpose = new CallPurpose(
                CallPurpose.Kind.CODE,
                terms.runId(),
                task.subtaskId(),
                task.type().name(),
                task.markedInput(),
                task.tier());
        id = new AttemptEvent.Id(purpose, task.type().name(), number);
    }

    CodeEnd perform() throws InterruptedException {
        long waitingSince = System.nanoTime();
        try (CodePlace place = CodePlace.take(work, terms)) {
            if (isPaid()) {
                terms.attempts()
                        .on(new AttemptEvent.Started(
                                id, work.costPerCall(), ServiceTier.STANDARD, since(waitingSince)));
            }
            return booked(place);
        } catch (CodePlace.NoPlaceException none) {
            return new CodeEnd.NotBegun(none.end());
        }
    }

    private CodeEnd booked(CodePlace place) throws InterruptedException {
        long began = System.nanoTime();
        CodeEnd end;
        try {
            end = called(place);
            if (end instanceof CodeEnd.Threw(Throwable thrown)) {
                terms.throwIfCancel(thrown);
            }
        } catch (InterruptedException interrupt) {
            failed(place, interrupt, place.worstCase(), since(began));
            throw interrupt;
        }
        Duration took = since(began);
        switch (end) {
            case CodeEnd.Returned returned -> {
                Spend spend = place.cost();
                var reply = new AttemptEvent.Reply(id.model(), ServiceTier.STANDARD, Finish.COMPLETE, List.of());
                tell(new AttemptEvent.Replied(id, reply, Bill.of(spend), took));
                place.book(spend);
            }
            case CodeEnd.Threw(UnfundedException notBegun) -> failed(place, notBegun, Spend.NONE, took);
            case CodeEnd.Threw(Throwable thrown) -> failed(place, thrown, place.cost(), took);
            case CodeEnd.TimedOut late -> failed(place, new TimeoutException(late.message()), place.worstCase(), took);
            case CodeEnd.NotBegun notBegun -> {}
        }
        return end;
    }

    private void failed(CodePlace place, Throwable failure, Spend spend, Duration took) {
        tell(new AttemptEvent.Failed(id, failure, Bill.of(spend), took));
        place.book(spend);
    }

    private CodeEnd called(CodePlace place) throws InterruptedException {
        Duration left = terms.timeLeft();
        Optional<Duration> timeout = work.timeout().filter(time -> time.compareTo(left) < 0);
        BudgetGuard budget = work.spendingPerCall().map(terms.codeBudget()::cap).orElse(terms.codeBudget());
        var context = new WorkerContext(terms.runId(), task.subtaskId(), timeout.orElse(left), budget, terms.outer());
        Supplier<CodeEnd> call = () -> {
            try {
                return place.held().during(() -> new CodeEnd.Returned(perform(context)));
            } catch (Throwable thrown) {
                // errors too: a subtask that blows the stack must end, not hang its run
                return new CodeEnd.Threw(thrown);
            } finally {
                place.ended();
            }
        };
        return terms.in(
                "the code of subtask type '%s'".formatted(task.type().name()), () -> called(place, call, timeout));
    }

    private CodeEnd called(CodePlace place, Supplier<CodeEnd> call, Optional<Duration> timeout)
            throws InterruptedException {
        if (timeout.isEmpty()) {
            place.begin();
            return call.get();
        }
        var thread = new CodeThread("cadre-code:%s/%s".formatted(terms.runId(), task.subtaskId()), work, call, terms);
        place.begin();
        return thread.await(timeout.get());
    }

    @SuppressWarnings("unchecked") // the input was written by its type, so it is an instance of it
    private @Nullable Object perform(WorkerContext context) throws Exception {
        return ((Work.Code<Object, Object>) work).worker().perform(task.input(), context);
    }

    private boolean isPaid() {
        return !work.costPerCall().isZero();
    }

    /** A listener's failure changes nothing of what is booked. */
    private void tell(AttemptEvent ended) {
        if (!isPaid()) {
            return;
        }
        try {
            terms.attempts().on(ended);
        } catch (RuntimeException failure) {
            LOG.warn(
                    "a listener failed on {}: {}",
                    ended.getClass().getSimpleName(),
                    failure.getClass().getName());
        }
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
