// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of one input that its model reads by range, and the input in which references stand in their places. Made by
 * the engine, of outputs of types that {@link SubtaskType#keepingAbove keep} them and of inputs of a goal that are kept so.
 * Immutable; carries no compatibility promise.
 */
public final class Artifacts {
    /** No value of the input is kept. */
    static final Artifacts NONE = new Artifacts("", Map.of(), 0);

    private final String shownInput;
    private final Map<String, Artifact> byId;
    private final int mostReadBytes;

    private Artifacts(String shownInput, Map<String, Artifact> byId, int mostReadBytes) {
        this.shownInput = shownInput;
        this.byId = Map.copyOf(byId);
        this.mostReadBytes = mostReadBytes;
    }

    /** For an input that is not known yet: any value of it may be kept. */
    public static Artifacts unknown(int mostReadBytes) {
        return new Artifacts("", Map.of(), mostReadBytes);
    }

    /** Whether the model has nothing to read by range, and so no tool for it. */
    public boolean isNone() {
        return this == NONE;
    }

    /** The input as the model reads it. */
    public String shownInput() {
        return shownInput;
    }

    /** The tool by which it reads the rest. */
    Tool tool() {
        return ArtifactTool.of(byId, mostReadBytes);
    }

    /**
     * An output of a type that keeps its outputs, or an input of a goal that is kept so.
     *
     * @param id the subtask, with {@code #index} for an item, or the name of the input
     * @param at its place in what has this id
     * @param form the form of its type
     * @param keptAbove the bytes above which it, or a part of it, is kept
     */
    public record Output(String id, JsonPath at, Json value, String form, long keptAbove) {
        /** All that has this id. */
        public Output(String id, Json value, String form, long keptAbove) {
            this(id, JsonPath.ROOT, value, form, keptAbove);
        }

        /** Whether it is long enough. */
        public boolean isKept() {
            return artifact(value, at).bytes() > keptAbove;
        }

        /** A part of it. */
        private Artifact artifact(Json part, JsonPath place) {
            return Artifact.of(id(place), part, place.equals(at) ? form : part.kind());
        }

        /** No id of a subtask and no name of an input has a colon. */
        private String id(JsonPath place) {
            return place.depth() == 0 ? id : id + ":" + place.toString().substring(1);
        }
    }

    /**
     * The values that inputs may be made of, by their canonical text. A value is found wherever it stands in an input as it
     * stands in the output; text that was made of it is another value.
     */
    public static final class Index {
        private final Map<String, Artifact> byText = new HashMap<>(); // only ever looked up, never iterated
        private final int mostReadBytes;
        private long leastBytes = Long.MAX_VALUE;

        /** Of these outputs; of equal values the first counts. */
        public Index(List<Output> outputs, int mostReadBytes) {
            this.mostReadBytes = mostReadBytes;
            outputs.forEach(output -> add(output, output.value(), output.at()));
        }

        /** Whether no output is long enough. */
        public boolean isEmpty() {
            return byText.isEmpty();
        }

        private void add(Output output, Json value, JsonPath at) {
            Artifact artifact = output.artifact(value, at);
            if (artifact.bytes() <= output.keptAbove()) {
                return; // and so is each of its parts
            }
            byText.putIfAbsent(value.canonical(), artifact);
            leastBytes = Math.min(leastBytes, output.keptAbove());
            switch (value) {
                case Json.Obj object -> object.fields().forEach((name, field) -> add(output, field, at.field(name)));
                case Json.Arr array -> {
                    for (int i = 0; i < array.items().size(); i++) {
                        add(output, array.items().get(i), at.item(i));
                    }
                }
                case Json.Str text -> {}
                case Json.Num number -> {}
                case Json.Bool bool -> {}
                case Json.Null none -> {}
            }
        }

        /** The artifacts in an input; none if it has none of these values. */
        public Artifacts in(Json input) {
            var found = new LinkedHashMap<String, Artifact>();
            Json shown = replaced(input, found);
            return found.isEmpty() ? NONE : new Artifacts(shown.write(), found, mostReadBytes);
        }

        private Json replaced(Json value, Map<String, Artifact> found) {
            if (value instanceof Json.Num || value instanceof Json.Bool || value == Json.Null.NULL) {
                return value;
            }
            String text = value.canonical();
            if (Artifact.bytes(text) <= leastBytes) {
                return value;
            }
            Artifact artifact = byText.get(text);
            if (artifact != null) {
                found.put(artifact.id(), artifact);
                return artifact.reference();
            }
            return switch (value) {
                case Json.Obj object -> {
                    var fields = new LinkedHashMap<String, Json>();
                    object.fields().forEach((name, field) -> fields.put(name, replaced(field, found)));
                    yield new Json.Obj(fields);
                }
                case Json.Arr array -> {
                    var items = new ArrayList<Json>();
                    array.items().forEach(item -> items.add(replaced(item, found)));
                    yield new Json.Arr(items);
                }
                case Json.Str string -> string;
                case Json.Num number -> number;
                case Json.Bool bool -> bool;
                case Json.Null none -> none;
            };
        }
    }
}
