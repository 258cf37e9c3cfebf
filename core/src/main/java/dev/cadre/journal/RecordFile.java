// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.ProcessLock;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines.
 *
 * <p>A write that was cut off leaves a last line without its end, or, on a disk that writes pages in any order, one with
 * a wrong checksum and nothing behind it. That line was never reported durable, so it does not count.
 */
final class RecordFile implements RecordStore {
    private static final Logger LOG = LoggerFactory.getLogger(RecordFile.class);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path path;
    private final ProcessLock lock;
    private final JournalStorage.Opener opener;

    // one thread at a time uses what follows
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private @Nullable JournalStorage storage;
    /** Of what is good and durable, in bytes. */
    private long length;

    RecordFile(Path path, ProcessLock lock, JournalStorage.Opener opener) {
        this.path = path;
        this.lock = lock;
        this.opener = opener;
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public void scan(Visitor visitor) throws IOException {
        length = scan(path, visitor);
    }

    /** How much of the file is good, in bytes: something may follow that was cut off in writing. */
    static long scan(Path path, Visitor visitor) throws IOException {
        long offset = 0;
        try (var reader = new LineReader(path)) {
            while (!reader.isAtEnd()) {
                var line = reader.next();
                if (reader.isAtEnd() && isTorn(line, offset)) {
                    LOG.debug("journal {} ends in a torn line at byte {}, which does not count", path, offset);
                    break;
                }
                visitor.visit(line, new Location(offset, line.length));
                offset += line.length;
            }
        }
        return offset;
    }

    private static boolean isTorn(byte[] lastLine, long offset) {
        return !LineFormat.isIntact(lastLine) && (offset > 0 || LineFormat.isTornHeader(lastLine));
    }

    @Override
    public List<Location> append(List<byte[]> lines) throws IOException {
        var before = storage;
        var open = before == null ? truncated() : before;
        var locations = new ArrayList<Location>(lines.size());
        for (byte[] line : lines) {
            put(line, open);
            locations.add(new Location(length, line.length));
            length += line.length;
        }
        if (buffer.position() > 0) {
            flush(open);
        }
        // the first time: an earlier session may have died between a write and its flush, and what was read must stay
        open.force();
        if (before == null) {
            open.forceDirectory();
        }
        return locations;
    }

    private JournalStorage truncated() throws IOException {
        var opened = opener.open(path);
        storage = opened;
        opened.truncate(length);
        return opened;
    }

    private void put(byte[] bytes, JournalStorage open) throws IOException {
        for (int from = 0; from < bytes.length; ) {
            if (!buffer.hasRemaining()) {
                flush(open);
            }
            int count = Math.min(buffer.remaining(), bytes.length - from);
            buffer.put(bytes, from, count);
            from += count;
        }
    }

    private void flush(JournalStorage open) throws IOException {
        open.write(buffer.flip());
        buffer.clear();
    }

    @Override
    public byte[] read(Location location) throws IOException {
        // not a shared channel: an interrupt of one reader would close it for all
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            var line = new byte[location.length()];
            file.seek(location.offset());
            file.readFully(line);
            return line;
        } catch (EOFException e) {
            return new byte[0];
        }
    }

    /** Counts, because nobody remembers line numbers for the sake of an error that never comes. */
    @Override
    public long number(Location location) throws IOException {
        try (var reader = new LineReader(path)) {
            long lines = 0;
            for (long offset = 0; offset < location.offset() && !reader.isAtEnd(); lines++) {
                offset += reader.next().length;
            }
            return lines;
        }
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            if (storage != null) {
                storage.close();
            }
        }
    }
}
