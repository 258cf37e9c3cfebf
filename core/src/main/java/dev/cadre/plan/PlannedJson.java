// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.Tier;
import dev.cadre.task.Wire;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The JSON forms of a planned subtask. A journal keeps literals and wires apart. A model writes each component in its
 * place, as a literal or as a reference {@code {"from": id, "field": name}}.
 *
 * <p>Both are read here, as literals: {@link References} finds those that are references. Whatever is
 * {@code null} is not given: strict mode has no other way to leave a component out.
 */
final class PlannedJson {
    static final String ID = "id";
    static final String TYPE = "type";
    static final String INPUT = "input";
    static final String WIRES = "wires";
    static final String INTO = "into";
    static final String FROM = "from";
    static final String FIELD = "field";
    static final String AFTER = "after";
    static final String OPTIONAL = "optional";
    static final String TIER = "tier";
    static final String WHEN = "when";
    static final String REPLACES = "replaces";

    private static final Set<String> KEYS = Set.of(TYPE, ID, INPUT, WIRES, AFTER, OPTIONAL, TIER, WHEN, REPLACES);
    private static final Set<String> CONDITION_KEYS = Set.of(FROM, FIELD, "is");
    private static final Set<String> WIRE_KEYS = Set.of(INTO, FROM, FIELD);

    private PlannedJson() {}

    static Json.Obj write(PlannedSubtask planned) {
        var input = new LinkedHashMap<String, Json>();
        planned.literals().forEach((name, json) -> input.put(name, Json.parse(json)));
        var written = Json.obj()
                .with(TYPE, planned.type())
                .with(ID, planned.id())
                .with(INPUT, new Json.Obj(input))
                .with(
                        WIRES,
                        new Json.Arr(
                                planned.wires().stream().map(PlannedJson::write).toList()))
                .with(AFTER, Json.strings(planned.after()))
                .with(OPTIONAL, planned.optional());
        if (!planned.tier().isEmpty()) {
            written = written.with(TIER, planned.tier());
        }
        if (planned.when().isPresent()) {
            written = written.with(WHEN, planned.when().get().write());
        }
        return planned.replaces().isEmpty() ? written : written.with(REPLACES, Json.strings(planned.replaces()));
    }

    /** The name of a tier in a plan. */
    static String name(Tier tier) {
        return tier.name().toLowerCase(Locale.ROOT);
    }

    /** The input as a model writes it. */
    static Json.Obj writtenInput(PlannedSubtask planned) {
        Json.Obj input = write(planned).object(INPUT);
        for (Wire wire : planned.wires()) {
            var reference = Json.obj().with(FROM, wire.from());
            input = input.with(wire.into(), wire.field().isEmpty() ? reference : reference.with(FIELD, wire.field()));
        }
        return input;
    }

    private static Json write(Wire wire) {
        return Json.obj().with(INTO, wire.into()).with(FROM, wire.from()).with(FIELD, wire.field());
    }

    static PlannedSubtask read(Json json) {
        var object = requireObject(json, KEYS);
        return new PlannedSubtask(
                object.string(ID),
                object.string(TYPE),
                literals(object.object(INPUT)),
                wires(object),
                strings(object, AFTER),
                isGiven(object, OPTIONAL) && object.bool(OPTIONAL),
                isGiven(object, TIER) ? object.string(TIER) : "",
                isGiven(object, WHEN)
                        ? Optional.of(PlannedCondition.read(
                                requireObject(object.at(WHEN).orElseThrow(), CONDITION_KEYS)))
                        : Optional.empty(),
                strings(object, REPLACES));
    }

    private static Map<String, String> literals(Json.Obj input) {
        var literals = new LinkedHashMap<String, String>();
        input.fields().forEach((name, value) -> {
            if (value != Json.Null.NULL) {
                literals.put(name, value.write());
            }
        });
        return literals;
    }

    private static List<Wire> wires(Json.Obj object) {
        return itemsOrNone(object, WIRES).stream()
                .map(item -> requireObject(item, WIRE_KEYS))
                .map(wire -> new Wire(wire.string(INTO), wire.string(FROM), wire.string(FIELD)))
                .toList();
    }

    /** A list of ids; one id that stands in its place is a list of it. */
    private static List<String> strings(Json.Obj object, String name) {
        return isOneId(object, name)
                ? List.of(object.string(name))
                : itemsOrNone(object, name).stream()
                        .map(item -> string(item, name))
                        .toList();
    }

    private static List<Json> itemsOrNone(Json.Obj object, String name) {
        return isGiven(object, name) ? object.items(name) : List.of();
    }

    private static boolean isGiven(Json.Obj object, String name) {
        return object.at(name).filter(value -> value != Json.Null.NULL).isPresent();
    }

    private static boolean isOneId(Json.Obj object, String name) {
        return object.at(name).filter(Json.Str.class::isInstance).isPresent();
    }

    /** The lists of ids in whose place one id stands. */
    static List<String> listsOfOneId(Json json) {
        return json instanceof Json.Obj object
                ? Stream.of(AFTER, REPLACES)
                        .filter(name -> isOneId(object, name))
                        .toList()
                : List.of();
    }

    private static String string(Json item, String name) {
        if (item instanceof Json.Str string) {
            return string.value();
        }
        throw new JsonException("$.%s: expected strings, got %s".formatted(name, item.kind()));
    }

    private static Json.Obj requireObject(Json json, Set<String> keys) {
        if (!(json instanceof Json.Obj object)) {
            throw new JsonException("expected an object, got " + json.kind());
        }
        for (String key : object.fields().keySet()) {
            if (!keys.contains(key)) {
                throw new JsonException("unknown key " + Quoted.of(key));
            }
        }
        return object;
    }
}
