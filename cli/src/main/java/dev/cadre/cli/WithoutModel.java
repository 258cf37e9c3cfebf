// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.RunResult;
import dev.cadre.task.RunFailure;

/** Says in one sentence why places were found without a model: what failed, what it cost, and what helps. */
final class WithoutModel {
    private WithoutModel() {}

    static String note(RunResult.Failed<?> failed) {
        return note(failed, "--budget USD", "--deadline TIME");
    }

    /**
     * The same for those who do not type options.
     *
     * @param money what gives more money
     * @param time what gives more time
     */
    static String note(RunResult.Failed<?> failed, String money, String time) {
        RunFailure.Kind kind = failed.cause().kind();
        return "these places were found without a model, because %s, which cost $%s; %s"
                .formatted(what(kind), failed.report().spend().total().toUsd(), next(kind, money, time));
    }

    private static String what(RunFailure.Kind kind) {
        return switch (kind) {
            case BUDGET_TOO_SMALL -> "the budget is too small for one";
            case PLAN_REJECTED -> "the plan of the model could not be used";
            case PLANNER_FAILED -> "the model that plans failed";
            case NOTHING_SUCCEEDED, ANSWER_MISSING, FAILED_FAST -> "the models brought nothing";
            case MERGE_FAILED -> "the model that answers failed";
            case DEADLINE -> "the time ran out";
            case CANCELLED -> "the run was cancelled";
            case JOURNAL_FAILED -> "the journal failed";
            case ENGINE_FAILED, SUSPENDED -> "the run could not go on";
        };
    }

    private static String next(RunFailure.Kind kind, String money, String time) {
        return switch (kind) {
            case BUDGET_TOO_SMALL -> money + " gives more money";
            case DEADLINE -> time + " gives more time";
            case JOURNAL_FAILED -> "look at the file of --journal";
            case CANCELLED, ENGINE_FAILED, SUSPENDED -> "ask again";
            case PLAN_REJECTED, PLANNER_FAILED, NOTHING_SUCCEEDED, ANSWER_MISSING, FAILED_FAST, MERGE_FAILED ->
                "'cadre doctor' says what is wrong";
        };
    }
}
