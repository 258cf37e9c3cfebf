// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.util.List;

/**
 * What a graph, a plan or the inputs of a bulk run will cost, estimated before they are run. Immutable.
 *
 * <ul>
 *   <li>{@link #low()} is a lower bound: one call for each required subtask that depends on nothing, its text at eight
 *       bytes a token and read from the provider's cache, with an answer of one token. A run that stops early, takes
 *       outcomes from a journal or cannot reach its model may cost less.
 *   <li>{@link #expected()} is no bound: one call for each subtask and item, and a few rounds of tools, with the typical
 *       sizes of {@code Limits.Estimates} and four bytes a token.
 *   <li>{@link #worst()} is an upper bound: every item up to {@code maxItems}, the retry of a truncated answer with twice
 *       the cap, a repair, all rounds of tools and all tiers of an escalation; every call at its whole reservation, as
 *       often as the pool may send it. If a budget was given and is less, it is the bound.
 * </ul>
 *
 * <p>What code and tools spend by themselves, out of {@code WorkerContext.budget()}, is counted as far as their type declares
 * it with {@code spendingUpTo}. What is not declared is in no figure: only the budget bounds it, and its line says so.
 *
 * <p>The worst case counts an output as at most eight bytes for each token of its cap, the output of plain code as at most
 * {@code Limits.Estimates.codeOutputBytes}, and an input that is made of outputs as no longer than they are. A type that
 * attaches files is counted with all that its model can read where its input is not known yet.
 *
 * @param subtasks a line for each subtask, in plan order
 * @param planning what the planner took; known once there is a plan
 * @param merging what the merger will take
 * @param limit the budget, of a bulk what is left of it; {@link CostRange#MOST} if there is none
 * @param floor what the budget must hold for a run to begin: what was spent, what the merger needs at least, and the first
 *     call of one subtask, without what is attached to it; nothing for a graph and for a bulk
 */
public record CostEstimate(List<Line> subtasks, Quote planning, Quote merging, Money limit, Money floor) {
    /**
     * One subtask of an estimate.
     *
     * @param id of the subtask
     * @param type the name of its subtask type
     * @param dependsOn the ids of the subtasks that must end first
     * @param tiers on which it may run, such as {@code NANO-MINI}; {@code code} for plain code
     * @param items how many items it fans out into; 1 for a subtask that does not
     * @param quote of all its items, whatever the budget; a budget that is the worst case may leave it without money
     * @param maySpendMore whether its code or tools may spend by themselves what its type has not declared: that is not in
     *     the quote, and only the budget bounds it
     */
    public record Line(
            String id,
            String type,
            List<String> dependsOn,
            String tiers,
            CountRange items,
            Quote quote,
            boolean maySpendMore) {
        public Line {
            dependsOn = List.copyOf(dependsOn);
        }

        /** What its calls cost together. */
        public CostRange cost() {
            return quote.cost();
        }

        /** One line: {@code pets: note on NANO, 2 items: 2 calls, $0.0004 expected, $0.0001 to $0.0025}. */
        @Override
        public String toString() {
            String fanOut = items.equals(CountRange.of(1)) ? "" : ", %s items".formatted(items);
            String more = maySpendMore ? ", without what its code spends by itself" : "";
            return "%s: %s on %s%s: %s%s".formatted(id, type, tiers, fanOut, quote, more);
        }
    }

    public CostEstimate {
        subtasks = List.copyOf(subtasks);
    }

    /** What all of it costs together, within the budget; without {@linkplain #maySpendMore what nobody has declared}. */
    public CostRange cost() {
        return sum().cost().atMost(limit);
    }

    /** How many model calls all of it makes together; a budget may end a run before. */
    public CountRange calls() {
        return sum().calls();
    }

    /** The least that it costs. */
    public Money low() {
        return cost().low();
    }

    /** What it costs as a rule. */
    public Money expected() {
        return cost().expected();
    }

    /** The most that it costs. */
    public Money worst() {
        return cost().worst();
    }

    /** Whether code or tools may spend by themselves what their types have not declared, which only the budget bounds. */
    public boolean maySpendMore() {
        return subtasks.stream().anyMatch(Line::maySpendMore);
    }

    /**
     * Whether the worst case is the budget, because the work alone could cost more. It is as a rule, since the worst case
     * assumes that everything goes wrong at once; see {@link #isBeyondBudget()}.
     */
    public boolean isCappedByBudget() {
        return sum().cost().worst().isMoreThan(limit);
    }

    /** Whether the work is expected to cost more than the budget: a run will probably end before all of it is done. */
    public boolean isBeyondBudget() {
        return sum().cost().expected().isMoreThan(limit);
    }

    /** Whether the budget is too small for a run to begin; {@link #floor()} says what it takes. */
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
     * One line for people: {@code $0.012 expected, $0.0004 to $0.25 (the budget)}. It says so if the budget is less than
     * what is expected for all of the work, if it is too small to begin, and if code may spend more than is counted.
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
