// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * A vote of the subtasks of a type: each value that one of them, or an item of a fan-out, returned is a vote for all
 * values with its key. The answer is the whole count; {@link #plurality()} and {@link #majority()} answer with the winner
 * alone. Plain code, which costs nothing. Immutable; the functions must be safe for use by many threads.
 *
 * @param <O> the type of the values
 */
public final class Ballot<O> implements Merger<Vote<O>> {
    private final SubtaskType<?, O> type;
    private final Function<? super O, ?> key;
    private final ToLongFunction<? super O> weight;
    private final Predicate<? super O> abstains;
    private final int quorum;

    Ballot(SubtaskType<?, O> type, Function<? super O, ?> key) {
        this(type, key, value -> 1, value -> false, 1);
    }

    private Ballot(
            SubtaskType<?, O> type,
            Function<? super O, ?> key,
            ToLongFunction<? super O> weight,
            Predicate<? super O> abstains,
            int quorum) {
        this.type = type;
        this.key = key;
        this.weight = weight;
        this.abstains = abstains;
        this.quorum = quorum;
    }

    /**
     * Weighs the votes; default: each weighs 1. Weights are whole numbers, so that no tie depends on rounding: a
     * confidence of 0.85 weighs 85.
     *
     * @param weight the weight of a vote, by its value; a negative one, or a sum beyond a {@code long}, fails the merge
     */
    public Ballot<O> withWeight(ToLongFunction<? super O> weight) {
        return new Ballot<>(type, key, weight, abstains, quorum);
    }

    /** Counts these values as no votes, such as "unknown"; default: every value is a vote. */
    public Ballot<O> withAbstention(Predicate<? super O> abstains) {
        return new Ballot<>(type, key, weight, abstains, quorum);
    }

    /**
     * Fails the merge if fewer votes than this were cast; default 1.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Ballot<O> withQuorum(int votes) {
        if (votes < 0) {
            throw new IllegalArgumentException("the quorum must be at least 0, not " + votes);
        }
        return new Ballot<>(type, key, weight, abstains, votes);
    }

    /** Answers with the candidate of the largest weight; a tie fails the merge. */
    public Merger<O> plurality() {
        return winner(false);
    }

    /** Answers with the candidate that has more than half of the weight of all votes cast; if none has, the merge fails. */
    public Merger<O> majority() {
        return winner(true);
    }

    /**
     * Counts the votes.
     *
     * @throws MergeFailedException if there are fewer than the quorum, or their weights cannot be added
     */
    @Override
    public Merged<Vote<O>> merge(MergeInput input, MergeTerms terms) {
        return Merged.of(count(input));
    }

    private Merger<O> winner(boolean needsMajority) {
        return (input, terms) -> {
            Vote<O> vote = count(input);
            List<Vote.Candidate<O>> leaders = vote.leaders();
            if (leaders.size() != 1) {
                throw new MergeFailedException(
                        vote.isTie()
                                ? "the vote is a tie: " + described(vote)
                                : "nobody voted: %d abstained, %d returned nothing"
                                        .formatted(
                                                vote.abstained().size(),
                                                vote.missing().size()));
            }
            long won = leaders.getFirst().weight();
            if (needsMajority && won <= vote.weight() - won) {
                throw new MergeFailedException("no candidate has the majority: " + described(vote));
            }
            return Merged.of(leaders.getFirst().value());
        };
    }

    private Vote<O> count(MergeInput input) {
        Map<Object, Count<O>> counts = new LinkedHashMap<>();
        var abstained = new ArrayList<String>();
        var missing = new ArrayList<String>();
        long total = 0;
        for (Returned<O> each : input.returned(type)) {
            if (each.value().isEmpty()) {
                missing.add(each.id());
            } else if (abstains.test(each.value().get())) {
                abstained.add(each.id());
            } else {
                O value = each.value().get();
                long weighs = weight(each.id(), value);
                total = plus(total, weighs);
                Object name = Objects.requireNonNull(key.apply(value), "the key of a vote is null");
                counts.computeIfAbsent(name, first -> new Count<>(value)).add(each.id(), weighs);
            }
        }
        var vote = new Vote<>(counts.values().stream().map(Count::candidate).toList(), abstained, missing);
        if (vote.voters() < quorum) {
            throw new MergeFailedException("%d votes were cast, the quorum is %d; %d abstained, %d returned nothing"
                    .formatted(vote.voters(), quorum, abstained.size(), missing.size()));
        }
        return vote;
    }

    private long weight(String voter, O value) {
        long weighs = weight.applyAsLong(value);
        if (weighs < 0) {
            throw new MergeFailedException("the vote of '%s' weighs %d: less than nothing".formatted(voter, weighs));
        }
        return weighs;
    }

    private static long plus(long total, long weighs) {
        try {
            return Math.addExact(total, weighs);
        } catch (ArithmeticException tooMuch) {
            throw new MergeFailedException("the votes weigh more than %d together".formatted(Long.MAX_VALUE), tooMuch);
        }
    }

    private String described(Vote<O> vote) {
        return vote.candidates().stream()
                .map(each -> "%s %d (%s)"
                        .formatted(
                                Excerpt.line(type.outputType().write(each.value())),
                                each.weight(),
                                Excerpt.line(String.join(", ", each.voters()))))
                .collect(Collectors.joining("; "));
    }

    private static final class Count<O> {
        private final O first;
        private final List<String> voters = new ArrayList<>();
        private long weight;

        Count(O first) {
            this.first = first;
        }

        void add(String voter, long weighs) {
            voters.add(voter);
            weight += weighs; // the total is checked
        }

        Vote.Candidate<O> candidate() {
            return new Vote.Candidate<>(first, weight, voters);
        }
    }
}
