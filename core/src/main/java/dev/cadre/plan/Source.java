// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Items;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a wire can bring from an admitted subtask: one field, or its whole output if the wire names no field.
 *
 * <p>Of one that fans out, a field is the list of that field of all items that succeeded, and {@value #ITEMS} the list of
 * their whole outputs, unless the output has a component of that name.
 */
final class Source {
    static final String ITEMS = "items";

    private static final String WHOLE = "";

    private final Shape<?> output;
    private final boolean fansOut;
    private final boolean optional;

    Source(SubtaskType<?, ?> type, boolean fansOut, boolean optional) {
        this.output = Shape.of(type.outputType());
        this.fansOut = fansOut;
        this.optional = optional;
    }

    boolean isOptional() {
        return optional;
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

    private boolean brings(String name, JsonType<?> into) {
        return field(name).flatMap(brought -> fit(brought, into)).isPresent();
    }

    /** How what is brought becomes a component. */
    enum Fit {
        /** As it is. */
        WHOLE,
        /** Each element of a list in its turn: the subtask runs once for each. */
        EACH,
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
