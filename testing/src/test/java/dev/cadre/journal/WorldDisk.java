// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A real file that takes a number of bytes and then no more, as if the process had been killed: the last line may be
 * torn. A flush costs nothing. In this package for the sake of the seam below {@link FileJournal}.
 */
public final class WorldDisk implements JournalStorage {
    private final FileStorage file;
    private long left;

    private WorldDisk(FileStorage file, long left) {
        this.file = file;
        this.left = left;
    }

    /** Opens a journal whose process is killed when it has written this many bytes. */
    public static FileJournal journal(Path path, long bytes) {
        return FileJournal.open(path, file -> new WorldDisk(new FileStorage(file), bytes), () -> Instant.EPOCH);
    }

    @Override
    public void truncate(long length) throws IOException {
        file.truncate(length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (count > left) {
            bytes.limit(bytes.position() + (int) Math.max(0, left));
            file.write(bytes);
            left = -1;
            throw new IOException("the process was killed");
        }
        left -= count;
        file.write(bytes);
    }

    @Override
    public void force() throws IOException {
        if (left < 0) {
            throw new IOException("the process was killed");
        }
    }

    @Override
    public void forceDirectory() {}

    @Override
    public void close() throws IOException {
        file.close();
    }
}
