// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolRig.parallel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.model.RateLimits.Window;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pool that knows no limit, at both kinds of provider: one that refills evenly, and one that keeps windows of a minute. */
class LearnedRateTest {
    private static final long SECOND = 1_000_000_000;
    private static final long LIMIT = 60;
    private static final int PER_SECOND = 10;
    private static final long EXCHANGE = SECOND / 2;

    /** The provider's own bookkeeping; it counts what it turns away, too. */
    private interface Provider {
        boolean take(long now);

        Window report(long now);
    }

    private static final class Refilling implements Provider {
        private double left = LIMIT;
        private long at;

        private void refill(long now) {
            left = Math.min(LIMIT, left + (double) (now - at) / SECOND);
            at = now;
        }

        @Override
        public boolean take(long now) {
            refill(now);
            left--;
            return left >= 0;
        }

        @Override
        public Window report(long now) {
            refill(now);
            return new Window(LIMIT, (long) Math.max(0, left), Duration.ofNanos((long) ((LIMIT - left) * SECOND)));
        }
    }

    private static final class Windowed implements Provider {
        private final long begun;
        private long window;
        private long used;

        Windowed(long begun) {
            this.begun = begun;
        }

        @Override
        public boolean take(long now) {
            long current = (now + begun) / (60 * SECOND);
            used = current == window ? used + 1 : 1;
            window = current;
            return used <= LIMIT;
        }

        @Override
        public Window report(long now) {
            return new Window(
                    LIMIT, Math.max(0, LIMIT - used), Duration.ofNanos(60 * SECOND - (now + begun) % (60 * SECOND)));
        }
    }

    /** A number of requests in each second, which are reported as those of a minute. */
    private static final class BySecond implements Provider {
        private long second = -1;
        private long used;

        @Override
        public boolean take(long now) {
            used = now / SECOND == second ? used + 1 : 1;
            second = now / SECOND;
            return used <= PER_SECOND;
        }

        @Override
        public Window report(long now) {
            return new Window(60 * PER_SECOND, Math.max(0, PER_SECOND - used), Duration.ofNanos(SECOND));
        }
    }

    private record Timed(long at, PoolEvent event) {}

    private PoolRig rig = new PoolRig(parallel(10));
    private final PriorityQueue<Timed> due = new PriorityQueue<>(Comparator.comparingLong(Timed::at));
    private int sent;
    private int turnedAway;
    private long lastSentAt;

    @ParameterizedTest
    @CsvSource({"refill, 0, 121", "window, 0, 123", "window, 2, 121", "window, 40, 83"})
    void callsOfThreeMinutes_areSentAtOnceWhenTheProviderLetsThem(String kind, long intoTheWindow, long seconds) {
        run(3 * LIMIT, kind.equals("refill") ? new Refilling() : new Windowed(intoTheWindow * SECOND));

        assertThat(turnedAway).as("turned away").isZero();
        assertThat(sent).isEqualTo(3 * LIMIT);
        assertThat(lastSentAt).isLessThanOrEqualTo(seconds * SECOND);
    }

    @Test
    void callsAtALimitBySecond_goOutAtItsRate() {
        rig = new PoolRig(parallel(4)); // eight a second: the limit holds nobody up

        run(10 * PER_SECOND, new BySecond());

        assertThat(turnedAway).as("turned away").isZero();
        assertThat(sent).isEqualTo(10 * PER_SECOND);
        assertThat(lastSentAt).isLessThanOrEqualTo(13 * SECOND);
    }

    private void run(long calls, Provider provider) {
        for (long ticket = 1; ticket <= calls; ticket++) {
            due.add(new Timed(0, new PoolEvent.Submitted(ticket, "run", Kind.WORK, 0, 0, PoolRig.NEVER)));
        }

        while (!due.isEmpty()) {
            Timed next = due.poll();
            rig.now = Math.max(rig.now, next.at());
            for (PoolCommand command : rig.on(next.event())) {
                switch (command) {
                    case PoolCommand.Admit admit -> send(admit.ticket(), provider);
                    case PoolCommand.WakeAt wake -> due.add(new Timed(wake.nanoTime(), new PoolEvent.Tick()));
                    default -> {}
                }
            }
        }
    }

    private void send(long ticket, Provider provider) {
        boolean taken = provider.take(rig.now);
        sent += taken ? 1 : 0;
        turnedAway += taken ? 0 : 1;
        lastSentAt = rig.now;
        var limits = new RateLimits(provider.report(rig.now), Window.UNKNOWN);
        PoolEvent end = taken
                ? new PoolEvent.Replied(ticket, -1, limits)
                : new PoolEvent.Failed(
                        ticket, new ModelException.RateLimited("429", null, limits), PoolEvent.RetryScope.SAME_TIER);
        due.add(new Timed(rig.now + EXCHANGE, end));
    }
}
