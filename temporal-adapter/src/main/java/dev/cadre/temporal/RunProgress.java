// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.price.Money;
import java.time.Duration;

/**
 * How far a run on Temporal has come.
 *
 * @param state {@code RUNNING}, or the status by which it ended, such as {@code COMPLETE}
 * @param subtasks how many there are, and how they ended
 * @param running the rungs whose activity is scheduled or performed
 * @param waiting the rungs that wait for money
 * @param money the money of the run
 * @param elapsed the time since its start, as of its last step
 */
public record RunProgress(String state, Subtasks subtasks, int running, int waiting, Spending money, Duration elapsed) {
    /**
     * The subtasks of a run.
     *
     * @param admitted all of them
     */
    public record Subtasks(int admitted, int succeeded, int failed, int skipped) {}

    /**
     * The money of a run. Together with what is reserved no more than the limit is spent.
     *
     * @param settled the cost of what has reported
     * @param forfeited the allotments of what was lost, and calls of unknown cost
     * @param reserved the allotments of what is under way
     * @param limit the most that may be spent
     */
    public record Spending(Money settled, Money forfeited, Money reserved, Money limit) {
        /** Settled and forfeited together. */
        public Money spent() {
            return settled.plus(forfeited);
        }
    }

    static RunProgress of(Wire.Progress wire) {
        return new RunProgress(
                wire.state(),
                new Subtasks(wire.admitted(), wire.succeeded(), wire.failed(), wire.skipped()),
                wire.running(),
                wire.waiting(),
                new Spending(
                        Money.ofPico(wire.settled()),
                        Money.ofPico(wire.forfeited()),
                        Money.ofPico(wire.reserved()),
                        Money.ofPico(wire.limit())),
                Duration.ofNanos(wire.sinceStartNanos()));
    }
}
