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

/** The first ten defects of one document. When it is {@linkplain #isFull full}, reading on is a waste of time. */
final class Defects {
    private static final int MAX_DEFECTS = 10;
    private static final int MAX_CHARS = 290;
    private static final int MAX_EXCERPT_CHARS = 40;

    private final List<String> found = new ArrayList<>();
    private final boolean keepsText;
    private int size;

    /** A list without defects. */
    Defects() {
        this(true);
    }

    private Defects(boolean keepsText) {
        this.keepsText = keepsText;
    }

    /** A list that keeps the number of defects and not their text. */
    static Defects counted() {
        return new Defects(false);
    }

    static JsonMismatchException single(String defect) {
        return new JsonMismatchException(List.of(JsonText.line(defect, MAX_CHARS)));
    }

    void add(JsonPath where, String trouble) {
        add(where, () -> trouble);
    }

    /** @param trouble called only if the text is kept */
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

    /** Adds to the number of defects; returns false, and adds nothing, if this list keeps text. */
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

    /** The JSON if it has the type; otherwise null, and a defect is added. */
    <J extends Json> @Nullable J require(Class<J> type, String expected, Json json, JsonPath at) {
        if (type.isInstance(json)) {
            return type.cast(json);
        }
        wrongKind(at, expected, json);
        return null;
    }

    /** Adds a defect for each unknown key of the object. */
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

    /** Adds {@code "HUGE" is not …}; a long value is cut. */
    void notA(JsonPath where, String value, String expected) {
        add(where, () -> "%s is not %s".formatted(JsonText.excerpt(value, MAX_EXCERPT_CHARS), expected));
    }

    /** The number of defects, at most 10. */
    int size() {
        return size;
    }

    /** Whether further defects are ignored. */
    boolean isFull() {
        return size == MAX_DEFECTS;
    }

    void throwIfAny() {
        if (size > 0) {
            throw new JsonMismatchException(found);
        }
    }
}
