// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;

/**
 * What must hold of the output of another subtask for a planned one to be run. Nothing about it has been checked.
 *
 * @param from the id of the subtask that decides
 * @param field the field of its output
 * @param is the JSON text of the value that the field must have: a boolean, or the name of an enum constant
 */
public record PlannedCondition(String from, String field, String is) {
    private static final String IS = "is";

    Json write() {
        return Json.obj()
                .with(PlannedJson.FROM, from)
                .with(PlannedJson.FIELD, field)
                .with(IS, Json.parse(is));
    }

    static PlannedCondition read(Json.Obj json) {
        return new PlannedCondition(
                json.string(PlannedJson.FROM),
                json.string(PlannedJson.FIELD),
                json.at(IS)
                        .orElseThrow(() -> new JsonException("$.%s.%s is missing".formatted(PlannedJson.WHEN, IS)))
                        .write());
    }

    /** The schema of a condition on one of these fields, with one of these constants. */
    static Json.Obj properties(Json field, Json is) {
        return Json.obj()
                .with(PlannedJson.FROM, Json.obj().with("type", "string"))
                .with(PlannedJson.FIELD, field)
                .with(IS, is);
    }

    /** {@code urgent is true}. */
    String says() {
        return "%s is %s".formatted(field, is);
    }
}
