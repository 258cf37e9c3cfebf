// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * One key in the spellings that encoders give it: in any case, any of its characters escaped as in URLs, JSON, HTML and
 * mail, one within the other; in Base64 and in hexadecimal digits, with line ends in them.
 *
 * @param spellings the key as it is, in Base64 and in hexadecimal digits; none of a text that is too short to be a key
 */
record KnownKey(List<Spelling> spellings) {
    /** A shorter key is a placeholder for a server without keys; masking "x" would spoil every message. */
    private static final int LEAST_CHARACTERS = 8;

    private static final int BASE64_GROUP = 3;

    static KnownKey of(String key) {
        if (key.length() < LEAST_CHARACTERS) {
            return new KnownKey(List.of());
        }
        var spellings = new ArrayList<>(List.of(new Spelling(key, Form.PLAIN)));
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        spellings.add(new Spelling(HexFormat.of().formatHex(bytes), Form.HEX));
        for (int before = 0; before < BASE64_GROUP; before++) {
            spellings.add(new Spelling(inBase64(key, before), Form.BASE64));
        }
        return new KnownKey(List.copyOf(spellings));
    }

    /**
     * What of the Base64 depends on the key alone.
     *
     * @param before how many bytes stand in front of it in its three
     */
    private static String inBase64(String key, int before) {
        byte[] bytes = ("\0".repeat(before) + key).getBytes(StandardCharsets.UTF_8);
        int shared = before == 0 ? 0 : before + 1;
        return Base64.getEncoder().encodeToString(bytes).substring(shared, bytes.length / BASE64_GROUP * 4);
    }

    /** The text with something else in the place of the key. Takes time linear in it. */
    String replacedIn(String text, String mask) {
        String replaced = text;
        for (Spelling spelling : spellings) {
            replaced = spelling.replacedIn(replaced, mask);
        }
        return replaced;
    }

    private enum Form {
        PLAIN,
        HEX,
        BASE64
    }

    /** One row of characters, each of which may be escaped. */
    private static final class Spelling {
        private static final String FIRST_OF_ESCAPES = "%=&";
        private static final int MAX_PADDING = 2;

        private final String characters;
        private final int[] each;
        private final Form form;

        Spelling(String characters, Form form) {
            this.characters = characters;
            // JSON doubles backslashes at each depth: a run of them is one
            each = characters.replaceAll("\\\\+", "\\\\").codePoints().toArray();
            this.form = form;
        }

        String replacedIn(String text, String mask) {
            var replaced = new StringBuilder();
            int copied = 0;
            for (int at = 0; at < text.length(); at++) {
                int end = mayBegin(text, at) ? end(text, at) : at;
                if (end > at) {
                    replaced.append(text, copied, at).append(mask);
                    copied = end;
                    at = end - 1;
                }
            }
            return copied == 0
                    ? text
                    : replaced.append(text, copied, text.length()).toString();
        }

        private boolean mayBegin(String text, int at) {
            char c = text.charAt(at);
            if (c == '\\') { // a match begins at the first of many only: each of them would look at all the others
                return at == 0 || text.charAt(at - 1) != '\\';
            }
            return FIRST_OF_ESCAPES.indexOf(c) >= 0 || isNext(text, at, each[0]);
        }

        private boolean isNext(String text, int at, int character) {
            int c = text.codePointAt(at);
            return switch (form) {
                case PLAIN -> EscapedCharacter.isSame(c, character) || (character == ' ' && c == '+');
                case HEX -> EscapedCharacter.isSame(c, character);
                case BASE64 -> c == character || (character == '+' && c == '-') || (character == '/' && c == '_');
            };
        }

        /** The index after the key if it begins here, or this index. */
        private int end(String text, int from) {
            if (form == Form.PLAIN && text.regionMatches(true, from, characters, 0, characters.length())) {
                return from + characters.length();
            }
            int at = from;
            for (int i = 0; i < each.length; i++) {
                int start = i == 0 || form == Form.PLAIN ? at : behindBreak(text, at);
                if (start == text.length()) {
                    return from;
                }
                int end = new EscapedCharacter(each[i], form != Form.BASE64).end(text, start);
                if (end == start && !isNext(text, start, each[i])) {
                    return from;
                }
                at = end > start ? end : start + Character.charCount(text.codePointAt(start));
            }
            return form == Form.BASE64 ? behindRest(text, at) : at;
        }

        /** Behind line ends, which may be escaped, and what is put between digits. */
        private int behindBreak(String text, int from) {
            int at = from;
            while (at < text.length()) {
                int signs = at;
                while (signs < text.length() && text.charAt(signs) == '\\') {
                    signs++;
                }
                char c = signs < text.length() ? text.charAt(signs) : '\0';
                boolean isBreak = signs == at
                        ? Character.isWhitespace(c) || (form == Form.HEX && ":-".indexOf(c) >= 0)
                        : "rn".indexOf(c) >= 0;
                if (!isBreak) {
                    return at;
                }
                at = signs + 1;
            }
            return at;
        }

        /** Behind the group that the key shares with what follows it, and padding. */
        private static int behindRest(String text, int from) {
            int at = from;
            while (at < text.length()
                    && at < from + BASE64_GROUP
                    && (Alphabet.isLetterOrDigit(text.charAt(at)) || "+/_-".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            int padding = at;
            while (at < text.length() && at < padding + MAX_PADDING && text.charAt(at) == '=') {
                at++;
            }
            return at;
        }
    }
}
