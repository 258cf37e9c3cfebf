// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The {@code $defs} of a schema document that has many types.
 *
 * <p>A type that a user wrote has one definition with its simple name, however often it is used. A second type with the
 * same simple name gets {@code Name_2}. Types of the JDK are written where they are used. The names depend only on the
 * order of the calls. Not safe for use by several threads.
 */
public final class SchemaDefinitions {
    private final Map<Type, Json.Obj> references = new HashMap<>();
    private final Map<String, Json> definitions = new LinkedHashMap<>();
    private final Set<Type> inlined;

    /** An empty collection. */
    public SchemaDefinitions() {
        this(Set.of());
    }

    private SchemaDefinitions(Set<Type> inlined) {
        this.inlined = inlined;
    }

    /** The definitions for the schema of one type. A type that is used once is written where it is used. */
    static SchemaDefinitions forRoot(Binding root) {
        var once = new HashSet<Type>();
        countUses(root, once, new HashSet<>());
        var definitions = new SchemaDefinitions(once);
        if (root instanceof RecordBinding) {
            definitions.references.put(root.javaType(), Json.obj().with(StrictMode.REF, StrictMode.ROOT_REFERENCE));
            once.remove(root.javaType());
        }
        return definitions;
    }

    private static void countUses(Binding binding, Set<Type> once, Set<Type> oftener) {
        if (binding instanceof NamedBinding) {
            if (oftener.contains(binding.javaType())) {
                return;
            }
            if (!once.add(binding.javaType())) {
                once.remove(binding.javaType());
                oftener.add(binding.javaType());
                return;
            }
        }
        binding.children().forEach(child -> countUses(child, once, oftener));
    }

    /**
     * The schema of a bare value of the type, for use inside a document: without the {@code value} wrapper that
     * {@link JsonType#schema()} has for types other than records.
     */
    public Json.Obj schema(JsonType<?> type) {
        return refer(type.binding());
    }

    /** The schema of a component, with its description. */
    public Json.Obj schema(JsonComponent component) {
        return Annotations.described(schema(component.type()), component.description());
    }

    /** The schema of a component or of {@code null}, with its description. */
    public Json.Obj nullable(JsonComponent component) {
        return Annotations.described(orNull(schema(component.type())), component.description());
    }

    /** The schema of a component or of anything else that may stand in its place, with the component's description. */
    public Json.Obj schemaOr(JsonComponent component, List<Json.Obj> others) {
        Json.Obj any = schema(component.type());
        for (Json.Obj other : others) {
            any = or(any, other);
        }
        return Annotations.described(any, component.description());
    }

    /**
     * The schema of anything that may stand in the place of a component which nobody writes, with its description.
     *
     * @param forms at least one
     */
    public static Json.Obj oneOf(JsonComponent component, List<Json.Obj> forms) {
        Json.Obj any = forms.stream().reduce(SchemaDefinitions::or).orElseThrow();
        return Annotations.described(any, component.description());
    }

    /** The schema of an object that has exactly the given properties. */
    public static Json.Obj object(Json.Obj properties) {
        return object("", properties);
    }

    static Json.Obj object(String description, Json.Obj properties) {
        return Annotations.described(Json.obj().with("type", "object"), description)
                .with("properties", properties)
                .with("required", Json.strings(properties.fields().keySet()))
                .with("additionalProperties", false);
    }

    /**
     * Adds a definition.
     *
     * @param wantedName its name, of {@code A-Z a-z 0-9 _ -}; if it is taken, the name is {@code Name_2} and so on
     * @return the reference to it
     */
    public Json.Obj define(String wantedName, Json.Obj schema) {
        var name = freeName(wantedName);
        definitions.put(name, schema);
        return reference(name);
    }

    /** The schema, which also allows {@code null}. */
    public static Json.Obj orNull(Json.Obj schema) {
        var none = Json.obj().with("type", "null");
        return switch (schema.at("type").orElse(Json.Null.NULL)) {
            case Json.Arr types -> schema;
            case Json.Str type when isPlain(schema) -> schema.with("type", Json.strings(List.of(type.value(), "null")));
            default -> or(schema, none);
        };
    }

    private static Json.Obj or(Json.Obj schema, Json.Obj other) {
        if (schema.at("anyOf").orElse(Json.Null.NULL) instanceof Json.Arr branches) {
            var all = new ArrayList<>(branches.items());
            if (!all.contains(other)) {
                all.add(other);
            }
            return schema.with("anyOf", new Json.Arr(all));
        }
        return Json.obj().with("anyOf", Json.arr(schema, other));
    }

    private static boolean isPlain(Json.Obj schema) {
        return schema.at("enum").isEmpty()
                && schema.at("properties").isEmpty()
                && schema.at("items").isEmpty();
    }

    /** The value of {@code $defs}: the definitions by name, in order of first use. */
    public Json.Obj definitions() {
        return new Json.Obj(definitions);
    }

    /**
     * The whole document: the root object with the definitions.
     *
     * @throws JsonTypeException if it breaks a rule or exceeds a limit of strict mode
     */
    public Json.Obj document(Json.Obj root) {
        var document = definitions.isEmpty() ? root : root.with(StrictMode.DEFINITIONS, definitions());
        StrictMode.made(document);
        return document;
    }

    Json.Obj refer(Binding binding) {
        if (!(binding instanceof NamedBinding) || inlined.contains(binding.javaType())) {
            return binding.schema(this);
        }
        var known = references.get(binding.javaType());
        return known == null ? define(binding) : known;
    }

    private Json.Obj define(Binding binding) {
        var name = freeName(GenericType.nameOf(binding.javaType()));
        references.put(binding.javaType(), reference(name));
        // its place is before the definitions that it refers to
        definitions.put(name, Json.obj());
        definitions.put(name, binding.schema(this));
        return reference(name);
    }

    private static Json.Obj reference(String name) {
        return Json.obj().with(StrictMode.REF, StrictMode.REFERENCE + name);
    }

    private String freeName(String wanted) {
        var name = wanted;
        for (int i = 2; definitions.containsKey(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }
}
