// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

/**
 * A screen that can be operated: a browser, a desktop, a virtual machine. Each rung opens one for itself and closes it at its
 * end; one thread at a time uses it, not always the same. Every method but {@link #close} may block, and an interrupt is a
 * cancel.
 */
public interface Environment extends AutoCloseable {
    /** Where environments come from. */
    @FunctionalInterface
    interface Source {
        /**
         * Opens one, with nothing of an earlier one in it. Runs on a tool's thread and within a tool's time.
         *
         * @throws Exception if there is none: the tool failed, and where a provider takes nothing but a picture as an answer
         *     the subtask fails
         */
        Environment open() throws Exception;
    }

    /**
     * What can be said about an action before it is done: where, upon what, and which risks it has. Brings the pointer to
     * where the action needs it and waits for what that changes, so that what is judged is what will be hit.
     *
     * @throws Exception if it cannot be said: the action is not done
     */
    Scene scene(Action action) throws Exception;

    /**
     * Does one action and waits, for a second or two at most, until the screen shows what came of it. Of an action in several
     * parts, such as a double click, a part that would risk more than was judged is not done, nor is what follows it.
     *
     * @param judged the scene that was approved, as {@link #scene} gave it for this action and then once more
     * @throws Exception if it could not be done: the model is told that it failed, and sees the screen
     */
    void perform(Action action, Scene judged) throws Exception;

    /** The screen as it is now, always of the same size. */
    Screenshot screenshot() throws Exception;

    /**
     * Ends it and everything that it started. Must return soon, on an interrupted thread and while another method has not
     * returned, too; a second call does nothing.
     */
    @Override
    void close();
}
