// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedCollection;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A list, set, collection or Java array: in JSON an array. A set that is read drops repeated items and keeps the
 * order of the others. A set, or a collection without an order, is written in an order that depends on its items
 * alone.
 */
record ListBinding(Type javaType, Binding element) implements Binding {

    @Override
    public List<Binding> children() {
        return List.of(element);
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        return Json.obj().with("type", "array").with("items", definitions.refer(element));
    }

    @Override
    public Json write(Object value, JsonPath at) {
        var items = new ArrayList<Json>();
        if (value instanceof Collection<?> collection) {
            for (Object item : collection) {
                items.add(element.writeChecked(item, at.item(items.size())));
            }
            if (!hasOrder(collection)) {
                items.sort(Comparator.comparing(Json::canonical));
            }
        } else {
            for (int i = 0; i < Array.getLength(value); i++) {
                items.add(element.writeChecked(Array.get(value, i), at.item(i)));
            }
        }
        return new Json.Arr(items);
    }

    private boolean hasOrder(Collection<?> collection) {
        return GenericType.rawOf(javaType) != Set.class && collection instanceof SequencedCollection;
    }

    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        var array = defects.require(Json.Arr.class, "an array", json, at);
        if (array == null) {
            return null;
        }
        var items = new ArrayList<Object>(array.items().size());
        for (int i = 0; i < array.items().size() && !defects.isFull(); i++) {
            var item = element.read(array.items().get(i), at.item(i), defects);
            if (item != null) {
                items.add(item);
            }
        }
        return items.size() == array.items().size() ? collect(items) : null;
    }

    @Override
    public Json replace(Json json, UnaryOperator<Json> attachment) {
        return json instanceof Json.Arr(List<Json> items)
                ? new Json.Arr(items.stream()
                        .map(item -> element.replace(item, attachment))
                        .toList())
                : json;
    }

    private Object collect(List<Object> items) {
        var raw = GenericType.rawOf(javaType);
        if (raw == Set.class) {
            return Collections.unmodifiableSet(new LinkedHashSet<>(items));
        }
        if (!raw.isArray()) {
            return List.copyOf(items);
        }
        var array = Array.newInstance(raw.getComponentType(), items.size());
        for (int i = 0; i < items.size(); i++) {
            Array.set(array, i, items.get(i));
        }
        return array;
    }
}
