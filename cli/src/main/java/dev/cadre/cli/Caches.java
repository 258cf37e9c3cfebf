// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.Coordinator;
import dev.cadre.cache.FileCache;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** Opens what {@code --cache} names. */
final class Caches {
    static final String OPTION = "--cache";

    private Caches() {}

    /** Opens the cache in a folder, which is created if it is not there; empty if none is named. */
    static Optional<FileCache> open(Optional<Path> folder) throws UsageException {
        try {
            return folder.map(named -> FileCache.open(named, FileCache.Limits.DEFAULT));
        } catch (UncheckedIOException e) {
            throw new UsageException("bad_argument", OPTION + ": " + e.getMessage());
        }
    }

    /** The coordinator with that cache. */
    static Coordinator with(Optional<FileCache> cache, Coordinator coordinator) {
        return cache.map(coordinator::cache).orElse(coordinator);
    }
}
