// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps everybody else out of a journal: this process by a set of names, other processes by a lock on a file beside it.
 *
 * <p>Beside it, because a POSIX lock is lost as soon as the process closes <em>any</em> descriptor of the locked file,
 * and anyone may read a journal. For the same reason the set is asked before the lock file is touched. That file stays:
 * deleting it would let two processes lock two files of one name.
 */
final class JournalLock implements AutoCloseable {
    /** The operating system does not tell two openers in one process apart. */
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final Path journal;
    private final FileChannel channel;

    private JournalLock(Path journal, FileChannel channel) {
        this.journal = journal;
        this.channel = channel;
    }

    /**
     * Takes the lock or fails at once.
     *
     * @param journal a real path
     */
    static JournalLock take(Path journal) throws IOException {
        if (!OPEN_HERE.add(journal)) {
            throw new JournalLockedException(journal, "this process");
        }
        try {
            return new JournalLock(journal, lock(journal));
        } catch (IOException | RuntimeException | Error e) {
            OPEN_HERE.remove(journal);
            throw e;
        }
    }

    private static FileChannel lock(Path journal) throws IOException {
        var file = journal.resolveSibling(journal.getFileName() + ".lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            throw new JournalLockedException(journal, "this process");
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw new JournalLockedException(journal, "another process");
        }
        return channel;
    }

    /** Lets others in; closing again does nothing. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            OPEN_HERE.remove(journal);
        }
    }
}
