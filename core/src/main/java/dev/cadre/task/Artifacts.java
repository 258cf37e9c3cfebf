// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /**
     * The same whatever the kept values are called: the names have indexes of items, and places in outputs, of which the first
     * counts that has an equal value.
     */
    public String identity() {
        String identity = shownInput;
        for (String id : byId.keySet()) {
            identity = identity.replace(new Json.Str(id).write(), "");
        }
        return identity;
    }

    /** The tool by which it reads the rest. */
    Tool tool() {
        return ArtifactTool.of(byId, mostReadBytes);
    }

    /**
     * An output of a type that keeps its outputs, or an input of a goal that is kept so. It is read when it is first asked for
     * a value of its own, once, in time and memory linear in its text. Safe for use by many threads.
     */
    public static final class Output {
        private final String id;
        private final JsonPath at;
        private final Json value;
        private final String form;
        private final long keptAbove;
        private volatile @Nullable Map<ByteBuffer, Kept> kept;

        /**
         * A part of what has this id.
         *
         * @param id the subtask, with {@code #index} for an item, or the name of the input
         * @param at its place in what has this id
         * @param form the form of its type
         * @param keptAbove the bytes above which it, or a part of it, is kept
         */
        public Output(String id, JsonPath at, Json value, String form, long keptAbove) {
            this.id = id;
            this.at = at;
            this.value = value;
            this.form = form;
            this.keptAbove = keptAbove;
        }

        /** All that has this id. */
        public Output(String id, Json value, String form, long keptAbove) {
            this(id, JsonPath.ROOT, value, form, keptAbove);
        }

        /** The subtask, with {@code #index} for an item, or the name of the input. */
        public String id() {
            return id;
        }

        /** The bytes above which it, or a part of it, is kept. */
        public long keptAbove() {
            return keptAbove;
        }

        /** Whether it is long enough. */
        public boolean isKept() {
            return !kept().isEmpty();
        }

        /** The values in it that are long enough, by what tells them apart; of equal ones the first. */
        private Map<ByteBuffer, Kept> kept() {
            Map<ByteBuffer, Kept> known = kept;
            if (known == null) {
                var found = new LinkedHashMap<ByteBuffer, Kept>();
                Measure.of(value, at, (part, place, measure) -> {
                    if (measure.bytes() > keptAbove && mayBeKept(part)) {
                        found.putIfAbsent(measure.identity(), new Kept(this, part, place));
                    }
                });
                kept = found;
                return found;
            }
            return known;
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

    /** A value that is long enough; its text is made when a model is to read it. */
    private record Kept(Output output, Json value, JsonPath place) {
        Artifact artifact() {
            return output.artifact(value, place);
        }
    }

    private static boolean mayBeKept(Json value) {
        return value instanceof Json.Obj || value instanceof Json.Arr || value instanceof Json.Str;
    }

    /**
     * The values that inputs may be made of. A value is found wherever it stands in an input as it stands in the output; text
     * that was made of it is another value. An input is read once, in time and memory linear in its text.
     */
    public static final class Index {
        private final Map<ByteBuffer, Kept> byIdentity = new HashMap<>(); // only ever looked up, never iterated
        private final int mostReadBytes;

        /** Of these outputs; of equal values the first counts. */
        public Index(List<Output> outputs, int mostReadBytes) {
            this.mostReadBytes = mostReadBytes;
            outputs.forEach(output -> output.kept().forEach(byIdentity::putIfAbsent));
        }

        /** Whether no output is long enough. */
        public boolean isEmpty() {
            return byIdentity.isEmpty();
        }

        /** The artifacts in an input; none if it has none of these values. */
        public Artifacts in(Json input) {
            var kept = new IdentityHashMap<Json, Kept>(); // only ever looked up, never iterated
            Measure.of(input, JsonPath.ROOT, (value, place, measure) -> {
                Kept same = mayBeKept(value) ? byIdentity.get(measure.identity()) : null;
                if (same != null) {
                    kept.put(value, same);
                }
            });
            if (kept.isEmpty()) {
                return NONE;
            }
            var found = new LinkedHashMap<String, Artifact>();
            Json shown = shown(input, kept, found);
            return new Artifacts(shown.write(), found, mostReadBytes);
        }

        private static Json shown(Json value, Map<Json, Kept> kept, Map<String, Artifact> found) {
            Kept same = kept.get(value);
            if (same != null) {
                Artifact artifact = same.artifact();
                found.put(artifact.id(), artifact);
                return artifact.reference();
            }
            return switch (value) {
                case Json.Obj object -> {
                    var fields = new LinkedHashMap<String, Json>();
                    object.fields().forEach((name, field) -> fields.put(name, shown(field, kept, found)));
                    yield new Json.Obj(fields);
                }
                case Json.Arr array ->
                    new Json.Arr(array.items().stream()
                            .map(item -> shown(item, kept, found))
                            .toList());
                case Json.Str string -> string;
                case Json.Num number -> number;
                case Json.Bool bool -> bool;
                case Json.Null none -> none;
            };
        }
    }
}
