// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.json.JsonText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The first few things wrong with one document. Whoever reads on when they are {@linkplain #isFull full} wastes time. */
final class Defects {
    private static final int MAX_DEFECTS = 10;
    private static final int MAX_CHARS = 290;
    private static final int MAX_EXCERPT_CHARS = 40;

    private final List<String> found = new ArrayList<>();
    private final boolean keepsText;
    private int size;

    /** None yet. */
    Defects() {
        this(true);
    }

    private Defects(boolean keepsText) {
        this.keepsText = keepsText;
    }

    /** None yet; only their number will be known. */
    static Defects counted() {
        return new Defects(false);
    }

    static JsonMismatchException single(String defect) {
        return new JsonMismatchException(List.of(JsonText.line(defect, MAX_CHARS)));
    }

    void add(JsonPath where, String trouble) {
        add(where, () -> trouble);
    }

    /** @param trouble asked only if it will be shown */
    void add(JsonPath where, Supplier<String> trouble) {
        note(() -> where + ": " + trouble.get());
    }

    void add(String defect) {
        note(() -> defect);
    }

    private void note(Supplier<String> defect) {
        if (isFull()) {
            return;
        }
        size++;
        if (keepsText) {
            found.add(JsonText.line(defect.get(), MAX_CHARS));
        }
    }

    /** Adds to the number alone; false if their text is wanted. */
    boolean count(int defects) {
        if (!keepsText) {
            size = Math.min(MAX_DEFECTS, size + defects);
        }
        return !keepsText;
    }

    void wrongKind(JsonPath where, String expected, Json found) {
        add(where, () -> "expected %s, got %s".formatted(expected, found.kind()));
    }

    void wrongKind(JsonPath where, List<JsonKind> kinds, Json found) {
        add(where, () -> "expected %s, got %s".formatted(JsonKind.described(kinds), found.kind()));
    }

    /** The JSON as a value of the type; null, after a defect was noted, if it is of another. */
    <J extends Json> @Nullable J require(Class<J> type, String expected, Json json, JsonPath at) {
        if (type.isInstance(json)) {
            return type.cast(json);
        }
        wrongKind(at, expected, json);
        return null;
    }

    /** Notes the keys of the object that are none of the known ones. */
    void unknownKeys(Json.Obj object, Collection<String> known, JsonPath at) {
        for (String name : object.fields().keySet()) {
            if (isFull()) {
                return;
            }
            if (!known.contains(name)) {
                add(at.field(name), () -> "unknown key; the keys are " + String.join(", ", known));
            }
        }
    }

    /** {@code "HUGE" is not …}, with a long value cut. */
    void notA(JsonPath where, String value, String expected) {
        add(where, () -> "%s is not %s".formatted(JsonText.excerpt(value, MAX_EXCERPT_CHARS), expected));
    }

    /** How many were noted, at most 10. */
    int size() {
        return size;
    }

    /** Whether no more of them are shown. */
    boolean isFull() {
        return size == MAX_DEFECTS;
    }

    void throwIfAny() {
        if (size > 0) {
            throw new JsonMismatchException(found);
        }
    }
}
