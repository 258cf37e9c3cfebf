// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

/**
 * Something that a run on Temporal waits for people with.
 *
 * @param id tells it apart from all others of the run
 * @param kind who waits
 * @param subtaskId the subtask, with {@code #index} for an item; empty for others
 * @param type the name of its subtask type; empty for others
 * @param input the input of the subtask as JSON, or the plan that waits as {@code {"subtasks": […]}}; else empty
 * @param answerSchema the JSON schema of the answer to a subtask; empty for others
 * @param awaited what is waited for, in one line, by the word of whoever waits
 * @param refusal why the last answer was refused; empty if there was none
 */
public record RunQuestion(
        String id,
        Kind kind,
        String subtaskId,
        String type,
        String input,
        String answerSchema,
        String awaited,
        String refusal) {
    /** Who waits. */
    public enum Kind {
        /** A subtask or an item: {@link TemporalRun#answer}. */
        SUBTASK,
        /** The run, for a decision on a plan: {@link TemporalRun#approve} or {@link TemporalRun#reject}. */
        PLAN,
        /** The planner itself: {@link TemporalRun#askAgain}. */
        PLANNER,
        /** The merger: {@link TemporalRun#askAgain}. */
        MERGER
    }

    static RunQuestion of(Wire.Question wire) {
        return new RunQuestion(
                wire.id(),
                Kind.valueOf(wire.kind()),
                wire.subtask(),
                wire.type(),
                wire.input(),
                wire.schema(),
                wire.what(),
                wire.refusal());
    }

    void require(Kind wanted) {
        if (kind != wanted) {
            throw new IllegalArgumentException(
                    "the question '%s' is one of kind %s, not %s".formatted(id, kind, wanted));
        }
    }
}
