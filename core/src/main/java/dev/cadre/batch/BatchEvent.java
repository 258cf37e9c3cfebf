// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import java.util.List;
import java.util.Map;

/** Something that happened to the batch lane; public for those who drive a {@link BatchMachine}. */
public sealed interface BatchEvent {
    /** The answer to a {@link BatchCommand.Ask}. */
    sealed interface Answer extends BatchEvent {}

    /** What was asked for is done. */
    record Done() implements Answer {}

    /** The provider could not be asked, or refused. */
    record Failed(ModelException failure) implements Answer {}

    /** The journal could not record what it was to record first. */
    record Unrecorded(UnrecordedException failure) implements Answer {}

    record Offered(BatchLimits limits) implements Answer {}

    /**
     * The stream yielded an input that needs a batch.
     *
     * @param length that of its line, in bytes
     */
    record Arrived(long index, String name, Fingerprint fingerprint, int length, Money worstCase) implements Answer {}

    /** The stream yielded an input that has ended already. */
    record Passed() implements Answer {}

    /** The stream yielded an input for which there is no time any more. */
    record ArrivedLate(long index, String name) implements Answer {}

    /** The stream has yielded nothing until the time of the command. */
    record NothingYet() implements Answer {}

    /** The stream has ended. */
    record InputEnded() implements Answer {}

    record Uploaded(String fileId) implements Answer {}

    /** A batch, as created or as it is now. */
    record Stands(Batch batch) implements Answer {}

    /** The provider's list has these batches of the shards that were looked for. */
    record Found(Map<Shard, Batch> batches) implements Answer {}

    /** @param isWhole whether all answers were read */
    record ReadEnded(boolean isWhole) implements Answer {}

    /** The stream or the name of an input is broken: the lane ends, and reports what it knows. */
    record InputBroke() implements Answer {}

    /** The driver cannot go on, because it was interrupted or code of the user threw; the lane ends. */
    record Cancelled() implements Answer {}

    /** A shard of an earlier session, which has a file, and a batch if its id is not empty. */
    record Adopted(int number, String token, long tokens, String fileId, String batchId, List<BatchItem> items)
            implements BatchEvent {}

    /** One answer of the batch that is being read. */
    record Answered(BatchAnswer answer) implements BatchEvent {}

    /** The reply to an item is judged; answers {@link BatchCommand.Judge}. */
    record Judged(BatchItem item, ModelReply reply, Outcome<?> outcome) implements BatchEvent {}

    /** The journal could not record what has ended; the driver hands it over all the same. */
    record EndUnrecorded(UnrecordedException failure) implements BatchEvent {}
}
