// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.Locale;
import java.util.Map;

/**
 * Takes back one escape of URLs and mail (bytes as hexadecimal digits, behind a percent or an equals sign), JSON and code
 * (backslashes, alone or with a number) or HTML (a number or a name). Its parts may be escapes that were taken back before.
 */
final class EscapeReader {
    private static final Map<String, Character> NAMES_IN_HTML = Map.ofEntries(
            Map.entry("amp", '&'),
            Map.entry("lt", '<'),
            Map.entry("gt", '>'),
            Map.entry("quot", '"'),
            Map.entry("apos", '\''),
            Map.entry("plus", '+'),
            Map.entry("sol", '/'),
            Map.entry("equals", '='),
            Map.entry("lowbar", '_'),
            Map.entry("underbar", '_'),
            Map.entry("hyphen", '-'),
            Map.entry("dash", '-'),
            Map.entry("period", '.'),
            Map.entry("colon", ':'),
            Map.entry("semi", ';'),
            Map.entry("comma", ','),
            Map.entry("excl", '!'),
            Map.entry("quest", '?'),
            Map.entry("ast", '*'),
            Map.entry("commat", '@'),
            Map.entry("dollar", '$'),
            Map.entry("percnt", '%'),
            Map.entry("num", '#'),
            Map.entry("bsol", '\\'),
            Map.entry("newline", '\n'),
            Map.entry("tab", '\t'));

    private static final int MAX_NAME_CHARACTERS = 8;
    private static final int MAX_NUMBER_DIGITS = 10;
    /** Each place of a text is read from, so that more in a row would take time quadratic in it. */
    private static final int MOST_JOINTS = 8;

    /** More ways to read what begins at a place are not tried. */
    private static final int MOST_TRIES = 12;

    private static final int LEAST_BYTE = 0xc2;
    private static final int NOWHERE = -1;

    private static final int DECIMAL = 10;
    private static final int HEX = 16;

    private static final int END = -2;
    private static final int NO_ESCAPE = -3;

    private final Readings readings;
    private final String text;
    private final int depth;
    /** Behind what was read last. */
    private int at;

    private int tries;

    /** What is taken from where the escape begins. */
    private int first = Readings.NONE;

    private int start = NOWHERE;

    /** @param depth that of the readings of which an escape may consist */
    EscapeReader(Readings readings, int depth) {
        this.readings = readings;
        this.text = readings.text();
        this.depth = depth;
    }

    /**
     * Adds the escapes that begin at a place, and returns the next place at which one may: within this one, too, because a
     * backslash of the text may stand in front of an escape, and does not belong to its sign then. Of a run of backslashes
     * each second one begins none.
     *
     * <p>Where a sign is one of the text and of a reading, or of several, each is tried: a line that ends within an escape
     * makes another one of its beginning.
     */
    int read(int from) {
        tries = 0;
        first = readings.at(from, depth);
        boolean isJoint = first != Readings.NONE && readings.character(first) == Readings.NOTHING;
        int next = isJoint ? from + 1 : tryAt(from);
        while (first != Readings.NONE && tries < MOST_TRIES) {
            first = readings.next(first);
            if (first != Readings.NONE ? mayBegin(readings.character(first)) : mayBegin(text.charAt(from))) {
                int unused = tryAt(from);
            }
        }
        return next;
    }

    private static boolean mayBegin(int character) {
        return character >= LEAST_BYTE || "\\%&=".indexOf(character) >= 0;
    }

    private int tryAt(int from) {
        tries++;
        start = from;
        at = from;
        int sign = take();
        int character = switch (sign) {
            case '%' -> ofUrl();
            case '=' -> ofMail();
            case '\\' -> ofCode();
            case '&' -> ofHtml(from);
            default -> ofPart(sign);
        };
        if (character == NO_ESCAPE) {
            return from + 1;
        }
        readings.add(from, at, character, depth + 1);
        return character == '\\' ? at : from + 1;
    }

    /** The next character that is one, or the end; it may be behind a few joints of lines. */
    private int take() {
        for (int joints = 0; at < text.length() && joints <= MOST_JOINTS; joints++) {
            int reading = at == start ? first : readings.at(at, depth);
            int character = reading == Readings.NONE ? text.codePointAt(at) : readings.character(reading);
            at = reading == Readings.NONE ? at + Character.charCount(character) : readings.end(reading);
            if (character != Readings.NOTHING) {
                return character;
            }
        }
        return END;
    }

    private boolean takes(int character) {
        int before = at;
        if (take() == character) {
            return true;
        }
        at = before;
        return false;
    }

    /** The number of so many digits, or no escape. */
    private int hex(int digits) {
        int number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(take(), HEX);
            if (digit < 0) {
                return NO_ESCAPE;
            }
            number = number * HEX + digit;
        }
        return number;
    }

    private int ofUrl() {
        return ofBytes(hex(2));
    }

    private int ofMail() {
        return isJoined() ? Readings.NOTHING : ofBytes(hex(2));
    }

    /** Whether a line goes on in the next one, behind the sign for that; if not, nothing is read. */
    private boolean isJoined() {
        int before = at;
        int character = take();
        while (character == ' ' || character == '\t') {
            character = take();
        }
        if (character == '\n' || (character == '\r' && takes('\n'))) {
            return true;
        }
        at = before;
        return false;
    }

    /** The character whose bytes in UTF-8 begin with this one, or the one of Latin-1 that it is. */
    private int ofBytes(int first) {
        int more = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        int behind = at;
        int character = more == 0 ? first : first & (0x3f >> more);
        for (int i = 0; i < more; i++) {
            int next = nextByte();
            if ((next & 0xffffffc0) != 0x80) {
                at = behind;
                return first;
            }
            character = character << 6 | (next & 0x3f);
        }
        return character;
    }

    /** Of what was taken for a byte or a unit by itself, perhaps because the next one was escaped more often. */
    private int ofPart(int first) {
        if (first >= Character.MIN_HIGH_SURROGATE && first <= Character.MAX_HIGH_SURROGATE) {
            int second = take();
            boolean isPair = second >= Character.MIN_LOW_SURROGATE && second <= Character.MAX_LOW_SURROGATE;
            return isPair ? Character.toCodePoint((char) first, (char) second) : NO_ESCAPE;
        }
        int character = ofBytes(first);
        return character == first ? NO_ESCAPE : character;
    }

    private int nextByte() {
        int sign = take();
        while (sign == '=' && isJoined()) {
            sign = take();
        }
        if (sign >= 0x80) {
            return sign;
        }
        boolean isByte = sign == '%' || sign == '=' || (sign == '\\' && Character.toLowerCase(take()) == 'x');
        return isByte ? hex(2) : NO_ESCAPE;
    }

    private int ofCode() {
        if (isJoined()) {
            return Readings.NOTHING;
        }
        int character = take();
        return switch (character) {
            case 'u', 'U' -> ofUnits(hex(4));
            case 'x', 'X' -> ofBytes(hex(2));
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default ->
                character >= ' ' && character < 128 && !Alphabet.isLetterOrDigit((char) character)
                        ? character
                        : NO_ESCAPE;
        };
    }

    /** The character of a pair that begins with this unit, or this one. */
    private int ofUnits(int first) {
        int behind = at;
        if (first >= 0
                && Character.isHighSurrogate((char) first)
                && takes('\\')
                && Character.toLowerCase(take()) == 'u') {
            int second = hex(4);
            if (second >= 0 && Character.isLowSurrogate((char) second)) {
                return Character.toCodePoint((char) first, (char) second);
            }
        }
        at = behind;
        return first;
    }

    private int ofHtml(int from) {
        if (takes('#')) {
            boolean isHex = takes('x') || takes('X');
            return ofNumber(from, isHex ? HEX : DECIMAL);
        }
        var name = new StringBuilder();
        int character = take();
        while (character > 0 && Character.isLetter(character) && name.length() < MAX_NAME_CHARACTERS) {
            name.appendCodePoint(character);
            character = take();
        }
        Character named = NAMES_IN_HTML.get(name.toString().toLowerCase(Locale.ROOT));
        return character == ';' && named != null ? named : NO_ESCAPE;
    }

    /** A number without its semicolon may end at any of its digits: those behind may be the text's. */
    private int ofNumber(int from, int base) {
        int number = NO_ESCAPE;
        int end = at;
        int digit = Character.digit(take(), base);
        for (int i = 0; i < MAX_NUMBER_DIGITS && digit >= 0; i++) {
            int next = Math.max(number, 0) * base + digit;
            if (next > Character.MAX_CODE_POINT) {
                break;
            }
            if (number >= 0) {
                readings.add(from, end, number, depth + 1);
            }
            number = next;
            end = at;
            digit = Character.digit(take(), base);
        }
        at = end;
        boolean unused = number >= 0 && takes(';');
        return number;
    }
}
