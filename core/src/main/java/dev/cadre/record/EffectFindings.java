// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.util.Optional;

/** The findings of people about effects of unknown fate, as a journal has them. */
public final class EffectFindings {
    /** The fingerprint of every finding; no work has it. */
    private static final Fingerprint FOUND = Fingerprint.of("what became of an effect");

    private static final Outcome<String> NOT_HAPPENED =
            Outcome.failed(Failure.Kind.CANCELLED, "its effect did not happen, as somebody found out");
    private static final Outcome<String> UNKNOWN =
            Outcome.failed(Failure.Kind.EFFECT_UNKNOWN, "it was begun again since");

    private EffectFindings() {}

    /** The entry that says: the effect happened, and this is the output. */
    public static JournalEntry.Ended happened(JournalKey key, String output) {
        return entry(key, new Outcome.Succeeded<>(output));
    }

    /** The entry that says: the effect did not happen. */
    public static JournalEntry.Ended didNotHappen(JournalKey key) {
        return entry(key, NOT_HAPPENED);
    }

    /** The finding that still counts: a success has the output, anything else is to be performed again. */
    static Optional<Outcome<String>> found(RunRecord record, JournalKey key) {
        return record.recall(key, FOUND).filter(what -> !what.equals(UNKNOWN));
    }

    /** Revokes an earlier finding before the work is begun again; waits for the disk. */
    static void revoke(RunRecord record, JournalKey key) {
        if (found(record, key).isPresent()) {
            record.append(entry(key, UNKNOWN));
        }
    }

    /** The same without waiting: what there is of this key was said of other work. */
    static void forget(RunRecord record, JournalKey key) {
        if (found(record, key).isPresent()) {
            var unused = record.submit(entry(key, UNKNOWN));
        }
    }

    private static JournalEntry.Ended entry(JournalKey key, Outcome<String> finding) {
        return new JournalEntry.Ended(key, FOUND, finding, Spend.NONE);
    }
}
