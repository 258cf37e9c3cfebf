// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells whether a tree fits a schema that {@link StrictRules} let pass. Safe for use by many threads. */
final class SchemaCheck {
    private static final int MAX_EXCERPT_CHARS = 60;

    private final Json.Obj document;
    private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

    SchemaCheck(Json.Obj document) {
        this.document = document;
    }

    /** Whether the whole tree fits; reports at least one defect if it does not. */
    boolean fits(Json json, Where at, Defects defects) {
        return fits(document, json, at, defects);
    }

    private boolean fits(Json given, Json json, Where at, Defects defects) {
        Json.Obj schema = resolved(given);
        List<String> types = types(schema);
        if (!types.isEmpty() && types.stream().noneMatch(type -> isOf(type, json))) {
            defects.wrongKind(at, described(types), json);
            return false;
        }
        return isOneOf(items(schema, "enum"), json, at, defects)
                && isOneOf(schema.at("const").map(List::of).orElse(List.of()), json, at, defects)
                && fitsOneOf(items(schema, "anyOf"), json, at, defects)
                && switch (json) {
                    case Json.Obj object -> object(schema, object, at, defects);
                    case Json.Arr array -> array(schema, array.items(), at, defects);
                    case Json.Str string -> string(schema, string.value(), at, defects);
                    case Json.Num number -> number(schema, number.value(), at, defects);
                    case Json.Bool bool -> true;
                    case Json.Null none -> true;
                };
    }

    private Json.Obj resolved(Json given) {
        var schema = (Json.Obj) given;
        while (schema.at("$ref").isPresent()) {
            String reference = schema.string("$ref");
            schema = reference.equals(StrictRules.ROOT_REFERENCE)
                    ? document
                    : document.object(StrictRules.DEFINITIONS, reference.substring(StrictRules.REFERENCE.length()));
        }
        return schema;
    }

    private static List<Json> items(Json.Obj schema, String keyword) {
        return schema.at(keyword).isPresent() ? schema.items(keyword) : List.of();
    }

    private static List<String> types(Json.Obj schema) {
        return switch (schema.at("type").orElse(Json.arr())) {
            case Json.Str one -> List.of(one.value());
            case Json.Arr several ->
                several.items().stream().map(type -> ((Json.Str) type).value()).toList();
            case Json other -> throw new IllegalStateException("a type that is " + other.kind());
        };
    }

    private static boolean isOf(String type, Json json) {
        return switch (type) {
            case "object" -> json instanceof Json.Obj;
            case "array" -> json instanceof Json.Arr;
            case "string" -> json instanceof Json.Str;
            case "number" -> json instanceof Json.Num;
            case "integer" -> json instanceof Json.Num(BigDecimal value) && isWhole(value);
            case "boolean" -> json instanceof Json.Bool;
            case "null" -> json instanceof Json.Null;
            default -> throw new IllegalStateException("no type '%s'".formatted(type));
        };
    }

    private static String described(List<String> types) {
        return types.stream()
                .map(type -> switch (type) {
                    case "object", "array" -> "an " + type;
                    case "integer" -> "a whole number";
                    case "null" -> type;
                    default -> "a " + type;
                })
                .collect(Collectors.joining(" or "));
    }

    /** A list that is not there allows everything. */
    private static boolean isOneOf(List<Json> allowed, Json json, Where at, Defects defects) {
        if (allowed.isEmpty() || allowed.stream().anyMatch(each -> isSame(each, json))) {
            return true;
        }
        String names = allowed.stream()
                .map(each -> each instanceof Json.Str string ? string.value() : each.write())
                .collect(Collectors.joining(", "));
        defects.add(
                at,
                "%s is not %s%s"
                        .formatted(
                                JsonText.line(json.write(), MAX_EXCERPT_CHARS),
                                allowed.size() == 1 ? "" : "one of ",
                                names));
        return false;
    }

    /** The defects of the branch that comes nearest; of one for another kind of value nobody wants to hear. */
    private boolean fitsOneOf(List<Json> branches, Json json, Where at, Defects defects) {
        @Nullable Defects nearest = null;
        for (Json branch : branches) {
            var own = new Defects();
            if (fits(branch, json, at, own)) {
                return true;
            }
            List<String> types = types(resolved(branch));
            boolean isMeant = types.isEmpty() || types.stream().anyMatch(type -> isOf(type, json));
            if (isMeant && (nearest == null || own.size() < nearest.size())) {
                nearest = own;
            }
        }
        if (nearest != null) {
            defects.addAll(nearest);
        } else if (!branches.isEmpty()) {
            defects.wrongKind(
                    at,
                    described(branches.stream()
                            .flatMap(branch -> types(resolved(branch)).stream())
                            .distinct()
                            .toList()),
                    json);
        }
        return branches.isEmpty();
    }

    private boolean object(Json.Obj schema, Json.Obj object, Where at, Defects defects) {
        if (schema.at("properties").isEmpty()
                && schema.at("additionalProperties").isEmpty()) {
            return true; // what it must be stands in a branch
        }
        Map<String, Json> properties = schema.at("properties").isPresent()
                ? schema.object("properties").fields()
                : Map.of();
        RecordBinding.reportUnknown(object, properties.keySet(), at, defects);
        boolean fits = properties.keySet().containsAll(object.fields().keySet());
        for (var property : properties.entrySet()) {
            var value = object.fields().get(property.getKey());
            var place = at.field(property.getKey());
            if (value == null) {
                defects.add(place, "missing");
                fits = false;
            } else {
                fits &= fits(property.getValue(), value, place, defects);
            }
        }
        return fits;
    }

    private boolean array(Json.Obj schema, List<Json> items, Where at, Defects defects) {
        boolean fits = isAtLeast(
                        schema, "minItems", BigDecimal.valueOf(items.size()), at, "%s items, at least %s", defects)
                && isAtMost(schema, "maxItems", BigDecimal.valueOf(items.size()), at, "%s items, at most %s", defects);
        var schemaOfItems = schema.at("items");
        for (int i = 0; i < items.size() && schemaOfItems.isPresent(); i++) {
            fits &= fits(schemaOfItems.get(), items.get(i), at.item(i), defects);
        }
        return fits;
    }

    private boolean string(Json.Obj schema, String text, Where at, Defects defects) {
        if (schema.at("format").isPresent() && !StringFormats.matches(schema.string("format"), text)) {
            defects.notA(at, text, "a " + schema.string("format"));
            return false;
        }
        if (schema.at("pattern").isPresent() && !occurs(schema.string("pattern"), text)) {
            defects.notA(at, text, "like " + schema.string("pattern"));
            return false;
        }
        return true;
    }

    private boolean occurs(String pattern, String text) {
        try {
            return patterns.computeIfAbsent(pattern, Pattern::compile)
                    .matcher(new CountedText(text))
                    .find();
        } catch (CountedText.Exceeded endless) {
            return false;
        }
    }

    private static boolean number(Json.Obj schema, BigDecimal number, Where at, Defects defects) {
        if (schema.at("multipleOf").isPresent()
                && number.remainder(schema.decimal("multipleOf")).signum() != 0) {
            defects.add(at, "%s is not a multiple of %s".formatted(number, schema.decimal("multipleOf")));
            return false;
        }
        return isAtLeast(schema, "minimum", number, at, "%s is not at least %s", defects)
                && isAtMost(schema, "maximum", number, at, "%s is not at most %s", defects)
                && isBeyond(schema, "exclusiveMinimum", number, 1, at, "%s is not above %s", defects)
                && isBeyond(schema, "exclusiveMaximum", number, -1, at, "%s is not below %s", defects);
    }

    private static boolean isAtLeast(
            Json.Obj schema, String keyword, BigDecimal number, Where at, String trouble, Defects defects) {
        return schema.at(keyword).isEmpty()
                || number.compareTo(schema.decimal(keyword)) >= 0
                || report(schema, keyword, number, at, trouble, defects);
    }

    private static boolean isAtMost(
            Json.Obj schema, String keyword, BigDecimal number, Where at, String trouble, Defects defects) {
        return schema.at(keyword).isEmpty()
                || number.compareTo(schema.decimal(keyword)) <= 0
                || report(schema, keyword, number, at, trouble, defects);
    }

    private static boolean isBeyond(
            Json.Obj schema, String keyword, BigDecimal number, int sign, Where at, String trouble, Defects defects) {
        return schema.at(keyword).isEmpty()
                || number.compareTo(schema.decimal(keyword)) == sign
                || report(schema, keyword, number, at, trouble, defects);
    }

    private static boolean report(
            Json.Obj schema, String keyword, BigDecimal number, Where at, String trouble, Defects defects) {
        defects.add(at, trouble.formatted(number, schema.decimal(keyword)));
        return false;
    }

    private static boolean isWhole(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0;
    }

    /** As JSON Schema has it: 1 and 1.0 are one number. */
    private static boolean isSame(Json a, Json b) {
        return (a instanceof Json.Num(BigDecimal left) && b instanceof Json.Num(BigDecimal right))
                ? left.compareTo(right) == 0
                : a.equals(b);
    }
}
