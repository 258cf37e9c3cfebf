// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.event.RunListener;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPools;
import dev.cadre.schedule.RunClock;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs goals and task graphs: plans, runs subtasks in parallel on virtual threads inside a budget, and merges.
 *
 * <p>Immutable and safe for use by many threads; many runs may go on at once and share the pools. It owns nothing: whoever
 * made the pools closes them.
 */
public final class Coordinator {
    private final ModelPools pools;
    private final List<SubtaskType<?, ?>> types;
    private final Planner planner;
    private final @Nullable PlanReview review;
    private final Limits limits;
    private final RunListener listener;
    private final boolean failFast;
    private final RunClock clock;

    private Coordinator(Builder builder) {
        pools = builder.pools;
        types = List.copyOf(builder.types);
        planner = builder.planner;
        review = builder.review;
        limits = builder.limits;
        listener = builder.listener;
        failFast = builder.failFast;
        clock = builder.clock;
    }

    /** A coordinator with the defaults, for graphs written by hand. */
    public static Coordinator of(ModelPools pools) {
        return builder(pools).build();
    }

    public static Builder builder(ModelPools pools) {
        return new Builder(pools);
    }

    /**
     * Runs a graph written by hand; the answer is the output of its answering subtask. Blocks until the run has ended, at
     * the latest about a second after its deadline; spends money.
     *
     * @throws InterruptedException if the calling thread was interrupted: every call in flight has been cancelled and
     *     booked, and no thread of the run is left
     */
    public <R> RunResult<R> run(TaskGraph<R> graph, Budget budget) throws InterruptedException {
        requireTiers(graph.nodes().stream().<SubtaskType<?, ?>>map(node -> node.type()).toList());
        return new Run(this, budget).graph(graph);
    }

    /**
     * Plans a goal with the registered subtask types, runs the plan while it is still being written, and merges the
     * outcomes into the answer. Blocks until the run has ended, at the latest about a second after its deadline; spends
     * money.
     *
     * @throws IllegalStateException if no subtask type is registered, or no model is bound to the tier that one starts on
     * @throws InterruptedException as for a graph
     */
    public <R> RunResult<R> run(Goal<R> goal, Budget budget) throws InterruptedException {
        requireTypes();
        requireTiers(types);
        return new Run(this, budget).goal(goal);
    }

    /** What running a graph may cost. Calls no model. */
    public Preview preview(TaskGraph<?> graph) {
        return Preview.of(graph.nodes(), this);
    }

    /**
     * Plans a goal, and says what running the plan may cost, without running it. Blocks, and spends what the planner costs.
     *
     * @throws RunFailedException if there is no plan
     * @throws InterruptedException if the calling thread was interrupted
     */
    public Preview preview(Goal<?> goal, Budget budget) throws InterruptedException {
        requireTypes();
        requireTiers(types);
        return new Run(this, budget).preview(goal);
    }

    /** Performs one kind of work on a stream of inputs. */
    public <I, O> Bulk<I, O> bulk(SubtaskType<I, O> type) {
        requireTiers(List.of(type));
        return new Bulk<>(this, type);
    }

    private void requireTypes() {
        if (types.isEmpty()) {
            throw new IllegalStateException("a goal needs subtask types: register them with plansWith(...)");
        }
    }

    private void requireTiers(List<SubtaskType<?, ?>> used) {
        used.stream().filter(SubtaskType::isModelWork).forEach(type -> pools.pool(type.tiers().start()));
    }

    ModelPools pools() {
        return pools;
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

    Limits limits() {
        return limits;
    }

    RunListener listener() {
        return listener;
    }

    boolean isFailFast() {
        return failFast;
    }

    RunClock clock() {
        return clock;
    }

    /** Configures a {@link Coordinator}. Not safe for use by many threads. */
    public static final class Builder {
        private final ModelPools pools;
        private final List<SubtaskType<?, ?>> types = new ArrayList<>();
        private Planner planner = Planner.model();
        private @Nullable PlanReview review;
        private Limits limits = Limits.DEFAULT;
        private RunListener listener = RunListener.SILENT;
        private boolean failFast;
        private RunClock clock = RunClock.SYSTEM;

        private Builder(ModelPools pools) {
            this.pools = pools;
        }

        /** Registers the kinds of subtask that a planner may use; default none. */
        public Builder plansWith(SubtaskType<?, ?>... added) {
            return plansWith(List.of(added));
        }

        /** Registers the kinds of subtask that a planner may use; default none. */
        public Builder plansWith(List<SubtaskType<?, ?>> added) {
            for (SubtaskType<?, ?> type : added) {
                if (types.stream().anyMatch(known -> known.name().equals(type.name()))) {
                    throw new IllegalArgumentException("two subtask types are named '%s'".formatted(type.name()));
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

        /** The limits of every run; default {@link Limits#DEFAULT}. */
        public Builder limits(Limits others) {
            limits = others;
            return this;
        }

        /** Adds a listener; default none. */
        public Builder listener(RunListener added) {
            listener = listener.and(added);
            return this;
        }

        /** Lets the first failure of a required subtask interrupt the rest; by default it only skips its dependents. */
        public Builder failFast() {
            failFast = true;
            return this;
        }

        /** The time that deadlines are held by; default {@link RunClock#SYSTEM}. For tests. */
        public Builder clock(RunClock other) {
            clock = other;
            return this;
        }

        public Coordinator build() {
            return new Coordinator(this);
        }
    }
}
