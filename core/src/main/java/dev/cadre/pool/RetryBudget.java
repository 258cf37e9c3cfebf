// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/** The bound on the load of retries: at most a fifth of the first tries, plus ten. Counted in fifths of a retry. */
final class RetryBudget {
    private static final long RETRY = 5;
    private static final long AT_START = 10 * RETRY;

    private final long most;
    private long fifths = AT_START;

    /**
     * @param maxParallel bounds the credit to two rounds of the whole pool, so that a long calm allows no burst of
     *     retries
     */
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
