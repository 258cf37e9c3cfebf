// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.price.Money;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Plants every kind of leak in a test, and sees that test fail. */
class CadreExtensionTest {
    /** What the planted leaks wait for; a new one for each test here. */
    private static volatile Gate gate = new Gate();

    @BeforeEach
    void close() {
        gate = new Gate();
    }

    @AfterEach
    void release() {
        gate.open();
    }

    private static EngineExecutionResults results(Class<?> tests) {
        return results(tests, 100);
    }

    private static EngineExecutionResults results(Class<?> tests, long graceMillis) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                .configurationParameter(CadreExtension.GRACE_PARAMETER, Long.toString(graceMillis))
                .execute();
    }

    private static Throwable failure(Class<?> tests) {
        return failure(results(tests));
    }

    private static Throwable failure(EngineExecutionResults results) {
        List<TestExecutionResult> ended = results.testEvents()
                .finished()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .toList();
        assertThat(ended).hasSize(1);
        return ended.getFirst().getThrowable().orElseThrow(() -> new AssertionError("the planted test passed"));
    }

    private static void assertLeft(Class<?> tests, String... lines) {
        assertThat(failure(tests))
                .isInstanceOf(AssertionError.class)
                .hasMessage("the test left behind\n  " + String.join("\n  ", lines));
    }

    private static void noteUntil(Gate gate, ScriptedModel model, EventLog log, Budget budget) throws Exception {
        model.on(NOTE).holdUninterruptiblyUntil(gate).replies(new Note("noted"));
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        Coordinator.builder(model.pools()).listener(log).build().run(graph.answering(note), budget);
    }

    // --- what a test is given

    @ExtendWith(CadreExtension.class)
    static class Clean {
        static TestSeed seen;
        Gate early;

        @BeforeEach
        void before(Gate gate) {
            early = gate;
        }

        @Test
        void test(
                ScriptedModel model,
                TestClock clock,
                Gate gate,
                EventLog log,
                @Dollars("0.25") BudgetGuard money,
                TestSeed seed,
                RandomGenerator random)
                throws Exception {
            assertThat(gate).isSameAs(early);
            gate.open();
            noteUntil(gate, model, log, Budget.usd("0.05").under(money));
            assertThat(clock.nanoTime()).isZero();
            assertThat(money.state().limit()).isEqualTo(Money.usd("0.25"));
            assertThat(random.nextLong()).isEqualTo(new java.util.Random(seed.number()).nextLong());
            seen = seed;
        }
    }

    @Test
    void cleanTest_passes_andPublishesNothing() {
        var results = results(Clean.class);

        results.testEvents().assertStatistics(events -> events.succeeded(1).failed(0));
        assertThat(results.testEvents().reportingEntryPublished().count()).isZero();
    }

    @Test
    void seed_ofTheProperty_isTaken() {
        System.setProperty(CadreExtension.SEED_PROPERTY, "7");
        try {
            results(Clean.class).testEvents().assertStatistics(events -> events.succeeded(1));
        } finally {
            System.clearProperty(CadreExtension.SEED_PROPERTY);
        }

        assertThat(Clean.seen).isEqualTo(new TestSeed(7));
    }

    // --- leaks

    @ExtendWith(CadreExtension.class)
    static class LeavesVirtualThread {
        @Test
        void test() {
            Thread.ofVirtual().name("strayed").start(gate::awaitUninterruptibly);
        }
    }

    @Test
    void virtualThread_leftBehind_fails() {
        assertLeft(LeavesVirtualThread.class, "virtual thread 'strayed'");
    }

    @ExtendWith(CadreExtension.class)
    static class LeavesPlatformThread {
        @Test
        void test() {
            Thread.ofPlatform().name("strayed").start(gate::awaitUninterruptibly);
        }
    }

    @Test
    void platformThread_leftBehind_fails() {
        assertLeft(LeavesPlatformThread.class, "platform thread 'strayed'");
    }

    @ExtendWith(CadreExtension.class)
    static class LeavesDaemon {
        @Test
        void test() {
            Thread.ofPlatform().daemon().name("of the JVM").start(gate::awaitUninterruptibly);
        }
    }

    @Test
    @Tag("slow")
    void daemonOfAnother_isNoLeak() {
        results(LeavesDaemon.class).testEvents().assertStatistics(events -> events.succeeded(1));
    }

    @ExtendWith(CadreExtension.class)
    static class LeavesThreadThatEnds {
        @Test
        void test() {
            Thread.ofVirtual().start(() -> {
                long end = System.nanoTime() + Duration.ofMillis(100).toNanos();
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
            });
        }
    }

    @Test
    void threadThatIsAboutToEnd_isWaitedFor() {
        results(LeavesThreadThatEnds.class, 20_000).testEvents().assertStatistics(events -> events.succeeded(1));
    }

    @ExtendWith(CadreExtension.class)
    static class LeavesJournal {
        static Path file;
        static FileJournal journal;

        @Test
        void test() {
            journal = FileJournal.open(file);
        }
    }

    @Test
    void journal_leftOpen_fails(@TempDir Path folder) {
        LeavesJournal.file = folder.resolve("run.journal");

        assertLeft(LeavesJournal.class, "platform thread 'cadre-journal-run.journal'");

        LeavesJournal.journal.close();
    }

    @ExtendWith(CadreExtension.class)
    static class LeavesCall {
        @Test
        void test(ScriptedModel model, EventLog log) throws Exception {
            noteUntil(gate, model, log, Budget.usd("0.05").within(Duration.ofMillis(50)));
        }
    }

    @Test
    @Tag("slow")
    void call_leftInFlight_failsForItsPermitAndItsThread() {
        assertThat(failure(LeavesCall.class))
                .hasMessageStartingWith("the test left behind\n"
                        + "  1 calls in flight and 0 waiting in the pool of gpt-5.4-nano\n  virtual thread '");
    }

    @ExtendWith(CadreExtension.class)
    static class LeavesReservation {
        @Test
        void test(BudgetGuard money) {
            assertThat(money.reserve(Money.usd("0.03"))).isNotNull();
            assertThat(money.allot(Money.usd("0.20"))).isNotNull();
        }
    }

    @Test
    void reservation_leftOpen_fails() {
        assertLeft(LeavesReservation.class, "$0.03 reserved and $0.20 set aside in its budget");
    }

    @ExtendWith(CadreExtension.class)
    static class LeavesRun {
        @Test
        void test(EventLog log) {
            log.on(new RunEvent.RunStarted("r1", Duration.ZERO, "", Money.usd("1.00")));
        }
    }

    @Test
    void run_notEnded_fails() {
        assertLeft(LeavesRun.class, "a run that has not ended");
    }

    @ExtendWith(CadreExtension.class)
    static class MissesRecording {
        static final Path FILE = Path.of("target", "extension.jsonl");

        @Test
        void test(@Recorded("target/extension.jsonl") Cassette cassette) throws Exception {
            var graph = TaskGraph.builder();
            var note = graph.add("note", NOTE, new Topic("cats"));
            Coordinator.of(cassette.pools(() -> new ScriptedModel().pools()))
                    .run(graph.answering(note), Budget.usd("0.05"));
        }
    }

    @Test
    void call_withoutRecording_fails() throws Exception {
        Files.createDirectories(MissesRecording.FILE.getParent());
        Files.writeString(
                MissesRecording.FILE,
                "{\"cassette\":1,\"pools\":{\"NANO\":{\"model\":\"gpt-5.4-nano\",\"maxAttempts\":1}}}\n");

        assertLeft(MissesRecording.class, "a call without a recording: WORK note {\"name\":\"cats\"} on gpt-5.4-nano");
    }

    // --- beside others

    @ExtendWith(CadreExtension.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class BesideOthers {
        @Test
        void test(EventLog log) {
            log.on(new RunEvent.RunStarted("r1", Duration.ZERO, "", Money.usd("1.00")));
            log.on(new RunEvent.RunEnded("r1", Duration.ZERO, "complete", Money.ZERO));
            Thread.ofVirtual().name("of another test").start(gate::awaitUninterruptibly);
            Thread.ofVirtual().name("cadre r1 note").start(gate::awaitUninterruptibly);
        }
    }

    @Test
    void concurrentTest_isJudgedByItsOwnRunsOnly() {
        var results = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(BesideOthers.class))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter(CadreExtension.GRACE_PARAMETER, "100")
                .execute();

        assertThat(failure(results)).hasMessage("the test left behind\n  virtual thread 'cadre r1 note'");
    }

    // --- what a failure shows

    @ExtendWith(CadreExtension.class)
    static class Fails {
        @Test
        void test(ScriptedModel model, EventLog log, TestSeed seed) throws Exception {
            var graph = TaskGraph.builder();
            var note = graph.add("note", NOTE, new Topic("cats"));
            Coordinator.builder(model.pools()).listener(log).build().run(graph.answering(note), Budget.usd("0.05"));
            throw new AssertionError("as planted");
        }
    }

    @Test
    void failedTest_showsSeedEventsAndUnscriptedCall() {
        System.setProperty(CadreExtension.SEED_PROPERTY, "7");
        EngineExecutionResults results;
        try {
            results = results(Fails.class);
        } finally {
            System.clearProperty(CadreExtension.SEED_PROPERTY);
        }

        Throwable failure = failure(results);
        assertThat(failure).hasMessage("as planted");
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(failure.getSuppressed()[0].getMessage())
                .startsWith("cadre.seed: 7\ncadre.unscripted: no script matches the call\n")
                .contains("run started, limit $0.05\n", "note started on NANO\n", "run ended failed");
        Map<String, String> entry = results.testEvents()
                .reportingEntryPublished()
                .map(event -> event.getRequiredPayload(ReportEntry.class).getKeyValuePairs())
                .findFirst()
                .orElseThrow();
        assertThat(entry).containsOnlyKeys("cadre.seed", "cadre.unscripted", "cadre.events");
    }

    @ExtendWith(CadreExtension.class)
    static class FailsAndLeaks {
        @Test
        void test() {
            Thread.ofVirtual().name("strayed").start(gate::awaitUninterruptibly);
            throw new AssertionError("as planted");
        }
    }

    @Test
    void failedTest_thatLeaks_keepsItsFailure() {
        Throwable failure = failure(FailsAndLeaks.class);

        assertThat(failure).hasMessage("as planted");
        assertThat(Stream.of(failure.getSuppressed()).map(Throwable::getMessage))
                .containsExactly("perhaps as a consequence, the test left behind\n  virtual thread 'strayed'");
    }

    @ExtendWith(CadreExtension.class)
    static class WantsFileOfNothing {
        @Test
        void test(Cassette cassette) {
            throw new AssertionError("never run");
        }
    }

    @Test
    void cassette_withoutItsFile_isAnError() {
        assertThat(failure(WantsFileOfNothing.class)).hasMessageContaining("a Cassette needs @Recorded(\"its file\")");
    }
}
