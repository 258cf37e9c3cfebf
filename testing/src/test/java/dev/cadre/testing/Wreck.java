// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.record.EffectFindings;
import dev.cadre.record.RunRecord;
import dev.cadre.task.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a killed process left behind.
 *
 * @param journal the file, which may be missing
 * @param calls what the model was asked, a line for each call
 */
record Wreck(KilledRun run, Path journal, Path calls) {
    /** Goes on with a run, in this process or in another. */
    interface Resumption {
        /** Returns what {@link KilledRun#run} returns. */
        String of(Wreck wreck) throws IOException, InterruptedException;
    }

    static Wreck in(Path folder, KilledRun run) throws IOException {
        Files.createDirectories(folder);
        return new Wreck(run, folder.resolve("journal"), Files.createFile(folder.resolve("calls")));
    }

    /** The same with less of the journal, in another folder: the disk did not get to the rest of it. */
    Wreck cutTo(long bytes, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path less = Files.copy(journal, folder.resolve("journal"), StandardCopyOption.REPLACE_EXISTING);
        Path same = Files.copy(calls, folder.resolve("calls"), StandardCopyOption.REPLACE_EXISTING);
        try (var file = new RandomAccessFile(less.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return new Wreck(run, less, same);
    }

    /** That whatever was sent is on record, and so is every end that something was sent because of. */
    void assertOrder() throws IOException {
        List<String> intents = new ArrayList<>();
        each(JournalEntry.Intent.class, intent -> intents.add(label(intent.key())));
        Set<String> finished = finished();
        for (String call : asked()) {
            assertThat(intents.remove(call.replaceFirst(" \\d$", "")))
                    .as("the call for %s is on record", call)
                    .isTrue();
            assertThat(finished).as("outcomes that led to %s", call).containsAll(run.before(call));
        }
    }

    /** Goes on in this process. */
    String resume() throws InterruptedException {
        try (var opened = FileJournal.open(journal)) {
            return run.run(opened, calls);
        }
    }

    /** That the run ends as if nothing had happened, paying for nothing twice that is on record. */
    void assertResumes(String answer, Resumption resumption) throws IOException, InterruptedException {
        List<String> before = asked();
        Set<String> finished = finished();
        // a reply frees its permit before its outcome is on the disk, and the next call needs a flush to begin
        assertThat(finished).hasSizeGreaterThanOrEqualTo(before.size() - 2 * KilledRun.PARALLEL);

        String returned = resumption.of(this);

        List<String> all = asked();
        List<String> after = all.subList(before.size(), all.size());
        assertThat(after).as("asked again").doesNotHaveDuplicates().noneMatch(finished::contains);
        assertThat(after).hasSize(run.calls() - finished.size());
        assertThat(returned).startsWith(answer + " ");
        long spent = Long.parseLong(returned.substring(answer.length() + 1).strip());
        assertThat(spent)
                .isGreaterThanOrEqualTo(KilledRun.CALL.times(all.size()).picoUsd());
    }

    /** What succeeded, by the journal. */
    Set<String> finished() {
        var finished = new HashSet<String>();
        var ends = new HashMap<JournalKey, Integer>();
        each(JournalEntry.Ended.class, ended -> {
            if (isEndOfWork(ended) && run.isCall(label(ended.key()))) {
                int number = ends.merge(ended.key(), 1, Integer::sum);
                finished.add(KilledRun.numbered(label(ended.key()), number));
            }
        });
        return finished;
    }

    /** What is known of lists and where a round begins are on record as ends, too, and that an end without a value is over. */
    private static boolean isEndOfWork(JournalEntry.Ended ended) {
        return !ended.outcome().equals(RunRecord.SUCCEEDED)
                && !ended.key().subtask().equals(EffectFindings.OF_ITEMS)
                && ended.outcome() instanceof Outcome.Succeeded<String>(String json)
                && !(ended.key().subtask().equals(KilledRun.PLANNER) && json.startsWith("{\"from\""));
    }

    private List<String> asked() throws IOException {
        return Files.readAllLines(calls);
    }

    private <E extends JournalEntry> void each(Class<E> kind, Consumer<E> visitor) {
        if (!Files.exists(journal)) {
            return;
        }
        FileJournal.read(journal, line -> {
            if (kind.isInstance(line.entry())) {
                visitor.accept(kind.cast(line.entry()));
            }
        });
    }

    private static String label(JournalKey key) {
        return key.item() == JournalKey.WHOLE ? key.subtask() : key.subtask() + "#" + key.item();
    }
}
