// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.price.Money;
import java.util.Optional;

/** A rate of which nothing is known but two numbers. */
record CountedRate(Candidate candidate, Proportion passed) implements CandidateRate {
    @Override
    public long missing() {
        return 0;
    }

    @Override
    public Optional<Money> perExample() {
        return Optional.empty();
    }

    /** One line: {@code nano: 58 of 60, 96.7 % (88.6 % to 99.1 %)}. */
    @Override
    public String toString() {
        return "%s: %s".formatted(candidate, passed);
    }
}
