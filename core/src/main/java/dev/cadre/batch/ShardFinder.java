// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.model.Batch;
import dev.cadre.model.ModelException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Decides what happens to shards that may have a batch: they are looked for in the provider's list. In the end their items
 * count as paid, and are submitted once more.
 */
final class ShardFinder {
    /** Over some minutes: the pauses between them grow. */
    static final int MOST_LOOKS = 6;

    private final LaneState lane;
    private final ShardSender sender;
    private final Function<Shard, ShardCollector> collectors;
    private final Resubmission resubmission;

    ShardFinder(
            LaneState lane, ShardSender sender, Function<Shard, ShardCollector> collectors, Resubmission resubmission) {
        this.lane = lane;
        this.sender = sender;
        this.collectors = collectors;
        this.resubmission = resubmission;
    }

    void seek() {
        List<Shard> doubtful = lane.shards.doubtful();
        if (!doubtful.isEmpty() && !lane.isUp()) {
            find(doubtful, found -> {
                lane.first(() -> countLooks(lane.shards.doubtful()));
                adopt(found);
            });
        }
    }

    private void find(List<Shard> shards, Consumer<Map<Shard, Batch>> then) {
        lane.ask(new BatchCommand.Find(shards), answer -> {
            switch (answer) {
                case BatchEvent.Found(Map<Shard, Batch> found) -> then.accept(found);
                case BatchEvent.Failed(ModelException failure) -> lane.waitOrBreakOff(failure);
                default -> throw LaneState.unexpected(answer);
            }
        });
    }

    private void adopt(Map<Shard, Batch> found) {
        lane.first(lane.shards.doubtful().stream()
                .filter(found::containsKey)
                .<Runnable>map(shard -> () -> sender.created(shard, Objects.requireNonNull(found.get(shard))))
                .toList());
    }

    private void countLooks(List<Shard> shards) {
        for (int i = 0; i < shards.size(); i++) {
            if (shards.get(i).state.countLook() >= MOST_LOOKS) {
                giveUp(shards.get(i), shards.subList(i + 1, shards.size()));
                return;
            }
        }
    }

    /** A wish for a batch that is still on its way finds nothing to work on once the file is deleted. */
    private void giveUp(Shard shard, List<Shard> others) {
        lane.ask(new BatchCommand.Discard(shard), answer -> {
            switch (answer) {
                case BatchEvent.Done done ->
                    find(List.of(shard), found -> {
                        lane.first(() -> countLooks(others));
                        if (found.isEmpty()) {
                            forfeit(shard);
                        } else {
                            adopt(found);
                        }
                    });
                case BatchEvent.Failed(ModelException failure) -> lane.waitOrBreakOff(failure);
                default -> throw LaneState.unexpected(answer);
            }
        });
    }

    private void forfeit(Shard shard) {
        collectors.apply(shard).takeLost();
        lane.shards.ended(shard);
        lane.ask(new BatchCommand.Flush(), flushed -> resubmission.again(shard));
    }
}
