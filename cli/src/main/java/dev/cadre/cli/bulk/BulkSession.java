// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BatchRejectedException;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.Journal;
import dev.cadre.json.Json;
import dev.cadre.model.ModelException;
import dev.cadre.price.CostRange;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a task on a file, in two passes. The first writes what needs no model: malformed lines, and items that
 * succeeded in an earlier run; it spends nothing. The second does the rest. At the end of both there is one line for every
 * item, whatever happened, save an interrupt. For one thread.
 */
public final class BulkSession {
    private static final int GIVEN_UP_TOGETHER = 1_000;

    private final InputFile input;
    private final @Nullable Journal journal;
    /** There nothing but an outage stops a run with a failure. */
    private final boolean isBatch;

    private final int itemsInACall;

    private final Bulk<Json, Json.Obj> priced;
    private final Bulk<Json, Json.Obj> bulk;
    private final BulkOutput out;
    private final ResultWriter results;

    /** Items that have their line already. */
    private final BitSet written = new BitSet();

    private final OpenItems open;

    /**
     * What there is to do.
     *
     * @param items of the input, malformed lines and items on record included
     * @param leftOut open items that the selection leaves out
     * @param whole the price of those that are left, whatever the budget
     * @param price the same within what is left of the budget
     */
    public record Survey(long items, long malformed, long recorded, long leftOut, CostRange whole, CostRange price) {
        /** How many a model must be asked about. */
        public long left() {
            return items - malformed - recorded - leftOut;
        }
    }

    /**
     * How it ended.
     *
     * @param pause until when and why nothing can be sent, or empty
     * @param batches how many batches of the provider were submitted
     * @param notes what tools and servers did that people should know of
     * @param failure why nothing more could be done, or null
     */
    public record Ending(
            BulkTally tally,
            BulkSummary.Stop stop,
            String pause,
            long batches,
            List<String> notes,
            @Nullable RuntimeException failure) {}

    /**
     * @param journal of this task and this input, or null; the caller closes it
     * @param out stays open
     * @param heard receives every line that is written, and what has ended by then
     * @throws IllegalArgumentException if the items of the task cannot be packed; it says why
     */
    public BulkSession(
            Coordinator coordinator,
            BulkTask task,
            Lane lane,
            @Nullable Journal journal,
            InputFile input,
            BulkOutput out,
            BiConsumer<Json.Obj, BulkTally> heard) {
        this.input = input;
        this.journal = journal;
        this.out = out;
        isBatch = lane == Lane.BATCH;
        itemsInACall = task.itemsInACall();
        open = new OpenItems(out.needsItems(input) ? OpenItems.Kept.VALUE : OpenItems.Kept.PLACE);
        results = new ResultWriter(out, out.layout(task, input), task, heard);
        priced = coordinator.bulk(task.priced()).keyedBy(open::key).lane(lane).packing(itemsInACall);
        Bulk<Json, Json.Obj> unrecorded =
                coordinator.bulk(task.type()).keyedBy(open::key).lane(lane).packing(itemsInACall);
        bulk = journal == null ? unrecorded : unrecorded.journal(journal);
    }

    /** Counts and prices what there is to do, and publishes what is there already. Spends nothing. */
    public Survey survey(Money budget, Selection selection) throws IOException {
        var seen = new SeenKeys();
        long items = 0;
        long chosen = 0;
        var prices = new Prices();
        boolean isResumed = bulk.isRecorded();
        results.begin();
        try (InputLines lines = input.open()) {
            for (; lines.hasNext(); items++) {
                switch (lines.next()) {
                    case InputLine.Malformed bad -> refuse(bad, bad.reason());
                    case InputLine.Item item
                    when !seen.isNew(item.place().key()) ->
                        refuse(
                                item,
                                "%s %d: an item before it has the same id"
                                        .formatted(input.unit(), item.place().line()));
                    case InputLine.Item item -> {
                        if (!(isResumed && isReused(item)) && !isLeftOut(item, selection, chosen)) {
                            chosen++;
                            prices.add(item.value());
                        }
                    }
                }
            }
        }
        CostRange price = prices.sum();
        results.expect(items);
        out.results().publish();
        out.deadLetters().publish();
        return new Survey(
                items,
                tally().failed(),
                tally().reused(),
                tally().skipped(),
                price,
                price.atMost(budget.minusOrZero(spentBefore())));
    }

    /** What items cost together, as many at a time as go into one call. */
    private final class Prices {
        private final List<Json> together = new ArrayList<>();
        private CostRange sum = CostRange.FREE;

        void add(Json item) {
            together.add(item);
            if (together.size() == itemsInACall) {
                sum();
            }
        }

        CostRange sum() {
            sum = sum.plus(priced.preview(together.stream()).cost());
            together.clear();
            return sum;
        }
    }

    private boolean isLeftOut(InputLine.Item item, Selection selection, long chosen) {
        if (selection.which() == Selection.Which.FAILED_BEFORE
                && bulk.recordedFailure(open.lookAt(item), item.place().index()).isEmpty()) {
            leaveOut(item, "it did not fail in an earlier run");
            return true;
        }
        if (chosen >= selection.limit()) {
            leaveOut(item, "%d items came before it".formatted(selection.limit()));
            return true;
        }
        return false;
    }

    private void leaveOut(InputLine.Item item, String why) {
        written.set(bit(item.place()));
        results.skipped(item, "LEFT_OUT: " + why, Spend.NONE);
    }

    private boolean isReused(InputLine.Item item) {
        Optional<Json.Obj> earlier =
                bulk.recorded(open.lookAt(item), item.place().index());
        earlier.ifPresent(answer -> {
            written.set(bit(item.place()));
            results.reused(item, answer);
        });
        return earlier.isPresent();
    }

    private void refuse(InputLine line, String reason) {
        written.set(bit(line.place()));
        results.failed(line, new Failure(Failure.Kind.INVALID_INPUT, reason), Spend.NONE);
    }

    /**
     * Does what is left. Blocks; spends money.
     *
     * @throws InterruptedException if the thread was interrupted; what had ended has its line
     */
    public Ending run(Budget budget) throws IOException, InterruptedException {
        try (InputLines lines = input.open()) {
            var left = new Left(lines, results.tally().total());
            Spend before = recorded();
            BulkSummary.Stop stop = BulkSummary.Stop.END_OF_INPUT;
            long batches = 0;
            String pause = "";
            List<String> notes = List.of();
            @Nullable RuntimeException failure = null;
            try {
                BulkSummary summary = bulk.run(stream(left), budget, this::take);
                stop = summary.stop();
                batches = summary.batches();
                notes = notes(summary);
                pause = summary.pause().map(BulkSummary.Pause::message).orElse("");
                failure = failure(summary);
                results.spent(summary.sessionSpend());
                giveUp(left, notTried(stop, pause));
            } catch (BatchRejectedException e) {
                failure = e;
                giveUp(left, new Skip(Skip.Kind.CANCELLED, "not tried: " + e.getMessage(), List.of()));
            } catch (InterruptedException | RuntimeException e) { // such as of results that cannot be written
                results.spent(spentSince(before));
                throw e;
            }
            return new Ending(results.tally(), stop, pause, batches, notes, failure);
        }
    }

    private static List<String> notes(BulkSummary summary) {
        if (summary.fromCache() == 0) {
            return summary.notes();
        }
        var notes = new ArrayList<>(summary.notes());
        notes.add("%,d items from the cache, which saved %s".formatted(summary.fromCache(), summary.saved()));
        return notes;
    }

    private @Nullable RuntimeException failure(BulkSummary summary) {
        return summary.unrecorded()
                .<RuntimeException>map(unrecorded -> unrecorded)
                .or(() -> summary.pause()
                        .map(BulkSummary.Pause::because)
                        .filter(because -> isBatch || because.reach() == ModelException.Reach.RUN))
                .orElse(null);
    }

    /** Whether the journal, if there is one, is of the same task, or of none yet. */
    public boolean isOfThisTask() {
        return bulk.isRecorded()
                || journal().filter(record -> record.runs().isEmpty()).isPresent();
    }

    /** Whether items are under way in batches of an earlier run, so that only that lane may go on. */
    public boolean hasOpenBatches() {
        return bulk.hasOpenBatches();
    }

    /** What earlier runs spent; it counts against the budget. */
    public Money spentBefore() {
        return recorded().total();
    }

    /** What this run and those before it spent. */
    public Money spentInAll() {
        return journal().isEmpty() ? tally().spend().total() : recorded().total();
    }

    private Spend recorded() {
        return journal().map(record -> record.spent(bulk.runId())).orElse(Spend.NONE);
    }

    /** With the calls that were cut off, which the journal counts with all that they may have cost. */
    private Spend spentSince(Spend before) {
        Spend heard = results.tally().spend();
        if (journal().isEmpty()) {
            return heard;
        }
        Spend now = recorded();
        return new Spend(
                more(now.settled(), before.settled()),
                more(now.forfeited(), before.forfeited()),
                now.attempts() - before.attempts(),
                heard.tokens(),
                now.estimated());
    }

    /** What was open before and has come to be known since is no more than it was. */
    private static Money more(Money now, Money before) {
        return now.isMoreThan(before) ? now.minus(before) : Money.ZERO;
    }

    private Optional<Journal> journal() {
        return Optional.ofNullable(journal);
    }

    /** What has ended so far. */
    public BulkTally tally() {
        return results.tally();
    }

    /** Those items that have no line yet. What was added to the file since the survey is left out. */
    private final class Left implements Iterator<Json> {
        private final InputLines lines;
        private final long count;
        private InputLine.@Nullable Item next;

        Left(InputLines lines, long count) {
            this.lines = lines;
            this.count = count;
        }

        @Override
        public boolean hasNext() {
            while (next == null && lines.hasNext()) {
                InputLine line = lines.next();
                if (line instanceof InputLine.Item item
                        && item.place().index() < count
                        && !written.get(bit(item.place()))) {
                    next = item;
                }
            }
            return next != null;
        }

        @Override
        public Json next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no item is left");
            }
            InputLine.Item item = Objects.requireNonNull(next);
            next = null;
            return open.open(item);
        }
    }

    private static Stream<Json> stream(Iterator<Json> items) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, Spliterator.ORDERED), false);
    }

    private static int bit(InputLine.Place place) {
        return Math.toIntExact(place.index());
    }

    private void take(BulkItem<Json.Obj> item) {
        InputLine.Item ended = open.end(item.key());
        switch (item.outcome()) {
            case Outcome.Succeeded<Json.Obj>(Json.Obj answer) when item.fromCache() -> results.reused(ended, answer);
            case Outcome.Succeeded<Json.Obj>(Json.Obj answer) -> results.succeeded(ended, answer, item.spend());
            case Outcome.Failed<Json.Obj>(Failure failure) ->
                results.failed(ended, ItemImages.inWords(failure), item.spend());
            case Outcome.Skipped<Json.Obj>(Skip skip) -> results.skipped(ended, skip.toString(), item.spend());
        }
    }

    private static Skip notTried(BulkSummary.Stop stop, String pause) {
        return switch (stop) {
            case END_OF_INPUT -> new Skip(Skip.Kind.CANCELLED, "it did not end", List.of());
            case BUDGET -> new Skip(Skip.Kind.BUDGET, "the money did not reach for it", List.of());
            case DEADLINE -> new Skip(Skip.Kind.DEADLINE, "the time was up", List.of());
            case PAUSED -> new Skip(Skip.Kind.PAUSED, "not tried: " + pause, List.of());
            case CANCELLED -> new Skip(Skip.Kind.CANCELLED, "not tried: the run was cancelled", List.of());
            case JOURNAL_FAILED ->
                new Skip(Skip.Kind.CANCELLED, "not tried: the journal could not be read or written", List.of());
        };
    }

    /** Every item has a line in the end. */
    private void giveUp(Left left, Skip reason) {
        while (left.hasNext()) {
            left.next();
            if (open.count() >= GIVEN_UP_TOGETHER) {
                skipOpen(reason);
            }
        }
        skipOpen(reason);
    }

    private void skipOpen(Skip reason) {
        open.endAll().forEach(item -> results.skipped(item, reason.toString(), Spend.NONE));
    }
}
