// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.util.List;

/**
 * The estimated cost of a graph, a plan or the inputs of a bulk run, made before they are run. Immutable.
 *
 * <ul>
 *   <li>{@link #low()} is a lower bound: one call for each required subtask that depends on nothing, its text at eight
 *       bytes a token and read from the provider's cache, with an answer of one token. A run that stops early, takes
 *       outcomes from a journal or cannot reach its model may cost less.
 *   <li>{@link #expected()} is no bound: one call for each subtask and item, and a few rounds of tools, with the
 *       typical sizes of {@code Limits.Estimates} and four bytes a token.
 *   <li>{@link #worst()} is an upper bound: every item up to {@code maxItems}, the retry of a truncated answer with
 *       twice the cap, a repair, all rounds of tools and all tiers of an escalation; every call at its whole
 *       reservation, as often as the pool may send it. If a budget was given and is less, it is the bound.
 * </ul>
 *
 * <p>The money that code and tools spend by themselves, out of {@code WorkerContext.budget()}, is counted as far as
 * their type declares it with {@code spendingUpTo}. Undeclared money is in no figure: only the budget bounds it, and
 * the line says so.
 *
 * <p>The worst case counts an output as at most eight bytes for each token of its cap, the output of plain code as at
 * most {@code Limits.Estimates.codeOutputBytes}, and an input that is made of outputs as no longer than they are. A
 * type that attaches files is counted with all that its model can read if its input is not known yet.
 *
 * @param subtasks a line for each subtask, in plan order
 * @param planning the work of the planner; known once there is a plan
 * @param merging the work of the merger
 * @param limit the budget; for a bulk run, what is left of it; {@link CostRange#MOST} if there is none
 * @param floor the least budget with which a run can begin: the money spent, the least money of the merger, and the
 *     first call of one subtask without its attachments; zero for a graph and for a bulk run
 */
public record CostEstimate(List<Line> subtasks, Quote planning, Quote merging, Money limit, Money floor) {
    /**
     * The estimate of one subtask.
     *
     * @param id the id of the subtask
     * @param type the name of its subtask type
     * @param dependsOn the ids of the subtasks that must end first
     * @param tiers the tiers on which it may run, such as {@code NANO-MINI}, with the named pools of its type, such as
     *     {@code NANO (NANO: pool eye)}; {@code code} for plain code
     * @param items the number of items it fans out into; 1 for a subtask that does not
     * @param quote the work of all its items, whatever the budget; if the budget is the worst case, the subtask may be
     *     left without money
     */
    public record Line(String id, String type, List<String> dependsOn, String tiers, CountRange items, Quote quote) {
        public Line {
            dependsOn = List.copyOf(dependsOn);
        }

        /** The cost of its calls together. */
        public CostRange cost() {
            return quote.cost();
        }

        /** Whether its code or tools may spend undeclared money, which only the budget bounds. */
        public boolean maySpendMore() {
            return quote.maySpendMore();
        }

        /** This line for a subtask that may not run at all. */
        public Line atBest() {
            return new Line(id, type, dependsOn, tiers, items, quote.atBest());
        }

        /** One line: {@code pets: note on NANO, 2 items: 2 calls, $0.0004 expected, $0.0001 to $0.0025}. */
        @Override
        public String toString() {
            String fanOut = items.equals(CountRange.of(1)) ? "" : ", %s items".formatted(items);
            String more = maySpendMore() ? ", without what its code spends by itself" : "";
            return "%s: %s on %s%s: %s%s".formatted(id, type, tiers, fanOut, quote, more);
        }
    }

    public CostEstimate {
        subtasks = List.copyOf(subtasks);
    }

    /** The cost of all work together, within the budget; without {@linkplain #maySpendMore undeclared money}. */
    public CostRange cost() {
        return sum().cost().atMost(limit);
    }

    /** The number of model calls of all work together; a budget may end the run earlier. */
    public CountRange calls() {
        return sum().calls();
    }

    /** The lowest cost. */
    public Money low() {
        return cost().low();
    }

    /** The usual cost. */
    public Money expected() {
        return cost().expected();
    }

    /** The highest cost. */
    public Money worst() {
        return cost().worst();
    }

    /** Whether code or tools may spend money that their types have not declared; only the budget bounds it. */
    public boolean maySpendMore() {
        return sum().maySpendMore();
    }

    /**
     * Whether the worst case is the budget, because the work alone could cost more. This is usual, since the worst case
     * assumes that everything goes wrong at once; see {@link #isBeyondBudget()}.
     */
    public boolean isCappedByBudget() {
        return sum().cost().worst().isMoreThan(limit);
    }

    /** Whether the work is expected to cost more than the budget: a run will probably end before all of it is done. */
    public boolean isBeyondBudget() {
        return sum().cost().expected().isMoreThan(limit);
    }

    /** Whether the budget is too small for a run to begin, see {@link #floor()}. */
    public boolean isTooSmall() {
        return floor.isMoreThan(limit);
    }

    private Quote sum() {
        Quote sum = planning.plus(merging);
        for (Line line : subtasks) {
            sum = sum.plus(line.quote());
        }
        return sum;
    }

    /**
     * One line for people: {@code $0.012 expected, $0.0004 to $0.25 (the budget)}. It notes a budget that is less than
     * the expected cost or too small to begin, and code that may spend more than is counted.
     */
    @Override
    public String toString() {
        String beyond = isBeyondBudget()
                ? ", which is less than the %s expected for all of the work"
                        .formatted(sum().cost().expected())
                : "";
        String budget = isCappedByBudget() ? " (the budget%s)".formatted(beyond) : "";
        String small = isTooSmall() ? "; too small to begin, which takes %s".formatted(floor) : "";
        String more = maySpendMore() ? "; without what code spends by itself" : "";
        return cost() + budget + small + more;
    }
}
