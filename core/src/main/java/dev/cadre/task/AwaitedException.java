// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.Objects;

/**
 * Thrown by code of users whose answer depends on somebody who has not answered yet, such as a person who is to approve: by
 * a {@link Worker}, a planner, a plan review or a merger. Thrown by a tool, a rule or an edge it is a failure like others.
 *
 * <p>It suspends the run: what does not depend on it goes on to its end, and then the run ends as
 * {@code RunResult.Suspended}, without a thread or money of its own. To run the same goal or graph again with the same
 * journal goes on: finished subtasks are not paid again, and the code is asked once more. In a bulk the item is skipped, and
 * the next session tries it again.
 */
public final class AwaitedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Waits for this.
     *
     * @param what what is awaited, in one line for people
     */
    public AwaitedException(String what) {
        super(Objects.requireNonNull(what, "what is awaited"), null, false, false);
    }

    /** What is awaited. */
    public String what() {
        return String.valueOf(getMessage());
    }
}
