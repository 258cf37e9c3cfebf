// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What the writer does to the disk: the seam at which tests make it fail. Used by one thread. */
interface JournalStorage extends AutoCloseable {
    /** Opens the storage. */
    interface Opener {
        JournalStorage open(Path path) throws IOException;
    }

    /** Cuts the file to a length, at which the next write goes on. */
    void truncate(long length) throws IOException;

    /** Adds all the bytes that remain in the buffer at the end of the file. */
    void write(ByteBuffer bytes) throws IOException;

    /** Returns once everything written is on the disk. */
    void force() throws IOException;

    /** Returns once the name of the file is on the disk: a new file may otherwise be gone after a power cut. */
    void forceDirectory() throws IOException;

    @Override
    void close() throws IOException;
}
