// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Artifacts;
import dev.cadre.task.Items;
import dev.cadre.task.Outputs;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Wire;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a wire can bring from an admitted subtask or from an input of the goal: one field, or the whole of it if the wire
 * names no field.
 *
 * <p>Of one that fans out, a field is the list of that field of all items that succeeded, and {@value #ITEMS} the list of
 * their whole outputs, unless the output has a component of that name.
 */
final class Source {
    static final String ITEMS = "items";

    static final String WHOLE = "";

    private final Shape<?> output;
    /** The fields by which it can be decided whether others are run. */
    private final List<String> deciding;

    private final boolean fansOut;
    private final boolean optional;
    /** The input of the goal; null if a subtask brings it. */
    private final @Nullable GoalInput given;

    Source(SubtaskType<?, ?> type, boolean fansOut, boolean optional) {
        this.output = Shape.of(type.outputType());
        this.deciding = type.isDeciding() && !fansOut ? Conditions.fields(type) : List.of();
        this.fansOut = fansOut;
        this.optional = optional;
        this.given = null;
    }

    /** An input of the goal: it is there before anything starts. */
    Source(GoalInput given) {
        this.output = given.shape();
        this.deciding = List.of();
        this.fansOut = false;
        this.optional = false;
        this.given = given;
    }

    boolean isGiven() {
        return given != null;
    }

    /** What models read of it by range before anything has run. */
    List<Artifacts.Output> kept() {
        return given == null ? List.of() : given.kept();
    }

    boolean isOptional() {
        return optional;
    }

    /** The fields by which it can be decided whether others are run: none of one that fans out. */
    List<String> decidingFields() {
        return deciding;
    }

    /** The bare JSON of a field of what one that does not fan out has brought. */
    Json bare(Object brought, String field) {
        return output.bare(brought, field);
    }

    /** The fields by which a subtask of a type, run once or for each element, can bring a component. */
    static List<String> fieldsFor(JsonType<?> into, SubtaskType<?, ?> type) {
        var once = new Source(type, false, false);
        var forEach = new Source(type, true, false);
        return Stream.concat(once.output.components().stream().map(JsonComponent::name), Stream.of(ITEMS))
                .distinct()
                .filter(name -> once.brings(name, into) || forEach.brings(name, into))
                .toList();
    }

    /** The fields by which an input of the goal can bring a component; a value that is no record has none. */
    static List<String> fieldsFor(JsonType<?> into, GoalInput given) {
        var source = new Source(given);
        return given.shape().type().components().stream()
                .map(JsonComponent::name)
                .filter(name -> source.brings(name, into))
                .toList();
    }

    /** Whether an input of the goal can bring a component as a whole. */
    static boolean isWholeFor(JsonType<?> into, GoalInput given) {
        return new Source(given).brings(WHOLE, into);
    }

    private boolean brings(String name, JsonType<?> into) {
        return field(name).flatMap(brought -> fit(brought, into)).isPresent();
    }

    /** How what is brought becomes a component. */
    enum Fit {
        /** As it is. */
        WHOLE,
        /** Each element of a list in its turn: the subtask runs once for each. */
        EACH,
        /** The same for each element of each of several lists. */
        EACH_OF_EACH,
        /** As the one element of a list. */
        ALONE
    }

    /** How a value of the one type becomes one of the other; empty if it cannot. */
    static Optional<Fit> fit(JsonType<?> brought, JsonType<?> into) {
        if (into.accepts(brought)) {
            return Optional.of(Fit.WHOLE);
        }
        if (brought.element().filter(into::accepts).isPresent()) {
            return Optional.of(Fit.EACH);
        }
        if (brought.element().flatMap(JsonType::element).filter(into::accepts).isPresent()) {
            return Optional.of(Fit.EACH_OF_EACH);
        }
        return into.element().filter(element -> element.accepts(brought)).map(element -> Fit.ALONE);
    }

    /** The field that a wire means: what it names, or the whole output where that fits, or the only field. */
    String meant(String named, JsonType<?> into) {
        boolean isWhole = !named.isEmpty() || brings(WHOLE, into);
        return isWhole || output.components().size() != 1
                ? named
                : output.components().getFirst().name();
    }

    /** The type of a field, or empty if there is no such field. */
    Optional<JsonType<?>> field(String name) {
        Optional<JsonType<?>> once = name.equals(WHOLE) ? Optional.of(output.type()) : output.component(name);
        if (!fansOut) {
            return once;
        }
        if (once.isPresent()) {
            return once.map(JsonType::list);
        }
        return name.equals(ITEMS) ? Optional.of(output.type().list()) : Optional.empty();
    }

    String fields() {
        return fansOut && output.component(ITEMS).isEmpty() ? output.names() + ", " + ITEMS : output.names();
    }

    /** The bare JSON of a field, once it is there. */
    Optional<Json> read(Outputs outputs, Wire wire, String name) {
        return given != null
                ? Optional.of(given.read(name))
                : outputs.of(wire.from()).map(brought -> read(brought, name));
    }

    /** The bare JSON of a field of what the subtask brought. */
    Json read(Object brought, String name) {
        return fansOut ? new Json.Arr(readAll((Items<?>) brought, name)) : readOne(brought, name);
    }

    private Json readOne(Object brought, String name) {
        return name.equals(WHOLE) ? output.whole(brought) : output.bare(brought, name);
    }

    private List<Json> readAll(Items<?> items, String name) {
        boolean whole = output.component(name).isEmpty();
        return items.values().stream()
                .map(value -> whole ? output.whole(value) : output.bare(value, name))
                .toList();
    }
}
