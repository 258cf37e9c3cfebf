// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TypeRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The mergers that need no code of one's own. Those that take a {@link Tier} ask a model; the others are plain code and
 * cost nothing.
 */
public final class Mergers {
    private static final int RANK_OFFSET = 60;

    private Mergers() {}

    /** Makes the answer by a function of the outcomes, which are in plan order. It must be safe for use by many threads. */
    public static <R> Merger<R> of(Function<? super MergeInput, ? extends R> function) {
        return (input, terms) -> Merged.of(function.apply(input));
    }

    /** What the subtasks of a type returned, in plan order. */
    public static <O> Merger<List<O>> collect(SubtaskType<?, O> type) {
        return of(input -> input.values(type));
    }

    /** An answer made of what the subtasks of a type returned, in plan order. */
    public static <O, R> Merger<R> collect(SubtaskType<?, O> type, Function<? super List<O>, ? extends R> finisher) {
        return of(input -> finisher.apply(input.values(type)));
    }

    /** What the subtasks of a type returned; of values with equal keys the first in plan order. */
    public static <O> Merger<List<O>> dedupe(SubtaskType<?, O> type, Function<? super O, ?> key) {
        return of(input -> {
            Map<Object, O> firsts = new LinkedHashMap<>();
            input.values(type).forEach(value -> firsts.putIfAbsent(key.apply(value), value));
            return List.copyOf(firsts.values());
        });
    }

    /**
     * The first value in plan order that passes a rule; if none does, the merge fails and names the rule. The order is that
     * of the plan, never that of arrival: every subtask has ended before anything is merged.
     *
     * @param rule the rule in words, for the failure: {@code "an address has a house number"}
     */
    public static <O> Merger<O> firstGood(SubtaskType<?, O> type, String rule, Predicate<? super O> passes) {
        return (input, terms) -> {
            List<O> values = input.values(type);
            return Merged.of(values.stream()
                    .filter(passes)
                    .findFirst()
                    .orElseThrow(() -> new MergeFailedException("none of %d values of '%s' passes the rule '%s'"
                            .formatted(values.size(), type.name(), rule))));
        };
    }

    /**
     * A vote of what the subtasks of a type returned, with every candidate and its count; ties are shown. See {@link
     * Ballot} for weights, abstentions, a quorum, and mergers that answer with the winner alone.
     *
     * @param key values with equal keys are votes for the same candidate
     */
    public static <O> Ballot<O> vote(SubtaskType<?, O> type, Function<? super O, ?> key) {
        return new Ballot<>(type, key);
    }

    /**
     * The value for which more than half of the subtasks of a type voted that returned one; if there is none, as in a tie,
     * the merge fails. The same as {@link #vote vote(type, key)}.{@link Ballot#majority() majority()}.
     */
    public static <O> Merger<O> majority(SubtaskType<?, O> type, Function<? super O, ?> key) {
        return vote(type, key).majority();
    }

    /** As {@link #rankFusion(Function, Function, int)}, with the usual offset of 60. */
    public static <T> Merger<List<T>> rankFusion(
            Function<? super MergeInput, ? extends List<? extends List<T>>> lists, Function<? super T, ?> key) {
        return rankFusion(lists, key, RANK_OFFSET);
    }

    /**
     * Fuses ranked lists into one, best first: reciprocal-rank fusion. A value scores {@code 1 / (k + rank)} in each list
     * that has it, ranks counted from 1; of values with equal keys the first one met stands for all, and equal scores
     * keep the order in which they were met.
     *
     * @param lists selects the lists from the outcomes
     * @param k how little the first ranks count for more than the next, at least 1
     */
    public static <T> Merger<List<T>> rankFusion(
            Function<? super MergeInput, ? extends List<? extends List<T>>> lists, Function<? super T, ?> key, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1, not " + k);
        }
        return of(input -> RankFusion.of(lists.apply(input), key, k));
    }

    /** As {@link #synthesis(Class, Tier)}, on {@link Tier#MINI}: the default for a planned goal. */
    public static <R> ModelMerger<R> synthesis(Class<R> answer) {
        return synthesis(answer, Tier.MINI);
    }

    /**
     * Lets a model write the answer from the outcomes, with the passages on which it rests: the model names their
     * numbers, and the quotes are copied. Two calls at most;
     * how much of the outcomes it gets to read follows from the money that was set aside.
     *
     * @throws IllegalArgumentException if the answer cannot be expressed in a strict JSON schema
     */
    public static <R> ModelMerger<R> synthesis(Class<R> answer, Tier tier) {
        return synthesis(TypeRef.of(answer), tier);
    }

    /** As {@link #synthesis(Class, Tier)}, for an answer of a generic type. */
    public static <R> ModelMerger<R> synthesis(TypeRef<R> answer, Tier tier) {
        return ModelMerger.of(answer, tier);
    }

    /** As {@link #treeReduction(TypeRef, Tier)}, for an answer of a class. */
    public static <R> TreeReduction<R> treeReduction(Class<R> answer, Tier tier) {
        return treeReduction(TypeRef.of(answer), tier);
    }

    /**
     * Lets a model read all outcomes in as many calls as that takes, and write the answer from its notes: for more than a
     * context window. See {@link TreeReduction} for its money.
     *
     * @throws IllegalArgumentException if the answer cannot be expressed in a strict JSON schema
     */
    public static <R> TreeReduction<R> treeReduction(TypeRef<R> answer, Tier tier) {
        return TreeReduction.of(answer, tier);
    }

    /**
     * Lets a model choose the best of what the subtasks of a type returned, by a criterion. It sees all candidates whole, as
     * numbered JSON without their ids, and is asked twice, side by side: in an order that a digest of the candidates
     * decides, and in the reverse, because models prefer the first or the last. If both choices are the same, that
     * candidate is the answer. If they differ it is a tie: the answer is the one of both that is first in plan order, and
     * {@link Merged#notes()} names both. One candidate alone, or several equal ones, is the answer without a call.
     *
     * <p>Four calls at most, whose worst case is set aside; candidates that the model's window or that money does not bear
     * fail the merge before anything is sent. With a journal, a later session pays for no choice again.
     *
     * @param criterion the criterion in words, such as {@code "the summary names every party"}
     * @throws IllegalArgumentException if the criterion is blank
     */
    public static <O> Merger<O> bestOf(SubtaskType<?, O> type, Tier judge, String criterion) {
        return new BestOf<>(type, judge, criterion);
    }
}
