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
 * The check of one tree against a schema. Each branch of a union checks each object or array once, however many paths
 * lead there. So the number of steps grows with the size of schema and tree, not with the number of paths through the
 * schema.
 *
 * <p>First the defects of each branch are counted. If no branch fits, the defects of the one with the fewest are
 * reported. Not safe for use by several threads.
 */
final class SchemaCheck {
    private final Steps steps;
    private final IdentityHashMap<StrictSchema, IdentityHashMap<Json, Integer>> defectsFound = new IdentityHashMap<>();

    SchemaCheck(Steps steps) {
        this.steps = steps;
    }

    /** Reports at least one defect if the tree does not fit, or if the check takes too many steps. */
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

    /** An empty list allows every value. */
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

    /** Whether two values are equal in JSON Schema, where 1 and 1.0 are the same number. */
    private static boolean isSame(Json a, Json b) {
        return (a instanceof Json.Num left && b instanceof Json.Num right)
                ? left.value().compareTo(right.value()) == 0
                : a.equals(b);
    }

    /** Reports the defects of the branch with the fewest; a branch for another kind of value does not count. */
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
            if (json instanceof Json.Obj || json instanceof Json.Arr) { // other values are as fast to check again
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
