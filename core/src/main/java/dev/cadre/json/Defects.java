// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import java.util.ArrayList;
import java.util.List;

/** The first few things wrong with one document. */
final class Defects {
    private static final int MAX_DEFECTS = 10;
    private static final int MAX_CHARS = 290;
    private static final int MAX_EXCERPT_CHARS = 40;

    private final List<String> found = new ArrayList<>();

    static JsonMismatchException single(String defect) {
        return new JsonMismatchException(List.of(JsonText.line(defect, MAX_CHARS)));
    }

    void add(Where where, String trouble) {
        add(where + ": " + trouble);
    }

    void add(String defect) {
        if (found.size() < MAX_DEFECTS) {
            found.add(JsonText.line(defect, MAX_CHARS));
        }
    }

    void wrongKind(Where where, String expected, Json found) {
        add(where, "expected %s, got %s".formatted(expected, found.kind()));
    }

    /** {@code "HUGE" is not …}, with a long value cut. */
    void notA(Where where, String value, String expected) {
        add(where, "%s is not %s".formatted(JsonText.excerpt(value, MAX_EXCERPT_CHARS), expected));
    }

    void addAll(Defects others) {
        others.found.forEach(this::add);
    }

    /** How many were noted. */
    int size() {
        return found.size();
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new JsonMismatchException(found);
        }
    }
}
