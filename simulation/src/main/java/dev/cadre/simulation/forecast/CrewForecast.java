// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.RunStatus;
import dev.cadre.task.RunFailure;
import dev.cadre.simulation.proof.CrewRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of many simulated runs. It says what follows from the assumptions, not what a provider will do. The same
 * simulation, seed and number of runs give the same forecast, to the last bit.
 *
 * @param runs how many runs there were
 * @param seed what they followed from
 * @param subtasks how many subtasks each of them has; a fan-out counts as one
 * @param makespan the time from start to result
 * @param cost what was booked for a run: settled and forfeited
 * @param ends how many runs ended so
 * @param failures why the failed ones failed
 * @param tiers what each tier did
 * @param wasted the mean money of a run that led to no accepted output: rejected and failed work, lost replies
 * @param succeeded the share of subtasks that succeeded, from 0 to 1
 * @param right the share of subtasks and items that were accepted and right, from 0 to 1
 */
public record CrewForecast(
        int runs,
        long seed,
        int subtasks,
        Percentiles<Duration> makespan,
        Percentiles<Money> cost,
        Map<RunStatus, Integer> ends,
        Map<RunFailure.Kind, Integer> failures,
        List<TierUse> tiers,
        Money wasted,
        double succeeded,
        double right) {

    /**
     * What one tier did in a run, in the mean.
     *
     * @param model the id of its model
     * @param attempts model calls of a run
     * @param cost what was booked for them
     * @param peakInFlight the most of them at once, in any of the runs
     */
    public record TierUse(Tier tier, String model, double attempts, Money cost, int peakInFlight) {}

    public CrewForecast {
        ends = Collections.unmodifiableMap(new TreeMap<>(ends));
        failures = Collections.unmodifiableMap(new TreeMap<>(failures));
        tiers = List.copyOf(tiers);
    }

    /** What these runs come to. */
    static CrewForecast of(List<CrewRun> runs, SimAssumptions assumed, long seed, int subtasks) {
        Map<RunStatus, Integer> ends = new EnumMap<>(RunStatus.class);
        Map<RunFailure.Kind, Integer> failures = new EnumMap<>(RunFailure.Kind.class);
        for (CrewRun run : runs) {
            ends.merge(run.status(), 1, Integer::sum);
            run.failure().ifPresent(kind -> failures.merge(kind, 1, Integer::sum));
        }
        return new CrewForecast(
                runs.size(),
                seed,
                subtasks,
                Percentiles.of(runs.stream().map(CrewRun::makespan).toList()),
                Percentiles.of(runs.stream().map(CrewRun::cost).toList()),
                ends,
                failures,
                tiers(runs, assumed),
                mean(runs.stream().map(CrewRun::wasted).toList()),
                share(runs.stream().mapToLong(CrewRun::succeeded).sum(), (long) subtasks * runs.size()),
                share(
                        runs.stream().mapToLong(CrewRun::right).sum(),
                        runs.stream().mapToLong(CrewRun::executions).sum()));
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

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static Money mean(List<Money> all) {
        Money sum = all.stream().reduce(Money.ZERO, Money::plus);
        return Money.ofPico(sum.picoUsd() / all.size());
    }

    /** The share of runs that ended so, from 0 to 1. */
    public double rate(RunStatus status) {
        return ends.getOrDefault(status, 0) / (double) runs;
    }

    /** What one tier did. */
    public TierUse tier(Tier tier) {
        return tiers.stream().filter(use -> use.tier() == tier).findFirst().orElseThrow();
    }
}
