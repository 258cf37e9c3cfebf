// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.EngineBulkResult.Inputs;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonType;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends the inputs of a bulk run to its workflow. The stream is pulled on a thread of its own, and only if there is room ahead of
 * what was handed over, so that it may be slow, wait for results, or never end. Belongs to one thread otherwise.
 */
final class BulkFeed<I> implements AutoCloseable {
    /** As many inputs are sent together, and as many characters unless it is one input. */
    private static final int PAGE_ITEMS = 100;

    private static final int PAGE_CHARS = 200_000;
    /** How long a stream may ignore its interrupt. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /**
     * Where inputs go.
     *
     * @param taken how many inputs the run has: those are not sent again
     * @param ahead how many may be pulled that were not handed over
     */
    record Target(WorkflowStub workflow, long taken, int ahead) {}

    /** What came of the stream. */
    private sealed interface Pulled<I> {
        record Next<I>(Inputs.Named<I> input) implements Pulled<I> {}

        record End<I>(@Nullable Throwable thrown) implements Pulled<I> {}
    }

    /** A wait that an interrupt ends. */
    static final class Pause {
        void of(Duration time) throws InterruptedException {
            LockSupport.parkNanos(time.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private final Inputs<I> inputs;
    private final JsonType<I> form;
    private final Target target;
    private final Semaphore room;
    private final BlockingQueue<Pulled<I>> pulled = new LinkedBlockingQueue<>();
    private final Thread thread;
    /** By their index, what was pulled and not handed over. */
    private final TreeMap<Long, Inputs.Named<I>> open = new TreeMap<>();

    private final List<Wire.BulkInput> page = new ArrayList<>();
    private int pageChars;
    private @Nullable Throwable thrown;
    private boolean isOver;
    private volatile boolean isStopped;

    BulkFeed(Iterator<? extends I> stream, @Nullable Function<? super I, ?> key, JsonType<I> form, Target target) {
        inputs = new Inputs<>(stream, key);
        this.form = form;
        this.target = target;
        room = new Semaphore(target.ahead());
        thread = Thread.ofPlatform().name("cadre-bulk-input").daemon().unstarted(this::pull);
    }

    void start() {
        thread.start();
    }

    // --- on the thread of the stream

    private void pull() {
        Pulled<I> next;
        do {
            next = pulledOne();
            pulled.add(next);
        } while (next instanceof Pulled.Next<I>);
    }

    private Pulled<I> pulledOne() {
        try {
            room.acquire();
            Inputs.@Nullable Named<I> next = isStopped ? null : inputs.next();
            if (next == null) {
                return new Pulled.End<>(null);
            }
            if (next.index() < target.taken()) {
                room.release();
            }
            return new Pulled.Next<>(next);
        } catch (Throwable broken) { // whatever it is, the calling thread waits for it
            return new Pulled.End<>(broken);
        }
    }

    // --- on the calling thread

    /** Sends what has come; waits for it for so long. */
    void send(Duration longest) throws InterruptedException {
        Pulled<I> next = pulled.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
        while (next != null) {
            take(next);
            next = pulled.poll();
        }
        flush(false);
    }

    private void take(Pulled<I> next) {
        switch (next) {
            case Pulled.Next<I>(Inputs.Named<I> input) when input.index() < target.taken() -> {}
            case Pulled.Next<I>(Inputs.Named<I> input) -> {
                open.put(input.index(), input);
                add(written(input));
            }
            case Pulled.End<I>(@Nullable Throwable why) -> {
                thrown = isStopped ? thrown : why; // what it throws then may be of the interrupt
                flush(true);
            }
        }
    }

    private Wire.BulkInput written(Inputs.Named<I> input) {
        try {
            return new Wire.BulkInput(input.index(), input.key(), form.write(input.input()), "");
        } catch (JsonException unfit) {
            return new Wire.BulkInput(input.index(), input.key(), "", String.valueOf(unfit.getMessage()));
        }
    }

    private void add(Wire.BulkInput input) {
        page.add(input);
        pageChars += input.input().length() + input.key().length();
        if (page.size() >= PAGE_ITEMS || pageChars >= PAGE_CHARS) {
            flush(false);
        }
    }

    private void flush(boolean isEnd) {
        if (!isOver && (isEnd || !page.isEmpty())) {
            try {
                target.workflow().signal(Contract.INPUTS, new Wire.BulkInputs(List.copyOf(page), isEnd));
            } catch (WorkflowNotFoundException over) { // it has stopped, and its end tells why
                isOver = true;
            }
        }
        page.clear();
        pageChars = 0;
    }

    /** An item of the run was handed over. */
    void handedOver(long index) {
        if (open.remove(index) != null) {
            room.release();
        }
    }

    /** Pulls no more. Returns the name of the thread of the stream, if that ignores its interrupt. */
    Optional<String> stop() throws InterruptedException {
        isStopped = true;
        thread.interrupt();
        boolean isDead = thread.join(GRACE);
        isOver = true;
        for (Pulled<I> next = pulled.poll(); next != null; next = pulled.poll()) {
            take(next);
        }
        return isDead ? Optional.empty() : Optional.of(thread.getName());
    }

    /** What was pulled and the run never had, in order. */
    List<Inputs.Named<I>> notTaken(long taken) {
        return List.copyOf(open.tailMap(taken, true).values());
    }

    /** Throws what the stream threw. */
    void rethrow() {
        if (thrown != null) {
            throw BulkFeed.<RuntimeException>asThrown(thrown);
        }
    }

    /** As it would have come out of the stream on this thread, a checked exception included. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T asThrown(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Override
    public void close() {
        isStopped = true;
        thread.interrupt();
    }
}
