// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.IOException;

/** Where the lines of the results go. For one thread. */
public interface ResultOutput extends AutoCloseable {
    /** Nowhere. */
    ResultOutput NONE = new ResultOutput() {
        @Override
        public void write(String line) {}

        @Override
        public void publish() {}

        @Override
        public void close() {}
    };

    /** Writes a line. */
    void write(String line) throws IOException;

    /**
     * Makes the lines so far the result, in place of one of an earlier run, all at once. From now on each line is there for
     * others to read when it has been written.
     */
    void publish() throws IOException;

    /** Closes it; what was not published is gone. */
    @Override
    void close() throws IOException;
}
