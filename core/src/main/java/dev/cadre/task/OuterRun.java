// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/**
 * The run around a piece of work, as a run that is nested in that work knows it. It is passed on in the
 * {@link WorkerContext}, so that the depth of nesting is known on any thread. Extended by the library only. Safe for use by
 * many threads.
 */
public abstract class OuterRun {
    /** No run at all, such as in a test of a tool: runs may be nested as deep as by default. */
    public static final OuterRun NONE = new OuterRun() {
        @Override
        public int nestingLeft() {
            return Limits.DEFAULT.maxNesting();
        }

        @Override
        public int depth() {
            return 0;
        }
    };

    /** For the library. */
    protected OuterRun() {}

    /** How many runs may still be nested in each other beneath this work; 0 if none may. */
    public abstract int nestingLeft();

    /** How many runs this one is nested in; 0 for the outermost. */
    public abstract int depth();
}
