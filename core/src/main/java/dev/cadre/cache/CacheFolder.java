// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import dev.cadre.file.OwnFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a cache together: their size is known by looking, because other processes write and remove them, too. */
final class CacheFolder {
    private static final Logger LOG = LoggerFactory.getLogger(CacheFolder.class);

    /** Whoever began a draft that is older was killed. */
    private static final Duration DRAFT_AGE = Duration.ofHours(1);

    /** A look at the folder makes room for a part of the limit, so that the next one is not due at once. */
    private static final int PARTS = 16;

    private record Entry(Path file, long bytes, Instant used) {}

    private final Path folder;
    private final long maxBytes;
    private final Duration maxAge;
    private final ReentrantLock sweeping = new ReentrantLock();
    /** What was there at the last look, and was written here since. */
    private final AtomicLong bytes = new AtomicLong();
    /** What was written here since the last look. */
    private final AtomicLong fresh = new AtomicLong();

    CacheFolder(Path folder, long maxBytes, Duration maxAge) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.maxAge = maxAge;
    }

    /** Whether it is time to look at the folder, now that so much was written. */
    boolean isSweepDue(long written) {
        long since = fresh.addAndGet(written);
        return bytes.addAndGet(written) > maxBytes || since > maxBytes / PARTS;
    }

    /** Removes what is too old, then what was used least recently, until the rest is below the limit. */
    void sweep(Instant now) throws IOException {
        if (!sweeping.tryLock()) {
            return; // somebody is at it
        }
        try {
            fresh.set(0);
            List<Entry> entries = entries(now);
            long sum = entries.stream().mapToLong(Entry::bytes).sum();
            if (sum > maxBytes) {
                entries.sort(Comparator.comparing(Entry::used).thenComparing(Entry::file));
                long target = maxBytes - maxBytes / PARTS;
                for (int i = 0; i < entries.size() && sum > target; i++) {
                    remove(entries.get(i).file);
                    sum -= entries.get(i).bytes;
                }
            }
            bytes.set(sum);
        } finally {
            sweeping.unlock();
        }
    }

    /** Those that stay for their age. */
    private List<Entry> entries(Instant now) throws IOException {
        var entries = new ArrayList<Entry>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                String name = String.valueOf(file.getFileName());
                boolean isEntry = EntryFile.isNamed(name);
                if (isEntry || OwnFiles.isDraft(name)) {
                    look(file, isEntry, now, entries);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return entries;
    }

    private void look(Path file, boolean isEntry, Instant now, List<Entry> entries) throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException gone) {
            return;
        }
        if (!found.isRegularFile()) {
            return;
        }
        Instant used = found.lastModifiedTime().toInstant();
        // whoever was not used for so long was not made since either
        if (Duration.between(used, now).compareTo(isEntry ? maxAge : DRAFT_AGE) > 0) {
            remove(file);
        } else if (isEntry) {
            entries.add(new Entry(file, found.size(), used));
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("{} cannot be removed", file, e);
        }
    }
}
