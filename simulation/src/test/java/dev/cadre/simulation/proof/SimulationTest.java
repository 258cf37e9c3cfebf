// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Tier;
import dev.cadre.pool.PoolLimits;
import dev.cadre.simulation.proof.SimSettings.Told;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each seed is a world of its own; the message of a failure has the command that repeats it. */
class SimulationTest {
    private static final List<SimulationPhenomenon> PROVED_ON_500 = List.of(
            SimulationPhenomenon.CONTENDED,
            SimulationPhenomenon.EXHAUSTED,
            SimulationPhenomenon.FORFEITED,
            SimulationPhenomenon.TIER_CEILING,
            SimulationPhenomenon.ESCALATION,
            SimulationPhenomenon.CANCEL,
            SimulationPhenomenon.DEADLINE);

    @Test
    @Tag("slow")
    void promises_of8_000Worlds_hold() {
        Map<SimulationPhenomenon, Long> seeds = live(0, 8_000);

        assertThat(seeds).allSatisfy((phenomenon, count) -> {
            if (PROVED_ON_500.contains(phenomenon)) {
                assertThat(count).as("seeds with %s", phenomenon).isGreaterThanOrEqualTo(500);
            }
        });
        assertThat(seeds).as("met at all").containsOnlyKeys(SimulationPhenomenon.values());
    }

    @Test
    @Tag("nightly")
    void promises_of5_000_000Worlds_hold() {
        assertThat(live(8_000, 5_020_000)).containsOnlyKeys(SimulationPhenomenon.values());
    }

    /** For a seed of a failure: {@code -Dcadre.seed=7}, or {@code 7/9} for world and schedule. */
    @Test
    void replay() {
        String seed = System.getProperty("cadre.seed");
        Assumptions.assumeTrue(seed != null, "no -Dcadre.seed");

        SimulatedRun run = Simulation.run(SimulationSeed.parse(seed));
        System.out.println(run);

        assertThat(Simulation.run(run.seed()))
                .as("the same seed, the same world")
                .isEqualTo(run);
    }

    @Test
    void world_ofTheSameSeed_isTheSame() {
        for (long seed = 0; seed < 100; seed++) {
            SimulatedRun first = Simulation.run(SimulationSeed.of(seed));
            assertThat(Simulation.run(SimulationSeed.of(seed))).isEqualTo(first);
        }
    }

    @Test
    @Tag("slow")
    void world_inAnotherProcess_isTheSame() throws Exception {
        List<String> here = SimulatedWorlds.text();

        assertThat(SimulatedWorlds.ofAChild("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                .isEqualTo(here);
        assertThat(SimulatedWorlds.ofAChild("-XX:+UseParallelGC", "-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=2"))
                .isEqualTo(here);
    }

    @Test
    @Tag("slow")
    void result_under1_000Schedules_isOne() {
        assertOneResult(1, 1_000);
    }

    @Test
    @Tag("slow")
    void resultsOfFurtherPlans_underManySchedules_areOneEach() {
        for (long world = 2; world <= 6; world++) {
            assertOneResult(world, 100);
        }
    }

    /** Whoever comes first, the vote, the first good value, the best one and the tree are the same. */
    @Test
    @Tag("slow")
    void answersOfEveryMerger_underManySchedules_areOneEach() {
        for (SimulationPhenomenon phenomenon : List.of(
                SimulationPhenomenon.VOTE_TIED,
                SimulationPhenomenon.PASSED_OVER,
                SimulationPhenomenon.JUDGED,
                SimulationPhenomenon.JUDGE_TIED,
                SimulationPhenomenon.TREE_REDUCED)) {
            long world = LongStream.iterate(7, seed -> seed + 1)
                    .filter(seed -> SimWorld.of(SimulationSeed.of(seed), SimSettings.calm(60))
                                    .live()
                                    .count(phenomenon)
                            > 0)
                    .findFirst()
                    .orElseThrow();
            assertOneResult(world, 50);
        }
    }

    private static void assertOneResult(long world, int schedules) {
        var seed = SimulationSeed.of(world);
        List<SimulatedRun> runs = LongStream.range(0, schedules)
                .parallel()
                .mapToObj(schedule -> SimWorld.of(seed.withSchedule(schedule), SimSettings.calm(60))
                        .live())
                .toList();

        assertThat(runs)
                .extracting(SimulatedRun::digest)
                .as("digests of world %d", world)
                .containsOnly(runs.getFirst().digest());
        assertThat(runs.stream().map(SimulatedRun::makespan).distinct().count())
                .as("schedules of world %d that differ", world)
                .isGreaterThan(schedules * 95 / 100);
    }

    /** What is configured lets a sixth of a minute's allowance pass at once, then the rate. */
    @Test
    void calls_atAConfiguredRate_finishAtItsFloor() {
        var limits = new PoolLimits(64, 500, 200_000);

        assertFinish(600, 6, limits, SimSettings.calm(1).withLimits(limits, limits, Told.NOTHING));
    }

    /** The provider lets a whole minute's allowance pass at once, and says so with each reply, a little late. */
    @Test
    void calls_atARateThatTheProviderReports_finishAtItsFloor() {
        var real = new PoolLimits(64, 500, 200_000);

        assertFinish(1_200, 1, real, SimSettings.calm(1).withLimits(PoolLimits.STANDARD, real, Told.HEADERS));
    }

    /** The floor: each call is sent when the rates let it, for what is more than a burst, and takes as long as it took. */
    private static void assertFinish(int calls, int burstsPerMinute, PoolLimits rates, SimSettings settings) {
        SimWorld world =
                SimWorld.of(SimulationSeed.of(7), settings.withFaults(SimFaults.NONE), SimRunPlan.independent(calls));
        SimulatedRun run = world.live();
        SimPool pool = world.pool(Tier.NANO);
        List<SimPool.Exchange> exchanges = pool.replies().stream()
                .sorted(Comparator.comparingLong(SimPool.Exchange::sentAt))
                .toList();
        double tokensPerCall = pool.usedTokens() / (double) calls;
        double minutesPerCall = Math.max(1.0 / rates.requestsPerMinute(), tokensPerCall / rates.tokensPerMinute());
        double floor = IntStream.range(0, calls)
                .mapToDouble(call -> {
                    SimPool.Exchange exchange = exchanges.get(call);
                    double sent = 60 * Math.max(0, (call + 1) * minutesPerCall - 1.0 / burstsPerMinute);
                    return sent + (exchange.repliedAt() - exchange.sentAt()) / 1e9;
                })
                .max()
                .orElseThrow();
        double makespan = run.makespan().toMillis() / 1e3;
        System.out.printf(
                "%d calls of %d tokens ended after %.2f s, the floor is %.2f s; %d rejected%n",
                calls, pool.usedTokens(), makespan, floor, pool.rejected());

        assertThat(run.succeeded()).isEqualTo(calls);
        assertThat(exchanges).hasSize(calls);
        assertThat(pool.rejected()).isLessThanOrEqualTo(calls / 100);
        assertThat(makespan).isBetween(floor * 0.99, floor * 1.03);
    }

    @Test
    void attempts_inATotalOutage_areBounded() {
        int subtasks = 200;
        for (long seed = 0; seed < 20; seed++) {
            SimulatedRun run = SimWorld.of(
                            SimulationSeed.of(seed),
                            SimSettings.calm(subtasks).withFaults(SimFaults.OUTAGE),
                            SimRunPlan.independent(subtasks))
                    .live();

            assertThat(run.attempts()).isLessThanOrEqualTo((long) (1.2 * subtasks + 10));
        }
    }

    @Test
    void seed_isReadAsItIsWritten() {
        assertThat(SimulationSeed.parse("7")).isEqualTo(SimulationSeed.of(7));
        assertThat(SimulationSeed.parse("7/9")).isEqualTo(SimulationSeed.of(7).withSchedule(9));
        assertThat(SimulationSeed.of(7).withSchedule(9).replayCommand()).contains("-Dcadre.seed=7/9 ");
    }

    /** In how many of the worlds each phenomenon was met. */
    private static Map<SimulationPhenomenon, Long> live(long from, long to) {
        long began = System.nanoTime();
        Map<SimulationPhenomenon, Long> seeds = LongStream.range(from, to)
                .parallel()
                .mapToObj(seed ->
                        Simulation.run(SimulationSeed.of(seed)).phenomena().keySet())
                .flatMap(met -> met.stream())
                .collect(Collectors.groupingBy(
                        met -> met, () -> new EnumMap<>(SimulationPhenomenon.class), Collectors.counting()));
        System.out.printf(
                "%d worlds in %.1f s; met in: %s%n",
                to - from,
                (System.nanoTime() - began) / 1e9,
                Arrays.stream(SimulationPhenomenon.values())
                        .map(each -> "%s %d".formatted(each, seeds.getOrDefault(each, 0L)))
                        .collect(Collectors.joining(", ")));
        return seeds;
    }
}
