// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.PoolLimits;
import dev.cadre.simulation.proof.CrewRun;
import dev.cadre.simulation.proof.CrewScenario;
import dev.cadre.simulation.proof.SimDice;
import dev.cadre.simulation.proof.SimPrices;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Runs a graph, or a plan, many times in virtual time: what may it cost, how long may it take, and what does that depend
 * on?
 *
 * <p>The decisions are those of production: {@code RunMachine}, {@code Rung}, {@code PoolMachine} and {@code Ledger}. What
 * models take and answer is assumed: see {@link WorkProfile}, {@link ModelSpeed} and {@link Planning}. No worker, rule or
 * tool of the graph is called; its inputs are known by their tokens only.
 *
 * <p>Immutable and safe for use by many threads. Calls no model and spends nothing.
 */
public final class CrewSimulation {
    private static final int LESS = 50;
    private static final int MORE = 150;

    /** What a {@link Sensitivity} is about. */
    public enum Parameter {
        /** The time of calls, code and tools. */
        LATENCY,
        /** The length of answers, which takes time and money. */
        OUTPUT_TOKENS,
        /** The prices of all models. */
        PRICE,
        /** How often attempts fail, replies are lost, and answers do not fit. */
        FAILURES,
        /** The most calls in flight of each pool. */
        PARALLEL
    }

    private final List<GraphNode> nodes;
    private final CrewScenario scenario;
    private final SimAssumptions assumed;

    private CrewSimulation(List<GraphNode> nodes, CrewScenario scenario, SimAssumptions assumed) {
        this.nodes = nodes;
        this.scenario = scenario;
        this.assumed = assumed;
    }

    /** Simulates a graph written by hand. */
    public static Builder of(TaskGraph<?> graph) {
        return new Builder(graph.nodes(), graph.answer(), false);
    }

    /**
     * Simulates a goal whose plan looks like this graph: a planner writes it subtask by subtask, in the order in which
     * they were added; each starts when it is written; a model merges. What the graph answers does not matter.
     */
    public static Builder ofPlan(TaskGraph<?> shape) {
        return new Builder(shape.nodes(), shape.answer(), true);
    }

    /**
     * Runs it so many times. Blocks for the computation, on all cores.
     *
     * @param runs at least 1
     * @param seed decides everything that is left to chance
     */
    public CrewForecast run(int runs, long seed) {
        if (runs < 1) {
            throw new IllegalArgumentException("runs must be at least 1, not " + runs);
        }
        List<CrewRun> all = LongStream.range(0, runs)
                .parallel()
                .mapToObj(run -> runOnce(mixed(seed, run)))
                .toList();
        return CrewForecast.of(all, assumed, seed, nodes.size());
    }

    /**
     * What {@link #run} says when one parameter at a time is half as much, and half as much again. Takes ten times as
     * long, and the run it is compared with.
     */
    public List<Sensitivity> sensitivity(int runs, long seed) {
        CrewForecast before = run(runs, seed);
        var lines = new ArrayList<Sensitivity>();
        for (Parameter parameter : Parameter.values()) {
            for (int percent : new int[] {LESS, MORE}) {
                var varied = new CrewSimulation(nodes, scenario, assumed.varying(parameter, percent));
                lines.add(Sensitivity.of(parameter, percent, before, varied.run(runs, seed)));
            }
        }
        return lines;
    }

    CrewRun runOnce(long seed) {
        return scenario.live(seed, models(seed));
    }

    /** The models of {@link #runOnce}. */
    SimAssumedBehavior models(long seed) {
        return new SimAssumedBehavior(assumed, seed);
    }

    /** Neighbours of a seed share no run. */
    static long mixed(long seed, long run) {
        return SimDice.of(seed, "run " + run).nextLong();
    }

    /** Collects assumptions; every one has a default. Not safe for use by many threads. */
    public static final class Builder {
        private final List<GraphNode> nodes;
        private final String answer;
        private final boolean planned;
        private final Map<String, WorkProfile> profiles = new HashMap<>();
        private final Map<Tier, ModelSpeed> speeds = new EnumMap<>(Tier.class);
        private final Map<Tier, ModelPool> pools = new EnumMap<>(Tier.class);
        private Limits limits = Limits.DEFAULT;
        private Planning planning = Planning.STANDARD;
        private Budget budget = Budget.usd("1000");

        private Builder(List<GraphNode> nodes, String answer, boolean planned) {
            this.nodes = nodes;
            this.answer = answer;
            this.planned = planned;
            for (Tier tier : Tier.values()) {
                pools.put(tier, SimPrices.pool(tier));
            }
        }

        /** What work of a type takes; default {@link WorkProfile#STANDARD}. */
        public Builder assuming(SubtaskType<?, ?> type, WorkProfile profile) {
            profiles.put(known(type), profile);
            return this;
        }

        /** What work of a type takes on one tier, input tokens excepted; default: the same as on all. */
        public Builder assuming(SubtaskType<?, ?> type, Tier tier, WorkProfile profile) {
            profiles.put(SimAssumptions.key(known(type), tier), profile);
            return this;
        }

        /**
         * What the attempts in a journal took: their tokens and times as they were observed, and how many replies were
         * lost. Holds for subtasks that the graph has under the same id, and changes what is assumed about their types so
         * far; what is assumed later replaces it. Call it after {@link #pools}: an attempt is taken to be of the tier whose
         * price gives what was booked.
         *
         * @throws IllegalArgumentException if the journal knows nothing of these subtasks
         * @throws dev.cadre.journal.JournalException if it cannot be read
         */
        public Builder fittedTo(Path journal) {
            JournalFit.apply(journal, nodes, profiles);
            return this;
        }

        private String known(SubtaskType<?, ?> type) {
            if (nodes.stream().noneMatch(node -> node.type().name().equals(type.name()))) {
                throw new IllegalArgumentException("the graph has no subtask of type '%s'".formatted(type.name()));
            }
            return type.name();
        }

        /** How fast a tier's model is; default {@link ModelSpeed#standard}. */
        public Builder speed(Tier tier, ModelSpeed speed) {
            speeds.put(tier, speed);
            return this;
        }

        /** The prices and limits of these pools; default: those of the standard catalogue, 64 calls at once each. */
        public Builder pools(ModelPools real) {
            real.tiers().forEach(tier -> pools.put(tier, real.pool(tier)));
            return this;
        }

        /** The limits of a tier's pool. */
        public Builder poolLimits(Tier tier, PoolLimits limits) {
            pools.computeIfPresent(
                    tier, (same, pool) -> SimPrices.unbound(pool, pool.spec().price(), limits));
            return this;
        }

        /** The limits of a run; default {@link Limits#DEFAULT}. */
        public Builder limits(Limits others) {
            limits = others;
            return this;
        }

        /** How the plan is written and its outcomes are merged; default {@link Planning#STANDARD}. */
        public Builder planning(Planning other) {
            planning = other;
            return this;
        }

        /**
         * The money of a run and its time; default 1,000 dollars and the deadline of the limits. A budget around it is not
         * simulated.
         */
        public Builder budget(Budget other) {
            budget = other;
            return this;
        }

        /**
         * The simulation.
         *
         * @throws IllegalArgumentException if the plan would exceed the limits, if nobody says how many items a fan-out
         *     has, or if a type without tools is assumed to use some
         */
        public CrewSimulation build() {
            var assumed = new SimAssumptions(profiles, speeds, pools, limits, planning, SimAssumptions.Variation.NONE);
            if (planned) {
                requireWithinLimits();
            }
            List<GraphNode> placeholders = SimPlaceholders.of(nodes, assumed);
            Duration deadline = budget.deadline().orElse(limits.deadline());
            CrewScenario scenario = planned
                    ? CrewScenario.planned(placeholders, budget.limit(), deadline)
                    : CrewScenario.byHand(placeholders, answer, budget.limit(), deadline);
            return new CrewSimulation(nodes, scenario, assumed);
        }

        private void requireWithinLimits() {
            if (nodes.size() > limits.maxSubtasks()) {
                throw new IllegalArgumentException("a plan of %d subtasks exceeds maxSubtasks %d of the limits"
                        .formatted(nodes.size(), limits.maxSubtasks()));
            }
            long tokens = (long) nodes.size() * planning.tokensPerSubtask();
            long most = limits.plannerOutputTokens() * (1 + limits.planContinuations());
            if (tokens > most) {
                throw new IllegalArgumentException(
                        "a plan of %d tokens exceeds the %d of all planner calls that the limits allow"
                                .formatted(tokens, most));
            }
        }
    }
}
