// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

/**
 * What planning and merging are assumed to take, for a {@link CrewSimulation} of a plan. The flagship writes the plan, a
 * subtask starts as soon as it is written, and a mini model merges.
 *
 * @param tokensPerSubtask output tokens of the planner for each subtask
 * @param planner its input, its failures, and its time if that does not follow from the tokens
 * @param merger the same for the merger
 */
public record Planning(int tokensPerSubtask, WorkProfile planner, WorkProfile merger) {
    /** 60 tokens a subtask; the planner reads 1,500 tokens, the merger 4,000, and it writes 500 in the median. */
    public static final Planning STANDARD = new Planning(
            60,
            WorkProfile.STANDARD.inputTokens(Spread.fixed(1_500)),
            WorkProfile.STANDARD.inputTokens(Spread.fixed(4_000)).outputTokens(Spread.logNormal(500, 0.3)));

    public Planning {
        if (tokensPerSubtask < 1) {
            throw new IllegalArgumentException("tokensPerSubtask must be at least 1, not " + tokensPerSubtask);
        }
    }
}
