// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import dev.cadre.journal.Fingerprint;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;

/**
 * A store of outputs by the fingerprint of the work that had them, shared by the runs of everybody who may read all of it.
 *
 * <p>A fingerprint covers the type with its schemas, rules, instructions and models, the input and what is attached, and
 * the versions of the library's own prompts. It does not cover the run key, the goal or the user: one cache is for one
 * circle of trust. What it holds is as confidential as a journal. No key of a provider is in it.
 *
 * <p>An implementation must be safe for use by many threads, also of several coordinators, and may block: it is called on
 * threads of its own, and its time is the run's. A call is interrupted when the run ends. It spends no money. What it
 * throws, and a null, is logged and noted in the report, and the work is done as if nothing had been found.
 *
 * <p>An output that was found is text from outside. It is read as the type of the work and judged by the rules of the
 * type again; one that does not pass counts as not found.
 */
public interface OutcomeCache {
    /**
     * An outcome that was found.
     *
     * @param age the time since it was made, 0 to 36,500 days
     */
    record Hit(CachedOutcome outcome, Duration age) {
        private static final Duration MOST = Duration.ofDays(36_500);

        public Hit {
            Objects.requireNonNull(outcome, "the outcome that was found is null");
            if (age.isNegative() || age.compareTo(MOST) > 0) {
                throw new IllegalArgumentException("the age of an outcome must be 0 to 36500 days, not " + age);
            }
        }
    }

    /**
     * The outcome of this work, if there is one that is not too old. May block.
     *
     * @throws InterruptedException if the thread was interrupted
     */
    Optional<Hit> find(Fingerprint work) throws InterruptedException;

    /**
     * Keeps the outcome of this work, in the place of one that is there; may also drop it. May block.
     *
     * @throws InterruptedException if the thread was interrupted
     */
    void keep(Fingerprint work, CachedOutcome outcome) throws InterruptedException;

    /**
     * A cache in the memory of this process. The outcome that was used least recently is dropped first.
     *
     * @param maxEntries the most outcomes that it holds
     * @param maxAge how old an outcome may be to be found
     * @throws IllegalArgumentException if one of them is not positive
     */
    static OutcomeCache inMemory(int maxEntries, Duration maxAge) {
        return new MemoryCache(maxEntries, maxAge, InstantSource.system());
    }
}
