// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What keys look like: tokens with the prefix of a well-known issuer, and private keys.
 *
 * <p>What only looks like one is masked ({@link Redactor}), because a message loses little; a file is left out for what can
 * hardly be anything else ({@link #occurIn}). Text in JSON, YAML, code, URLs and logs has escapes: a letter that ends one is
 * not a letter of the word behind it. One pass over the text: at most 300 characters are looked at behind each prefix and
 * behind each head of a private key.
 */
public final class SecretShapes {
    private static final int MIN_DIFFERENT = 10;
    private static final int MAX_TOKEN_CHARACTERS = 300;

    private static final String HEAD = "-----BEGIN ";
    private static final String TAIL = "-----END ";
    private static final String DASHES = "-----";
    private static final String KIND = "PRIVATE KEY";
    private static final int MAX_HEAD_CHARACTERS = 40;
    private static final int MAX_BODY_DISTANCE = 300;
    /** A line of such a key has 64 or 70. */
    private static final int MIN_BODY_CHARACTERS = 40;
    /** That of RSA with 16,384 bits has 12,800. */
    private static final int MAX_BODY_CHARACTERS = 20_000;

    /** A line end or a sign as JSON, YAML, code and URLs write it. {@code \\a} is none: folders begin so. */
    private static final String SIGN = "\\\\(?:[befnrtv]|[0-7]{1,3}|x\\p{XDigit}{2}|u\\p{XDigit}{4})|%\\p{XDigit}{2}";

    /** A colour of a terminal, whatever became of the escape character in front of it, or what clears a line. */
    private static final String COLOUR = "\\[[0-9;]{1,9}[A-Za-z]|(?:\\x1b|1[bB]|33|\\\\e)\\[[A-Za-z]";

    private static final Pattern ESCAPE = Pattern.compile("(?:" + SIGN + "|" + COLOUR + ")\\z");
    private static final int MAX_ESCAPE_CHARACTERS = 11;

    /**
     * A prefix, and how many characters follow it.
     *
     * @param masked at least, to be masked
     * @param sure at least, to be nothing else
     * @param signs what they are besides letters and digits
     */
    private record Token(String prefix, int masked, int sure, String signs) {
        Token(String prefix, int length, String signs) {
            this(prefix, length, length, signs);
        }

        /** Whether the prefix can stand behind a letter, because no word and no data go on like this. */
        boolean isRare() {
            return prefix.length() > 3 && !prefix.chars().allMatch(c -> isBody((char) c, ""));
        }

        int end(String text, int from, int most) {
            int end = from;
            while (end < most && isBody(text.charAt(end), signs)) {
                end++;
            }
            return end;
        }
    }

    private static final List<Token> TOKENS = List.of(
            new Token("AKIA", 16, ""),
            new Token("ASIA", 16, ""),
            new Token("AIza", 35, "-_"),
            new Token("ya29.", 40, "-_."),
            new Token("ghp_", 20, 36, ""),
            new Token("gho_", 20, 36, ""),
            new Token("ghs_", 20, 36, ""),
            new Token("ghu_", 20, 36, ""),
            new Token("ghr_", 20, 36, ""),
            new Token("github_pat_", 60, "_"),
            new Token("glpat-", 20, "-_"),
            new Token("sk-", 8, 40, "-_"),
            new Token("sk_live_", 24, ""),
            new Token("rk_live_", 24, ""),
            new Token("xoxb-", 40, "-"),
            new Token("xoxp-", 40, "-"),
            new Token("xoxa-", 40, "-"),
            new Token("npm_", 36, ""),
            new Token("pypi-", 80, "-_"),
            new Token("SG.", 60, "-_."),
            new Token("hf_", 34, ""),
            new Token("dop_v1_", 64, ""),
            new Token("AGE-SECRET-KEY-1", 50, ""));

    private static final Token[][] BY_FIRST = new Token['z' + 1][];

    static {
        for (char first = 0; first < BY_FIRST.length; first++) {
            String start = String.valueOf(first);
            BY_FIRST[first] = TOKENS.stream()
                    .filter(token -> token.prefix.startsWith(start))
                    .toArray(Token[]::new);
        }
    }

    private SecretShapes() {}

    /**
     * Returns whether there is at least one that can hardly be anything else: as long as its issuer makes it, and of many
     * different characters, so that placeholders, and code that looks for keys itself, are none.
     */
    public static boolean occurIn(String text) {
        for (int at = 0; at < text.length(); at++) {
            for (Token token : beginningWith(text.charAt(at))) {
                if (begins(token, text, 0, at) && isSure(token, text, at + token.prefix.length())) {
                    return true;
                }
            }
            int kind = kindOfPrivateKey(text, at);
            if (kind >= 0 && bodyOfPrivateKey(text, kind) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns the text with something else in the place of each. */
    static String replacedIn(String text, String mask) {
        var masked = new StringBuilder();
        int shown = 0;
        int at = 0;
        while (at < text.length()) {
            int end = endOf(text, shown, at);
            if (end > at) {
                masked.append(text, shown, at).append(mask);
                shown = end;
            }
            at = Math.max(end, at + 1);
        }
        return shown == 0 ? text : masked.append(text, shown, text.length()).toString();
    }

    /**
     * The place behind what begins here, or this place if nothing does.
     *
     * @param shown where the text begins that is not masked yet: what is in front of it is no part of a word
     */
    private static int endOf(String text, int shown, int at) {
        int end = endOfToken(text, shown, at);
        if (end > at) {
            return end;
        }
        int kind = kindOfPrivateKey(text, at);
        return kind < 0 ? at : endOfPrivateKey(text, kind);
    }

    private static int endOfToken(String text, int shown, int at) {
        for (Token token : beginningWith(text.charAt(at))) {
            if (begins(token, text, shown, at)) {
                int from = at + token.prefix.length();
                int end = token.end(text, from, text.length());
                if (end - from >= token.masked) {
                    return endOfStars(token, text, end);
                }
            }
        }
        return at;
    }

    /** A provider shows the ends of a key and stars between them. */
    private static int endOfStars(Token token, String text, int from) {
        int end = from;
        while (end < text.length() && (text.charAt(end) == '*' || isBody(text.charAt(end), token.signs))) {
            end++;
        }
        return end;
    }

    private static Token[] beginningWith(char first) {
        return BY_FIRST[first < BY_FIRST.length ? first : 0];
    }

    private static boolean begins(Token token, String text, int from, int at) {
        return text.startsWith(token.prefix, at)
                && (at == from
                        || !isBody(text.charAt(at - 1), "")
                        || token.isRare()
                        || isBehindAnEscape(text, from, at));
    }

    private static boolean isBehindAnEscape(String text, int from, int at) {
        return ESCAPE.matcher(text)
                .region(Math.max(from, at - MAX_ESCAPE_CHARACTERS), at)
                .find();
    }

    private static boolean isSure(Token token, String text, int from) {
        String body = text.substring(from, token.end(text, from, Math.min(text.length(), from + MAX_TOKEN_CHARACTERS)));
        return body.length() >= token.sure
                && body.chars().anyMatch(Character::isDigit)
                && body.chars().distinct().count() >= MIN_DIFFERENT
                && !body.endsWith("EXAMPLE");
    }

    /** Returns the place behind a head, or -1 if none begins here. */
    private static int kindOfPrivateKey(String text, int at) {
        if (text.charAt(at) != '-' || !text.startsWith(HEAD, at)) {
            return -1;
        }
        return endOfKind(text, at + HEAD.length());
    }

    private static int endOfKind(String text, int from) {
        int kind = text.indexOf(KIND, from, Math.min(text.length(), from + MAX_HEAD_CHARACTERS));
        boolean isName = kind >= 0
                && text.substring(from, kind)
                        .chars()
                        .allMatch(c -> c == ' ' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
        return isName ? kind + KIND.length() : -1;
    }

    /** Returns the place at which there is enough of a body to be one, or -1. */
    private static int bodyOfPrivateKey(String text, int from) {
        int run = 0;
        int most = Math.min(text.length(), from + MAX_BODY_DISTANCE);
        for (int at = from; at < most; at++) {
            run = isBody(text.charAt(at), "+/=") ? run + 1 : 0;
            if (run == MIN_BODY_CHARACTERS) {
                return at + 1;
            }
        }
        return -1;
    }

    /**
     * The place behind its last line; if that is missing, behind all that may still be the body, up to the next token: half
     * of one would not be known as one.
     */
    private static int endOfPrivateKey(String text, int kind) {
        int from = text.startsWith(DASHES, kind) ? kind + DASHES.length() : kind;
        int dashes = text.indexOf(DASHES, from, Math.min(text.length(), from + MAX_BODY_CHARACTERS));
        if (dashes >= 0 && text.startsWith(TAIL, dashes)) {
            int end = endOfKind(text, dashes + TAIL.length());
            if (end >= 0) {
                return text.startsWith(DASHES, end) ? end + DASHES.length() : end;
            }
        }
        int body = bodyOfPrivateKey(text, from);
        int end = from;
        while (end < text.length()
                && (end < body || isBody(text.charAt(end), "+/=\\\n\r\t "))
                && endOfToken(text, from, end) == end) {
            end++;
        }
        return end;
    }

    private static boolean isBody(char c, String signs) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || signs.indexOf(c) >= 0;
    }
}
