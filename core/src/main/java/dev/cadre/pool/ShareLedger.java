// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.share.ShareRequest.WHOLE;

import dev.cadre.model.RateLimits;
import dev.cadre.pool.PoolDemand.Amounts;
import dev.cadre.pool.PoolShare.Saving;
import dev.cadre.share.ShareAnswer;
import dev.cadre.share.ShareAnswer.Other;
import dev.cadre.share.ShareRequest;
import dev.cadre.share.ShareRequest.Demand;
import dev.cadre.share.ShareRequest.Heard;
import dev.cadre.share.ShareRequest.Silent;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The share of one pool in limits that it shares with other processes, and what it says to their store.
 *
 * <p>Pure: no threads, clock or I/O; used by one thread. What it keeps:
 *
 * <ul>
 *   <li>A share ends one lease after its request was written, by the clock of this process.
 *   <li>Another process is called silent if this one has seen the same last request of it for longer than its lease. That
 *       request was written before it was seen, so its share has ended.
 *   <li>A share that is too large is used no more before the store is told so.
 *   <li>What is used beyond what has come in is paid by the share that used it: others are told a lease that is longer by the
 *       time that takes, also when the process leaves, and before the next call is sent that would use so much.
 * </ul>
 */
final class ShareLedger {
    /** Clocks of two machines run apart by far less than this part of a lease. */
    private static final int DRIFT = 16;

    /** What is owed is paid for no longer than this after the end of a process. */
    private static final double LONGEST_DEBT = Duration.ofHours(1).toNanos();

    private static final long LEAST_MEASURE = Duration.ofSeconds(1).toNanos();
    private static final double MINUTE = Duration.ofMinutes(1).toNanos();
    /** Who sends so fast without waiting may become a little faster. */
    private static final double HEADROOM = 1.25;

    /** What waits is to be sent within this part of a minute: six seconds. */
    private static final int BACKLOGS_PER_MINUTE = 10;

    /** A share that lacks less than this is met. */
    private static final int NEARLY = WHOLE / 100;

    private final String limit;
    private final String holder;
    private final Duration lease;
    private final Map<String, Sighting> sightings = new HashMap<>();

    private long sequence;
    private long askedAt;
    private PoolShare share;
    private int lacking;
    private boolean isAnswered;
    /** Whether a part of the share was given up that the store does not know of yet. */
    private boolean hasLowered;

    private boolean toldOfWaiting;
    /** The time in which the share pays what the store was told of. */
    private long toldDebt;

    private Amounts usedBefore = Amounts.NONE;
    private long measuredAt;
    private double requestsPerMinute;
    private double tokensPerMinute;
    private long demanded;

    private long reportsTold;
    private long pauseTold;
    private long limitsKnown;
    private long pausesKnown;
    /** What the request says that waits for its answer. */
    private PoolDemand.News written = new PoolDemand.News(0, RateLimits.UNKNOWN, 0);

    /** The last request of another holder, and when it was seen first. */
    private record Sighting(Other other, long since) {
        /** The silence that this has seen; whoever comes later waits for the rest of the lease, and a little. */
        Silent silence(long now) {
            long patience = other.lease().plus(other.lease().dividedBy(DRIFT)).toNanos();
            long left = Math.max(0, patience - (now - since));
            long rest = Math.ceilDiv(left, DRIFT + 1) * DRIFT;
            return new Silent(other.holder(), other.sequence(), Duration.ofNanos(rest));
        }
    }

    ShareLedger(String limit, String holder, Duration lease, long now) {
        this.limit = limit;
        this.holder = holder;
        this.lease = lease;
        share = PoolShare.none(now);
        measuredAt = now;
        pauseTold = now;
    }

    /** Whether the store is to be asked without waiting for the next heartbeat. */
    boolean isSought(PoolDemand demand) {
        return !isAnswered
                || hasLowered
                || (demand.isHeld() && (!toldOfWaiting || lacking > NEARLY))
                || debtNanos(demand, share.partsPerMillion()) > toldDebt + lease.toNanos() / DRIFT;
    }

    /** Whether others must give back what this pool waits for. */
    boolean isUnmet() {
        return toldOfWaiting && lacking > NEARLY;
    }

    /** Whether nothing is used, and hardly anything is held that others could use. */
    boolean isIdle() {
        return demanded == 0 && share.partsPerMillion() <= 5 * NEARLY;
    }

    /** The share in force, in parts per million. */
    int partsPerMillion(long now) {
        return share.isOver(now) ? 0 : share.partsPerMillion();
    }

    /** The next request. */
    ShareRequest write(Stay stay, PoolDemand demand, long now) {
        measure(demand, now);
        askedAt = now;
        toldOfWaiting = demand.isHeld();
        hasLowered = false;
        written = demand.news();
        List<Silent> silent = sightings.values().stream()
                .map(sighting -> sighting.silence(now))
                .filter(silence -> stay == Stay.LEAVES || silence.rest().isZero())
                .sorted(Comparator.comparing(Silent::holder))
                .toList();
        var demands = new Demand(demanded, demand.leastShare());
        int parts = partsPerMillion(now);
        toldDebt = stay == Stay.LEAVES ? nanos(demand.owed(), demand, parts) : debtNanos(demand, parts);
        Duration debt = Duration.ofNanos(toldDebt);
        boolean isOver = stay == Stay.LEAVES && debt.isZero();
        int keeps = isOver ? 0 : parts;
        Duration kept = stay == Stay.LEAVES && !isOver ? debt : lease.plus(debt);
        return new ShareRequest(limit, holder, ++sequence, keeps, demands, silent, heard(now), kept, stay);
    }

    /** Whether others need not be told that this process leaves: they see its share end, and it has none that could pay. */
    boolean endsUntold(PoolDemand demand, long now) {
        return !demand.owed().isNone() && partsPerMillion(now) == 0;
    }

    /** The time in which the share brings in what is owed, or will be when the next call is sent. */
    private static long debtNanos(PoolDemand demand, int parts) {
        return Math.max(nanos(demand.owed(), demand, parts), nanos(demand.ahead(), demand, parts));
    }

    /** The time in which the share brings in so much; zero if there is none. */
    private static long nanos(Amounts amounts, PoolDemand demand, int parts) {
        if (parts == 0) {
            return 0;
        }
        double whole = Math.max(
                part((double) amounts.requests(), demand.perMinute().requests()),
                part((double) amounts.tokens(), demand.perMinute().tokens()));
        return (long) Math.ceil(Math.min(LONGEST_DEBT, whole / parts * MINUTE));
    }

    private Heard heard(long now) {
        boolean isNew = written.reports() > reportsTold;
        RateLimits limits = isNew ? written.limits() : RateLimits.UNKNOWN;
        long pause = written.pausedUntil() - pauseTold > 0 ? written.pausedUntil() - now : 0;
        return new Heard(
                limits.requests().limitPerMinute(),
                limits.tokens().limitPerMinute(),
                Duration.ofNanos(Math.max(0, pause)));
    }

    /** What was used and what waits, as a part of the tighter limit. It falls by half at most. */
    private void measure(PoolDemand demand, long now) {
        long elapsed = now - measuredAt;
        boolean isDue = elapsed >= LEAST_MEASURE;
        if (isDue) {
            Amounts used = demand.used().minus(usedBefore);
            requestsPerMinute = Math.max(0, used.requests() * MINUTE / elapsed);
            tokensPerMinute = Math.max(0, used.tokens() * MINUTE / elapsed);
            usedBefore = demand.used();
            measuredAt = now;
        }
        double requests = requestsPerMinute * HEADROOM
                + (double) BACKLOGS_PER_MINUTE
                        * (demand.waiting().requests() + demand.owed().requests());
        double tokens = tokensPerMinute * HEADROOM
                + (double) BACKLOGS_PER_MINUTE
                        * (demand.waiting().tokens() + demand.owed().tokens());
        double part = Math.max(
                part(requests, demand.perMinute().requests()),
                part(tokens, demand.perMinute().tokens()));
        boolean isUnlimited = demand.perMinute().requests() > TokenBucket.MOST
                && demand.perMinute().tokens() > TokenBucket.MOST;
        // without a limit all that counts is who does more
        long current = (long) Math.min(WHOLE, Math.ceil(isUnlimited ? requests : part));
        demanded = Math.max(current, isDue ? demanded / 2 : demanded);
    }

    /** In parts per million. */
    private static double part(double amount, long limit) {
        return limit > TokenBucket.MOST ? 0 : amount * WHOLE / limit;
    }

    /**
     * Takes an answer.
     *
     * @return what the pool is to be told; empty if it is not the answer to this request, which is the last one that was
     *     written
     */
    Optional<PoolEvent.Shared> take(ShareRequest request, ShareAnswer answer, long now) {
        if (request.sequence() != sequence || answer.sequence() != sequence) {
            return Optional.empty();
        }
        see(answer.others(), now);
        int used = Math.min(answer.share(), answer.due());
        hasLowered = used < answer.share();
        lacking = answer.due() - used;
        isAnswered = true;
        boolean isCrowded = (long) request.demand().least() * (answer.others().size() + 1) > WHOLE;
        share = new PoolShare(
                used,
                askedAt + lease.toNanos(),
                isCrowded && !answer.others().isEmpty() ? Saving.ONE_CALL : Saving.NONE);
        var event = new PoolEvent.Shared(share, limitsOf(answer), pauseOf(request, answer));
        reportsTold = written.reports();
        pauseTold = NanoTime.later(pauseTold, written.pausedUntil());
        limitsKnown = answer.limits().version();
        pausesKnown = answer.pause().version();
        return Optional.of(event);
    }

    private void see(List<Other> others, long now) {
        sightings.keySet().retainAll(others.stream().map(Other::holder).toList());
        for (Other other : others) {
            sightings.compute(
                    other.holder(),
                    (name, seen) -> seen != null && seen.other.equals(other) ? seen : new Sighting(other, now));
        }
    }

    private RateLimits limitsOf(ShareAnswer answer) {
        if (answer.limits().version() == limitsKnown) {
            return RateLimits.UNKNOWN;
        }
        return new RateLimits(
                window(answer.limits().requestsPerMinute()),
                window(answer.limits().tokensPerMinute()));
    }

    private static RateLimits.Window window(long perMinute) {
        return new RateLimits.Window(perMinute, -1, Duration.ZERO);
    }

    /** A pause that others have heard of; its own one it keeps anyway, however a store may round it. */
    private Duration pauseOf(ShareRequest request, ShareAnswer answer) {
        Duration rest = answer.pause().rest();
        Duration own = request.heard().pause();
        boolean isOwn = own.isPositive() && rest.compareTo(own.plusMillis(1)) <= 0;
        return answer.pause().version() == pausesKnown || isOwn ? Duration.ZERO : rest;
    }
}
