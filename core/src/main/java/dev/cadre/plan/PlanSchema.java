// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.SchemaDefinitions;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The strict schema of a plan: one branch for each registered type.
 *
 * <p>Type and id come first, so that a model that writes by the schema chooses the branch before the rest, and the rest
 * can be checked as soon as it is there. Each component is a literal, or a reference where any type has an output for it or
 * the goal an input. The fields that a reference may name are listed, those of inputs among them; a reference to the whole of
 * an input has no field, and its names are listed.
 */
final class PlanSchema {
    static final String NAME = "plan";

    private static final String REFERENCE = "Reference";
    private static final String INPUT_REFERENCE = "Input";
    private static final String CONDITION = "Condition";
    /** More names are left to the model's care: an enum has its limits in strict mode. */
    private static final int MAX_NAMED_FIELDS = 100;

    private final SchemaDefinitions definitions = new SchemaDefinitions();
    private final List<SubtaskType<?, ?>> types;
    /** The definition of a reference by the fields that it may name. */
    private final Map<Set<String>, Json.Obj> references = new HashMap<>();
    /** The definition of a reference to the whole of an input of the goal by the names of those that fit. */
    private final Map<List<String>, Json.Obj> inputReferences = new HashMap<>();

    /** The definition of a condition; null until there is one. */
    private Json.@Nullable Obj condition;

    private final List<GoalInput> inputs;
    /** What a subtask may stand in the place of. */
    private final List<String> undone;

    private PlanSchema(List<SubtaskType<?, ?>> types, List<GoalInput> inputs, List<String> undone) {
        this.types = types;
        this.inputs = inputs;
        this.undone = undone;
    }

    /**
     * @param types those that can be {@linkplain Givable given} what they need
     * @param undone the ids of what a subtask may stand in the place of; empty for a first plan
     */
    static String of(List<SubtaskType<?, ?>> types, List<GoalInput> inputs, List<String> undone) {
        return new PlanSchema(types, inputs, undone).document().write();
    }

    /** Whether a subtask may have to wait for one whose output it does not use: one of them changes something. */
    static boolean hasOrder(List<SubtaskType<?, ?>> types) {
        return types.stream().anyMatch(SubtaskType::hasEffects);
    }

    private Json.Obj document() {
        var branches = types.stream().<Json>map(this::branch).toList();
        var subtask = Json.obj().with("anyOf", new Json.Arr(branches));
        var root = Json.obj().with(PlanReader.SUBTASKS, arrayOf(subtask));
        return definitions.document(SchemaDefinitions.object(root));
    }

    private Json.Obj branch(SubtaskType<?, ?> type) {
        var properties = Json.obj()
                .with(PlannedJson.TYPE, oneOf(List.of(type.name())))
                .with(PlannedJson.ID, string())
                .with(PlannedJson.INPUT, input(Shape.of(type.inputType())));
        if (type.tiers().isChoice()) {
            properties = properties.with(PlannedJson.TIER, oneOf(TierChoices.names(type)));
        }
        if (hasOrder(types)) {
            properties = properties.with(PlannedJson.AFTER, arrayOf(string()));
        }
        if (Conditions.areAllowed(types)) {
            properties = properties.with(PlannedJson.WHEN, condition());
        }
        if (!undone.isEmpty()) {
            properties = properties.with(
                    PlannedJson.REPLACES, arrayOf(undone.size() > MAX_NAMED_FIELDS ? string() : oneOf(undone)));
        }
        return SchemaDefinitions.object(
                type.isOptionalAllowed()
                        ? properties.with(PlannedJson.OPTIONAL, Json.obj().with("type", "boolean"))
                        : properties);
    }

    private Json.Obj condition() {
        if (condition == null) {
            List<String> constants = List.copyOf(Conditions.constants(types));
            Json.Obj bool = Json.obj().with("type", "boolean");
            Json.Obj name = constants.size() > MAX_NAMED_FIELDS ? string() : oneOf(constants);
            Json.Obj is = constants.isEmpty() ? bool : Json.obj().with("anyOf", Json.arr(bool, name));
            condition = definitions.define(
                    CONDITION,
                    SchemaDefinitions.object(
                            PlannedCondition.properties(oneOf(List.copyOf(Conditions.fields(types))), is)));
        }
        return Json.obj().with("anyOf", Json.arr(condition, Json.obj().with("type", "null")));
    }

    private Json.Obj input(Shape<?> shape) {
        var properties = new LinkedHashMap<String, Json>();
        for (JsonComponent component : shape.components()) {
            properties.put(component.name(), place(component));
        }
        return SchemaDefinitions.object(new Json.Obj(properties));
    }

    private Json.Obj place(JsonComponent component) {
        List<Json.Obj> references = referencesFor(component.type());
        if (!Shape.isReferenceOnly(component.type())) {
            return definitions.schemaOr(component, references);
        }
        var forms = new ArrayList<>(references);
        if (Shape.isOptional(component.type())) {
            forms.add(Json.obj().with("type", "null"));
        }
        return SchemaDefinitions.oneOf(component, forms);
    }

    /** What may stand in the place of a literal of the component; none if it can only be a literal. */
    private List<Json.Obj> referencesFor(JsonType<?> component) {
        var alternatives = new ArrayList<Json.Obj>();
        Set<String> fields = fieldsFor(component);
        if (!fields.isEmpty()) {
            alternatives.add(references.computeIfAbsent(fields, this::defineReference));
        }
        List<String> whole = wholeFor(component);
        if (!whole.isEmpty()) {
            alternatives.add(inputReferences.computeIfAbsent(whole, this::defineInputReference));
        }
        return alternatives;
    }

    private List<String> wholeFor(JsonType<?> component) {
        return References.mayBeLiteral(component)
                ? List.of()
                : inputs.stream()
                        .filter(input -> Source.isWholeFor(component, input))
                        .map(GoalInput::name)
                        .toList();
    }

    private Json.Obj defineInputReference(List<String> names) {
        return definitions.define(
                INPUT_REFERENCE, SchemaDefinitions.object(Json.obj().with(PlannedJson.FROM, oneOf(names))));
    }

    /** The fields that a reference in the place of the component may name; empty if it can only be a literal. */
    private Set<String> fieldsFor(JsonType<?> component) {
        var fields = new LinkedHashSet<String>();
        if (!References.mayBeLiteral(component)) {
            types.forEach(type -> fields.addAll(Source.fieldsFor(component, type)));
            inputs.forEach(input -> fields.addAll(Source.fieldsFor(component, input)));
        }
        return fields;
    }

    private Json.Obj defineReference(Set<String> fields) {
        return definitions.define(
                REFERENCE,
                SchemaDefinitions.object(Json.obj()
                        .with(PlannedJson.FROM, string())
                        .with(
                                PlannedJson.FIELD,
                                fields.size() > MAX_NAMED_FIELDS ? string() : oneOf(List.copyOf(fields)))));
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
}
