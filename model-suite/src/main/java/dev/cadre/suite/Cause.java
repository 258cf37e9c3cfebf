// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

/** The end of a trial: passed, or the first thing that went wrong. */
enum Cause {
    PASSED("passed"),
    NO_PLAN("no whole plan"),
    PLAN_UNFIT("a valid plan that does not fit the goal"),
    WORK_FAILED("a subtask without a result"),
    MERGE_FAILED("no merged answer"),
    ANSWER_WRONG("a wrong answer"),
    CITATION_WRONG("a wrong citation"),
    OUT_OF_TIME("out of time"),
    SERVER_FAILED("the server failed"),
    THREW("an exception"),
    NOT_RECORDED("a call without a recording");

    private final String words;

    Cause(String words) {
        this.words = words;
    }

    /** The cause for people. */
    String words() {
        return words;
    }

    /** Whether it says something about the model or the library, so that the trial is worth keeping. */
    boolean isTelling() {
        return switch (this) {
            case PASSED, NO_PLAN, PLAN_UNFIT, WORK_FAILED, MERGE_FAILED, ANSWER_WRONG, CITATION_WRONG -> true;
            case OUT_OF_TIME, SERVER_FAILED, THREW, NOT_RECORDED -> false;
        };
    }
}
