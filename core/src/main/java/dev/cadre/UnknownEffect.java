// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.record.EffectFindings;
import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import java.util.List;

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
    private final Journal journal;
    private final JournalKey key;

    private UnknownEffect(Journal journal, JournalKey key) {
        this.journal = journal;
        this.key = key;
    }

    /**
     * Of a subtask, or of an item of a bulk.
     *
     * @param runId {@link RunReport#runId} or {@link dev.cadre.bulk.Bulk#runId}
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

    /**
     * Of an item of a subtask that fans out, by its index in the report of the last session: items may have moved since an
     * earlier one. After a session that broke off, the run must be run again first.
     */
    public UnknownEffect item(int index) {
        return new UnknownEffect(journal, new JournalKey(key.run(), key.subtask(), index));
    }

    /**
     * It happened: the next session takes this output, and does not perform the subtask again.
     *
     * @throws IllegalArgumentException if no effect of such an item is on record
     * @throws IllegalStateException if it is of an item, and the last session of the run broke off
     * @throws dev.cadre.journal.RunUnderWayException if a session of the run is under way
     * @throws dev.cadre.journal.JournalException if it cannot be recorded
     */
    public <O> void happened(SubtaskType<?, O> type, O output) {
        found(EffectFindings.happened(journal, key, type.outputType().write(output)));
    }

    /**
     * It did not happen: the next session performs the subtask again.
     *
     * @throws IllegalArgumentException as {@link #happened}
     * @throws IllegalStateException as {@link #happened}
     * @throws dev.cadre.journal.RunUnderWayException if a session of the run is under way
     * @throws dev.cadre.journal.JournalException if it cannot be recorded
     */
    public void didNotHappen() {
        found(EffectFindings.didNotHappen(journal, key));
    }

    private void found(JournalEntry.Ended finding) {
        Journal.Claim claim = journal.claim(key.run());
        try {
            journal.append(finding);
        } finally {
            claim.close();
        }
    }
}
