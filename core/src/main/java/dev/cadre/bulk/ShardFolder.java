// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.file.TempFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Where the files of a run's shards lie while they are under way. For one thread. */
final class ShardFolder<I> implements AutoCloseable {
    private final TempFolder folder;
    private final List<Shard<I>> shards = new ArrayList<>();

    ShardFolder() {
        try {
            folder = TempFolder.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Shard<I> open(int number, String token, long tokens) {
        var shard = new Shard<I>(number, token, tokens, folder.path().resolve("cadre-%s.jsonl".formatted(token)));
        shards.removeIf(Shard::isClosed);
        shards.add(shard);
        return shard;
    }

    /**
     * Books the worst case of every item that is still in a shard: the run ends, and what becomes of it is for the next
     * session to find out.
     */
    void forfeit() {
        for (Shard<I> shard : shards) {
            for (BatchItem<I> item : shard.items()) {
                shard.remove(item);
                item.money.forfeit();
            }
        }
    }

    @Override
    public void close() {
        shards.forEach(Shard::close);
        folder.close();
    }
}
