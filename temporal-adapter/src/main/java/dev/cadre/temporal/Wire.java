// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What travels between client, workflow and activities, and stays in histories. Money is in pico-dollars, time in
 * nanoseconds, values are the JSON of their types. A component can be added, if what is null or zero in old histories means
 * what it meant then; none may be renamed or change its meaning.
 */
final class Wire {
    private Wire() {}

    /**
     * A run that is to begin.
     *
     * @param timeNanos the time that it has; zero for the default of the coordinator
     * @param marks whether search attributes are kept
     */
    record Start(String graph, int version, long limit, long timeNanos, boolean marks) {}

    /** Which execution of which subtask of a graph. */
    record Place(String subtask, int item, int rung) {}

    /**
     * A rung that is to be performed.
     *
     * @param timeNanos from the time at which it was scheduled until it is interrupted
     */
    record Order(
            String run,
            String graph,
            int version,
            Place place,
            String tier,
            String evidence,
            long order,
            long allotment,
            long timeNanos,
            long sinceStartNanos) {}

    /** Money and tokens, as {@link dev.cadre.price.Spend} has them. */
    record Paid(
            long settled,
            long forfeited,
            long attempts,
            long input,
            long cached,
            long written,
            long output,
            long reasoned,
            boolean estimated) {}

    /** A call that ended. {@code finish} is empty if it failed. */
    record Call(
            String kind,
            String subtask,
            String tier,
            String asked,
            String model,
            String finish,
            List<String> notes,
            String failure,
            String message,
            Paid paid,
            long waitedNanos,
            long tookNanos) {}

    /**
     * How a rung ended.
     *
     * @param type the name of the record of {@link dev.cadre.worker.RungEnd}
     * @param kind that of a failure or a skip; else empty
     * @param message that of a failure or a skip; the place of a cancel
     * @param outage the model's failure that all other rungs share; null if there is none, or in an old history
     */
    record End(
            String type,
            @Nullable String value,
            String kind,
            String message,
            String evidence,
            long needed,
            boolean begun,
            @Nullable Outage outage) {}

    /** A failure of a model: the name of its class, and its message. */
    record Outage(String type, String message) {}

    /**
     * A rung that was performed.
     *
     * @param place that of the order: whoever reads it can tell that it is the answer to what was asked
     * @param byCode what code spent by itself; null if nothing
     * @param abandoned the name of the thread that was left behind; empty if none was
     * @param isTimeUp whether it was broken off at the deadline of the run, by the clock of its worker
     * @param isLeaving whether the worker was shutting down, so that the rung was broken off for no reason of the run
     */
    record Performed(
            Place place,
            End end,
            Paid paid,
            List<Call> calls,
            @Nullable Paid byCode,
            List<String> notes,
            String abandoned,
            boolean isTimeUp,
            boolean isLeaving) {}

    /**
     * An outcome.
     *
     * @param status {@code SUCCEEDED}, {@code FAILED} or {@code SKIPPED}
     * @param value null unless it succeeded and is no fan-out
     * @param items of a fan-out that succeeded; else null
     */
    record Result(
            String status,
            @Nullable String value,
            @Nullable List<Result> items,
            List<Integer> groups,
            String kind,
            String message,
            List<String> because) {}

    /** The outcome of one subtask or item. */
    record Named(String id, Result result) {}

    /** What is missing. */
    record Lack(String id, String reason) {}

    /** The line of a report. */
    record Line(
            String id,
            String type,
            List<String> dependsOn,
            String status,
            String reason,
            String need,
            List<String> takenFrom,
            List<String> tiers,
            String model,
            Paid paid,
            long tookNanos) {}

    /** A run that ended. */
    record Ended(
            String status,
            String failureKind,
            String failureMessage,
            List<String> failureDetails,
            List<Named> outcomes,
            List<Named> items,
            List<Lack> missing,
            List<String> planNotes,
            List<Line> lines,
            List<String> notes,
            List<String> abandoned,
            Paid paid,
            long limit,
            long tookNanos) {}

    /** A run that is under way, or has ended. */
    record Progress(
            String state,
            int admitted,
            int running,
            int waiting,
            int succeeded,
            int failed,
            int skipped,
            long settled,
            long forfeited,
            long reserved,
            long limit,
            long sinceStartNanos) {}

    // --- bulk

    /**
     * A bulk run that is to begin.
     *
     * @param timeNanos the time that it has; zero for the default of the coordinator
     * @param parallel how many items are under way at once
     * @param historyItems how many items end in one history
     */
    record BulkStart(String type, long limit, long timeNanos, int parallel, int historyItems, boolean marks) {}

    /**
     * What a bulk run takes along to its next history.
     *
     * @param next the index of the next input
     * @param booked what calls have cost by their own word, with attempts and tokens
     * @param paid what the ledger has booked
     * @param pending inputs that have not begun
     */
    record BulkCarry(
            long startMillis,
            long timeNanos,
            long next,
            boolean isInputEnded,
            long succeeded,
            long failed,
            long skipped,
            Paid booked,
            Paid paid,
            List<BulkInput> pending) {}

    /**
     * An input.
     *
     * @param input its JSON
     * @param unfit why it could not be written as JSON; empty if it could
     */
    record BulkInput(long index, String key, String input, String unfit) {}

    /**
     * Inputs that follow each other.
     *
     * @param isEnd whether no other ones come
     */
    record BulkInputs(List<BulkInput> inputs, boolean isEnd) {}

    /**
     * An item that ended.
     *
     * @param replies what was noted of its replies
     */
    record BulkEnd(
            long index,
            String key,
            Result result,
            Paid paid,
            List<String> replies,
            List<String> notes,
            List<String> abandoned) {}

    /**
     * Items that ended in one history, in the order in which they did.
     *
     * @param total how many did: the rest is told to who asks for it
     */
    record BulkPage(List<BulkEnd> ends, int total) {}

    /**
     * What there is to know of a history that goes on.
     *
     * @param begun how many inputs of the run wait no longer
     * @param isOpen whether further ones are wanted
     */
    record BulkNews(List<BulkEnd> ends, long begun, boolean isOpen) {}

    /**
     * A bulk run that ended.
     *
     * @param last the items of its last history
     * @param taken how many inputs it has taken
     * @param message of a pause; else empty
     */
    record BulkEnded(
            BulkPage last,
            long taken,
            String stop,
            String message,
            @Nullable Outage outage,
            Paid paid,
            long limit) {}
}
