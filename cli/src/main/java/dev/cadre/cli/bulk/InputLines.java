// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads the items of a file one after the other, and says of a bad one what is bad. For one thread. */
public final class InputLines implements Iterator<InputLine>, AutoCloseable {
    /** The longest item that is read, in bytes. */
    static final int MAX_BYTES = 1_000_000;

    private final ItemReader reader;
    private long items;
    private @Nullable InputLine next;

    InputLines(ItemReader reader) {
        this.reader = reader;
    }

    /** Opens a file of JSON lines; the caller closes it. */
    public static InputLines open(Path file) throws IOException {
        return new InputLines(new JsonLineReader(PlainText.utf8(file)));
    }

    /** Reads on; throws {@link UncheckedIOException} if that is not possible. */
    @Override
    public boolean hasNext() {
        try {
            if (next == null) {
                next = reader.read(items).orElse(null);
                items++;
            }
            return next != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputLine next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the input has no more items");
        }
        InputLine line = next;
        next = null;
        return line;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
