// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.schedule.RunDriver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes the entries of one session into a journal until the session is over. Work that the session left behind writes
 * what its calls cost and nothing else. Safe for use by many threads.
 */
final class SessionWriter implements AutoCloseable {
    private static final long LONGEST_WRITE_MILLIS = 500;

    private final Journal journal;
    /** Held by all who write, and by whoever ends the session. */
    private final StampedLock writing = new StampedLock();

    private volatile boolean closed;
    private final AtomicReference<@Nullable Throwable> lost = new AtomicReference<>();

    SessionWriter(Journal journal) {
        this.journal = journal;
    }

    /** Does not wait; a journal that fails says so to the next who waits for it. */
    CompletableFuture<Void> submit(JournalEntry entry) {
        long stamp = writing.readLock();
        try {
            return isClosedTo(entry) ? CompletableFuture.failedFuture(sessionOver()) : submitted(entry);
        } finally {
            writing.unlockRead(stamp);
        }
    }

    private CompletableFuture<Void> submitted(JournalEntry entry) {
        CompletableFuture<Void> durable = journal.submit(entry);
        var unused = durable.whenComplete((done, failure) -> {
            if (failure != null) {
                lost.compareAndSet(null, failure);
            }
        });
        return durable;
    }

    /** Why an entry that nobody waited for is not on record, as far as that is known; empty if all are. */
    Optional<Throwable> lost() {
        return Optional.ofNullable(lost.get());
    }

    /** Waits until the entry is durable; throws what the journal throws. */
    void write(JournalEntry entry) {
        long stamp = writing.readLock();
        try {
            if (isClosedTo(entry)) {
                throw sessionOver();
            }
            journal.append(entry);
        } finally {
            writing.unlockRead(stamp);
        }
    }

    /** What a call cost is true whoever says it. */
    private boolean isClosedTo(JournalEntry entry) {
        return closed || (RunDriver.isLeftBehind() && !(entry instanceof JournalEntry.Settled));
    }

    private static IllegalStateException sessionOver() {
        return new IllegalStateException("its session is over, or goes on without it");
    }

    /** Ends the writing, and waits half a second at most for what is being written. */
    @Override
    public void close() {
        closed = true;
        boolean interrupted = Thread.interrupted();
        try {
            long stamp = writing.tryWriteLock(LONGEST_WRITE_MILLIS, TimeUnit.MILLISECONDS);
            if (stamp != 0) {
                writing.unlockWrite(stamp);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
