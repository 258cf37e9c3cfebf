// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import java.util.random.RandomGenerator;

/** How a simulated plan is merged. */
enum SimMergeKind {
    /** By a hash over all outcomes. */
    DIGEST,
    /** By the vote of production, whose ties are shown. */
    VOTE,
    /** By the first value in plan order that passes a rule, as in production. */
    FIRST_GOOD,
    /** By one or two calls of a model, which answers with the hash. */
    SYNTHESIS,
    /** By a judge, which production asks in two orders. */
    BEST_OF,
    /** By the tree reduction of production, over a model that reads little in one call. */
    TREE;

    /** A kind for what is drawn, also of a graph by hand, which is not merged. */
    static SimMergeKind random(SimRunPlan.Style style, RandomGenerator dice) {
        return style == SimRunPlan.Style.PLANNED_AND_MERGED_BY_MODEL
                ? SimDice.oneOf(dice, SYNTHESIS, SYNTHESIS, BEST_OF, TREE)
                : SimDice.oneOf(dice, DIGEST, DIGEST, VOTE, FIRST_GOOD);
    }
}
