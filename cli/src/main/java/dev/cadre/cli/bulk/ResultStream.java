// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.IOException;
import java.io.PrintStream;
import java.util.function.UnaryOperator;

/**
 * Results that are printed as they come.
 *
 * @param out stays open
 * @param shown how a line is printed; it may have line ends within a cell
 */
public record ResultStream(PrintStream out, UnaryOperator<String> shown) implements ResultOutput {
    @Override
    public void write(String line) throws IOException {
        out.print(shown.apply(line) + "\n");
        if (out.checkError()) {
            throw new IOException("nobody reads the results");
        }
    }

    @Override
    public void publish() {}

    @Override
    public void close() {}
}
