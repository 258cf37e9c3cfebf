// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.file.OwnFiles;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The journals of searches that named none, in the user's cache folder: a search that was interrupted goes on when the same command
 * is given again. What nobody asked for again within a week is deleted.
 */
final class UsualJournals {
    private static final Duration KEPT = Duration.ofDays(7);
    private static final String ENDING = ".journal";
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}\\.journal(\\.lock)?");

    private final Path ofCadre;
    private final Path folder;

    private UsualJournals(Path ofCadre) {
        this.ofCadre = ofCadre;
        this.folder = ofCadre.resolve("searches");
    }

    /** Returns the journals of the user; empty if the environment names no home. Creates nothing. */
    static Optional<UsualJournals> of(Map<String, String> environment) {
        return absolute(environment.get("XDG_CACHE_HOME"))
                .or(() -> absolute(environment.get("HOME")).map(home -> home.resolve(".cache")))
                .map(cache -> new UsualJournals(cache.resolve("cadre")));
    }

    private static Optional<Path> absolute(@Nullable String name) {
        try {
            return name == null || name.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Path.of(name)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** A journal that is open. Closing it keeps it, unless it was to be forgotten. */
    static final class Kept implements AutoCloseable {
        private final Path file;
        private final FileJournal journal;
        private boolean isForgotten;

        private Kept(Path file, FileJournal journal) {
            this.file = file;
            this.journal = journal;
        }

        Journal journal() {
            return journal;
        }

        /** It is deleted when it is closed. */
        void forget() {
            isForgotten = true;
        }

        @Override
        public void close() {
            journal.close();
            if (isForgotten) {
                delete(file);
            }
        }
    }

    /**
     * Opens the journal of a search, to go on with it if it is there; deletes old ones.
     *
     * @return empty if it cannot be kept, as on a full disk, in a folder that is another user's or that others may write to, or
     *     while another process makes the same search
     */
    Optional<Kept> open(Fingerprint search, Instant now) {
        try {
            OwnFiles.createFolders(folder);
            if (!OwnFolder.isOne(ofCadre) || !OwnFolder.isOne(folder)) {
                return Optional.empty();
            }
            deleteBefore(now.minus(KEPT));
            Path file = folder.resolve(search.hex() + ENDING);
            return Optional.of(new Kept(file, FileJournal.open(file)));
        } catch (IOException | UncheckedIOException | JournalException cannot) {
            return Optional.empty();
        }
    }

    private void deleteBefore(Instant day) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
        for (Path file : files) {
            if (isBefore(day, file)) {
                delete(file);
            }
        }
    }

    /** What is a link, or is gone meanwhile, is left alone. */
    private static boolean isBefore(Instant day, Path file) {
        try {
            var found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isRegularFile() && found.lastModifiedTime().toInstant().isBefore(day);
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            // it is deleted another time
        }
    }
}
