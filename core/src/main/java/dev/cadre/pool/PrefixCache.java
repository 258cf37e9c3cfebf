// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls with one long prefix find it in the provider's cache.
 *
 * <p>A prefix is what a request says before its turns: model, instructions, tools, schema. Its calls are spread over
 * slots, each with a cache key of its own, because the provider serves only so many calls a minute of one key from one
 * place; the slots fill up one after the other, so as few as possible are begun. In a slot whose prefix nobody has read
 * yet the first call goes ahead, and the others wait until its reply has begun: together they would all pay the full
 * price. They wait a moment at most, holding no permit, no rate and no money, and go on when the first one fails.
 *
 * <p>Safe for use by many threads.
 */
final class PrefixCache {
    /** Providers cache from 1,024 tokens on; a usual text has a token for every four characters. */
    private static final long LEAST_CHARS = 4 * 1_024;

    private static final int CALLS_PER_SLOT = 15;
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Providers keep an unused prefix for five minutes at least. */
    private static final long WARM_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final int MAX_PREFIXES = 1_000;

    private final long patienceNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Prefix> prefixes = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Prefix> eldest) {
            return size() > MAX_PREFIXES;
        }
    };

    /** @param patience how long a call waits for the first one of its slot; zero for not at all */
    PrefixCache(Duration patience) {
        patienceNanos = patience.toNanos();
    }

    /** One that waits as long, and knows of no prefix yet. */
    PrefixCache emptied() {
        return new PrefixCache(Duration.ofNanos(patienceNanos));
    }

    /**
     * Gives the request its cache key, and waits if another call of its slot goes ahead. The lease must be closed when the
     * call has ended.
     *
     * @throws InterruptedException if the thread was interrupted while it waited; nothing is held then
     */
    Lease enter(ModelRequest request, long deadlineNanos) throws InterruptedException {
        if (chars(request) < LEAST_CHARS) {
            return new Lease(request, null);
        }
        String name = digest(request);
        lock.lockInterruptibly();
        try {
            long now = System.nanoTime();
            Prefix prefix = prefixes.computeIfAbsent(name, unknown -> new Prefix(now));
            int number = prefix.next(now);
            Slot slot = prefix.slot(number, lock);
            var lease = new Lease(keyed(request, "cadre-%s-%d".formatted(name, number)), slot);
            slot.await(lease, NanoTime.earlier(now + patienceNanos, deadlineNanos));
            return lease;
        } finally {
            lock.unlock();
        }
    }

    private static ModelRequest keyed(ModelRequest request, String key) {
        return request.options().cacheKey().isEmpty()
                ? request.withOptions(request.options().withCacheKey(key))
                : request;
    }

    /** The calls of one prefix in this minute, and where they go. */
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

    /** One cache key. Guarded by the lock. */
    private static final class Slot {
        private final Condition changed;
        private @Nullable Lease leader;
        private boolean read;
        private long readAt;

        Slot(Condition changed) {
            this.changed = changed;
        }

        private boolean isWarm() {
            return read && System.nanoTime() - readAt < WARM_NANOS;
        }

        void await(Lease lease, long untilNanos) throws InterruptedException {
            while (!isWarm() && leader != null) {
                long left = untilNanos - System.nanoTime();
                if (left <= 0) {
                    return; // goes without it
                }
                changed.awaitNanos(left);
            }
            if (!isWarm()) {
                leader = lease;
            }
        }

        void begun() {
            read = true;
            readAt = System.nanoTime();
            leader = null;
            changed.signalAll();
        }

        void ended(Lease lease) {
            if (leader == lease) {
                leader = null;
                changed.signalAll();
            }
        }
    }

    /** The part of one call in its slot. Used by one thread. */
    final class Lease implements AutoCloseable {
        private final ModelRequest request;
        private final @Nullable Slot slot;
        private boolean begun;

        private Lease(ModelRequest request, @Nullable Slot slot) {
            this.request = request;
            this.slot = slot;
        }

        /** The request with its cache key, if its prefix is long enough for one. */
        ModelRequest request() {
            return request;
        }

        /** Whether others may be waiting for this call. */
        boolean leads() {
            lock.lock();
            try {
                return slot != null && slot.leader == this;
            } finally {
                lock.unlock();
            }
        }

        /** The reply has begun, so the provider has read the prefix; more than once is as good as once. */
        void begun() {
            if (slot == null || begun) {
                return;
            }
            begun = true;
            lock.lock();
            try {
                slot.begun();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            if (slot == null || begun) {
                return;
            }
            lock.lock();
            try {
                slot.ended(this);
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
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            update(digest, request.model());
            update(digest, request.instructions());
            request.tools().forEach(tool -> update(digest, tool.toString()));
            request.options().providerTools().forEach(tool -> update(digest, tool.toString()));
            update(digest, request.output().toString());
            return HexFormat.of().formatHex(digest.digest(), 0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }
}
