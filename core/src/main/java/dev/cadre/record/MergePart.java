// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import java.util.Optional;

/** A part of a merge, as the journal of its run has it. For one thread at a time. */
public final class MergePart {
    /** A result is JSON text already. */
    private static final Form<String> TEXT = new Form<>() {
        @Override
        public String write(String json) {
            return Json.parse(json).write();
        }

        @Override
        public String read(String json) {
            return json;
        }
    };

    private final RunRecord record;
    private final JournalKey key;
    private final Fingerprint fingerprint;
    private final AttemptRecorder recorder;

    MergePart(RunRecord record, Fingerprints fingerprints, int number, String question) {
        this.record = record;
        key = new JournalKey(record.run(), MergeRecord.MERGER, number);
        fingerprint = fingerprints.mergePart(question);
        recorder = record.attempts(key, fingerprint);
    }

    /** The result of an earlier session that asked the same. */
    public Optional<String> recall() {
        return record.recall(key, fingerprint, TEXT);
    }

    /** Records the attempts of this part. */
    public AttemptRecorder recorder() {
        return recorder;
    }

    /** Makes a result durable; one that no journal can take is made again by a later session. */
    public void keep(String result) {
        try {
            record.make(key, fingerprint, result, TEXT, recorder.spend());
        } catch (UnrecordableException unfit) {
            RunRecord.LOG.debug("the part {} of a merge cannot be recorded", key, unfit);
        }
    }
}
