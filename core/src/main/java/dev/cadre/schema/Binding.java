// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one type is described, written and read. Immutable once compiled. */
sealed interface Binding permits ScalarBinding, NamedBinding, ListBinding, MapBinding, OptionalBinding, TreeBinding {

    /** The canonical type. */
    Type javaType();

    /** The bindings that the schema of this one refers to. */
    default List<Binding> children() {
        return List.of();
    }

    /** The schema, with children described by the given definitions. */
    Json.Obj schema(SchemaDefinitions definitions);

    /** The JSON of a value that is not null. */
    Json write(Object value, JsonPath at);

    /** The value of the JSON, or null after reporting at least one defect. */
    @Nullable
    Object read(Json json, JsonPath at, Defects defects);

    /** The value of the field, which must be there, or null after reporting at least one defect. */
    default @Nullable Object readField(Json.Obj object, String name, JsonPath at, Defects defects) {
        var json = object.fields().get(name);
        if (json == null) {
            defects.add(at.field(name), "missing");
            return null;
        }
        return read(json, at.field(name), defects);
    }

    /** The JSON of a value that came from a user's class and may therefore be null after all. */
    default Json writeChecked(@Nullable Object value, JsonPath at) {
        if (value == null) {
            throw new JsonException(at + ": null cannot be written; use Optional");
        }
        return write(value, at);
    }
}
