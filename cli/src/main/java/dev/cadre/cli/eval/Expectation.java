// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.eval;

import dev.cadre.cli.bulk.BulkTask;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.Match;
import dev.cadre.json.Json;
import dev.cadre.redact.Redactor;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the answers of lines are, and how answers of a model are compared with them. Immutable. */
public final class Expectation {
    /** The form that an answer of a line must have: it may leave out what is not compared. */
    private final JsonType<Json.Obj> form;

    private final String wrapping;
    private final Match match;

    private Expectation(JsonType<Json.Obj> form, String wrapping, Match match) {
        this.form = form;
        this.wrapping = wrapping;
        this.match = match;
    }

    /** Every line has one of the labels of a task. */
    public static Expectation label(BulkTask task) {
        return new Expectation(task.type().outputType(), BulkTask.LABEL, Match.exact());
    }

    /** Every line has the value of one field of the task's answers. */
    public static Expectation field(BulkTask task, String field, Match match) {
        return new Expectation(of(task, Set.of(field)), field, Match.fields(Map.of(field, match)));
    }

    /** Every line has a whole answer of the task, or as much of it as is compared. */
    public static Expectation answer(BulkTask task, Match match) {
        Set<String> compared = match.fieldNames();
        return new Expectation(compared.isEmpty() ? task.type().outputType() : of(task, compared), "", match);
    }

    /** The fields of the task's answers. */
    public static Set<String> fields(BulkTask task) {
        return schema(task).object("properties").fields().keySet();
    }

    /** How answers are compared. */
    public Match match() {
        return match;
    }

    private static Json.Obj schema(BulkTask task) {
        return (Json.Obj) Json.parse(task.type().outputType().schema());
    }

    private static JsonType<Json.Obj> of(BulkTask task, Set<String> fields) {
        Json.Obj whole = schema(task);
        var kept = new LinkedHashMap<String, Json>();
        whole.object("properties").fields().forEach((name, value) -> {
            if (fields.contains(name)) {
                kept.put(name, value);
            }
        });
        return JsonType.ofSchema(whole.with("properties", new Json.Obj(kept))
                .with("required", Json.strings(kept.keySet()))
                .write());
    }

    /**
     * The examples of the lines.
     *
     * @param field the field of a line that has the answer
     * @throws BadLinesException if an answer does not have the form of the task
     */
    public List<EvalExample<Json, Json.Obj>> examples(List<LabelledLine> lines, String field) throws BadLinesException {
        var examples = new ArrayList<EvalExample<Json, Json.Obj>>();
        var faults = new ArrayList<String>();
        for (LabelledLine line : lines) {
            try {
                examples.add(new EvalExample<>(line.name(), line.input(), form.read(expected(line.answer()))));
            } catch (JsonMismatchException e) {
                faults.add("%s: \"%s\" is %s, which is no answer: %s"
                        .formatted(
                                line.name(),
                                field,
                                Redactor.SHAPES.quote(line.answer().write()),
                                Redactor.SHAPES.quote(String.valueOf(e.getMessage()))));
            }
        }
        if (!faults.isEmpty()) {
            throw new BadLinesException(faults);
        }
        return examples;
    }

    private Json expected(Json answer) {
        if (!wrapping.isEmpty()) {
            return Json.obj().with(wrapping, answer);
        }
        if (!(answer instanceof Json.Obj object) || match.fieldNames().isEmpty()) {
            return answer;
        }
        var kept = new LinkedHashMap<>(object.fields());
        kept.keySet().retainAll(match.fieldNames());
        return new Json.Obj(kept);
    }
}
