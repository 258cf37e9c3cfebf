// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import dev.cadre.file.OwnFiles;
import dev.cadre.journal.Fingerprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache in a folder, one file for each outcome, which processes may share.
 *
 * <p>A file is written beside its place and moved there whole. It is readable for its owner alone, where the file system
 * has POSIX permissions, and holds the output in clear. A file that is torn, changed, too large, a link, or no entry at all
 * counts as not found. The age of an outcome is by the clock of the system. Its content is on the
 * disk before it has its name.
 *
 * <p>Safe for use by many threads and processes. Blocks for the disk. There is nothing to close.
 */
public final class FileCache implements OutcomeCache {
    /** The longest file of an entry, in bytes; a larger outcome is not kept. */
    public static final int MAX_ENTRY_BYTES = 4 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(FileCache.class);

    /**
     * How much a cache holds.
     *
     * @param maxBytes the size of all files together; the entries that were used least recently are removed above it. A
     *     process looks at the whole folder after it has written a sixteenth of that, so each further process may exceed
     *     it by so much for a while
     * @param maxAge how old an outcome may be to be found; older ones are removed
     */
    public record Limits(long maxBytes, Duration maxAge) {
        /** 256 MiB and 30 days. */
        public static final Limits DEFAULT = new Limits(256L * 1024 * 1024, Duration.ofDays(30));

        public Limits {
            if (maxBytes < 1 || !maxAge.isPositive()) {
                throw new IllegalArgumentException(
                        "a cache needs bytes and an age above zero, not %d and %s".formatted(maxBytes, maxAge));
            }
        }
    }

    private final Path folder;
    private final Limits limits;
    private final InstantSource clock;
    private final CacheFolder files;

    private FileCache(Path folder, Limits limits, InstantSource clock) {
        this.folder = folder;
        this.limits = limits;
        this.clock = clock;
        files = new CacheFolder(folder, limits.maxBytes(), limits.maxAge());
    }

    /**
     * Opens a cache in a folder, which is created for its owner alone if it is not there. Reads the names and sizes of what
     * is in it, and removes what exceeds the limits. Files of other names are left alone.
     *
     * @throws UncheckedIOException if the folder can be neither read nor created
     */
    public static FileCache open(Path folder, Limits limits) {
        return open(folder, limits, InstantSource.system());
    }

    static FileCache open(Path folder, Limits limits, InstantSource clock) {
        try {
            if (!Files.isDirectory(folder)) {
                OwnFiles.createFolders(folder);
            }
            var cache = new FileCache(folder.toRealPath(), limits, clock);
            cache.files.sweep(clock.instant());
            return cache;
        } catch (IOException e) {
            throw new UncheckedIOException("cache %s cannot be opened: %s".formatted(folder, OwnFiles.reason(e)), e);
        }
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    @Override
    public Optional<Hit> find(Fingerprint work) {
        Path file = file(work);
        try {
            Optional<byte[]> content = content(file);
            if (content.isEmpty()) {
                return Optional.empty();
            }
            EntryFile entry = EntryFile.read(work, content.get());
            Instant now = clock.instant();
            Optional<Duration> age = EntryAge.of(entry.made(), now, limits.maxAge());
            if (age.isEmpty()) {
                Files.deleteIfExists(file);
                return Optional.empty();
            }
            used(file, now);
            return age.map(time -> new Hit(entry.outcome(), time));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException unreadable) {
            LOG.debug("{} is no entry that can be read, so it counts as not found", file, unreadable);
            return Optional.empty();
        }
    }

    /** Whoever reads is a user: what was used last is removed last. It may be gone by now. */
    private static void used(Path file, Instant now) {
        try {
            Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(FileTime.from(now), null, null);
        } catch (IOException e) {
            LOG.debug("the time of {} cannot be set", file, e);
        }
    }

    /** Empty if it is no file that was written here. */
    private static Optional<byte[]> content(Path file) throws IOException {
        var found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (found.size() > MAX_ENTRY_BYTES) {
            LOG.debug("{} is no file of at most {} bytes, so it counts as not found", file, MAX_ENTRY_BYTES);
            return Optional.empty();
        }
        byte[] content = OwnFiles.read(file, MAX_ENTRY_BYTES + 1); // it may grow meanwhile
        return content.length > MAX_ENTRY_BYTES ? Optional.empty() : Optional.of(content);
    }

    /** @throws UncheckedIOException if it cannot be written, such as on a full disk */
    @Override
    public void keep(Fingerprint work, CachedOutcome outcome) {
        Instant now = clock.instant();
        byte[] content = new EntryFile(outcome, now).write(work);
        if (content.length > MAX_ENTRY_BYTES || content.length > limits.maxBytes()) {
            LOG.debug("an outcome of {} bytes is not kept", content.length);
            return;
        }
        try {
            OwnFiles.replace(file(work), content);
            used(file(work), now);
            if (files.isSweepDue(content.length)) {
                files.sweep(now);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "an outcome cannot be kept in %s: %s".formatted(folder, OwnFiles.reason(e)), e);
        }
    }

    private Path file(Fingerprint work) {
        return folder.resolve(EntryFile.name(work));
    }
}
