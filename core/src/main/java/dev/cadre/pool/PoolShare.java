// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.share.ShareRequest;
import java.math.BigInteger;

/**
 * The part of its rates that a pool may use, while other processes use the rest. Carries no compatibility promise.
 *
 * @param partsPerMillion 0 to 1,000,000
 * @param untilNanos the clock reading from which on it is zero
 * @param saving whether the burst of this part may be exceeded by one call that needs more
 */
public record PoolShare(int partsPerMillion, long untilNanos, Saving saving) {
    /** What a part is of. */
    static final int WHOLE = ShareRequest.WHOLE;

    /** Whether a call that is larger than the burst of the share is saved up for. */
    public enum Saving {
        /** The share can grow until the call fits. */
        NONE,
        /** There are more processes than bursts: each saves up for one call. */
        ONE_CALL
    }

    public PoolShare {
        if (partsPerMillion < 0 || partsPerMillion > WHOLE) {
            throw new IllegalArgumentException("a share of %d parts per million".formatted(partsPerMillion));
        }
    }

    /** Nothing. */
    static PoolShare none(long now) {
        return new PoolShare(0, now, Saving.NONE);
    }

    boolean isOver(long now) {
        return partsPerMillion == 0 || now - untilNanos >= 0;
    }

    /** The part of an amount that is not negative, rounded down. */
    long of(long amount) {
        return partsPerMillion == WHOLE ? amount : scaled(amount, partsPerMillion, WHOLE);
    }

    /** The amount times a fraction, rounded down, without overflow on the way; the largest number if it is larger. */
    static long scaled(long amount, long numerator, long denominator) {
        if (Math.multiplyHigh(amount, numerator) == 0 && amount * numerator >= 0) {
            return amount * numerator / denominator;
        }
        BigInteger exact = BigInteger.valueOf(amount)
                .multiply(BigInteger.valueOf(numerator))
                .divide(BigInteger.valueOf(denominator));
        return exact.bitLength() < Long.SIZE ? exact.longValue() : Long.MAX_VALUE;
    }
}
