// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.plan.EarlierRun;
import dev.cadre.plan.GoalInput;
import dev.cadre.record.RunIdentity;
import dev.cadre.schema.JsonType;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TypeRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
    private final Given given;
    private final Optional<Origin> origin;

    /**
     * The way in which a goal was made, for whoever is to make the same one elsewhere.
     *
     * @param goal the name of the {@link NamedGoal}
     * @param version its version
     * @param input the input that it was made of, as JSON
     */
    public record Origin(String goal, int version, String input) {}

    /**
     * What comes with the text: values for the subtasks, attachments for the planner, and the runs that it follows.
     *
     * @param keptAbove the bytes above which a value that is given by {@link Goal#with} is read by range; the longest of all
     *     numbers for never
     */
    private record Given(
            List<GoalInput> inputs, long keptAbove, List<Attachment> attachments, List<EarlierRun> earlier) {
        static final Given NOTHING = new Given(List.of(), Long.MAX_VALUE, List.of(), List.of());

        Given {
            inputs = List.copyOf(inputs);
            attachments = List.copyOf(attachments);
            earlier = List.copyOf(earlier);
        }

        /** Whether an input is what a run returned. */
        boolean isBrought(GoalInput input) {
            return earlier.stream()
                    .anyMatch(run -> (run.hasAnswer() && input.name().equals(run.name()))
                            || run.brought().stream()
                                    .anyMatch(each -> each.input().equals(input.name())));
        }
    }

    private Goal(String text, String context, TypeRef<R> answer, Merger<R> merger, List<Rule<R>> rules, Given given) {
        this(text, context, answer, merger, rules, given, Optional.empty());
    }

    private Goal(
            String text,
            String context,
            TypeRef<R> answer,
            Merger<R> merger,
            List<Rule<R>> rules,
            Given given,
            Optional<Origin> origin) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the goal is blank");
        }
        this.text = text;
        this.context = context;
        this.answer = answer;
        this.merger = merger;
        this.rules = List.copyOf(rules);
        this.given = given;
        this.origin = origin;
    }

    /**
     * A goal whose outcomes a model merges into the answer, on tier MINI.
     *
     * @throws IllegalArgumentException if the text is blank, or the type cannot be expressed in a strict JSON schema, or holds
     *     an {@link Attachment}
     */
    public static <R> Goal<R> of(String text, Class<R> answer) {
        return of(text, TypeRef.of(answer));
    }

    /** As {@link #of(String, Class)}, with a generic type: {@code Goal.of(text, new TypeRef<List<Note>>() {})}. */
    public static <R> Goal<R> of(String text, TypeRef<R> answer) {
        return new Goal<>(text, "", answer, Mergers.synthesis(answer, Tier.MINI), List.of(), Given.NOTHING);
    }

    /** Adds what the planner and a model merger should know besides; default empty. */
    public Goal<R> withContext(String about) {
        return new Goal<>(text, about, answer, merger, rules, given);
    }

    /**
     * Adds a value that subtasks are wired to by its name, as to the output of a subtask; default none. It goes to the
     * workers whose input refers to it and to nobody else: the planner is shown the form of the type and the size of the
     * value, the merger nothing. A list of it fans out like that of an output, and counts exactly in a preview. It may be or
     * hold an {@link Attachment}, of which the planner is shown kind, size and name of the file.
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
        var added = new ArrayList<>(given.inputs());
        added.add(GoalInput.of(name, type, value).keepingAbove(given.keptAbove()));
        GoalInput.requireTogether(added);
        return with(new Given(added, given.keptAbove(), given.attachments(), given.earlier()));
    }

    /**
     * Keeps inputs of more than so many bytes, of a text in UTF-8, of any other value as JSON, out of prompts: those that {@link #with} adds, before and after this. A
     * model that works on such an input, or on a part of it that is as long, such as an item of a list, is given its name,
     * size, form and first lines instead, with a tool {@code read_artifact} that reads the rest by range, as {@link
     * SubtaskType#keepingAbove} does it for outputs. Plain code has it whole; pictures and files are shown as
     * ever. What an {@linkplain #following earlier run} returned is kept as its type there keeps it, whatever is said here.
     * Default: every input is sent in full.
     *
     * <p>It is no part of what makes two runs sessions of the same one. If it changes between sessions, those subtasks are
     * done again whose models are shown something else.
     *
     * @param bytes at least {@value SubtaskType#LEAST_KEPT_BYTES}: a reference has some hundred bytes itself
     * @throws IllegalArgumentException if it is less
     */
    public Goal<R> keepingInputsAbove(long bytes) {
        if (bytes < SubtaskType.LEAST_KEPT_BYTES) {
            throw new IllegalArgumentException("inputs can be kept above %d bytes or more, not above %d"
                    .formatted(SubtaskType.LEAST_KEPT_BYTES, bytes));
        }
        List<GoalInput> inputs = given.inputs().stream()
                .map(input -> given.isBrought(input) ? input : input.keepingAbove(bytes))
                .toList();
        return with(new Given(inputs, bytes, given.attachments(), given.earlier()));
    }

    private Goal<R> with(Given other) {
        return new Goal<>(text, context, answer, merger, rules, other);
    }

    /**
     * Lets the goal start from a finished run: complete, partial, or without an answer but with outcomes. Its answer becomes
     * the input {@code name}, and each outcome that succeeded the input {@code name.id} with the id of its subtask; of a
     * fan-out, the list of the values of those items that succeeded. Subtasks are wired to them as to any
     * {@linkplain #with input}, whatever types the coordinator of this goal has, and nothing of them is paid again.
     *
     * <p>The planner is told what was asked, the answer, cut with a mark if it is long, which subtask each input comes from,
     * and what did not succeed. It may be called for several runs, oldest first.
     *
     * <p>Inputs and what was asked are part of what makes two runs sessions of the same one: if an earlier answer has
     * changed, this is another run.
     *
     * @param name 1 to {@value EarlierRun#MAX_NAME_CHARS} letters, digits, {@code _ . -}; tells the runs apart that a goal
     *     follows. An id that would make a name too long, or one that differs from another in its case alone, is cut and has
     *     a digest at its end
     * @throws IllegalArgumentException if the name is none or taken; if the goal would have more inputs than
     *     {@link GoalInput} allows: then {@linkplain #following(String, RunResult, Collection) choose} among the outcomes; if a
     *     value does not fit its type; or if no run returned the result
     */
    public Goal<R> following(String name, RunResult<?> earlier) {
        return following(EarlierResult.all(name, earlier));
    }

    /**
     * As {@link #following(String, RunResult)}, with these outcomes alone, besides the answer.
     *
     * @param subtaskIds subtasks of the run that succeeded; none for its answer alone
     */
    public Goal<R> following(String name, RunResult<?> earlier, Collection<String> subtaskIds) {
        return following(EarlierResult.of(name, earlier, subtaskIds));
    }

    private Goal<R> following(EarlierResult result) {
        String name = result.run().name();
        if (given.earlier().stream().anyMatch(run -> run.name().equalsIgnoreCase(name))) {
            throw new IllegalArgumentException("the goal follows a run named '%s' already".formatted(name));
        }
        if (given.earlier().size() == GoalInput.MAX_INPUTS) {
            throw new IllegalArgumentException("a goal may follow %d runs, not more".formatted(GoalInput.MAX_INPUTS));
        }
        var inputs = new ArrayList<>(given.inputs());
        inputs.addAll(result.inputs());
        try {
            GoalInput.requireTogether(inputs);
        } catch (IllegalArgumentException tooMuch) {
            throw new IllegalArgumentException(
                    "not all that '%s' returned can be inputs: %s; choose from its outcomes %s with following(name, result, ids)"
                            .formatted(name, tooMuch.getMessage(), result.subtasks()),
                    tooMuch);
        }
        var earlier = new ArrayList<>(given.earlier());
        earlier.add(result.run());
        return with(new Given(inputs, given.keptAbove(), given.attachments(), earlier));
    }

    /**
     * Shows the planner pictures and files, such as the drawing that the goal is about; default none. They are sent with each
     * call of the planner, reserved at the most tokens that its model makes of them, and are part of the floor of the run
     * and of what makes two runs sessions of the same one. Workers and the merger do not see them: a worker gets pictures
     * and files by {@link #with} and by {@link SubtaskType#attaching}.
     *
     * <p>A run fails as {@link dev.cadre.task.RunFailure.Kind#PLANNER_FAILED} before it spends anything if the model of the
     * planner sees no pictures, or the tokens of one have no known bound.
     */
    public Goal<R> attaching(Attachment... shown) {
        var added = new ArrayList<>(given.attachments());
        added.addAll(List.of(shown));
        return with(new Given(given.inputs(), given.keptAbove(), added, given.earlier()));
    }

    /** Merges the outcomes in another way. */
    public Goal<R> mergedBy(Merger<R> other) {
        return new Goal<>(text, context, answer, other, rules, given);
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
        return new Goal<>(text, context, answer, merger, more, given);
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
        return given.inputs();
    }

    /** What the planner is shown besides text, in the order in which it was added. */
    public List<Attachment> attachments() {
        return given.attachments();
    }

    /** The finished runs that the goal follows, oldest first. */
    public List<EarlierRun> earlier() {
        return given.earlier();
    }

    /** The way in which it was made; empty unless it is just as a {@link NamedGoal} has made it. */
    public Optional<Origin> origin() {
        return origin;
    }

    Goal<R> madeBy(Origin named) {
        return new Goal<>(text, context, answer, merger, rules, given, Optional.of(named));
    }

    RunIdentity.Asked asked() {
        return new RunIdentity.Asked(text, context, answerType(), inputs(), attachments(), earlier());
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
