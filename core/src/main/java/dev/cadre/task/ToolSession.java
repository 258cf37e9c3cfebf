// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/**
 * What a tool keeps from one call to the next of one rung, such as an open browser. Made when the rung begins, on its
 * thread, so making it must be cheap; called on a thread of its own each time, which may overlap with another call of the
 * same turn, so it must be safe for use by many threads.
 */
@FunctionalInterface
public interface ToolSession extends AutoCloseable {
    /** As {@link Tool.Body#call}; its rung ends if it throws {@link NotApprovedException}. */
    Tool.Shown call(String arguments, WorkerContext context) throws Exception;

    /**
     * The accepted output of the rung, completed with what only the tool knows; by default as it is. Called once, after
     * the last call.
     *
     * @throws RuntimeException if it cannot be completed: the subtask fails
     */
    default Object completed(Object output) {
        return output;
    }

    /**
     * Ends it, whatever happened; does nothing by default. Must return soon, on an interrupted thread and while a call has
     * not ended, too.
     */
    @Override
    default void close() {}
}
