// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Processes that are killed in the middle of a run, and lose what was not flushed; the next one finishes it. A sample is
 * drawn by a seed that a failure names; all of it takes minutes.
 */
@Tag("slow")
class KilledRunTest {
    private static final long SEED = 20_261_122;
    private static final int SAMPLE = 2;
    private static final int RANDOM_KILLS = 200;

    @TempDir
    Path folder;

    /** A run that nobody killed. */
    private record Whole(String answer, List<String> lines, long bytes) {}

    private Whole whole(KilledRun run) throws IOException, InterruptedException {
        Wreck whole = Wreck.in(folder.resolve("whole"), run);
        String returned = whole.resume();
        String spent = " " + KilledRun.CALL.times(run.calls()).picoUsd();
        assertThat(returned).endsWith(spent);
        whole.assertOrder();
        return new Whole(
                returned.substring(0, returned.length() - spent.length()),
                Files.readAllLines(whole.journal()),
                Files.size(whole.journal()));
    }

    @ParameterizedTest
    @EnumSource
    void run_killedAtALineOfItsJournal_repeatsNothingFinished_sample(KilledRun run) throws Exception {
        Whole whole = whole(run);
        survivesKillsAfterLine(0, run, whole);
    }

    /** Most lines are of the first plan, so that a sample of all of them may have none of a round. */
    @Test
    void run_killedInARound_repeatsNothingFinished_sample() throws Exception {
        Whole whole = whole(KilledRun.ROUND);
        List<Integer> rounds = IntStream.range(0, whole.lines.size())
                .filter(line -> whole.lines.get(line).contains("\"body\":{\"from\":"))
                .boxed()
                .toList();
        assertThat(rounds).as("rounds begin at these lines").hasSize(2);
        for (int begins : rounds) {
            survivesKillsAfterLine(begins, KilledRun.ROUND, whole);
        }
    }

    private void survivesKillsAfterLine(int first, KilledRun run, Whole whole) throws Exception {
        var lines = new ArrayList<>(
                IntStream.rangeClosed(first + 1, whole.lines.size()).boxed().toList());
        Collections.shuffle(lines, new Random(SEED));
        for (int line : lines.subList(0, SAMPLE)) {
            survivesKillAtLine(line, run, whole, SEED);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("nightly")
    void run_killedAtEveryLineOfItsJournal_repeatsNothingFinished(KilledRun run) throws Exception {
        Whole whole = whole(run);
        for (int line = 1; line <= whole.lines.size(); line++) {
            survivesKillAtLine(line, run, whole, SEED + line);
        }
    }

    /** Of what was not flushed the disk has all, nothing, or some. */
    private void survivesKillAtLine(int line, KilledRun run, Whole whole, long seed) throws Exception {
        var random = new Random(seed);
        Path place = folder.resolve("line-" + line);
        String what = "seed %d, %s killed at line %d".formatted(seed, run, line);
        try {
            Wreck wreck = Wreck.in(place, run);
            Optional<DoomedProcess.Stop> stop = DoomedProcess.killAtLine(line, wreck);
            assertThat(stop).as("the process was killed").isPresent();
            long synced = stop.get().synced();
            long written = stop.get().written();
            assertThat(written).isEqualTo(Files.size(wreck.journal())).isGreaterThan(synced);
            wreck.cutTo(synced, place.resolve("synced")).assertOrder();
            for (long length : new long[] {synced, random.nextLong(synced, written), written}) {
                what += ", cut to %d of %d bytes, of which %d were flushed".formatted(length, written, synced);
                Wreck cut = wreck.cutTo(length, place.resolve("cut-" + length));
                cut.assertResumes(whole.answer, Wreck::resume);
                cut.assertResumes(whole.answer, Wreck::resume);
            }
        } catch (AssertionError | Exception e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void run_killedAtRandomSizesOfItsJournal_repeatsNothingFinished_sample() throws Exception {
        survivesRandomKills(SAMPLE, SEED);
    }

    @Test
    @Tag("nightly")
    void run_killedAtRandomSizesOfItsJournal_repeatsNothingFinished() throws Exception {
        survivesRandomKills(RANDOM_KILLS, SEED + 1);
    }

    private void survivesRandomKills(int kills, long seed) throws Exception {
        var random = new Random(seed);
        Whole whole = whole(KilledRun.GRAPH);
        for (int kill = 0; kill < kills; kill++) {
            Wreck wreck = Wreck.in(folder.resolve("kill-" + kill), KilledRun.GRAPH);
            long size = random.nextLong(whole.bytes);
            int torn = random.nextInt(100);
            try {
                DoomedProcess.killAtSize(size, wreck);
                tear(wreck.journal(), whole.lines.get(1), torn);
                wreck.assertResumes(whole.answer, DoomedProcess::finish);
            } catch (AssertionError | IOException e) {
                throw new AssertionError(
                        "seed %d, kill %d, at %d bytes, torn after %d bytes".formatted(seed, kill, size, torn), e);
            }
        }
    }

    /** Adds the beginning of a line that the disk did not get to the end of. */
    private static void tear(Path journal, String line, int bytes) throws IOException {
        if (Files.exists(journal)
                && Files.size(journal) > 0
                && Files.readString(journal).endsWith("\n")) {
            Files.writeString(
                    journal, line.substring(0, Math.min(bytes, line.length() - 1)), StandardOpenOption.APPEND);
        }
    }
}
