// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Items;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Optional;

/**
 * What a wire can bring from an admitted subtask.
 *
 * <p>Of one that fans out, a field is the list of that field of all items that succeeded, and {@value #ITEMS} the list of
 * their whole outputs, unless the output has a component of that name.
 */
final class Source {
    static final String ITEMS = "items";

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

    /** The type of a field, or empty if there is no such field. */
    Optional<JsonType<?>> field(String name) {
        Optional<JsonType<?>> component = output.component(name);
        if (!fansOut) {
            return component;
        }
        if (component.isPresent()) {
            return component.map(JsonType::list);
        }
        return name.equals(ITEMS) ? Optional.of(output.type().list()) : Optional.empty();
    }

    String fields() {
        return fansOut && output.component(ITEMS).isEmpty() ? output.names() + ", " + ITEMS : output.names();
    }

    /** The bare JSON of a field of what the subtask brought. */
    Json read(Object brought, String name) {
        return fansOut ? new Json.Arr(readAll((Items<?>) brought, name)) : output.bare(brought, name);
    }

    private List<Json> readAll(Items<?> items, String name) {
        boolean whole = output.component(name).isEmpty();
        return items.values().stream()
                .map(value -> whole ? output.whole(value) : output.bare(value, name))
                .toList();
    }
}
