// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.batch.BatchItem.Line;
import dev.cadre.batch.Shard;
import dev.cadre.file.OwnFiles;
import dev.cadre.file.TempFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files with the lines of a run's shards, while these are under way. For one thread. */
final class ShardLines implements AutoCloseable {
    private final TempFolder folder;
    /** Not channels: the interrupt of a thread that writes would close those. */
    private final Map<Shard, RandomAccessFile> files = new HashMap<>();

    ShardLines() {
        try {
            folder = TempFolder.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(Shard shard) {
        return folder.path().resolve("cadre-%s.jsonl".formatted(shard.token()));
    }

    /** The length of a line in bytes. */
    static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    void write(Shard shard, Line line, String text) {
        write(shard, line, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(Shard shard, Line line, byte[] text) {
        try {
            RandomAccessFile file = file(shard);
            file.seek(line.offset());
            file.write(text);
            file.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void copy(Shard from, Line line, Shard to, Line copy) {
        var text = new byte[line.length()];
        try {
            RandomAccessFile file = file(from);
            file.seek(line.offset());
            file.readFully(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(to, copy, text);
    }

    private RandomAccessFile file(Shard shard) throws IOException {
        RandomAccessFile known = files.get(shard);
        if (known != null) {
            return known;
        }
        OwnFiles.create(path(shard));
        var file = new RandomAccessFile(path(shard).toFile(), "rw");
        files.put(shard, file);
        return file;
    }

    void close(Shard shard) {
        RandomAccessFile file = files.remove(shard);
        if (file == null) {
            return;
        }
        try {
            file.close();
            Files.deleteIfExists(path(shard));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List.copyOf(files.keySet()).forEach(this::close);
        folder.close();
    }
}
