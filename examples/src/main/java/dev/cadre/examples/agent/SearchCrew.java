// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.event.RunListener;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.RulePlanner;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchPlan;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.time.InstantSource;
import java.util.List;

/** A coordinator that answers one question about a code base, with models or without. Good for one question. */
public final class SearchCrew {
    private static final int PLANNER_TOKENS = 3_000;

    private final Coordinator coordinator;
    private final List<SubtaskType<?, ?>> types;
    private final Goal<SearchAnswer> goal;

    private SearchCrew(Coordinator coordinator, List<SubtaskType<?, ?>> types, Goal<SearchAnswer> goal) {
        this.coordinator = coordinator;
        this.types = types;
        this.goal = goal;
    }

    /** A crew of rules and plain code: it calls no model and costs nothing. */
    public static SearchCrew offline(
            CodeBase base, CitationGate gate, SearchQuestion question, RunListener listener, InstantSource clock) {
        var types = new SearchSubtasks(base, question, clock);
        SearchPlan plan = rules(base, question);
        Coordinator coordinator = Coordinator.builder(ModelPools.builder().build())
                .plansWith(types.ofCode())
                .planner(new RulesPlanner(types, plan))
                .listener(listener)
                .build();
        return new SearchCrew(
                coordinator, types.ofCode(), goal(question).mergedBy(new SearchMerger(question, plan, gate)));
    }

    /** A crew of models: the flagship plans, nano and mini read, mini answers. The text of files leaves the machine. */
    public static SearchCrew ofModels(
            ModelPools models,
            CodeBase base,
            CitationGate gate,
            SearchQuestion question,
            RunListener listener,
            InstantSource clock) {
        var types = new SearchSubtasks(base, question, clock);
        SearchPlan plan = rules(base, question);
        Coordinator coordinator = Coordinator.builder(models)
                .plansWith(types.all())
                .limits(Limits.DEFAULT.withPlannerOutputTokens(PLANNER_TOKENS))
                .planner(Planner.model())
                .listener(listener)
                .build();
        var places = new SearchMerger(question, plan, gate);
        return new SearchCrew(
                coordinator,
                types.all(),
                goal(question).withContext(context(plan)).mergedBy(new ModelSearchMerger(places)));
    }

    /**
     * Estimates what a search by models costs, planning included, by the plan that a model usually makes. Calls no model and
     * spends nothing. The call that plans is counted with the most that it can cost, and once more in the worst case.
     */
    public static CostEstimate quote(
            ModelPools models,
            CodeBase base,
            CitationGate gate,
            SearchQuestion question,
            Budget budget,
            InstantSource clock)
            throws InterruptedException {
        var types = new SearchSubtasks(base, question, clock);
        SearchPlan plan = rules(base, question);
        var planner = new UsualPlanner(types, question, plan);
        Coordinator coordinator = Coordinator.builder(models)
                .plansWith(types.all())
                .limits(Limits.DEFAULT.withPlannerOutputTokens(PLANNER_TOKENS))
                .planner(planner)
                .build();
        Goal<SearchAnswer> goal = goal(question)
                .withContext(context(plan))
                .mergedBy(new ModelSearchMerger(new SearchMerger(question, plan, gate)));
        CostEstimate rest = coordinator.preview(coordinator.plan(goal, budget), budget);
        Money most = planner.planning();
        var planning = new Quote(new CountRange(1, 1, 2), new CostRange(Money.ZERO, most, most.times(2)));
        return new CostEstimate(
                rest.subtasks(),
                planning,
                rest.merging(),
                rest.limit(),
                rest.floor().plus(most));
    }

    private static SearchPlan rules(CodeBase base, SearchQuestion question) {
        return new RulePlanner(name -> !base.index().definitionsOf(name).isEmpty()).plan(question);
    }

    private static Goal<SearchAnswer> goal(SearchQuestion question) {
        return Goal.of(question.text(), SearchAnswer.class);
    }

    private static String context(SearchPlan plan) {
        return String.join(
                "\n",
                List.of(
                        "A repository is indexed; its files are reached through the subtask types only.",
                        "Names in the question that the repository defines: " + plan.symbols(),
                        "Usual shape: rank-files by words, expanded with the identifiers that code behind the question would use;"
                                + " read-places wired to its files; summarise wired to the passages, with the question given"
                                + " literally; for names also symbol-lookup, and call-sites when callers are asked for."));
    }

    /**
     * The same crew with outcomes of models taken from a cache, and kept there; code searches anew each time.
     *
     * @param state tells states of the code base apart, of which models read more than their inputs say
     */
    public SearchCrew caching(OutcomeCache cache, Fingerprint state) {
        return new SearchCrew(coordinator.cache(new StateCache(cache, state)), types, goal);
    }

    /** What is asked of a {@linkplain #named search with a name}. */
    public record Asked(String question) {}

    /** The search as a goal that an engine elsewhere knows by its name; it answers the question of this crew alone. */
    public NamedGoal<Asked, SearchAnswer> named() {
        return NamedGoal.of("code-search", Asked.class, asked -> {
            if (!asked.question().equals(goal.text())) {
                throw new IllegalArgumentException("this crew answers another question");
            }
            return goal;
        });
    }

    /** The coordinator of the crew, for an engine that runs the search. */
    public Coordinator coordinator() {
        return coordinator;
    }

    /** The kinds of subtask that the crew has. */
    public List<SubtaskType<?, ?>> types() {
        return types;
    }

    /** Searches. Blocks; a crew of models spends money. */
    public RunResult<SearchAnswer> run(Budget budget) throws InterruptedException {
        return coordinator.run(goal, budget);
    }

    /**
     * Searches, records the search, and goes on with what the journal has of the same one. Blocks; a crew of models spends
     * money.
     *
     * @param state tells states of the code base apart: what was found in another one is not taken for this one
     */
    public RunResult<SearchAnswer> run(Budget budget, Journal journal, Fingerprint state) throws InterruptedException {
        Goal<SearchAnswer> here = goal.withContext((goal.context() + "\nState of the files: " + state).strip());
        return coordinator.journal(journal).run(here, budget);
    }

    /** Plans without searching. Blocks; a crew of models spends what the planner costs. */
    public CostEstimate preview(Budget budget) throws InterruptedException {
        return coordinator.preview(coordinator.plan(goal, budget), budget);
    }
}
