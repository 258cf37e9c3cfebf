// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A translator of the {@code pattern} of a schema into the syntax of RE2.
 *
 * <p>A pattern must mean the same in ECMA-262, which JSON Schema prescribes, and in Python, whose syntax OpenAI's
 * strict mode accepts. It may have neither lookaround nor back-references. Syntax that only one of them has is
 * refused, with an alternative in the message. RE2 reads some of the common syntax in another way, such as {@code
 * [[:alpha:]]}; so each character is written as its number.
 */
final class PatternDialect {
    /** The states of RE2's machine, which keeps all of them at once and recurses through them. */
    static final int MAX_STATES = 2_500;

    private static final int MAX_CHARS = 10_000;
    private static final int MAX_NESTED = 50;
    private static final int MAX_COUNT_DIGITS = 4;
    private static final int END = -1;

    private static final String LINE_BREAKS = "\\n\\r\\x{2028}-\\x{2029}";
    /** The white space of ECMA-262; below, all other characters. */
    private static final String SPACES = "\\t-\\r\\x20\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}-\\x{2029}\\x{202f}"
            + "\\x{205f}\\x{3000}\\x{feff}";

    private static final String NO_SPACES = "\\x00-\\x08\\x0e-\\x1f\\x21-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
            + "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}"
            + "\\x{ff00}-\\x{10ffff}";

    private static final Pattern COUNT = Pattern.compile("\\{(\\d+)(,(\\d*))?\\}");

    private final String pattern;
    private final Matcher count;
    private final StringBuilder re2 = new StringBuilder();
    private int at;
    private int nested;

    /** The reason for refusing a pattern, in words for its author. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    private PatternDialect(String pattern) {
        this.pattern = pattern;
        this.count = COUNT.matcher(pattern);
    }

    /**
     * Translates a pattern.
     *
     * @throws Refused if it has syntax that strict mode does not allow, or is too large
     */
    static String toRe2(String pattern) {
        if (pattern.length() > MAX_CHARS) {
            throw new Refused("it has %,d characters, more than %,d".formatted(pattern.length(), MAX_CHARS));
        }
        var reader = new PatternDialect(pattern);
        reader.alternatives();
        if (reader.at < pattern.length()) {
            throw reader.refused("a ) that closes nothing");
        }
        return reader.re2.toString();
    }

    // each of these methods returns the number of states that its part takes

    private int alternatives() {
        int states = sequence();
        while (peek() == '|') {
            at++;
            re2.append('|');
            states = within(1L + states + sequence());
        }
        return states;
    }

    private int sequence() {
        int states = 1;
        for (int next = peek(); next != END && next != '|' && next != ')'; next = peek()) {
            boolean canRepeat = !isAssertion();
            states = within((long) states + repeated(piece(), canRepeat));
        }
        return states;
    }

    private boolean isAssertion() {
        char next = pattern.charAt(at);
        return next == '^' || next == '$' || pattern.startsWith("\\b", at) || pattern.startsWith("\\B", at);
    }

    private int piece() {
        int next = take();
        switch (next) {
            case '^' -> re2.append("\\A");
            case '$' -> re2.append("\\z");
            case '.' -> re2.append("[^").append(LINE_BREAKS).append(']');
            case '(' -> {
                return group();
            }
            case '[' -> set();
            case '\\' -> escape();
            case '*', '+', '?' -> throw refused("nothing to repeat");
            case '{' -> {
                if (counts(at - 1) || pattern.startsWith(",", at)) {
                    throw refused("nothing to repeat, or a { without \\");
                }
                number('{');
            }
            default -> number(next);
        }
        return 1;
    }

    private int group() {
        if (++nested > MAX_NESTED) {
            throw refused("more than %d groups within one another".formatted(MAX_NESTED));
        }
        if (pattern.startsWith("?", at)) {
            if (!pattern.startsWith("?:", at)) {
                throw refused(kindOfGroup());
            }
            at += 2;
        }
        re2.append("(?:");
        int states = alternatives();
        if (take() != ')') {
            throw refused("a group that is not closed");
        }
        re2.append(')');
        nested--;
        return states;
    }

    private String kindOfGroup() {
        for (String look : List.of("?=", "?!", "?<=", "?<!")) {
            if (pattern.startsWith(look, at)) {
                return "strict mode does not look around: (" + look;
            }
        }
        return pattern.startsWith("?P=", at)
                ? "strict mode knows no back-references"
                : "strict mode knows only the groups ( and (?:";
    }

    /** Writes the repetition of the last piece, if there is one. */
    private int repeated(int states, boolean canRepeat) {
        int next = peek();
        if (next == '{' && pattern.startsWith("{,", at)) {
            throw refused("a {, is read in two ways; write {0, or \\{");
        }
        if (!repeats()) {
            return states;
        }
        if (!canRepeat) {
            throw refused("nothing to repeat");
        }
        int all = next == '{' ? counted(states) : within(1L + states);
        if (next != '{') {
            re2.append((char) take());
        }
        if (peek() == '?') {
            at++; // a lazy repetition, which does not change whether the pattern matches
        }
        if (repeats()) {
            throw refused("a repetition of a repetition; put the first one into a group");
        }
        return all;
    }

    private boolean repeats() {
        int next = peek();
        return next == '*' || next == '+' || next == '?' || counts(at);
    }

    /** Whether a count such as <code>{2}</code>, <code>{2,}</code> or <code>{2,3}</code> begins there. */
    private boolean counts(int from) {
        return count.region(from, pattern.length()).lookingAt();
    }

    /** Reads the count that {@link #counts} has found. */
    private int counted(int states) {
        at = count.end();
        int least = times(count.group(1));
        String open = count.group(2);
        String last = count.group(3);
        int most = open == null ? least : last.isEmpty() ? least + 1 : times(last);
        if (least > most) {
            throw refused("a repetition of %d to %d".formatted(least, most));
        }
        int all = within((long) Math.max(1, most) * states + (most - least));
        re2.append('{')
                .append(least)
                .append(open == null ? "" : last.isEmpty() ? "," : "," + most)
                .append('}');
        return all;
    }

    private static int times(String digits) {
        if (digits.length() > MAX_COUNT_DIGITS) {
            throw tooLarge();
        }
        return Integer.parseInt(digits);
    }

    private void set() {
        re2.append('[');
        if (peek() == '^') {
            at++;
            re2.append('^');
        }
        if (peek() == ']') {
            throw refused("a set that begins with ] is read in two ways; write \\]");
        }
        while (peek() != ']') {
            int from = member();
            if (peek() != '-' || pattern.startsWith("-]", at)) {
                if (from != END) {
                    number(from);
                }
                continue;
            }
            at++;
            int to = member();
            if (from == END || to == END || from > to) {
                throw refused("a range without two ends in order");
            }
            number(from);
            re2.append('-');
            number(to);
        }
        at++;
        re2.append(']');
    }

    /** Reads one member of a set: returns a character, or writes a class and returns {@link #END}. */
    private int member() {
        int next = take();
        if (next == END) {
            throw refused("a set that is not closed");
        }
        if (next != '\\') {
            return next;
        }
        int escaped = take();
        if (escaped == 'b') {
            return '\b';
        }
        String members = membersOf(escaped);
        if (members.isEmpty()) {
            return character(escaped);
        }
        re2.append(members);
        return END;
    }

    private void escape() {
        int escaped = take();
        String members = membersOf(escaped);
        if (escaped == 'b' || escaped == 'B') {
            re2.append('\\').append((char) escaped);
        } else if (members.isEmpty()) {
            number(character(escaped));
        } else {
            re2.append('[').append(members).append(']');
        }
    }

    /** The members of a class such as {@code \d}; empty for other characters. */
    private static String membersOf(int escaped) {
        return switch (escaped) {
            case 'd' -> "0-9";
            case 'D' -> "\\x00-/:-\\x{10ffff}";
            case 'w' -> "0-9A-Z_a-z";
            case 'W' -> "\\x00-/:-@\\x5b-\\x5e\\x60\\x7b-\\x{10ffff}";
            case 's' -> SPACES;
            case 'S' -> NO_SPACES;
            default -> "";
        };
    }

    private int character(int escaped) {
        return switch (escaped) {
            case END -> throw refused("it ends with \\");
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'v' -> 0x0b;
            case 'f' -> '\f';
            case 'r' -> '\r';
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            case '0' -> {
                if (isDigit(peek())) {
                    throw refused("an octal number; write \\x and two digits");
                }
                yield 0;
            }
            default -> {
                if ((escaped >= '1' && escaped <= '9') || escaped == 'k') {
                    throw refused("strict mode knows no back-references");
                }
                if (Character.isLetter(escaped) && escaped < 0x80) {
                    throw refused("strict mode does not know \\" + (char) escaped);
                }
                yield escaped;
            }
        };
    }

    private int hexadecimal(int digits) {
        int end = at + digits;
        IntPredicate isHex = c -> Character.digit(c, 16) >= 0 && c < 0x80;
        if (end > pattern.length() || !pattern.substring(at, end).chars().allMatch(isHex)) {
            throw refused("%d hexadecimal digits are missing".formatted(digits));
        }
        int number = Integer.parseInt(pattern, at, end, 16);
        if (number >= Character.MIN_SURROGATE && number <= Character.MAX_SURROGATE) {
            throw refused("half a character; write the character itself");
        }
        at = end;
        return number;
    }

    private void number(int character) {
        re2.append("\\x{").append(Integer.toHexString(character)).append('}');
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private int peek() {
        return at < pattern.length() ? pattern.codePointAt(at) : END;
    }

    private int take() {
        int next = peek();
        at += next == END ? 0 : Character.charCount(next);
        return next;
    }

    private int within(long states) {
        if (states > MAX_STATES) {
            throw tooLarge();
        }
        return (int) states;
    }

    private static Refused tooLarge() {
        return new Refused("it takes more than %,d states; repeat less".formatted(MAX_STATES));
    }

    private Refused refused(String why) {
        return new Refused("%s, at character %d".formatted(why, at));
    }
}
