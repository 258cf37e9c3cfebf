// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Ledger;
import dev.cadre.budget.LedgerState;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.PoolEvent;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One simulated world: clock, pools, provider, money and runs, and the checks after every event. One thread. */
final class SimWorld {
    static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static final int MOST_EVENTS = 1_000_000;
    private static final double HAND_OVER_NANOS = 3e4;
    /** How many of the runs with another one before them follow it. */
    private static final double FOLLOWING_SHARE = 0.5;

    private static final long MOST_JUMP = Duration.ofHours(1).toNanos();

    private final SimulationSeed seed;
    private final SimSettings settings;
    private final SimBehavior behavior;
    private final SplittableRandom schedule;
    private final SimAgenda agenda;
    private final Map<Tier, SimPool> byTier = new EnumMap<>(Tier.class);
    private final Optional<SimPool> elsewhere;
    private final List<SimPool> pools = new ArrayList<>();
    private final List<SimRun> runs = new ArrayList<>();
    private final Map<SimulationPhenomenon, Long> phenomena = new EnumMap<>(SimulationPhenomenon.class);
    private final @Nullable Ledger tenant;
    private long wallError;
    /** The run that is to come; null if there is none. */
    private @Nullable SimRun another;

    /** @param again another run of the first one's crew, when that has ended, with what it kept; null if there is none */
    private SimWorld(
            SimulationSeed seed,
            SimSettings settings,
            SimBehavior behavior,
            List<SimRunPlan> plans,
            @Nullable SimRunPlan again) {
        this.seed = seed;
        this.settings = settings;
        this.behavior = behavior;
        this.schedule = SimDice.of(seed.schedule(), "schedule");
        this.agenda = new SimAgenda(origin());
        for (Tier tier : Tier.values()) {
            byTier.put(tier, pool(tier, behavior.pool(tier)));
        }
        elsewhere = behavior.elsewhere().map(pool -> pool(Tier.NANO, pool));
        pools.addAll(byTier.values());
        elsewhere.ifPresent(pools::add);
        this.tenant = settings.runs().tenantPercent() > 0
                ? Ledger.of(sum(plans).percent(settings.runs().tenantPercent()))
                : again == null
                        ? null
                        : Ledger.of(sum(plans).plus(again.bounds().limit()));
        for (SimRunPlan plan : plans) {
            runs.add(new SimRun(this, plan, money(plan)));
        }
        another = again == null ? null : new SimRun(this, again, money(again), run());
    }

    private SimPool pool(Tier tier, ModelPool pool) {
        var provider = new SimProvider(seed.world(), tier, pool.spec(), settings, behavior, schedule.split());
        return new SimPool(this, tier, pool, provider, seed.schedule());
    }

    private Ledger money(SimRunPlan plan) {
        Money limit = plan.bounds().limit();
        return tenant == null ? Ledger.of(limit) : tenant.cap(limit);
    }

    /** A run has ended. */
    void closed(SimRun ended) {
        SimRun next = another;
        if (next != null && ended == run()) {
            another = null;
            runs.add(next);
            agenda.after(thinking(SECOND / 10.0), next::start);
        }
    }

    private static Money sum(List<SimRunPlan> plans) {
        return plans.stream().map(plan -> plan.bounds().limit()).reduce(Money.ZERO, Money::plus);
    }

    /** A world as its seed has it. */
    static SimWorld of(SimulationSeed seed) {
        return of(seed, SimSettings.random(SimDice.of(seed.world(), "settings")));
    }

    /** A world of the given kind. */
    static SimWorld of(SimulationSeed seed, SimSettings settings) {
        var plans = new ArrayList<SimRunPlan>();
        for (int i = 0; i < settings.runs().count(); i++) {
            plans.add(SimRunPlan.random("run" + i, settings, SimDice.of(seed.world(), "plan" + i)));
        }
        boolean isDoneAgain = SimDice.chance(SimDice.of(seed.world(), "again"), 0.25);
        return new SimWorld(
                seed,
                settings,
                new SimRandomBehavior(settings),
                plans,
                isDoneAgain ? plans.getFirst().again() : null);
    }

    /** A world of the given kind, in which this is done. */
    static SimWorld of(SimulationSeed seed, SimSettings settings, SimRunPlan plan) {
        return of(seed, settings, new SimRandomBehavior(settings), plan);
    }

    /** A world of the given kind with models of this behavior, in which this is done. */
    static SimWorld of(SimulationSeed seed, SimSettings settings, SimBehavior behavior, SimRunPlan plan) {
        return new SimWorld(seed, settings, behavior, List.of(plan), null);
    }

    /** In half of the schedules the clock's readings wrap around at some time, as the system's may. */
    private long origin() {
        return schedule.nextBoolean() ? schedule.nextLong() : Long.MAX_VALUE - schedule.nextLong(60 * SECOND);
    }

    // --- what its parts share

    SimulationSeed seed() {
        return seed;
    }

    SimSettings settings() {
        return settings;
    }

    SimBehavior behavior() {
        return behavior;
    }

    SimAgenda agenda() {
        return agenda;
    }

    /** The first of its runs, or the only one. */
    SimRun run() {
        return runs.getFirst();
    }

    SimPool pool(Tier tier) {
        return require(byTier.get(tier));
    }

    /** The pool of a rung. */
    SimPool pool(SubtaskType<?, ?> type, Tier tier) {
        if (!type.tiers().pools().containsKey(tier)) {
            return pool(tier);
        }
        met(SimulationPhenomenon.NAMED_POOL);
        return elsewhere.orElseThrow();
    }

    /** By how much the wall clock of the process is ahead; the other clock knows nothing of it. */
    long wallError() {
        return wallError;
    }

    /** Whether the next interrupted code obeys. */
    boolean obeys() {
        return !SimDice.chance(schedule, settings.stubborn());
    }

    void met(SimulationPhenomenon phenomenon) {
        phenomena.merge(phenomenon, 1L, Long::sum);
    }

    /** Lets another thread do something: a moment later. */
    void soon(Runnable action) {
        agenda.after(SimDice.logNormal(schedule, HAND_OVER_NANOS, 1), action);
    }

    /** How long code of the caller's takes. */
    long thinking(double medianNanos) {
        return SimDice.logNormal(schedule, medianNanos, 1);
    }

    void moneyMoved() {
        pools.forEach(SimPool::moneyMoved);
    }

    void stopOthers(SimPool first, ModelException failure) {
        met(SimulationPhenomenon.POOL_STOPPED);
        if (elsewhere.isPresent() && elsewhere.get() == first) {
            return; // it has a key of its own
        }
        soon(() -> byTier.values().stream()
                .filter(pool -> pool != first)
                .forEach(pool -> pool.tell(new PoolEvent.Stopped(failure))));
    }

    static <T> T require(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("nothing there");
        }
        return value;
    }

    // --- its life

    SimulatedRun live() {
        try {
            for (int i = 0; i < runs.size(); i++) {
                begin(i);
            }
            planJumps();
            int events = 0;
            while (agenda.step()) {
                check();
                SimCheck.that(++events < MOST_EVENTS, "%d events, and no end", events);
            }
            return checkedEnd();
        } catch (RuntimeException | AssertionError broken) {
            throw new SimulationViolation(seed, broken);
        }
    }

    /** Runs begin at about the same time, or follow each other as the turns of a conversation do. */
    private void begin(int index) {
        SimRun run = runs.get(index);
        long pause = thinking(SECOND / 10.0);
        if (index > 0 && SimDice.chance(SimDice.of(seed.world(), "follows" + index), FOLLOWING_SHARE)) {
            run.follow(runs.get(index - 1), pause);
        } else {
            agenda.after(pause, run::start);
        }
    }

    private void planJumps() {
        for (int i = 0; i < settings.jumps(); i++) {
            agenda.after(schedule.nextLong(20 * SECOND), () -> {
                met(SimulationPhenomenon.CLOCK_JUMP);
                wallError += schedule.nextLong(2 * MOST_JUMP) - MOST_JUMP;
            });
        }
    }

    private void check() {
        runs.forEach(SimRun::check);
        pools.forEach(SimPool::check);
        if (runs.stream().allMatch(run -> run.books().isIdle())) {
            pools.forEach(SimPool::checkNobodyWaitsForMoney);
        }
        if (tenant != null) {
            SimBooks.requireWithinLimit(tenant.state());
        }
    }

    private SimulatedRun checkedEnd() {
        runs.forEach(SimRun::checkEnd);
        pools.forEach(SimPool::checkEnd);
        Ledger outermost = tenant == null ? runs.getFirst().money() : tenant;
        LedgerState state = outermost.state();
        Money billed = runs.stream().map(run -> run.books().billed()).reduce(Money.ZERO, Money::plus);
        SimCheck.that(state.outstanding().isZero() && state.setAside().isZero(), "money is left: %s", state);
        SimCheck.that(!billed.isMoreThan(state.spent()), "billed %s, reported %s", billed, state);
        return new SimulatedRun(
                seed,
                SimDigest.text(runs.stream().map(SimRun::digest).collect(Collectors.joining())),
                new SimulatedRun.Bill(billed, state),
                phenomena,
                new SimulatedRun.Work(
                        runs.stream().mapToInt(run -> run.watch().subtasks()).sum(),
                        runs.stream().mapToInt(SimRun::succeeded).sum(),
                        pools.stream().mapToLong(SimPool::attempts).sum()),
                Duration.ofNanos(runs.stream().mapToLong(SimRun::endedAt).max().orElse(0)));
    }
}
