// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.BatchLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    private final Path file;
    private final FileChannel channel;
    private final SequencedMap<String, BatchItem<I>> items = new LinkedHashMap<>();
    private long bytes;
    private long tokens;
    private long replies;
    private String batchId = "";

    Shard(int number, String token, Path folder) {
        this.number = number;
        this.token = token;
        file = folder.resolve("shard-%d.jsonl".formatted(number));
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long tokens(String line) {
        return Math.ceilDiv(line.length(), BYTES_PER_TOKEN);
    }

    /** Whether a line fits in, given the tokens that all other open shards hold. */
    boolean hasRoom(String line, BatchLimits limits, long enqueuedElsewhere) {
        return items.size() < limits.requests()
                && bytes + line.getBytes(StandardCharsets.UTF_8).length + 1 <= limits.bytes()
                && tokens + tokens(line) <= limits.enqueuedTokens() - enqueuedElsewhere;
    }

    void add(BatchItem<I> item, String line) {
        items.put(item.customId(), item);
        learn(item, line);
    }

    /** Writes the line of one of its items, should it be submitted again. */
    void learn(BatchItem<I> item, String line) {
        ByteBuffer text = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        item.isAt(bytes, text.remaining() - 1);
        try {
            for (long at = bytes; text.hasRemaining(); ) {
                at += channel.write(text, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes += item.length() + 1;
        tokens += tokens(line);
    }

    /** An item of an earlier session, whose line is not known yet. */
    void adopt(BatchItem<I> item) {
        items.put(item.customId(), item);
    }

    String line(BatchItem<I> item) {
        ByteBuffer text = ByteBuffer.allocate(item.length());
        try {
            for (long at = item.offset(); text.hasRemaining(); ) {
                int read = channel.read(text, at);
                if (read < 0) {
                    throw new IllegalStateException("the file of shard %d was cut".formatted(number));
                }
                at += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new String(text.array(), StandardCharsets.UTF_8);
    }

    /** Takes the item with this name out; null if it is not there, or not any more. */
    @Nullable
    BatchItem<I> take(String customId) {
        return items.remove(customId);
    }

    List<BatchItem<I>> items() {
        return List.copyOf(items.values());
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    long tokens() {
        return tokens;
    }

    Path file() {
        return file;
    }

    void replied() {
        replies++;
    }

    /** How many of its requests are known to have been answered. */
    long replies() {
        return replies;
    }

    void isBatch(String id) {
        batchId = id;
    }

    String batchId() {
        return batchId;
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
