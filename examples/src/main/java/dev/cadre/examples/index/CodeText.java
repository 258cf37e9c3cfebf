// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

/** Code without comments and strings, and the small steps that reading it takes. Offsets may lie beyond its end. */
final class CodeText {
    private static final int MAX_PARENTHESES_CHARACTERS = 4_000;

    private final char[] code;
    private final Brackets parentheses;

    CodeText(char[] code) {
        this.code = code;
        this.parentheses = Brackets.of(code, '(', ')');
    }

    int length() {
        return code.length;
    }

    char at(int offset) {
        return code[offset];
    }

    String substring(int from, int to) {
        return new String(code, from, to - from);
    }

    /** Returns where the parenthesis closes that opens here, or -1 if it does not nearby. */
    int closeParenthesis(int open) {
        int close = parentheses.closeOf(open);
        return close < code.length && close < open + MAX_PARENTHESES_CHARACTERS ? close : -1;
    }

    /** Returns where a sign stands next on the same line, or -1. */
    int indexOf(char sign, int from) {
        for (int at = from; at < code.length && code[at] != '\n'; at++) {
            if (code[at] == sign) {
                return at;
            }
        }
        return -1;
    }

    int skipBlanks(int from) {
        int at = from;
        while (at < code.length && (code[at] == ' ' || code[at] == '\t' || code[at] == '\n')) {
            at++;
        }
        return at;
    }

    int wordEnd(int from) {
        int at = from;
        while (at < code.length && Head.isWord(code[at])) {
            at++;
        }
        return at;
    }

    boolean startsWith(String word, int at) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= code.length || code[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return at + word.length() >= code.length
                || !Head.isWord(code[at + word.length()])
                || !Head.isWord(word.charAt(0));
    }

    /** Returns whether an arrow function or the word {@code function} follows. */
    boolean startsFunction(int from) {
        int at = skipBlanks(from);
        if (startsWith("async", at)) {
            at = skipBlanks(at + 5);
        }
        if (startsWith("function", at)) {
            return true;
        }
        boolean parameters = at < code.length && code[at] == '(';
        int end = parameters ? closeParenthesis(at) + 1 : wordEnd(at);
        for (int i = end; i > at && i < code.length && i < end + 200; i++) {
            if (code[i] == '=' || code[i] == ';' || code[i] == '{') {
                return startsWith("=>", i);
            }
            if (code[i] == '\n' && !parameters) {
                return false;
            }
        }
        return false;
    }
}
