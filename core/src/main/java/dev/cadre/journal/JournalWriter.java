// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that touches the storage. Group commit: what gathers during a flush is made durable by the next one.
 *
 * <p>A thread of its own, because an interrupt within a file channel's write or flush closes the channel, and the threads
 * of a run are interrupted whenever a budget or a caller ends it.
 */
final class JournalWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Opens the storage. */
    interface Opener {
        JournalStorage open(Path path) throws IOException;
    }

    /** Learns of each entry as it becomes durable, in order, before those who wait for it. */
    interface Listener {
        void durable(JournalEntry entry, Location location);
    }

    /** An entry on its way to the disk. */
    private static final class Pending {
        final JournalEntry entry;
        final Instant at;
        final byte[] content;
        final CompletableFuture<Void> durable = new CompletableFuture<>();

        Pending(JournalEntry entry, Instant at, byte[] content) {
            this.entry = entry;
            this.at = at;
            this.content = content;
        }
    }

    private final Path path;
    private final Opener opener;
    private final Listener listener;
    private final Thread thread;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Pending> queue = new ArrayList<>();
    private boolean closing;
    private @Nullable Throwable failure;

    // the writer thread alone uses what follows
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private List<Pending> batch = List.of();
    private long lines;
    private long length;

    private JournalWriter(Path path, Opener opener, JournalScan.Extent extent, Listener listener) {
        this.path = path;
        this.opener = opener;
        this.listener = listener;
        this.lines = extent.lines();
        this.length = extent.length();
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("cadre-journal-" + path.getFileName())
                .unstarted(this::run);
    }

    /**
     * Starts the thread, and waits until the file ends with its last good line and begins with a header.
     *
     * @throws JournalException.WriteFailed if the storage cannot be opened or written
     */
    static JournalWriter start(Path path, Opener opener, JournalScan.Extent extent, Listener listener) {
        var writer = new JournalWriter(path, opener, extent, listener);
        writer.thread.start();
        try {
            writer.await(writer.ready);
            return writer;
        } catch (JournalException.WriteFailed e) {
            writer.close();
            throw e;
        }
    }

    /** @throws IllegalStateException if closed */
    CompletableFuture<Void> submit(JournalEntry entry, Instant at, byte[] content) {
        var pending = new Pending(entry, at, content);
        lock.lock();
        try {
            if (closing) {
                throw new IllegalStateException("journal %s is closed".formatted(path));
            }
            if (failure != null) {
                return CompletableFuture.failedFuture(new JournalException.WriteFailed(path, failure));
            }
            queue.add(pending);
            changed.signal();
            return pending.durable;
        } finally {
            lock.unlock();
        }
    }

    /** Waits, whether interrupted or not. */
    void await(CompletableFuture<Void> durable) {
        try {
            durable.join();
        } catch (CompletionException e) {
            // a new one for each who waits, with the stack of the one who waits
            throw e.getCause() instanceof JournalException.WriteFailed failed && failed.getCause() != null
                    ? new JournalException.WriteFailed(path, failed.getCause())
                    : e;
        }
    }

    /** Commits what was submitted, and waits for the end of the thread. */
    @Override
    public void close() {
        requireOtherThread();
        lock.lock();
        try {
            closing = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        joinUninterruptibly();
    }

    void requireOtherThread() {
        if (Thread.currentThread().equals(thread)) {
            throw new IllegalStateException("the thread of journal %s cannot wait for itself".formatted(path));
        }
    }

    private void joinUninterruptibly() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (var storage = opener.open(path)) {
            prepare(storage);
            ready.complete(null);
            while (gather()) {
                commit(storage);
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private void prepare(JournalStorage storage) throws IOException {
        storage.truncate(length);
        if (lines == 0) {
            var header = LineFormat.header();
            put(header, storage);
            flush(storage);
            length = header.length;
            lines = 1;
        }
        // an earlier session may have died between a write and its flush: what was read must not be lost any more
        storage.force();
        storage.forceDirectory();
    }

    /** Waits for entries; none means that the journal is being closed. */
    private boolean gather() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closing) {
                changed.awaitUninterruptibly();
            }
            batch = queue;
            queue = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        // whoever interrupts every thread in sight must not close the channel
        Thread.interrupted();
        return !batch.isEmpty();
    }

    private void commit(JournalStorage storage) throws IOException {
        var locations = new ArrayList<Location>(batch.size());
        for (Pending pending : batch) {
            var line = LineFormat.line(lines, pending.at, pending.content);
            put(line, storage);
            locations.add(new Location(length, line.length));
            length += line.length;
            lines++;
        }
        flush(storage);
        storage.force();
        for (int i = 0; i < locations.size(); i++) {
            listener.durable(batch.get(i).entry, locations.get(i));
        }
        batch.forEach(pending -> pending.durable.complete(null));
        batch = List.of();
    }

    private void put(byte[] bytes, JournalStorage storage) throws IOException {
        for (int from = 0; from < bytes.length; ) {
            if (!buffer.hasRemaining()) {
                flush(storage);
            }
            int count = Math.min(buffer.remaining(), bytes.length - from);
            buffer.put(bytes, from, count);
            from += count;
        }
    }

    private void flush(JournalStorage storage) throws IOException {
        storage.write(buffer.flip());
        buffer.clear();
    }

    /** After a failed write or flush nobody knows what is on the disk, and a second flush may wrongly succeed. */
    private void fail(Throwable cause) {
        List<Pending> lost = new ArrayList<>(batch);
        lock.lock();
        try {
            failure = cause;
            lost.addAll(queue);
            queue.clear();
        } finally {
            lock.unlock();
        }
        ready.completeExceptionally(new JournalException.WriteFailed(path, cause));
        lost.forEach(pending -> pending.durable.completeExceptionally(new JournalException.WriteFailed(path, cause)));
    }
}
