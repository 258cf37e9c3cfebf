// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.RESERVED;
import static dev.cadre.pool.FakeModel.await;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.pool.FakeModel.Running;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AdmissionPointTest {
    @Test
    void moneyThatMovesBeforeTheWatchBegins_isNotMissed() throws Exception {
        var budget = Budget.of(RESERVED).open();
        var held = ((Admission.Granted) budget.reserve(RESERVED)).reservation();
        var point = new AdmissionPoint(
                PoolLimits.STANDARD,
                RetryPolicy.none(),
                new SplittableRandom(1),
                InstantSource.system(),
                UnaryOperator.identity(),
                null);
        var request = point.submit(terms(budget), RESERVED, 0);
        assertThat(point.load().waiting()).isEqualTo(1);

        held.release();

        assertThat(point.await(request)).isInstanceOf(AdmissionRequest.Decision.Admitted.class);
        assertThat(budget.state().outstanding()).isEqualTo(RESERVED);
    }

    @Test
    void laterComer_withAnEarlierDeadline_wakesTheTimekeeper() throws Exception {
        var budget = Budget.usd("1").open();
        var point = new AdmissionPoint(
                PoolLimits.STANDARD.withMaxParallel(1),
                RetryPolicy.none(),
                new SplittableRandom(1),
                InstantSource.system(),
                UnaryOperator.identity(),
                null);
        var holder = point.submit(terms(budget), RESERVED, 0);
        var patient = point.submit(terms(budget), RESERVED, 0);
        var timekeeper = new Running<>(() -> point.await(patient));
        await(timekeeper::isParked);

        var hasty = point.submit(terms(budget, Duration.ofMillis(20)), RESERVED, 0);

        await(() -> point.load().waiting() == 1); // though nobody waits for the hasty one
        assertThat(point.isIdle()).isFalse();
        point.leave(hasty);
        point.leave(holder);
        assertThat(timekeeper.result()).isNotNull();
    }

    @Test
    void leaving_givesBackAnAdmissionThatNobodyTookOver() {
        var budget = Budget.of(RESERVED).open();
        var point = new AdmissionPoint(
                PoolLimits.STANDARD,
                RetryPolicy.none(),
                new SplittableRandom(1),
                InstantSource.system(),
                UnaryOperator.identity(),
                null);
        var request = point.submit(terms(budget), RESERVED, 0);
        assertThat(point.load().inFlight()).isEqualTo(1);

        point.leave(request);
        point.leave(request);

        assertThat(budget.state().outstanding().isZero()).isTrue();
        assertThat(point.load().inFlight()).isZero();
        assertThat(point.isIdle()).isTrue();
    }
}
