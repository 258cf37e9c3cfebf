// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Tier;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often the outputs of a subtask type were good on each tier, as an eval or an earlier run counted it. Immutable.
 *
 * @param counts the counts that are known, by type and tier
 */
public record PassRates(Map<Key, Count> counts) {
    /** No rate is known. */
    public static final PassRates NONE = new PassRates(Map.of());

    public PassRates {
        counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
    }

    /**
     * What was counted apart.
     *
     * @param type the name of the subtask type
     */
    public record Key(String type, Tier tier) {}

    /**
     * A count of outputs.
     *
     * @param passed how many were good
     * @param tried how many there were, at least 1
     */
    public record Count(long passed, long tried) {
        public Count {
            if (passed < 0 || tried < 1 || passed > tried) {
                throw new IllegalArgumentException(
                        "passed must lie between 0 and tried, and tried be at least 1: passed=%d, tried=%d"
                                .formatted(passed, tried));
            }
        }

        private Count plus(Count other) {
            return new Count(Math.addExact(passed, other.passed), Math.addExact(tried, other.tried));
        }

        /** {@code 71 of 80}. */
        @Override
        public String toString() {
            return "%d of %d".formatted(passed, tried);
        }
    }

    /**
     * These rates with that of one more type and tier, in place of an earlier one.
     *
     * @throws IllegalArgumentException if {@code passed} is negative or above {@code tried}, or that is below 1
     */
    public PassRates with(SubtaskType<?, ?> type, Tier tier, long passed, long tried) {
        var more = new LinkedHashMap<>(counts);
        more.put(new Key(type.name(), tier), new Count(passed, tried));
        return new PassRates(more);
    }

    /**
     * Both counts together, for outputs that are not the same ones: nothing tells that an output was counted twice.
     *
     * @throws ArithmeticException if a sum is beyond 64 bits
     */
    public PassRates plus(PassRates others) {
        var sum = new LinkedHashMap<>(counts);
        others.counts.forEach((key, count) -> sum.merge(key, count, Count::plus));
        return new PassRates(sum);
    }

    /** The rate of a type on a tier; empty if it is not known. */
    public Optional<Count> of(SubtaskType<?, ?> type, Tier tier) {
        return Optional.ofNullable(counts.get(new Key(type.name(), tier)));
    }
}
