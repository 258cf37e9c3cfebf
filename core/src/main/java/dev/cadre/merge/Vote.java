// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The count of a vote. A tie is several {@linkplain #leaders() leaders}; nothing breaks it.
 *
 * @param candidates the values that were voted for, in the order in which they were met: plan order
 * @param abstained the ids of those that returned a value which counts as no vote, in plan order
 * @param missing the ids of those that returned nothing, in plan order
 * @param <T> the type of the values
 */
public record Vote<T>(List<Candidate<T>> candidates, List<String> abstained, List<String> missing) {
    /**
     * A value that was voted for.
     *
     * @param value the first in plan order of the values with its key
     * @param weight the sum of the weights of its votes; the number of votes if none is weighed
     * @param voters the ids of the subtasks that voted for it, with {@code #index} for an item, in plan order
     */
    public record Candidate<T>(T value, long weight, List<String> voters) {
        public Candidate {
            Objects.requireNonNull(value, "a candidate without a value");
            if (weight < 0 || voters.isEmpty()) {
                throw new IllegalArgumentException(
                        "not a candidate: weight %d of %d voters".formatted(weight, voters.size()));
            }
            voters = List.copyOf(voters);
        }
    }

    public Vote {
        candidates = List.copyOf(candidates);
        abstained = List.copyOf(abstained);
        missing = List.copyOf(missing);
    }

    /** The candidates with the largest weight, in plan order; several if it is a tie, none if nobody voted. */
    public List<Candidate<T>> leaders() {
        long most = candidates.stream().mapToLong(Candidate::weight).max().orElse(0);
        return candidates.stream().filter(each -> each.weight() == most).toList();
    }

    /** Whether several candidates lead. */
    public boolean isTie() {
        return leaders().size() > 1;
    }

    /** The value that leads alone; empty if it is a tie, or if nobody voted. */
    public Optional<T> winner() {
        List<Candidate<T>> leading = leaders();
        return leading.size() == 1 ? Optional.of(leading.getFirst().value()) : Optional.empty();
    }

    /** The number of votes; those that abstained or are missing are not counted. */
    public int voters() {
        return candidates.stream().mapToInt(each -> each.voters().size()).sum();
    }

    /**
     * The weight of all votes together.
     *
     * @throws ArithmeticException if it exceeds a {@code long}, which the count of a {@link Ballot} never does
     */
    public long weight() {
        return candidates.stream().mapToLong(Candidate::weight).reduce(0, Math::addExact);
    }
}
