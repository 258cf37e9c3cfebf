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
 * @param efforts what is sent of an effort of reasoning
 * @param form how the server is asked for an answer of a JSON schema
 * @param formBesideTools the same where tools are offered, if that is weaker
 * @param notes what was adapted beside these, for each reply
 */
record Dialect(
        Api api,
        Set<OptionalParameter> refused,
        Efforts efforts,
        AnswerForm form,
        AnswerForm formBesideTools,
        List<String> notes) {
    /** What a reply notes that was asked for without a form because of tools. */
    static final String BESIDE_TOOLS = "the server takes no form for the answer beside tools: it was written into"
            + " the instructions while tools were offered";

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
        return new Dialect(api, Set.of(), Efforts.ALL, form, form, List.of());
    }

    Dialect with(Api other, String note) {
        var more = new ArrayList<>(notes);
        more.remove(note);
        more.add(note);
        return new Dialect(other, refused, efforts, form, formBesideTools, more);
    }

    /** The same in the Responses API, less the note that says why it was left. */
    Dialect inResponsesWithout(String note) {
        return new Dialect(
                Api.RESPONSES,
                refused,
                efforts,
                form,
                formBesideTools,
                notes.stream().filter(each -> !each.equals(note)).toList());
    }

    Dialect without(OptionalParameter parameter) {
        var more = EnumSet.of(parameter);
        more.addAll(refused);
        return new Dialect(api, more, efforts, form, formBesideTools, notes);
    }

    Dialect with(AnswerForm weaker) {
        return new Dialect(api, refused, efforts, weaker, formBesideTools, notes);
    }

    Dialect with(Efforts others) {
        return new Dialect(api, refused, others, form, formBesideTools, notes);
    }

    /** The form in the prompt wherever tools are offered. */
    Dialect withoutFormBesideTools() {
        return new Dialect(api, refused, efforts, form, AnswerForm.PROMPT, notes);
    }

    /** Whether a reply is asked for as a stream. */
    boolean isStreamed(boolean wantsText) {
        return (wantsText || streamsOnly()) && !refused.contains(OptionalParameter.STREAM);
    }

    /** Whether a whole reply is refused. */
    boolean streamsOnly() {
        return refused.contains(OptionalParameter.WHOLE_REPLY);
    }

    /** How an answer to a request is asked for. */
    AnswerForm formOf(ModelRequest request) {
        boolean isWeaker = !request.tools().isEmpty() && formBesideTools.compareTo(form) > 0;
        return isWeaker ? formBesideTools : form;
    }

    /** The request with everything in its place that stands in its texts. */
    ModelRequest apply(ModelRequest request) {
        return efforts.apply(formOf(request).apply(request));
    }

    boolean isPlain() {
        return refused.isEmpty() && form.hasSchema() && efforts.areAllTaken();
    }

    /** Makes of a body by the book, of the {@linkplain #apply(ModelRequest) applied} request, one of this dialect. */
    void apply(ObjectNode body, ModelRequest request) {
        formOf(request).apply(body, api, request);
        efforts.apply(body, request);
        refused.stream().sorted().forEach(parameter -> parameter.removeFrom(body));
    }

    /** What the reply to a request notes. */
    List<String> notesOn(ModelRequest request) {
        var all = new ArrayList<>(notes);
        String leftOut = refused.stream()
                .filter(parameter -> parameter.instead().isEmpty())
                .sorted()
                .map(OptionalParameter::wireName)
                .collect(Collectors.joining(", "));
        if (!leftOut.isEmpty()) {
            all.add("the server refuses these parameters, which were left out: " + leftOut);
        }
        refused.stream()
                .filter(parameter -> !parameter.instead().isEmpty() && parameter.isIn(request))
                .sorted()
                .map(OptionalParameter::instead)
                .forEach(all::add);
        String effort = efforts.note(request);
        if (!effort.isEmpty()) {
            all.add(effort);
        }
        AnswerForm asked = formOf(request);
        if (!asked.note().isEmpty() && request.output() instanceof OutputFormat.JsonSchema) {
            all.add(asked == form ? asked.note() : BESIDE_TOOLS);
        }
        return all;
    }
}
