// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.LimitStore;
import dev.cadre.share.ShareRequest;
import dev.cadre.share.ShareRequest.Demand;
import dev.cadre.share.ShareRequest.Heard;
import dev.cadre.share.SyncRequest.Stay;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The rate limits of an account at a provider that several processes share: requests and tokens per minute, those of {@link
 * PoolLimits} and those that the provider reports. All pools that are built with limits of one name and one store send
 * together what one of them could send alone. How many calls are in flight is each process's own matter.
 *
 * <p>Each pool leases a share from the store, from its first call on: by what it uses and what waits. Those that use hardly
 * anything keep 1 % together, and a pool that is garbage leaves. A share grows only by what others have given back. A pool whose process cannot reach the store sends nothing more when its lease
 * has run out, and goes on when it has one again; its calls wait until their deadline. What the provider reports to one
 * process is known to the others after a heartbeat: limits, and pauses that it asks for.
 *
 * <p>All processes state the same {@link PoolLimits}, those of the account. Safe for use by many threads. One thread for each
 * pool talks to the store. The owner closes it.
 */
public final class SharedLimits implements AutoCloseable {
    private final LimitStore store;
    private final String name;
    private final LeaseTimes times;
    private final List<LimitMember> members = new ArrayList<>();
    private boolean isClosed;

    private SharedLimits(LimitStore store, String name, LeaseTimes times) {
        this.store = store;
        this.name = name;
        this.times = times;
    }

    /**
     * Opens limits with the default times, and waits for the answer of the store.
     *
     * @param name what all pools of the same account and model have in common, such as {@code openai-main/gpt-5.4-nano};
     *     at most 200 characters. A name that is new to the store needs no preparation.
     * @throws BudgetStoreException if the store does not answer, or is of another version
     */
    public static SharedLimits open(LimitStore store, String name) {
        return open(store, name, LeaseTimes.DEFAULT);
    }

    /** The same with other times. */
    public static SharedLimits open(LimitStore store, String name, LeaseTimes times) {
        // somebody who leaves at once: only to see whether the store answers
        store.share(new ShareRequest(
                name, newHolder(), 1, 0, Demand.NONE, List.of(), Heard.NOTHING, times.lease(), Stay.LEAVES));
        return new SharedLimits(store, name, times);
    }

    private static String newHolder() {
        return UUID.randomUUID().toString();
    }

    /** The name of the limits. */
    public String name() {
        return name;
    }

    /**
     * The share that the pools of this object may use at this instant, in parts per million; zero before their first call,
     * and while there is no lease.
     */
    public synchronized int partsPerMillion() {
        return members.stream().mapToInt(LimitMember::partsPerMillion).sum();
    }

    /** Why the last request to the store got no answer; empty if it got one. */
    public synchronized Optional<BudgetStoreException.Kind> trouble() {
        return members.stream().flatMap(member -> member.trouble().stream()).findFirst();
    }

    /** A member that asks for a share once it is {@linkplain LimitMember#join told} of a call. */
    LimitMember member(AdmissionPoint pool) {
        return new LimitMember(this, newHolder(), pool);
    }

    /** Lets the member begin to talk to the store, unless it is too late for that. */
    synchronized void admit(LimitMember member) {
        if (!isClosed) {
            members.add(member);
            member.start();
        }
    }

    /** Forgets a member that has ended. */
    synchronized void dismiss(LimitMember member) {
        members.remove(member);
    }

    LimitStore store() {
        return store;
    }

    LeaseTimes times() {
        return times;
    }

    /**
     * Gives the shares back. From now on its pools send nothing: calls that wait, and later ones, wait until their deadline.
     * Waits for the store, at most {@link LeaseTimes#patience} or until the thread is interrupted. Closing again waits again.
     */
    @Override
    public void close() {
        List<LimitMember> joined;
        synchronized (this) {
            isClosed = true;
            joined = List.copyOf(members);
        }
        joined.forEach(LimitMember::leave);
        long end = System.nanoTime() + times.patience().toNanos();
        try {
            for (LimitMember member : joined) {
                member.awaitEnd(end);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "SharedLimits['%s', %d ppm]".formatted(name, partsPerMillion());
    }
}
