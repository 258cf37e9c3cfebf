// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.model.BatchLimits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The items that go into one batch. For one thread. */
public final class Shard {
    private static final long BYTES_PER_TOKEN = 4;

    private final int number;
    private final String token;
    final ShardState state = new ShardState();

    private final SequencedMap<String, BatchItem> items = new LinkedHashMap<>();
    private long bytes;
    private long tokens;

    /** @param tokens of a shard of an earlier session, whose lines are not known yet; else 0 */
    Shard(int number, String token, long tokens) {
        this.number = number;
        this.token = token;
        this.tokens = tokens;
    }

    private static long tokens(long bytes) {
        return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
    }

    /**
     * Whether a line fits into a batch at all.
     *
     * @param length in bytes, without its line break
     */
    static boolean canHold(int length, BatchLimits limits) {
        return length + 1 <= limits.bytes() && tokens(length + 1L) <= limits.enqueuedTokens();
    }

    /** Whether a line fits in, given the tokens that all other open shards hold. */
    boolean hasRoom(int length, BatchLimits limits, long enqueuedElsewhere) {
        return items.size() < limits.requests()
                && bytes + length + 1 <= limits.bytes()
                && tokens + tokens(length + 1L) <= limits.enqueuedTokens() - enqueuedElsewhere;
    }

    /** Adds an item with a line of that length. */
    BatchItem.Line add(BatchItem item, int length) {
        items.put(item.customId(), item);
        tokens += tokens(length + 1L);
        return write(item, length);
    }

    /** Takes in the line of one of its items, should it be submitted again. */
    BatchItem.Line write(BatchItem item, int length) {
        var line = new BatchItem.Line(bytes, length);
        item.write(line);
        bytes += length + 1;
        return line;
    }

    /** Adds an item of an earlier session, whose line is not known yet. */
    void adopt(BatchItem item) {
        items.put(item.customId(), item);
    }

    /** The item with this name; null if it is not there, or not any more. */
    @Nullable
    BatchItem item(String customId) {
        return items.get(customId);
    }

    void remove(BatchItem item) {
        items.remove(item.customId());
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** Whether the stream has come to all of its items. */
    boolean isPlaced() {
        return items.values().stream().allMatch(BatchItem::hasPlace);
    }

    /** Identifies the shard within its run, in all sessions. */
    public int number() {
        return number;
    }

    /** Identifies the shard in the metadata of its batch. */
    public String token() {
        return token;
    }

    /** The items whose end is not decided. */
    public List<BatchItem> items() {
        return List.copyOf(items.values());
    }

    /** The estimated input tokens of its requests. */
    public long tokens() {
        return tokens;
    }

    /** The provider's id of its uploaded lines; empty if they are not uploaded. */
    public String fileId() {
        return state.fileId();
    }
}
