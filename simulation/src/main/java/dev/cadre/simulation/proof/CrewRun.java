// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;


import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.RunStatus;
import dev.cadre.schedule.RunEnding;
import dev.cadre.task.RunFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The figures of one run of a {@link CrewScenario}.
 *
 * @param makespan the time from start to result
 * @param cost what was booked: settled and forfeited
 * @param status how it ended
 * @param failure why it failed; empty if it did not
 * @param succeeded subtasks that succeeded
 * @param executions subtasks, and items of fan-outs, that were begun or should have been
 * @param right those that were accepted and are right
 * @param wasted money that led to no accepted output
 * @param tiers what each tier did
 */
public record CrewRun(
        Duration makespan,
        Money cost,
        RunStatus status,
        Optional<RunFailure.Kind> failure,
        int succeeded,
        int executions,
        int right,
        Money wasted,
        Map<Tier, TierCount> tiers) {

    /**
     * What one tier did in a run.
     *
     * @param attempts model calls
     * @param cost what was booked for them
     * @param peakInFlight the most of them at once
     */
    public record TierCount(long attempts, Money cost, int peakInFlight) {}

    public CrewRun {
        tiers = Collections.unmodifiableMap(new EnumMap<>(tiers));
    }

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

    /** One tier's part of it. */
    public TierCount tier(Tier tier) {
        return SimWorld.require(tiers.get(tier));
    }
}
