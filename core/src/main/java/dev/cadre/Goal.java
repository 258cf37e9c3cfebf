// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.plan.GoalInput;
import dev.cadre.record.RunIdentity;
import dev.cadre.schema.JsonType;
import dev.cadre.task.TypeRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What the caller wants: text, context, the Java type of the answer, and the inputs that subtasks work on. Immutable.
 *
 * @param <R> the answer
 */
public final class Goal<R> {
    private final String text;
    private final String context;
    private final TypeRef<R> answer;
    private final Merger<R> merger;
    private final List<Rule<R>> rules;
    private final List<GoalInput> inputs;
    private final List<Attachment> attachments;

    private Goal(
            String text,
            String context,
            TypeRef<R> answer,
            Merger<R> merger,
            List<Rule<R>> rules,
            List<GoalInput> inputs,
            List<Attachment> attachments) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the goal is blank");
        }
        this.text = text;
        this.context = context;
        this.answer = answer;
        this.merger = merger;
        this.rules = List.copyOf(rules);
        this.inputs = List.copyOf(inputs);
        this.attachments = List.copyOf(attachments);
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
        return new Goal<>(text, "", answer, Mergers.synthesis(answer, Tier.MINI), List.of(), List.of(), List.of());
    }

    /** Adds what the planner and a model merger should know besides; default empty. */
    public Goal<R> withContext(String about) {
        return new Goal<>(text, about, answer, merger, rules, inputs, attachments);
    }

    /**
     * Adds a value that subtasks are wired to by its name, as to the output of a subtask; default none. It goes to the
     * workers whose input refers to it and to nobody else: the planner is shown the form of the type and the size of the
     * value, the merger nothing. A list of it fans out like that of an output, and counts exactly in a preview.
     *
     * <p>Name, type and value are part of what makes two runs sessions of the same one. The value is written down here: later
     * changes of a mutable object have no effect.
     *
     * @param name 1 to 64 letters, digits, {@code _ . -}; no other input has it, in whatever case, and no subtask of the plan
     * @throws IllegalArgumentException if the name is none or taken, the type cannot be expressed in a strict JSON schema, the
     *     value does not fit it, or the goal would have more than {@value GoalInput#MAX_INPUTS} inputs or more than
     *     {@value GoalInput#MAX_BYTES} bytes of JSON in them
     */
    public <T> Goal<R> with(String name, Class<T> type, T value) {
        return with(name, TypeRef.of(type), value);
    }

    /** As {@link #with(String, Class, Object)}, with a generic type: {@code with("notes", new TypeRef<List<Note>>() {}, notes)}. */
    public <T> Goal<R> with(String name, TypeRef<T> type, T value) {
        var added = new ArrayList<>(inputs);
        added.add(GoalInput.of(name, type, value));
        GoalInput.requireTogether(added);
        return new Goal<>(text, context, answer, merger, rules, added, attachments);
    }

    /**
     * Shows the planner pictures and files, such as the drawing that the goal is about; default none. They are sent with each
     * call of the planner, reserved at the most tokens that its model makes of them, and are part of the floor of the run
     * and of what makes two runs sessions of the same one. Workers and the merger do not see them: a worker gets pictures
     * and files by {@link dev.cadre.task.SubtaskType#attaching}.
     *
     * <p>A run fails as {@link dev.cadre.task.RunFailure.Kind#PLANNER_FAILED} before it spends anything if the model of the
     * planner sees no pictures, or the tokens of one have no known bound.
     */
    public Goal<R> attaching(Attachment... shown) {
        var added = new ArrayList<>(attachments);
        added.addAll(List.of(shown));
        return new Goal<>(text, context, answer, merger, rules, inputs, added);
    }

    /** Merges the outcomes in another way. */
    public Goal<R> mergedBy(Merger<R> other) {
        return new Goal<>(text, context, answer, other, rules, inputs, attachments);
    }

    /**
     * Adds a rule that the merged answer must pass; default none. An answer that does not is planned again, as often as
     * {@link Coordinator.Builder#replanning} allows; then the run is partial, and the rule is among what is missing. A rule
     * that throws, or does not end in time, judges nothing: the run is partial at once, and the answer stands. The rule runs on a platform thread.
     *
     * @param rule what the rule says, in words: the planner reads them
     */
    public Goal<R> accept(String rule, Predicate<? super R> test) {
        var more = new ArrayList<>(rules);
        more.add(new Rule<>(rule, test));
        return new Goal<>(text, context, answer, merger, more, inputs, attachments);
    }

    /** What is wanted. */
    public String text() {
        return text;
    }

    /** What the planner and the merger should know besides; empty if nothing. */
    public String context() {
        return context;
    }

    /** The values that subtasks are wired to by name, in the order in which they were added. */
    public List<GoalInput> inputs() {
        return inputs;
    }

    /** What the planner is shown besides text, in the order in which it was added. */
    public List<Attachment> attachments() {
        return attachments;
    }

    RunIdentity.Asked asked() {
        return new RunIdentity.Asked(text, context, answerType(), inputs, attachments);
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
    record Rule<R>(String rule, Predicate<? super R> test) {
        Rule {
            Objects.requireNonNull(rule, "a rule needs words");
            Objects.requireNonNull(test, () -> "the test of the rule '%s' is null".formatted(rule));
        }
    }

    /** What makes the answer of the outcomes. */
    public Merger<R> merger() {
        return merger;
    }
}
