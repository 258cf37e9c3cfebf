// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.json.JsonText;

/** A tree that fits a given schema. */
record TreeBinding(GivenSchema javaType, StrictSchema root, long size) implements Binding {
    TreeBinding(GivenSchema type, StrictSchema root) {
        this(type, root, JsonText.size(type.document()));
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        return javaType.document();
    }

    @Override
    public Json write(Object value, JsonPath at) {
        var defects = new Defects();
        read((Json) value, at, defects);
        defects.throwIfAny();
        return (Json) value;
    }

    @Override
    public Object read(Json json, JsonPath at, Defects defects) {
        new SchemaCheck(new Steps(size + JsonText.size(json))).run(root, json, at, defects);
        return json;
    }
}
