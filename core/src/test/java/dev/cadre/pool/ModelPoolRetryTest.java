// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.COST;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.RESERVED;
import static dev.cadre.pool.FakeModel.USAGE;
import static dev.cadre.pool.FakeModel.reply;
import static dev.cadre.pool.FakeModel.terms;
import static dev.cadre.pool.PoolAssertions.assertIdle;
import static dev.cadre.pool.PoolAssertions.assertSpent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Retries, and who is told about attempts. */
@Timeout(30)
class ModelPoolRetryTest {
    private final BudgetGuard budget = Budget.usd("1").open();

    @Test
    void adaptedRequest_isSentAgainAtOnce_andCountsNoAttempt() throws Exception {
        var model = new FakeModel[1];
        model[0] = new FakeModel((request, context) -> {
            if (model[0].calls.get() <= 10) {
                throw new ModelException.Adapted("other words");
            }
            return reply(USAGE);
        });
        var pool = model[0].pool().retryPolicy(RetryPolicy.none()).build();

        pool.call(REQUEST, terms(budget));

        assertSpent(budget, COST, Money.ZERO);
    }

    @Test
    void clientThatAdaptsForEver_isStopped() {
        var model = FakeModel.failing(new ModelException.Adapted("other words"));
        var pool = model.pool().retryPolicy(RetryPolicy.none()).build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).isInstanceOf(ModelException.Adapted.class);

        assertThat(model.calls).hasValue(21);
        assertSpent(budget, Money.ZERO, Money.ZERO);
    }

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
        var attempts = new ArrayList<AttemptEvent>();

        pool.call(REQUEST, terms(budget).withAttempts(attempts::add));

        assertThat(attempts.stream()
                        .map(attempt -> attempt.getClass().getSimpleName()
                                + attempt.id().number()))
                .containsExactly(
                        "Started1", "Failed1", "Retrying1", "Started2", "Failed2", "Retrying2", "Started3", "Replied3");
        assertThat(attempts.get(1)).isInstanceOfSatisfying(AttemptEvent.Failed.class, failed -> {
            assertThat(failed.failure()).isSameAs(failure);
            assertThat(failed.spend().forfeited()).isEqualTo(RESERVED);
            assertThat(failed.spend().estimated()).isTrue();
        });
        assertThat(attempts.get(2))
                .isInstanceOfSatisfying(
                        AttemptEvent.Retrying.class,
                        retrying -> assertThat(retrying.delay()).isBetween(Duration.ZERO, Duration.ofMillis(2)));
        assertThat(attempts.getLast()).isInstanceOfSatisfying(AttemptEvent.Replied.class, replied -> {
            assertThat(replied.spend().settled()).isEqualTo(COST);
            assertThat(replied.spend().tokens()).isEqualTo(USAGE);
            assertThat(replied.breach()).isNull();
        });
        assertSpent(budget, COST, RESERVED.times(2));
        assertIdle(pool);
    }

    @Test
    void failureAfterText_isNotRetried() {
        var model = new FakeModel((request, context) -> {
            context.text().accept("half");
            throw PoolRig.failed(500, Charge.UNKNOWN);
        });
        var heard = new ArrayList<String>();

        assertThatThrownBy(
                        () -> model.pool().build().call(REQUEST, terms(budget).withText(heard::add)))
                .hasMessage("status 500");
        assertThat(heard).containsExactly("half");
        assertThat(model.calls).hasValue(1);
    }

    @Test
    void retryThatTheBudgetCannotPay_isRefused_becauseOfTheFailure() {
        var once = Budget.of(RESERVED.times(2).minus(Money.ofPico(1))).open();
        var failure = PoolRig.failed(500, Charge.UNKNOWN);
        var pool = FakeModel.failing(failure).pool().build();

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
        assertSpent(budget, COST, Money.ZERO);
    }

    @Test
    void listenerThatDies_beforeARetry_leavesNothingBehind() {
        for (var delay : List.of(Duration.ZERO, Duration.ofMinutes(1))) {
            var pool = FakeModel.failing(PoolRig.failed(500, Charge.FREE))
                    .pool()
                    .retryPolicy(RetryPolicy.standard().withDelays(delay, delay))
                    .build();

            assertThatThrownBy(() -> pool.call(REQUEST, terms(budget).withAttempts(attempt -> {
                        if (attempt instanceof AttemptEvent.Failed) {
                            throw new StackOverflowError("listener");
                        }
                    })))
                    .isInstanceOf(StackOverflowError.class);
            assertSpent(budget, Money.ZERO, Money.ZERO);
            assertIdle(pool);
        }
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
        assertSpent(budget, Money.ZERO, Money.ZERO);
        assertIdle(pool);
    }

    /** The budget's end, told of by the listener, comes between the attempts. */
    @Test
    void budgetThatIsClosedBetweenTwoAttempts_keepsTheFailureOfTheFirst() {
        var failure = PoolRig.failed(500, Charge.UNKNOWN);
        var pool = FakeModel.failing(failure).pool().build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget).withAttempts(attempt -> {
                    if (attempt instanceof AttemptEvent.Failed) {
                        budget.close();
                    }
                })))
                .isInstanceOf(BudgetClosedException.class)
                .hasSuppressedException(failure);
    }

    @Test
    void attemptThatCannotBeTakenDown_isNotSent() {
        var model = FakeModel.replying();
        var unrecorded = new UnrecordedException("disk full", new IOException());

        assertThatThrownBy(() -> model.pool()
                        .build()
                        .call(REQUEST, terms(budget).withAttempts(attempt -> {
                            throw unrecorded;
                        })))
                .isSameAs(unrecorded);
        assertThat(model.calls).hasValue(0);
        assertSpent(budget, Money.ZERO, Money.ZERO);
    }

    @Test
    void endThatCannotBeTakenDown_isBookedAllTheSame() throws Exception {
        var reply = FakeModel.replying()
                .pool()
                .build()
                .call(REQUEST, terms(budget).withAttempts(attempt -> {
                    if (attempt instanceof AttemptEvent.Replied) {
                        throw new UnrecordedException("disk full", new IOException());
                    }
                }));

        assertThat(reply.text()).isEqualTo("hello");
        assertSpent(budget, COST, Money.ZERO);
    }

    @Test
    void pauseBeyondTheDeadline_refusesTheCall_andSaysUntilWhen() {
        var noon = Instant.parse("2026-01-01T12:00:00Z");
        var pool = FakeModel.failing(PoolRig.rateLimited(Duration.ofMinutes(10)))
                .pool()
                .calendar(InstantSource.fixed(noon))
                .build();

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget, Duration.ofMinutes(5))))
                .isInstanceOfSatisfying(CallRefusedException.class, refused -> {
                    var paused = (CallRefusedException.Reason.PoolPaused) refused.reason();
                    assertThat(paused.until()).isBetween(noon.plusSeconds(500), noon.plusSeconds(600));
                });
    }

    @Test
    void flexWithoutRoom_isMadeAgainAtOnceAsAnOrdinaryCall_whateverItsRetryAfter() throws Exception {
        var flex = FakeModel.spec("small", FakeModel.PRICE.withTier(ServiceTier.FLEX, 50));
        var tiers = new ArrayList<ServiceTier>();
        var pool = ModelPool.builder(
                        new FakeModel((request, context) -> {
                            tiers.add(request.serviceTier());
                            if (request.serviceTier() == ServiceTier.FLEX) {
                                throw new ModelException.RateLimited(
                                        "no room",
                                        ModelException.RateLimited.Cause.NO_CAPACITY,
                                        Duration.ofMinutes(10),
                                        RateLimits.UNKNOWN);
                            }
                            return reply(USAGE);
                        }),
                        "small")
                .catalog(ModelCatalog.of(List.of(flex)))
                .serviceTier(ServiceTier.FLEX)
                .fallBackToStandard()
                .retryPolicy(PoolRig.AT_ONCE)
                .build();

        pool.call(REQUEST, terms(budget));

        assertThat(tiers).containsExactly(ServiceTier.FLEX, ServiceTier.STANDARD);
    }
}
