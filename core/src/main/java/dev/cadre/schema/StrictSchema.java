// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One schema of a document that obeys {@linkplain StrictMode strict mode}, with its keywords ready for
 * checking values. It does not change after its document was read.
 */
final class StrictSchema {
    /** The schema that every value fits. */
    static final StrictSchema ANY = new StrictSchema();

    /** The kinds of value that are allowed; all kinds if empty. */
    List<JsonKind> kinds = List.of();
    /** The values of {@code enum}; all values if empty. */
    List<Json> allowed = List.of();
    /** The value of {@code const}, if there is one. */
    List<Json> constant = List.of();
    /** The schemas of {@code anyOf}. */
    List<StrictSchema> branches = List.of();

    Map<String, StrictSchema> properties = Map.of();
    List<String> required = List.of();
    /** Whether {@code additionalProperties} is false. */
    boolean isClosed;

    @Nullable
    StrictSchema items;
    /** The rules of all other keywords. */
    final List<ValueRule> rules = new ArrayList<>();
    /** The schema at the end of a chain of {@code $ref}; this schema if it is not a reference. */
    StrictSchema target = this;

    /** Whether every value fits it. */
    boolean restrictsNothing() {
        return kinds.isEmpty() && allowed.isEmpty() && constant.isEmpty() && branches.isEmpty();
    }

    boolean isReference() {
        return target != this;
    }

    /** Whether {@code type} allows the kind of the value. */
    boolean allowsKindOf(Json json) {
        if (kinds.isEmpty()) {
            return true;
        }
        for (JsonKind kind : kinds) {
            if (kind.includes(json)) {
                return true;
            }
        }
        return false;
    }
}
