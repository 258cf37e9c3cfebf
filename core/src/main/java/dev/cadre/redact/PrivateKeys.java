// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

/**
 * The private keys in one text, in armoured form: a first line, lines of letters, a last line.
 *
 * @param text the text
 * @param tokens the tokens in the text
 */
record PrivateKeys(String text, TokenScan tokens) {
    private static final String HEAD = "-----BEGIN ";
    private static final String TAIL = "-----END ";
    private static final String DASHES = "-----";
    private static final String KIND = "PRIVATE KEY";
    private static final int MAX_HEAD_CHARACTERS = 40;
    private static final int MAX_BODY_DISTANCE = 300;
    /** A line of such a key has 64 or 70 characters. */
    private static final int MIN_LINE_CHARACTERS = 40;
    /** An RSA key of 16,384 bits has 12,800 characters. */
    private static final int MAX_BODY_CHARACTERS = 20_000;
    /**
     * The longest prefix of a line in mail, comments, diffs and code: {@code >}, {@code //}, {@code +}, a quotation
     * mark.
     */
    private static final int MAX_QUOTE_CHARACTERS = 16;

    /** Whether a key with at least one line begins here. */
    boolean isSure(int at) {
        int kind = endOfHead(at);
        return kind >= 0 && endOfFirstLine(kind) >= 0;
    }

    /** The index after the key that begins here, or this index if none does. */
    int end(int at) {
        int kind = endOfHead(at);
        return kind < 0 ? at : endOfBody(kind);
    }

    /** The index after the kind in a first line, or -1 if no first line of a private key begins here. */
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

    /** The index at which the first line is long enough to be one, or -1. */
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

    /** The index after the last line; if it is missing, the index after everything that may be the body. */
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

    /** Stops at the next token, because half of a token would not be recognized. */
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

    /** The index after the prefix of a quoted line, or -1. */
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
