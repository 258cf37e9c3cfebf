// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The place of an object or array in a text that is more than JSON. What is inside of one is no other.
 *
 * @param from the index of its first character
 * @param to the index behind its last character, or behind what could be read of it
 * @param ending how it ends
 * @param isNamed whether it is an object that has one of the names which were looked for
 */
public record JsonSpan(int from, int to, Ending ending, boolean isNamed) {
    /** How a value in a text ends. */
    public enum Ending {
        /** The value is whole. */
        WHOLE,
        /** The text ends before the value does. */
        CUT,
        /** The value goes on with what is no JSON. */
        BROKEN
    }

    /** So many values that are broken are none: the text is about braces. */
    private static final int MAX_BROKEN = 10_000;

    /**
     * The values in a text, from left to right, in time that grows with its length alone. Of those that are broken, only
     * what has one of the names is there; of those that are cut, only objects.
     *
     * @param names what an object has that is looked for; empty if any object is
     * @return the values; none if more than 10,000 are broken
     */
    public static List<JsonSpan> in(String text, Set<String> names) {
        var found = new ArrayList<JsonSpan>();
        char[] chars = text.toCharArray();
        int broken = 0;
        for (int from = next(text, 0); from < chars.length; ) {
            JsonSpan span = read(chars, from, names);
            boolean isFound = span.ending == Ending.WHOLE
                    || (span.ending == Ending.CUT && chars[from] == '{')
                    || (span.ending == Ending.BROKEN && span.isNamed);
            if (isFound) {
                found.add(span);
            }
            if (span.ending == Ending.BROKEN && ++broken > MAX_BROKEN) {
                return List.of();
            }
            from = next(text, span.to);
        }
        return found;
    }

    /** Whether the value is whole. */
    public boolean isWhole() {
        return ending == Ending.WHOLE;
    }

    /** Where the next value may begin: at an array, or at an object whose first name or end follows. */
    private static int next(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '[') {
                return i;
            }
            if (c == '{') {
                int inside = i + 1;
                while (inside < text.length() && Character.isWhitespace(text.charAt(inside))) {
                    inside++;
                }
                if (inside == text.length() || text.charAt(inside) == '"' || text.charAt(inside) == '}') {
                    return i;
                }
                i = inside - 1;
            }
        }
        return text.length();
    }

    private static JsonSpan read(char[] chars, int from, Set<String> names) {
        try (var parser = JacksonTokens.FACTORY.createParser(chars, from, chars.length - from)) {
            boolean isNamed = chars[from] == '{' && names.isEmpty();
            int depth = 0;
            int to = from + 1;
            Ending ending = Ending.WHOLE;
            do {
                try {
                    depth += step(parser.nextToken());
                    to = Math.max(to, from + (int) parser.currentLocation().getCharOffset());
                } catch (JsonEOFException end) {
                    ending = Ending.CUT;
                    to = chars.length;
                } catch (JsonProcessingException malformed) {
                    ending = Ending.BROKEN;
                }
                String name = parser.currentName();
                isNamed |= depth == 1 && chars[from] == '{' && name != null && names.contains(name);
            } while (depth > 0 && ending == Ending.WHOLE);
            return new JsonSpan(from, to, ending, isNamed);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private static int step(JsonToken token) {
        return switch (token) {
            case START_OBJECT, START_ARRAY -> 1;
            case END_OBJECT, END_ARRAY -> -1;
            default -> 0;
        };
    }
}
