// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.journal.Fingerprint;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The long prefixes of the calls of a pool. Calls that share a long prefix wait briefly for the first of them to start,
 * so that the provider can cache the prefix.
 *
 * <p>A prefix is the part of a request before its turns: model, instructions, tools, schema. The calls of a prefix are
 * spread over slots, each with its own cache key, because a provider serves only a certain number of calls a minute for
 * one key from one place. A slot is filled before the next one is used, so that there are as few as possible. In a slot
 * whose prefix the provider has not read yet, the first call goes ahead and the others wait until its reply has begun:
 * together they would all pay the full price. They wait briefly, hold no permit, no rate and no money meanwhile, and go
 * on when the first call fails.
 *
 * <p>Safe for use by many threads.
 */
final class PrefixCache {
    /** Providers cache prefixes of 1,024 tokens and more; a usual text has one token for every four characters. */
    private static final long LEAST_CHARS = 4 * 1_024;

    private static final int CALLS_PER_SLOT = 15;
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Providers keep an unused prefix for at least five minutes. */
    private static final long WARM_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final int MAX_PREFIXES = 1_000;
    private static final int DIGEST_CHARS = 20;

    private final long patienceNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Prefix> prefixes = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Prefix> eldest) {
            return size() > MAX_PREFIXES;
        }
    };

    /** @param patience how long a call waits for the first call of its slot; zero to disable the waiting */
    PrefixCache(Duration patience) {
        patienceNanos = patience.toNanos();
    }

    /** A cache with the same patience and without any prefix. */
    PrefixCache emptied() {
        return new PrefixCache(Duration.ofNanos(patienceNanos));
    }

    /**
     * Adds the cache key to the request, and waits if another call of its slot goes ahead. The result must be closed
     * when the call has ended.
     *
     * @throws InterruptedException if the thread was interrupted while it waited; the call then holds nothing
     */
    SlotCall enter(ModelRequest request, long deadlineNanos) throws InterruptedException {
        if (chars(request) < LEAST_CHARS) {
            return new SlotCall(request, null);
        }
        String name = digest(request);
        lock.lockInterruptibly();
        try {
            long now = System.nanoTime();
            Prefix prefix = prefixes.computeIfAbsent(name, unknown -> new Prefix(now));
            int number = prefix.next(now);
            Slot slot = prefix.slot(number, lock);
            var call = new SlotCall(keyed(request, "cadre-%s-%d".formatted(name, number)), slot);
            slot.await(call, NanoTime.earlier(now + patienceNanos, deadlineNanos));
            return call;
        } finally {
            lock.unlock();
        }
    }

    private static ModelRequest keyed(ModelRequest request, String key) {
        return request.options().cacheKey().isEmpty()
                ? request.withOptions(request.options().withCacheKey(key))
                : request;
    }

    /** The slots of one prefix, and the number of its calls in this minute. */
    private static final class Prefix {
        private final List<Slot> slots = new ArrayList<>();
        private long windowStart;
        private int calls;

        Prefix(long now) {
            windowStart = now;
        }

        int next(long now) {
            if (now - windowStart >= WINDOW_NANOS) {
                windowStart = now;
                calls = 0;
            }
            return calls++ / CALLS_PER_SLOT;
        }

        Slot slot(int number, ReentrantLock lock) {
            while (slots.size() <= number) {
                slots.add(new Slot(lock.newCondition()));
            }
            return slots.get(number);
        }
    }

    /** The calls of one cache key. Guarded by the lock. */
    private static final class Slot {
        private final Condition changed;
        private @Nullable SlotCall leader;
        private boolean read;
        private long readAt;

        Slot(Condition changed) {
            this.changed = changed;
        }

        private boolean isWarm() {
            return read && System.nanoTime() - readAt < WARM_NANOS;
        }

        void await(SlotCall call, long untilNanos) throws InterruptedException {
            while (!isWarm() && leader != null) {
                long left = untilNanos - System.nanoTime();
                if (left <= 0) {
                    return; // goes on without the cache
                }
                changed.awaitNanos(left);
            }
            if (!isWarm()) {
                leader = call;
            }
        }

        void markRead() {
            read = true;
            readAt = System.nanoTime();
            leader = null;
            changed.signalAll();
        }

        void giveUpLead(SlotCall call) {
            if (leader == call) {
                leader = null;
                changed.signalAll();
            }
        }
    }

    /** One call in its slot. Used by one thread. */
    final class SlotCall implements AutoCloseable {
        private final ModelRequest request;
        private final @Nullable Slot slot;
        private boolean started;

        private SlotCall(ModelRequest request, @Nullable Slot slot) {
            this.request = request;
            this.slot = slot;
        }

        /** The request, with a cache key if its prefix is long enough for one. */
        ModelRequest request() {
            return request;
        }

        /** Whether other calls may be waiting for this one. */
        boolean leads() {
            lock.lock();
            try {
                return slot != null && slot.leader == this;
            } finally {
                lock.unlock();
            }
        }

        /** Reports that the reply has begun, so the provider has read the prefix. Repeated reports are ignored. */
        void markStarted() {
            if (!started) {
                started = true;
                inSlot(Slot::markRead);
            }
        }

        @Override
        public void close() {
            inSlot(entered -> entered.giveUpLead(this));
        }

        private void inSlot(Consumer<Slot> action) {
            if (slot == null) {
                return;
            }
            lock.lock();
            try {
                action.accept(slot);
            } finally {
                lock.unlock();
            }
        }
    }

    private static long chars(ModelRequest request) {
        long chars = request.instructions().length();
        for (var tool : request.tools()) {
            chars += tool.description().length() + tool.parametersSchema().length();
        }
        return chars
                + switch (request.output()) {
                    case OutputFormat.Text text -> 0;
                    case OutputFormat.JsonSchema json -> json.schema().length();
                };
    }

    private static String digest(ModelRequest request) {
        var parts = new ArrayList<>(List.of(request.model(), request.instructions()));
        request.tools().forEach(tool -> parts.add(tool.toString()));
        request.options().providerTools().forEach(tool -> parts.add(tool.toString()));
        parts.add(request.output().toString());
        return Fingerprint.of(parts.toArray(String[]::new)).hex().substring(0, DIGEST_CHARS);
    }
}
