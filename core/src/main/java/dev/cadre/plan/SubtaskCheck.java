// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Notation;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks at one planned subtask by itself and finds everything that is wrong with it. */
final class SubtaskCheck {
    /** As many as a message can show; nothing is looked at behind them. */
    private static final int MAX_TROUBLES = 10;

    private final PlannedSubtask planned;
    private final Shape<?> input;
    private final Set<String> wired = new HashSet<>();
    private final Map<String, Json> literals = new LinkedHashMap<>();
    private final List<String> troubles = new ArrayList<>();

    SubtaskCheck(PlannedSubtask planned, SubtaskType<?, ?> type) {
        this.planned = planned;
        this.input = Shape.of(type.inputType());
        planned.wires().forEach(this::wire);
        planned.after().forEach(this::reference);
        planned.when().ifPresent(when -> reference(when.from()));
        planned.literals().forEach(this::literal);
        input.components().forEach(this::requireGiven);
        requireTier(type);
        // the record's own constructor may refuse values that each fit
        if (troubles.isEmpty() && wired.isEmpty()) {
            troubles.addAll(input.defects(literals));
        }
    }

    List<String> troubles() {
        return troubles;
    }

    /**
     * The subtask as one that is in order.
     *
     * @param decided the same but for its tier
     * @param type its type, which starts on that tier
     * @param given the names of the goal's inputs
     */
    Candidate candidate(PlannedSubtask decided, SubtaskType<?, ?> type, Set<String> given) {
        return Candidate.of(decided, type, input, literals, given);
    }

    private void requireTier(SubtaskType<?, ?> type) {
        if (!planned.tier().isEmpty() && TierChoices.named(planned.tier()).isEmpty()) {
            troubles.add("no tier %s; it may start on %s"
                    .formatted(Quoted.of(planned.tier()), String.join(", ", TierChoices.names(type))));
        }
    }

    private boolean isFull() {
        return troubles.size() >= MAX_TROUBLES;
    }

    private void wire(Wire wire) {
        reference(wire.from());
        if (!requireComponent(wire.into())) {
            return;
        }
        if (!wired.add(wire.into())) {
            troubles.add("input.%s has two references".formatted(wire.into()));
        }
        if (planned.literals().containsKey(wire.into())) {
            troubles.add("input.%s has a value and a reference".formatted(wire.into()));
        }
    }

    private void reference(String id) {
        if (!isFull() && !GraphNode.isValidId(id)) {
            troubles.add("it depends on %s, which cannot be an id".formatted(Quoted.of(id)));
        }
    }

    private void literal(String name, String json) {
        if (isFull() || !requireComponent(name)) {
            return;
        }
        try {
            Json bare = Json.parse(json);
            JsonType<?> type = input.component(name).orElseThrow();
            if (Shape.isReferenceOnly(type)) {
                troubles.add("input.%s is %s: only a reference can stand there, such as {\"from\": \"the id or name\"}"
                        .formatted(name, Notation.of(type)));
                return;
            }
            troubles.addAll(input.defects(name, type, bare));
            literals.put(name, bare);
        } catch (JsonException e) {
            troubles.add("input.%s: %s".formatted(name, e.getMessage()));
        }
    }

    private boolean requireComponent(String name) {
        if (isFull()) {
            return false;
        }
        if (input.component(name).isPresent()) {
            return true;
        }
        troubles.add("no input %s; the components are %s".formatted(Quoted.of(name), input.names()));
        return false;
    }

    private void requireGiven(JsonComponent component) {
        if (planned.literals().containsKey(component.name()) || wired.contains(component.name())) {
            return;
        }
        if (Shape.isOptional(component.type())) {
            literals.put(component.name(), Json.Null.NULL);
        } else {
            troubles.add("input.%s has neither a value nor a reference".formatted(component.name()));
        }
    }
}
