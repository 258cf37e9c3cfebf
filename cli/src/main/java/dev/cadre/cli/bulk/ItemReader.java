// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Reads the items of one form of input, one after the other. For one thread. */
interface ItemReader extends Closeable {
    /**
     * The next item, or what stands in its place.
     *
     * @param index its place among the items
     * @return empty at the end
     */
    Optional<InputLine> read(long index) throws IOException;
}
