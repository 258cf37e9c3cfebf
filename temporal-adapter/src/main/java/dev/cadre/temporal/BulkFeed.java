// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.EngineBulkResult.Inputs;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonType;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.DataConverter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
final class BulkFeed<I> implements BulkReader.Hearer, AutoCloseable {
    /** As many inputs are sent together. */
    private static final int PAGE_ITEMS = 100;
    /** So much waits with the run at most, in bytes, unless it is one input: it travels from one history to the next. */
    private static final long WAITING_BYTES = 600_000;
    /** An input of more is sent only if a codec makes it smaller: a cluster takes values of 2 MB. */
    private static final long INPUT_BYTES = 1_000_000;
    /** What an input takes besides its texts. */
    private static final int INPUT_OVERHEAD = 100;
    /** How long a stream may ignore its interrupt. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /**
     * Where inputs go.
     *
     * @param converter writes what is sent
     * @param taken how many inputs the run has: those are not sent again
     * @param ahead how many may be pulled that were not handed over
     */
    record Target(WorkflowStub workflow, DataConverter converter, long taken, int ahead) {}

    /** An input as it travels. */
    private record Written(BulkWire.Input input, long bytes) {}

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

    /** In their order, what was not sent. */
    private final Deque<Written> unsent = new ArrayDeque<>();
    /** In their order, what was sent and waits with the run. */
    private final Deque<Written> waiting = new ArrayDeque<>();

    private long waitingBytes;
    /** How many inputs of the run wait no longer. */
    private long begun;

    private @Nullable Throwable thrown;
    private boolean isInputEnded;
    /** Nothing is sent any more. */
    private boolean isOver;
    /** Nothing is pulled any more. */
    private volatile boolean isClosed;

    private boolean isStopped;

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
            Inputs.@Nullable Named<I> next;
            do { // what the run has is passed over
                next = isClosed ? null : inputs.next();
            } while (next != null && next.index() < target.taken());
            return next == null ? new Pulled.End<>(null) : new Pulled.Next<>(next);
        } catch (Throwable broken) { // whatever it is, the calling thread waits for it
            return new Pulled.End<>(broken);
        }
    }

    // --- on the calling thread

    /** Sends what has come and there is room for; waits for it for so long. */
    void send(Duration longest) throws InterruptedException {
        Pulled<I> next = pulled.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
        while (next != null) {
            take(next);
            next = pulled.poll();
        }
        flush();
    }

    private void take(Pulled<I> next) {
        switch (next) {
            case Pulled.Next<I>(Inputs.Named<I> input) -> {
                open.put(input.index(), input);
                unsent.add(written(input));
            }
            case Pulled.End<I>(@Nullable Throwable why) -> {
                thrown = isStopped ? thrown : why; // what it throws then may be of the interrupt
                isInputEnded = true;
            }
        }
    }

    private Written written(Inputs.Named<I> named) {
        BulkWire.Input input = write(named);
        long bytes =
                INPUT_OVERHEAD + JsonSize.of(input.key()) + JsonSize.of(input.input()) + JsonSize.of(input.unfit());
        if (bytes > INPUT_BYTES) {
            long travels = target.converter()
                    .toPayload(input)
                    .map(Payload::getSerializedSize)
                    .orElse(0);
            if (travels > INPUT_BYTES) {
                String why =
                        "%,d bytes are more than a history takes of an input, %,d: keep large values elsewhere, with a ReferencingCodec"
                                .formatted(travels, INPUT_BYTES);
                return new Written(unfit(named, why), INPUT_OVERHEAD);
            }
        }
        return new Written(input, bytes);
    }

    private BulkWire.Input write(Inputs.Named<I> input) {
        try {
            return new BulkWire.Input(input.index(), input.key(), form.write(input.input()), "");
        } catch (JsonException unfit) {
            return unfit(input, String.valueOf(unfit.getMessage()));
        }
    }

    private static BulkWire.Input unfit(Inputs.Named<?> input, String why) {
        return new BulkWire.Input(input.index(), input.key(), "", why);
    }

    /** Sends what there is room for; what the cluster does not take now is sent with the next flush. */
    private void flush() throws InterruptedException {
        try {
            while (!isOver && begun >= target.taken()) {
                List<Written> page = page();
                boolean isEnd = isInputEnded && page.size() == unsent.size();
                if (page.isEmpty() && !isEnd) {
                    return;
                }
                signal(page, isEnd);
                page.forEach(sent -> unsent.remove());
                waiting.addAll(page);
                waitingBytes += bytes(page);
                isOver |= isEnd;
            }
        } catch (Unanswered again) {
            // the run passes over what it has
        }
    }

    private List<Written> page() {
        var page = new ArrayList<Written>();
        long bytes = waitingBytes;
        for (Written next : unsent) {
            bytes += next.bytes();
            if (page.size() >= PAGE_ITEMS || (bytes > WAITING_BYTES && bytes > next.bytes())) {
                break;
            }
            page.add(next);
        }
        return page;
    }

    private static long bytes(List<Written> all) {
        return all.stream().mapToLong(Written::bytes).sum();
    }

    private void signal(List<Written> page, boolean isEnd) throws Unanswered, InterruptedException {
        var inputs = new BulkWire.Inputs(page.stream().map(Written::input).toList(), isEnd);
        try {
            Unanswered.ask(() -> {
                target.workflow().signal(Contract.INPUTS, inputs);
                return inputs;
            });
        } catch (WorkflowNotFoundException over) { // it has stopped, and its end tells why
            isOver = true;
        }
    }

    @Override
    public void news(long now, boolean isOpen) {
        begun = now;
        while (!waiting.isEmpty() && waiting.element().input().index() < now) {
            waitingBytes -= waiting.remove().bytes();
        }
        isClosed |= !isOpen;
    }

    @Override
    public void handedOver(long index) {
        if (open.remove(index) != null) {
            room.release();
        }
    }

    /** Pulls no more. Returns the name of the thread of the stream, if that ignores its interrupt. */
    Optional<String> stop() throws InterruptedException {
        isClosed = true;
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
        isClosed = true;
        thread.interrupt();
    }
}
