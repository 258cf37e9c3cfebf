// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.CATALOG;
import static dev.cadre.pool.FakeModel.PRICE;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.USAGE;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reply costs that another model is said to have written. */
class AnsweringModelTest {
    private final BudgetGuard budget = Budget.usd("1").open();

    private static ModelPool.Builder answeredBy(String name) {
        return ModelPool.builder(new FakeModel((request, context) -> ModelReply.of(name, "hello", USAGE)), "small")
                .catalog(CATALOG);
    }

    @Test
    void explicitPrice_winsOverThatOfTheModelInTheReply() throws Exception {
        var attempts = new ArrayList<AttemptEvent>();
        var pool = answeredBy("large").price(PRICE).build();

        pool.call(REQUEST, terms(budget).withAttempts(attempts::add));
        pool.call(REQUEST, terms(budget));

        assertThat(budget.state().settled()).isEqualTo(FakeModel.COST.times(2));
        assertThat(((AttemptEvent.Replied) attempts.getLast()).breach()).isNull();
    }

    @Test
    void dearerModel_isBookedAtItsPrice_andStopsThePool() throws Exception {
        var attempts = new ArrayList<AttemptEvent>();
        var pool = answeredBy("large").build();
        var small = ModelPool.builder(
                        new FakeModel((request, context) -> ModelReply.of("large", "hello", TokenUsage.of(1, 1))),
                        "small")
                .catalog(CATALOG)
                .build();

        small.call(REQUEST, terms(budget).withAttempts(attempts::add));

        assertThat(budget.state().settled()).isEqualTo(Money.usd("0.00011"));
        assertThat(((AttemptEvent.Replied) attempts.getLast()).breach())
                .as("within what was reserved, and yet a breach")
                .isEqualTo(new BillingBreach("small", "large", Money.ZERO));
        assertThatThrownBy(() -> small.call(REQUEST, terms(budget)))
                .isInstanceOf(CallRefusedException.class)
                .hasMessageContaining("small was answered by large")
                .hasCauseInstanceOf(ModelException.DearerModel.class);
        small.resume();
        small.call(REQUEST, terms(budget));
        assertThat(pool.load().inFlight()).isZero();
    }

    private static ModelPool.Builder answering(String name, @Nullable TokenUsage usage) {
        return ModelPool.builder(new FakeModel((request, context) -> ModelReply.of(name, "hello", usage)), "small")
                .catalog(CATALOG);
    }

    @Test
    void dearerModel_withoutUsableUsage_isBookedAtItsOwnWorstCase() throws Exception {
        for (var usage : new TokenUsage[] {null, TokenUsage.of(0, 0), TokenUsage.of(9_000_000_000_000_000L, 1)}) {
            var own = Budget.usd("1").open();
            var attempts = new ArrayList<AttemptEvent>();
            var pool = answering("large", usage).build();

            pool.call(REQUEST, terms(own).withAttempts(attempts::add));

            Money worst = FakeModel.RESERVED.times(10); // its prices are ten times as high
            assertThat(own.state().forfeited()).isEqualTo(worst);
            assertThat(own.state().breached()).isTrue();
            var replied = (AttemptEvent.Replied) attempts.getLast();
            assertThat(replied.spend()).isEqualTo(Spend.forfeited(worst));
            assertThat(replied.breach()).isEqualTo(new BillingBreach("small", "large", FakeModel.RESERVED.times(9)));
            assertThatThrownBy(() -> pool.call(REQUEST, terms(budget)))
                    .isInstanceOf(CallRefusedException.class)
                    .hasCauseInstanceOf(ModelException.DearerModel.class);
        }
    }

    @Test
    void modelOfTheSamePriceOrAnUnknownOne_withoutUsage_isBookedAtWhatWasReserved() throws Exception {
        for (String name : new String[] {"small", "own"}) {
            answering(name, null).build().call(REQUEST, terms(budget));
        }

        assertThat(budget.state().forfeited()).isEqualTo(FakeModel.RESERVED.times(2));
        assertThat(budget.state().breached()).isFalse();
    }

    @Test
    void explicitPrice_holdsWithoutUsageToo() throws Exception {
        answering("large", null).price(PRICE).build().call(REQUEST, terms(budget));

        assertThat(budget.state().forfeited()).isEqualTo(FakeModel.RESERVED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"small", "small-2026-03-17", "small-20260317", "small-latest", "openai/small", "SMALL", "own"})
    void sameModelByAnotherName_andOneThatNobodyKnows_areNoMismatch(String name) throws Exception {
        var pool = answeredBy(name).build();

        pool.call(REQUEST, terms(budget));
        pool.call(REQUEST, terms(budget));

        assertThat(budget.state().settled()).isEqualTo(FakeModel.COST.times(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"large", "openai/large", "large-2026-03-17"})
    void dearerModel_isKnownByAllItsNames(String name) throws Exception {
        var pool = answeredBy(name).build();

        pool.call(REQUEST, terms(budget));

        assertThatThrownBy(() -> pool.call(REQUEST, terms(budget))).isInstanceOf(CallRefusedException.class);
    }

    @Test
    void sameModelOfAnotherProvider_thatIsListedAtADearerPrice_isNoMismatch() throws Exception {
        var reseller = ModelSpec.of("reseller/large", PRICE);
        var pool = ModelPool.builder(
                        new FakeModel((request, context) -> ModelReply.of("large", "hello", USAGE)), "reseller/large")
                .catalog(CATALOG.with(reseller))
                .build();
        var request = REQUEST.withModel("reseller/large");

        pool.call(request, terms(budget));
        pool.call(request, terms(budget));

        assertThat(budget.state().settled()).isEqualTo(FakeModel.COST.times(2));
    }

    @Test
    void cheaperModel_withoutUsage_isBookedAtWhatWasReserved_andStopsNothing() throws Exception {
        var pool = ModelPool.builder(
                        new FakeModel((request, context) -> ModelReply.of("small", "hello", null)), "large")
                .catalog(CATALOG)
                .build();
        var request = REQUEST.withModel("large");

        pool.call(request, terms(budget));
        pool.call(request, terms(budget));

        assertThat(budget.state().forfeited()).isEqualTo(FakeModel.RESERVED.times(20));
        assertThat(budget.state().breached()).isFalse();
        assertThat(pool.stoppedBy()).isEmpty();
    }

    @Test
    void otherModelWithoutAPriceForTheTier_isNotKnownToBeDearer() {
        var pool = answeredBy("large").build();
        var flex = new ModelException.Billed("large", USAGE, ServiceTier.FLEX, Map.of());

        assertThat(pool.breach(flex, Money.ZERO)).isEmpty();
        assertThat(pool.stoppedBy()).isEmpty();
    }

    @Test
    void billOfADearerModel_forACallThatThePoolDidNotMake_stopsThePool() {
        var pool = answeredBy("large").build();
        var bill = new ModelException.Billed("large", USAGE, ServiceTier.STANDARD, Map.of());

        assertThat(pool.breach(bill, Money.usd("0.01")))
                .hasValue(new BillingBreach("small", "large", Money.usd("0.01")));
        assertThat(pool.stoppedBy()).containsInstanceOf(ModelException.DearerModel.class);
    }
}
