// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.model.Batch;
import dev.cadre.model.ModelException;
import dev.cadre.run.StopReason;
import java.util.List;

/**
 * Decides how a batch is made of a shard, at most once although replies get lost: what is about to be sent is on record
 * before.
 */
final class ShardSender {
    /** Without a batch at work nobody waits longer for a provider that fails. */
    private static final int MOST_FAILURES = 5;

    private final LaneState lane;
    private int failures;

    ShardSender(LaneState lane) {
        this.lane = lane;
    }

    /** Asks for a batch; a shard that gets none for now is postponed, one that may have one is looked for later. */
    void submit(Shard shard) {
        if (lane.isUp() || lane.stop() instanceof StopReason.Unrecorded) {
            lane.shards.postpone(shard);
        } else if (shard.state.isAnnounced()) {
            upload(shard);
        } else {
            record(shard, new BatchCommand.Announce(shard), () -> {
                shard.state.markAnnounced();
                upload(shard);
            });
        }
    }

    /** Submits these, in their order, before anything else. */
    void submitAll(List<Shard> all) {
        lane.first(all.stream().<Runnable>map(shard -> () -> submit(shard)).toList());
    }

    /** What cannot be recorded is not sent. */
    private void record(Shard shard, BatchCommand.Ask entry, Runnable next) {
        lane.ask(entry, answer -> {
            switch (answer) {
                case BatchEvent.Done done -> next.run();
                case BatchEvent.Unrecorded(var failure) -> {
                    lane.shards.postpone(shard);
                    lane.unrecorded(failure);
                }
                default -> throw LaneState.unexpected(answer);
            }
        });
    }

    private void upload(Shard shard) {
        if (!shard.fileId().isEmpty()) {
            create(shard);
            return;
        }
        lane.ask(new BatchCommand.Upload(shard), answer -> {
            switch (answer) {
                case BatchEvent.Uploaded(String fileId) -> {
                    shard.state.markUploaded(fileId);
                    create(shard);
                }
                case BatchEvent.Failed(ModelException failure) -> turnedAway(shard, failure);
                default -> throw LaneState.unexpected(answer);
            }
        });
    }

    private void create(Shard shard) {
        record(
                shard,
                new BatchCommand.Note(shard, new ShardFact.Uploaded(shard.fileId())),
                () -> lane.ask(new BatchCommand.Create(shard), answer -> {
                    switch (answer) {
                        case BatchEvent.Stands(Batch batch) -> {
                            failures = 0;
                            created(shard, batch);
                        }
                        case BatchEvent.Failed(ModelException failure)
                        when failure.charge() != ModelException.Charge.FREE -> lane.shards.doubtful(shard);
                        case BatchEvent.Failed(ModelException failure) ->
                            record(
                                    shard,
                                    new BatchCommand.Note(shard, new ShardFact.TurnedAway()),
                                    () -> turnedAway(shard, failure));
                        default -> throw LaneState.unexpected(answer);
                    }
                }));
    }

    /** The shard has a batch, which is durable before it is waited for. */
    void created(Shard shard, Batch batch) {
        shard.state.markCreated(batch.id(), lane.sinceStart());
        lane.shards.made(shard);
        if (shard.state.isAnnounced()) {
            lane.command(new BatchCommand.CountBatch());
        }
        lane.ask(new BatchCommand.Note(shard, new ShardFact.Created(batch.id())), answer -> {
            switch (answer) {
                case BatchEvent.Done done -> {}
                case BatchEvent.Unrecorded(var failure) -> lane.unrecorded(failure);
                default -> throw LaneState.unexpected(answer);
            }
        });
    }

    private void turnedAway(Shard shard, ModelException why) {
        boolean isPatient = why instanceof ModelException.RateLimited || lane.shards.isAnyAtWork();
        lane.shards.postpone(shard);
        failures += isPatient || !why.isRetryable() ? 0 : 1;
        if (failures >= MOST_FAILURES) {
            lane.breakOff(why);
        } else {
            lane.waitOrBreakOff(why);
        }
    }
}
