// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Reservation;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.CostCalculator;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.PoolCommand;
import dev.cadre.pool.PoolEvent;
import dev.cadre.pool.PoolLimits;
import dev.cadre.pool.PoolMachine;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.ModelCatalog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One pool of a simulated world: the machine of production, and what a shell of threads would do around it. */
final class SimPool {
    private static final int SPARE_RETRIES = 10;
    private static final long MOST_OUTAGE_PAUSE = 5 * SimWorld.SECOND;
    private static final double SLOW_PACE = 0.25;
    private static final double ROUNDING = 1e-6;

    /** When an attempt was sent and answered, in nanoseconds of virtual time. */
    record Exchange(long sentAt, long repliedAt) {}

    private final SimWorld world;
    private final ModelPool pool;
    private final PoolLimits limits;
    private final CostCalculator costs;
    private final SimProvider provider;
    private final PoolMachine machine;
    private final Map<Long, SimCall> calls = new HashMap<>();
    private final List<Exchange> replies = new ArrayList<>();
    private long tickets;
    private long wishes;
    private int inFlight;
    private int peakInFlight;
    private long firstTries;
    private long retries;
    private long sent;
    private long rejected;
    private long usedTokens;
    private long pausedUntil;
    /** So long a pool may wait for a server that took no connection. */
    private long mayWaitUntil;

    private long successesInARow;
    private boolean overloaded;
    /** Who was told that it rose too fast comes back at a quarter of the pace. */
    private double pace = 1;

    SimPool(SimWorld world, Tier tier, ModelPool pool, SimProvider provider, long seed) {
        this.world = world;
        this.pool = pool;
        this.limits = world.behavior().configured(tier);
        this.costs = new CostCalculator(
                pool.spec(), pool.model(), ModelCatalog.standard().with(pool.spec()));
        this.provider = provider;
        this.machine = new PoolMachine(
                limits,
                RetryPolicy.standard(),
                this::reserve,
                SimDice.of(seed, "jitter of " + tier),
                world.agenda().nanoTime());
        this.pausedUntil = world.agenda().elapsed();
    }

    String model() {
        return pool.model();
    }

    long mostOutputTokens() {
        return pool.spec().tokens().maxOutput();
    }

    CostCalculator costs() {
        return costs;
    }

    SimProvider provider() {
        return provider;
    }

    // --- the machine's shell

    /** A call asks for admission; returns its ticket. */
    long enter(SimCall call) {
        long ticket = ++tickets;
        calls.put(ticket, call);
        tell(call.submitted(ticket));
        return ticket;
    }

    boolean knows(long ticket) {
        return calls.containsKey(ticket);
    }

    List<PoolCommand> tell(PoolEvent event) {
        List<PoolCommand> commands = machine.on(event, world.agenda().nanoTime());
        if (event instanceof PoolEvent.Ending ending) {
            calls.remove(ending.ticket());
        }
        commands.forEach(this::obey);
        recover(event);
        return commands;
    }

    private void recover(PoolEvent event) {
        if (event instanceof PoolEvent.Replied) {
            successesInARow++;
        } else if (event instanceof PoolEvent.Failed failed && isOverload(failed.failure())) {
            successesInARow = 0;
            overloaded = true;
        }
        if (overloaded && machine.parallelLimit() == limits.maxParallel()) {
            overloaded = false;
            world.met(SimulationPhenomenon.RECOVERED);
        }
    }

    private boolean isOverload(ModelException failure) {
        if (failure instanceof ModelException.RateLimited limited) {
            pace = limited.reason() == ModelException.RateLimited.Cause.SLOW_DOWN ? SLOW_PACE : pace;
            return true;
        }
        return failure instanceof ModelException.ServerFailed server
                && (server.status() == 503 || server.status() == 529);
    }

    /** The square of the limit grows by at least twice the pace with each success. */
    private long leastParallel() {
        return Math.min(limits.maxParallel(), (long) Math.sqrt(1 + 2 * pace * successesInARow - ROUNDING));
    }

    /** Money may have come back to somebody who waits here. */
    void moneyMoved() {
        if (machine.waiting() > 0) {
            tell(new PoolEvent.BudgetChanged());
        }
    }

    private Admission reserve(long ticket) {
        return SimWorld.require(calls.get(ticket)).reserve();
    }

    private void obey(PoolCommand command) {
        switch (command) {
            case PoolCommand.Admit admit -> admit(SimWorld.require(calls.get(admit.ticket())), admit.money());
            case PoolCommand.Refuse refuse ->
                SimWorld.require(calls.remove(refuse.ticket())).refused(refuse.refusal());
            case PoolCommand.Retry retry -> world.met(SimulationPhenomenon.RETRY);
            case PoolCommand.GiveUp giveUp -> calls.remove(giveUp.ticket());
            case PoolCommand.Stop(ModelException failure) -> world.stopOthers(this, failure);
            case PoolCommand.WakeAt wish -> {
                long number = ++wishes;
                world.agenda().at(wish.nanoTime(), () -> {
                    if (number == wishes) {
                        tell(new PoolEvent.Tick());
                    }
                });
            }
        }
    }

    private void admit(SimCall call, Reservation money) {
        inFlight++;
        peakInFlight = Math.max(peakInFlight, inFlight);
        if (call.attempts() == 0) {
            firstTries++;
        } else {
            retries++;
        }
        SimCheck.that(
                world.agenda().elapsed() >= pausedUntil,
                "a call was admitted %d ns before the provider allows it",
                pausedUntil - world.agenda().elapsed());
        call.admitted(money);
    }

    // --- what the calls report

    void sent() {
        sent++;
    }

    void landed() {
        inFlight--;
    }

    void replied(TokenUsage usage, long sentAt) {
        usedTokens += usage.totalTokens();
        replies.add(new Exchange(sentAt, world.agenda().elapsed()));
    }

    void failed(ModelException failure) {
        if (failure instanceof ModelException.RateLimited) {
            rejected++;
            world.met(SimulationPhenomenon.RATE_LIMITED);
        }
        failure.retryAfter().ifPresent(after -> {
            long floor = Math.max(0, after.toNanos()); // read by a wrong clock, a date may lie in the past
            pausedUntil = Math.max(pausedUntil, world.agenda().elapsed() + floor);
        });
        if (failure instanceof ModelException.ConnectionFailed) {
            mayWaitUntil = world.agenda().elapsed() + MOST_OUTAGE_PAUSE;
        }
    }

    // --- what must hold

    void check() {
        int most = limits.maxParallel();
        SimCheck.that(inFlight <= most, "%d in flight, at most %d allowed", inFlight, most);
        SimCheck.that(
                inFlight == machine.inFlight(), "%d in flight, the machine counts %d", inFlight, machine.inFlight());
        SimCheck.that(
                machine.parallelLimit() >= leastParallel(),
                "%d in parallel after %d successes in a row, and %d are configured",
                machine.parallelLimit(),
                successesInARow,
                most);
        SimCheck.that(
                5 * retries <= firstTries + 5 * SPARE_RETRIES, "%d retries of %d first tries", retries, firstTries);
    }

    /** What must hold while no money is in flight anywhere: only rates, pauses and backoffs may keep a call waiting. */
    void checkNobodyWaitsForMoney() {
        boolean free = limits.requestsPerMinute() == PoolLimits.UNLIMITED
                && limits.tokensPerMinute() == PoolLimits.UNLIMITED
                && world.settings().rates().told() != SimSettings.Told.HEADERS
                && world.agenda().elapsed() > Math.max(pausedUntil, mayWaitUntil) + SimWorld.SECOND;
        SimCheck.that(
                !free || calls.values().stream().allMatch(call -> call.attempts() > 0),
                "a call waits for money, and nobody has any in flight");
    }

    void checkEnd() {
        check();
        SimCheck.that(inFlight == 0, "%d permits are left", inFlight);
        SimCheck.that(machine.waiting() == 0 && calls.isEmpty(), "%d tickets are left", calls.size());
    }

    int peakInFlight() {
        return peakInFlight;
    }

    long attempts() {
        return sent;
    }

    /** Attempts that the provider turned away because of its rate. */
    long rejected() {
        return rejected;
    }

    /** Tokens of all replies. */
    long usedTokens() {
        return usedTokens;
    }

    /** The attempts that were answered, in the order of their replies. */
    List<Exchange> replies() {
        return List.copyOf(replies);
    }
}
