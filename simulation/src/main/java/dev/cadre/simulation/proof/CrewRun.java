// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import static dev.cadre.task.RunFailure.Kind.BUDGET_TOO_SMALL;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunEnding;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The figures of one run of a {@link CrewScenario}.
 *
 * @param makespan the time from start to result
 * @param cost what was booked: settled and forfeited
 * @param wasted the money that led to no accepted output
 * @param end its end
 * @param work its subtasks
 * @param tiers the figures of each tier
 */
public record CrewRun(Duration makespan, Money cost, Money wasted, End end, Work work, Map<Tier, TierCount> tiers) {

    /**
     * The end of a run.
     *
     * @param failure why it failed; empty if it did not
     */
    public record End(RunStatus status, Optional<RunFailure.Kind> failure) {}

    /**
     * The subtasks of a run.
     *
     * @param succeeded subtasks that succeeded
     * @param executions subtasks, and items of fan-outs, that were begun or should have been
     * @param right those that were accepted and are right
     */
    public record Work(int succeeded, int executions, int right) {}

    /**
     * The figures of one tier in a run.
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
        return new CrewRun(
                Duration.ofNanos(run.took()),
                run.money().state().spent(),
                tally.wasted(),
                run.ending().map(CrewRun::end).orElse(new End(RunStatus.FAILED, Optional.of(BUDGET_TOO_SMALL))),
                new Work(run.succeeded(), tally.executions() + run.neverBegun(), tally.rightAnswers()),
                tiers);
    }

    private static End end(RunEnding ending) {
        return new End(ending.status(), Optional.ofNullable(ending.failure()).map(RunFailure::kind));
    }

    /** The figures of one tier. */
    public TierCount tier(Tier tier) {
        return SimWorld.require(tiers.get(tier));
    }
}
