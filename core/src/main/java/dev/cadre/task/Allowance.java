// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/**
 * What a subtask type allows to be done with its subtasks and their outputs.
 *
 * @param optional whether a planner may mark its subtasks optional
 * @param deciding whether a planner may make it depend on its output whether others are run
 * @param keptAbove the bytes above which an output is kept out of prompts; the longest of all numbers for never
 * @param cacheUse whether its outcomes may come from a cache
 */
record Allowance(boolean optional, boolean deciding, long keptAbove, CacheUse cacheUse) {
    static final Allowance DEFAULT = new Allowance(false, false, Long.MAX_VALUE, CacheUse.OF_THE_WORK);

    /** {@link #OF_THE_WORK} unless the type says so. */
    enum CacheUse {
        OF_THE_WORK,
        ALLOWED,
        FORBIDDEN
    }

    Allowance withOptional() {
        return new Allowance(true, deciding, keptAbove, cacheUse);
    }

    Allowance withDeciding() {
        return new Allowance(optional, true, keptAbove, cacheUse);
    }

    Allowance withKeptAbove(long bytes) {
        return new Allowance(optional, deciding, bytes, cacheUse);
    }

    Allowance withCacheUse(CacheUse changed) {
        return new Allowance(optional, deciding, keptAbove, changed);
    }
}
