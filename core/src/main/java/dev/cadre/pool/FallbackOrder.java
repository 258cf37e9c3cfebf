// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which pools of a chain a call tries, in which order. A pool that failed rests; afterwards one call tries it,
 * while the others go on without it, until it has answered (a circuit breaker).
 *
 * <p>Pure: it has no clock. Not safe for use by many threads.
 */
final class FallbackOrder {
    private final long restNanos;
    private final @Nullable Rest[] rests;

    /** @param until the clock reading at which a call may try it again */
    private record Rest(long until, String because) {}

    FallbackOrder(int size, Duration rest) {
        this.restNanos = rest.toNanos();
        this.rests = new @Nullable Rest[size];
    }

    /** The pools to try, by their index: all but those that rest, or all if there is no other. */
    List<Integer> next(long now) {
        var order = new ArrayList<Integer>();
        for (int index = 0; index < rests.length; index++) {
            @Nullable Rest rest = rests[index];
            if (rest == null) {
                order.add(index);
            } else if (now - rest.until() >= 0) {
                order.add(index);
                rests[index] =
                        new Rest(now + restNanos, rest.because()); // the other calls wait for what this one finds
            }
        }
        return order.isEmpty() ? IntStream.range(0, rests.length).boxed().toList() : List.copyOf(order);
    }

    void failed(int index, String because, long now) {
        rests[index] = new Rest(now + restNanos, because);
    }

    void answered(int index) {
        rests[index] = null;
    }

    /** Why a pool rests; empty if it does not. */
    String because(int index) {
        @Nullable Rest rest = rests[index];
        return rest == null ? "" : rest.because();
    }

    void reset() {
        Arrays.fill(rests, null);
    }
}
