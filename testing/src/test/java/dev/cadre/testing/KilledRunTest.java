// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.price.Money;
import dev.cadre.testing.Crew.Brief;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of a run; the next one finishes it. */
class KilledRunTest {
    /** 100 tokens in and 20 out on nano. */
    private static final Money CALL = Money.usd("0.000045");

    private static final long SEED = 20_261_122;
    private static final int SAMPLE = 3;
    private static final int KILLS = 200;

    @TempDir
    Path folder;

    @Test
    void run_killedAtRandomSizesOfItsJournal_repeatsNothingFinished_sample() throws Exception {
        survives(SEED, SAMPLE);
    }

    @Test
    @Tag("nightly")
    void run_killedAtRandomSizesOfItsJournal_repeatsNothingFinished() throws Exception {
        survives(SEED + 1, KILLS);
    }

    private void survives(long seed, int kills) throws Exception {
        var random = new Random(seed);
        Path whole = folder.resolve("whole.journal");
        String answer;
        try (var journal = FileJournal.open(whole)) {
            RunResult<Brief> result = KilledRun.run(journal, folder.resolve("whole.calls"));
            answer = result.requireComplete().headline();
            assertThat(result.spend().total()).isEqualTo(CALL.times(KilledRun.SUBTASKS));
        }
        for (int kill = 0; kill < kills; kill++) {
            Path journal = folder.resolve(kill + ".journal");
            Path calls = Files.createFile(folder.resolve(kill + ".calls"));
            long size = random.nextLong(Files.size(whole));
            int torn = random.nextInt(100);
            try {
                killAt(size, journal, calls);
                tear(journal, whole, torn);
                finishes(journal, calls, answer);
            } catch (AssertionError | IOException e) {
                throw new AssertionError(
                        "seed %d, kill %d, at %d bytes, torn after %d bytes".formatted(seed, kill, size, torn), e);
            }
        }
    }

    private void finishes(Path journal, Path calls, String answer) throws IOException, InterruptedException {
        List<String> before = Files.readAllLines(calls);
        Set<String> finished = finished(journal);
        // a reply frees its permit before its outcome is on the disk, and the next call needs a flush to begin
        assertThat(finished.size()).isBetween(Math.max(0, before.size() - 2 * KilledRun.PARALLEL), before.size());

        String printed = run(journal, calls);

        List<String> all = Files.readAllLines(calls);
        List<String> after = all.subList(before.size(), all.size());
        assertThat(after).doesNotHaveDuplicates().noneMatch(finished::contains);
        assertThat(finished.size() + after.size()).isEqualTo(KilledRun.SUBTASKS);
        assertThat(printed).startsWith(answer + " ");
        long spent = Long.parseLong(printed.substring(answer.length() + 1).strip());
        assertThat(spent).isGreaterThanOrEqualTo(CALL.times(all.size()).picoUsd());
    }

    private static Set<String> finished(Path journal) {
        var finished = new HashSet<String>();
        if (Files.exists(journal)) {
            FileJournal.read(journal, line -> {
                if (line.entry() instanceof JournalEntry.Ended ended
                        && ended.outcome().isSucceeded()) {
                    finished.add(ended.key().subtask());
                }
            });
        }
        return finished;
    }

    /** The beginning of a line that the disk did not get to the end of. */
    private static void tear(Path journal, Path sample, int bytes) throws IOException {
        if (Files.exists(journal)
                && Files.size(journal) > 0
                && Files.readString(journal).endsWith("\n")) {
            String line = Files.readAllLines(sample).get(1);
            Files.writeString(
                    journal, line.substring(0, Math.min(bytes, line.length() - 1)), StandardOpenOption.APPEND);
        }
    }

    /** Kills a process when its journal has grown to a size, or later; it may have finished by then. */
    private static void killAt(long size, Path journal, Path calls) throws IOException, InterruptedException {
        try (var watch = journal.getFileSystem().newWatchService()) {
            journal.getParent()
                    .register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            Process process = start(journal, calls);
            try {
                while (process.isAlive() && (!Files.exists(journal) || Files.size(journal) < size)) {
                    var key = watch.poll(1, TimeUnit.SECONDS);
                    if (key != null) {
                        key.pollEvents();
                        key.reset();
                    }
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static String run(Path journal, Path calls) throws IOException, InterruptedException {
        Process process = start(journal, calls);
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(printed).isZero();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(Path journal, Path calls) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledRun.class.getName(),
                        journal.toString(),
                        calls.toString())
                .redirectErrorStream(true)
                .start();
    }
}
