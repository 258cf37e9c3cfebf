// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.budget.Budget;
import dev.cadre.model.Effort;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The limits of a run, in one place.
 *
 * @param maxSubtasks how many subtasks a plan may have; default 64
 * @param maxDepth how many subtasks may follow each other in a chain; default 8
 * @param maxItems how many items a fan-out may have; more is a failure, never a silent cut; default 256
 * @param deadline how long a run may take whose budget says no {@linkplain Budget#within time}, except for a bulk in the
 *     batch lane; default 10 minutes, at most {@link Budget#LONGEST_DEADLINE}
 * @param plannerOutputTokens the cap of one planner call; default 2,000
 * @param planContinuations how many further calls may continue a plan that ran into its cap; default 4
 * @param workerOutputTokens the cap of one worker call, unless its type says otherwise; default 2,000
 * @param effort how much a model may reason, unless its type says otherwise; default {@link Effort#NONE}
 * @param tools the limits of a tool loop
 * @param estimates the sizes that an estimate of cost takes for what is not known before a run
 * @param maxNesting how many runs may be nested in each other beneath this one, see {@code dev.cadre.NestedRun}; within a
 *     nested run no more than the run around it has left; 0 for none. Default 3, because each level multiplies the calls of
 *     the one above, and one that starts itself ends by nothing else but its money
 */
public record Limits(
        int maxSubtasks,
        int maxDepth,
        int maxItems,
        Duration deadline,
        long plannerOutputTokens,
        int planContinuations,
        long workerOutputTokens,
        Effort effort,
        ToolLimits tools,
        Estimates estimates,
        int maxNesting) {

    /** The limits of every run that sets none. */
    public static final Limits DEFAULT = new Limits(
            64, 8, 256, Duration.ofMinutes(10), 2_000, 4, 2_000, Effort.NONE, ToolLimits.DEFAULT, Estimates.DEFAULT, 3);

    public Limits {
        ToolLimits.requirePositive("maxSubtasks", maxSubtasks);
        ToolLimits.requirePositive("maxDepth", maxDepth);
        ToolLimits.requirePositive("maxItems", maxItems);
        ToolLimits.requirePositive("plannerOutputTokens", plannerOutputTokens);
        ToolLimits.requirePositive("workerOutputTokens", workerOutputTokens);
        requireNotNegative("planContinuations", planContinuations);
        requireNotNegative("maxNesting", maxNesting);
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline must be positive, not " + deadline);
        }
        deadline = Budget.longest(deadline);
    }

    private static void requireNotNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
    }

    /**
     * The limits of one rung's tool loop.
     *
     * @param rounds how many turns with tool calls; default 20
     * @param calls how many tool calls in all; default 50
     * @param outputBytes the UTF-8 bytes of one result; the rest is cut with a mark; default 64 KiB
     * @param timeout the time of one tool call; default 20 s
     */
    public record ToolLimits(int rounds, int calls, int outputBytes, Duration timeout) {
        public static final ToolLimits DEFAULT = new ToolLimits(20, 50, 64 * 1024, Duration.ofSeconds(20));

        public ToolLimits {
            requirePositive("rounds", rounds);
            requirePositive("calls", calls);
            requirePositive("outputBytes", outputBytes);
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("the timeout of a tool call must be positive, not " + timeout);
            }
        }

        /** In here, because the defaults of the outer record need those of this one: neither may wait for the other. */
        private static void requirePositive(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, not " + value);
            }
        }
    }

    /**
     * The sizes that an estimate of cost takes for what is not known before a run. They limit nothing.
     *
     * @param items how long a list usually is that another subtask will bring; default 8
     * @param outputPercent how much of its cap an output usually takes, in hundredths; default 25
     * @param toolRounds how many turns with tool calls a model that has tools usually takes; default 3
     * @param codeOutputBytes the most UTF-8 bytes of JSON that one output of plain code is taken to have; usual is
     *     {@code outputPercent} of it; default 64 KiB
     */
    public record Estimates(int items, int outputPercent, int toolRounds, long codeOutputBytes) {
        public static final Estimates DEFAULT = new Estimates(8, 25, 3, 64 * 1024);

        public Estimates {
            if (items < 0 || toolRounds < 0 || codeOutputBytes < 0) {
                throw new IllegalArgumentException("negative size: items=%d, toolRounds=%d, codeOutputBytes=%d"
                        .formatted(items, toolRounds, codeOutputBytes));
            }
            if (outputPercent < 0 || outputPercent > 100) {
                throw new IllegalArgumentException("outputPercent must lie between 0 and 100: " + outputPercent);
            }
        }

        /** So many hundredths of a number as outputs usually take of their cap. */
        public long usually(long most) {
            return most / 100 * outputPercent + most % 100 * outputPercent / 100;
        }
    }

    public Limits withMaxSubtasks(int subtasks) {
        return changed(draft -> draft.maxSubtasks = subtasks);
    }

    public Limits withMaxDepth(int depth) {
        return changed(draft -> draft.maxDepth = depth);
    }

    public Limits withMaxItems(int items) {
        return changed(draft -> draft.maxItems = items);
    }

    public Limits withDeadline(Duration time) {
        return changed(draft -> draft.deadline = time);
    }

    public Limits withPlannerOutputTokens(long tokens) {
        return changed(draft -> draft.plannerOutputTokens = tokens);
    }

    public Limits withPlanContinuations(int calls) {
        return changed(draft -> draft.planContinuations = calls);
    }

    public Limits withWorkerOutputTokens(long tokens) {
        return changed(draft -> draft.workerOutputTokens = tokens);
    }

    public Limits withEffort(Effort chosen) {
        return changed(draft -> draft.effort = chosen);
    }

    public Limits withTools(ToolLimits chosen) {
        return changed(draft -> draft.tools = chosen);
    }

    public Limits withEstimates(Estimates chosen) {
        return changed(draft -> draft.estimates = chosen);
    }

    public Limits withMaxNesting(int runs) {
        return changed(draft -> draft.maxNesting = runs);
    }

    private Limits changed(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.limits();
    }

    /** The one place that lists the components by position, of which several have one type. */
    private static final class Draft {
        private int maxSubtasks;
        private int maxDepth;
        private int maxItems;
        private Duration deadline;
        private long plannerOutputTokens;
        private int planContinuations;
        private long workerOutputTokens;
        private Effort effort;
        private ToolLimits tools;
        private Estimates estimates;
        private int maxNesting;

        Draft(Limits limits) {
            maxSubtasks = limits.maxSubtasks;
            maxDepth = limits.maxDepth;
            maxItems = limits.maxItems;
            deadline = limits.deadline;
            plannerOutputTokens = limits.plannerOutputTokens;
            planContinuations = limits.planContinuations;
            workerOutputTokens = limits.workerOutputTokens;
            effort = limits.effort;
            tools = limits.tools;
            estimates = limits.estimates;
            maxNesting = limits.maxNesting;
        }

        Limits limits() {
            return new Limits(
                    maxSubtasks,
                    maxDepth,
                    maxItems,
                    deadline,
                    plannerOutputTokens,
                    planContinuations,
                    workerOutputTokens,
                    effort,
                    tools,
                    estimates,
                    maxNesting);
        }
    }
}
