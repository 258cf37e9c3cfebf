// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.Budget;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.record.Fingerprints;
import dev.cadre.record.GuardedJournal;
import dev.cadre.record.RunIdentity;
import dev.cadre.record.RunRecord;
import dev.cadre.record.WorkRecord;
import dev.cadre.run.GraphEstimate;
import dev.cadre.run.ModelShutdowns;
import dev.cadre.run.RunSettings;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import dev.cadre.worker.InputSize;
import dev.cadre.worker.PoolChoice;
import dev.cadre.worker.SingleCall;
import dev.cadre.worker.SubtaskWorker;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One kind of work on a stream of inputs, in constant memory: inputs are pulled at the pace of the pools, or of the
 * provider's batches. Immutable.
 *
 * @param <I> the input of one item
 * @param <O> the output of one item
 */
public final class Bulk<I, O> {
    private record Settings<I>(
            @Nullable Function<? super I, ?> key,
            @Nullable Journal journal,
            Lane lane,
            BatchLimits batchLimits,
            int itemsInACall) {}

    /** As many go into one call at most. */
    private static final int MOST_PACKED = 100;

    private final RunSettings runs;
    private final SubtaskType<I, O> type;
    private final String runKey;
    private final Settings<I> settings;
    private final Fingerprints fingerprints;

    private Bulk(RunSettings runs, SubtaskType<I, O> type, String runKey, Settings<I> settings) {
        this.runs = runs;
        this.type = type;
        this.runKey = runKey;
        this.settings = settings;
        this.fingerprints = new Fingerprints(runs.pools(), runs.limits());
    }

    /** A bulk with the defaults, for the coordinator, whose {@code bulk} makes it. */
    @SuppressWarnings("exports") // settings come from a coordinator alone
    public static <I, O> Bulk<I, O> of(RunSettings runs, SubtaskType<I, O> type, String runKey) {
        var defaults = new Settings<I>(null, null, Lane.NOW, BatchLimits.of(Integer.MAX_VALUE, Long.MAX_VALUE), 1);
        return new Bulk<>(runs, type, runKey, defaults);
    }

    private Bulk<I, O> with(Settings<I> changed) {
        return new Bulk<>(runs, type, runKey, changed);
    }

    /**
     * Names each input, so that a resumed run knows it again wherever it stands in the stream; default its index. Two
     * inputs of one run must not share a name, however far apart they are: that is found by 32 to 64 bytes of memory for
     * each input.
     *
     * <p>A number is a name by its value, so that {@code 1} and {@code 1.0} are the same; of a {@link dev.cadre.json.Json}
     * the number {@code 1} and the string {@code "1"} are two names; an enum constant is its name. Anything else is named
     * by its {@code toString()}, which must depend on its value alone. A name longer than 512 characters is shortened to
     * its beginning and a digest.
     */
    public Bulk<I, O> keyedBy(Function<? super I, ?> naming) {
        return with(
                new Settings<>(naming, settings.journal, settings.lane, settings.batchLimits, settings.itemsInACall));
    }

    /**
     * Records every item before it is handed over, and takes those that succeeded in an earlier run from there instead of
     * paying for them again; what that run spent counts against the budget. Default none. The caller closes it.
     */
    public Bulk<I, O> journal(Journal record) {
        var guarded = GuardedJournal.of(record, runs.faults());
        return with(new Settings<>(settings.key, guarded, settings.lane, settings.batchLimits, settings.itemsInACall));
    }

    /**
     * How the run is performed; default {@link Lane#NOW}.
     *
     * <p>In {@link Lane#BATCH} each item is one call: an answer that does not fit fails its item, because there is nobody
     * to ask for a repair. What expired, failed in a way that may pass, or got no answer is submitted once more. The
     * default deadline is 48 hours. One journal serves both lanes, one after the other.
     */
    public Bulk<I, O> lane(Lane chosen) {
        return with(
                new Settings<>(settings.key, settings.journal, chosen, settings.batchLimits, settings.itemsInACall));
    }

    /**
     * How much goes into one batch and how much is under way at once, where that is less than the provider takes; default
     * four batches of the provider's size. Ignored in {@link Lane#NOW}.
     */
    public Bulk<I, O> batchLimits(BatchLimits limits) {
        return with(new Settings<>(settings.key, settings.journal, settings.lane, limits, settings.itemsInACall));
    }

    /**
     * Puts so many items into one call, which shares the instructions, the form of the answer and the shared context among
     * them; default 1. For short items that cost is most of the bill: {@code docs/bulk.md} has figures. How well a model
     * answers may suffer: compare a sample. A call has the cap on output tokens of all its items together, as far as the
     * model goes, and is booked in equal parts to them; the call and its tokens count with the first.
     *
     * <p>Within a call items have numbers. An item that the answer lacks, has twice, or has in a form or with a content
     * that the type does not accept is asked again by itself, and so are all items of a call that failed or that the money
     * does not reach for. A call that is not full is sent when the stream has ended, or has yielded nothing for a second.
     * The journal knows each item by itself, so a run goes on with any other number.
     *
     * @param itemsInACall 1 to 100
     * @throws IllegalArgumentException if it is another number, or an item of the type is more than a text in and an
     *     answer out: plain code, tools, pictures or files
     */
    public Bulk<I, O> packing(int itemsInACall) {
        if (itemsInACall < 1 || itemsInACall > MOST_PACKED) {
            throw new IllegalArgumentException(
                    "the items in a call must be 1 to %d, not %d".formatted(MOST_PACKED, itemsInACall));
        }
        var changed =
                with(new Settings<>(settings.key, settings.journal, settings.lane, settings.batchLimits, itemsInACall));
        changed.packs(); // refuses what cannot be packed
        return changed;
    }

    /** How several items go into one call; empty if each has its own. */
    Optional<PackedType<I, O>> packs() {
        if (settings.itemsInACall == 1) {
            return Optional.empty();
        }
        if (settings.lane == Lane.BATCH) {
            throw new IllegalArgumentException("each item of a batch is a call of its own: packing is for Lane.NOW");
        }
        return Optional.of(PackedType.of(type, runs.limits()));
    }

    /** How items are asked for, where their type does not say it: several in a call are not asked as one is. */
    String form() {
        return settings.itemsInACall == 1 ? "" : "packed in calls of " + settings.itemsInACall;
    }

    int itemsInACall() {
        return settings.itemsInACall;
    }

    /**
     * Performs the work on every input. Blocks until the last item has ended, money or time is up, or nothing can be sent
     * or recorded any more; spends money. The stream is not closed.
     *
     * <p>In {@link Lane#NOW} the stream is pulled on a thread of its own, one input at a time and only if there is room for
     * one more in flight, so it may block, wait for a result, or never end; what it shares with {@code each} must be safe
     * for use by many threads, and inputs are named on its thread, too. When the run stops, its time or money being up, the
     * stream is left where it is. An input that it yielded by then and that was never tried is handed over as skipped and
     * named in {@link BulkSummary#notStarted()}; every other one is in the stream still. A stream that neither yields
     * anything nor obeys its interrupt is left behind, and named in {@link BulkSummary#abandoned()}.
     *
     * <p>In {@link Lane#BATCH} the stream is pulled on a thread of its own, too, a batch at a time, and may wait for a
     * result. A batch is submitted when it is full, when the stream has ended or has yielded nothing for a minute, or 15
     * minutes after its first input. A stream that does not yield is left behind at the deadline.
     *
     * <p>A journal that fails, such as on a full disk, ends the run as {@link BulkSummary.Stop#JOURNAL_FAILED}: what is
     * in flight is interrupted, nothing more is begun, and everything that has ended is handed over. That may be an
     * item whose outcome could not be recorded: it is known, but the next session will ask for it again.
     *
     * @param each receives every item on the calling thread, or on one platform thread if that is a virtual one, in the
     *     order in which they end. What it throws ends the run
     *     and comes out of this method; items that have ended and that it was not given are in the
     *     {@link NotHandedOverException} that is suppressed in it, or in the journal
     * @throws RuntimeException what the stream or the naming of an input throws; what was in flight in {@link Lane#NOW} is
     *     finished and handed over first, within the deadline; batches are cancelled, and what they have answered is handed
     *     over. A null in the stream is a {@link NullPointerException}, two inputs with one name
     *     are an {@link IllegalArgumentException}
     * @throws InterruptedException if the calling thread was interrupted: what was in flight is cancelled and booked
     * @throws IllegalArgumentException if the batch lane cannot do this: the type is more than a single call, items are
     *     packed, the client knows no batches, or there is no journal; nothing was spent
     * @throws dev.cadre.price.ModelShutDownException if a model that the type may run on is gone, by the calendar of its
     *     pool; nothing was spent
     * @throws dev.cadre.price.UnpricedException if the model has no price for batches; nothing was spent
     * @throws IllegalStateException if items are under way in batches of an earlier session and this is not the batch
     *     lane: they would be paid twice
     * @throws dev.cadre.journal.RunUnderWayException if a session of the same run is under way in the journal; nothing was
     *     called
     * @throws dev.cadre.journal.JournalException if the journal cannot be read when the run is to begin; nothing was
     *     called
     * @throws dev.cadre.journal.UnrecordedException if the start of the run cannot be recorded; nothing was called
     * @throws BatchRejectedException if the provider rejected a whole batch
     */
    public BulkSummary run(Stream<? extends I> inputs, Budget budget, Consumer<? super BulkItem<O>> each)
            throws InterruptedException {
        shutdowns().requireNone();
        try (Session session = session()) {
            return switch (settings.lane) {
                case NOW -> {
                    if (hasOpenBatches()) {
                        throw new IllegalStateException(
                                "items of '%s' are under way in batches: finish them with Lane.BATCH"
                                        .formatted(runId()));
                    }
                    yield RunDriver.own(
                            runId(), () -> new BulkRun<>(this, session.record(), budget, each).run(inputs.iterator()));
                }
                case BATCH ->
                    RunDriver.own(
                            runId(),
                            () -> new BatchLane<>(BatchTerms.of(this, session.record(), budget), each)
                                    .run(inputs.iterator()));
            };
        }
    }

    /** The record of one session, if there is a journal; it holds the claim until it is closed. */
    private record Session(Optional<RunRecord> record) implements AutoCloseable {
        @Override
        public void close() {
            record.ifPresent(RunRecord::close);
        }
    }

    private Session session() {
        return new Session(journal().map(journal -> RunRecord.open(journal, fingerprints, identity())));
    }

    private RunIdentity identity() {
        return RunIdentity.ofBulk(runKey, type, fingerprints.of(type));
    }

    /**
     * What the journal has of an input: its output in an earlier run, if nothing has changed since that can change
     * it. Calls nobody and spends nothing; reads the journal.
     *
     * @param index its place in the stream; ignored if inputs are named
     * @return empty if {@link #run} would have to do it, or there is no journal
     */
    public Optional<O> recorded(I input, long index) {
        return journal()
                .flatMap(journal -> fingerprint(input)
                        .flatMap(fingerprint -> RunRecord.recall(
                                journal,
                                JournalKey.of(runId(), key(input, index)),
                                fingerprint,
                                WorkRecord.form(type.outputType()))))
                .map(type.outputType().rawType()::cast);
    }

    /**
     * How an input failed in an earlier run of the same work, by what the journal has last of its name. {@link #run} would
     * try it again, whatever its output is on record as. Calls nobody and spends nothing; reads the journal.
     *
     * @param index its place in the stream; ignored if inputs are named
     * @return empty if it did not fail, or there is no journal
     */
    public Optional<Failure> recordedFailure(I input, long index) {
        return journal()
                .flatMap(journal -> journal.ended(
                        JournalKey.of(runId(), key(input, index)), identity().asked()))
                .flatMap(ended -> switch (ended.outcome()) {
                    case Outcome.Failed<String>(Failure failure) -> Optional.of(failure);
                    case Outcome.Succeeded<String> succeeded -> Optional.empty();
                    case Outcome.Skipped<String> skipped -> Optional.empty();
                });
    }

    /**
     * What earlier sessions spent of a budget, without what is under way in batches; calls whose outcome nobody knows count
     * with all that they may have cost. Reads the journal.
     */
    public Money spentBefore() {
        return journal().map(this::spent).orElse(Money.ZERO);
    }

    /** Empty if what goes with the input cannot be made. */
    private Optional<Fingerprint> fingerprint(I input) {
        return switch (Attached.of(type, input)) {
            case Attached.Made made -> Optional.of(fingerprints.of(type, input, made));
            case Attached.Unmade unmade -> Optional.empty();
        };
    }

    /**
     * Whether the journal has a run of the same work: of a type of this name, of which nothing has changed since that can
     * change an answer.
     */
    public boolean isRecorded() {
        RunIdentity identity = identity();
        return journal().map(Journal::runs).orElse(List.of()).stream()
                .anyMatch(run -> run.run().equals(identity.run()) && run.goal().equals(identity.asked()));
    }

    /** Whether the journal has items that are under way in batches: only {@link Lane#BATCH} may go on with them. */
    public boolean hasOpenBatches() {
        return journal().filter(record -> ShardRecord.hasOpen(record, runId())).isPresent();
    }

    /** In all sessions, without what is under way in batches. */
    private Money spent(Journal record) {
        Money booked = record.spent(runId()).total();
        return booked.minus(ShardRecord.reservedInOpen(record, runId()));
    }

    /** What these inputs will cost without a budget; see {@link #preview(Stream, Budget)}. */
    public CostEstimate preview(Stream<? extends I> inputs) {
        return preview(inputs, Budget.of(CostRange.MOST));
    }

    /**
     * What a run on these inputs with this budget will cost in this lane. Inputs that the journal has an output for cost
     * nothing and are not counted, and what earlier sessions spent is not there to be spent again. Reads the whole stream
     * and the journal, and makes the attachments of each input; calls nobody and spends nothing.
     *
     * @return one line for all inputs that are left to do, within what is left of the budget; in {@link Lane#BATCH} an
     *     input is submitted twice at worst
     */
    public CostEstimate preview(Stream<? extends I> inputs, Budget budget) {
        Money spent = spentBefore();
        Money left = budget.limit().minusOrZero(spent).atMost(budget.spendable());
        long items = 0;
        long index = 0;
        var quotes = new BulkQuotes<>(type, settings.itemsInACall, packs(), this::quote);
        for (Iterator<? extends I> each = inputs.iterator(); each.hasNext(); index++) {
            I input = each.next();
            if (recorded(input, index).isEmpty()) {
                quotes.add(input);
                items++;
            }
        }
        Quote sum = quotes.sum();
        // where the money may not reach for all, no call is certain
        Quote quote = sum.cost().worst().isMoreThan(left) ? sum.atBest() : sum;
        var line = new CostEstimate.Line(
                type.name(),
                type.name(),
                List.of(),
                GraphEstimate.tiers(type),
                CountRange.of(items),
                type.maySpendUndeclared() ? quote.openEnded() : quote);
        return new CostEstimate(List.of(line), Quote.NOTHING, Quote.NOTHING, left, Money.ZERO);
    }

    private Quote quote(SubtaskType<?, ?> work, Object input) {
        return switch (settings.lane) {
            case NOW ->
                SubtaskWorker.of(runs.pools())
                        .quote(work, new InputSize.Known(input), runs.limits())
                        .quote();
            case BATCH -> singleCall(ServiceTier.BATCH).quote(type.input().cast(input));
        };
    }

    /** The type as single calls; throws if it is more than that, or not offered in the service tier. */
    SingleCall<I, O> singleCall(ServiceTier serviceTier) {
        ModelPool pool = pool();
        SingleCall<I, O> call = SingleCall.of(type, pool, runs.limits(), serviceTier);
        pool.worstCase(ModelRequest.of(pool.model(), "", "", 1).withServiceTier(serviceTier));
        return call;
    }

    /** The pool of a batch, which every request of it goes to: a batch is made before its requests are known. */
    ModelPool pool() {
        return pools().able(runs.limits()).getFirst();
    }

    /** The pools of its first rungs. */
    PoolChoice pools() {
        return PoolChoice.of(runs.pools(), type, type.tiers().start());
    }

    Fingerprints fingerprints() {
        return fingerprints;
    }

    RunSettings runs() {
        return runs;
    }

    /** The announced shutdowns of the models that the type may run on. */
    ModelShutdowns shutdowns() {
        return ModelShutdowns.of(runs.pools(), List.of(type));
    }

    SubtaskType<I, O> type() {
        return type;
    }

    /** The name of the run in a journal. */
    public String runId() {
        return identity().run();
    }

    /** The names of the inputs of one run. */
    InputPuller.Naming<I> naming() {
        return InputPuller.naming(settings.key);
    }

    String key(I input, long index) {
        return InputPuller.key(settings.key, input, index);
    }

    Optional<Journal> journal() {
        return Optional.ofNullable(settings.journal);
    }

    BatchLimits batchLimits() {
        return settings.batchLimits;
    }
}
