// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a rung has to do: one subtask, or one item of it, on one tier. Immutable.
 *
 * @param type the kind of work
 * @param input an instance of the type's input
 * @param subtaskId the subtask, with {@code #index} for an item
 * @param tier the tier that is asked; ignored for plain code
 * @param evidence what the cheaper tier answered and why it was not accepted, as in {@link RungEnd.Rejected}; empty if
 *     there is none
 * @param attached the pictures and files that go with the input; null if they are yet to be made
 */
public record RungTask(
        SubtaskType<?, ?> type,
        Object input,
        String subtaskId,
        Tier tier,
        String evidence,
        @Nullable Attached attached) {

    /** Work whose attachments are yet to be made. */
    public RungTask(SubtaskType<?, ?> type, Object input, String subtaskId, Tier tier, String evidence) {
        this(type, input, subtaskId, tier, evidence, null);
    }

    /** Whether a cheaper tier has tried before. */
    public boolean isEscalated() {
        return !evidence.isEmpty();
    }

    /** The first rung of a subtask: nobody has tried before. */
    public static RungTask first(SubtaskType<?, ?> type, Object input, String subtaskId, Tier tier) {
        return new RungTask(type, input, subtaskId, tier, "");
    }

    /** The same work on a dearer tier, which is shown what this one answered. */
    public RungTask escalatedTo(Tier dearer, String evidence) {
        return new RungTask(type, input, subtaskId, dearer, evidence, attached);
    }

    /** The same work with what was made for it. */
    public RungTask with(Attached made) {
        return new RungTask(type, input, subtaskId, tier, evidence, made);
    }

    /**
     * The input as JSON, with the bytes of its attachments: for digests, and for nobody to read.
     *
     * @throws JsonException if the input is no instance of the type's input, or cannot be written
     */
    public String inputJson() {
        return write(type.inputType());
    }

    /**
     * The input as JSON with marks in the places of its attachments.
     *
     * @throws JsonException as {@link #inputJson}
     */
    public String markedInput() {
        return marked(type.inputType()).json().write();
    }

    /**
     * The input as its model reads it: with references in the places of what it reads by range.
     *
     * @throws JsonException as {@link #inputJson}
     */
    String shownInput() {
        return type.work() instanceof Work.Model<?, ?> model
                        && !model.artifacts().isNone()
                ? model.artifacts().shownInput()
                : markedInput();
    }

    /**
     * The pictures and files that go with the input; may block if they are yet to be made.
     *
     * @throws JsonException if they cannot be made
     */
    List<Attachment> attachments() {
        return switch (made()) {
            case Attached.Made(List<Attachment> made) -> made;
            case Attached.Unmade(Failure failure) -> throw new UnattachableException(failure);
        };
    }

    /** The same as they came of the user's code, which is asked unless it was. */
    Attached made() {
        return attached == null ? Attached.of(type, input) : attached;
    }

    /** The rule of the type that does not accept an output; empty if all do, one is broken, or it is no output of the type. */
    public Optional<String> objection(Object output) {
        return type.outputType().rawType().isInstance(output)
                ? Acceptances.broken(this, output)
                        .filter(failure -> failure.kind() == Failure.Kind.NOT_ACCEPTED)
                        .map(Failure::message)
                : Optional.empty();
    }

    private <I> String write(JsonType<I> form) {
        return form.write(typed(form));
    }

    private <I> Marked marked(JsonType<I> form) {
        return Marked.of(form, typed(form));
    }

    private <I> I typed(JsonType<I> form) {
        if (!form.rawType().isInstance(input)) {
            throw new JsonException("the input of '%s' must be a %s, not a %s"
                    .formatted(
                            type.name(),
                            form.rawType().getName(),
                            input.getClass().getName()));
        }
        return form.rawType().cast(input);
    }
}
