// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.price.Money;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One session of a run at a time, whoever begins it; and runs that are told apart by their key. */
class OneSessionTest {
    private static final Money CALL = Money.usd(Crew.NOTE_USD);
    private static final Budget BUDGET = Budget.usd("0.5");

    /** What a run is. */
    enum Kind {
        GRAPH {
            @Override
            void run(Coordinator coordinator) throws InterruptedException {
                var graph = TaskGraph.builder();
                coordinator.run(graph.answering(graph.add("cats", NOTE, new Topic("cats"))), BUDGET);
            }
        },
        GOAL {
            @Override
            void run(Coordinator coordinator) throws InterruptedException {
                coordinator.run(Goal.of("What do cats do?", Answer.class), BUDGET);
            }
        },
        BULK {
            @Override
            void run(Coordinator coordinator) throws InterruptedException {
                coordinator.bulk(NOTE).run(Stream.of(new Topic("cats")), BUDGET, item -> {});
            }
        };

        abstract void run(Coordinator coordinator) throws InterruptedException;
    }

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    Journal journal;

    @BeforeEach
    void open() {
        journal = FileJournal.open(folder.resolve("runs.journal"));
        model.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats")));
        model.onMerge().costing(1_000, 400).repliesText(merged("They purr."));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private Coordinator coordinator() {
        return Coordinator.builder(model.pools()).plansWith(NOTE).build().journal(journal);
    }

    private void repliesAtOnce() {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
    }

    private String run() {
        return journal.runs().getFirst().run();
    }

    @ParameterizedTest
    @EnumSource
    void run_underWayInTheJournal_isRefusedToEveryOtherCoordinator(Kind kind) throws Exception {
        var gate = new Gate();
        model.on(NOTE).costing(1_000, 400).holdUntil(gate).replies(new Note("They purr."));
        var first = Crew.start(() -> {
            kind.run(coordinator());
            return true;
        });
        assertThat(model.awaitInFlight(1)).isTrue();
        int before = model.calls().size();

        assertThatThrownBy(() -> kind.run(coordinator()))
                .isInstanceOfSatisfying(
                        RunUnderWayException.class,
                        refused -> assertThat(refused.run()).isEqualTo(run()))
                .hasMessage("run %s is under way in this journal already".formatted(run()));

        assertThat(model.calls()).hasSize(before);
        gate.open();
        first.result();
        int called = model.calls().size();
        kind.run(coordinator());
        assertThat(model.calls()).as("the first session's work, once").hasSize(called);
    }

    @ParameterizedTest
    @EnumSource
    void run_thatWasInterrupted_isReleased(Kind kind) throws Exception {
        model.on(NOTE).costing(1_000, 400).holdUntil(new Gate()).replies(new Note("never"));
        var first = Crew.start(() -> {
            kind.run(coordinator());
            return true;
        });
        assertThat(model.awaitInFlight(1)).isTrue();
        first.thread().interrupt();
        assertThat(first.failure()).isInstanceOf(InterruptedException.class);

        journal.claim(run()).close();
    }

    @Test
    void bulk_whoseCallerThrows_isReleased() {
        repliesAtOnce();
        var bulk = coordinator().bulk(NOTE);
        assertThatThrownBy(() -> bulk.run(Stream.of(new Topic("cats")), BUDGET, item -> {
                    throw new IllegalStateException("full");
                }))
                .hasMessage("full");

        journal.claim(bulk.runId()).close();
    }

    @Test
    void journal_thatCannotBeRead_keepsNoClaim() throws Exception {
        repliesAtOnce();
        Kind.GRAPH.run(coordinator());
        String run = run();
        var unreadable = CrashingJournal.unreadable(journal);

        assertThatThrownBy(() -> Kind.GRAPH.run(Coordinator.of(model.pools()).journal(unreadable)))
                .isInstanceOf(UnrecordedException.class)
                .hasMessageStartingWith("IllegalStateException: unreadable, thrown by the journal ");

        journal.claim(run).close();
    }

    @Test
    void claim_closedTwice_releasesNoOtherSession() {
        Journal.Claim first = journal.claim("run");
        first.close();
        Journal.Claim second = journal.claim("run");
        first.close();

        assertThatThrownBy(() -> journal.claim("run")).isInstanceOf(RunUnderWayException.class);
        second.close();
    }

    // --- keys

    @ParameterizedTest
    @EnumSource
    void runs_withDifferentKeys_shareNeitherMoneyNorAnswers(Kind kind) throws Exception {
        repliesAtOnce();
        kind.run(coordinator().runKey("user-17"));
        int once = model.calls().size();

        kind.run(coordinator().runKey("user-18"));
        kind.run(coordinator());

        assertThat(model.calls()).hasSize(3 * once);
        List<String> runs =
                journal.runs().stream().map(started -> started.run()).toList();
        assertThat(runs).doesNotHaveDuplicates().hasSize(3);
        assertThat(runs.stream().map(run -> journal.spent(run).total()).distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void run_withTheSameKey_isTheSameRun(Kind kind) throws Exception {
        repliesAtOnce();
        kind.run(coordinator().runKey("user-17"));
        int once = model.calls().size();

        kind.run(Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .build()
                .runKey("user-17")
                .journal(journal));

        assertThat(model.calls()).hasSize(once);
        assertThat(journal.runs()).hasSize(1);
        assertThat(journal.spent(run()).total()).isGreaterThanOrEqualTo(CALL);
    }
}
