// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.json.JsonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The argument of a keyword in a schema. Each method reads it in the form that a keyword needs. If it has another
 * form, the method throws a {@link JsonTypeException} that names the place.
 */
record KeywordArgument(Json json, JsonPath at, StrictMode document) {
    private static final int MAX_EXCERPT_CHARS = 60;

    List<JsonKind> kinds() {
        var names = json instanceof Json.Arr ? items() : List.of(json);
        return names.stream().map(name -> with(name, at).kind()).distinct().toList();
    }

    private JsonKind kind() {
        String name = string();
        return JsonKind.named(name).orElseThrow(() -> refused("%s is not a type of JSON".formatted(quoted(name))));
    }

    List<Json> scalars() {
        return items().stream().map(each -> with(each, at).scalar()).toList();
    }

    Json scalar() {
        if (json instanceof Json.Obj || json instanceof Json.Arr) {
            throw unfit("a string, a number, a boolean or null");
        }
        return json;
    }

    StrictSchema schema() {
        return document.read(this);
    }

    List<StrictSchema> schemas() {
        var schemas = new ArrayList<StrictSchema>();
        items().forEach(each -> schemas.add(with(each, at.item(schemas.size())).schema()));
        return schemas;
    }

    Map<String, StrictSchema> schemasByName() {
        var schemas = new LinkedHashMap<String, StrictSchema>();
        object().fields()
                .forEach((name, each) ->
                        schemas.put(name, with(each, at.field(name)).schema()));
        return schemas;
    }

    /** The strings of an array, which may be empty. */
    List<String> names() {
        return require(Json.Arr.class, "an array").items().stream()
                .map(name -> with(name, at).string())
                .toList();
    }

    boolean isFalse() {
        return json.equals(new Json.Bool(false));
    }

    BigDecimal number() {
        return require(Json.Num.class, "a number").value();
    }

    BigDecimal positive() {
        if (number().signum() <= 0) {
            throw refused("it must be above 0");
        }
        return number();
    }

    BigDecimal count() {
        if (number().signum() < 0 || !JsonKind.isWhole(number())) {
            throw refused("%s is not a whole number from 0 on".formatted(number()));
        }
        return number();
    }

    ValueRule format() {
        if (!StringFormats.names().contains(string())) {
            throw refused("strict mode knows the formats " + StringFormats.names());
        }
        return ValueRule.format(string());
    }

    ValueRule pattern() {
        try {
            return ValueRule.pattern(string());
        } catch (PatternDialect.Refused refused) {
            throw refused("not a pattern of strict mode: " + refused.getMessage());
        }
    }

    String string() {
        return require(Json.Str.class, "a string").value();
    }

    Json.Obj object() {
        return require(Json.Obj.class, "an object");
    }

    private List<Json> items() {
        var items = require(Json.Arr.class, "an array").items();
        if (items.isEmpty()) {
            throw refused("it is empty");
        }
        return items;
    }

    KeywordArgument with(Json part, JsonPath place) {
        return new KeywordArgument(part, place, document);
    }

    private <J extends Json> J require(Class<J> type, String expected) {
        if (type.isInstance(json)) {
            return type.cast(json);
        }
        throw unfit(expected);
    }

    private JsonTypeException unfit(String expected) {
        return refused("expected %s, got %s".formatted(expected, json.kind()));
    }

    JsonTypeException refused(String rule) {
        return new JsonTypeException(at + ": " + rule);
    }

    static String quoted(String text) {
        return JsonText.excerpt(text, MAX_EXCERPT_CHARS);
    }
}
