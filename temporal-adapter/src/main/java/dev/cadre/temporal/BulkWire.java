// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What travels for a bulk run, besides what does for every run: names of components stand in histories and are not changed.
 */
final class BulkWire {
    private BulkWire() {}

    /**
     * A bulk run that is to begin.
     *
     * @param timeNanos the time that it has; zero for the default of the coordinator
     * @param parallel how many items are under way at once
     * @param historyItems how many items end in one history
     */
    record Start(String type, long limit, long timeNanos, int parallel, int historyItems, boolean marks) {}

    /**
     * What a bulk run takes along to its next history.
     *
     * @param next the index of the next input
     * @param booked what calls have cost by their own word, with attempts and tokens
     * @param paid what the ledger has booked
     * @param pending inputs that have not begun
     */
    record Carry(
            long startMillis,
            long timeNanos,
            long next,
            boolean isInputEnded,
            long succeeded,
            long failed,
            long skipped,
            Wire.Paid booked,
            Wire.Paid paid,
            List<Input> pending) {}

    /**
     * An input.
     *
     * @param input its JSON
     * @param unfit why it could not be written as JSON; empty if it could
     */
    record Input(long index, String key, String input, String unfit) {}

    /**
     * Inputs that follow each other.
     *
     * @param isEnd whether no other ones come
     */
    record Inputs(List<Input> inputs, boolean isEnd) {}

    /**
     * An item that ended.
     *
     * @param replies what was noted of its replies
     */
    record End(
            long index,
            String key,
            Wire.Result result,
            Wire.Paid paid,
            List<String> replies,
            List<String> notes,
            List<String> abandoned) {}

    /**
     * Items that ended in one history, in the order in which they did.
     *
     * @param total how many did: the rest is told to who asks for it
     */
    record Page(List<End> ends, int total) {}

    /**
     * What there is to know of a history that goes on.
     *
     * @param begun how many inputs of the run wait no longer
     * @param isOpen whether further ones are wanted
     */
    record News(List<End> ends, long begun, boolean isOpen) {}

    /**
     * A bulk run that ended.
     *
     * @param last the items of its last history
     * @param taken how many inputs it has taken
     * @param message of a pause; else empty
     */
    record Ended(
            Page last,
            long taken,
            String stop,
            String message,
            Wire.@Nullable Outage outage,
            Wire.Paid paid,
            long limit) {}
}
