// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cadre.cli.text.Columns;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Output to a terminal that keeps a block of lines at its end: what is written goes above the block. Closing it takes the block
 * away and leaves the terminal's stream open. Safe for many threads.
 */
final class BlockOutput extends FilterOutputStream {
    private static final String ERASE_BELOW = "\u001b[J";

    private List<String> block = List.of();
    private boolean isDrawn;

    private int columns = 1;
    private boolean isMidLine;

    BlockOutput(OutputStream terminal) {
        super(terminal);
    }

    /**
     * Draws these lines in place of those before.
     *
     * @param lines none of them longer than the terminal is wide
     * @param columns how wide the terminal is now; if it became narrower, it has broken the lines that it shows
     */
    synchronized void show(List<String> lines, int columns) throws IOException {
        this.columns = Math.max(1, columns);
        if (isDrawn && block.equals(lines)) {
            return;
        }
        String erasing = erasing();
        block = List.copyOf(lines);
        print(erasing + drawing());
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return;
        }
        print(erasing());
        out.write(bytes, from, length);
        isMidLine = bytes[from + length - 1] != '\n';
        print(drawing());
    }

    @Override
    public synchronized void close() throws IOException {
        print(erasing());
        block = List.of();
        out.flush();
    }

    /** The cursor stands below the block. */
    private String erasing() {
        if (!isDrawn) {
            return "";
        }
        isDrawn = false;
        int rows = block.stream()
                .mapToInt(line -> Math.max(1, (Columns.of(line) + columns - 1) / columns))
                .sum();
        return "\r\u001b[" + rows + "A" + ERASE_BELOW;
    }

    private String drawing() {
        if (block.isEmpty() || isMidLine) {
            return "";
        }
        isDrawn = true;
        return String.join("\n", block) + "\n";
    }

    private void print(String text) throws IOException {
        if (!text.isEmpty()) {
            out.write(text.getBytes(UTF_8));
            out.flush();
        }
    }
}
