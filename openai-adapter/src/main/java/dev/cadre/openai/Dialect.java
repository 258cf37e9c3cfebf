// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How requests are written for one model of a server.
 *
 * @param api the API and the name of its cap
 * @param refused the parameters that are left out
 * @param form how the server is asked for an answer of a JSON schema
 * @param notes what was adapted beside parameters and form, for each reply
 */
record Dialect(Api api, Set<OptionalParameter> refused, AnswerForm form, List<String> notes) {
    Dialect {
        refused = Set.copyOf(refused);
        notes = List.copyOf(notes);
    }

    /** Requests by the book. */
    static Dialect of(Api api) {
        return of(api, AnswerForm.SHOWN);
    }

    /** Requests by the book but for the form of answers. */
    static Dialect of(Api api, AnswerForm form) {
        return new Dialect(api, Set.of(), form, List.of());
    }

    Dialect with(Api other, String note) {
        var more = new ArrayList<>(notes);
        more.remove(note);
        more.add(note);
        return new Dialect(other, refused, form, more);
    }

    /** The Responses API again, if it was left with this note. */
    Dialect back(String note) {
        return notes.contains(note)
                ? new Dialect(
                        Api.RESPONSES,
                        refused,
                        form,
                        notes.stream().filter(each -> !each.equals(note)).toList())
                : this;
    }

    Dialect without(OptionalParameter parameter) {
        var more = EnumSet.of(parameter);
        more.addAll(refused);
        return new Dialect(api, more, form, notes);
    }

    Dialect with(AnswerForm weaker) {
        return new Dialect(api, refused, weaker, notes);
    }

    /** The request with everything in its place that stands in its texts. */
    ModelRequest apply(ModelRequest request) {
        return form.apply(request);
    }

    boolean isPlain() {
        return refused.isEmpty() && form.hasSchema();
    }

    /** Makes of a body by the book, of the {@linkplain #apply(ModelRequest) applied} request, one of this dialect. */
    void apply(ObjectNode body, ModelRequest request) {
        form.apply(body, api, request);
        refused.forEach(parameter -> parameter.removeFrom(body));
    }

    /** What the reply to a request notes. */
    List<String> notesOn(ModelRequest request) {
        var all = new ArrayList<>(notes);
        if (!refused.isEmpty()) {
            all.add("the server refuses these parameters, which were left out: "
                    + refused.stream().sorted().map(OptionalParameter::wireName).collect(Collectors.joining(", ")));
        }
        if (!form.note().isEmpty() && request.output() instanceof OutputFormat.JsonSchema) {
            all.add(form.note());
        }
        return all;
    }
}
