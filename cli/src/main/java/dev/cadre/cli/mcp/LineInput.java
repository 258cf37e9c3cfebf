// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/** Reads messages, one a line, and holds no more of a line than a message may have. */
final class LineInput {
    /** Longest message, in characters. */
    static final int MAX_CHARACTERS = 1 << 20;

    private final Reader reader;

    LineInput(InputStream in) {
        reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** What was read. */
    sealed interface Read {
        /** A line without its end. */
        record Line(String text) implements Read {}

        /** A line that was read over, because it is too long. */
        record TooLong() implements Read {}

        /** There are no more lines. */
        record End() implements Read {}
    }

    /** Reads the next line. Blocks, and no interrupt ends that. */
    Read next() throws IOException {
        var line = new StringBuilder();
        boolean isTooLong = false;
        for (int c = reader.read(); c != '\n'; c = reader.read()) {
            if (c < 0) { // what has no end of line is no message
                return new Read.End();
            }
            if (line.length() < MAX_CHARACTERS) {
                line.append((char) c);
            } else {
                isTooLong = true;
            }
        }
        return isTooLong ? new Read.TooLong() : new Read.Line(line.toString().strip());
    }
}
