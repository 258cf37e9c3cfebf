// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.record.RunIdentity;
import dev.cadre.schema.JsonType;
import dev.cadre.task.TypeRef;

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

    private Goal(String text, String context, TypeRef<R> answer, Merger<R> merger) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the goal is blank");
        }
        this.text = text;
        this.context = context;
        this.answer = answer;
        this.merger = merger;
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
        return new Goal<>(text, "", answer, Mergers.synthesis(answer, Tier.MINI));
    }

    /** Adds what the planner and a model merger should know besides; default empty. */
    public Goal<R> withContext(String about) {
        return new Goal<>(text, about, answer, merger);
    }

    /** Merges the outcomes in another way. */
    public Goal<R> mergedBy(Merger<R> other) {
        return new Goal<>(text, context, answer, other);
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

    /** What makes the answer of the outcomes. */
    public Merger<R> merger() {
        return merger;
    }
}
