// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.List;

/**
 * Whether a text holds what looks like a key: a private key, or a token with the prefix of a well-known issuer.
 *
 * <p>What stands after the prefix has to be as long as the issuer makes it and of many different characters, so that
 * placeholders, and code that looks for keys itself, are no keys. One pass over the text: what follows a prefix is looked at
 * once, and at most 300 characters behind each head of a private key.
 */
public final class SecretShapes {
    private static final int MIN_DIFFERENT = 10;
    private static final int MAX_TOKEN_CHARACTERS = 300;

    private static final String HEAD = "-----BEGIN ";
    private static final String HEAD_END = "PRIVATE KEY";
    private static final int MAX_HEAD_CHARACTERS = 40;
    private static final int MAX_BODY_DISTANCE = 300;
    /** A line of such a key has 64 or 70. */
    private static final int MIN_BODY_CHARACTERS = 40;

    /** A prefix, how many characters follow it at least, and which besides letters and digits. */
    private record Token(String prefix, int length, String signs) {}

    private static final List<Token> TOKENS = List.of(
            new Token("AKIA", 16, ""),
            new Token("ASIA", 16, ""),
            new Token("AIza", 35, "-_"),
            new Token("ya29.", 40, "-_."),
            new Token("ghp_", 36, ""),
            new Token("gho_", 36, ""),
            new Token("ghs_", 36, ""),
            new Token("ghu_", 36, ""),
            new Token("ghr_", 36, ""),
            new Token("github_pat_", 60, "_"),
            new Token("glpat-", 20, "-_"),
            new Token("sk-", 40, "-_"),
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

    private SecretShapes() {}

    /** Returns whether there is at least one. */
    public static boolean occurIn(String text) {
        for (int at = 0; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case 'A', 'a', 'y', 'g', 's', 'r', 'x', 'n', 'p', 'S', 'h', 'd' -> {
                    if ((at == 0 || !isBody(text.charAt(at - 1), "_-")) && startsToken(text, at)) {
                        return true;
                    }
                }
                case '-' -> {
                    if (text.startsWith(HEAD, at) && startsPrivateKey(text, at + HEAD.length())) {
                        return true;
                    }
                }
                default -> {}
            }
        }
        return false;
    }

    private static boolean startsToken(String text, int at) {
        for (Token token : TOKENS) {
            if (text.startsWith(token.prefix, at) && isLikeAKey(text, at + token.prefix.length(), token)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLikeAKey(String text, int from, Token token) {
        int end = from;
        int most = Math.min(text.length(), from + MAX_TOKEN_CHARACTERS);
        while (end < most && isBody(text.charAt(end), token.signs)) {
            end++;
        }
        String body = text.substring(from, end);
        return body.length() >= token.length
                && body.chars().distinct().count() >= MIN_DIFFERENT
                && body.chars().anyMatch(Character::isDigit)
                && !body.endsWith("EXAMPLE");
    }

    private static boolean startsPrivateKey(String text, int from) {
        int end = text.indexOf(HEAD_END, from, Math.min(text.length(), from + MAX_HEAD_CHARACTERS));
        int run = 0;
        int most = Math.min(text.length(), end + MAX_BODY_DISTANCE);
        for (int at = end; at >= 0 && at < most && run < MIN_BODY_CHARACTERS; at++) {
            run = isBody(text.charAt(at), "+/=") ? run + 1 : 0;
        }
        return run == MIN_BODY_CHARACTERS;
    }

    private static boolean isBody(char c, String signs) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || signs.indexOf(c) >= 0;
    }
}
