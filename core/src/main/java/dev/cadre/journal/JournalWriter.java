// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.File;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. Group commit: what gathers during a flush is made durable by the next one.
 *
 * <p>A thread of its own, because an interrupt within a file channel's write or flush closes the channel, and the threads
 * of a run are interrupted whenever a budget or a caller ends it.
 */
final class JournalWriter implements AutoCloseable {
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

    private final RecordStore store;
    private final Listener listener;
    private final Thread thread;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Pending> queue = new ArrayList<>();
    private boolean closing;
    private @Nullable Throwable failure;

    // the writer thread alone uses what follows
    private List<Pending> batch = List.of();
    private long lines;

    private JournalWriter(RecordStore store, long lines, Listener listener) {
        this.store = store;
        this.listener = listener;
        this.lines = lines;
        String name = store.name();
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("cadre-journal-" + name.substring(name.lastIndexOf(File.separatorChar) + 1))
                .unstarted(this::run);
    }

    /**
     * Starts the thread, and waits until what was read is durable and a new journal has its header.
     *
     * @param lines how many records the store has, the header included
     * @throws JournalException.WriteFailed if the store cannot be written
     */
    static JournalWriter start(RecordStore store, long lines, Listener listener) {
        var writer = new JournalWriter(store, lines, listener);
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
                throw new IllegalStateException("journal %s is closed".formatted(store.name()));
            }
            if (failure != null) {
                return CompletableFuture.failedFuture(new JournalException.WriteFailed(store.name(), failure));
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
                    ? new JournalException.WriteFailed(store.name(), failed.getCause())
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
            throw new IllegalStateException("the thread of journal %s cannot wait for itself".formatted(store.name()));
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
        try {
            store.append(lines == 0 ? List.of(LineFormat.header()) : List.of());
            lines = Math.max(1, lines);
            ready.complete(null);
            while (gather()) {
                commit();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
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
        // whoever interrupts every thread in sight must not close what the store writes to
        Thread.interrupted();
        return !batch.isEmpty();
    }

    private void commit() throws IOException {
        var records = new ArrayList<byte[]>(batch.size());
        for (Pending pending : batch) {
            records.add(LineFormat.line(lines, pending.at, pending.content));
            lines++;
        }
        var locations = store.append(records);
        if (locations.size() != records.size()) {
            throw new IOException("its store has %d places for %d records".formatted(locations.size(), records.size()));
        }
        for (int i = 0; i < locations.size(); i++) {
            listener.durable(batch.get(i).entry, locations.get(i));
        }
        batch.forEach(pending -> pending.durable.complete(null));
        batch = List.of();
    }

    /** After a failed write or flush nobody knows what is stored, and a second flush may wrongly succeed. */
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
        ready.completeExceptionally(new JournalException.WriteFailed(store.name(), cause));
        lost.forEach(pending ->
                pending.durable.completeExceptionally(new JournalException.WriteFailed(store.name(), cause)));
    }
}
