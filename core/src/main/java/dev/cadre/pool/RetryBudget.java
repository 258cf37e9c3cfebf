// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/** Bounds the load that retries add: at most a fifth of the first tries, plus ten. Counted in fifths of a retry. */
final class RetryBudget {
    private static final long RETRY = 5;
    private static final long AT_START = 10 * RETRY;

    private final long most;
    private long fifths = AT_START;

    /** @param maxParallel credit beyond two rounds of the whole pool is not kept, so that a long calm buys no storm */
    RetryBudget(int maxParallel) {
        most = AT_START + 2L * maxParallel * RETRY;
    }

    void onFirstTry() {
        fifths = Math.min(most, fifths + 1);
    }

    boolean takeRetry() {
        if (fifths < RETRY) {
            return false;
        }
        fifths -= RETRY;
        return true;
    }
}
