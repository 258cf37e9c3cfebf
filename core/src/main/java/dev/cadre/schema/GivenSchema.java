// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.lang.reflect.Type;

/**
 * A type that is defined by a schema instead of a Java type. Its values are trees.
 *
 * @param document a strict schema, or an empty object for any JSON
 */
record GivenSchema(Json.Obj document) implements Type {
    /** The type of all JSON documents. */
    static final GivenSchema ANY = new GivenSchema(Json.obj());

    /** The class of its values. */
    Class<? extends Json> raw() {
        return document.fields().isEmpty() ? Json.class : Json.Obj.class;
    }

    @Override
    public String getTypeName() {
        return document.fields().isEmpty() ? "any JSON" : "the given schema";
    }
}
