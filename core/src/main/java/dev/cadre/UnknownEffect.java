// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Optional;

/**
 * What somebody found out about a subtask that ended as {@link Failure.Kind#EFFECT_UNKNOWN}, told to the journal so that
 * the next session of its run goes on.
 *
 * <p>Look at what the writing tool changes, such as the mailbox or the table: if its work is there, say what the subtask's
 * output is; if it is not, the next session performs the subtask again. What is said counts for the fate that is unknown
 * now: if the subtask is performed again and breaks off once more, nothing is known again. Each method waits for the disk.
 * Immutable.
 */
public final class UnknownEffect {
    /** Under which the journal has what was found out; no work has this fingerprint. */
    private static final Fingerprint FOUND = Fingerprint.of("what became of an effect");

    private static final Outcome<String> NOT_HAPPENED =
            Outcome.failed(Failure.Kind.CANCELLED, "its effect did not happen, as somebody found out");
    private static final Outcome<String> UNKNOWN =
            Outcome.failed(Failure.Kind.EFFECT_UNKNOWN, "it was begun again since");

    private final Journal journal;
    private final JournalKey key;

    private UnknownEffect(Journal journal, JournalKey key) {
        this.journal = journal;
        this.key = key;
    }

    /**
     * Of a subtask, or of an item of a bulk.
     *
     * @param runId {@link RunReport#runId} or {@link Bulk#runId}
     * @param subtaskId the subtask's id; of a bulk the key of the item
     * @throws IllegalArgumentException if the journal has no such run
     */
    public static UnknownEffect of(Journal journal, String runId, String subtaskId) {
        List<String> runs =
                journal.runs().stream().map(JournalEntry.RunStarted::run).toList();
        if (!runs.contains(runId)) {
            throw new IllegalArgumentException("the journal has no run '%s', only %s".formatted(runId, runs));
        }
        return new UnknownEffect(journal, JournalKey.of(runId, subtaskId));
    }

    /** Of an item of a subtask that fans out. */
    public UnknownEffect item(int index) {
        return new UnknownEffect(journal, new JournalKey(key.run(), key.subtask(), index));
    }

    /**
     * It happened: the next session takes this output, and does not perform the subtask again.
     *
     * @throws dev.cadre.journal.RunUnderWayException if a session of the run is under way
     * @throws dev.cadre.journal.JournalException if it cannot be recorded
     */
    public <O> void happened(SubtaskType<?, O> type, O output) {
        found(new Outcome.Succeeded<>(type.outputType().write(output)));
    }

    /**
     * It did not happen: the next session performs the subtask again.
     *
     * @throws dev.cadre.journal.RunUnderWayException if a session of the run is under way
     * @throws dev.cadre.journal.JournalException if it cannot be recorded
     */
    public void didNotHappen() {
        found(NOT_HAPPENED);
    }

    private void found(Outcome<String> what) {
        Journal.Claim claim = journal.claim(key.run());
        try {
            journal.append(new JournalEntry.Ended(key, FOUND, what, Spend.NONE));
        } finally {
            claim.close();
        }
    }

    /** What was found out, if it counts still: a success has the output, anything else is to be performed again. */
    static Optional<Outcome<String>> found(RunRecord record, JournalKey key) {
        return record.recall(key, FOUND).filter(what -> !what.equals(UNKNOWN));
    }

    /** Lets nothing count any more that was found out before the work is begun again; waits for the disk. */
    static void begin(RunRecord record, JournalKey key) {
        if (found(record, key).isPresent()) {
            record.append(new JournalEntry.Ended(key, FOUND, UNKNOWN, Spend.NONE));
        }
    }
}
