// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.price.Money;
import java.util.Optional;

/** How often one candidate was good, for a {@link Recommendation}. */
public sealed interface CandidateRate permits CandidateResult, CountedRate {
    /** What was tried. */
    Candidate candidate();

    /** How many of those that are known passed. */
    Proportion passed();

    /** How many more were to be tried, and nothing is known of them. */
    long missing();

    /** What one of them cost, rounded up; empty if that is not known. */
    Optional<Money> perExample();

    /**
     * Whether it is good enough: the lower end of its interval reaches this rate, also if every missing one is counted as
     * not passed.
     */
    default boolean meets(double required) {
        return passed().of() > 0 && new Proportion(passed().count(), passed().of() + missing()).lower() >= required;
    }

    /**
     * About how many more examples would show that it is good enough, if its rate stays what it is; empty if it
     * {@linkplain #meets is shown}, or its rate is not above the required one.
     */
    default Optional<Long> moreFor(double required) {
        long enough = passed().enoughFor(required);
        return enough == Long.MAX_VALUE || meets(required)
                ? Optional.empty()
                : Optional.of(Math.max(Math.max(1, missing()), enough - passed().of()));
    }
}
