// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.schema.Notation;
import dev.cadre.task.Artifacts;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** The outputs that a subtask depends on, and the inputs of its goal, that its model reads by range. */
public final class KeptOutputs {
    /** Where less may be read at once, nothing is. */
    private static final int LEAST_READ_BYTES = 1_000;

    private final SubtaskType<?, ?> type;
    private final Artifacts.Index index;

    private KeptOutputs(SubtaskType<?, ?> type, Artifacts.Index index) {
        this.type = type;
        this.index = index;
    }

    /**
     * Those that are there before anything has run.
     *
     * @param mostReadBytes of one result of a tool
     */
    public static KeptOutputs of(GraphNode node, int mostReadBytes) {
        return of(node, id -> Optional.empty(), mostReadBytes);
    }

    static KeptOutputs of(GraphNode node, Function<String, Optional<Subtask>> subtasks, int mostReadBytes) {
        var outputs = new ArrayList<Artifacts.Output>();
        if (node.type().isModelWork() && mostReadBytes >= LEAST_READ_BYTES) {
            for (Dependency dependency : node.dependencies()) {
                subtasks.apply(dependency.on()).ifPresent(on -> add(on, subtasks, outputs));
            }
            outputs.addAll(node.kept());
        }
        return new KeptOutputs(node.type(), new Artifacts.Index(outputs, mostReadBytes));
    }

    private static void add(Subtask on, Function<String, Optional<Subtask>> subtasks, List<Artifacts.Output> outputs) {
        if (on.node.binding() instanceof Binding.Join join) { // its output is made of theirs
            join.members().forEach(id -> subtasks.apply(id).ifPresent(member -> add(member, subtasks, outputs)));
        } else if (on.node.type().keptAbove().isPresent() && on.isEnded()) {
            if (on.kept == null) { // however many depend on it, it is read once
                on.kept = outputs(on);
            }
            outputs.addAll(on.kept);
        }
    }

    private static List<Artifacts.Output> outputs(Subtask on) {
        SubtaskType<?, ?> type = on.node.type();
        var outputs = new ArrayList<Artifacts.Output>();
        if (on.outcome instanceof Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> items, var groups))) {
            for (int item = 0; item < items.size(); item++) {
                add(on.id() + "#" + item, type, items.get(item), outputs);
            }
        } else if (on.outcome != null) {
            add(on.id(), type, on.outcome, outputs);
        }
        return outputs;
    }

    private static void add(String id, SubtaskType<?, ?> type, Outcome<?> outcome, List<Artifacts.Output> outputs) {
        OptionalLong above = type.keptAbove();
        if (outcome instanceof Outcome.Succeeded<?>(Object value) && above.isPresent()) {
            outputs.add(new Artifacts.Output(
                    id, described(type.outputType(), value), Notation.of(type.outputType()), above.getAsLong()));
        }
    }

    /** The type with what its model reads of this input by range; as it is if that is nothing. */
    public SubtaskType<?, ?> reading(Object input) {
        return index.isEmpty()
                ? type
                : marked(type.inputType(), input)
                        .map(index::in)
                        .<SubtaskType<?, ?>>map(type::reading)
                        .orElse(type);
    }

    /** Empty for what cannot be written: that fails by itself. */
    private static <T> Optional<Json> marked(JsonType<T> form, Object value) {
        try {
            return Optional.of(Marked.of(form, form.rawType().cast(value)).json());
        } catch (JsonException | ClassCastException unfit) {
            return Optional.empty();
        }
    }

    /**
     * An attachment is never read by range: as it is described it stands in no input. What cannot be written cannot be read by
     * range, and whole it would be another input.
     */
    private static <T> Json described(JsonType<T> form, Object value) {
        return Marked.described(form, form.rawType().cast(value));
    }
}
