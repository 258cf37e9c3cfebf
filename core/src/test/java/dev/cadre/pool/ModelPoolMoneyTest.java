// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.RESERVED;
import static dev.cadre.pool.FakeModel.USAGE;
import static dev.cadre.pool.FakeModel.await;
import static dev.cadre.pool.FakeModel.reply;
import static dev.cadre.pool.FakeModel.start;
import static dev.cadre.pool.FakeModel.terms;
import static dev.cadre.pool.PoolAssertions.assertIdle;
import static dev.cadre.pool.PoolAssertions.assertSpent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is booked at every kind of end. */
@Timeout(30)
class ModelPoolMoneyTest {
    private final BudgetGuard budget = Budget.usd("1").open();

    @Test
    void turnedAwayCall_isReleased() {
        var pool = FakeModel.failing(new ModelException.InvalidRequest("400", 400))
                .pool()
                .build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).hasMessage("400");
        assertSpent(budget, Money.ZERO, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void callOfUnknownFate_isForfeited_foreachAttempt() {
        var pool = FakeModel.failing(PoolRig.failed(504, Charge.UNKNOWN)).pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).hasMessage("status 504");
        assertSpent(budget, Money.ZERO, RESERVED.times(4));
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
            var attempts = new ArrayList<AttemptEvent>();
            assertThatThrownBy(() -> pool.call(REQUEST, terms(budget).withAttempts(attempts::add)))
                    .hasMessageMatching("a bug|deep");
            assertThat(attempts.getLast()).isInstanceOfSatisfying(AttemptEvent.Failed.class, failed -> {
                assertThat(failed.failure()).hasMessageMatching("a bug|deep");
                assertThat(failed.spend().forfeited()).isEqualTo(RESERVED);
            });
            assertThat(model.calls).hasValue(1);
            assertIdle(pool);
        }
        assertSpent(budget, Money.ZERO, RESERVED.times(2));
    }

    /** Else another call's intent could come before it on the disk, and a kill between them would count both. */
    @Test
    void endOfAnAttempt_isTold_beforeItsMoneyCanBeUsedAgain() throws Exception {
        var toldWith = new ArrayList<Money>();
        AttemptListener listener = attempt -> {
            if (!(attempt instanceof AttemptEvent.Started)) {
                toldWith.add(budget.state().outstanding());
            }
        };
        var turnedAway = new ModelException.InvalidRequest("400", 400);

        FakeModel.replying().pool().build().call(REQUEST, terms(budget).withAttempts(listener));
        for (var failing : new FakeModel[] {FakeModel.failing(turnedAway), new FakeModel((request, context) -> null)}) {
            assertThatThrownBy(() ->
                            failing.pool().build().call(REQUEST, terms(budget).withAttempts(listener)))
                    .isInstanceOf(RuntimeException.class);
        }

        assertThat(toldWith).containsExactly(RESERVED, RESERVED, RESERVED);
        assertThat(budget.openReservations()).isZero();
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
        assertSpent(budget, Money.ZERO, RESERVED);
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
        var model = new FakeModel((request, context) -> reply(TokenUsage.of(10, 101 + 5)));
        var pool = model.pool().build();
        var attempts = new ArrayList<AttemptEvent>();

        pool.call(REQUEST, terms(budget).withAttempts(attempts::add));

        assertSpent(budget, Money.usd("0.00107"), Money.ZERO);
        assertThat(((AttemptEvent.Replied) attempts.getLast()).breach())
                .isEqualTo(new BillingBreach(REQUEST.model(), REQUEST.model(), Money.usd("0.000028")));
        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget)))
                .isInstanceOf(CallRefusedException.class)
                .hasMessageContaining("breached");
        assertThat(model.calls).hasValue(1);
    }

    @Test
    @SuppressWarnings("NullAway") // which is what a careless client may do
    void clientThatReturnsNothing_mayHaveBeenBilled() {
        var pool = new FakeModel((request, context) -> null).pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the client of small returned null");

        assertSpent(budget, Money.ZERO, RESERVED);
        assertIdle(pool);
    }

    @Test
    void billOfAFailedCall_isBooked_andItsExcessStopsTheBudget() {
        var billed = new ModelException.Billed("small", TokenUsage.of(10, 101 + 5), ServiceTier.STANDARD, Map.of());
        var failure = new ModelException.ServerFailed("broke down", 200, Charge.UNKNOWN, null, billed);
        var model = FakeModel.failing(failure);
        var pool = model.pool().retryPolicy(RetryPolicy.none()).build();
        var attempts = new ArrayList<AttemptEvent>();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget).withAttempts(attempts::add)))
                .isSameAs(failure);

        assertSpent(budget, Money.usd("0.00107"), Money.ZERO);
        assertThat(((AttemptEvent.Failed) attempts.getLast()).breach())
                .isEqualTo(new BillingBreach(REQUEST.model(), "small", Money.usd("0.000028")));
        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget)))
                .isInstanceOf(CallRefusedException.class)
                .hasMessageContaining("breached");
    }

    @Test
    void costThatTheBooksCannotHold_isForfeited() throws Exception {
        var most = Money.ofPico(Long.MAX_VALUE);
        var full = Budget.of(most).open(most.minus(RESERVED));
        var pool = new FakeModel((request, context) -> reply(TokenUsage.of(10, 106)))
                .pool()
                .build();

        assertThat(pool.call(REQUEST, terms(full)).text()).isEqualTo("hello");

        assertThat(full.state().forfeited()).isEqualTo(RESERVED);
        assertThat(full.state().outstanding()).isEqualTo(Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void usageOfAnImpossibleSize_isForfeited() throws Exception {
        var pool = new FakeModel((request, context) -> reply(TokenUsage.of(10, 9_000_000_000_000_000L)))
                .pool()
                .build();

        pool.call(REQUEST, terms(budget));

        assertSpent(budget, Money.ZERO, RESERVED);
        assertThat(budget.state().breached()).isFalse();
        assertIdle(pool);
    }

    /** A burst of 22 tokens, of which this request is estimated to use 20. */
    private static final ModelRequest SHORT = REQUEST.withMaxOutputTokens(10);

    private static ModelPool.Builder tightRate(FakeModel model) {
        return model.pool().tokensPerMinute(6 * 22).retryPolicy(RetryPolicy.none());
    }

    @Test
    void tokensThatAReplyDidNotUse_areGivenBackToTheRate() throws Exception {
        var pool = tightRate(new FakeModel((request, context) -> reply(TokenUsage.of(1, 1))))
                .build();

        pool.call(SHORT, terms(budget));

        assertThat(pool.call(SHORT, terms(budget, Duration.ofSeconds(5))).text())
                .isEqualTo("hello");
    }

    @Test
    void tokensOfAReplyWithoutUsage_areUsed() throws Exception {
        var pool = tightRate(new FakeModel((request, context) -> ModelReply.of("small", "hello", null)))
                .build();

        pool.call(SHORT, terms(budget));

        assertThatThrownBy(() -> pool.call(SHORT, terms(budget, Duration.ofSeconds(5))))
                .isInstanceOf(CallRefusedException.class);
    }

    @Test
    void tokensOfACallThatABrokenClientSent_areUsed() {
        var model = new FakeModel((request, context) -> {
            throw new IllegalStateException("a bug");
        });
        var pool = tightRate(model).build();

        assertThatThrownBy(() -> pool.call(SHORT, terms(budget))).hasMessage("a bug");
        assertThatThrownBy(() -> pool.call(SHORT, terms(budget, Duration.ofSeconds(5))))
                .isInstanceOf(CallRefusedException.class);
        assertThat(model.calls).hasValue(1);
    }

    @Test
    void callThatIsFree_isBookedOnlyIfItsBillCanBeTrue() {
        for (long output : new long[] {20, 9_000_000_000_000_000L}) {
            var billed = new ModelException.Billed("small", TokenUsage.of(10, output), ServiceTier.STANDARD, Map.of());
            var failure = new ModelException.ServerFailed("turned away", 503, Charge.FREE, null, billed);
            var pool = FakeModel.failing(failure)
                    .pool()
                    .retryPolicy(RetryPolicy.none())
                    .build();

            assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).isSameAs(failure);
        }

        assertSpent(budget, FakeModel.COST, Money.ZERO);
    }

    @Test
    void attempt_isOnRecord_beforeItIsSent() throws Exception {
        var records = new ArrayList<String>();
        var recorded = budget.cap(Money.usd("1"), worstCase -> {
            records.add("intent of " + worstCase);
            return booked -> records.add("booked");
        });
        var pool = new FakeModel((request, context) -> {
                    records.add("sent");
                    return reply(USAGE);
                })
                .pool()
                .build();

        pool.call(REQUEST, terms(recorded));

        assertThat(records).containsExactly("intent of " + RESERVED, "sent", "booked");
    }
}
