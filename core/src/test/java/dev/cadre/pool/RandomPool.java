// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Ledger;
import dev.cadre.budget.Reservation;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.RateLimits;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Drives a machine through one random life in virtual time, and checks its promises at every step. */
final class RandomPool {
    private static final long SECOND = 1_000_000_000;
    private static final int MOST_STEPS = 100_000;

    /** What happens at a time: an arrival, the end of a call, a wish of the machine. */
    private record Due(long time, long order, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }

    private enum State {
        WAITING,
        IN_FLIGHT,
        ENDED
    }

    private static final class Call {
        final String run;
        final long need;
        final long deadline;
        State state = State.WAITING;
        int attempts;

        @Nullable
        Reservation money;

        Call(String run, long need, long deadline) {
            this.run = run;
            this.need = need;
            this.deadline = deadline;
        }
    }

    private final SplittableRandom random;
    private final double outage;
    private final PoolMachine machine;
    private final int maxParallel;
    private final PriorityQueue<Due> agenda = new PriorityQueue<>();
    private final Map<Long, Call> calls = new HashMap<>();
    private final Map<String, Ledger> budgets = new HashMap<>();
    private long now;
    private long order;
    private long floor;
    private long wakeAt = Long.MAX_VALUE;
    private int asks;
    private int firstTries;
    private int attempts;
    private int inFlight;
    private boolean stopped;
    private int suspected;

    RandomPool(long seed, double outage) {
        random = new SplittableRandom(seed);
        this.outage = outage;
        now = random.nextLong(1_000 * SECOND);
        floor = now;
        maxParallel = random.nextInt(64) + 1;
        var limits = new PoolLimits(
                maxParallel,
                random.nextBoolean() ? PoolLimits.UNLIMITED : random.nextLong(600) + 30,
                random.nextBoolean() ? PoolLimits.UNLIMITED : random.nextLong(100_000) + 1_000);
        machine = new PoolMachine(limits, RetryPolicy.standard(), this::reserve, random.split(), now);
    }

    /** Runs to the end of every ask. */
    void live() {
        int runs = random.nextInt(4) + 1;
        for (int i = 0; i < runs; i++) {
            budgets.put("run" + i, Ledger.of(Money.ofPico(random.nextLong(20_000) + 1_000)));
        }
        int count = random.nextInt(150) + 1;
        for (int i = 0; i < count; i++) {
            String run = "run" + random.nextInt(runs);
            later(random.nextLong(20 * SECOND), () -> ask(run));
        }
        int steps = 0;
        while (!agenda.isEmpty() || machine.waiting() > 0) {
            assertThat(++steps).as("steps, or nobody makes progress").isLessThan(MOST_STEPS);
            step();
        }
        assertThat(machine.inFlight()).isZero();
        assertThat(calls.values()).allMatch(call -> call.state == State.ENDED);
        assertThat(budgets.values()).allMatch(budget -> budget.openReservations() == 0);
        assertThat(calls).hasSize(count);
    }

    private void step() {
        if (agenda.isEmpty() || machine.waiting() > 0 && wakeAt <= agenda.peek().time()) {
            assertThat(wakeAt).as("a wish, while somebody waits").isNotEqualTo(Long.MAX_VALUE);
            now = Math.max(now, wakeAt);
            tell(new PoolEvent.Tick());
        } else {
            Due due = agenda.remove();
            now = Math.max(now, due.time());
            due.action().run();
        }
    }

    private void ask(String run) {
        long ticket = ++asks;
        long deadline = now + random.nextLong(120 * SECOND) + 1;
        calls.put(ticket, new Call(run, random.nextLong(1_000) + 1, deadline));
        var kinds = CallPurpose.Kind.values();
        if (random.nextInt(10) == 0) {
            later(random.nextLong(5 * SECOND), () -> cancel(ticket));
        }
        tell(new PoolEvent.Submitted(
                ticket,
                run,
                kinds[random.nextInt(kinds.length)],
                random.nextInt(50),
                random.nextLong(3_000),
                deadline));
    }

    private void cancel(long ticket) {
        Call call = call(ticket);
        if (call.state == State.WAITING) {
            call.state = State.ENDED;
            tell(new PoolEvent.Withdrawn(ticket));
        }
    }

    private Admission reserve(long ticket) {
        Call call = call(ticket);
        return requireNonNull(budgets.get(call.run)).reserve(Money.ofPico(call.need));
    }

    private void land(long ticket) {
        Call call = call(ticket);
        inFlight--;
        call.state = State.ENDED;
        requireNonNull(call.money).settle(Money.ofPico(random.nextLong(call.need + 1)));
        if (random.nextDouble() < outage) {
            fail(ticket, call);
        } else {
            PoolEvent end = end(ticket);
            suspected = end instanceof PoolEvent.Replied ? 0 : suspected;
            tell(end);
        }
        tell(new PoolEvent.BudgetChanged());
    }

    private PoolEvent end(long ticket) {
        return switch (random.nextInt(10)) {
            case 0 -> new PoolEvent.Released(ticket);
            case 1 -> new PoolEvent.Forfeited(ticket);
            case 2 -> new PoolEvent.Replied(ticket, random.nextLong(3_000), limits());
            default -> new PoolEvent.Replied(ticket, random.nextLong(3_000), RateLimits.UNKNOWN);
        };
    }

    private void fail(long ticket, Call call) {
        call.state = State.WAITING; // until the machine says otherwise
        ModelException failure = failure();
        suspected += failure.reach() == ModelException.Reach.SUBTASK_OR_RUN ? 1 : 0;
        stopped |= failure.reach() == ModelException.Reach.RUN || suspected >= 10;
        long before = now;
        failure.retryAfter().ifPresent(wait -> floor = Math.max(floor, before + wait.toNanos()));
        tell(new PoolEvent.Failed(ticket, failure, PoolEvent.RetryScope.SAME_TIER));
    }

    private ModelException failure() {
        return switch (random.nextInt(12)) {
            case 0 -> new ModelException.RateLimited("429", Duration.ofMillis(random.nextLong(5_000)), limits());
            case 1, 2, 3 -> new ModelException.RateLimited("429", null, limits());
            case 4 ->
                random.nextBoolean()
                        ? new ModelException.AuthFailed("403").suspected()
                        : new ModelException.InvalidRequest("400", 400);
            case 5 ->
                random.nextInt(20) == 0
                        ? new ModelException.QuotaExhausted("quota")
                        : new ModelException.ContextTooLong("context");
            case 6 -> new ModelException.ServerFailed("503", 503, Charge.FREE, Duration.ofMillis(random.nextLong(100)));
            default -> new ModelException.ServerFailed("500", 500, Charge.UNKNOWN, null);
        };
    }

    private RateLimits limits() {
        long perMinute = random.nextLong(100_000) + 3_000;
        var tokens = new RateLimits.Window(
                perMinute,
                random.nextInt(5) == 0 ? 0 : random.nextLong(perMinute),
                Duration.ofMillis(random.nextLong(10_000)));
        return new RateLimits(RateLimits.Window.UNKNOWN, tokens);
    }

    private void tell(PoolEvent event) {
        wakeAt = Long.MAX_VALUE;
        for (PoolCommand command : machine.on(event, now)) {
            switch (command) {
                case PoolCommand.Admit admit -> admit(admit.ticket(), admit.money());
                case PoolCommand.Refuse refuse -> end(refuse.ticket(), State.WAITING);
                case PoolCommand.GiveUp giveUp -> end(giveUp.ticket(), State.WAITING);
                case PoolCommand.Retry retry -> assertThat(retry.notBefore()).isGreaterThanOrEqualTo(now);
                case PoolCommand.Stop stop -> assertThat(stopped).isTrue();
                case PoolCommand.WakeAt wish -> {
                    assertThat(wish.nanoTime()).as("a wish for the future").isGreaterThan(now);
                    wakeAt = wish.nanoTime();
                }
            }
        }
        assertThat(machine.inFlight()).as("permits").isEqualTo(inFlight);
    }

    private void admit(long ticket, Reservation money) {
        Call call = call(ticket);
        call.money = money;
        assertThat(call.state).as("ticket %d", ticket).isEqualTo(State.WAITING);
        assertThat(now).as("deadline").isLessThan(call.deadline);
        assertThat(now).as("Retry-After").isGreaterThanOrEqualTo(floor);
        assertThat(stopped).as("stopped").isFalse();
        call.state = State.IN_FLIGHT;
        inFlight++;
        attempts++;
        firstTries += ++call.attempts == 1 ? 1 : 0;
        assertThat(inFlight).as("in flight").isLessThanOrEqualTo(Math.min(maxParallel, machine.parallelLimit()));
        assertThat(attempts - firstTries).as("retries").isLessThanOrEqualTo(firstTries / 5 + 10);
        assertThat(call.attempts).isLessThanOrEqualTo(4);
        later(random.nextLong(3 * SECOND) + 1, () -> land(ticket));
    }

    private void end(long ticket, State expected) {
        Call call = call(ticket);
        assertThat(call.state).as("ticket %d ends once", ticket).isEqualTo(expected);
        call.state = State.ENDED;
    }

    private void later(long nanos, Runnable action) {
        agenda.add(new Due(now + nanos, order++, action));
    }

    private Call call(long ticket) {
        return requireNonNull(calls.get(ticket));
    }

    int attempts() {
        return attempts;
    }

    int asks() {
        return asks;
    }
}
