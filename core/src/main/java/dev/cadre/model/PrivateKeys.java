// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * Private keys in one text, as armour writes them: a head, lines of letters, a last line.
 *
 * @param text where they are
 * @param tokens the tokens in it
 */
record PrivateKeys(String text, TokenScan tokens) {
    private static final String HEAD = "-----BEGIN ";
    private static final String TAIL = "-----END ";
    private static final String DASHES = "-----";
    private static final String KIND = "PRIVATE KEY";
    private static final int MAX_HEAD_CHARACTERS = 40;
    private static final int MAX_BODY_DISTANCE = 300;
    /** A line of such a key has 64 or 70. */
    private static final int MIN_LINE_CHARACTERS = 40;
    /** That of RSA with 16,384 bits has 12,800. */
    private static final int MAX_BODY_CHARACTERS = 20_000;
    /** What mail, comments, diffs and code write in front of a line: {@code >}, {@code //}, {@code +}, a quotation mark. */
    private static final int MAX_QUOTE_CHARACTERS = 16;

    /** Returns whether one begins here that has a line at least. */
    boolean isSure(int at) {
        int kind = endOfHead(at);
        return kind >= 0 && endOfFirstLine(kind) >= 0;
    }

    /** The place behind the one that begins here, or this place if none does. */
    int end(int at) {
        int kind = endOfHead(at);
        return kind < 0 ? at : endOfBody(kind);
    }

    /** Returns the place behind the kind that a head names, or -1 if no head of a private key begins here. */
    private int endOfHead(int at) {
        return text.charAt(at) == '-' && text.startsWith(HEAD, at) ? endOfKind(at + HEAD.length()) : -1;
    }

    private int endOfKind(int from) {
        int kind = text.indexOf(KIND, from, Math.min(text.length(), from + MAX_HEAD_CHARACTERS));
        for (int at = from; at < kind; at++) {
            char c = text.charAt(at);
            if (c != ' ' && !Alphabet.CAPITALS.has(c)) {
                return -1;
            }
        }
        return kind < 0 ? -1 : kind + KIND.length();
    }

    /** Returns the place at which there is enough of a line to be one, or -1. */
    private int endOfFirstLine(int from) {
        int line = 0;
        int most = Math.min(text.length(), from + MAX_BODY_DISTANCE);
        for (int at = from; at < most; at++) {
            line = Alphabet.BASE64.has(text.charAt(at)) ? line + 1 : 0;
            if (line == MIN_LINE_CHARACTERS) {
                return at + 1;
            }
        }
        return -1;
    }

    /** The place behind the last line; if that is missing, behind all that may still be the body. */
    private int endOfBody(int kind) {
        int from = text.startsWith(DASHES, kind) ? kind + DASHES.length() : kind;
        int dashes = text.indexOf(DASHES, from, Math.min(text.length(), from + MAX_BODY_CHARACTERS));
        if (dashes >= 0 && text.startsWith(TAIL, dashes)) {
            int end = endOfKind(dashes + TAIL.length());
            if (end >= 0) {
                return text.startsWith(DASHES, end) ? end + DASHES.length() : end;
            }
        }
        return endOfCutBody(from);
    }

    /** Up to the next token: half of one would not be known as one. */
    private int endOfCutBody(int from) {
        int firstLine = endOfFirstLine(from);
        String quote = "";
        int end = from;
        while (end < text.length() && tokens.end(from, end) == end) {
            if (end < firstLine || mayBeBody(text.charAt(end))) {
                end++;
            } else {
                int line = behindQuote(end);
                String next = line < 0 ? "" : text.substring(end, line);
                if (next.isEmpty() || !(next.equals(quote) || isLine(line))) {
                    return end;
                }
                quote = next;
                end = line;
            }
        }
        return end;
    }

    private static boolean mayBeBody(char c) {
        return Alphabet.BASE64.has(c) || "\\\n\r\t ".indexOf(c) >= 0;
    }

    /** The place behind what may quote a line of a key, or -1. */
    private int behindQuote(int from) {
        int most = Math.min(text.length(), from + MAX_QUOTE_CHARACTERS);
        for (int line = from + 1; line < most; line++) {
            if (Alphabet.isLetterOrDigit(text.charAt(line))) {
                return line;
            }
        }
        return -1;
    }

    private boolean isLine(int from) {
        return Alphabet.BASE64.end(text, from) - from >= MIN_LINE_CHARACTERS;
    }
}
