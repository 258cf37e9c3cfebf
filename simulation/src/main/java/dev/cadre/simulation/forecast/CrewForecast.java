// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.simulation.proof.CrewRun;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * The figures of many simulated runs. A forecast shows what follows from its assumptions, not what a provider will do.
 * The same simulation, seed and number of runs give the same forecast, to the last bit.
 *
 * @param sample the simulated runs
 * @param makespan the time from start to result
 * @param costs the money of a run
 * @param endings the ends of the runs
 * @param tiers the figures of each tier
 * @param quality the shares of good work
 */
public record CrewForecast(
        Sample sample,
        Percentiles<Duration> makespan,
        Costs costs,
        Endings endings,
        List<TierUse> tiers,
        Quality quality) {

    /**
     * The runs of a forecast.
     *
     * @param runs the number of runs
     * @param seed the seed from which they follow
     * @param subtasks the number of subtasks of each run; a fan-out counts as one
     */
    public record Sample(int runs, long seed, int subtasks) {}

    /**
     * The money of a run.
     *
     * @param ofRuns what was booked for each run, settled and forfeited, in the order in which the seed numbers the runs
     * @param wasted the mean money of a run that led to no accepted output: rejected and failed work, lost replies
     */
    public record Costs(List<Money> ofRuns, Money wasted) {
        public Costs {
            ofRuns = List.copyOf(ofRuns);
        }

        /** What was booked for a run: settled and forfeited. */
        public Percentiles<Money> booked() {
            return Percentiles.of(ofRuns);
        }
    }

    /**
     * The ends of the runs.
     *
     * @param statuses the number of runs by status
     * @param failures the number of failed runs by reason
     */
    public record Endings(Map<RunStatus, Integer> statuses, Map<RunFailure.Kind, Integer> failures) {
        public Endings {
            statuses = Collections.unmodifiableMap(new TreeMap<>(statuses));
            failures = Collections.unmodifiableMap(new TreeMap<>(failures));
        }
    }

    /**
     * The shares of good work, each from 0 to 1.
     *
     * @param succeeded the share of subtasks that succeeded
     * @param right the share of subtasks and items that were accepted and right
     * @param rightOfRuns the same share of one run
     */
    public record Quality(double succeeded, double right, Percentiles<Double> rightOfRuns) {}

    /**
     * The mean figures of one tier in a run.
     *
     * @param model the id of its model
     * @param attempts model calls of a run
     * @param cost what was booked for them
     * @param peakInFlight the most of them at once, in any of the runs
     */
    public record TierUse(Tier tier, String model, double attempts, Money cost, int peakInFlight) {}

    public CrewForecast {
        tiers = List.copyOf(tiers);
    }

    /** The forecast that these runs give. */
    static CrewForecast of(List<CrewRun> runs, SimAssumptions assumed, long seed, int subtasks) {
        Map<RunStatus, Integer> ends = new EnumMap<>(RunStatus.class);
        Map<RunFailure.Kind, Integer> failures = new EnumMap<>(RunFailure.Kind.class);
        for (CrewRun run : runs) {
            ends.merge(run.end().status(), 1, Integer::sum);
            run.end().failure().ifPresent(kind -> failures.merge(kind, 1, Integer::sum));
        }
        return new CrewForecast(
                new Sample(runs.size(), seed, subtasks),
                Percentiles.of(runs.stream().map(CrewRun::makespan).toList()),
                new Costs(
                        runs.stream().map(CrewRun::cost).toList(),
                        mean(runs.stream().map(CrewRun::wasted).toList())),
                new Endings(ends, failures),
                tiers(runs, assumed),
                new Quality(
                        share(sum(runs, CrewRun.Work::succeeded), (long) subtasks * runs.size()),
                        share(sum(runs, CrewRun.Work::right), sum(runs, CrewRun.Work::executions)),
                        Percentiles.of(runs.stream()
                                .map(run -> share(run.work().right(), run.work().executions()))
                                .toList())));
    }

    private static List<TierUse> tiers(List<CrewRun> runs, SimAssumptions assumed) {
        var uses = new ArrayList<TierUse>();
        for (Tier tier : Tier.values()) {
            List<CrewRun.TierCount> counts =
                    runs.stream().map(run -> run.tier(tier)).toList();
            uses.add(new TierUse(
                    tier,
                    assumed.pool(tier).model(),
                    share(counts.stream().mapToLong(CrewRun.TierCount::attempts).sum(), runs.size()),
                    mean(counts.stream().map(CrewRun.TierCount::cost).toList()),
                    counts.stream()
                            .mapToInt(CrewRun.TierCount::peakInFlight)
                            .max()
                            .orElse(0)));
        }
        return uses;
    }

    private static long sum(List<CrewRun> runs, ToLongFunction<CrewRun.Work> figure) {
        return runs.stream().map(CrewRun::work).mapToLong(figure).sum();
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static Money mean(List<Money> all) {
        Money sum = all.stream().reduce(Money.ZERO, Money::plus);
        return Money.ofPico(sum.picoUsd() / all.size());
    }

    /** The number of runs. */
    public int runs() {
        return sample.runs();
    }

    /** The seed from which the runs follow. */
    public long seed() {
        return sample.seed();
    }

    /** The number of subtasks of each run; a fan-out counts as one. */
    public int subtasks() {
        return sample.subtasks();
    }

    /** What was booked for a run: settled and forfeited. */
    public Percentiles<Money> cost() {
        return costs.booked();
    }

    /** The mean money of a run that led to no accepted output: rejected and failed work, lost replies. */
    public Money wasted() {
        return costs.wasted();
    }

    /** The number of runs by status. */
    public Map<RunStatus, Integer> ends() {
        return endings.statuses();
    }

    /** The number of failed runs by reason. */
    public Map<RunFailure.Kind, Integer> failures() {
        return endings.failures();
    }

    /** The share of subtasks that succeeded, from 0 to 1. */
    public double succeeded() {
        return quality.succeeded();
    }

    /** The share of subtasks and items that were accepted and right, from 0 to 1. */
    public double right() {
        return quality.right();
    }

    /** The share of subtasks and items of one run that were accepted and right, from 0 to 1. */
    public Percentiles<Double> rightOfRuns() {
        return quality.rightOfRuns();
    }

    /**
     * How many times the money of the other forecast a run takes: 0.2 is a fifth. Compares runs of the same number, which
     * throw the same dice: a subtask that both forecasts have under one id has the same input tokens in both.
     *
     * @throws IllegalArgumentException if the two differ in seed or number of runs, or if a run of the other one costs
     *     nothing
     */
    public Percentiles<Double> costOver(CrewForecast other) {
        if (runs() != other.runs() || seed() != other.seed()) {
            throw new IllegalArgumentException("%d runs of seed %d cannot be compared with %d runs of seed %d"
                    .formatted(runs(), seed(), other.runs(), other.seed()));
        }
        return Percentiles.of(
                IntStream.range(0, runs()).mapToObj(run -> times(run, other)).toList());
    }

    private double times(int run, CrewForecast other) {
        Money theirs = other.costs.ofRuns().get(run);
        if (theirs.isZero()) {
            throw new IllegalArgumentException("run %d of the other forecast costs nothing".formatted(run));
        }
        return (double) costs.ofRuns().get(run).picoUsd() / theirs.picoUsd();
    }

    /** The share of runs with this status, from 0 to 1. */
    public double rate(RunStatus status) {
        return ends().getOrDefault(status, 0) / (double) runs();
    }

    /** The figures of one tier. */
    public TierUse tier(Tier tier) {
        return tiers.stream().filter(use -> use.tier() == tier).findFirst().orElseThrow();
    }
}
