// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.JsonException;
import dev.cadre.merge.Citation;
import dev.cadre.merge.MergeFailedException;
import dev.cadre.merge.Merged;
import dev.cadre.redact.Thrown;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The answer that a model merged, as the journal of its run has it. For the merger's thread. */
public final class MergeRecord<R> {
    /** No id of a subtask begins like this. */
    static final String MERGER = "@merger";

    /** What a journal holds of a merger's answer, the answer itself as JSON text. */
    public record Written(String answer, List<Citation> citations, List<String> notes) {
        private static final JsonType<Written> TYPE = JsonType.of(Written.class);

        public Written {
            citations = List.copyOf(citations);
            notes = List.copyOf(notes);
        }

        /** @throws dev.cadre.json.JsonException if it is something else */
        public static Written parse(String json) {
            return TYPE.read(json);
        }

        String toJson() {
            return TYPE.write(this);
        }
    }

    private final RunRecord record;
    private final JournalKey key;
    private final Fingerprint fingerprint;
    private final Form<Merged<R>> form;
    private final AttemptRecorder recorder;

    /** The record of the merge that this fingerprint is of, into an answer of this type. */
    MergeRecord(RunRecord record, Fingerprint fingerprint, JsonType<R> answer) {
        this.record = record;
        this.fingerprint = fingerprint;
        key = JournalKey.of(record.run(), MERGER);
        form = form(answer);
        recorder = record.attempts(key, fingerprint);
    }

    /**
     * The answer of an earlier session that merged the same outcomes.
     *
     * @throws MergeFailedException if its type has code that fails with it: it is neither lost nor paid again. One that the type
     *     refuses is made again
     */
    public Optional<Merged<R>> recall() {
        return record.recall(key, fingerprint).flatMap(Outcome::ifSucceeded).flatMap(this::read);
    }

    private Optional<Merged<R>> read(String json) {
        try {
            return Optional.of(form.read(json));
        } catch (JsonException refused) {
            RunRecord.LOG.debug("the type of the answer refuses what is on record of {}", key, refused);
            return Optional.empty();
        } catch (Throwable unfit) { // what is made of it may be the user's code
            Thrown.keepInterrupt(unfit);
            throw new MergeFailedException(
                    "the answer, which is on record, cannot be read: %s".formatted(Failure.describe(unfit)));
        }
    }

    /** Records the attempts of the merge. */
    public AttemptRecorder recorder() {
        return recorder;
    }

    /** Makes an answer durable; one that no journal can take is good all the same, and has a note about it. */
    public Merged<R> keep(Merged<R> merged) {
        try {
            return record.make(key, fingerprint, merged, form, recorder.spend());
        } catch (UnrecordableException unfit) {
            var notes = new ArrayList<>(merged.notes());
            notes.add("a later session would merge again, because of this answer: " + unfit.getMessage());
            return new Merged<>(merged.answer(), merged.citations(), notes);
        }
    }

    private static <R> Form<Merged<R>> form(JsonType<R> type) {
        return new Form<>() {
            @Override
            public String write(Merged<R> merged) {
                return new Written(type.write(merged.answer()), merged.citations(), merged.notes()).toJson();
            }

            @Override
            public Merged<R> read(String json) {
                Written written = Written.parse(json);
                return new Merged<>(type.read(written.answer()), written.citations(), written.notes());
            }
        };
    }
}
