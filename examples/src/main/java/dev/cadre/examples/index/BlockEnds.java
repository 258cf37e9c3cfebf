// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.index.Definition.Kind;
import dev.cadre.examples.repository.SourceFile;
import java.util.Set;

/** Finds the last line of a definition: where its block closes, or where its indentation ends. */
final class BlockEnds {
    /** Words that carry a head on to its next line. */
    private static final Set<String> CONTINUATIONS =
            Set.of("throws", "extends", "implements", "where", "permits", "with", "noexcept", "const", "override");

    /** Unbalanced text must not make every head scan the whole file: what stands in brackets does not count. */
    private static final int MAX_HEAD_CHARACTERS = 400;

    /** How far an open bracket keeps a head that ends by indentation. */
    private static final int MAX_HEAD_LINES = 200;

    private final SourceFile file;
    private final CodeText code;
    private final Brackets braces;
    private final Language language;
    private final int[] columns;
    private final int[] opened;

    BlockEnds(SourceFile file, CodeText code, Brackets braces, Language language) {
        this.file = file;
        this.code = code;
        this.braces = braces;
        this.language = language;
        boolean indented = language.blocks() == Language.Blocks.INDENTED;
        this.columns = new int[indented ? file.lineCount() + 1 : 0];
        this.opened = new int[columns.length];
        for (int line = 1; line < columns.length; line++) {
            columns[line] = firstSign(line) - file.lineStart(line);
            opened[line] = openParentheses(line);
        }
    }

    /** Returns the last line of what starts at this offset of this line; before that line if there is none. */
    int endOf(Head head, Kind kind, int line, int start) {
        return language.blocks() == Language.Blocks.INDENTED ? indentedEnd(line, start) : bracedEnd(head, line, kind);
    }

    private int bracedEnd(Head head, int line, Kind kind) {
        int depth = 0;
        int steps = 0;
        for (int at = head.endOffset(); at < code.length() && steps < MAX_HEAD_CHARACTERS; at++) {
            steps++;
            switch (code.at(at)) {
                case '(' -> {
                    int close = code.closeParenthesis(at);
                    if (close < 0) {
                        return line;
                    }
                    at = close;
                }
                case '[' -> depth++;
                case ']' -> depth--;
                case '{' -> {
                    if (depth <= 0) {
                        return lineOf(braces.closeOf(at));
                    }
                    at = braces.closeOf(at);
                }
                case ';' -> {
                    if (depth <= 0) {
                        return lineOf(at);
                    }
                }
                case '}' -> {
                    return Math.max(line, lineOf(at) - 1);
                }
                case '\n' -> {
                    if (depth <= 0 && (kind == Kind.CONSTANT || !continues(at + 1))) {
                        return lineOf(at);
                    }
                }
                default -> {}
            }
        }
        return line;
    }

    private boolean continues(int from) {
        int at = from;
        while (at < code.length() && code.at(at) <= ' ') {
            at++;
        }
        if (at == code.length()) {
            return false;
        }
        return Head.isWord(code.at(at))
                ? CONTINUATIONS.contains(code.substring(at, code.wordEnd(at)))
                : "{(:=-.?|&,<)".indexOf(code.at(at)) >= 0;
    }

    private int indentedEnd(int line, int start) {
        int indent = start - file.lineStart(line);
        int end = line;
        int open = 0;
        for (int next = line; next <= file.lineCount(); next++) {
            int column = columns[next];
            if (column < 0) {
                continue;
            }
            boolean headIsOver = next > line && (open <= 0 || next - line > MAX_HEAD_LINES);
            if (headIsOver && column <= indent) {
                int sign = file.lineStart(next) + column;
                boolean closes = language == Language.RUBY && code.startsWith("end", sign) && column == indent;
                return closes ? next : end;
            }
            end = next;
            open += opened[next];
        }
        return end;
    }

    private int openParentheses(int line) {
        int open = 0;
        int end = line == file.lineCount() ? code.length() : file.lineStart(line + 1);
        for (int at = file.lineStart(line); at < end; at++) {
            open += switch (code.at(at)) {
                case '(', '[', '{' -> 1;
                case ')', ']', '}' -> -1;
                default -> 0;
            };
        }
        return open;
    }

    private int lineOf(int offset) {
        return file.lineAt(Math.min(offset, Math.max(0, code.length() - 1)));
    }

    /** Returns the offset of the first sign of a line that is no blank, or -1. */
    int firstSign(int line) {
        int end = line == file.lineCount() ? code.length() : file.lineStart(line + 1);
        for (int at = file.lineStart(line); at < end; at++) {
            if (code.at(at) > ' ') {
                return at;
            }
        }
        return -1;
    }
}
