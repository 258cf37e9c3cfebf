// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.Tier;
import dev.cadre.schema.Literal;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A subtask as a planner proposes it: nothing about it has been checked. Immutable.
 *
 * <p>Each component of the input is given by a literal or by a wire, never by both; one that is an Optional may have
 * neither. An input that is no record has the one component {@code value}.
 *
 * @param id by which other subtasks of the plan refer to it
 * @param type the name of a registered subtask type
 * @param literals the bare JSON text of components, by name
 * @param wires the components that come from the outputs of other subtasks
 * @param after the ids of subtasks that must end first without passing anything on
 * @param optional whether the run counts as complete without it; a wish, which the type must allow
 * @param tier the name of the tier on which it starts, in lower case, such as {@code mini}; empty to leave that to its
 *     type. The type must {@linkplain SubtaskType#between allow the choice}
 * @param when what must hold of another subtask's output for it to be run; empty if it always is. The type of that one must
 *     {@linkplain SubtaskType#deciding() allow it}
 * @param replaces the subtasks, and the items of fan-outs, that did not succeed and in whose place it stands; see
 *     {@link PlanProgress}
 */
public record PlannedSubtask(
        String id,
        String type,
        Map<String, String> literals,
        List<Wire> wires,
        List<String> after,
        boolean optional,
        String tier,
        Optional<PlannedCondition> when,
        List<String> replaces) {

    public PlannedSubtask {
        literals = Collections.unmodifiableMap(new LinkedHashMap<>(literals));
        wires = List.copyOf(wires);
        after = List.copyOf(after);
        replaces = List.copyOf(replaces);
    }

    /** A subtask that leaves its tier to its type, is always run and stands in nobody's place. */
    public PlannedSubtask(
            String id,
            String type,
            Map<String, String> literals,
            List<Wire> wires,
            List<String> after,
            boolean optional) {
        this(id, type, literals, wires, after, optional, "", Optional.empty(), List.of());
    }

    /** A subtask whose input is still to be given, component by component. */
    public static PlannedSubtask of(String id, SubtaskType<?, ?> type) {
        return new PlannedSubtask(id, type.name(), Map.of(), List.of(), List.of(), false);
    }

    /** A subtask whose whole input is known. */
    public static <I> PlannedSubtask of(String id, SubtaskType<I, ?> type, I input) {
        var literals = new LinkedHashMap<String, String>();
        var json = type.inputType().toJson(input);
        ((Json.Obj) json).fields().forEach((name, value) -> literals.put(name, value.write()));
        return new PlannedSubtask(id, type.name(), literals, List.of(), List.of(), false);
    }

    /**
     * This subtask with one more component given.
     *
     * @param value a string, number, boolean, enum constant, date, record, or a collection of such; a record of a sealed
     *     interface does not know which of its kinds to name, so that its input must be given whole
     * @throws IllegalArgumentException if the value has no JSON form
     */
    public PlannedSubtask withLiteral(String component, Object value) {
        var added = new LinkedHashMap<>(literals);
        added.put(component, Literal.of(value).write());
        return new PlannedSubtask(id, type, added, wires, after, optional, tier, when, replaces);
    }

    /** This subtask with one more component wired to a field of another subtask's output. */
    public PlannedSubtask withWire(String into, String from, String field) {
        var added = new ArrayList<>(wires);
        added.add(new Wire(into, from, field));
        return new PlannedSubtask(id, type, literals, added, after, optional, tier, when, replaces);
    }

    /** This subtask, to start only when others have ended as they should. */
    public PlannedSubtask after(String... ids) {
        var added = new ArrayList<>(after);
        added.addAll(List.of(ids));
        return new PlannedSubtask(id, type, literals, wires, added, optional, tier, when, replaces);
    }

    /** This subtask, marked as one that the run can do without. */
    public PlannedSubtask asOptional() {
        return new PlannedSubtask(id, type, literals, wires, after, true, tier, when, replaces);
    }

    /** This subtask, to start on a tier that its type lets a planner choose. */
    public PlannedSubtask on(Tier chosen) {
        return new PlannedSubtask(id, type, literals, wires, after, optional, PlannedJson.name(chosen), when, replaces);
    }

    /**
     * This subtask, to be run only if a field of another one's output has a value; if not, it is not needed, and neither is
     * what uses its output.
     *
     * @param value a boolean, or a constant of an enum
     * @throws IllegalArgumentException if it is neither
     */
    public PlannedSubtask when(String from, String field, Object value) {
        if (!(value instanceof Boolean) && !(value instanceof Enum<?>)) {
            throw new IllegalArgumentException("a condition is on a boolean or an enum, not " + value);
        }
        var condition = new PlannedCondition(from, field, Literal.of(value).write());
        return new PlannedSubtask(id, type, literals, wires, after, optional, tier, Optional.of(condition), replaces);
    }

    // --- copies with one part changed

    PlannedSubtask withId(String other) {
        return new PlannedSubtask(other, type, literals, wires, after, optional, tier, when, replaces);
    }

    PlannedSubtask withTier(String other) {
        return new PlannedSubtask(id, type, literals, wires, after, optional, other, when, replaces);
    }

    PlannedSubtask withReplaces(List<String> others) {
        return new PlannedSubtask(id, type, literals, wires, after, optional, tier, when, others);
    }

    PlannedSubtask withInput(String ofType, Map<String, String> otherLiterals, List<Wire> otherWires) {
        return new PlannedSubtask(id, ofType, otherLiterals, otherWires, after, optional, tier, when, replaces);
    }

    /** This subtask with the ids that it names changed. */
    PlannedSubtask respelled(UnaryOperator<String> spelling) {
        List<Wire> spelledWires = wires.stream()
                .map(wire -> new Wire(wire.into(), spelling.apply(wire.from()), wire.field()))
                .toList();
        return new PlannedSubtask(
                id,
                type,
                literals,
                spelledWires,
                after.stream().map(spelling).toList(),
                optional,
                tier,
                when.map(each -> new PlannedCondition(spelling.apply(each.from()), each.field(), each.is())),
                replaces);
    }

    /** The ids of the subtasks and inputs that it refers to, some perhaps twice. */
    Stream<String> references() {
        return Stream.of(
                        wires.stream().map(Wire::from),
                        after.stream(),
                        when.stream().map(PlannedCondition::from))
                .flatMap(each -> each);
    }

    /** This subtask, in the place of others that did not succeed: of subtasks, or of items of fan-outs. */
    public PlannedSubtask replacing(String... undone) {
        var added = new ArrayList<>(replaces);
        added.addAll(List.of(undone));
        return new PlannedSubtask(id, type, literals, wires, after, optional, tier, when, added);
    }

    /** This subtask as JSON text, the same for equal subtasks; {@link #parse} reads it back. */
    public String toJson() {
        return PlannedJson.write(this).write();
    }

    /**
     * Reads what {@link #toJson} wrote, or what a model planned.
     *
     * @throws IllegalArgumentException if the text is not that; the message quotes at most an excerpt of it
     */
    public static PlannedSubtask parse(String json) {
        try {
            return PlannedJson.read(Json.parse(json));
        } catch (JsonException e) {
            throw new IllegalArgumentException("not a planned subtask: " + e.getMessage(), e);
        }
    }
}
