// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The schema, the writer and the reader of one type. Immutable once it is compiled. */
sealed interface Binding
        permits ScalarBinding, NamedBinding, ListBinding, MapBinding, OptionalBinding, TreeBinding, AttachmentBinding {

    /** The canonical type. */
    Type javaType();

    /** The bindings of the types that this type is made of. */
    default List<Binding> children() {
        return List.of();
    }

    /** The schema, with the schemas of its children taken from the definitions. */
    Json.Obj schema(SchemaDefinitions definitions);

    /** The JSON of a value that is not null. */
    Json write(Object value, JsonPath at);

    /** The value of the JSON; null, after at least one defect was reported, if it has none. */
    @Nullable
    Object read(Json json, JsonPath at, Defects defects);

    /** The JSON of a value with something else in the places of its attachments; as it is if it has none. */
    default Json replace(Json json, UnaryOperator<Json> attachment) {
        return json;
    }

    /** The value of a required field; null, after at least one defect was reported, if it has none. */
    default @Nullable Object readField(Json.Obj object, String name, JsonPath at, Defects defects) {
        var json = object.fields().get(name);
        if (json == null) {
            defects.add(at.field(name), "missing");
            return null;
        }
        return read(json, at.field(name), defects);
    }

    /** The JSON of a value from a user's class, which may be null. */
    default Json writeChecked(@Nullable Object value, JsonPath at) {
        if (value == null) {
            throw new JsonException(at + ": null cannot be written; use Optional");
        }
        return write(value, at);
    }
}
