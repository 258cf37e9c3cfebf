// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.Where;
import java.util.List;

/** A tree that fits a given schema. */
final class TreeBinding implements Binding {
    private final GivenSchema type;
    private final SchemaCheck check;

    TreeBinding(GivenSchema type) {
        this.type = type;
        this.check = new SchemaCheck(type.document());
    }

    @Override
    public GivenSchema javaType() {
        return type;
    }

    @Override
    public List<Binding> children() {
        return List.of();
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        return type.document();
    }

    @Override
    public Json write(Object value, Where at) {
        var defects = new Defects();
        check.check((Json) value, at, defects);
        defects.throwIfAny();
        return (Json) value;
    }

    @Override
    public Object read(Json json, Where at, Defects defects) {
        check.check(json, at, defects);
        return json;
    }
}
