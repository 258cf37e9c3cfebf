// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static dev.cadre.testing.Crew.plannedNote;
import static dev.cadre.testing.Crew.wire;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalException;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A journal whose disk turned over a bit: going on gives a typed error or the same answer, never another one. A sample is
 * drawn by a seed that a failure names; all of it takes minutes.
 */
@Tag("slow")
class FlippedBitTest {
    private static final long SEED = 20_261_122;
    private static final int SAMPLE = 60;
    private static final SubtaskType<Note, Note> SECOND =
            SubtaskType.model("second", Note.class, Note.class, "Look at the note again.");

    @TempDir
    Path folder;

    /** What may come of it. */
    private enum End {
        /** The journal is not opened. */
        REFUSED,
        /** The journal is found damaged when a line is read again. */
        FAILED,
        /** The same answer from the journal. */
        RECALLED,
        /** The same answer, and some of it was asked again. */
        REPEATED
    }

    private enum Work {
        GRAPH {
            @Override
            RunResult<?> run(Coordinator coordinator) throws InterruptedException {
                var graph = TaskGraph.builder();
                var cats = graph.add("cats", NOTE, new Topic("cats"));
                var again = graph.add("again", SECOND, from(cats, note -> note));
                TaskGraph<Brief> whole =
                        graph.answering(graph.add("brief", BRIEF, from(again, note -> new Notes(List.of(note)))));
                return coordinator.run(whole, Budget.usd("0.5"));
            }
        },
        GOAL {
            @Override
            RunResult<?> run(Coordinator coordinator) throws InterruptedException {
                return coordinator.run(Goal.of("What do pets do?", Answer.class), Budget.usd("0.5"));
            }
        };

        abstract RunResult<?> run(Coordinator coordinator) throws InterruptedException;
    }

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.onPlan()
                .costing(1_000, 400)
                .repliesText(plan(
                        plannedNote("cats"),
                        planned("second", "again", "{\"text\":null}", wire("text", "cats", "text"))));
        model.on(NOTE).costing(1_000, 400).replies(new Note("They make noise."));
        model.on(SECOND).costing(1_000, 400).replies(new Note("They do make noise."));
        model.on(BRIEF).costing(1_000, 400).replies(new Brief("Pets make noise."));
        model.onMerge().costing(1_000, 400).repliesText(merged("Pets make noise."));
        return model;
    }

    private static RunResult<?> run(Work work, ScriptedModel model, Journal journal) throws InterruptedException {
        return work.run(Coordinator.builder(model.pools())
                .plansWith(NOTE, SECOND)
                .build()
                .journal(journal));
    }

    @ParameterizedTest
    @EnumSource
    void bit_flippedBetweenSessions_neverChangesTheAnswer_sample(Work work) throws Exception {
        Recorded whole = recorded(work);
        var random = new Random(SEED);
        var ends = EnumSet.noneOf(End.class);
        for (int i = 0; i < SAMPLE; i++) {
            int lines = 1 + random.nextInt(whole.ends.size());
            int length = whole.ends.get(lines - 1);
            ends.add(whole.flipped(length, random.nextInt(length), random.nextInt(8)));
        }
        assertThat(ends).contains(End.REFUSED, End.REPEATED).doesNotContain(End.FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void bit_flippedDuringARun_neverChangesTheAnswer_sample(Work work) throws Exception {
        Recorded whole = recorded(work);
        var random = new Random(SEED);
        var ends = EnumSet.noneOf(End.class);
        for (int i = 0; i < SAMPLE; i++) {
            int length = whole.ends.get(random.nextInt(whole.ends.size()));
            ends.add(whole.flippedWhileOpen(length, random.nextInt(length), random.nextInt(8)));
        }
        assertThat(ends).contains(End.FAILED, End.REPEATED).doesNotContain(End.REFUSED);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("nightly")
    void bit_flippedAtEveryByte_neverChangesTheAnswer(Work work) throws Exception {
        Recorded whole = recorded(work);
        var random = new Random(SEED + 1);
        int from = 0;
        for (int end : whole.ends) {
            for (int at = from; at < end; at++) {
                int bit = random.nextInt(8);
                whole.flipped(end, at, bit); // in the last line, as far as the run had come
                // without the line feed before it, the last line and the one before are one torn line
                boolean joinsTheLast = at == end - 1 && end == whole.ends.get(whole.ends.size() - 2);
                if (end < whole.bytes.length && !joinsTheLast) {
                    assertThat(whole.flipped(whole.bytes.length, at, bit)).isEqualTo(End.REFUSED);
                }
                whole.flippedWhileOpen(whole.bytes.length, at, bit);
            }
            from = end;
        }
    }

    private Recorded recorded(Work work) throws IOException, InterruptedException {
        Path file = folder.resolve("whole.journal");
        RunResult<?> result;
        try (var journal = FileJournal.open(file)) {
            result = run(work, model(), journal);
        }
        byte[] bytes = Files.readAllBytes(file);
        var ends = IntStream.rangeClosed(1, bytes.length)
                .filter(end -> bytes[end - 1] == '\n')
                .boxed()
                .toList();
        return new Recorded(work, folder.resolve("flipped.journal"), result, bytes, ends);
    }

    /** A run and its journal: its bytes, and where each line ends. */
    private record Recorded(Work work, Path file, RunResult<?> result, byte[] bytes, List<Integer> ends) {
        /** Flips a bit of what the run had written when its journal had a length. */
        End flipped(int length, int at, int bit) throws Exception {
            byte[] some = Arrays.copyOf(bytes, length);
            some[at] ^= (byte) (1 << bit);
            Files.write(file, some);
            try (var journal = FileJournal.open(file)) {
                return resumed(journal, at, bit);
            } catch (JournalException.Damaged | JournalException.NewerVersion refused) {
                return End.REFUSED;
            }
        }

        /** The same, when the journal has been opened already. */
        End flippedWhileOpen(int length, int at, int bit) throws Exception {
            byte[] some = Arrays.copyOf(bytes, length);
            Files.write(file, some);
            try (var journal = FileJournal.open(file)) {
                some[at] ^= (byte) (1 << bit);
                Files.write(file, some);
                return resumed(journal, at, bit);
            }
        }

        private End resumed(Journal journal, int at, int bit) throws InterruptedException {
            var model = model();
            RunResult<?> again = run(work, model, journal);
            String what = "seed %d, bit %d of byte %d of %s".formatted(SEED, bit, at, work);
            if (again instanceof RunResult.Failed<?> failed) {
                assertThat(failed.cause().kind()).as(what).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
                return End.FAILED;
            }
            assertThat(again.requireComplete()).as(what).isEqualTo(result.requireComplete());
            assertThat(again.report().outcomes())
                    .as(what)
                    .isEqualTo(result.report().outcomes());
            assertThat(again.spend().total())
                    .as(what)
                    .isGreaterThanOrEqualTo(result.spend().total());
            return model.calls().isEmpty() ? End.RECALLED : End.REPEATED;
        }
    }
}
