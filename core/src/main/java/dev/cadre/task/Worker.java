// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/**
 * Performs a subtask in plain Java code.
 *
 * @param <I> the input
 * @param <O> the output
 */
@FunctionalInterface
public interface Worker<I, O> {
    /**
     * Performs one subtask, or one item of it. Many run at once, each on a thread of its own, so it must be safe for use
     * by many threads. It is cancelled by an interrupt, and must then end soon.
     *
     * @throws AwaitedException if it depends on somebody who has not answered yet: the run is suspended
     * @throws Exception if the work failed: the subtask fails with this message, its dependents are skipped, the rest
     *     goes on; an {@link InterruptedException} counts as cancelled
     */
    O perform(I input, WorkerContext context) throws Exception;
}
