// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.journal.Journal;
import dev.cadre.task.SubtaskType;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One kind of work on a stream of inputs, in constant memory: inputs are pulled at the pace of the pools. Immutable.
 *
 * @param <I> the input of one item
 * @param <O> the output of one item
 */
public final class Bulk<I, O> {
    private final Coordinator coordinator;
    private final SubtaskType<I, O> type;
    private final @Nullable Function<? super I, ?> key;
    private final @Nullable Journal journal;

    Bulk(Coordinator coordinator, SubtaskType<I, O> type) {
        this(coordinator, type, null, null);
    }

    private Bulk(
            Coordinator coordinator,
            SubtaskType<I, O> type,
            @Nullable Function<? super I, ?> key,
            @Nullable Journal journal) {
        this.coordinator = coordinator;
        this.type = type;
        this.key = key;
        this.journal = journal;
    }

    /**
     * Names each input, so that a resumed run knows it again wherever it stands in the stream; default its index. Two
     * inputs of one run must not share a name.
     */
    public Bulk<I, O> keyedBy(Function<? super I, ?> naming) {
        return new Bulk<>(coordinator, type, naming, journal);
    }

    /**
     * Records every item before it is handed over, and takes those that succeeded in an earlier run from there instead of
     * paying for them again; what that run spent counts against the budget. Default none. The caller closes it.
     */
    public Bulk<I, O> journal(Journal record) {
        return new Bulk<>(coordinator, type, key, record);
    }

    /**
     * Performs the work on every input. Blocks until the last item has ended, money or time is up, or the stream throws;
     * spends money. The stream is not closed.
     *
     * @param each receives every item on the calling thread, in the order in which they end; what it throws ends the run
     * @throws InterruptedException if the calling thread was interrupted: what was in flight is cancelled and booked
     */
    public BulkSummary run(Stream<? extends I> inputs, Budget budget, Consumer<? super BulkItem<O>> each)
            throws InterruptedException {
        return new BulkRun<>(this, budget, each).run(inputs.iterator());
    }

    Coordinator coordinator() {
        return coordinator;
    }

    SubtaskType<I, O> type() {
        return type;
    }

    String key(I input, long index) {
        String name = key == null ? Long.toString(index) : String.valueOf(key.apply(input));
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the key of input %d is empty".formatted(index));
        }
        return name;
    }

    Optional<Journal> journal() {
        return Optional.ofNullable(journal);
    }
}
