// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * A folder as a {@link ValueStore}: one file for each value, named by its key. For a single machine, or a file system that all
 * machines share. Values are in clear, and none is deleted. Safe for use by many threads and processes.
 */
public final class FileValueStore implements ValueStore {
    private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;

    private FileValueStore(Path folder) {
        this.folder = folder;
    }

    /** A store in this folder, which is made with the first value. */
    public static FileValueStore in(Path folder) {
        return new FileValueStore(folder);
    }

    @Override
    public void put(String key, byte[] value) throws IOException {
        Path file = file(key);
        if (Files.exists(file)) {
            return;
        }
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, key, ".part");
        try {
            write(part, value);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void write(Path part, byte[] value) throws IOException {
        try (var channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            var left = ByteBuffer.wrap(value);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
    }

    @Override
    public byte[] get(String key) throws IOException {
        return Files.readAllBytes(file(key));
    }

    /** A key comes from a history: it names a file of this folder and nothing else. */
    private Path file(String key) throws IOException {
        if (!KEY.matcher(key).matches()) {
            throw new IOException("the key of a value has 64 digits, not %d characters".formatted(key.length()));
        }
        return folder.resolve(key);
    }
}
