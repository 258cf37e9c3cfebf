// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A lock on a file of its own, which keeps out this process by a set of names and others by the operating system. It ends
 * with its process.
 *
 * <p>A POSIX lock is lost as soon as the process closes <em>any</em> descriptor of the locked file; for that reason nothing
 * else is in the file, it may have no second name, and the set is asked before the file is touched.
 *
 * <p>Whoever lets go deletes the file that it has created. Somebody may have opened it by then, and locks what has no name
 * any more, while a third one locks a new file of the same name: so each gives the file that it has locked a length that it
 * draws, and holds the lock only if the file of that name has this length and is, where the file system says so, the one
 * that it has opened. A process that is killed leaves a file of at most 8 kB. Safe for use by many threads.
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

    /** How a file begins that a holder has created, and may delete. */
    private static final byte[] MARK = "cadre lock\n".getBytes(StandardCharsets.US_ASCII);

    /** What copies a folder copies this: a long file of holes would fill a backup. */
    static final int MOST_BYTES = 1 << 13;

    /** So often a file is found to be deleted by its last holder before somebody else is believed to delete it. */
    private static final int TRIES = 1_000;

    private static final Duration YOUTH = Duration.ofSeconds(10);

    /** Of a file that was there, empty: it may be somebody else's, so it stays. */
    private static final long UNMARKED = 0;

    private final Path file;
    private final FileChannel channel;
    private final Optional<Object> key;
    private final long length;

    private ProcessLock(Path file, FileChannel channel, Optional<Object> key, long length) {
        this.file = file;
        this.channel = channel;
        this.key = key;
        this.length = length;
    }

    /**
     * Takes the lock or fails at once. The file is created if it is not there, and then deleted when the lock is closed; a
     * process that is killed leaves it to the next. An empty file that is there is locked as it is.
     *
     * @param file a path in a real folder
     * @throws HeldException if somebody has it
     * @throws FileSystemException if a file is there that has something in it or a second name; it is not touched
     */
    public static ProcessLock take(Path file) throws IOException {
        if (!HELD_HERE.add(file)) {
            throw new HeldException(file, "this process");
        }
        try {
            for (int i = 0; i < TRIES; i++) {
                Optional<ProcessLock> lock = uninterrupted(() -> tried(file));
                if (lock.isPresent()) {
                    return lock.get();
                }
            }
            throw new IOException(file + " is deleted by somebody all the time");
        } catch (IOException | RuntimeException | Error e) {
            HELD_HERE.remove(file);
            throw e;
        }
    }

    /** On a thread of its own, because an interrupt closes a channel that is written to, and that ends its lock. */
    private static Optional<ProcessLock> uninterrupted(Callable<Optional<ProcessLock>> attempt) throws IOException {
        var task = new FutureTask<>(attempt);
        Thread thread = Thread.ofPlatform().daemon().name("cadre-lock").start(task);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (task.state() == Future.State.SUCCESS) {
            return task.resultNow();
        }
        throw FileCall.thrown(task.exceptionNow());
    }

    /** Empty if the file was deleted before it was locked. */
    private static Optional<ProcessLock> tried(Path file) throws IOException {
        boolean isNew = isCreated(file);
        FileChannel channel;
        Optional<Object> key;
        try {
            OwnFiles.requireFile(file);
            key = key(attributes(file));
            OwnFiles.requireOneName(file);
            channel = OwnFiles.open(file);
        } catch (NoSuchFileException deleted) {
            return Optional.empty();
        }
        boolean isLocked = false;
        boolean isHeldHere = false;
        try {
            if (channel.tryLock() == null) {
                throw new HeldException(file, "another process");
            }
            boolean isOurs = isMarked(channel, file) || isNew || isYoung(file);
            long length = isOurs ? mark(channel) : UNMARKED;
            isLocked = isNamed(file, key, length);
            return isLocked ? Optional.of(new ProcessLock(file, channel, key, length)) : Optional.empty();
        } catch (OverlappingFileLockException e) { // by this class in another class loader
            isHeldHere = true;
            throw new HeldException(file, "this process");
        } finally {
            if (!isLocked && !isHeldHere) { // to close it would let other processes in
                channel.close();
            }
        }
    }

    private static boolean isCreated(Path file) throws IOException {
        try {
            OwnFiles.create(file);
            return true;
        } catch (FileAlreadyExistsException there) {
            return false;
        }
    }

    /** Whether a holder has marked it; throws if there is anything else in it, as in a file such as {@code yarn.lock}. */
    private static boolean isMarked(FileChannel channel, Path file) throws IOException {
        if (channel.size() == 0) {
            return false;
        }
        var content = ByteBuffer.allocate(MOST_BYTES);
        while (content.hasRemaining() && channel.read(content, content.position()) > 0) {}
        if (channel.size() > MOST_BYTES || !Arrays.equals(content.array(), Arrays.copyOf(MARK, MOST_BYTES))) {
            throw new FileSystemException(
                    file.toString(), null, "it is no lock file of ours: there is something in it");
        }
        return true;
    }

    /** Whether another taker may have created it just now, who has not come to mark it. */
    private static boolean isYoung(Path file) throws IOException {
        try {
            Instant changed =
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
            return Duration.between(changed, Instant.now()).abs().compareTo(YOUTH) < 0;
        } catch (NoSuchFileException deleted) {
            return false;
        }
    }

    /** Gives it a length of its own; none if there is no room for a byte. */
    private static long mark(FileChannel channel) throws IOException {
        int length = ThreadLocalRandom.current().nextInt(MARK.length + 1, MOST_BYTES);
        try {
            var content = ByteBuffer.wrap(Arrays.copyOf(MARK, length));
            channel.truncate(0);
            while (content.hasRemaining()) {
                channel.write(content, content.position());
            }
            return length;
        } catch (ClosedByInterruptException interrupted) {
            throw interrupted;
        } catch (IOException full) {
            channel.truncate(0);
            return UNMARKED;
        }
    }

    /** Asks for the name alone: to open the file and close it again would end the lock. */
    private static boolean isNamed(Path file, Optional<Object> key, long length) throws IOException {
        try {
            BasicFileAttributes found = attributes(file);
            return found.size() == length && key(found).equals(key);
        } catch (NoSuchFileException deleted) {
            return false;
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Which file it is in its file system; empty where that does not tell, as on Windows, which gives no name of an open file anew. */
    private static Optional<Object> key(BasicFileAttributes file) {
        return Optional.ofNullable(file.fileKey());
    }

    /** Lets others in; closing again does nothing. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            try {
                if (length != UNMARKED && isNamed(file, key, length)) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException kept) {
                // it stays: some systems delete no file that is open
            } finally {
                channel.close();
                HELD_HERE.remove(file);
            }
        }
    }
}
