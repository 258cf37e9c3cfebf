// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

/**
 * A copy of a text in which comments and the insides of strings are blanks, so that every brace and word left is code.
 * Offsets and lines stay the same. It is a scanner, not a parser: a regular expression literal may fool it to the end
 * of its line.
 */
final class CodeMask {
    private final String text;
    private final Language language;
    private final char[] code;

    private CodeMask(String text, Language language) {
        this.text = text;
        this.language = language;
        this.code = text.toCharArray();
    }

    static char[] of(String text, Language language) {
        var mask = new CodeMask(text, language);
        if (language.blocks() != Language.Blocks.NONE) {
            mask.run();
        }
        return mask.code;
    }

    private void run() {
        int at = 0;
        while (at < code.length) {
            at = switch (text.charAt(at)) {
                case '/' -> slash(at);
                case '#' -> language.hashStartsComment() ? blank(at, lineEnd(at)) : at + 1;
                case '"' -> quoted(at, '"');
                case '\'' -> language.apostropheIsCharacter() ? character(at) : quoted(at, '\'');
                case '`' -> language.backtickIsString() ? blankInside(at, closing(at + 1, "`"), 1) : at + 1;
                default -> at + 1;
            };
        }
    }

    private int slash(int at) {
        if (language.hashStartsComment() || at + 1 >= code.length) {
            return at + 1;
        }
        return switch (text.charAt(at + 1)) {
            case '/' -> blank(at, lineEnd(at));
            case '*' -> blank(at, endOf("*/", at + 2));
            default -> at + 1;
        };
    }

    private int quoted(int at, char quote) {
        String triple = String.valueOf(quote).repeat(3);
        if (language.tripleQuotes() && text.startsWith(triple, at)) {
            return blankInside(at, closing(at + 3, triple), 3);
        }
        int end = at + 1;
        while (end < code.length && text.charAt(end) != quote && text.charAt(end) != '\n') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return blankInside(at, Math.min(end, code.length), 1);
    }

    private int character(int at) {
        boolean escaped = at + 1 < code.length && text.charAt(at + 1) == '\\';
        int end = text.indexOf('\'', at + (escaped ? 3 : 2));
        int limit = escaped ? 10 : 2;
        return end > 0 && end - at <= limit ? blankInside(at, end, 1) : at + 1;
    }

    private int closing(int from, String mark) {
        for (int at = from; at < code.length; at++) {
            if (text.charAt(at) == '\\') {
                at++;
            } else if (text.startsWith(mark, at)) {
                return at;
            }
        }
        return code.length;
    }

    private int endOf(String mark, int from) {
        int found = text.indexOf(mark, from);
        return found < 0 ? code.length : found + mark.length();
    }

    private int lineEnd(int at) {
        int end = text.indexOf('\n', at);
        return end < 0 ? code.length : end;
    }

    private int blankInside(int open, int close, int markLength) {
        blank(open + markLength, close);
        return Math.min(close + markLength, code.length);
    }

    private int blank(int from, int to) {
        int end = Math.min(to, code.length);
        for (int at = from; at < end; at++) {
            if (code[at] != '\n') {
                code[at] = ' ';
            }
        }
        return Math.max(from, end);
    }
}
