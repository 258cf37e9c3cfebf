// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.Optional;

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

    /**
     * Tells this run from another one with the same id, in another journal: a text that the first session of a run records,
     * so that all of its sessions have the same, in whatever process. Empty outside of any run, and in runs that are
     * recorded in a journal of an older version. What is kept for a run outside of its journal, such as the approval of a
     * person, should be kept for this text and the id of the run.
     */
    public String beginning() {
        return "";
    }

    /**
     * What the work is called in every session of its run, wherever it stands in a list; empty outside of any run. Code asks
     * {@link WorkerContext#workId()}.
     */
    protected String workId() {
        return "";
    }

    /**
     * Why the work would fail with this output: the first rule of its {@linkplain SubtaskType#accept type} that does not
     * accept it. Empty if all do, if one throws, and if it is no output of the type at all. Calls the rules, which are code
     * of users, on the calling thread. For code whose output comes of somebody who can give another one.
     */
    public Optional<String> objection(Object output) {
        return Optional.empty();
    }
}
