// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import java.time.Duration;

/**
 * What surrounds a piece of work in Java code: a worker or a tool.
 *
 * @param runId the run
 * @param subtaskId the subtask, with {@code #index} for an item
 * @param timeout the time that is left when the work starts
 * @param budget the money of the run. A run that the work starts {@linkplain Budget#under under} it is bounded by the
 *     limit of this run too, and what it spends is in this run's result. It is closed when the work has ended. In a
 *     run with a journal whatever is reserved here is on record before it is sent, so that a session that breaks off
 *     forgets none of it: each reservation waits for the disk.
 * @param outer the run, as runs nested in this work know it
 */
public record WorkerContext(String runId, String subtaskId, Duration timeout, BudgetGuard budget, OuterRun outer) {
    /** A context outside of any run. */
    public WorkerContext(String runId, String subtaskId, Duration timeout, BudgetGuard budget) {
        this(runId, subtaskId, timeout, budget, OuterRun.NONE);
    }

    /** A context with no money to spend, outside of any run, such as for a test of a tool. */
    public WorkerContext(String runId, String subtaskId, Duration timeout) {
        this(runId, subtaskId, timeout, Budget.usd("0").open());
    }

    /**
     * What the work is called in its run: the same in every session, and of no other work. It is the id of the subtask; of an
     * item of a fan-out in a run with a journal it is not the index, because items move when one before them succeeds that had
     * failed, but a digest of the input, with a number where several are equal. What is kept for the work outside of the
     * journal, such as the answer of a person, should be kept for the id of the run, {@link OuterRun#beginning()} and this.
     */
    public String workId() {
        String known = outer.workId();
        return known.isEmpty() ? subtaskId : known;
    }
}
