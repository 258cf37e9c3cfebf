// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonText;
import dev.cadre.json.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reports how a tree does not fit a schema that {@link StrictRules} let pass. The steps of a check grow with the size of schema
 * and tree, not with the number of ways through the schema; one that takes too many all the same is a defect of the tree.
 * Safe for use by many threads.
 */
final class SchemaCheck {
    private final Json.Obj document;
    private final long size;
    private final Map<String, Json.Obj> targets = new HashMap<>();
    private final Map<String, LinearPattern> patterns = new ConcurrentHashMap<>();

    SchemaCheck(Json.Obj document) {
        this.document = document;
        size = JsonText.size(document);
        if (document.at(StrictRules.DEFINITIONS).isPresent()) {
            document.object(StrictRules.DEFINITIONS).fields().values().forEach(this::target);
        }
    }

    /** Reports at least one defect if the tree does not fit. */
    void check(Json json, Where at, Defects defects) {
        check(json, at, defects, new Steps(size + JsonText.size(json)));
    }

    void check(Json json, Where at, Defects defects, Steps steps) {
        try {
            new SchemaWalk(this, steps).check(document, json, at, defects);
        } catch (Steps.Exceeded exceeded) {
            defects.add(at, String.valueOf(exceeded.getMessage()));
        }
    }

    /** The schema, or what its reference leads to. */
    Json.Obj resolved(Json given) {
        var schema = (Json.Obj) given;
        return schema.fields().get("$ref") instanceof Json.Str(String reference) ? target(reference) : schema;
    }

    private Json.Obj target(String reference) {
        var known = targets.get(reference);
        return known == null ? direct(reference) : known;
    }

    private Json.Obj direct(String reference) {
        return reference.equals(StrictRules.ROOT_REFERENCE)
                ? document
                : document.object(StrictRules.DEFINITIONS, reference.substring(StrictRules.REFERENCE.length()));
    }

    /** Follows a chain of references once, for all that stand in it. */
    private void target(Json definition) {
        var chain = new ArrayList<String>();
        var schema = (Json.Obj) definition;
        while (schema.fields().get("$ref") instanceof Json.Str(String reference)) {
            chain.add(reference);
            schema = target(reference);
        }
        for (String reference : chain) {
            targets.put(reference, schema);
        }
    }

    LinearPattern pattern(String pattern) {
        return patterns.computeIfAbsent(pattern, LinearPattern::of);
    }
}
