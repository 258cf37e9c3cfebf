// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Splits a file into lines, and holds no more than one. */
final class LineReader implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 * 1024;

    // not a channel: that would be closed by an interrupt of whoever opens the journal
    private final FileInputStream in;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int position;
    private int limit;

    LineReader(Path path) throws IOException {
        in = new FileInputStream(path.toFile());
    }

    /** Whether every byte was read. */
    boolean isAtEnd() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(chunk));
        }
        return position == limit;
    }

    /**
     * The next line with its line feed, which is missing at the end of the file or where the line is longer than
     * {@link LineFormat#MAX_BYTES}; empty only at the end.
     */
    byte[] next() throws IOException {
        var line = new ByteArrayOutputStream();
        while (line.size() <= LineFormat.MAX_BYTES && !isAtEnd()) {
            int end = position;
            while (end < limit && chunk[end] != '\n') {
                end++;
            }
            boolean found = end < limit;
            end += found ? 1 : 0;
            line.write(chunk, position, end - position);
            position = end;
            if (found) {
                break;
            }
        }
        return line.toByteArray();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
