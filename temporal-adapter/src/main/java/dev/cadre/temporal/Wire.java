// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import java.util.List;
import java.util.Objects;
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
     * @param goal whether it is one of a goal, whose name and version are in the place of those of a graph
     * @param waitsCount whether time in which it only waits for people counts
     */
    record Start(
            String graph, int version, long limit, long timeNanos, boolean marks, boolean goal, boolean waitsCount) {}

    /** Which execution of which subtask of a graph. */
    record Place(String subtask, int item, int rung) {}

    /**
     * A rung that is to be performed.
     *
     * @param type the name of the subtask type, for one that a planner planned; null if the graph says it
     * @param answer what a person has answered in the place of its code; null to perform it
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
            long sinceStartNanos,
            @Nullable String type,
            @Nullable String answer) {}

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

    // --- planner and merger

    /** Why a run, or a part of it, has failed. */
    record Fault(String kind, String message, List<String> details) {}

    /** What planner and merger say that they need, or why they say nothing. */
    record Needs(
            long plan,
            long round,
            long merge,
            long floor,
            boolean mergeTakesTime,
            boolean callsModel,
            int rounds,
            int merges,
            @Nullable Fault fault) {}

    /** A subtask that succeeded, for a planner that is asked again; the subtask itself stands in the plan so far. */
    record Done(String subtask, String output) {}

    /** A subtask or an item that did not. */
    record Undone(String id, String subtask, String reason) {}

    /**
     * A plan that waits for a decision, or that was decided on.
     *
     * @param verdict {@code Approve} or {@code Reject}; empty if nobody has decided
     * @param reason of a rejection
     */
    record Proposal(List<String> subtasks, List<String> defects, List<String> lost, String verdict, String reason) {
        Proposal judged(String as, String why) {
            return new Proposal(subtasks, defects, lost, as, why);
        }
    }

    /** What has become of a plan; round 0 is the first plan. */
    record Become(int round, List<Done> done, List<Undone> undone, List<String> lost, String rejected) {}

    /**
     * A round of planning that is to be performed.
     *
     * @param before the subtasks that the rounds before took, as they were planned
     * @param needed whether anything is wrong that a further subtask may mend
     * @param limit that of the run
     * @param free what is free of it, the allotment included
     * @param planned what the plan has cost before
     * @param proposal a plan of this round that was made before; null to ask the planner
     */
    record PlanOrder(
            String run,
            String goal,
            int version,
            List<String> before,
            Become become,
            boolean needed,
            long limit,
            long free,
            Paid planned,
            long allotment,
            long timeNanos,
            long sinceStartNanos,
            @Nullable Proposal proposal) {}

    /** What an activity of planner or merger did, beside its result; as in {@link Performed}. */
    record Books(
            Paid paid, List<Call> calls, List<String> notes, String abandoned, boolean isTimeUp, boolean isLeaving) {}

    /**
     * A round of planning that was performed.
     *
     * @param round that of the order
     * @param admitted the subtasks that it handed over, as they were planned
     * @param noted what was wrong with a plan whose planner failed
     * @param end {@code PlanEnded}, {@code PlanFailed} or {@code Awaited}
     * @param fault of a plan that failed
     * @param what where it was interrupted, or what it waits for
     * @param proposal the plan that waits for a decision; null if none does
     */
    record Planned(
            int round,
            List<String> admitted,
            List<String> noted,
            String end,
            List<String> defects,
            List<String> lost,
            @Nullable Fault fault,
            String what,
            Books books,
            @Nullable Proposal proposal) {}

    /** The outcome of one subtask of a type. */
    record Typed(String id, String type, Result result) {}

    /**
     * A merge that is to be performed.
     *
     * @param number 1 for the first one of the run
     * @param timeNanos until its calls must be over
     * @param overtimeNanos how long after that it is interrupted
     */
    record MergeOrder(
            String run,
            String goal,
            int version,
            int number,
            List<Typed> outcomes,
            long allotment,
            long timeNanos,
            long overtimeNanos,
            long sinceStartNanos) {}

    /** A passage on which an answer rests. */
    record Cited(String subtask, String quote) {}

    /** An answer. */
    record Made(String answer, List<Cited> citations, List<String> notes) {}

    /**
     * A merge that was performed.
     *
     * @param number that of the order
     * @param end {@code MergeEnded}, {@code MergeFailed} or {@code Awaited}
     * @param judgement {@code Accepted}, {@code Rejected} or {@code Unjudged}, of an answer
     * @param what the rule that rejected it or why there is no judgement, or what is waited for
     * @param fault of a merge that failed
     */
    record MergeDone(
            int number,
            String end,
            @Nullable Made made,
            String judgement,
            String what,
            @Nullable Fault fault,
            Books books) {}

    /** Why there is no report of an activity. */
    record Lost(String fate, String why) {}

    /**
     * Something that a run was told.
     *
     * @param kind what it is: {@code rung}, {@code plan} or {@code merge} for an activity that ended, {@code cancel},
     *     {@code time}, {@code merge time} or {@code said}
     * @param key of the activity; else empty
     * @param lost of an activity without a report
     * @param said by a person
     */
    record Fed(
            String kind,
            String key,
            @Nullable Performed rung,
            @Nullable Planned plan,
            @Nullable MergeDone merge,
            @Nullable Lost lost,
            @Nullable Said said) {
        static Fed of(String kind) {
            return new Fed(kind, "", null, null, null, null, null);
        }
    }

    /**
     * Something that is waited for.
     *
     * @param id by which it is answered
     * @param kind {@code SUBTASK}, {@code PLAN}, {@code PLANNER} or {@code MERGER}
     * @param subtask the label of a subtask or item; else empty
     * @param type the name of its type; else empty
     * @param input its input as JSON, or the plan; else empty
     * @param schema the JSON schema of the answer; else empty
     * @param what what is waited for, by the word of whoever waits
     * @param refusal why the last answer was refused; empty if there was none
     */
    record Question(
            String id,
            String kind,
            String subtask,
            String type,
            String input,
            String schema,
            String what,
            String refusal) {}

    /**
     * What a person said.
     *
     * @param kind {@code answer}, {@code approve}, {@code reject} or {@code again}
     * @param id of the question; empty for all
     * @param text the answer as JSON, or the reason of a rejection; else empty
     */
    record Said(String kind, String id, String text) {
        /** Whoever may signal a workflow may leave out anything. */
        Said {
            kind = Objects.requireNonNullElse(kind, "");
            id = Objects.requireNonNullElse(id, "");
            text = Objects.requireNonNullElse(text, "");
        }

        boolean isTo(String question) {
            return id.isEmpty() || id.equals(question);
        }
    }

    // --- results

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

    /**
     * A run that ended.
     *
     * @param made the answer of a goal; null if it has none, and of a graph, where it is an outcome
     * @param planner the line of the planner; null of a graph
     * @param merger that of the merger; null of a graph
     */
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
            long tookNanos,
            @Nullable Made made,
            @Nullable Line planner,
            @Nullable Line merger) {}

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
