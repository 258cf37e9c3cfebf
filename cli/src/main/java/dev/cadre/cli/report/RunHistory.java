// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a journal says of one run, all its sessions together. Texts are as they were recorded: some came from a model.
 *
 * @param subject what it is about, for people
 * @param runKey the key by which its caller tells runs apart; empty if there is none
 * @param limit what it may spend
 * @param sessions in their order; at least one
 * @param subtasks in plan order, planner first and merger last, items behind their subtask
 * @param status as the run ended; empty if it did not
 * @param notes what else its sessions say, such as the tools that threw
 */
record RunHistory(
        String id,
        String subject,
        String runKey,
        Money limit,
        List<Session> sessions,
        List<SubtaskHistory> subtasks,
        Optional<String> status,
        List<String> notes) {

    RunHistory {
        sessions = List.copyOf(sessions);
        subtasks = List.copyOf(subtasks);
        notes = List.copyOf(notes);
    }

    /** From its start to the last line it left. */
    record Session(Instant began, Instant last) {}

    /** Who did something in a run. */
    enum Role {
        PLANNER,
        SUBTASK,
        /** A call that several items of a bulk share. */
        PACK,
        /** A call of a merger whose result is not the answer yet. */
        MERGE_PART,
        MERGER
    }

    /**
     * The planner, a subtask, an item of one, a part of the merge, or the merger.
     *
     * @param label the id, with {@code #index} for an item
     * @param type the subtask type; empty where it is not on record
     * @param chosen the name of the tier that the planner chose for its start; empty if it had no choice
     * @param after the labels of subtasks that it waited for
     * @param takenFrom of a race, a quorum or a repetition the labels of those whose outputs it took
     * @param admitted when it came to be, or null if that is not on record
     * @param end or null if it did not end
     */
    record SubtaskHistory(
            Role role,
            String label,
            String type,
            String chosen,
            List<String> after,
            List<String> takenFrom,
            @Nullable Instant admitted,
            List<Call> calls,
            @Nullable End end) {

        SubtaskHistory {
            after = List.copyOf(after);
            takenFrom = List.copyOf(takenFrom);
            calls = List.copyOf(calls);
        }

        Spend spend() {
            return calls.stream().map(Call::spend).reduce(Spend.NONE, Spend::plus);
        }

        /** Whether it made a call, or may have been at work without one; a fan-out without an end was, in its items. */
        boolean began() {
            return !calls.isEmpty() || end == null || end.began();
        }

        /** The tier of its last call; null if it made none. */
        @Nullable
        Tier tier() {
            return calls.isEmpty() ? null : calls.getLast().tier();
        }
    }

    /**
     * One attempt.
     *
     * @param ended null if its fate is not on record
     * @param end how it ended, a word; empty if that is not on record
     * @param reserved its worst case
     * @param spend what is booked for it; the worst case if its fate is not on record
     */
    record Call(
            CallPurpose.Kind kind,
            Tier tier,
            String model,
            Instant sent,
            @Nullable Instant ended,
            String end,
            Money reserved,
            Spend spend) {}

    /**
     * How a subtask ended.
     *
     * @param status {@code succeeded}, {@code failed}, {@code skipped}, {@value #REPLACED} or {@value #NOT_NEEDED}
     * @param text the output as JSON, or the reason
     * @param session in which session it ended, from 1
     * @param cached where an outcome cache had it from; null if the run did the work
     * @param began whether it may have been at work; not if it was skipped, unless somebody was waited for
     */
    record End(Instant at, String status, String text, int session, Origin.@Nullable Cached cached, boolean began) {
        End(Instant at, String status, String text, int session, Origin.@Nullable Cached cached) {
            this(at, status, text, session, cached, true);
        }

        /** The status of what was skipped because nobody needs it. */
        static final String NOT_NEEDED = "not needed";
        /** The status of what did not succeed and has another subtask in its place. */
        static final String REPLACED = "replaced";

        End saying(String other) {
            return new End(at, status, other, session, cached, began);
        }

        /** Nothing is missing without it, whatever became of it. */
        End as(String other) {
            return new End(at, other, text, session, cached, began);
        }

        /** The reason without the status in front of it. */
        String reason() {
            String named = status + ": ";
            return text.startsWith(named) ? text.substring(named.length()) : text;
        }

        boolean isSucceeded() {
            return status.equals("succeeded");
        }

        /** Whether something is missing without it. */
        boolean isUnsuccessful() {
            return !isSucceeded() && !status.equals(NOT_NEEDED) && !status.equals(REPLACED);
        }
    }

    /** Whether a later session has taken it from the journal instead of doing it again. */
    boolean isReused(End end) {
        return end.isSucceeded() && end.session() < sessions.size();
    }

    /** What the items of each subtask took, by its label; nothing for a subtask without items. */
    Map<String, Spend> spendOfItems() {
        return subtasks.stream()
                .filter(each -> each.label().contains("#"))
                .collect(Collectors.toMap(each -> Span.whole(each.label()), SubtaskHistory::spend, Spend::plus));
    }

    Instant began() {
        return sessions.getFirst().began();
    }

    Spend spend() {
        return subtasks.stream().map(SubtaskHistory::spend).reduce(Spend.NONE, Spend::plus);
    }

    List<Call> calls() {
        return subtasks.stream().flatMap(each -> each.calls().stream()).toList();
    }
}
