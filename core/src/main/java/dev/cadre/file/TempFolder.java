// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for files that are gone when it is closed. It lies in the folder that {@code java.io.tmpdir} names, for the
 * owner alone. A process that is killed leaves its folders; whoever opens the next one deletes them: a lock in each tells
 * whether its process lives.
 *
 * <p>Public for the other modules of the library; carries no compatibility promise. Safe for use by many threads.
 */
public final class TempFolder implements AutoCloseable {
    static final String PREFIX = "cadre-temp-";

    private static final Logger LOG = LoggerFactory.getLogger(TempFolder.class);
    private static final String LOCK = "lock";
    private static final int MOST_TRIES = 100;

    private final Path path;
    private final ProcessLock lock;

    private TempFolder(Path path, ProcessLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Creates one; deletes those of processes that are gone. */
    public static TempFolder open() throws IOException {
        return open(Path.of(System.getProperty("java.io.tmpdir")));
    }

    static TempFolder open(Path parent) throws IOException {
        Path real = parent.toRealPath();
        TempFolder made = created(real);
        sweep(real, made.path);
        return made;
    }

    private static TempFolder created(Path parent) throws IOException {
        for (int tried = 1; tried < MOST_TRIES; tried++) {
            Optional<TempFolder> made = tried(Files.createTempDirectory(parent, PREFIX));
            if (made.isPresent()) {
                return made.get();
            }
        }
        throw new IOException("no folder in %s stays".formatted(parent));
    }

    /** Empty if somebody who sweeps took it for one that was left, before it had its lock. */
    private static Optional<TempFolder> tried(Path path) throws IOException {
        try {
            var folder = new TempFolder(path, ProcessLock.take(path.resolve(LOCK)));
            if (Files.exists(path.resolve(LOCK))) {
                return Optional.of(folder);
            }
            folder.close();
            return Optional.empty();
        } catch (NoSuchFileException | ProcessLock.HeldException swept) {
            return Optional.empty();
        }
    }

    /** Deletes what processes that are gone have left, as far as that is possible. */
    private static void sweep(Path parent, Path own) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, PREFIX + "*")) {
            Object owner = Files.getOwner(own);
            for (Path each : found) {
                // others can neither make a folder of this owner nor change what is in it
                if (!each.equals(own)
                        && Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(each, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                    sweep(each);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("folders that were left in {} are not deleted: {}", parent, e.toString());
        }
    }

    private static void sweep(Path left) {
        try {
            if (Files.exists(left.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)) {
                new TempFolder(left, ProcessLock.take(left.resolve(LOCK))).close();
            } else {
                Files.delete(left); // only if it is empty
            }
        } catch (ProcessLock.HeldException alive) {
            LOG.trace("{} is in use", left);
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} was left and is not deleted: {}", left, e.toString());
        }
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** Deletes the folder and what is in it, follows no link; closing again does nothing. */
    @Override
    public void close() {
        try {
            try (lock) {
                if (Files.exists(path)) {
                    Files.walkFileTree(path, new Emptying());
                }
            }
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException swept) {
            LOG.trace("{} has the lock of somebody who sweeps, and deletes it", path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes all but the folder itself, the lock last: as long as it is there nobody else takes the folder. */
    private final class Emptying extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!file.equals(path.resolve(LOCK))) {
                Files.delete(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(folder.equals(path) ? path.resolve(LOCK) : folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
