// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.List;
import java.util.function.IntPredicate;

/** One row of characters, each of which may be escaped, and some more often than others. */
final class Spelling {
    /** What the characters are. */
    enum Form {
        /** Those of a key; in any case. */
        PLAIN,
        /** Hexadecimal digits, with signs and line ends between them. */
        HEX,
        /** Digits of Base64, with line ends between them. */
        BASE64
    }

    private static final int MAX_PADDING = 2;
    private static final int MAX_SHARED_DIGITS = 3;
    private static final List<String> LINE_ENDS_OF_HTML = List.of("<br>", "<br/>", "<br />");
    private static final int NOWHERE = -1;

    /**
     * Of a longer row so many characters are enough: the text may be like the row at each of its places, and each would cost
     * as many steps as the row is long.
     */
    static final int MOST_FOLLOWED = 256;

    /** Of a text that was cut, so much of the row in front of the mark is enough. */
    private static final int LEAST_CUT = 6;

    /** Of a text that was cut. */
    private static final char CUT = '…';

    private final int[] each;
    private final Form form;

    Spelling(String characters, Form form) {
        each = characters.codePoints().toArray();
        this.form = form;
    }

    /** Adds where this stands in a text, if it begins before a place. Takes time linear in the text. */
    void find(Readings readings, int before, List<Span> spans) {
        var walk = new Walk(readings);
        for (int at = 0; at < before; at++) {
            int end = walk.end(at);
            if (end > at) {
                spans.add(new Span(at, end));
                at = end - 1;
            }
        }
    }

    private boolean isThat(int c, int character) {
        return switch (form) {
            case PLAIN -> isSame(c, character) || (character == ' ' && c == '+'); // a form has it so
            case HEX -> isSame(c, character);
            case BASE64 -> c == character || (character == '+' && c == '-') || (character == '/' && c == '_');
        };
    }

    private static boolean isSame(int one, int other) {
        return one == other
                || (one >= 0
                        && Character.toLowerCase(Character.toUpperCase(one))
                                == Character.toLowerCase(Character.toUpperCase(other)));
    }

    private boolean isBreak(int c) {
        return (form != Form.PLAIN && Character.isWhitespace(c))
                || (form == Form.HEX && (c == ':' || c == '-' || c == ',' || c == '+')); // a form has + for a blank
    }

    private static boolean isDigit(int c) {
        return c >= 0 && c < 128 && (Alphabet.isLetterOrDigit((char) c) || "+/_-".indexOf(c) >= 0);
    }

    /**
     * Goes along the readings of a text. A character of the row may end at several places, such as a backslash at the first of
     * two, which may be an escape of one; the next one may begin at each of them.
     */
    private final class Walk {
        /** More are not followed. */
        private static final int MOST_PLACES = 12;

        /** Characters between two of the row, such as a line end and the indentation behind it. */
        private static final int MOST_BREAKS = 100;

        private final Readings readings;
        private final String text;
        private int[] here = new int[MOST_PLACES];
        private int[] next = new int[MOST_PLACES];
        private int found;

        Walk(Readings readings) {
            this.readings = readings;
            text = readings.text();
        }

        /** The place behind the row if it begins here, or none. */
        int end(int from) {
            here[0] = from;
            int places = 1;
            for (int i = 0; i < each.length; i++) {
                found = 0;
                for (int place = 0; place < places; place++) {
                    follow(here[place], each[i], i);
                }
                if (found == 0) {
                    return i >= MOST_FOLLOWED ? furthest(places, from) : i >= LEAST_CUT ? cutEnd(places) : NOWHERE;
                }
                places = found;
                int[] behind = here;
                here = next;
                next = behind;
            }
            int end = furthest(places, from);
            return form == Form.BASE64 ? behindRest(end) : end;
        }

        private int furthest(int places, int from) {
            int end = from;
            for (int place = 0; place < places; place++) {
                end = Math.max(end, here[place]);
            }
            return end;
        }

        /** The place where the text was cut, if that is where the row breaks off. */
        private int cutEnd(int places) {
            for (int place = 0; place < places; place++) {
                if (here[place] < text.length() && text.charAt(here[place]) == CUT) {
                    return here[place];
                }
            }
            return NOWHERE;
        }

        /**
         * Notes where a character ends that begins here, or, unless it is the first one, behind what may stand between. If one
         * does begin here, its sign may be that of a break all the same, behind which it is written in another way.
         */
        private void follow(int from, int character, int index) {
            int before = found;
            int at = from;
            for (int breaks = 0; at != NOWHERE && at < text.length() && breaks <= MOST_BREAKS; breaks++) {
                boolean isFound = found > before;
                step(at, character);
                at = index > 0 && !isFound ? behindBreak(at) : NOWHERE;
            }
        }

        private void step(int at, int character) {
            for (int one = readings.at(at, readings.depth()); one != Readings.NONE; one = readings.next(one)) {
                if (isThat(readings.character(one), character)) {
                    note(readings.end(one));
                }
            }
            int plain = text.codePointAt(at);
            if (isThat(plain, character)) {
                note(at + Character.charCount(plain));
            }
        }

        private void note(int place) {
            for (int i = 0; i < found; i++) {
                if (next[i] == place) {
                    return;
                }
            }
            if (found < MOST_PLACES) {
                next[found] = place;
                found++;
            }
        }

        /** The place behind what joins two lines, or, between digits, behind one line end or what is put between them. */
        private int behindBreak(int at) {
            int joint = behindOne(at, c -> c == Readings.NOTHING);
            int end = joint != NOWHERE ? joint : behindOne(at, Spelling.this::isBreak);
            return end != NOWHERE || form == Form.PLAIN
                    ? end
                    : LINE_ENDS_OF_HTML.stream()
                            .filter(tag -> text.regionMatches(true, at, tag, 0, tag.length()))
                            .mapToInt(tag -> at + tag.length())
                            .findFirst()
                            .orElse(NOWHERE);
        }

        /** Behind the group that the key shares with what follows it, and padding. */
        private int behindRest(int from) {
            return behindSome(behindSome(from, MAX_SHARED_DIGITS, Spelling::isDigit), MAX_PADDING, c -> c == '=');
        }

        private int behindSome(int from, int most, IntPredicate isOne) {
            int at = from;
            for (int i = 0; i < most && at < text.length(); i++) {
                int end = behindOne(at, isOne);
                at = end == NOWHERE ? at : end;
            }
            return at;
        }

        /** The place behind one such character, escaped or not; behind the longest, if it may be several. */
        private int behindOne(int at, IntPredicate isOne) {
            int end = isOne.test(text.charAt(at)) ? at + 1 : NOWHERE;
            for (int one = readings.at(at, readings.depth()); one != Readings.NONE; one = readings.next(one)) {
                end = isOne.test(readings.character(one)) ? Math.max(end, readings.end(one)) : end;
            }
            return end;
        }
    }
}
