// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A disk that fails, tears and forgets as it is told. Its flushes touch no real disk. */
final class FaultyDisk implements JournalStorage.Opener {
    enum Step {
        TRUNCATE,
        WRITE,
        FORCE,
        FORCE_DIRECTORY
    }

    private final List<Step> steps = new ArrayList<>();
    private int failingStep;
    private int tornBytes;
    private CountDownLatch gate = new CountDownLatch(0);
    private CountDownLatch atGate = new CountDownLatch(1);
    private Path path = Path.of("not-open");
    private long synced;

    /** Fails the nth step, from 1; a write that fails may leave some of its bytes in the file. */
    FaultyDisk failing(int step, int tornBytes) {
        this.failingStep = step;
        this.tornBytes = tornBytes;
        return this;
    }

    /** Holds every flush while it is shut. */
    interface Gate extends AutoCloseable {
        void open();

        /** Opens, so that a test that fails before does not hang in closing the journal. */
        @Override
        default void close() {
            open();
        }
    }

    /** Holds every flush from now on. */
    synchronized Gate holdForces() {
        gate = new CountDownLatch(1);
        atGate = new CountDownLatch(1);
        return gate::countDown;
    }

    /** Waits until a flush is being held. */
    void awaitHeldForce() throws InterruptedException {
        atGate.await();
    }

    synchronized long count(Step step) {
        return steps.stream().filter(step::equals).count();
    }

    synchronized List<Step> steps() {
        return List.copyOf(steps);
    }

    /** What was not flushed is gone. */
    synchronized void losePower() throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(synced);
        }
    }

    @Override
    public synchronized JournalStorage open(Path path) throws IOException {
        this.path = path;
        this.synced = Files.size(path);
        return new Storage(new FileStorage(path));
    }

    private synchronized boolean fails(Step step) {
        steps.add(step);
        return steps.size() == failingStep;
    }

    private final class Storage implements JournalStorage {
        private final FileStorage file;

        Storage(FileStorage file) {
            this.file = file;
        }

        @Override
        public void truncate(long length) throws IOException {
            take(Step.TRUNCATE);
            file.truncate(length);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            if (fails(Step.WRITE)) {
                file.write(bytes.slice(0, Math.min(tornBytes, bytes.remaining())));
                throw new IOException("no space left");
            }
            file.write(bytes);
        }

        @Override
        public void force() throws IOException {
            atGate.countDown();
            boolean interrupted = false;
            while (gate.getCount() > 0) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            take(Step.FORCE);
            synchronized (FaultyDisk.this) {
                synced = Files.size(path);
            }
        }

        @Override
        public void forceDirectory() throws IOException {
            take(Step.FORCE_DIRECTORY);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }

        private void take(Step step) throws IOException {
            if (fails(step)) {
                throw new IOException("input/output error");
            }
        }
    }
}
