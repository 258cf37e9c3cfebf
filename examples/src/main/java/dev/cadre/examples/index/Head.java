// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.ArrayList;
import java.util.List;

/**
 * The first words of a line of code, up to the sign that ends them.
 *
 * @param words names with the dots inside them, without annotations and type parameters
 * @param end the sign after them, or a line feed
 * @param endOffset where that sign is
 */
record Head(List<String> words, char end, int endOffset) {

    static Head read(CodeText code, int from) {
        return new Reader(code, from).read();
    }

    private static final class Reader {
        private final CodeText code;
        private final List<String> words = new ArrayList<>();
        private int at;

        Reader(CodeText code, int from) {
            this.code = code;
            this.at = from;
        }

        Head read() {
            while (at < code.length()) {
                char c = code.at(at);
                if (isWord(c)) {
                    word();
                } else if (c == '@') {
                    annotation();
                } else if (c == '<' && closingAngle() > 0) {
                    at = closingAngle() + 1;
                } else if (c == '(' && (isReceiver() || isVisibility())) {
                    at = code.closeParenthesis(at) + 1;
                } else if (c == '"' && isLinkage()) {
                    at = code.indexOf('"', at + 1) + 1;
                } else if (" \t\r*&?[]~!#".indexOf(c) >= 0) {
                    at++;
                } else {
                    return new Head(words, c, at);
                }
            }
            return new Head(words, '\n', code.length());
        }

        private void word() {
            int start = at;
            while (at < code.length() && (isWord(code.at(at)) || joins(at))) {
                at += code.at(at) == ':' ? 2 : 1;
            }
            words.add(code.substring(start, at));
        }

        private boolean joins(int i) {
            boolean dot = code.at(i) == '.' && i + 1 < code.length() && isWord(code.at(i + 1));
            boolean scope = i + 2 < code.length()
                    && code.at(i) == ':'
                    && code.at(i + 1) == ':'
                    && (isWord(code.at(i + 2)) || code.at(i + 2) == '~');
            return dot || scope;
        }

        private void annotation() {
            at++;
            int before = words.size();
            if (at < code.length() && isWord(code.at(at))) {
                word();
            }
            boolean declares = words.size() > before && words.getLast().equals("interface");
            if (!declares && words.size() > before) {
                words.removeLast();
                if (at < code.length() && code.at(at) == '(' && code.closeParenthesis(at) > 0) {
                    at = code.closeParenthesis(at) + 1;
                }
            }
        }

        /** Go writes the receiver of a method in front of its name. */
        private boolean isReceiver() {
            return words.size() == 1 && words.getFirst().equals("func") && code.closeParenthesis(at) > 0;
        }

        /** Rust says in parentheses how far a thing is public: {@code pub(crate) fn}. */
        private boolean isVisibility() {
            int close = words.size() == 1 && words.getFirst().equals("pub") ? code.closeParenthesis(at) : -1;
            return close > 0 && code.skipBlanks(close + 1) > close + 1 && isWordAt(code.skipBlanks(close + 1));
        }

        /** C and Rust name the convention of a call: {@code extern "C" fn}. */
        private boolean isLinkage() {
            return !words.isEmpty() && words.getLast().equals("extern") && code.indexOf('"', at + 1) > 0;
        }

        private boolean isWordAt(int offset) {
            return offset < code.length() && isWord(code.at(offset));
        }

        private int closingAngle() {
            int depth = 0;
            for (int i = at; i < code.length() && code.at(i) != '\n'; i++) {
                char c = code.at(i);
                if (c == '<') {
                    depth++;
                } else if (c == '>' && --depth == 0) {
                    return i;
                } else if (c != '>' && !isWord(c) && " ,?&.[]:*'|=\"".indexOf(c) < 0) {
                    return -1;
                }
            }
            return -1;
        }
    }

    static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '$'
                || (c > 127 && Character.isLetter(c));
    }
}
