// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of a run's shards lie while they are under way. */
final class ShardFolder implements AutoCloseable {
    private final Path path;

    ShardFolder() {
        try {
            path = Files.createTempDirectory("cadre-shards");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try (var left = Files.list(path)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
