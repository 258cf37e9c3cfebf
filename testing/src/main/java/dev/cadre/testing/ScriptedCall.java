// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import java.util.List;

/** A call that a {@link ScriptedModel} received. */
public record ScriptedCall(ModelRequest request, CallPurpose purpose) {

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
