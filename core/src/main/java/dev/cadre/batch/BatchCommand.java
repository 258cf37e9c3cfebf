// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.model.Batch;
import dev.cadre.model.ModelReply;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.price.Spend;
import dev.cadre.run.StopReason;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Something that the driver of a {@link BatchMachine} is to do; public for those who drive one. */
public sealed interface BatchCommand {
    /** The last of its list: the driver performs it and answers with a {@link BatchEvent.Answer}. */
    sealed interface Ask extends BatchCommand {}

    /** Answered by {@link BatchEvent.Offered}. */
    record AskLimits() implements Ask {}

    /** Waits for the next input, until that reading of the clock. */
    record Pull(long untilNanos) implements Ask {
        /** As long as there is time. */
        public static final long PATIENT = Long.MAX_VALUE;
    }

    /** Two inputs have this name: answered by {@link BatchEvent.InputBroke}. */
    record RefuseName(String name, long index) implements Ask {}

    /** Makes the shard and the requests for its items durable. */
    record Announce(Shard shard) implements Ask {}

    /** Makes a fact about the shard durable. */
    record Note(Shard shard, ShardFact fact) implements Ask {}

    /** Answered by {@link BatchEvent.Uploaded}. */
    record Upload(Shard shard) implements Ask {}

    /** Creates a batch with the shard's token in its metadata; answered by {@link BatchEvent.Stands}. */
    record Create(Shard shard) implements Ask {}

    /** Looks for the batches of these shards in the provider's list; answered by {@link BatchEvent.Found}. */
    record Find(List<Shard> shards) implements Ask {
        /** The shard that the batch is of, by the token in its metadata or by its file. */
        public Optional<Shard> shardOf(Batch batch, String tokenInMetadata) {
            return shards.stream()
                    .filter(shard -> shard.token().equals(tokenInMetadata))
                    .findFirst()
                    .or(() -> shards.stream()
                            .filter(shard -> shard.fileId().equals(batch.inputFile()))
                            .findFirst());
        }
    }

    /** Deletes the shard's file at the provider. */
    record Discard(Shard shard) implements Ask {}

    /** Answered by {@link BatchEvent.Stands}. */
    record Retrieve(String batchId) implements Ask {}

    /** Gives each answer of the batch to the machine, then {@link BatchEvent.ReadEnded}. */
    record Read(Batch batch) implements Ask {}

    /** Throws that the provider has rejected the whole batch: answered by {@link BatchEvent.Cancelled}. */
    record Reject(Batch batch) implements Ask {}

    /** Asks the provider to stop these batches. */
    record Cancel(List<String> batchIds) implements Ask {}

    record Pause(Duration time) implements Ask {}

    /** Makes durable what has ended, and hands it over; its money can be used again then. */
    record Flush() implements Ask {}

    /** Applies the rules of the type to a reply; answered by {@link BatchEvent.Judged} if there is time for that. */
    record Judge(BatchItem item, ModelReply reply) implements BatchCommand {}

    /** Reports the end of an attempt. */
    record Tell(AttemptEvent attempt) implements BatchCommand {}

    /** A batch of this session was created. */
    record CountBatch() implements BatchCommand {}

    /** Writes the line of the input that arrived last into the shard's file. */
    record WriteLine(Shard shard, BatchItem item, BatchItem.Line line) implements BatchCommand {}

    /** Copies a line into the file of another shard. */
    record CopyLine(Shard from, BatchItem.Line line, Shard to, BatchItem.Line copy) implements BatchCommand {}

    /** Deletes the shard's file. */
    record CloseLines(Shard shard) implements BatchCommand {}

    /** Books an enqueued request that has no outcome. */
    record Settle(Shard shard, BatchItem item, Spend spend) implements BatchCommand {}

    /**
     * Books an enqueued request, records the outcome of its item, and then hands the item over.
     *
     * @param total the cost of all tries in this session
     */
    record End(Shard shard, BatchItem item, Spend spend, Spend total, Outcome<?> outcome) implements BatchCommand {
        /** The same end with its messages as a masker leaves them. */
        public End maskedBy(UnaryOperator<String> masker) {
            return new End(shard, item, spend, total, outcome.maskedBy(masker));
        }
    }

    /** Gives back the money of an item that was never announced. */
    record Release(BatchItem item) implements BatchCommand {}

    /** Hands over an item that needs no record. */
    record HandOver(long index, String name, Spend spend, Outcome<?> outcome) implements BatchCommand {}

    /** Nothing more is pulled or sent, for this reason. */
    record Stop(StopReason reason) implements BatchCommand {}

    /** Stops the pulling; an input that comes then is handed over as skipped. */
    record LeaveInput(Skip skip) implements BatchCommand {}

    /** The lane has ended. */
    record Finish() implements BatchCommand {}
}
