// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A model whose behaviour is a lambda; knows how many calls are in flight and how many there were at most. */
final class FakeModel implements ModelClient {
    /** One micro-dollar for a token of input, ten for one of output. */
    static final Price PRICE = Price.perMillionTokens("1", "0.1", "10");

    static final ModelCatalog CATALOG =
            ModelCatalog.of(List.of(spec("small", PRICE), spec("large", Price.perMillionTokens("10", "1", "100"))));

    /** Reserves 42 + 100 x 10 micro-dollars: 16 tokens for each of two parts, 6 and 4 bytes. */
    static final ModelRequest REQUEST = ModelRequest.of("small", "system", "user", 100);

    static final Money RESERVED = Money.usd("0.001042");

    static final TokenUsage USAGE = TokenUsage.of(10, 20);
    static final Money COST = Money.usd("0.00021");

    /** One call's behaviour. */
    @FunctionalInterface
    interface Behaviour {
        ModelReply call(ModelRequest request, CallContext context) throws InterruptedException;
    }

    private final Behaviour behaviour;
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger inFlight = new AtomicInteger();
    final AtomicInteger peak = new AtomicInteger();

    FakeModel(Behaviour behaviour) {
        this.behaviour = behaviour;
    }

    /** Replies at once. */
    static FakeModel replying() {
        return new FakeModel((request, context) -> reply(USAGE));
    }

    /** Fails always in the same way. */
    static FakeModel failing(ModelException failure) {
        return new FakeModel((request, context) -> {
            throw failure;
        });
    }

    static ModelReply reply(TokenUsage usage) {
        return ModelReply.of("small", "hello", usage);
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
        calls.incrementAndGet();
        peak.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
        try {
            return behaviour.call(request, context);
        } finally {
            inFlight.decrementAndGet();
        }
    }

    ModelPool.Builder pool() {
        return ModelPool.builder(this, "small").catalog(CATALOG).retryPolicy(PoolRig.AT_ONCE);
    }

    static ModelSpec spec(String id, Price price) {
        return ModelSpec.of(id, price)
                .withTokens(TokenBounds.of(10_000, 9_000, 1_000).boundByBytes());
    }

    static CallTerms terms(BudgetGuard budget) {
        return terms(budget, Duration.ofMinutes(5));
    }

    static CallTerms terms(BudgetGuard budget, Duration deadline) {
        var purpose = new CallPurpose(CallPurpose.Kind.WORK, "run", "task", "type", "{}", Tier.NANO);
        return CallTerms.of(budget, purpose, System.nanoTime() + deadline.toNanos());
    }

    /** Something that runs on a virtual thread of its own. */
    static final class Running<T> {
        private final FutureTask<T> task;
        private final Thread thread;

        Running(Callable<T> body) {
            task = new FutureTask<>(body);
            thread = Thread.ofVirtual().start(task);
        }

        void interrupt() {
            thread.interrupt();
        }

        /** Whether its thread waits for somebody. */
        boolean isParked() {
            return thread.getState() == Thread.State.TIMED_WAITING || thread.getState() == Thread.State.WAITING;
        }

        boolean isDone() {
            return task.isDone();
        }

        T result() throws Exception {
            return task.get();
        }

        /** What it threw, or null. */
        @Nullable
        Throwable failure() throws InterruptedException {
            try {
                task.get();
                return null;
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }
    }

    static Running<ModelReply> start(ModelPool pool, CallTerms terms) {
        return new Running<>(() -> pool.call(REQUEST, terms));
    }

    /** Gives way to others until the condition holds; the test's timeout bounds it. */
    static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("interrupted while waiting for a condition");
            }
            Thread.yield();
        }
    }
}
