// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The strict schema of a list of numbered values of a type. */
public final class ListSchema {
    private static final String ROOT_NAME = "item_root";

    private ListSchema() {}

    /**
     * The schema of an object with one list, whose elements have a number and a value that fits the type.
     *
     * @param list the name of the list
     * @param number the name of an element's number
     * @param value the name of an element's value
     * @return JSON text, whose form is that of {@link JsonType#ofSchema}
     */
    public static String of(String list, String number, String value, JsonType<?> type) {
        var root = (Json.Obj) Json.parse(type.schema());
        Map<String, Json> definitions = new LinkedHashMap<>(
                root.at(StrictMode.DEFINITIONS).isPresent()
                        ? root.object(StrictMode.DEFINITIONS).fields()
                        : Map.of());
        String name = ROOT_NAME;
        while (definitions.containsKey(name)) {
            name += "_";
        }
        var moved = new Moved(StrictMode.REFERENCE + name);
        definitions.replaceAll((each, schema) -> moved.json(schema));
        Json element = moved.json(root.without(StrictMode.DEFINITIONS).without("$schema"));
        if (moved.isRecursive) {
            definitions.put(name, element);
            element = Json.obj().with(StrictMode.REF, StrictMode.REFERENCE + name);
        }
        Json.Obj item = object(List.of(number, value), List.of(Json.obj().with("type", "integer"), element));
        Json.Obj document =
                object(List.of(list), List.of(Json.obj().with("type", "array").with("items", item)));
        return (definitions.isEmpty() ? document : document.with(StrictMode.DEFINITIONS, new Json.Obj(definitions)))
                .write();
    }

    private static Json.Obj object(List<String> names, List<? extends Json> schemas) {
        Json.Obj properties = Json.obj();
        var required = new ArrayList<Json>();
        for (int property = 0; property < names.size(); property++) {
            properties = properties.with(names.get(property), schemas.get(property));
            required.add(new Json.Str(names.get(property)));
        }
        return Json.obj()
                .with("type", "object")
                .with("properties", properties)
                .with("required", new Json.Arr(required))
                .with("additionalProperties", false);
    }

    /** A schema whose references to its own root name a definition. */
    private static final class Moved {
        private final String root;
        private boolean isRecursive;

        Moved(String root) {
            this.root = root;
        }

        Json json(Json schema) {
            return switch (schema) {
                case Json.Obj object
                when object.at(StrictMode.REF).equals(Optional.of(new Json.Str(StrictMode.ROOT_REFERENCE))) -> {
                    isRecursive = true;
                    yield Json.obj().with(StrictMode.REF, root);
                }
                case Json.Obj object -> each(object, this::argument);
                case Json.Arr array ->
                    new Json.Arr(array.items().stream().map(this::json).toList());
                default -> schema;
            };
        }

        /** What stands behind a keyword. */
        private Json argument(String keyword, Json argument) {
            return switch (keyword) {
                case "properties" -> each((Json.Obj) argument, (name, property) -> json(property));
                case "enum", "const" -> argument; // values, which may look like schemas
                default -> json(argument);
            };
        }

        private static Json.Obj each(Json.Obj object, BiFunction<String, Json, Json> change) {
            Map<String, Json> fields = new LinkedHashMap<>();
            object.fields().forEach((name, value) -> fields.put(name, change.apply(name, value)));
            return new Json.Obj(fields);
        }
    }
}
