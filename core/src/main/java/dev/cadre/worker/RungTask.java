// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.json.JsonType;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.List;

/**
 * What a rung has to do: one subtask, or one item of it, on one tier. Immutable.
 *
 * @param type the kind of work
 * @param input an instance of the type's input
 * @param subtaskId the subtask, with {@code #index} for an item
 * @param tier the tier that is asked; ignored for plain code
 * @param escalated whether a cheaper tier has tried before
 * @param evidence what the cheaper tier answered and why it was not accepted, as in {@link RungEnd.Rejected}; empty if
 *     there is none
 */
public record RungTask(
        SubtaskType<?, ?> type, Object input, String subtaskId, Tier tier, boolean escalated, String evidence) {

    /** The first rung of a subtask: nobody has tried before. */
    public static RungTask first(SubtaskType<?, ?> type, Object input, String subtaskId, Tier tier) {
        return new RungTask(type, input, subtaskId, tier, false, "");
    }

    /** The same work on a dearer tier, which is shown what this one answered. */
    public RungTask escalatedTo(Tier dearer, String evidence) {
        return new RungTask(type, input, subtaskId, dearer, true, evidence);
    }

    /**
     * The input as canonical JSON.
     *
     * @throws JsonException if the input is no instance of the type's input, or cannot be written
     */
    public String inputJson() {
        return write(type.inputType());
    }

    /**
     * The pictures and files that go with the input; may block.
     *
     * @throws JsonException if they cannot be made
     */
    List<Attachment> attachments() {
        return attachments(type);
    }

    private <I> List<Attachment> attachments(SubtaskType<I, ?> of) {
        if (!(of.work() instanceof Work.Model<I, ?> work)) {
            return List.of();
        }
        try {
            return work.attachments(of.input().cast(input));
        } catch (Throwable thrown) {
            throw new UnattachableException(type.name(), thrown);
        }
    }

    private <I> String write(JsonType<I> form) {
        if (!form.rawType().isInstance(input)) {
            throw new JsonException("the input of '%s' must be a %s, not a %s"
                    .formatted(
                            type.name(),
                            form.rawType().getName(),
                            input.getClass().getName()));
        }
        return form.write(form.rawType().cast(input));
    }
}
