// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The armoured private keys in one text that are written in Base64, whatever stands in front of them there, such as a
 * certificate, and wherever its lines end. Line ends may be escaped.
 */
record EncodedKeys(String text) {
    /**
     * How the beginning of armour looks in Base64.
     *
     * @param lost characters of which a part belongs to what stands in front, made up
     * @param head the characters of which nothing does
     */
    private record Armour(String lost, String head) {
        /** @param before how many bytes stand in front of it in its three */
        static Armour behind(int before) {
            byte[] bytes = ("\0".repeat(before) + "-----BEGIN ").getBytes(StandardCharsets.ISO_8859_1);
            int whole = bytes.length * Byte.SIZE / BITS;
            String encoded = Base64.getEncoder().encodeToString(bytes);
            int shared = before == 0 ? 0 : before + 1;
            return new Armour(encoded.substring(0, shared), encoded.substring(shared, whole));
        }
    }

    private static final int BITS = 6;
    private static final List<Armour> ARMOURS =
            IntStream.range(0, 3).mapToObj(Armour::behind).toList();

    /** With which they begin: most characters of a text are none of these. */
    private static final String FIRST =
            ARMOURS.stream().map(armour -> armour.head().substring(0, 1)).collect(Collectors.joining());

    /** Line ends as other formats write them; blanks and a backslash are passed over besides. */
    private static final List<String> BREAKS =
            List.of("%0A", "%0D", "&#10;", "&#13;", "&#xA;", "&#xD;", "<br>", "<br/>", "<br />");

    private static final List<String> ESCAPED = List.of("n", "r", "t", "u000A", "u000D");

    /** What tells a private key from a certificate, and its first line. */
    private static final int MIN_CHARACTERS = 400;

    private static final int MAX_BREAK_CHARACTERS = 100;
    /** A shorter line is the last one. */
    private static final int MIN_LINE_CHARACTERS = 16;
    /** The last line of armour has fewer, in Base64. */
    private static final int END_CHARACTERS = 40;

    private static final String DASHES = "-----";

    /** The index after the key, or the part of one, that begins here, or this index if none does. */
    int end(int at) {
        if (FIRST.indexOf(text.charAt(at)) < 0) {
            return at;
        }
        for (Armour armour : ARMOURS) {
            if (text.charAt(at) == armour.head().charAt(0) && begins(armour.head(), at)) {
                String decoded = decoded(armour.lost() + characters(at, MIN_CHARACTERS));
                int begin = decoded.indexOf(DASHES);
                if (begin >= 0 && new PrivateKeys(decoded, new TokenScan(decoded)).isSure(begin)) {
                    return endOfLines(at, armour.lost());
                }
            }
        }
        return at;
    }

    private boolean begins(String head, int from) {
        int at = from;
        for (int i = 0; i < head.length(); i++) {
            at = i == 0 ? at : behindBreak(at);
            if (at == text.length() || text.charAt(at) != head.charAt(i)) {
                return false;
            }
            at++;
        }
        return true;
    }

    /** The characters from here on without what stands between lines, at most so many. */
    private String characters(int from, int most) {
        var characters = new StringBuilder();
        int at = from;
        while (characters.length() < most && at < text.length() && Alphabet.BASE64.has(text.charAt(at))) {
            characters.append(text.charAt(at));
            at = behindBreak(at + 1);
        }
        return characters.toString();
    }

    /** Behind the last line, which is short unless armour ends in the one before it. */
    private int endOfLines(int from, String lost) {
        var last = new StringBuilder(lost);
        int end = Alphabet.BASE64.end(text, from);
        last.append(text, from, end);
        while (text.charAt(end - 1) != '=') {
            int line = behindBreak(end);
            int next = Alphabet.BASE64.end(text, line);
            boolean isShort = next - line < MIN_LINE_CHARACTERS;
            if (next == line || line == end || (isShort && decodedEnd(last).endsWith(DASHES))) {
                return end;
            }
            last.append(text, line, next);
            end = next;
            if (isShort) {
                return end;
            }
        }
        return end;
    }

    private static String decodedEnd(StringBuilder characters) {
        int whole = characters.length() / 4 * 4;
        return decoded(characters.substring(Math.max(0, whole - END_CHARACTERS), whole))
                .stripTrailing();
    }

    private int behindBreak(int from) {
        int at = from;
        int next = behindOne(at);
        while (next > at && next - from <= MAX_BREAK_CHARACTERS) {
            at = next;
            next = behindOne(at);
        }
        return at;
    }

    /** Behind one line end, blank, backslash with what it escapes, or sign with which code, lists and mail cut lines; here if there is none. */
    private int behindOne(int at) {
        if (at == text.length()) {
            return at;
        }
        return switch (text.charAt(at)) {
            case ' ', '\t', '\n', '\r', '"', '\'', ',', '#', '-', '>' -> at + 1;
            case '+' -> isJoin(at) ? at + 1 : at;
            case '\\' -> behind(ESCAPED, at + 1);
            case '%', '&', '<' -> behind(BREAKS, at);
            default -> at;
        };
    }

    /** Between two texts in code, and no character of Base64. */
    private boolean isJoin(int at) {
        return at > 0
                && text.charAt(at - 1) == ' '
                && at + 1 < text.length()
                && " \r\n".indexOf(text.charAt(at + 1)) >= 0;
    }

    /** Behind the first of these that stands here; here if none does. */
    private int behind(List<String> all, int from) {
        for (String each : all) {
            if (text.regionMatches(true, from, each, 0, each.length())) {
                return from + each.length();
            }
        }
        return from;
    }

    private static String decoded(String base64) {
        int padding = base64.indexOf('=');
        String characters = padding < 0 ? base64 : base64.substring(0, padding);
        byte[] bytes = Base64.getDecoder().decode(characters.substring(0, characters.length() / 4 * 4));
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
