// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A lock on a file of its own, which keeps out this process by a set of names and others by the operating system. It ends
 * with its process.
 *
 * <p>A POSIX lock is lost as soon as the process closes <em>any</em> descriptor of the locked file; for that reason nothing
 * else is in the file, and the set is asked before the file is touched. Safe for use by many threads.
 */
public final class ProcessLock implements AutoCloseable {
    /** Somebody has the lock. */
    public static final class HeldException extends IOException {
        private static final long serialVersionUID = 1L;

        private final String holder;

        HeldException(Path file, String holder) {
            super("%s is locked by %s".formatted(file, holder));
            this.holder = holder;
        }

        /** Who: {@code this process} or {@code another process}. */
        public String holder() {
            return holder;
        }
    }

    /** The operating system does not tell two openers in one process apart. */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private ProcessLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock or fails at once. The file is created if it is not there, and stays: deleting it while others may
     * take the lock would let two processes lock two files of one name.
     *
     * @param file a path in a real folder
     * @throws HeldException if somebody has it
     */
    public static ProcessLock take(Path file) throws IOException {
        if (!HELD_HERE.add(file)) {
            throw new HeldException(file, "this process");
        }
        try {
            return new ProcessLock(file, locked(file));
        } catch (IOException | RuntimeException | Error e) {
            HELD_HERE.remove(file);
            throw e;
        }
    }

    private static FileChannel locked(Path file) throws IOException {
        FileChannel channel = OwnFiles.open(file);
        boolean isLocked = false;
        try {
            isLocked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            throw new HeldException(file, "this process");
        } finally {
            if (!isLocked) {
                channel.close();
            }
        }
        if (!isLocked) {
            throw new HeldException(file, "another process");
        }
        return channel;
    }

    /** Lets others in; closing again does nothing. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            HELD_HERE.remove(file);
        }
    }
}
