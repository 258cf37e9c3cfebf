// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.RateLimits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many random lives of a pool; a failure names the seed that repeats it. */
class PoolMachineRandomTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    @Tag("slow")
    void promises_holdInRandomLives() {
        live(0, 1_500, 0.15);
    }

    @Test
    @Tag("slow")
    void promises_holdInATotalOutage() {
        live(1_000_000, 500, 1.0);
    }

    @Test
    @Tag("nightly")
    void promises_holdInVeryManyLives() {
        live(10_000_000, 200_000, 0.15);
        live(20_000_000, 100_000, 1.0);
    }

    private static void live(long firstSeed, int count, double outage) {
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            var pool = new RandomPool(seed, outage);
            try {
                pool.live();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(
                        "seed %d, outage %s: %s".formatted(seed, outage, failure.getMessage()), failure);
            }
            assertThat(pool.attempts()).as("seed %d", seed).isLessThanOrEqualTo(pool.asks() + pool.asks() / 5 + 10);
        }
    }

    @Test
    void sameSeed_givesTheSameCommands() {
        assertThat(history(42)).isEqualTo(history(42)).hasSizeGreaterThan(1_000);
    }

    private static List<PoolCommand> history(long seed) {
        var random = new SplittableRandom(seed);
        var rig = new PoolRig(PoolRig.parallel(8).withRequestsPerMinute(600), RetryPolicy.standard());
        var history = new ArrayList<PoolCommand>();
        var inFlight = new ArrayDeque<Long>();
        for (long ticket = 1; ticket <= 1_000; ticket++) {
            rig.now += random.nextLong(SECOND);
            var commands = new ArrayList<>(rig.ask(ticket, "run" + random.nextInt(20)));
            if (!inFlight.isEmpty()) {
                long ended = inFlight.remove();
                commands.addAll(random.nextInt(4) == 0 ? rig.failed(ended, PoolRig.rateLimited()) : rig.replied(ended));
            }
            inFlight.addAll(PoolRig.admitted(commands));
            history.addAll(commands);
        }
        return history;
    }

    @Test
    void greedyRuns_getAtMostTheRatesAndABurst_inAnyMinute() {
        long requests = 120;
        long tokens = 120_000; // both rates bind: a call takes 1,000 on average
        long largest = 2_000;
        for (long seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            var rig = new PoolRig(new PoolLimits(1_000, requests, tokens));
            var window = new ArrayDeque<long[]>();
            long inWindow = 0;
            var estimates = new long[2_001];
            List<PoolCommand> commands = new ArrayList<>();
            for (int ticket = 1; ticket <= 2_000; ticket++) {
                estimates[ticket] = random.nextLong(largest);
                commands.addAll(rig.on(new PoolEvent.Submitted(
                        ticket, "run" + ticket % 3, CallPurpose.Kind.WORK, 0, estimates[ticket], Long.MAX_VALUE)));
            }
            while (rig.machine.waiting() > 0) {
                for (long ticket : PoolRig.admitted(commands)) {
                    window.add(new long[] {rig.now, estimates[(int) ticket]});
                    inWindow += estimates[(int) ticket];
                    while (window.getFirst()[0] <= rig.now - 60 * SECOND) {
                        inWindow -= window.removeFirst()[1];
                    }
                    assertThat((long) window.size()).as("seed %d", seed).isLessThanOrEqualTo(requests * 7 / 6 + 1);
                    assertThat(inWindow).as("seed %d", seed).isLessThanOrEqualTo(tokens * 7 / 6 + 1);
                }
                var next = new ArrayList<PoolCommand>();
                for (long ticket : PoolRig.admitted(commands)) {
                    // the difference is charged, never given back: what was begun in a window stays in it
                    next.addAll(rig.replied(ticket, estimates[(int) ticket] + random.nextLong(100)));
                }
                if (PoolRig.admitted(next).isEmpty()) {
                    next.addAll(rig.at(Duration.ofNanos(rig.now + random.nextLong(SECOND))));
                }
                commands = next;
            }
        }
    }

    @Test
    void overloadedProvider_bringsTheLimitDown_andSuccessBringsItBack() {
        var rig = new PoolRig(PoolRig.parallel(64), RetryPolicy.none());
        int carried = 16;
        long ticket = 0;
        var limits = new ArrayList<Integer>();
        for (int round = 0; round < 400; round++) {
            int now = rig.machine.parallelLimit();
            limits.add(now);
            long first = ticket + 1;
            for (int i = 0; i < now; i++) {
                rig.ask(++ticket, "run");
            }
            for (long t = first; t <= ticket; t++) {
                if (t - first < carried) {
                    rig.on(new PoolEvent.Replied(t, -1, RateLimits.UNKNOWN));
                } else {
                    rig.failed(t, PoolRig.rateLimited());
                }
            }
        }
        assertThat(limits.subList(50, 400)).allMatch(limit -> limit >= 14 && limit <= 18);
    }
}
