// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.COST;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.USAGE;
import static dev.cadre.pool.FakeModel.await;
import static dev.cadre.pool.FakeModel.reply;
import static dev.cadre.pool.FakeModel.start;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ServiceTier;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.UnpricedModelException;
import dev.cadre.price.UnpricedTierException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ModelPoolTest {
    private static final Money RESERVED = Money.usd("0.001042");

    private final BudgetGuard budget = Budget.usd("1").open();

    private void assertSpent(Money settled, Money forfeited) {
        assertThat(budget.state().settled()).isEqualTo(settled);
        assertThat(budget.state().forfeited()).isEqualTo(forfeited);
        assertThat(budget.state().outstanding()).isEqualTo(Money.ZERO);
    }

    private static void assertIdle(ModelPool pool) {
        assertThat(pool.load().inFlight()).isZero();
        assertThat(pool.load().waiting()).isZero();
        assertThat(pool.isIdle()).isTrue();
    }

    // the ordinary call

    @Test
    void call_settlesWhatTheReplyCost() throws Exception {
        var reserved = new AtomicReference<Money>();
        var model = new FakeModel((request, context) -> {
            reserved.set(budget.state().outstanding());
            return reply(USAGE);
        });
        var pool = model.pool().build();

        assertThat(pool.call(REQUEST, terms(budget)).text()).isEqualTo("hello");

        assertThat(reserved.get()).isEqualTo(RESERVED).isEqualTo(pool.worstCase(REQUEST));
        assertSpent(COST, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void call_hasTheTimeThatIsLeft_butNoMoreThanThePoolAllows() throws Exception {
        var context = new AtomicReference<CallContext>();
        var model = new FakeModel((request, given) -> {
            context.set(given);
            return reply(USAGE);
        });

        model.pool().build().call(REQUEST, terms(budget, Duration.ofMinutes(5)));
        assertThat(context.get().timeout()).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
        assertThat(context.get().wantsText()).isFalse();

        model.pool().timeout(Duration.ofSeconds(3)).build().call(REQUEST, terms(budget, Duration.ofMinutes(5)));
        assertThat(context.get().timeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void call_inParallel_reachesTheLimitAndNeverExceedsIt() throws Exception {
        var full = new CountDownLatch(64);
        var model = new FakeModel((request, context) -> {
            full.countDown();
            full.await();
            return reply(USAGE);
        });
        var pool = model.pool().build();

        var calls = IntStream.range(0, 500).mapToObj(i -> start(pool, terms(budget))).toList();
        for (var call : calls) {
            assertThat(call.result().text()).isEqualTo("hello");
        }

        assertThat(model.peak).hasValue(64);
        assertSpent(COST.times(500), Money.ZERO);
        assertIdle(pool);
    }

    // refused before anything is sent

    @Test
    void unknownModel_isRefusedWhenThePoolIsBuilt() {
        assertThatThrownBy(() -> ModelPool.builder(FakeModel.replying(), "nobody").build())
                .isInstanceOf(UnpricedModelException.class)
                .hasMessageContaining("no price for model 'nobody'");
    }

    @Test
    void ownPrice_makesAnyModelCallable_withoutTrustingItsTokenizer() {
        var pool = ModelPool.builder(FakeModel.replying(), "nobody").price(Price.perMillionTokens("1", "1", "10")).build();

        assertThat(pool.worstCase(REQUEST.withModel("nobody"))).isEqualTo(Money.usd("0.001084"));
    }

    @Test
    void unofferedServiceTier_isRefused() {
        var model = FakeModel.replying();

        assertThatThrownBy(() ->
                        model.pool().build().call(REQUEST.withServiceTier(ServiceTier.PRIORITY), terms(budget)))
                .isInstanceOf(UnpricedTierException.class);
        assertThat(model.calls).hasValue(0);
    }

    @Test
    void requestForAnotherModel_isRefused() {
        assertThatThrownBy(() -> FakeModel.replying().pool().build().call(REQUEST.withModel("large"), terms(budget)))
                .hasMessage("a request for model 'large' came to the pool of 'small'");
    }

    @Test
    void exhaustedBudget_isRefused_withTheFigures() {
        var poor = Budget.usd("0.001041999999").open();
        var model = FakeModel.replying();
        var pool = model.pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(poor)))
                .isInstanceOfSatisfying(CallRefusedException.class, refused -> {
                    var reason = (CallRefusedException.Reason.BudgetExhausted) refused.reason();
                    assertThat(reason.admission().need()).isEqualTo(RESERVED);
                    assertThat(reason.admission().budget().free()).isEqualTo(Money.usd("0.001041999999"));
                })
                .hasMessageStartingWith("call of small by subtask 'task' refused: ")
                .hasNoCause();
        assertThat(model.calls).hasValue(0);
        assertIdle(pool);
    }

    @Test
    void closedBudget_isItsCallersProblemOnly() throws Exception {
        var gate = new CountDownLatch(1);
        var pool = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        })
                .pool()
                .maxParallel(1)
                .build();
        var first = start(pool, terms(budget));
        await(() -> pool.load().inFlight() == 1);
        var closed = Budget.usd("1").open();
        var second = start(pool, terms(closed));
        await(() -> pool.load().waiting() == 1);
        closed.close();
        gate.countDown();

        assertThat(first.result().text()).isEqualTo("hello");
        assertThat(second.failure()).isInstanceOf(BudgetClosedException.class);
        assertIdle(pool);
    }

    @Test
    void passedDeadline_isRefused() {
        var pool = FakeModel.replying().pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget, Duration.ZERO)))
                .isInstanceOf(CallRefusedException.class)
                .hasMessage("call of small by subtask 'task' refused: it cannot be sent before its deadline");
        assertIdle(pool);
    }

    // money at every kind of end

    @Test
    void turnedAwayCall_isReleased() {
        var pool = failing(new ModelException.InvalidRequest("400", 400)).pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).hasMessage("400");
        assertSpent(Money.ZERO, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void callOfUnknownFate_isForfeited_foreachAttempt() {
        var pool = failing(PoolRig.failed(504, Charge.UNKNOWN)).pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).hasMessage("status 504");
        assertSpent(Money.ZERO, RESERVED.times(4));
        assertIdle(pool);
    }

    @Test
    void brokenClient_isForfeited() {
        var exception = new FakeModel((request, context) -> {
            throw new IllegalStateException("a bug");
        });
        var error = new FakeModel((request, context) -> {
            throw new StackOverflowError("deep");
        });
        for (var model : new FakeModel[] {exception, error}) {
            var pool = model.pool().build();
            assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).hasMessageMatching("a bug|deep");
            assertThat(model.calls).hasValue(1);
            assertIdle(pool);
        }
        assertSpent(Money.ZERO, RESERVED.times(2));
    }

    @Test
    void interruptInACall_isForfeited() throws Exception {
        var model = new FakeModel((request, context) -> {
            new CountDownLatch(1).await();
            return reply(USAGE);
        });
        var pool = model.pool().build();
        var call = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);

        call.interrupt();

        assertThat(call.failure()).isInstanceOf(InterruptedException.class);
        assertSpent(Money.ZERO, RESERVED);
        assertIdle(pool);
    }

    @Test
    void clientThatIgnoresInterrupts_keepsItsPermitUntilItEnds() throws Exception {
        var gate = new CountDownLatch(1);
        var model = new FakeModel((request, context) -> {
            while (true) {
                try {
                    gate.await();
                    return reply(USAGE);
                } catch (InterruptedException ignored) {
                    // a client that does not listen
                }
            }
        });
        var pool = model.pool().maxParallel(1).build();
        var deaf = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);
        deaf.interrupt();
        var next = start(pool, terms(budget));
        await(() -> pool.load().waiting() == 1);

        assertThat(pool.load().inFlight()).isEqualTo(1);
        assertThat(model.calls).hasValue(1);
        gate.countDown();
        assertThat(deaf.result().text()).isEqualTo("hello");
        assertThat(next.result().text()).isEqualTo("hello");
        assertIdle(pool);
    }

    @Test
    void excessOverTheReservation_isBooked_andNoCallFollows() throws Exception {
        var model = new FakeModel((request, context) -> reply(dev.cadre.model.TokenUsage.of(10, 101 + 5)));
        var pool = model.pool().build();
        var attempts = new ArrayList<Attempt>();

        pool.call(REQUEST, terms(budget).withAttempts(attempts::add));

        assertSpent(Money.usd("0.00107"), Money.ZERO);
        assertThat(((Attempt.Replied) attempts.getLast()).excess()).isEqualTo(Money.usd("0.000028"));
        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget)))
                .isInstanceOf(CallRefusedException.class)
                .hasMessageContaining("breached");
        assertThat(model.calls).hasValue(1);
    }

    @Test
    void usageOfAnImpossibleSize_isForfeited() throws Exception {
        var pool = new FakeModel((request, context) -> reply(dev.cadre.model.TokenUsage.of(10, 9_000_000_000_000_000L)))
                .pool()
                .build();

        pool.call(REQUEST, terms(budget));

        assertSpent(Money.ZERO, RESERVED);
        assertThat(budget.state().breached()).isFalse();
        assertIdle(pool);
    }

    // waiting

    @Test
    void interruptWhileWaiting_leavesNothing() throws Exception {
        var gate = new CountDownLatch(1);
        var model = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        });
        var pool = model.pool().maxParallel(1).build();
        var first = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);
        var second = start(pool, terms(budget));
        await(() -> pool.load().waiting() == 1);

        second.interrupt();

        assertThat(second.failure()).isInstanceOf(InterruptedException.class);
        assertThat(pool.load()).isEqualTo(new PoolLoad(1, 0, 1));
        assertThat(budget.state().outstanding()).isEqualTo(RESERVED);
        gate.countDown();
        first.result();
        assertSpent(COST, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void interruptedThread_sendsNothing() throws Exception {
        var model = FakeModel.replying();
        var pool = model.pool().build();
        var call = new FakeModel.Running<>(() -> {
            Thread.currentThread().interrupt();
            return pool.call(REQUEST, terms(budget));
        });

        assertThat(call.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.calls).hasValue(0);
        assertSpent(Money.ZERO, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void permitAndMoney_areTakenTogether_soThatScarceMoneyCannotDeadlock() throws Exception {
        var tight = Budget.of(RESERVED.plus(COST.times(63))).open(); // the last one only just fits
        var model = FakeModel.replying();
        var one = model.pool().maxParallel(1).build();
        var other = model.pool().maxParallel(1).build();

        var calls = IntStream.range(0, 64)
                .mapToObj(i -> start(i % 2 == 0 ? one : other, terms(tight)))
                .toList();
        for (var call : calls) {
            assertThat(call.result().text()).isEqualTo("hello");
        }

        assertThat(tight.state().settled()).isEqualTo(COST.times(64));
        assertIdle(one);
        assertIdle(other);
    }

    @Test
    void moneyThatComesBackInAnotherPool_wakesThoseWhoWait() throws Exception {
        var gate = new CountDownLatch(1);
        var tight = Budget.of(RESERVED.plus(COST)).open();
        var holder = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        });
        var first = start(holder.pool().build(), terms(tight));
        await(() -> holder.inFlight.get() == 1);
        var pool = FakeModel.replying().pool().build();
        var second = start(pool, terms(tight));
        await(() -> pool.load().waiting() == 1);
        assertThat(pool.load().inFlight()).isZero();

        gate.countDown();

        first.result();
        assertThat(second.result().text()).isEqualTo("hello");
        assertIdle(pool);
    }

    @Test
    void waitingCalls_keepTime_evenAsTheTimekeeperChanges() throws Exception {
        var gate = new CountDownLatch(1);
        var model = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        });
        var pool = model.pool().maxParallel(1).build();
        var holder = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);
        var patient = start(pool, terms(budget));
        await(() -> pool.load().waiting() == 1);

        // somebody with an earlier deadline comes while the patient one keeps time
        assertThat(start(pool, terms(budget, Duration.ofMillis(30))).failure())
                .hasMessageEndingWith("it cannot be sent before its deadline");

        // the timekeeper leaves while somebody with a deadline waits
        var hasty = start(pool, terms(budget, Duration.ofMillis(60)));
        await(() -> pool.load().waiting() == 2 || hasty.isDone());
        patient.interrupt();
        assertThat(patient.failure()).isInstanceOf(InterruptedException.class);
        assertThat(hasty.failure()).hasMessageEndingWith("it cannot be sent before its deadline");

        gate.countDown();
        assertThat(holder.result().text()).isEqualTo("hello");
        assertIdle(pool);
    }

    // retries

    @Test
    void failedCall_isRetriedAfterItsDelay_andTold() throws Exception {
        var failure = PoolRig.failed(500, Charge.UNKNOWN);
        var model = new FakeModel[1];
        model[0] = new FakeModel((request, context) -> {
            if (model[0].calls.get() < 3) {
                throw failure;
            }
            return reply(USAGE);
        });
        var pool = model[0].pool()
                .retryPolicy(RetryPolicy.standard().withDelays(Duration.ofMillis(2), Duration.ofMillis(2)))
                .build();
        var attempts = new ArrayList<Attempt>();

        pool.call(REQUEST, terms(budget).withAttempts(attempts::add));

        assertThat(attempts.stream().map(attempt -> attempt.getClass().getSimpleName() + attempt.id().number()))
                .containsExactly(
                        "Started1", "Failed1", "Retrying1", "Started2", "Failed2", "Retrying2", "Started3", "Replied3");
        assertThat(attempts.get(1)).isInstanceOfSatisfying(Attempt.Failed.class, failed -> {
            assertThat(failed.failure()).isSameAs(failure);
            assertThat(failed.spend().forfeited()).isEqualTo(RESERVED);
            assertThat(failed.spend().estimated()).isTrue();
        });
        assertThat(attempts.getLast()).isInstanceOfSatisfying(Attempt.Replied.class, replied -> {
            assertThat(replied.spend().settled()).isEqualTo(COST);
            assertThat(replied.spend().tokens()).isEqualTo(USAGE);
            assertThat(replied.excess()).isEqualTo(Money.ZERO);
        });
        assertSpent(COST, RESERVED.times(2));
        assertIdle(pool);
    }

    @Test
    void failureAfterText_isNotRetried() {
        var model = new FakeModel((request, context) -> {
            context.text().accept("half");
            throw PoolRig.failed(500, Charge.UNKNOWN);
        });
        var heard = new ArrayList<String>();

        assertThatThrownBy(() -> model.pool().build().call(REQUEST, terms(budget).withText(heard::add)))
                .hasMessage("status 500");
        assertThat(heard).containsExactly("half");
        assertThat(model.calls).hasValue(1);
    }

    @Test
    void retryThatTheBudgetCannotPay_isRefused_becauseOfTheFailure() {
        var once = Budget.of(RESERVED.times(2).minus(Money.ofPico(1))).open();
        var failure = PoolRig.failed(500, Charge.UNKNOWN);
        var pool = failing(failure).pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(once)))
                .isInstanceOf(CallRefusedException.class)
                .hasCause(failure);
        assertThat(once.state().forfeited()).isEqualTo(RESERVED);
        assertIdle(pool);
    }

    @Test
    void listenerThatThrows_harmsNobody() throws Exception {
        var pool = FakeModel.replying().pool().build();

        var reply = pool.call(REQUEST, terms(budget).withAttempts(attempt -> {
            throw new IllegalStateException("listener");
        }));

        assertThat(reply.text()).isEqualTo("hello");
        assertSpent(COST, Money.ZERO);
    }

    @Test
    void listenerThatDies_leavesNothingBehind() {
        var model = FakeModel.replying();
        var pool = model.pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget).withAttempts(attempt -> {
                    throw new StackOverflowError("listener");
                })))
                .isInstanceOf(StackOverflowError.class);
        assertThat(model.calls).hasValue(0);
        assertSpent(Money.ZERO, Money.ZERO);
        assertIdle(pool);
    }

    private static FakeModel failing(ModelException failure) {
        return new FakeModel((request, context) -> {
            throw failure;
        });
    }

    @Test
    void reply_isHandedThroughUnchanged() throws Exception {
        ModelReply reply = reply(USAGE);
        var pool = new FakeModel((request, context) -> reply).pool().build();

        assertThat(pool.call(REQUEST, terms(budget))).isSameAs(reply);
    }
}
