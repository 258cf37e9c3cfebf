// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.batch.BatchCommand;
import dev.cadre.batch.BatchItem;
import dev.cadre.batch.Shard;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.price.Spend;
import dev.cadre.record.RunRecord;
import dev.cadre.record.UnrecordableException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Items of batches that have ended: they become durable together, before any of them is handed over. For one thread. */
final class EndedItems<O> {
    /** As many become durable together. */
    private static final int GROUP = 500;

    /** @param outcome null if the item is to be submitted again */
    private record Ended<O>(
            Shard shard,
            BatchItem item,
            Spend spend,
            Spend total,
            @Nullable Outcome<O> outcome) {}

    private final ShardRecord record;
    private final JsonType<O> output;
    private final BulkProgress<O> progress;
    private final List<Ended<O>> group = new ArrayList<>();

    EndedItems(ShardRecord record, JsonType<O> output, BulkProgress<O> progress) {
        this.record = record;
        this.output = output;
        this.progress = progress;
    }

    void add(BatchCommand.Settle settle) {
        group.add(new Ended<>(settle.shard(), settle.item(), settle.spend(), settle.spend(), null));
    }

    @SuppressWarnings("unchecked") // the driver made the outcome of this type
    void add(BatchCommand.End end) {
        group.add(new Ended<>(end.shard(), end.item(), end.spend(), end.total(), (Outcome<O>) end.outcome()));
    }

    boolean isFull() {
        return group.size() >= GROUP;
    }

    /**
     * Makes durable what has ended, if the journal can, then hands it over.
     *
     * @param listener is told, before that, of what could not be recorded
     */
    void flush(Consumer<UnrecordedException> listener) {
        List<Ended<O>> all = List.copyOf(group);
        group.clear();
        if (all.isEmpty()) {
            return;
        }
        var ended = new ArrayList<Ended<O>>();
        var written = new ArrayList<CompletableFuture<Void>>();
        try {
            for (Ended<O> each : all) {
                // the answer before its money: what a crash leaves between them is asked after again, not paid again
                ended.add(each.outcome() == null ? each : recorded(each, each.outcome(), written));
                written.add(record.settled(each.item().name(), each.shard().number(), each.spend()));
            }
        } finally {
            all.forEach(each -> book(each.item(), each.spend()));
        }
        try {
            ShardRecord.await(written);
        } catch (UnrecordedException unrecorded) {
            listener.accept(unrecorded);
        }
        for (Ended<O> each : ended) {
            if (each.outcome() != null && each.item().hasPlace()) {
                progress.ended(new BulkItem<>(
                        each.item().index(), each.item().name(), each.outcome(), each.total(), Origin.SESSION));
            }
        }
    }

    private Ended<O> recorded(Ended<O> each, Outcome<O> outcome, List<CompletableFuture<Void>> written) {
        if (outcome instanceof Outcome.Succeeded<O>(O value)) {
            try {
                RunRecord.Made<Object> made = record.made(each.item(), output, value, each.total());
                written.add(made.durable());
                return with(each, new Outcome.Succeeded<>(output.rawType().cast(made.value())));
            } catch (UnrecordableException unfit) {
                Outcome<O> lost =
                        Outcome.failed(Failure.Kind.INVALID_OUTPUT, "its output is lost: " + unfit.getMessage());
                return recorded(with(each, lost), lost, written);
            }
        }
        // without its input an answer may not have been judged; it is left for the session that knows it
        if (each.item().hasPlace()) {
            written.add(record.failed(each.item(), outcome, each.total()));
        }
        return each;
    }

    private Ended<O> with(Ended<O> each, Outcome<O> outcome) {
        return new Ended<>(each.shard(), each.item(), each.spend(), each.total(), outcome);
    }

    /** Gives an item's money back, save for its cost; to be called once that is on its way to the disk. */
    private static void book(BatchItem item, Spend spend) {
        if (spend.attempts() == 0) {
            item.money().release();
        } else if (spend.estimated()) {
            item.money().forfeit();
        } else {
            item.money().settle(spend.settled());
        }
    }
}
