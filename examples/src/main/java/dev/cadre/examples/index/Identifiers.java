// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.ArrayList;
import java.util.List;

/** Cuts text into identifiers and identifiers into words. */
public final class Identifiers {
    /** Longer runs are encoded data, not names. */
    private static final int MAX_LENGTH = 100;

    private Identifiers() {}

    /** Receives the bounds of one identifier. */
    @FunctionalInterface
    public interface Visitor {
        /** Called for each identifier or number, in the order of the text. */
        void visit(int start, int end);
    }

    /** Visits every run of letters, digits, {@code _} and {@code $} between two offsets. */
    public static void scan(String text, int from, int to, Visitor visitor) {
        int at = from;
        while (at < to) {
            if (!Head.isWord(text.charAt(at))) {
                at++;
                continue;
            }
            int start = at;
            while (at < to && Head.isWord(text.charAt(at))) {
                at++;
            }
            if (at - start <= MAX_LENGTH) {
                visitor.visit(start, at);
            }
        }
    }

    /** Returns the words of a text of any kind, such as a question, identifiers whole. */
    public static List<String> in(String text) {
        var found = new ArrayList<String>();
        scan(text, 0, text.length(), (start, end) -> found.add(text.substring(start, end)));
        return found;
    }

    /** Splits at changes of case, at digits and at signs; leaves out parts of one character. */
    static List<String> parts(String identifier) {
        var parts = new ArrayList<String>();
        int start = 0;
        for (int at = 1; at <= identifier.length(); at++) {
            if (at == identifier.length() || isBoundary(identifier, at)) {
                if (at - start > 1) {
                    parts.add(identifier.substring(start, at));
                }
                start = at;
            }
        }
        return parts;
    }

    private static boolean isBoundary(String name, int at) {
        Sort before = sort(name.charAt(at - 1));
        Sort here = sort(name.charAt(at));
        if (before == Sort.UPPER && here == Sort.UPPER) {
            // the last capital of a run starts the next word: JSONReader is JSON, Reader
            return at + 1 < name.length() && sort(name.charAt(at + 1)) == Sort.LOWER;
        }
        return before != here && !(before == Sort.UPPER && here == Sort.LOWER);
    }

    private enum Sort {
        LOWER,
        UPPER,
        DIGIT,
        SIGN
    }

    private static Sort sort(char c) {
        if (c >= 'a' && c <= 'z') {
            return Sort.LOWER;
        }
        if (c >= '0' && c <= '9') {
            return Sort.DIGIT;
        }
        if (c == '_' || c == '$') {
            return Sort.SIGN;
        }
        return Character.isUpperCase(c) ? Sort.UPPER : Sort.LOWER;
    }
}
