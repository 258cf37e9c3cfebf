// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A sealed interface: in JSON the object of one of its records, whose first field {@code kind} names the record. */
final class UnionBinding implements NamedBinding {
    static final String KIND = "kind";

    private final Type type;
    private Map<String, RecordBinding> variants = Map.of();
    private final Map<Class<?>, String> tags = new HashMap<>();
    private String expected = "";

    UnionBinding(Type type) {
        this.type = type;
    }

    /** Sets the records by their tags. They are set later because they may refer to this interface. */
    void complete(Map<String, RecordBinding> byTag) {
        variants = byTag;
        expected = "one of " + String.join(", ", byTag.keySet());
        byTag.forEach((tag, variant) -> tags.put(GenericType.rawOf(variant.javaType()), tag));
    }

    List<RecordBinding> variants() {
        return List.copyOf(variants.values());
    }

    @Override
    public Type javaType() {
        return type;
    }

    @Override
    public List<Binding> children() {
        return variants.values().stream()
                .flatMap(variant -> variant.children().stream())
                .toList();
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        var branches = new ArrayList<Json>();
        variants.forEach((tag, variant) -> {
            var kind = Json.obj().with("type", "string").with("enum", Json.strings(List.of(tag)));
            branches.add(variant.schema(definitions, Json.obj().with(KIND, kind)));
        });
        return Annotations.described(Json.obj(), Annotations.descriptionOf(GenericType.rawOf(type)))
                .with("anyOf", new Json.Arr(branches));
    }

    @Override
    public Json write(Object value, JsonPath at) {
        var tag = Objects.requireNonNull(tags.get(value.getClass()));
        return Objects.requireNonNull(variants.get(tag))
                .write(value, at, Json.obj().with(KIND, tag));
    }

    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        var object = defects.require(Json.Obj.class, "an object", json, at);
        if (object == null) {
            return null;
        }
        var kind = object.fields().get(KIND);
        if (kind == null) {
            defects.add(at.field(KIND), "missing; it is " + expected);
            return null;
        }
        var tag = defects.require(Json.Str.class, expected, kind, at.field(KIND));
        if (tag == null) {
            return null;
        }
        var variant = variants.get(tag.value());
        if (variant == null) {
            defects.notA(at.field(KIND), tag.value(), expected);
            return null;
        }
        var known = new LinkedHashSet<String>(List.of(KIND));
        known.addAll(variant.components().keySet());
        defects.unknownKeys(object, known, at);
        return variant.readComponents(object, at, defects);
    }

    @Override
    public Json replace(Json json, UnaryOperator<Json> attachment) {
        return json instanceof Json.Obj object
                        && object.at(KIND).orElse(Json.Null.NULL) instanceof Json.Str(String tag)
                        && variants.containsKey(tag)
                ? Objects.requireNonNull(variants.get(tag)).replace(json, attachment)
                : json;
    }
}
