// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * One character in the escapes of URLs and mail (its bytes as hexadecimal digits, behind a percent or an equals sign), JSON
 * and code (backslashes, alone or with a number) and HTML (a number or a name), several of these one within the other.
 */
record EscapedCharacter(int character, boolean inAnyCase) {
    private static final Map<Integer, List<String>> NAMES_IN_HTML = Map.ofEntries(
            name('<', "lt"),
            name('>', "gt"),
            name('"', "quot"),
            name('\'', "apos"),
            name('+', "plus"),
            name('/', "sol"),
            name('=', "equals"),
            name('_', "lowbar", "UnderBar"),
            name('-', "hyphen", "dash"),
            name('.', "period"),
            name(':', "colon"),
            name(';', "semi"),
            name(',', "comma"),
            name('!', "excl"),
            name('?', "quest"),
            name('*', "ast"),
            name('@', "commat"),
            name('$', "dollar"),
            name('%', "percnt"),
            name('#', "num"),
            name('\\', "bsol"));

    private static final HexFormat HEX = HexFormat.of();
    private static final int MAX_LATIN_1 = 0xff;

    private static Map.Entry<Integer, List<String>> name(char character, String... names) {
        return Map.entry((int) character, List.of(names));
    }

    static boolean isSame(int one, int other) {
        return one == other
                || Character.toLowerCase(Character.toUpperCase(one))
                        == Character.toLowerCase(Character.toUpperCase(other));
    }

    /** The index after its escape if that begins here, or this index. */
    int end(String text, int from) {
        int end = end(text, from, character);
        if (end == from && inAnyCase) {
            end = end(text, from, Character.toLowerCase(character));
        }
        if (end == from && inAnyCase) {
            end = end(text, from, Character.toUpperCase(character));
        }
        return end == from && character == ' ' ? end(text, from, '+') : end; // a form that is escaped once more
    }

    private static int end(String text, int from, int c) {
        return switch (text.charAt(from)) {
            case '\\' -> inCode(text, from, c);
            case '%', '=' -> inUrl(text, from, c);
            case '&' -> inHtml(text, from, c);
            default -> from;
        };
    }

    private static int inCode(String text, int from, int c) {
        int at = from;
        for (char unit : Character.toChars(c)) {
            int behind = behind(text, at, '\\');
            if (behind > at && follows(text, behind, "u" + HEX.toHexDigits(unit))) {
                at = behind + 5;
            } else if (behind > at
                    && unit <= MAX_LATIN_1
                    && follows(text, behind, "x" + HEX.toHexDigits((byte) unit))) {
                at = behind + 3;
            } else {
                boolean isSign = c < 128 && !Alphabet.isLetterOrDigit((char) c);
                return c == '\\' ? behind : isSign && follows(text, behind, Character.toString(c)) ? behind + 1 : from;
            }
        }
        return at;
    }

    private static int inUrl(String text, int from, int c) {
        int end = inBytes(text, from, Character.toString(c).getBytes(StandardCharsets.UTF_8));
        return end == from && c <= MAX_LATIN_1 ? inBytes(text, from, new byte[] {(byte) c}) : end;
    }

    private static int inBytes(String text, int from, byte[] bytes) {
        int at = from;
        for (byte one : bytes) {
            if (at == text.length() || (text.charAt(at) != '%' && text.charAt(at) != '=')) {
                return from;
            }
            int first = at + 1;
            at = first;
            while (text.startsWith("25", at)) { // escaped several times
                at += 2;
            }
            if (follows(text, at, HEX.toHexDigits(one))) {
                at += 2;
            } else if (one != '%' || at == first) {
                return from;
            }
        }
        return at;
    }

    private static int inHtml(String text, int from, int c) {
        int first = from + 1;
        int at = first;
        while (follows(text, at, "amp;")) {
            at += 4;
        }
        int end = follows(text, at, "#") ? behindNumber(text, at + 1, c) : at;
        if (end > at) {
            return end;
        }
        for (String name : NAMES_IN_HTML.getOrDefault(c, List.of())) {
            if (follows(text, at, name + ";")) {
                return at + name.length() + 1;
            }
        }
        return c == '&' && at > first ? at : from;
    }

    /** The index after a number, with or without its semicolon, or the index before its sign. */
    private static int behindNumber(String text, int from, int c) {
        boolean isHex = follows(text, from, "x");
        int number = behind(text, isHex ? from + 1 : from, '0');
        String digits = isHex ? Integer.toHexString(c) : Integer.toString(c);
        int end = number + digits.length();
        return !follows(text, number, digits) ? from - 1 : follows(text, end, ";") ? end + 1 : end;
    }

    private static int behind(String text, int from, char many) {
        int at = from;
        while (at < text.length() && text.charAt(at) == many) {
            at++;
        }
        return at;
    }

    private static boolean follows(String text, int at, String what) {
        return text.regionMatches(true, at, what, 0, what.length());
    }
}
