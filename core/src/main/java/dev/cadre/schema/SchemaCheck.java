// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.json.JsonText;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One check of one tree against a schema: each branch of a union looks at each object or array once, however many ways
 * lead there. So the steps grow with the size of schema and tree, not with the number of ways through the schema.
 *
 * <p>A branch is first asked how many defects it finds, and only the nearest one of those that do not fit has its defects
 * reported. Not safe for use by several threads.
 */
final class SchemaCheck {
    private final Steps steps;
    private final IdentityHashMap<StrictSchema, IdentityHashMap<Json, Integer>> defectsFound = new IdentityHashMap<>();

    SchemaCheck(Steps steps) {
        this.steps = steps;
    }

    /** Reports at least one defect if the tree does not fit; a check that takes too many steps is a defect too. */
    void run(StrictSchema root, Json json, JsonPath at, Defects defects) {
        try {
            check(root, json, at, defects);
        } catch (Steps.Exceeded exceeded) {
            defects.add(at, String.valueOf(exceeded.getMessage()));
        }
    }

    private void check(StrictSchema given, Json json, JsonPath at, Defects defects) {
        steps.enter();
        var schema = given.target;
        if (schema.allowsKindOf(json)) {
            checkOneOf(schema.allowed, json, at, defects);
            checkOneOf(schema.constant, json, at, defects);
            checkBranches(schema.branches, json, at, defects);
            if (json instanceof Json.Obj object && !schema.kinds.isEmpty()) {
                checkObject(schema, object, at, defects);
            }
            for (ValueRule rule : schema.rules) {
                rule.check(json, at, defects, steps);
            }
            if (json instanceof Json.Arr array && schema.items != null) {
                checkItems(schema.items, array.items(), at, defects);
            }
        } else {
            defects.wrongKind(at, schema.kinds, json);
        }
        steps.leave();
    }

    /** A list that is not there allows everything. */
    private void checkOneOf(List<Json> allowed, Json json, JsonPath at, Defects defects) {
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
    private void checkBranches(List<StrictSchema> branches, Json json, JsonPath at, Defects defects) {
        @Nullable StrictSchema nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (StrictSchema branch : branches) {
            int found = defectsIn(branch, json, at);
            if (found == 0) {
                return;
            }
            if (found < fewest && branch.target.allowsKindOf(json)) {
                nearest = branch;
                fewest = found;
            }
        }
        if (nearest != null) {
            if (!defects.count(fewest)) {
                check(nearest, json, at, defects);
            }
        } else if (!branches.isEmpty()) {
            var kinds = branches.stream()
                    .flatMap(branch -> branch.target.kinds.stream())
                    .distinct()
                    .toList();
            defects.wrongKind(at, kinds, json);
        }
    }

    private int defectsIn(StrictSchema branch, Json json, JsonPath at) {
        steps.take(1);
        var known = defectsFound.computeIfAbsent(branch.target, unseen -> new IdentityHashMap<>());
        Integer found = known.get(json);
        if (found == null) {
            var own = Defects.counted();
            check(branch, json, at, own);
            found = own.size();
            if (json instanceof Json.Obj || json instanceof Json.Arr) { // anything else is checked as fast again
                known.put(json, found);
            }
        }
        return found;
    }

    private void checkObject(StrictSchema schema, Json.Obj object, JsonPath at, Defects defects) {
        steps.take(object.fields().size());
        defects.unknownKeys(object, schema.properties.keySet(), at);
        for (var property : schema.properties.entrySet()) {
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

    private void checkItems(StrictSchema ofItems, List<Json> items, JsonPath at, Defects defects) {
        for (int i = 0; i < items.size() && !defects.isFull(); i++) {
            check(ofItems, items.get(i), at.item(i), defects);
        }
    }
}
