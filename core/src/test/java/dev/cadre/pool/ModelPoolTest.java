// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.COST;
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
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.UnpricedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ModelPoolTest {
    private final BudgetGuard budget = Budget.usd("1").open();

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
        assertSpent(budget, COST, Money.ZERO);
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

        var calls = IntStream.range(0, 500)
                .mapToObj(i -> start(pool, terms(budget)))
                .toList();
        for (var call : calls) {
            assertThat(call.result().text()).isEqualTo("hello");
        }

        assertThat(model.peak).hasValue(64);
        assertSpent(budget, COST.times(500), Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void reply_isHandedThroughUnchanged() throws Exception {
        ModelReply reply = reply(USAGE);
        var pool = new FakeModel((request, context) -> reply).pool().build();

        assertThat(pool.call(REQUEST, terms(budget))).isSameAs(reply);
    }

    @Test
    void unknownModel_isRefusedWhenThePoolIsBuilt() {
        assertThatThrownBy(
                        () -> ModelPool.builder(FakeModel.replying(), "nobody").build())
                .isInstanceOf(UnpricedException.OfModel.class)
                .hasMessageContaining("no price for model 'nobody'");
    }

    @Test
    void ownPrice_makesAnyModelCallable_withoutTrustingItsTokenizer() {
        var pool = ModelPool.builder(FakeModel.replying(), "nobody")
                .price(Price.perMillionTokens("1", "1", "10"))
                .build();

        assertThat(pool.worstCase(REQUEST.withModel("nobody"))).isEqualTo(Money.usd("0.001084"));
    }

    @Test
    void unofferedServiceTier_isRefused() {
        var model = FakeModel.replying();

        assertThatThrownBy(
                        () -> model.pool().build().call(REQUEST.withServiceTier(ServiceTier.PRIORITY), terms(budget)))
                .isInstanceOf(UnpricedException.class);
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

    @Test
    void cost_ofABill_isThatOfItsUsage() {
        var pool = FakeModel.replying().pool().build();

        var bill = new ModelException.Billed("small", USAGE, ServiceTier.STANDARD, Map.of());
        assertThat(pool.cost(bill, ServiceTier.STANDARD, RESERVED)).hasValue(COST);
        assertThat(pool.batches()).as("this client takes none").isEmpty();
    }

    @Test
    void failureOfTheKey_isSaidUntilThePoolIsResumed() {
        var failure = new ModelException.AuthFailed("401");
        var pool = FakeModel.failing(failure).pool().build();
        assertThat(pool.stoppedBy()).isEmpty();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).isSameAs(failure);
        assertThat(pool.stoppedBy()).hasValue(failure);

        pool.resume();
        assertThat(pool.stoppedBy()).isEmpty();
    }

    /** The first call of a prefix hears its text for those who wait for it; a later one has no need to. */
    @Test
    void callOfALongPrefix_listensForItsFollowers_untilOneReplyHasBegun() throws Exception {
        var listens = new ArrayList<Boolean>();
        var pool = new FakeModel((request, context) -> {
                    listens.add(context.wantsText());
                    return reply(USAGE);
                })
                .pool()
                .build();
        var request = ModelRequest.of("small", "Read this. ".repeat(600), "user", 100);

        pool.call(request, terms(budget));
        pool.call(request, terms(budget));

        assertThat(listens).containsExactly(true, false);
    }

    @Test
    void firstPieceOfText_letsTheCallsOfTheSamePrefixGo() throws Exception {
        var request = ModelRequest.of("small", "Read this. ".repeat(600), "user", 100);
        var pool = new ModelPool[1];
        var first = new AtomicBoolean(true);
        var model = new FakeModel((given, context) -> {
            if (first.getAndSet(false)) {
                context.text().accept("piece");
                pool[0].call(request, terms(budget));
            }
            return reply(USAGE);
        });
        pool[0] = model.pool().prefixPatience(Duration.ofMinutes(4)).build();

        pool[0].call(request, terms(budget));

        assertThat(model.calls).hasValue(2);
    }

    @Test
    void refusal_saysWhetherAnAttemptWentBefore() {
        var lost = PoolRig.failed(500, ModelException.Charge.UNKNOWN);
        var onlyOne = Budget.of(RESERVED).open();

        assertThatThrownBy(() -> FakeModel.failing(lost).pool().build().call(REQUEST, terms(onlyOne)))
                .hasCause(lost)
                .isInstanceOfSatisfying(
                        CallRefusedException.class,
                        e -> assertThat(e.wasAttempted()).isTrue());
        assertThatThrownBy(() -> FakeModel.replying().pool().build().call(REQUEST, terms(onlyOne)))
                .isInstanceOfSatisfying(
                        CallRefusedException.class,
                        e -> assertThat(e.wasAttempted()).isFalse());
    }
}
