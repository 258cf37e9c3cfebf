// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.SchemaDefinitions;
import dev.cadre.task.SubtaskType;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The strict schema of a plan: one branch for each registered type.
 *
 * <p>Type and id come first, so that a model that writes by the schema chooses the branch before the rest, and the rest
 * can be checked as soon as it is there. A component is {@code null} where it is wired.
 */
final class PlanSchema {
    static final String NAME = "plan";

    private final SchemaDefinitions definitions = new SchemaDefinitions();

    private PlanSchema() {}

    static String of(List<SubtaskType<?, ?>> types) {
        return new PlanSchema().document(types).write();
    }

    private Json.Obj document(List<SubtaskType<?, ?>> types) {
        var branches = types.stream().<Json>map(this::branch).toList();
        var subtask = Json.obj().with("anyOf", new Json.Arr(branches));
        var root = Json.obj().with(PlanReader.SUBTASKS, arrayOf(subtask));
        return definitions.document(objectOf(root));
    }

    private Json.Obj branch(SubtaskType<?, ?> type) {
        var properties = Json.obj()
                .with(PlannedJson.TYPE, oneOf(List.of(type.name())))
                .with(PlannedJson.ID, string())
                .with(PlannedJson.INPUT, input(Shape.of(type.inputType())))
                .with(PlannedJson.WIRES, arrayOf(wire(Shape.of(type.inputType()))))
                .with(PlannedJson.AFTER, arrayOf(string()));
        return objectOf(
                type.isOptionalAllowed()
                        ? properties.with(PlannedJson.OPTIONAL, Json.obj().with("type", "boolean"))
                        : properties);
    }

    private Json.Obj input(Shape<?> shape) {
        var properties = new LinkedHashMap<String, Json>();
        shape.components().forEach(component -> properties.put(component.name(), definitions.nullable(component)));
        return objectOf(new Json.Obj(properties));
    }

    private static Json.Obj wire(Shape<?> shape) {
        var names =
                shape.components().stream().map(component -> component.name()).toList();
        return objectOf(Json.obj()
                .with(PlannedJson.INTO, names.isEmpty() ? string() : oneOf(names))
                .with(PlannedJson.FROM, string())
                .with(PlannedJson.FIELD, string()));
    }

    private static Json.Obj string() {
        return Json.obj().with("type", "string");
    }

    private static Json.Obj oneOf(List<String> names) {
        return string().with("enum", Json.strings(names));
    }

    private static Json.Obj arrayOf(Json.Obj items) {
        return Json.obj().with("type", "array").with("items", items);
    }

    private static Json.Obj objectOf(Json.Obj properties) {
        return Json.obj()
                .with("type", "object")
                .with("properties", properties)
                .with("required", Json.strings(properties.fields().keySet()))
                .with("additionalProperties", false);
    }
}
