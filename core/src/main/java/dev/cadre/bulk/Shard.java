// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.file.OwnFiles;
import dev.cadre.model.BatchLimits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The items that go into one batch: their lines in a file, the rest in memory. For one thread. */
final class Shard<I> implements AutoCloseable {
    private static final long BYTES_PER_TOKEN = 4;

    /** Tells this shard from all others, in the journal and on the batch. */
    final int number;

    final String token;
    /** How it stands with the provider. */
    final ShardState state = new ShardState();

    private final Path path;
    /** Not a channel: the interrupt of a thread that writes would close that. */
    private final RandomAccessFile file;

    private final SequencedMap<String, BatchItem<I>> items = new LinkedHashMap<>();
    private long bytes;
    private long tokens;
    private boolean isClosed;

    /** @param tokens of a shard of an earlier session, whose lines are not known yet; else 0 */
    Shard(int number, String token, long tokens, Path path) {
        this.number = number;
        this.token = token;
        this.tokens = tokens;
        this.path = path;
        try {
            OwnFiles.create(path);
            file = new RandomAccessFile(path.toFile(), "rw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long tokens(long bytes) {
        return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
    }

    private static byte[] bytes(String line) {
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a line fits into a batch at all. */
    static boolean canHold(String line, BatchLimits limits) {
        int length = bytes(line).length;
        return length <= limits.bytes() && tokens(length) <= limits.enqueuedTokens();
    }

    /** Whether a line fits in, given the tokens that all other open shards hold. */
    boolean hasRoom(String line, BatchLimits limits, long enqueuedElsewhere) {
        int length = bytes(line).length;
        return items.size() < limits.requests()
                && bytes + length <= limits.bytes()
                && tokens + tokens(length) <= limits.enqueuedTokens() - enqueuedElsewhere;
    }

    void add(BatchItem<I> item, String line) {
        items.put(item.customId(), item);
        learn(item, line);
        tokens += tokens(item.length() + 1);
    }

    /** Writes the line of one of its items, should it be submitted again. */
    void learn(BatchItem<I> item, String line) {
        byte[] text = bytes(line);
        item.setLine(bytes, text.length - 1);
        try {
            file.seek(bytes);
            file.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes += text.length;
    }

    /** An item of an earlier session, whose line is not known yet. */
    void adopt(BatchItem<I> item) {
        items.put(item.customId(), item);
    }

    String line(BatchItem<I> item) {
        var text = new byte[item.length()];
        try {
            file.seek(item.offset());
            file.readFully(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /** The item with this name; null if it is not there, or not any more. */
    @Nullable
    BatchItem<I> item(String customId) {
        return items.get(customId);
    }

    void remove(BatchItem<I> item) {
        items.remove(item.customId());
    }

    List<BatchItem<I>> items() {
        return List.copyOf(items.values());
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** Whether the stream has come to all of its items. */
    boolean isPlaced() {
        return items.values().stream().allMatch(BatchItem::hasPlace);
    }

    long tokens() {
        return tokens;
    }

    Path path() {
        return path;
    }

    boolean isClosed() {
        return isClosed;
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            file.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
