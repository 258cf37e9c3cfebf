// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.RESERVED;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AdmissionPointTest {
    @Test
    void moneyThatMovesBeforeTheWatchBegins_isNotMissed() throws Exception {
        var budget = Budget.of(RESERVED).open();
        var held = ((Admission.Granted) budget.reserve(RESERVED)).reservation();
        var point = new AdmissionPoint(
                PoolLimits.STANDARD, RetryPolicy.none(), new SplittableRandom(1), InstantSource.system());
        var waiter = point.enter(terms(budget), RESERVED, 0);
        assertThat(point.load().waiting()).isEqualTo(1);

        held.release();

        var money = point.await(waiter);
        assertThat(money).isNotNull();
        assertThat(budget.state().outstanding()).isEqualTo(RESERVED);
    }

    @Test
    void leaving_givesBackAnAdmissionThatNobodyTookOver() {
        var budget = Budget.of(RESERVED).open();
        var point = new AdmissionPoint(
                PoolLimits.STANDARD, RetryPolicy.none(), new SplittableRandom(1), InstantSource.system());
        var waiter = point.enter(terms(budget), RESERVED, 0);
        assertThat(point.load().inFlight()).isEqualTo(1);

        point.leave(waiter);
        point.leave(waiter);

        assertThat(budget.state().outstanding().isZero()).isTrue();
        assertThat(point.load().inFlight()).isZero();
        assertThat(point.isIdle()).isTrue();
    }
}
