// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.schema.Marked;
import dev.cadre.task.SubtaskType;
import java.util.List;

/** A call that a {@link ScriptedModel} received. */
public record ScriptedCall(ModelRequest request, CallPurpose purpose) {

    /**
     * The input of the subtask that made the call, such as for {@link Script#answers}.
     *
     * @param type the type of the subtask
     * @throws IllegalArgumentException if the call is for another type, or for a planner or merger
     */
    public <I> I input(SubtaskType<I, ?> type) {
        if (!purpose.subtaskType().equals(type.name())) {
            throw new IllegalArgumentException("the input of '%s' was asked of a call for '%s': %s"
                    .formatted(type.name(), purpose.subtaskType(), this));
        }
        return Marked.restored(type.inputType(), input(), request.attachments());
    }

    /** What scripts are compared with: the type and the input. */
    Json subject() {
        return subject(purpose.subtaskType(), purpose.input());
    }

    static Json subject(String type, String input) {
        return Json.obj().with("type", type).with("input", tree(input));
    }

    /** Whether these attachments go before any others. */
    boolean hasFirst(List<Attachment> wanted) {
        List<Attachment> sent = request.attachments();
        return sent.size() >= wanted.size() && sent.subList(0, wanted.size()).equals(wanted);
    }

    /** The input, as text if it is no JSON. */
    Json input() {
        return tree(purpose.input());
    }

    static Json tree(String input) {
        try {
            return Json.parse(input);
        } catch (JsonException e) {
            return new Json.Str(input); // a goal
        }
    }

    @Override
    public String toString() {
        return "%s %s %s on %s".formatted(purpose.kind(), purpose.subtaskType(), purpose.input(), request.model());
    }
}
