// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.journal.FaultyDisk.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class JournalWriterTest {
    private static final int THREADS = 100;

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    private Path file() {
        return directory.resolve("run.journal");
    }

    @Test
    void manyThreads_shareOneFlush() throws InterruptedException {
        try (var journal = Samples.open(file(), disk);
                var gate = disk.holdForces()) {
            long flushesToOpen = disk.count(Step.FORCE);
            var first = journal.submit(Samples.ended(THREADS));
            disk.awaitHeldForce();
            var submitted = new CountDownLatch(THREADS);
            var durable = new ArrayList<Thread>();
            for (int i = 0; i < THREADS; i++) {
                int item = i;
                durable.add(Thread.startVirtualThread(() -> {
                    var future = journal.submit(Samples.ended(item));
                    submitted.countDown();
                    future.join();
                }));
            }
            submitted.await();
            assertThat(first).isNotDone();

            gate.open();
            join(durable);

            assertThat(disk.count(Step.FORCE) - flushesToOpen).isEqualTo(2);
        }
        assertThat(Samples.entries(file())).hasSize(THREADS + 1);
    }

    @Test
    void entry_isNeitherDurableNorVisible_beforeItsFlush() throws InterruptedException {
        var ended = Samples.ended(1);
        try (var journal = Samples.open(file(), disk);
                var gate = disk.holdForces()) {
            var durable = journal.submit(ended);
            disk.awaitHeldForce();

            assertThat(durable).isNotDone();
            assertThat(journal.ended(ended.key(), ended.fingerprint())).isEmpty();

            gate.open();
            durable.join();
            assertThat(journal.ended(ended.key(), ended.fingerprint())).contains(ended);
        }
    }

    @Test
    void opening_flushesWhatAnEarlierSessionMayHaveLeftUnflushed() {
        Samples.write(file(), Samples.RUN);

        Samples.open(file(), disk).close();

        assertThat(disk.steps()).containsExactly(Step.TRUNCATE, Step.FORCE, Step.FORCE_DIRECTORY);
    }

    @Test
    void creating_flushesTheHeaderThenTheDirectory() {
        Samples.open(file(), disk).close();

        assertThat(disk.steps()).containsExactly(Step.TRUNCATE, Step.WRITE, Step.FORCE, Step.FORCE_DIRECTORY);
    }

    @Test
    void callers_interruptedWhileTheyWait_getTheirEntriesAndTheJournalGoesOn() throws InterruptedException {
        var stillInterrupted = new AtomicInteger();
        try (var journal = Samples.open(file(), disk);
                var gate = disk.holdForces()) {
            var callers = new ArrayList<Thread>();
            for (int i = 0; i < THREADS; i++) {
                int item = i;
                Runnable append = () -> {
                    journal.append(Samples.ended(item));
                    stillInterrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
                };
                callers.add(
                        i % 2 == 0
                                ? Thread.startVirtualThread(append)
                                : Thread.ofPlatform().start(append));
            }
            disk.awaitHeldForce();
            callers.forEach(Thread::interrupt);
            gate.open();
            join(callers);
            journal.append(Samples.ended(THREADS));
        }

        assertThat(stillInterrupted).hasValue(THREADS);
        assertThat(Samples.entries(file())).hasSize(THREADS + 1);
    }

    @Test
    void caller_whoIsInterruptedAllTheTime_canDoEverything() {
        Thread.currentThread().interrupt();
        try (var journal = FileJournal.open(file())) {
            Samples.RUN.forEach(journal::append);
            assertThat(journal.plan("r1")).hasSize(1);
            assertThat(journal.ended(JournalKey.of("r1", "cats"), Samples.PRINT))
                    .isPresent();
        }
        try (var journal = FileJournal.open(file())) {
            journal.append(Samples.ended(1));
        }

        assertThat(Thread.interrupted()).isTrue();
        assertThat(Samples.entries(file())).hasSize(Samples.RUN.size() + 1);
    }

    @Test
    void writer_interruptedByAStranger_goesOn() {
        try (var journal = FileJournal.open(file())) {
            writers().forEach(Thread::interrupt);
            journal.append(Samples.ended(1));
            journal.append(Samples.ended(2));
        }
    }

    @Test
    void anyStepThatFails_losesNothingThatWasDurable() throws IOException {
        int failures = 0;
        boolean failed = true;
        for (int step = 1; failed; step++) {
            for (int torn : new int[] {0, 1, 100, 100_000}) {
                for (boolean powerIsLost : new boolean[] {false, true}) {
                    failed = writeUntilFailure(new FaultyDisk().failing(step, torn), powerIsLost);
                    failures += failed ? 1 : 0;
                }
            }
        }
        // to open: truncate, write, force, force the directory; then write and force for each entry
        assertThat(failures).isEqualTo((4 + 2 * Samples.RUN.size()) * 8);
    }

    /** Writes the sample run; checks that what was durable is there when the journal is opened again. */
    private boolean writeUntilFailure(FaultyDisk failing, boolean powerIsLost) throws IOException {
        Files.deleteIfExists(file());
        int durable = 0;
        boolean failed = false;
        try (var journal = Samples.open(file(), failing)) {
            for (JournalEntry entry : Samples.RUN) {
                if (failed) {
                    assertThatExceptionOfType(JournalException.WriteFailed.class)
                            .isThrownBy(() -> journal.append(entry));
                } else {
                    try {
                        journal.append(entry);
                        durable++;
                    } catch (JournalException.WriteFailed e) {
                        failed = true;
                    }
                }
            }
        } catch (JournalException.WriteFailed e) {
            failed = true;
        }
        if (powerIsLost) {
            failing.losePower();
        }
        try (var journal = Samples.open(file())) {
            journal.append(Samples.ended(1));
        }
        var entries = Samples.entries(file());
        var found = entries.subList(0, entries.size() - 1);
        assertThat(entries.getLast()).isEqualTo(Samples.ended(1));
        assertThat(found).isEqualTo(Samples.RUN.subList(0, found.size())).hasSizeGreaterThanOrEqualTo(durable);
        return failed;
    }

    @Test
    void failedFlush_failsEveryoneWhoWaits_andEveryoneWhoComesLater() throws InterruptedException {
        // 4 steps to open, then the write
        var failing = new FaultyDisk().failing(6, 0);
        try (var journal = Samples.open(file(), failing);
                var gate = failing.holdForces()) {
            var inFlight = journal.submit(Samples.ended(1));
            failing.awaitHeldForce();
            var queued = journal.submit(Samples.ended(2));

            gate.open();

            for (var future : List.of(inFlight, queued)) {
                assertThatExceptionOfType(CompletionException.class)
                        .isThrownBy(future::join)
                        .withCauseInstanceOf(JournalException.WriteFailed.class);
            }
            assertThatExceptionOfType(JournalException.WriteFailed.class)
                    .isThrownBy(() -> journal.append(Samples.ended(3)))
                    .withMessage("journal %s cannot be written: java.io.IOException: input/output error"
                            .formatted(journal.path()))
                    .withCauseInstanceOf(IOException.class);
            assertThat(journal.submit(Samples.ended(4))).isCompletedExceptionally();
            assertThat(journal.ended(Samples.ended(1).key(), Samples.PRINT)).isEmpty();
        }
    }

    @Test
    void entriesInManyBuffers_areOneCommit() {
        int entries = 2_000;
        try (var journal = Samples.open(file(), disk);
                var gate = disk.holdForces()) {
            var futures = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < entries; i++) {
                futures.add(journal.submit(Samples.ended(i)));
            }
            gate.open();
            CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();

            for (int i = 0; i < entries; i++) {
                var ended = Samples.ended(i);
                assertThat(journal.ended(ended.key(), Samples.PRINT)).contains(ended);
            }
        }
        assertThat(disk.count(Step.FORCE)).isBetween(2L, 3L);
    }

    @Test
    void close_makesDurableWhatWasSubmitted_andEndsTheThread() {
        var futures = new ArrayList<CompletableFuture<Void>>();
        try (var journal = Samples.open(file(), disk)) {
            assertThat(writers()).hasSize(1).allMatch(Thread::isDaemon);
            for (int i = 0; i < THREADS; i++) {
                futures.add(journal.submit(Samples.ended(i)));
            }
        }

        assertThat(futures).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        assertThat(Samples.entries(file())).hasSize(THREADS);
        assertThat(writers()).isEmpty();
    }

    @Test
    void close_afterAFailure_endsTheThread_andTheJournalCanBeOpenedAgain() {
        var journal = Samples.open(file(), new FaultyDisk().failing(5, 10));
        assertThatExceptionOfType(JournalException.WriteFailed.class)
                .isThrownBy(() -> journal.append(Samples.ended(1)));

        journal.close();

        assertThat(writers()).isEmpty();
        Samples.open(file(), disk).close();
        assertThat(Samples.entries(file())).isEmpty();
    }

    @Test
    void open_thatFails_leavesNeitherLockNorThread() {
        assertThatExceptionOfType(JournalException.WriteFailed.class)
                .isThrownBy(() -> Samples.open(file(), new FaultyDisk().failing(3, 0)));

        assertThat(writers()).isEmpty();
        Samples.open(file(), disk).close();
    }

    @Test
    void dependentOfAFuture_thatWaitsForTheJournal_isToldInsteadOfHanging() throws InterruptedException {
        try (var journal = Samples.open(file(), disk);
                var gate = disk.holdForces()) {
            var durable = journal.submit(Samples.ended(1));
            disk.awaitHeldForce();
            List<Consumer<Void>> waiting = List.of(done -> journal.append(Samples.ended(2)), done -> journal.close());
            var dependents = waiting.stream().map(durable::thenAccept).toList();

            gate.open();

            for (var dependent : dependents) {
                assertThatExceptionOfType(CompletionException.class)
                        .isThrownBy(dependent::join)
                        .withCauseInstanceOf(IllegalStateException.class);
            }
        }
        assertThat(Samples.entries(file())).containsExactly(Samples.ended(1));
    }

    @Test
    void submitWhileClosing_isEitherDurableOrRefused() throws InterruptedException {
        var journal = Samples.open(file(), disk);
        var durable = new AtomicInteger();
        var started = new CountDownLatch(THREADS);
        var callers = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            int item = i;
            callers.add(Thread.startVirtualThread(() -> {
                started.countDown();
                try {
                    journal.append(Samples.ended(item));
                    durable.incrementAndGet();
                } catch (IllegalStateException e) {
                    // refused: it must not be in the file
                }
            }));
        }
        started.await();
        journal.close();
        join(callers);

        assertThat(Samples.entries(file())).hasSize(durable.get());
        assertThatIllegalStateException().isThrownBy(() -> journal.append(Samples.ended(1)));
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static List<Thread> writers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("cadre-journal-"))
                .toList();
    }
}
