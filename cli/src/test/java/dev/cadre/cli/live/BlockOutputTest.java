// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockOutputTest {
    private final Screen screen = new Screen(20);
    private final BlockOutput output = new BlockOutput(screen);
    private final PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8);

    /** A terminal that knows the control sequences that the block uses, and no other. */
    private static final class Screen extends ByteArrayOutputStream {
        private final int columns;

        Screen(int columns) {
            this.columns = columns;
        }

        /** The rows as they are seen, in a terminal that breaks long lines. */
        List<String> rows() {
            var rows = new ArrayList<StringBuilder>(List.of(new StringBuilder()));
            int row = 0;
            String text = toString(StandardCharsets.UTF_8);
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\u001b') {
                    int end = i + 2;
                    while (Character.isDigit(text.charAt(end))) {
                        end++;
                    }
                    String number = text.substring(i + 2, end);
                    switch (text.charAt(end)) {
                        case 'A' -> row = Math.max(0, row - Integer.parseInt(number));
                        case 'J' -> {
                            rows.subList(row, rows.size()).clear();
                            rows.add(new StringBuilder());
                        }
                        default -> throw new AssertionError("unknown sequence " + text.charAt(end));
                    }
                    i = end;
                } else if (c == '\n') {
                    row++;
                    if (row == rows.size()) {
                        rows.add(new StringBuilder());
                    }
                } else if (c != '\r') {
                    if (rows.get(row).length() == columns) {
                        row++;
                        rows.add(new StringBuilder());
                    }
                    rows.get(row).append(c);
                }
            }
            return rows.stream().map(StringBuilder::toString).toList();
        }
    }

    @Test
    void show_anotherBlock_replacesTheOneBefore() throws IOException {
        output.show(List.of("one", "two"), 20);
        output.show(List.of("three"), 20);

        assertThat(screen.rows()).containsExactly("three", "");
    }

    @Test
    void print_whileABlockIsShown_standsAboveIt() throws IOException {
        output.show(List.of("working"), 20);
        stream.println("cadre: a note");
        output.show(List.of("merging"), 20);
        stream.println("cadre: another");

        assertThat(screen.rows()).containsExactly("cadre: a note", "cadre: another", "merging", "");
    }

    @Test
    void print_ofHalfALine_waitsWithTheBlockForItsEnd() throws IOException {
        output.show(List.of("working"), 20);
        stream.print("half");
        output.show(List.of("merging"), 20);
        assertThat(screen.rows()).containsExactly("half");

        stream.println(" a line");

        assertThat(screen.rows()).containsExactly("half a line", "merging", "");
    }

    @Test
    void show_inATerminalThatBecameNarrower_removesTheRowsIntoWhichItBrokeTheLines() throws IOException {
        var narrow = new Screen(5);
        var block = new BlockOutput(narrow);
        block.write("kept\n".getBytes(StandardCharsets.UTF_8));
        block.show(List.of("123456789012"), 20); // was drawn in one row, and takes three now

        block.show(List.of("ok"), 5);

        assertThat(narrow.rows()).containsExactly("kept", "ok", "");
    }

    @Test
    void close_blockIsShown_leavesOnlyWhatWasPrinted() throws IOException {
        output.show(List.of("one", "two"), 20);
        stream.println("note");
        output.close();

        assertThat(screen.rows()).containsExactly("note", "");
    }

    @Test
    void show_theSameBlockAgain_writesNothing() throws IOException {
        output.show(List.of("one"), 20);
        int before = screen.size();
        output.show(List.of("one"), 20);

        assertThat(screen.size()).isEqualTo(before);
    }
}
