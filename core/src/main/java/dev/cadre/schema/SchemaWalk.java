// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonText;
import dev.cadre.json.Where;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One check of one tree: each branch of a union looks at each object or array once, however many ways lead there.
 *
 * <p>A branch is first asked how many defects it finds, and only the nearest one of those that do not fit has its defects
 * reported. Not safe for use by several threads.
 */
final class SchemaWalk {
    private final SchemaCheck schemas;
    private final Steps steps;
    private final IdentityHashMap<Json.Obj, IdentityHashMap<Json, Integer>> defectsFound = new IdentityHashMap<>();

    SchemaWalk(SchemaCheck schemas, Steps steps) {
        this.schemas = schemas;
        this.steps = steps;
    }

    /** Reports whatever does not fit. */
    void check(Json given, Json json, Where at, Defects defects) {
        steps.enter();
        Json.Obj schema = schemas.resolved(given);
        List<String> types = JsonKinds.of(schema);
        if (!types.isEmpty() && !JsonKinds.include(types, json)) {
            defects.wrongKind(at, types, json);
        } else {
            checkValue(schema, json, at, defects);
        }
        steps.leave();
    }

    private void checkValue(Json.Obj schema, Json json, Where at, Defects defects) {
        checkOneOf(items(schema, "enum"), json, at, defects);
        checkOneOf(constant(schema), json, at, defects);
        checkBranches(items(schema, "anyOf"), json, at, defects);
        switch (json) {
            case Json.Obj object -> checkObject(schema, object, at, defects);
            case Json.Arr array -> checkArray(schema, array.items(), at, defects);
            case Json.Str string -> checkString(schema, string.value(), at, defects);
            case Json.Num number -> NumberRules.check(schema, number.value(), at, defects, steps);
            case Json.Bool bool -> {}
            case Json.Null none -> {}
        }
    }

    private static List<Json> items(Json.Obj schema, String keyword) {
        return schema.fields().get(keyword) instanceof Json.Arr(List<Json> items) ? items : List.of();
    }

    private static List<Json> constant(Json.Obj schema) {
        Json constant = schema.fields().get("const");
        return constant == null ? List.of() : List.of(constant);
    }

    /** A list that is not there allows everything. */
    private void checkOneOf(List<Json> allowed, Json json, Where at, Defects defects) {
        steps.take(allowed.size());
        if (allowed.isEmpty() || allowed.stream().anyMatch(each -> isSame(each, json))) {
            return;
        }
        defects.add(
                at,
                () -> "%s is not %s%s"
                        .formatted(
                                JsonText.excerpt(json),
                                allowed.size() == 1 ? "" : "one of ",
                                allowed.stream()
                                        .map(each -> each instanceof Json.Str string ? string.value() : each.write())
                                        .collect(Collectors.joining(", "))));
    }

    /** As JSON Schema has it: 1 and 1.0 are one number. */
    private static boolean isSame(Json a, Json b) {
        return (a instanceof Json.Num left && b instanceof Json.Num right)
                ? left.value().compareTo(right.value()) == 0
                : a.equals(b);
    }

    /** The defects of the branch that comes nearest; those of a branch for another kind of value help nobody. */
    private void checkBranches(List<Json> branches, Json json, Where at, Defects defects) {
        @Nullable Json nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (Json branch : branches) {
            int found = defectsIn(branch, json, at);
            if (found == 0) {
                return;
            }
            List<String> types = JsonKinds.of(schemas.resolved(branch));
            if (found < fewest && (types.isEmpty() || JsonKinds.include(types, json))) {
                nearest = branch;
                fewest = found;
            }
        }
        if (nearest == null) {
            if (!branches.isEmpty()) {
                defects.wrongKind(at, typesOf(branches), json);
            }
        } else if (!defects.count(fewest)) {
            check(nearest, json, at, defects);
        }
    }

    private List<String> typesOf(List<Json> branches) {
        return branches.stream()
                .flatMap(branch -> JsonKinds.of(schemas.resolved(branch)).stream())
                .distinct()
                .toList();
    }

    /** Remembered for objects and arrays; anything else is looked at as fast as it is found again. */
    private int defectsIn(Json branch, Json json, Where at) {
        steps.take(1);
        if (!(json instanceof Json.Obj || json instanceof Json.Arr)) {
            return countDefects(branch, json, at);
        }
        var ofBranch = defectsFound.computeIfAbsent(schemas.resolved(branch), unseen -> new IdentityHashMap<>());
        Integer known = ofBranch.get(json);
        if (known == null) {
            known = countDefects(branch, json, at);
            ofBranch.put(json, known);
        }
        return known;
    }

    private int countDefects(Json branch, Json json, Where at) {
        var own = Defects.counted();
        check(branch, json, at, own);
        return own.size();
    }

    private void checkObject(Json.Obj schema, Json.Obj object, Where at, Defects defects) {
        if (schema.at("properties").isEmpty()
                && schema.at("additionalProperties").isEmpty()) {
            return; // what it must be stands in a branch
        }
        Map<String, Json> properties = schema.at("properties").isPresent()
                ? schema.object("properties").fields()
                : Map.of();
        steps.take(object.fields().size());
        RecordBinding.reportUnknown(object, properties.keySet(), at, defects);
        for (var property : properties.entrySet()) {
            if (defects.isFull()) {
                return;
            }
            var value = object.fields().get(property.getKey());
            var place = at.field(property.getKey());
            if (value == null) {
                defects.add(place, "missing");
            } else {
                check(property.getValue(), value, place, defects);
            }
        }
    }

    private void checkArray(Json.Obj schema, List<Json> items, Where at, Defects defects) {
        NumberRules.checkCount(schema, items.size(), at, defects);
        Json schemaOfItems = schema.fields().get("items");
        for (int i = 0; schemaOfItems != null && i < items.size() && !defects.isFull(); i++) {
            check(schemaOfItems, items.get(i), at.item(i), defects);
        }
    }

    private void checkString(Json.Obj schema, String text, Where at, Defects defects) {
        if (schema.fields().get("format") instanceof Json.Str(String format)) {
            steps.take(text.length());
            if (!StringFormats.matches(format, text)) {
                defects.notA(at, text, "a " + format);
            }
        }
        if (schema.fields().get("pattern") instanceof Json.Str(String pattern)
                && !schemas.pattern(pattern).occursIn(text, steps)) {
            defects.notA(at, text, "like " + pattern);
        }
    }
}
