// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A map: in JSON an array of {@code {"key": …, "value": …}}, because a strict schema lists every property.
 * The array is sorted by key, so that equal maps give the same text in every process.
 */
record MapBinding(Type javaType, Binding key, Binding value) implements Binding {
    private static final String KEY = "key";
    private static final String VALUE = "value";

    @Override
    public List<Binding> children() {
        return List.of(key, value);
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        var properties = Json.obj().with(KEY, definitions.refer(key)).with(VALUE, definitions.refer(value));
        return Json.obj().with("type", "array").with("items", SchemaDefinitions.object(properties));
    }

    @Override
    public Json write(Object map, JsonPath at) {
        var entries = new ArrayList<Json.Obj>();
        for (var entry : ((Map<?, ?>) map).entrySet()) {
            var here = at.item(entries.size());
            entries.add(entry(
                    key.writeChecked(entry.getKey(), here.field(KEY)),
                    value.writeChecked(entry.getValue(), here.field(VALUE))));
        }
        return sorted(entries);
    }

    static Json.Obj entry(Json key, Json value) {
        return Json.obj().with(KEY, key).with(VALUE, value);
    }

    static Json sorted(List<Json.Obj> entries) {
        return new Json.Arr(entries.stream()
                .sorted(Comparator.comparing(entry -> entry.string(KEY)))
                .<Json>map(entry -> entry)
                .toList());
    }

    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        var array = defects.require(Json.Arr.class, "an array of key and value", json, at);
        if (array == null) {
            return null;
        }
        var entries = new LinkedHashMap<Object, Object>();
        for (int i = 0; i < array.items().size() && !defects.isFull(); i++) {
            readEntry(array.items().get(i), at.item(i), defects, entries);
        }
        return entries.size() == array.items().size() ? Collections.unmodifiableMap(entries) : null;
    }

    @Override
    public Json replace(Json json, UnaryOperator<Json> attachment) {
        return json instanceof Json.Arr(List<Json> entries)
                ? new Json.Arr(entries.stream()
                        .map(entry -> replaced((Json.Obj) entry, attachment))
                        .toList())
                : json;
    }

    private Json replaced(Json.Obj entry, UnaryOperator<Json> attachment) {
        return entry.with(VALUE, value.replace(entry.at(VALUE).orElseThrow(), attachment));
    }

    private void readEntry(Json json, JsonPath at, Defects defects, Map<Object, Object> entries) {
        var object = defects.require(Json.Obj.class, "an object with key and value", json, at);
        if (object == null) {
            return;
        }
        defects.unknownKeys(object, List.of(KEY, VALUE), at);
        var entryKey = key.readField(object, KEY, at, defects);
        var entryValue = value.readField(object, VALUE, at, defects);
        if (entryKey != null && entries.containsKey(entryKey)) {
            defects.notA(at.field(KEY), entryKey.toString(), "unique in this map");
        } else if (entryKey != null && entryValue != null) {
            entries.put(entryKey, entryValue);
        }
    }
}
