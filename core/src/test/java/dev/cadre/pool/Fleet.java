// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.share.ShareRequest.WHOLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.RateLimits;
import dev.cadre.share.MemoryLimitStore;
import dev.cadre.share.ShareAnswer;
import dev.cadre.share.ShareRequest;
import dev.cadre.share.SyncPace;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Processes that share limits, their store, and the network between, in virtual time. Each process has a clock of its own, with
 * another origin and another speed; it may be killed, frozen or leave, and what it says may be lost, late or repeated. After
 * each event it checks that the shares in force are no more than the whole, and each admission is compared with one bucket that
 * has the whole limit.
 */
final class Fleet {
    static final Duration LEASE = Duration.ofSeconds(20);
    static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final long SECOND = 1_000_000_000;
    private static final long LOOK = SECOND / 20;
    private static final long TIMEOUT = 10 * SECOND;
    private static final double MINUTE = 60e9;
    /** Clocks run apart by a thousandth. */
    private static final double DRIFT = 0.001;

    private record Due(long time, long order, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }

    /** A bucket that has the whole limit: the fleet must not send what it would not. */
    private final class Whole {
        final double capacity;
        final double perNano;
        double level;
        double lowest;
        long at;

        Whole(double perMinute, double capacity) {
            this.capacity = capacity;
            perNano = perMinute * (1 + DRIFT) / MINUTE;
            level = capacity;
        }

        void take(double amount) {
            level = Math.min(capacity, level + perNano * (now - at));
            at = now;
            level = Math.min(capacity, level - amount);
            lowest = Math.min(lowest, level);
        }
    }

    final class Process {
        final String name = "process-" + (++opened);
        final long origin = random.nextLong(1_000 * SECOND);
        final double speed = 1 + DRIFT * (random.nextDouble() - 0.5);
        final PoolMachine machine = new PoolMachine(
                limits, RetryPolicy.none(), ticket -> PoolRig.GRANTED, new SplittableRandom(1), clock());
        final ShareLedger ledger = new ShareLedger("limits", name, LEASE, clock());
        final SyncPace pace = new SyncPace(HEARTBEAT, LEASE, clock());
        final Map<Long, Long> estimates = new HashMap<>();
        final List<Runnable> onThaw = new ArrayList<>();
        boolean isDead;
        /** Killed by each call, before it could tell anybody. */
        boolean isDoomed;

        long frozenUntil;
        long looksAt = Long.MAX_VALUE;
        long admitted;
        /** How many calls it keeps waiting; fewer if it has nothing to do. */
        int backlog;

        int syncs;

        @Nullable
        ShareRequest pending;

        long pendingSince;

        Process(int backlog) {
            this.backlog = backlog;
            machine.on(new PoolEvent.Shared(PoolShare.none(clock()), RateLimits.UNKNOWN, Duration.ZERO), clock());
            later(random.nextLong(SECOND), this::look);
        }

        long clock() {
            return origin + (long) (now * speed);
        }

        int share() {
            return isDead ? 0 : ledger.partsPerMillion(clock());
        }

        /** Something happens to it; later, if it is frozen. */
        void run(Runnable action) {
            if (isDead) {
                return;
            }
            if (now < frozenUntil) {
                onThaw.add(action);
            } else {
                action.run();
            }
        }

        private void look() {
            run(() -> {
                submit();
                tell(new PoolEvent.Tick());
                sync();
                later(LOOK, this::look);
            });
        }

        private void submit() {
            while (machine.waiting() < backlog) {
                long ticket = ++tickets;
                long estimate = 1 + random.nextLong(mostTokens);
                estimates.put(ticket, estimate);
                tell(new PoolEvent.Submitted(
                        ticket, name, CallPurpose.Kind.WORK, 0, estimate, clock() + 100_000 * SECOND));
            }
        }

        private void tell(PoolEvent event) {
            for (PoolCommand command : machine.on(event, clock())) {
                switch (command) {
                    case PoolCommand.Admit(long ticket, var money) -> admit(ticket);
                    case PoolCommand.WakeAt(long time) -> {
                        long at = now + Math.max(1, (long) ((time - clock()) / speed) + 1);
                        if (at < looksAt || looksAt <= now) {
                            looksAt = at;
                            later(at - now, () -> run(() -> tell(new PoolEvent.Tick())));
                        }
                    }
                    default -> throw new AssertionError(where + ": " + command);
                }
            }
        }

        private void admit(long ticket) {
            admitted++;
            long estimate = estimates.get(ticket);
            requests.take(1);
            tokens.take(estimate);
            isDead |= isDoomed;
            later(
                    random.nextLong(3 * SECOND),
                    () -> run(() -> {
                        estimates.remove(ticket);
                        long used = random.nextLong(estimate + 1);
                        tokens.take(used - estimate);
                        tell(new PoolEvent.Replied(ticket, used, RateLimits.UNKNOWN));
                    }));
        }

        private void sync() {
            if (pending != null && now - pendingSince > TIMEOUT) {
                pending = null;
                pace.failed(clock());
            }
            PoolDemand demand = machine.demand(clock());
            if (!isDead && pending == null && pace.waitNanos(ledger.isSought(demand), clock()) == 0) {
                ShareRequest request = ledger.write(Stay.GOES_ON, demand, clock());
                pending = request;
                pendingSince = now;
                syncs++;
                send(request);
            }
        }

        private void send(ShareRequest request) {
            if (random.nextDouble() < lost) {
                return;
            }
            later(delay(), () -> arrive(request));
            if (random.nextDouble() < lost) {
                later(delay() + random.nextLong(60 * SECOND), () -> arrive(request)); // twice
            }
        }

        private void arrive(ShareRequest request) {
            if (isDown) {
                return;
            }
            ShareAnswer answer = store.share(request);
            assertThat(store.booked()).as(where).isLessThanOrEqualTo(WHOLE);
            if (random.nextDouble() >= lost) {
                later(delay(), () -> run(() -> take(request, answer)));
            }
        }

        private void take(ShareRequest request, ShareAnswer answer) {
            if (pending != request) {
                return;
            }
            pending = null;
            ledger.take(request, answer, clock()).ifPresent(event -> {
                pace.answered(ledger.isUnmet(), ledger.isIdle(), clock());
                tell(event);
                sync(); // the thread of a process goes on at once
            });
        }

        void die() {
            isDead = true;
        }

        void leave() {
            machine.on(new PoolEvent.Shared(PoolShare.none(clock()), RateLimits.UNKNOWN, Duration.ZERO), clock());
            PoolDemand demand = machine.demand(clock());
            die();
            if (!ledger.endsUntold(demand, clock())) {
                send(ledger.write(Stay.LEAVES, demand, clock()));
            }
        }

        void freeze(long nanos) {
            frozenUntil = now + nanos;
            later(nanos, () -> {
                var missed = List.copyOf(onThaw);
                onThaw.clear();
                missed.forEach(this::run);
            });
        }

        private long delay() {
            return random.nextDouble() < lost ? random.nextLong(60 * SECOND) : random.nextLong(SECOND / 20) + 1;
        }
    }

    final SplittableRandom random;
    final MemoryLimitStore store = new MemoryLimitStore();
    final List<Process> processes = new ArrayList<>();
    private final PriorityQueue<Due> agenda = new PriorityQueue<>();
    private final String where;
    private final PoolLimits limits;
    private final Whole requests;
    private final Whole tokens;
    private final long mostTokens;
    /** The part of what is said that is lost, late or repeated. */
    double lost;

    boolean isDown;
    long now;
    private long order;
    private long tickets;
    private int opened;
    int mostInForce;

    /** @param mostTokens the largest call */
    Fleet(long seed, PoolLimits limits, long mostTokens) {
        random = new SplittableRandom(seed);
        where = "seed " + seed;
        this.limits = limits;
        this.mostTokens = mostTokens;
        requests = new Whole(limits.requestsPerMinute(), Math.max(1, limits.requestsPerMinute() / 6));
        tokens = new Whole(limits.tokensPerMinute(), Math.max(1, limits.tokensPerMinute() / 6));
    }

    Process start(int backlog) {
        var process = new Process(backlog);
        processes.add(process);
        return process;
    }

    void later(long nanos, Runnable action) {
        agenda.add(new Due(now + nanos, order++, action));
    }

    void run(Duration time) {
        long end = now + time.toNanos();
        while (!agenda.isEmpty() && agenda.peek().time() <= end) {
            Due due = agenda.remove();
            now = due.time();
            due.action().run();
            int inForce = inForce();
            mostInForce = Math.max(mostInForce, inForce);
            assertThat(inForce).as("%s: shares in force", where).isLessThanOrEqualTo(WHOLE);
        }
        now = end;
    }

    int inForce() {
        return processes.stream().mapToInt(Process::share).sum();
    }

    long admitted() {
        return processes.stream().mapToLong(process -> process.admitted).sum();
    }

    /** How far the fleet was beyond what one bucket would have let through; zero if never. */
    double excessRequests() {
        return -requests.lowest;
    }

    double excessTokens() {
        return -tokens.lowest;
    }
}
