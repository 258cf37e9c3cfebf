// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonType;
import dev.cadre.merge.Citation;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.Tier;
import dev.cadre.pool.AttemptListener;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The answer that a model merged, as the journal of its run has it. For the merger's thread. */
final class MergeRecord {
    /** No id of a subtask begins like this. */
    private static final String MERGER = "@merger";

    /** A merger's answer, the answer itself as JSON text. */
    record Written(String answer, List<Citation> citations, List<String> notes) {}

    private final Journal journal;
    private final JournalKey key;
    private final Fingerprints fingerprints;

    /** Performs a merge whose attempts are told to the listener. */
    @FunctionalInterface
    interface Performance<R> {
        Merged<R> merge(AttemptListener attempts) throws InterruptedException;
    }

    MergeRecord(Journal journal, String run, Fingerprints fingerprints) {
        this.journal = journal;
        this.key = JournalKey.of(run, MERGER);
        this.fingerprints = fingerprints;
    }

    /** Merges, unless the same outcomes were merged before. */
    <R> Merged<R> merge(Goal<R> goal, List<SubtaskOutcome> outcomes, Performance<R> work) throws InterruptedException {
        Fingerprint fingerprint = fingerprint(goal, outcomes);
        JsonType<R> type = JsonType.of(goal.answer());
        Optional<Merged<R>> earlier = journal.ended(key, fingerprint)
                .flatMap(ended -> ended.outcome().ifSucceeded())
                .map(json -> read(key, json, type));
        if (earlier.isPresent()) {
            return earlier.get();
        }
        var recorder = new AttemptRecorder(journal, key, fingerprint);
        Merged<R> merged = work.merge(recorder);
        written(merged, type)
                .ifPresent(json -> RunRecord.append(
                        journal,
                        new JournalEntry.Ended(key, fingerprint, new Outcome.Succeeded<>(json), recorder.spend())));
        return merged;
    }

    /** The goal is the run's identity already. */
    private Fingerprint fingerprint(Goal<?> goal, List<SubtaskOutcome> outcomes) {
        var parts = new ArrayList<String>();
        parts.add(JsonType.of(goal.answer()).schema());
        parts.add(fingerprints.models(Tier.NANO, Tier.FLAGSHIP));
        for (SubtaskOutcome each : outcomes) {
            parts.add(each.id());
            add(each.type().outputType(), each.outcome(), parts);
        }
        return Fingerprint.of(parts.toArray(String[]::new));
    }

    private static <O> void add(JsonType<O> type, Outcome<?> outcome, List<String> parts) {
        switch (outcome) {
            case Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> items)) -> {
                parts.add(items.size() + " items");
                items.forEach(item -> add(type, item, parts));
            }
            case Outcome.Succeeded<?>(Object value) ->
                parts.add(type.canonical(type.rawType().cast(value)));
            case Outcome.Failed<?> failed -> parts.add("failed " + failed.reason());
            case Outcome.Skipped<?> skipped -> parts.add("skipped " + skipped.reason());
        }
    }

    private static <R> Merged<R> read(JournalKey key, String json, JsonType<R> type) {
        Written written = RunRecord.read(key, JsonType.of(Written.class), json);
        return new Merged<>(RunRecord.read(key, type, written.answer()), written.citations(), written.notes());
    }

    /** Empty for an answer that its own type does not allow: it is the merger's to say so, not the journal's. */
    private static <R> Optional<String> written(Merged<R> merged, JsonType<R> type) {
        try {
            var written = new Written(type.write(merged.answer()), merged.citations(), merged.notes());
            return Optional.of(JsonType.of(Written.class).write(written));
        } catch (JsonException unfit) {
            return Optional.empty();
        }
    }
}
