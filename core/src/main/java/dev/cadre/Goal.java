// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.record.RunIdentity;
import dev.cadre.schema.JsonType;
import dev.cadre.task.TypeRef;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the caller wants: text, context, and the Java type of the answer. Immutable.
 *
 * @param <R> the answer
 */
public final class Goal<R> {
    private final String text;
    private final String context;
    private final TypeRef<R> answer;
    private final Merger<R> merger;
    private final List<Rule<R>> rules;

    private Goal(String text, String context, TypeRef<R> answer, Merger<R> merger, List<Rule<R>> rules) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the goal is blank");
        }
        this.text = text;
        this.context = context;
        this.answer = answer;
        this.merger = merger;
        this.rules = List.copyOf(rules);
    }

    /**
     * A goal whose outcomes a model merges into the answer, on tier MINI.
     *
     * @throws IllegalArgumentException if the text is blank, or the type cannot be expressed in a strict JSON schema
     */
    public static <R> Goal<R> of(String text, Class<R> answer) {
        return of(text, TypeRef.of(answer));
    }

    /** As {@link #of(String, Class)}, with a generic type: {@code Goal.of(text, new TypeRef<List<Note>>() {})}. */
    public static <R> Goal<R> of(String text, TypeRef<R> answer) {
        return new Goal<>(text, "", answer, Mergers.synthesis(answer, Tier.MINI), List.of());
    }

    /** Adds what the planner and a model merger should know besides; default empty. */
    public Goal<R> withContext(String about) {
        return new Goal<>(text, about, answer, merger, rules);
    }

    /** Merges the outcomes in another way. */
    public Goal<R> mergedBy(Merger<R> other) {
        return new Goal<>(text, context, answer, other, rules);
    }

    /**
     * Adds a rule that the merged answer must pass; default none. An answer that does not is planned again, as often as
     * {@link Coordinator.Builder#replanning} allows; then the run is partial, and the rule is among what is missing. A rule
     * that throws, or does not end in time, judges nothing: the run is partial at once. The rule runs on a platform thread.
     *
     * @param rule what the rule says, in words: the planner reads them
     */
    public Goal<R> accept(String rule, Predicate<? super R> test) {
        var more = new ArrayList<>(rules);
        more.add(new Rule<>(rule, test));
        return new Goal<>(text, context, answer, merger, more);
    }

    /** What is wanted. */
    public String text() {
        return text;
    }

    /** What the planner and the merger should know besides; empty if nothing. */
    public String context() {
        return context;
    }

    RunIdentity.Asked asked() {
        return new RunIdentity.Asked(text, context, answerType());
    }

    /** The type of the answer. */
    public TypeRef<R> answer() {
        return answer;
    }

    @SuppressWarnings("unchecked") // a reference stands for its type
    JsonType<R> answerType() {
        return (JsonType<R>) JsonType.of(answer.type());
    }

    /** The rules that an answer must pass, in the order in which they are asked. */
    List<Rule<R>> rules() {
        return rules;
    }

    /** A rule that an answer must pass. */
    record Rule<R>(String rule, Predicate<? super R> test) {}

    /** What makes the answer of the outcomes. */
    public Merger<R> merger() {
        return merger;
    }
}
