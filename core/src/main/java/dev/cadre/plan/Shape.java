// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an input or output consists of, by name: the components of a record, or the one component {@code value}. */
final class Shape<T> {
    private static final String VALUE = "value";

    private final JsonType<T> type;
    private final Map<String, JsonComponent> components = new LinkedHashMap<>();

    private Shape(JsonType<T> type) {
        this.type = type;
        if (isBare(type)) {
            type.components().forEach(component -> components.put(component.name(), component));
        } else {
            components.put(VALUE, new JsonComponent(VALUE, type, ""));
        }
    }

    static <T> Shape<T> of(JsonType<T> type) {
        return new Shape<>(type);
    }

    JsonType<T> type() {
        return type;
    }

    List<JsonComponent> components() {
        return List.copyOf(components.values());
    }

    String names() {
        return components.isEmpty() ? "none" : String.join(", ", components.keySet());
    }

    Optional<JsonType<?>> component(String name) {
        return Optional.ofNullable(components.get(name)).map(JsonComponent::type);
    }

    /** Whether nothing but a reference can stand in its place: nobody writes a picture or file into a plan. */
    static boolean isReferenceOnly(JsonType<?> type) {
        return type.holdsAttachments();
    }

    /** Whether the component may be left out. */
    static boolean isOptional(JsonType<?> type) {
        return type.rawType() == Optional.class;
    }

    private Json bare(T value) {
        return bare(type.toJson(value));
    }

    private Json bare(Json json) {
        return isBare(type) ? json : ((Json.Obj) json).at(VALUE).orElseThrow();
    }

    /** A value as it stands inside other JSON, with descriptions in the places of its attachments. */
    Json described(T value) {
        return bare(Marked.described(type, value));
    }

    /** The bare JSON of one component of a value of this shape. */
    Json bare(Object value, String name) {
        T typed = type.rawType().cast(value);
        return isBare(type) ? type.component(typed, name).orElse(Json.Null.NULL) : bare(typed);
    }

    /** A value of this shape as it stands inside other JSON. */
    Json whole(Object value) {
        return bare(type.rawType().cast(value));
    }

    /** A value made of the bare JSON of all its components; throws {@link JsonMismatchException}. */
    T read(Map<String, Json> bareByName) {
        return type.read(new Json.Obj(bareByName));
    }

    /** What is wrong with the bare JSON of one component; empty if it fits. */
    List<String> defects(String name, JsonType<?> component, Json bare) {
        boolean wrapped = !isBare(component);
        try {
            component.read(wrapped ? Json.obj().with(VALUE, bare) : bare);
            return List.of();
        } catch (JsonMismatchException e) {
            return rooted(e, wrapped ? "$." + VALUE : "$", "input." + name);
        }
    }

    /** What is wrong with the bare JSON of all components; empty if they make a value. */
    List<String> defects(Map<String, Json> bareByName) {
        try {
            read(bareByName);
            return List.of();
        } catch (JsonMismatchException e) {
            return rooted(e, "$", "input");
        }
    }

    private static List<String> rooted(JsonMismatchException mismatch, String root, String place) {
        var defects = new ArrayList<String>();
        for (String defect : mismatch.defects()) {
            defects.add(defect.startsWith(root) ? place + defect.substring(root.length()) : place + ": " + defect);
        }
        return defects;
    }

    private static boolean isBare(JsonType<?> type) {
        return type.isRecord();
    }
}
