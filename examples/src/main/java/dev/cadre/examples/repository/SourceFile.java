// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.Arrays;

/**
 * One text file as it was when it was read. Immutable; lines count from 1 and end at {@code \n}.
 *
 * <p>Bytes that are not UTF-8 are read as ISO-8859-1, so equal text always means equal bytes.
 */
public final class SourceFile {
    /** The file itself, and its places in lists and tables. */
    private static final int BYTES_BESIDES = 136;

    private final String path;
    private final String text;
    private final int[] lineStarts;

    private SourceFile(String path, String text) {
        this.path = path;
        this.text = text;
        this.lineStarts = lineStarts(text);
    }

    /** Returns a file of this text; the path is relative to the root, with {@code /} between its parts. */
    public static SourceFile of(String path, String text) {
        return new SourceFile(path, text);
    }

    private static int[] lineStarts(String text) {
        int[] starts = new int[16];
        int count = 1;
        for (int at = text.indexOf('\n'); at >= 0 && at + 1 < text.length(); at = text.indexOf('\n', at + 1)) {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
            }
            starts[count++] = at + 1;
        }
        return Arrays.copyOf(starts, count);
    }

    /** About the memory that it takes. */
    long bytes() {
        return SearchMemory.bytesOf(text)
                + SearchMemory.bytesOf(path)
                + (long) Integer.BYTES * lineStarts.length
                + BYTES_BESIDES;
    }

    /** Returns the path relative to the root, with {@code /} between its parts. */
    public String path() {
        return path;
    }

    /** Returns the whole text. */
    public String text() {
        return text;
    }

    /** Returns the number of lines, at least 1. */
    public int lineCount() {
        return lineStarts.length;
    }

    /** Returns the offset of the first character of a line. */
    public int lineStart(int line) {
        return lineStarts[line - 1];
    }

    /** Returns the line that holds the character at this offset. */
    public int lineAt(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** Returns one line without its line end. */
    public String line(int line) {
        return lines(line, line);
    }

    /** Returns the text from the first to the last of these lines, without the last line end. */
    public String lines(int first, int last) {
        int end = last >= lineCount() ? text.length() : lineStarts[last] - 1;
        if (end > lineStarts[first - 1] && last >= lineCount() && text.charAt(end - 1) == '\n') {
            end--;
        }
        return text.substring(lineStarts[first - 1], end);
    }

    @Override
    public String toString() {
        return path + " (" + lineCount() + " lines)";
    }
}
