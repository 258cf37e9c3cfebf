// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.JournalMismatchException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonType;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.Work;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a run takes down in its journal, and what its earlier sessions left there.
 *
 * <p>Nothing is sent before it is on record, and nothing is seen by a dependent, the merger or the caller before it is;
 * where that cannot be done an {@link UnrecordedException} ends the run. Waits for the disk on the thread of a rung, the
 * planner or the merger, never on that of the run.
 */
final class RunRecord implements RunListener, AutoCloseable {
    private static final int ID_DIGITS = 16;

    /** Performs a rung whose attempts, and what its code spends, are told to the recorder. */
    @FunctionalInterface
    interface Performance {
        RungEnd perform(AttemptRecorder recorder) throws InterruptedException;
    }

    private final Journal journal;
    private final Fingerprints fingerprints;
    private final Fingerprint identity;
    private final String run;
    private final Journal.Claim claim;
    private final Spend before;
    private final boolean complete;
    private final boolean resumed;
    private final Map<String, Spend> spent = new ConcurrentHashMap<>();

    /**
     * Claims the run until it is closed.
     *
     * @throws dev.cadre.journal.RunUnderWayException if another session of it is under way
     */
    static RunRecord open(Journal journal, Fingerprints fingerprints, Fingerprint identity) {
        Journal.Claim claim = journal.claim(id(identity));
        try {
            return new RunRecord(journal, claim, fingerprints, identity);
        } catch (RuntimeException | Error unreadable) {
            claim.close();
            throw unreadable;
        }
    }

    private RunRecord(Journal journal, Journal.Claim claim, Fingerprints fingerprints, Fingerprint identity) {
        this.journal = journal;
        this.fingerprints = fingerprints;
        this.identity = identity;
        run = id(identity);
        this.claim = claim;
        before = journal.spent(run);
        resumed = journal.runs().stream().anyMatch(earlier -> earlier.run().equals(run));
        complete = journal.runEnded(run)
                .filter(end -> end.status().equals("complete"))
                .isPresent();
    }

    /** The id of a run that is told by what it is for. */
    static String id(Fingerprint identity) {
        return identity.hex().substring(0, ID_DIGITS);
    }

    @Override
    public void close() {
        claim.close();
    }

    String run() {
        return run;
    }

    /** What earlier sessions spent; calls of unknown fate count with all that they may have cost. */
    Spend before() {
        return before;
    }

    void started(String subject, Money limit) {
        append(new JournalEntry.RunStarted(run, identity, subject, limit));
    }

    /** Takes down a graph by hand for the journal's readers; a later session has it from its caller again. */
    void graph(List<GraphNode> nodes) {
        if (resumed) {
            return;
        }
        for (int position = 0; position < nodes.size(); position++) {
            GraphNode node = nodes.get(position);
            List<String> after =
                    node.dependencies().stream().map(Dependency::on).toList();
            var planned =
                    new PlannedSubtask(node.id(), node.type().name(), Map.of(), List.of(), after, node.optional());
            submit(journal, new JournalEntry.PlanAdmitted(run, position, planned.toJson()));
        }
    }

    void ended(String status) {
        append(new JournalEntry.RunEnded(run, status));
    }

    /** Whether an earlier session came to the end with all that was asked for. */
    boolean isComplete() {
        return complete;
    }

    PlanRecord plan() {
        return new PlanRecord(journal, run, identity);
    }

    MergeRecord merge() {
        return new MergeRecord(journal, run, fingerprints);
    }

    // --- subtasks

    /** How a subtask ended, if it need not or must not be tried again. */
    Optional<Outcome<Object>> recall(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
        var key = new JournalKey(run, subtaskId, item);
        return journal.ended(key, fingerprints.of(type, input)).flatMap(ended -> switch (ended.outcome()) {
            case Outcome.Succeeded<String>(String json) ->
                Optional.of(new Outcome.Succeeded<>(read(key, type.outputType(), json)));
            case Outcome.Failed<String>(Failure failure) ->
                failure.kind() == Failure.Kind.EFFECT_UNKNOWN
                        ? Optional.of(new Outcome.Failed<>(failure))
                        : Optional.empty();
            case Outcome.Skipped<String> skipped -> Optional.empty();
        });
    }

    /** What a record says; nobody but the journal has looked at it. */
    static <T> T read(JournalKey key, JsonType<T> type, String json) {
        try {
            return type.read(json);
        } catch (JsonException unfit) {
            throw new JournalMismatchException(key, unfit);
        }
    }

    /** Performs a rung, and makes its end durable before anybody else learns of it. */
    RungEnd perform(RunCommand.StartRung rung, Performance work) throws InterruptedException {
        var key = key(rung.id());
        Fingerprint fingerprint = fingerprints.of(rung.type(), rung.input());
        var recorder = new AttemptRecorder(journal, key, fingerprint);
        boolean unrepeatable = isUnrepeatable(rung.type());
        if (unrepeatable) {
            // stands if this session does not live to tell what the writing tool did
            append(failed(
                    key, fingerprint, Failure.Kind.EFFECT_UNKNOWN, "a session broke off that may have run its tools"));
        }
        RungEnd end;
        try {
            end = work.perform(recorder);
        } catch (InterruptedException e) {
            if (unrepeatable) {
                append(failed(key, fingerprint, Failure.Kind.CANCELLED, "interrupted before a tool could write"));
            }
            throw e;
        }
        Spend all = spent.merge(rung.id().label(), recorder.spend(), Spend::plus);
        return switch (end) {
            case RungEnd.Accepted(Object value) -> accepted(end, key, fingerprint, json(rung.type(), value), all);
            case RungEnd.Rejected(Failure failure, String evidence) ->
                failed(end, unrepeatable, key, fingerprint, failure, all);
            case RungEnd.Failed failed -> failed(end, unrepeatable, key, fingerprint, failed.failure(), all);
            case RungEnd.Unaffordable(Money needed) ->
                failed(end, unrepeatable, key, fingerprint, new Failure(Failure.Kind.BUDGET, "needed " + needed), all);
            case RungEnd.Refused refused -> failed(end, unrepeatable, key, fingerprint, refused.failure(), all);
            case RungEnd.Cancelled cancelled ->
                failed(end, unrepeatable, key, fingerprint, new Failure(Failure.Kind.CANCELLED, "interrupted"), all);
        };
    }

    private RungEnd accepted(RungEnd end, JournalKey key, Fingerprint fingerprint, String json, Spend all) {
        try {
            journal.append(new JournalEntry.Ended(key, fingerprint, new Outcome.Succeeded<>(json), all));
            return end;
        } catch (IllegalArgumentException tooLarge) {
            return RungEnd.Failed.of(
                    new Failure(Failure.Kind.CODE_FAILED, "its output cannot be recorded: " + tooLarge.getMessage()));
        } catch (RuntimeException e) {
            throw unrecorded(key.toString(), e);
        }
    }

    /** The end of a rung that may be tried again is not the end of its subtask, of which an event will tell. */
    private RungEnd failed(
            RungEnd end, boolean unrepeatable, JournalKey key, Fingerprint fingerprint, Failure failure, Spend all) {
        if (unrepeatable) {
            append(new JournalEntry.Ended(key, fingerprint, new Outcome.Failed<>(failure), all));
        }
        return end;
    }

    private static JournalEntry.Ended failed(
            JournalKey key, Fingerprint fingerprint, Failure.Kind kind, String message) {
        return new JournalEntry.Ended(key, fingerprint, Outcome.failed(kind, message), Spend.NONE);
    }

    private static boolean isUnrepeatable(SubtaskType<?, ?> type) {
        return type.work() instanceof Work.Model<?, ?> model
                && model.tools().stream().anyMatch(tool -> tool.effect() == Tool.Effect.WRITES);
    }

    private static <O> String json(SubtaskType<?, O> type, Object value) {
        return type.outputType().write(type.output().cast(value));
    }

    // --- ends without a value, which are tried again: on record in time for whatever is sent because of them

    @Override
    public void on(RunEvent event) {
        // no input, no fingerprint of its own: that of the run keeps it apart from what may be reused
        if (event instanceof RunEvent.SubtaskEnded(var id, var at, String subtaskId, Outcome<?> outcome)) {
            note(JournalKey.of(run, subtaskId), subtaskId, outcome);
            if (outcome instanceof Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> items))) {
                for (int index = 0; index < items.size(); index++) {
                    note(new JournalKey(run, subtaskId, index), subtaskId + "#" + index, items.get(index));
                }
            }
        }
    }

    private void note(JournalKey key, String label, Outcome<?> outcome) {
        Spend all = spent.getOrDefault(label, Spend.NONE);
        switch (outcome) {
            case Outcome.Succeeded<?> succeeded -> {}
            case Outcome.Failed<?>(Failure failure) ->
                submit(journal, new JournalEntry.Ended(key, identity, new Outcome.Failed<>(failure), all));
            case Outcome.Skipped<?> skipped ->
                submit(journal, new JournalEntry.Ended(key, identity, new Outcome.Skipped<>(skipped.skip()), all));
        }
    }

    private JournalKey key(RungId id) {
        return new JournalKey(run, id.subtaskId(), id.item());
    }

    private void append(JournalEntry entry) {
        append(journal, entry);
    }

    /** A journal that fails says so to the next who waits for it. */
    static void submit(Journal journal, JournalEntry entry) {
        var unused = journal.submit(entry);
    }

    static void append(Journal journal, JournalEntry entry) {
        try {
            journal.append(entry);
        } catch (RuntimeException e) {
            throw unrecorded(entry.getClass().getSimpleName(), e);
        }
    }

    private static UnrecordedException unrecorded(String what, RuntimeException why) {
        return new UnrecordedException("%s could not be recorded: %s".formatted(what, why.getMessage()), why);
    }
}
