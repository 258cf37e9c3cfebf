// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.EvalRun;
import dev.cadre.eval.Evals;
import dev.cadre.event.RunListener;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.Planner;
import dev.cadre.plan.TierPolicy;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.Fingerprints;
import dev.cadre.record.GuardedJournal;
import dev.cadre.record.PlanRecord;
import dev.cadre.record.RunIdentity;
import dev.cadre.record.RunRecord;
import dev.cadre.redact.FaultLog;
import dev.cadre.redact.Redactor;
import dev.cadre.run.FaultReporter;
import dev.cadre.run.GraphEstimate;
import dev.cadre.run.ModelShutdowns;
import dev.cadre.run.Nesting;
import dev.cadre.run.RunSettings;
import dev.cadre.task.Limits;
import dev.cadre.task.PassRates;
import dev.cadre.task.RunClock;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs goals and task graphs: plans, runs subtasks in parallel on virtual threads inside a budget, and merges.
 *
 * <p>Immutable and safe for use by many threads; many runs may go on at once and share the pools. It owns nothing: whoever
 * made the pools closes them.
 */
public final class Coordinator {
    private static final int MAX_RUN_KEY_CHARS = 512;
    private static final int MAX_ROUNDS = 10;

    private final RunSettings settings;
    private final List<SubtaskType<?, ?>> types;
    private final Planner planner;
    private final @Nullable PlanReview review;
    private final TierPolicy tierPolicy;
    private final PassRates rates;
    private final int rounds;
    private final @Nullable Journal journal;
    private final String runKey;

    private Coordinator(Builder builder) {
        settings = new RunSettings(
                builder.pools,
                builder.limits,
                new FaultReporter(builder.faults).and(builder.listener),
                builder.faults,
                builder.failFast,
                builder.clock,
                Optional.empty(),
                0);
        types = List.copyOf(builder.types);
        planner = builder.planner;
        review = builder.review;
        tierPolicy = builder.tierPolicy;
        rates = builder.rates;
        rounds = builder.rounds;
        journal = null;
        runKey = "";
    }

    private Coordinator(Coordinator other, @Nullable Journal journal, String runKey) {
        this(other, other.settings, journal, runKey);
    }

    private Coordinator(Coordinator other, RunSettings settings, @Nullable Journal journal, String runKey) {
        this.settings = settings;
        types = other.types;
        planner = other.planner;
        review = other.review;
        tierPolicy = other.tierPolicy;
        rates = other.rates;
        rounds = other.rounds;
        this.journal = journal;
        this.runKey = runKey;
    }

    /** A coordinator with the defaults, for graphs written by hand. */
    public static Coordinator of(ModelPools pools) {
        return builder(pools).build();
    }

    /** A builder over these pools, which the caller owns and closes. */
    public static Builder builder(ModelPools pools) {
        return new Builder(pools);
    }

    /**
     * This coordinator with runs that survive a crash: whatever they do is recorded before it happens, and running the
     * same graph or goal again with the same journal resumes.
     *
     * <p>What succeeded is taken from the journal and costs nothing; what failed, was skipped or in flight is tried again;
     * a plan that was begun is continued. What earlier sessions spent counts against the budget, calls of unknown fate
     * with all that they may have cost.
     *
     * <p>A run is the same as an earlier one if the values that make its identity are the same. Of every run that is the
     * {@linkplain #runKey run key}. Of a graph: the ids of its subtasks, the name and schemas of their types, edges,
     * soft edges, and each input that depends on no output. Of a goal: its text, its context, the schema of its
     * answer, its {@linkplain Goal#with inputs} with name, type and value and its {@linkplain Goal#attaching attachments}, in
     * their order, and the name and schemas of every registered type, in their order, with its description if that is not
     * the default. Of a bulk: the name of its
     * type. The order of maps and sets and the digits of a number ({@code 1.0} or {@code 1}) make no difference. Within a
     * run a subtask or item is the same if nothing about it has changed that can change its answer: its type with
     * instructions, tools, rules, tiers, models, caps and sampling, and its input.
     *
     * <p>The planner is not part of it, and neither are {@linkplain dev.cadre.plan.ModelPlanner#instructedBy its
     * instructions}: a plan on record is kept, and changed instructions plan what is not planned yet.
     *
     * <p>What cannot be seen: values that the function of an edge captured, the code of workers, tools, rules and mergers,
     * and whatever they read elsewhere. Two runs that differ only in these are sessions of one run, with one budget; give
     * them different run keys.
     *
     * <p>A run whose journal fails ends with {@link dev.cadre.task.RunFailure.Kind#JOURNAL_FAILED}. Two sessions of
     * one run cannot be under way in a journal at once: the second is refused with
     * {@link dev.cadre.journal.RunUnderWayException}. Default none. The caller closes the journal. {@link #bulk Bulk} runs
     * take it, too.
     */
    public Coordinator journal(Journal record) {
        return new Coordinator(this, GuardedJournal.of(record, settings.faults()), runKey);
    }

    /**
     * This coordinator with runs that take the outcome of a subtask or an item from a cache, if an earlier run had it for the
     * very same work, and keep their own there. Such an outcome costs nothing, reserves nothing and starts no rung; with a
     * {@link #journal} it is recorded before anybody sees it, so that a later session does not ask the cache again. The
     * report says what is from the cache, and what it saved: {@link RunReport#fromCache()}, {@link RunReport#saved()}. Default
     * none. {@link #bulk Bulk} runs in {@link dev.cadre.bulk.Lane#NOW} take it, too, and so do runs nested in this one's work
     * whose coordinator has none; an eval never does, because it compares answers.
     *
     * <p>Only outputs of work that {@linkplain SubtaskType#cacheable takes part} are kept: that of models without tools, unless
     * the type says otherwise. The planner and the merger are always asked. The same work is work of a type with the same
     * name, schemas, instructions, words of its rules, models and caps, on the same input and attachments. A model is known
     * by its id alone: where two servers have different models of one id, give each its own cache. A type whose outputs are to
     * differ from call to call is {@link SubtaskType#uncacheable()}. An output on a tier below the start of its type is not
     * kept.
     *
     * <p>The {@link #runKey run key} and the goal make no difference: whoever runs with a cache can find what others asked with
     * it. Previews do not look into it.
     */
    public Coordinator cache(OutcomeCache outcomes) {
        return new Coordinator(this, settings.with(Optional.of(outcomes)), journal, runKey);
    }

    /**
     * This coordinator with runs of their own in the journal: a graph, goal or bulk with another key is another run, with
     * its own budget and its own answers, even if nothing else differs. For example one key for each user or for each
     * version of the code of a worker. Default none. Without a journal it only names the run in its report. It stands in
     * the journal and in {@link RunReport} in clear.
     *
     * @param key a text of 1 to 512 characters, not all of them blank
     * @throws IllegalArgumentException if it is no such text
     */
    public Coordinator runKey(String key) {
        if (key.isBlank() || key.length() > MAX_RUN_KEY_CHARS) {
            throw new IllegalArgumentException(
                    "the run key must have 1 to %d characters, not all of them blank, but has %d: '%s'"
                            .formatted(MAX_RUN_KEY_CHARS, key.length(), Redactor.SHAPES.quote(key)));
        }
        return new Coordinator(this, journal, key);
    }

    /**
     * Runs a graph written by hand; the answer is the output of its answering subtask. Blocks until the run has ended, at
     * the latest about a second after its deadline; spends money.
     *
     * @throws IllegalArgumentException if there is a journal, and the code of an input that depends on nothing fails while it
     *     is written: the journal could not tell which run this is; nothing was called
     * @throws IllegalStateException if no model is bound to the tier that a type starts on, or one may run on a model that
     *     lacks what its tools need or does not take its {@linkplain SubtaskType#sampling sampling}; nothing was called
     * @throws dev.cadre.price.ModelShutDownException if a model that a type may run on is gone, by the calendar of its pool;
     *     nothing was called
     * @throws dev.cadre.price.UnpricedException if a type asks for a service tier or a tool at the provider that has no price
     *     on a tier that it may run on; nothing was sent
     * @throws dev.cadre.journal.RunUnderWayException if a session of the same run is under way in the journal; nothing was
     *     called
     * @throws InterruptedException if the calling thread was interrupted: every call in flight has been cancelled and
     *     booked, and no thread of the run is left
     */
    public <R> RunResult<R> run(TaskGraph<R> graph, Budget budget) throws InterruptedException {
        return run(graph, before -> budget);
    }

    <R> RunResult<R> run(TaskGraph<R> graph, Funding funding) throws InterruptedException {
        requirements().holdFor(Requirements.types(graph));
        shutdowns(graph).requireNone();
        return recorded(() -> RunIdentity.of(runKey, graph), funding, Optional.empty(), run -> run.graph(graph));
    }

    /**
     * Plans a goal with the registered subtask types, runs the plan while it is still being written, and merges the
     * outcomes into the answer. Blocks until the run has ended, at the latest about a second after its deadline; spends
     * money.
     *
     * @throws IllegalStateException if no subtask type is registered, no model is bound to the tier that one starts on, or
     *     one may run on a model that lacks what its tools need or does not take its sampling; nothing was called
     * @throws dev.cadre.price.ModelShutDownException if a model that is bound to a tier is gone, by the calendar of its pool;
     *     nothing was called
     * @throws dev.cadre.journal.RunUnderWayException as for a graph
     * @throws InterruptedException as for a graph
     */
    public <R> RunResult<R> run(Goal<R> goal, Budget budget) throws InterruptedException {
        return run(goal, before -> budget);
    }

    <R> RunResult<R> run(Goal<R> goal, Funding funding) throws InterruptedException {
        requirements().hold(types);
        shutdowns().requireNone();
        return recorded(() -> identity(goal), funding, Optional.empty(), run -> run.goal(goal));
    }

    /**
     * This coordinator for a run that is nested in the work of another one, with the journal of that run unless it has its
     * own.
     *
     * @param key tells the run apart from all others that are nested there
     */
    Coordinator nestedIn(Nesting outer, String key) {
        Journal record = journal == null ? outer.journal().orElse(null) : journal;
        return new Coordinator(this, settings.nestedIn(outer), record, key);
    }

    /** Whether a nested run of this coordinator is recorded in the journal of the run around it. */
    boolean isRecordedBy(Nesting outer) {
        return journal == null && outer.journal().isPresent();
    }

    /** This coordinator for a run that is recorded in this journal, or in none, under this key, whatever it had before. */
    Coordinator recordedIn(Optional<Journal> record, String key) {
        return new Coordinator(this, record.orElse(null), "").runKey(key);
    }

    /** What makes a run of this goal the same as another one. */
    RunIdentity identity(Goal<?> goal) {
        return RunIdentity.of(runKey, goal.asked(), types);
    }

    /**
     * Plans a goal without running anything of it. Blocks, and spends what the planner costs. A {@link PlanReview} is not
     * asked: whoever gets the plan decides.
     *
     * <p>With a {@link #journal} the plan is recorded, and is the plan of the goal from then on: to plan again gives the
     * same plan and costs nothing, and so does running the goal.
     *
     * @throws RunFailedException if there is no plan; of the kind {@code BUDGET_TOO_SMALL}, with the least amount that
     *     planning needs, if nothing was called because the budget cannot pay for it
     * @throws IllegalStateException as for running the goal
     * @throws InterruptedException if the calling thread was interrupted
     */
    public <R> Plan<R> plan(Goal<R> goal, Budget budget) throws InterruptedException {
        requirements().hold(types);
        shutdowns().requireNone();
        return recorded(() -> identity(goal), before -> budget, Optional.empty(), run -> run.planOnly(goal));
    }

    /**
     * Runs a plan that was made before, exactly as it is, and merges the outcomes into the answer. What planning cost
     * counts as spent already. A {@link PlanReview} of this coordinator is asked, too. Otherwise as for a goal.
     *
     * <p>The run fails as {@link dev.cadre.task.RunFailure.Kind#PLAN_REJECTED} before it spends anything if a subtask
     * does not fit the registered types any more, or if the {@link #journal} has another plan for this goal.
     *
     * @throws InterruptedException as for a graph
     */
    public <R> RunResult<R> run(Plan<R> plan, Budget budget) throws InterruptedException {
        requirements().hold(types);
        shutdowns().requireNone();
        return recorded(() -> identity(plan.goal()), before -> budget, Optional.of(plan), run -> run.plan(plan));
    }

    private interface Session<T> {
        T in(Run run) throws InterruptedException;
    }

    /** @param plan if it was made before; what it cost counts, unless the journal has that already */
    private <T> T recorded(Supplier<RunIdentity> identity, Funding funding, Optional<Plan<?>> plan, Session<T> session)
            throws InterruptedException {
        Spend planning = plan.map(Plan::planning).orElse(Spend.NONE);
        if (journal == null) {
            return session.in(new Run(this, funding.budget(Money.ZERO), null, planning));
        }
        try (var record = RunRecord.open(journal, fingerprints(), identity.get())) {
            boolean isRecorded = !planning.total().isZero()
                    && plan.filter(given -> PlanRecord.hasCostOf(given.fingerprint(), record))
                            .isPresent();
            Budget budget = funding.budget(record.before().total());
            return session.in(new Run(this, budget, record, isRecorded ? Spend.NONE : planning));
        }
    }

    /** What a run of a graph will cost without a budget; see {@link #preview(TaskGraph, Budget)}. */
    public CostEstimate preview(TaskGraph<?> graph) {
        return preview(graph, Budget.of(CostRange.MOST));
    }

    /**
     * What a run of a graph with this budget, and what those around it leave, will cost, whatever a journal may have of it. Calls no model and spends
     * nothing; makes the attachments of inputs that are known.
     *
     * @throws IllegalStateException if {@link #run(TaskGraph, Budget)} would refuse the graph
     */
    public CostEstimate preview(TaskGraph<?> graph, Budget budget) {
        requirements().holdFor(Requirements.types(graph));
        return GraphEstimate.of(graph.nodes(), settings).within(budget.spendable());
    }

    /**
     * What a run of a plan with this budget will cost, what planning cost included. Calls no model and spends nothing.
     *
     * @throws dev.cadre.plan.PlanRejectedException if a subtask of the plan does not fit its type any more
     * @throws IllegalStateException if {@link #run(Plan, Budget)} would refuse the types
     */
    public CostEstimate preview(Plan<?> plan, Budget budget) {
        requirements().hold(types);
        return GoalEstimate.of(this, plan, budget.spendable());
    }

    /** Performs one kind of work on a stream of inputs. */
    public <I, O> Bulk<I, O> bulk(SubtaskType<I, O> type) {
        requirements().holdFor(List.of(type));
        Bulk<I, O> bulk = Bulk.of(settings, type, runKey);
        return journal == null ? bulk : bulk.journal(journal);
    }

    /**
     * Tries the candidates of an eval on its examples, one bulk run after the other. Blocks; spends money, all candidates
     * together no more than the budget. The deadline is that of the whole eval.
     *
     * <p>With a {@link #journal} an eval resumes: answers are taken from there, and so are failures that are the model's
     * own, such as a refusal, because to ask again whatever failed would make every candidate look better. What
     * earlier sessions spent on the same candidates, with the same instructions and models, counts against the budget.
     *
     * @throws IllegalArgumentException if there are no examples, or the batch lane cannot do this
     * @throws IllegalStateException if no model is bound to a tier of a candidate
     * @throws dev.cadre.journal.JournalException as for a bulk run
     * @throws InterruptedException as for a bulk run; a journal has what was answered
     */
    public <I, O> EvalResult run(Evals<I, O> evals, Budget budget) throws InterruptedException {
        return evalRun(evals).run(budget);
    }

    /**
     * What an eval with this budget will cost, a line for each candidate, without what its judge will cost. Calls nobody
     * and spends nothing.
     *
     * @throws IllegalArgumentException if {@link #run(Evals, Budget)} would refuse it
     * @throws IllegalStateException if {@link #run(Evals, Budget)} would refuse it
     */
    public CostEstimate preview(Evals<?, ?> evals, Budget budget) {
        return evalRun(evals).preview(budget);
    }

    private <I, O> EvalRun<I, O> evalRun(Evals<I, O> evals) {
        return new EvalRun<>(evals, settings.with(Optional.empty()), this::evalBulk);
    }

    private <I, O> Bulk<I, O> evalBulk(SubtaskType<I, O> type, String key) {
        String suffix = runKey.isEmpty() ? "" : " " + Fingerprint.of(runKey).hex();
        return new Coordinator(this, settings.with(Optional.empty()), journal, key + suffix).bulk(type);
    }

    /** Of whatever a goal may use: the planner, the merger and every registered type. */
    ModelShutdowns shutdowns() {
        return ModelShutdowns.ofAll(settings.pools(), types);
    }

    /** Of what the types of a graph may run on. */
    ModelShutdowns shutdowns(TaskGraph<?> graph) {
        return ModelShutdowns.of(settings.pools(), Requirements.types(graph));
    }

    Fingerprints fingerprints() {
        return new Fingerprints(settings.pools(), settings.limits());
    }

    /** What must hold before anything is called. */
    Requirements requirements() {
        return new Requirements(settings);
    }

    RunSettings settings() {
        return settings;
    }

    List<SubtaskType<?, ?>> types() {
        return types;
    }

    Planner planner() {
        return planner;
    }

    Optional<PlanReview> review() {
        return Optional.ofNullable(review);
    }

    TierPolicy tierPolicy() {
        return tierPolicy;
    }

    PassRates rates() {
        return rates;
    }

    int rounds() {
        return rounds;
    }

    String runKey() {
        return runKey;
    }

    /** The journal, if there is one. */
    Optional<Journal> journal() {
        return Optional.ofNullable(journal);
    }

    /** Configures a {@link Coordinator}. Not safe for use by many threads. */
    public static final class Builder {
        private final ModelPools pools;
        private final List<SubtaskType<?, ?>> types = new ArrayList<>();
        private Planner planner = Planner.model();
        private @Nullable PlanReview review;
        private TierPolicy tierPolicy = TierPolicy.PLANNER;
        private PassRates rates = PassRates.NONE;
        private int rounds;
        private Limits limits = Limits.DEFAULT;
        private final FaultLog faults;
        private RunListener listener = RunListener.SILENT;
        private boolean failFast;
        private RunClock clock = RunClock.SYSTEM;

        private Builder(ModelPools pools) {
            this.pools = pools;
            faults = new FaultLog(pools::masked);
        }

        /** Registers the kinds of subtask that a planner may use; default none. */
        public Builder plansWith(SubtaskType<?, ?>... added) {
            return plansWith(List.of(added));
        }

        /** Registers the kinds of subtask that a planner may use; default none. */
        public Builder plansWith(List<? extends SubtaskType<?, ?>> added) {
            for (SubtaskType<?, ?> type : added) {
                if (types.stream().anyMatch(known -> known.name().equals(type.name()))) {
                    throw new IllegalArgumentException("two subtask types are named '%s'".formatted(type.name()));
                }
                if (!type.isPlannable()) {
                    throw new IllegalArgumentException(
                            "subtask type '%s' takes any JSON, which no plan can say: use it in a graph or in bulk"
                                    .formatted(type.name()));
                }
                types.add(type);
            }
            return this;
        }

        /** Plans goals; default {@link Planner#model()}, which asks the flagship. */
        public Builder planner(Planner other) {
            planner = other;
            return this;
        }

        /** Looks at every plan before anything of it is paid; default none, and subtasks start while the plan is written. */
        public Builder review(PlanReview reviewer) {
            review = reviewer;
            return this;
        }

        /**
         * Decides on which tier each planned subtask starts whose type {@linkplain SubtaskType#between allows a choice};
         * default {@link TierPolicy#PLANNER}, which takes the planner's.
         */
        public Builder tierPolicy(TierPolicy policy) {
            tierPolicy = policy;
            return this;
        }

        /** How often outputs were good on each tier, for the planner and the tier policy to see; default none known. */
        public Builder passRates(PassRates known) {
            rates = known;
            return this;
        }

        /**
         * How often the planner may be asked again in a run of a goal; default 0. It is, when everything has ended and a
         * required subtask or an item did not succeed, or a {@linkplain Goal#accept rule of the goal} rejected the answer. It
         * is shown what is done and what is not, and can only add subtasks, some of them in the place of what failed. What
         * succeeded stays and is never paid again; a subtask that was replaced does not make the run partial.
         *
         * <p>What the planner needs for each round, and the merger for each answer that may be rejected, is set aside before
         * the run begins. No round begins after a deadline, if money or time alone was missing, if the last one added nothing,
         * or after two in a row without a success. A run that {@linkplain #failFast fails fast} ends at a failure, so that a
         * round can only follow an answer that was rejected. With a journal, what a round has added belongs to the plan of
         * every later session.
         *
         * @param most from 0 to 10
         * @throws IllegalArgumentException if it is another number
         */
        public Builder replanning(int most) {
            if (most < 0 || most > MAX_ROUNDS) {
                throw new IllegalArgumentException(
                        "the planner may be asked again 0 to %d times, not %d".formatted(MAX_ROUNDS, most));
            }
            rounds = most;
            return this;
        }

        /** The limits of every run; default {@link Limits#DEFAULT}. */
        public Builder limits(Limits others) {
            limits = others;
            return this;
        }

        /** Adds a listener; default none. */
        public Builder listener(RunListener added) {
            listener = listener.and(added.guarded(faults));
            return this;
        }

        /**
         * Lets the first failure of a required subtask interrupt the rest and end the run, without {@linkplain #replanning
         * planning again}; by default it only skips its dependents.
         */
        public Builder failFast() {
            failFast = true;
            return this;
        }

        /** The time that deadlines are held by; default {@link RunClock#SYSTEM}. For tests. */
        public Builder clock(RunClock other) {
            clock = other;
            return this;
        }

        /** Makes the coordinator. Calls no model. */
        public Coordinator build() {
            return new Coordinator(this);
        }
    }
}
