// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/**
 * A disk that stops for good between the write of a line and its flush, in a process that waits to be killed. In this
 * package for the sake of the seam below {@link FileJournal}.
 */
public final class StoppingDisk implements JournalStorage {
    /** Learns that the disk has stopped, on the thread that will never return from it. */
    @FunctionalInterface
    public interface Stopped {
        /**
         * @param synced how many bytes of the file are on the disk for sure
         * @param written how many the process wrote
         */
        void at(long synced, long written);
    }

    private final JournalStorage file;
    private final Stopped listener;
    private long linesLeft;
    private long written;
    private long synced;

    private StoppingDisk(JournalStorage file, long line, long length, Stopped listener) {
        this.file = file;
        this.linesLeft = line;
        this.written = length;
        this.synced = length;
        this.listener = listener;
    }

    /** Opens a journal that stops when it has written a line, counted from 1 in this session. */
    public static FileJournal journal(Path path, long line, Stopped listener) {
        return FileJournal.open(
                path,
                file -> new StoppingDisk(new FileStorage(file), line, Files.size(file), listener),
                InstantSource.system());
    }

    @Override
    public void truncate(long length) throws IOException {
        file.truncate(length);
        written = length;
        synced = Math.min(synced, length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            linesLeft -= bytes.get(i) == '\n' ? 1 : 0;
        }
        written += bytes.remaining();
        file.write(bytes);
    }

    @Override
    public void force() throws IOException {
        if (linesLeft <= 0) {
            listener.at(synced, written);
            awaitDeath();
        }
        file.force();
        synced = written;
    }

    private static void awaitDeath() {
        while (true) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.interrupted(); // the journal is being closed, which has to wait too
            }
        }
    }

    @Override
    public void forceDirectory() throws IOException {
        file.forceDirectory();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
