// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.CATALOG;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelException;
import dev.cadre.redact.FaultLog;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputCountTest {
    private static final long BOUND = 42;

    private final BudgetGuard budget = Budget.usd("1").open();
    private final CostCalculator costs = new CostCalculator(CATALOG.spec("small"), "small", CATALOG);

    private long reserved(InputCounter counter) throws InterruptedException {
        return new InputCount(costs, counter, new FaultLog()).of(REQUEST, terms(budget));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, CostCalculator.MOST_BYTES})
    void count_isReserved(long counted) throws Exception {
        assertThat(reserved((request, context) -> counted)).isEqualTo(counted);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, CostCalculator.MOST_BYTES + 1})
    void countThatCannotBe_isReplacedByTheBound(long counted) throws Exception {
        assertThat(reserved((request, context) -> counted)).isEqualTo(BOUND);
    }

    @Test
    void withoutACount_theBoundIsReserved() throws Exception {
        assertThat(new InputCount(costs, null, new FaultLog()).of(REQUEST, terms(budget)))
                .isEqualTo(BOUND);
        assertThat(reserved((request, context) -> {
                    throw new ModelException.InvalidRequest("400", 400);
                }))
                .isEqualTo(BOUND);
        assertThat(reserved((request, context) -> {
                    throw new StackOverflowError();
                }))
                .isEqualTo(BOUND);
    }

    @Test
    void interrupt_endsTheCall() {
        assertThatThrownBy(() -> reserved((request, context) -> {
                    throw new InterruptedException();
                }))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void counter_hasNoMoreTimeThanIsLeft_andTenSecondsAtMost() throws Exception {
        var given = new AtomicReference<>(Duration.ZERO);
        InputCounter counter = (request, context) -> {
            given.set(context.timeout());
            return 7;
        };
        var count = new InputCount(costs, counter, new FaultLog());

        count.of(REQUEST, terms(budget, Duration.ofHours(1)));
        assertThat(given.get()).isEqualTo(Duration.ofSeconds(10));
        count.of(REQUEST, terms(budget, Duration.ofSeconds(9)));
        assertThat(given.get()).isBetween(Duration.ZERO, Duration.ofSeconds(9));

        assertThat(count.of(REQUEST, terms(budget, Duration.ZERO)))
                .as("too late to ask")
                .isEqualTo(BOUND);
    }
}
