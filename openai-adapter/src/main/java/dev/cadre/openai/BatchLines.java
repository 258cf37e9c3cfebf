// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The lines of a file that somebody else wrote: one that is longer than any answer is passed over, and bytes that are no
 * UTF-8 spoil their own line only.
 */
final class BatchLines {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final InputStream in;
    private final long maxBytes;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int at;
    private int end;
    private boolean isText;

    BatchLines(InputStream in, long maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** The next line, without its break; empty at the end. */
    Optional<String> next() throws IOException {
        while (true) {
            var line = new ByteArrayOutputStream();
            long bytes = 0;
            boolean isEnded = false;
            while (!isEnded && hasMore()) {
                int from = at;
                while (at < end && block[at] != '\n') {
                    at++;
                }
                bytes += at - from;
                if (bytes <= maxBytes) {
                    line.write(block, from, at - from);
                }
                isEnded = at < end;
            }
            if (!isEnded && bytes == 0) {
                return Optional.empty();
            }
            at++; // the break
            if (bytes <= maxBytes) {
                isText = TextCharset.isUtf8(line.toByteArray());
                return Optional.of(line.toString(StandardCharsets.UTF_8));
            }
        }
    }

    /** Whether the last line was UTF-8; else there are marks in the place of what was none. */
    boolean isText() {
        return isText;
    }

    private boolean hasMore() throws IOException {
        if (at >= end) {
            at = 0;
            end = Math.max(0, in.read(block));
        }
        return at < end;
    }
}
