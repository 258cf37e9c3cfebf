// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.IOException;
import java.io.PrintStream;

/**
 * Results that are printed as they come.
 *
 * @param out stays open
 */
public record ResultStream(PrintStream out) implements ResultOutput {
    @Override
    public void write(String line) throws IOException {
        out.print(line + "\n");
        if (out.checkError()) {
            throw new IOException("nobody reads the results");
        }
    }

    @Override
    public void publish() {}

    @Override
    public void close() {}
}
