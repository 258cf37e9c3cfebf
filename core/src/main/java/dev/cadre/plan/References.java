// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the references that a model wrote in the places of components, and makes wires of them.
 *
 * <p>A reference is an object {@code {"from": id, "field": name}}; without a field it means the whole output. An object
 * that the component's own type can read is a literal: a record with the components {@code from} and {@code field} is
 * one, a map is not.
 */
final class References {
    private static final int MAX_UNTIDY_CHARS = 100;
    private static final Pattern UNFIT_IN_ID = Pattern.compile("[^A-Za-z0-9_.-]+");
    private static final Set<String> KEYS = Set.of(PlannedJson.FROM, PlannedJson.FIELD);

    private References() {}

    /** The subtask as one of this type, with its references as wires, and nothing else changed. */
    static PlannedSubtask asWires(PlannedSubtask written, SubtaskType<?, ?> type) {
        Shape<?> input = Shape.of(type.inputType());
        var literals = new LinkedHashMap<String, String>();
        var wires = new ArrayList<>(written.wires());
        written.literals().forEach((name, literal) -> {
            Optional<Wire> wire = literal.startsWith("{") ? wire(name, literal, input) : Optional.empty();
            wire.ifPresentOrElse(wires::add, () -> literals.put(name, literal));
        });
        return written.withInput(type.name(), literals, wires);
    }

    private static Optional<Wire> wire(String into, String literal, Shape<?> input) {
        return input.component(into)
                .flatMap(type -> parsed(literal).filter(object -> !isLiteral(object, into, type, input)))
                .flatMap(object -> wire(into, object));
    }

    private static Optional<Json.Obj> parsed(String literal) {
        try {
            return Json.parse(literal) instanceof Json.Obj object
                            && KEYS.containsAll(object.fields().keySet())
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (JsonException unreadable) {
            return Optional.empty();
        }
    }

    private static boolean isLiteral(Json.Obj object, String name, JsonType<?> type, Shape<?> input) {
        return mayBeLiteral(type) && input.defects(name, type, object).isEmpty();
    }

    /** Whether a literal of this type may look like a reference. */
    static boolean mayBeLiteral(JsonType<?> type) {
        return !Shape.isReferenceOnly(type)
                && type.components().stream().anyMatch(each -> each.name().equals(PlannedJson.FROM));
    }

    private static Optional<Wire> wire(String into, Json.Obj reference) {
        if (!(reference.at(PlannedJson.FROM).orElse(Json.Null.NULL) instanceof Json.Str from)) {
            return Optional.empty();
        }
        return switch (reference.at(PlannedJson.FIELD).orElse(Json.Null.NULL)) {
            case Json.Str field -> Optional.of(new Wire(into, from.value(), field.value()));
            case Json.Null none -> Optional.of(new Wire(into, from.value(), ""));
            default -> Optional.empty();
        };
    }

    /** The subtask with dashes for what no id may have, such as blanks, in its id and in those that it names. */
    static PlannedSubtask withTidyIds(PlannedSubtask planned) {
        return planned.respelled(References::tidy).withId(tidy(planned.id()));
    }

    /** The id of a subtask, or that of an item as {@code id#index}, with dashes for what no id may have. */
    static String tidyLabel(String label) {
        int item = label.indexOf('#');
        return item < 0
                ? tidy(label)
                : tidy(label.substring(0, item)) + "#"
                        + label.substring(item + 1).strip();
    }

    private static String tidy(String id) {
        if (id.length() > MAX_UNTIDY_CHARS || GraphNode.isValidId(id)) {
            return id;
        }
        String tidy = UNFIT_IN_ID.matcher(id.strip()).replaceAll("-");
        return GraphNode.isValidId(tidy) ? tidy : id;
    }
}
