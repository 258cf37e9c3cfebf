// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.prompt.Prompt;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of one run in its journal, the same for a graph, a goal and a bulk: the claim that makes this its only
 * session, what earlier sessions left, and what this one adds.
 *
 * <p>Nothing is sent before it is on record, and nothing is seen by a dependent, the merger or the caller before it is. A
 * value that no journal can take is an {@link UnrecordableException}, which concerns that value alone; a journal that
 * fails is an {@link UnrecordedException}, which ends the run. A record that cannot be read as its type any more counts as
 * none: the work is done again. Waits for the disk on the thread of a rung, an item, the planner or the merger, never on
 * that of the run. Safe for use by many threads.
 *
 * <p>Work that its session left behind writes nothing any more, save what its calls cost, and nobody writes once it is
 * closed: a later session of the run may have an answer of its own by then, and counts a call of unknown fate with all
 * that it may have cost.
 */
public final class RunRecord implements AutoCloseable {
    static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);

    /**
     * The end of what has a value that is not in this line: an earlier session reached it, or a fan-out has it in its items. Its
     * fingerprint is that of the run.
     */
    public static final Outcome<String> SUCCEEDED = new Outcome.Succeeded<>("null");

    private static final int MAX_NOTES = 100;

    /** A value as the next session will read it, and when it is durable. */
    public record Made<T>(T value, CompletableFuture<Void> durable) {}

    private final Journal journal;
    private final Journal.Claim claim;
    private final SessionWriter writer;
    private final Fingerprints fingerprints;
    private final RunIdentity identity;
    private final Spend before;
    private final Spend planningBefore;
    private final boolean resumed;
    private final Set<JournalKey> withOutput;
    private final Set<String> subtasksWithOutput;
    private final ItemNames names = new ItemNames();
    private final String beginning;
    /** The highest number among the attempts of unknown fate that earlier sessions left, by what they were for. */
    private final Map<JournalKey, Integer> lastOpen = new HashMap<>();

    /**
     * Claims the run until it is closed.
     *
     * @throws dev.cadre.journal.RunUnderWayException if another session of it is under way
     */
    public static RunRecord open(Journal journal, Fingerprints fingerprints, RunIdentity identity) {
        Journal.Claim claim = journal.claim(identity.run());
        try {
            return new RunRecord(journal, claim, fingerprints, identity);
        } catch (RuntimeException | Error unreadable) {
            claim.close();
            throw unreadable;
        }
    }

    private RunRecord(Journal journal, Journal.Claim claim, Fingerprints fingerprints, RunIdentity identity) {
        this.journal = journal;
        this.claim = claim;
        this.writer = new SessionWriter(journal);
        this.fingerprints = fingerprints;
        this.identity = identity;
        before = journal.spent(run());
        planningBefore = journal.planningSpent(run());
        Optional<JournalEntry.RunStarted> earlier = journal.runs().stream()
                .filter(started -> started.run().equals(run()))
                .findFirst();
        resumed = earlier.isPresent();
        withOutput = journal.withOutput(run());
        subtasksWithOutput = withOutput.stream().map(JournalKey::subtask).collect(Collectors.toUnmodifiableSet());
        beginning = earlier.map(JournalEntry.RunStarted::beginning).orElseGet(RunIdentity::newBeginning);
        for (Intent open : journal.openIntents(run())) {
            lastOpen.merge(open.key(), open.attempt(), Math::max);
        }
    }

    /**
     * Ends the session. What is being written at this moment is waited for, half a second at most: a journal of somebody's
     * own may never answer.
     */
    @Override
    public void close() {
        writer.close();
        claim.close();
    }

    /** Whether an earlier session of the run is on record. */
    public boolean isResumed() {
        return resumed;
    }

    /**
     * Whether an earlier session has an output of a subtask or an effect of unknown fate, or of an item of it, on record,
     * whatever work it was.
     */
    public boolean hasOutput(String subtask) {
        return subtasksWithOutput.contains(subtask);
    }

    /**
     * Whether a fan-out has as many items as it had when its list was made last; takes down how many it has. Where that is not
     * on record, it has not if anything of it is.
     */
    public boolean hadItems(String subtask, int items) {
        JournalKey place = JournalKey.of(run(), EffectFindings.OF_ITEMS);
        Fingerprint length = Fingerprint.of("how many items there are", subtask);
        Outcome<String> now = new Outcome.Succeeded<>(Integer.toString(items));
        Optional<Outcome<String>> before = recall(place, length);
        if (before.filter(now::equals).isEmpty()) {
            var unused = submit(new Ended(place, length, now, Spend.NONE));
        }
        return before.map(now::equals).orElseGet(() -> !hasOutput(subtask));
    }

    /** The same of the subtask itself, or of the item that stood at this place. */
    public boolean hasOutput(JournalKey key) {
        return withOutput.contains(key);
    }

    public String run() {
        return identity.run();
    }

    /** The same in all sessions of the run, and of no other run; empty in those of older journals. */
    public String beginning() {
        return beginning;
    }

    /** What earlier sessions spent; calls of unknown fate count with all that they may have cost. */
    public Spend before() {
        return before;
    }

    /** The part of it that the plan took. */
    public Spend planningBefore() {
        return planningBefore;
    }

    public void started(String subject, Money limit) {
        append(new JournalEntry.RunStarted(
                run(),
                identity.asked(),
                Shortened.text(subject),
                limit,
                identity.runKey(),
                Prompt.versions(),
                beginning));
    }

    /**
     * Takes down the end of the run. All that its caller sees is on record before that, and needs no other line.
     *
     * @return what could not be recorded, if anything: the end itself, or what a call cost or why work ended without a value,
     *     for which nobody waits
     */
    public Optional<String> ended(String status, List<String> notes) {
        List<String> kept = notes.stream().limit(MAX_NOTES).map(Shortened::text).toList();
        try {
            append(new JournalEntry.RunEnded(run(), status, kept));
        } catch (UnrecordedException trouble) {
            return Optional.of("the journal lacks the end of the run: " + trouble.getMessage());
        }
        return writer.lost()
                .map(trouble -> "the journal lacks what some calls cost, or why work ended without a value: "
                        + Failure.describe(trouble));
    }

    /**
     * Takes down a graph by hand, as far as no earlier session did: for the journal's readers, and because only of runs with a
     * plan it is known what has an output. A later session has the graph from its caller again.
     */
    public void graph(List<GraphNode> nodes) {
        for (int position = journal.plan(run()).size(); position < nodes.size(); position++) {
            GraphNode node = nodes.get(position);
            List<String> after =
                    node.dependencies().stream().map(Dependency::on).toList();
            var planned =
                    new PlannedSubtask(node.id(), node.type().name(), Map.of(), List.of(), after, node.optional());
            var unused = submit(new JournalEntry.PlanAdmitted(run(), position, planned.toJson()));
        }
    }

    /** Whether an earlier session took a plan, whole or in part. */
    boolean isPlanned() {
        return !journal.plan(run()).isEmpty();
    }

    /**
     * The record of the plan, or of a further round of it.
     *
     * @param round 0 for the first plan
     * @param trial an intake of the run's types and limits, which hands over nothing, with what earlier rounds took
     */
    public PlanRecord plan(int round, PlanIntake trial) {
        return new PlanRecord(this, round, journal.plan(run()), trial);
    }

    /** The further rounds of the plan, by earlier sessions and this one. */
    public RoundsOnRecord rounds() {
        var starts = new ArrayList<RoundStart>();
        for (Optional<RoundStart> next = round(1); next.isPresent(); next = round(starts.size() + 1)) {
            starts.add(next.get());
        }
        return new RoundsOnRecord(starts, journal.plan(run()));
    }

    /** The latest start of a round; empty if no session began it. The first plan, round 0, begins where the journal does. */
    Optional<RoundStart> round(int round) {
        return round == 0
                ? Optional.of(RoundStart.OF_FIRST_PLAN)
                : recall(planner(), RoundStart.fingerprint(identity(), round), RoundStart.FORM);
    }

    /** Takes down where a round starts; waits for that. */
    void begin(int round, RoundStart start) {
        append(new Ended(
                planner(),
                RoundStart.fingerprint(identity(), round),
                new Outcome.Succeeded<>(RoundStart.FORM.write(start)),
                Spend.NONE));
    }

    private JournalKey planner() {
        return JournalKey.of(run(), PlanRecord.PLANNER);
    }

    /** The end without a value that an earlier session took down last. */
    public Optional<Outcome<Object>> lastFailure(JournalKey key) {
        return recall(key, identity()).flatMap(last -> switch (last) {
            case Outcome.Succeeded<String> succeeded -> Optional.empty();
            case Outcome.Failed<String>(Failure failure) -> Optional.of(new Outcome.Failed<>(failure));
            case Outcome.Skipped<String>(Skip skip) -> Optional.of(new Outcome.Skipped<>(skip));
        });
    }

    /** Records what a merger of plain code asks models, should it do so; its answer is made again by each session. */
    public AttemptListener mergeAttempts() {
        return attempts(JournalKey.of(run(), MergeRecord.MERGER), identity());
    }

    /** @param merger the {@link dev.cadre.merge.Merger#identity() identity} of the merger */
    public <R> MergeRecord<R> merge(JsonType<R> answer, String merger, List<SubtaskOutcome> outcomes) {
        return new MergeRecord<>(this, fingerprints.merge(answer, merger, outcomes), answer);
    }

    /** The record of a part of a merge. */
    public MergePart mergePart(int number, String question) {
        return new MergePart(this, fingerprints, number, question);
    }

    /** Writes the input of a piece of work, which runs the user's code. */
    public InputPrint input(SubtaskType<?, ?> type, Object input) {
        return fingerprints.input(type, input);
    }

    /** The record of a subtask. */
    public WorkRecord work(String subtask, SubtaskType<?, ?> type, InputPrint input, Attached.Made attached) {
        Fingerprint work = Fingerprints.of(input, attached);
        return new WorkRecord(
                this, JournalKey.of(run(), subtask), type, work, type.hasEffects() ? input.effect() : work);
    }

    /** The record of an item of a fan-out, which stands at this place in the list. */
    public WorkRecord work(ItemName item, int place, SubtaskType<?, ?> type, InputPrint input, Attached.Made attached) {
        Fingerprint work = item.of(Fingerprints.of(input, attached));
        return new WorkRecord(
                this,
                new JournalKey(run(), item.subtaskId(), place),
                type,
                work,
                type.hasEffects() ? item.effect() : work);
    }

    /** What an item of a fan-out is called; those of a list must be asked for in their order once. */
    public ItemName name(String subtask, int place, InputPrint input) {
        return names.of(subtask, place, input);
    }

    /**
     * The record of a call that several items of a bulk share: what it costs. What each of them got of it is in its own.
     *
     * @param first the item that the call begins with
     */
    public WorkRecord shared(String first, SubtaskType<?, ?> type) {
        return WorkRecord.shared(this, new JournalKey(run(), first, JournalKey.SHARED), type, fingerprints.of(type));
    }

    AttemptRecorder attempts(JournalKey key, Fingerprint fingerprint) {
        return new AttemptRecorder(this, key, fingerprint, lastOpen.getOrDefault(key, 0));
    }

    /** The shards of a bulk run, and its requests that are under way in batches. */
    public List<JournalEntry.OfBatch> batches() {
        return journal.batches(run());
    }

    /** What all sessions spent so far, this one included. */
    public Spend spent() {
        return journal.spent(run());
    }

    /** How work of this type is asked for and checked, and by which models. */
    Fingerprint fingerprint(SubtaskType<?, ?> type) {
        return fingerprints.of(type);
    }

    /** What belongs to the run as a whole and changes only with it. */
    Fingerprint identity() {
        return identity.asked();
    }

    // --- values

    /** What was made of this by a session that is over or this one; empty if it cannot be read any more. */
    public <T> Optional<T> recall(JournalKey key, Fingerprint fingerprint, Form<T> form) {
        return recall(journal, key, fingerprint, form);
    }

    public static <T> Optional<T> recall(Journal journal, JournalKey key, Fingerprint fingerprint, Form<T> form) {
        return journal.ended(key, fingerprint)
                .flatMap(ended -> ended.outcome().ifSucceeded())
                .flatMap(json -> read(key, json, form));
    }

    static <T> Optional<T> read(JournalKey key, String json, Form<T> form) {
        try {
            return Optional.of(form.read(json));
        } catch (RuntimeException unfit) {
            LOG.debug("the record of {} cannot be read any more, so it is made again", key, unfit);
            return Optional.empty();
        }
    }

    public Optional<Outcome<String>> recall(JournalKey key, Fingerprint fingerprint) {
        return journal.ended(key, fingerprint).map(Ended::outcome);
    }

    /** How an item of a fan-out ended, at whatever place it stood. */
    Optional<Ended> item(String subtask, Fingerprint fingerprint) {
        return journal.endedItem(run(), subtask, fingerprint);
    }

    /**
     * Makes a value durable, and waits for that.
     *
     * @return the value as the next session will read it, so that this one makes nothing else of it
     * @throws UnrecordableException if no journal can take it; nothing is on record
     */
    <T> T make(JournalKey key, Fingerprint fingerprint, T value, Form<T> form, Spend spend)
            throws UnrecordableException {
        var read = Written.of(value, form);
        return make(new Ended(key, fingerprint, new Outcome.Succeeded<>(read.json()), spend), read);
    }

    /** The same for a value from an outcome cache. */
    <T> T take(JournalKey key, Fingerprint fingerprint, T value, Form<T> form, Origin.Cached origin)
            throws UnrecordableException {
        var read = Written.of(value, form);
        return make(new Ended(key, fingerprint, new Outcome.Succeeded<>(read.json()), Spend.NONE, origin), read);
    }

    private <T> T make(Ended entry, Written<T> read) throws UnrecordableException {
        try {
            writer.write(entry);
            return read.value();
        } catch (IllegalArgumentException tooLarge) {
            throw new UnrecordableException(tooLarge);
        } catch (RuntimeException e) {
            throw UnrecordedException.of(entry.key().toString(), e);
        }
    }

    /** The same without waiting. */
    public <T> Made<T> submit(JournalKey key, Fingerprint fingerprint, T value, Form<T> form, Spend spend)
            throws UnrecordableException {
        var read = Written.of(value, form);
        try {
            return new Made<>(
                    read.value(), submit(new Ended(key, fingerprint, new Outcome.Succeeded<>(read.json()), spend)));
        } catch (IllegalArgumentException tooLarge) {
            throw new UnrecordableException(tooLarge);
        }
    }

    // --- ends without a value

    /**
     * Takes down an end without a value, for the journal's readers: a later session tries again. Its fingerprint is that of
     * the run, which keeps it apart from what may be reused. A value is on record already, as the work or the items that it
     * is made of; where readers would find an earlier end without a value, or nothing, they find {@link #SUCCEEDED}.
     */
    public CompletableFuture<Void> note(JournalKey key, Outcome<?> outcome, Spend spend) {
        if (!outcome.isSucceeded()) {
            return submit(new Ended(key, identity(), Shortened.end(outcome), spend));
        }
        Optional<Outcome<String>> earlier = resumed ? recall(key, identity()) : Optional.empty();
        boolean isKnown = earlier.map(Outcome::isSucceeded).orElse(!isOfNoOutputs(outcome));
        return isKnown ? CompletableFuture.completedFuture(null) : submit(new Ended(key, identity(), SUCCEEDED, spend));
    }

    /** Then no item says that an earlier session reached it. */
    private static boolean isOfNoOutputs(Outcome<?> outcome) {
        return outcome instanceof Outcome.Succeeded<?>(Items<?> items)
                && items.outcomes().stream().noneMatch(Outcome::isSucceeded);
    }

    /** The same, and waits until it is durable. */
    void noted(JournalKey key, Outcome<?> outcome, Spend spend) {
        if (!outcome.isSucceeded()) {
            append(new Ended(key, identity(), Shortened.end(outcome), spend));
        }
    }

    // --- entries

    /** Does not wait; a journal that fails says so to the next who waits for it. */
    public CompletableFuture<Void> submit(JournalEntry entry) {
        return writer.submit(entry);
    }

    void append(JournalEntry entry) {
        try {
            writer.write(entry);
        } catch (RuntimeException e) {
            throw UnrecordedException.of(
                    entry instanceof Intent intent
                            ? "a call for " + intent.key()
                            : entry.getClass().getSimpleName(),
                    e);
        }
    }

    /** @throws IllegalArgumentException if no journal can take this subtask */
    void admit(JournalEntry.PlanAdmitted admitted) {
        try {
            writer.write(admitted);
        } catch (IllegalArgumentException unfit) {
            throw unfit;
        } catch (RuntimeException e) {
            throw UnrecordedException.of("a subtask of the plan", e);
        }
    }
}
