// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.simulation;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunEnding;
import dev.cadre.task.RunStatus;
import dev.cadre.task.RunFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What came of one run of a {@link CrewSimulation}. */
record CrewRun(
        Duration makespan,
        Money cost,
        RunStatus status,
        Optional<RunFailure.Kind> failure,
        int succeeded,
        int executions,
        int right,
        Money wasted,
        Map<Tier, TierCount> tiers) {

    /** One tier's part of it. */
    record TierCount(long attempts, Money cost, int peakInFlight) {}

    static CrewRun of(SimWorld world) {
        SimRun run = world.run();
        SimTally tally = run.tally();
        var tiers = new EnumMap<Tier, TierCount>(Tier.class);
        for (Tier tier : Tier.values()) {
            tiers.put(
                    tier,
                    new TierCount(
                            tally.attempts(tier),
                            tally.booked(tier),
                            world.pool(tier).peakInFlight()));
        }
        Optional<RunEnding> ending = run.ending();
        return new CrewRun(
                Duration.ofNanos(run.took()),
                run.money().state().spent(),
                ending.map(RunEnding::status).orElse(RunStatus.FAILED),
                ending.isEmpty()
                        ? Optional.of(RunFailure.Kind.BUDGET_TOO_SMALL)
                        : ending.flatMap(end -> Optional.ofNullable(end.failure()))
                                .map(RunFailure::kind),
                run.succeeded(),
                tally.executions() + run.neverBegun(),
                tally.rightAnswers(),
                tally.wasted(),
                tiers);
    }

    static CrewForecast forecast(List<CrewRun> runs, SimAssumptions assumed, long seed, int subtasks) {
        Map<RunStatus, Integer> ends = new EnumMap<>(RunStatus.class);
        Map<RunFailure.Kind, Integer> failures = new EnumMap<>(RunFailure.Kind.class);
        for (CrewRun run : runs) {
            ends.merge(run.status, 1, Integer::sum);
            run.failure.ifPresent(kind -> failures.merge(kind, 1, Integer::sum));
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

    private static List<CrewForecast.TierUse> tiers(List<CrewRun> runs, SimAssumptions assumed) {
        var uses = new ArrayList<CrewForecast.TierUse>();
        for (Tier tier : Tier.values()) {
            List<TierCount> counts = runs.stream()
                    .map(run -> SimWorld.require(run.tiers.get(tier)))
                    .toList();
            uses.add(new CrewForecast.TierUse(
                    tier,
                    assumed.pool(tier).model(),
                    share(counts.stream().mapToLong(TierCount::attempts).sum(), runs.size()),
                    mean(counts.stream().map(TierCount::cost).toList()),
                    counts.stream().mapToInt(TierCount::peakInFlight).max().orElse(0)));
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
}
