// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.price.Money;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.TaskGraph;
import dev.cadre.temporal.Graphs.Brief;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import dev.cadre.testing.EventLog;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import io.temporal.common.SearchAttributes;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can be known of a run on Temporal while it is under way, and by whom. */
@Timeout(60)
class FollowedRunTest {
    private static final Topic CATS = new Topic("cats");
    private static final Topics TOPICS = new Topics(List.of("cats", "dogs", "bees"));

    private final ScriptedModel model = new ScriptedModel();
    private final Gate gate = new Gate();
    private final Cluster cluster = new Cluster();

    @AfterEach
    void close() {
        gate.open();
        cluster.close();
    }

    @Test
    void progress_countsSubtasksAndMoney() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, CATS).holdUntil(gate).replies(new Note("they purr"));
        cluster.start(cluster.worker(Coordinator.of(model.pools())));
        TemporalRun<Brief> run = cluster.runs().start(Graphs.FAN_OUT.on(TOPICS), Budget.usd("0.10"));
        assertThat(model.awaitCalls(3)).isTrue();

        RunProgress under = run.progress();
        assertThat(under.state()).isEqualTo("RUNNING");
        assertThat(under.subtasks().admitted()).isEqualTo(3);
        assertThat(under.money().reserved()).isGreaterThan(Money.ZERO);
        assertThat(under.money().spent().plus(under.money().reserved())).isLessThanOrEqualTo(Money.usd("0.10"));
        gate.open();
        run.result();

        assertThat(run.progress().state()).isEqualTo("COMPLETE");
        assertThat(run.progress().subtasks()).isEqualTo(new RunProgress.Subtasks(3, 3, 0, 0));
        assertThat(run.progress().money())
                .isEqualTo(new RunProgress.Spending(Money.usd("0.000135"), Money.ZERO, Money.ZERO, Money.usd("0.10")));
    }

    @Test
    void searchAttributes_haveStateAndSpend() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("they purr"));
        cluster.start(cluster.worker(Coordinator.of(model.pools())));
        TemporalRun<Note> run = cluster.runs().searchAttributes().start(Graphs.ONE.on(CATS), Budget.usd("0.05"));
        run.result();

        SearchAttributes marks = cluster.environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(run.id())
                .describe()
                .getTypedSearchAttributes();
        assertThat(marks.get(Marks.STATE)).isEqualTo("COMPLETE");
        assertThat(marks.get(Marks.SPENT)).isEqualTo(0.000045);
    }

    @Test
    void run_isFoundAgainByItsId() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("they purr"));
        cluster.start(cluster.worker(Coordinator.of(model.pools())));
        cluster.runs().start("cats-1", Graphs.ONE.on(CATS), Budget.usd("0.05"));

        assertThat(cluster.runs().attach("cats-1", Graphs.ONE.on(CATS)).result().requireComplete())
                .isEqualTo(new Note("they purr"));
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void listeners_hearEachEventOnce() throws InterruptedException {
        var events = new EventLog();
        model.on(Graphs.NOTE).replies(new Note("they purr"));
        cluster.start(cluster.worker(
                Coordinator.builder(model.pools()).listener(events).build()));
        cluster.runs().run(Graphs.ONE.on(CATS), Budget.usd("0.05"));

        assertThat(events.events().stream().map(RunEvent::getClass).map(Class::getSimpleName))
                .containsExactlyInAnyOrder(
                        "RunStarted",
                        "SubtaskAdmitted",
                        "PlanEnded",
                        "RungStarted",
                        "AttemptStarted",
                        "AttemptEnded",
                        "RungEnded",
                        "SubtaskEnded",
                        "RunEnded");
    }

    @Test
    void versions_ofAGraph_runBesideEachOther() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("they purr"));
        model.on(Graphs.CAREFUL).replies(new Note("they purr all day"));
        NamedGraph<Topic, Note> second = NamedGraph.<Topic, Note>of("one", Topic.class, topic -> {
                    var graph = TaskGraph.builder();
                    return graph.answering(graph.add("note", Graphs.CAREFUL, topic));
                })
                .version(2);
        cluster.start(cluster.worker(Coordinator.of(model.pools())).graphs(second));

        assertThat(cluster.runs().run(Graphs.ONE.on(CATS), Budget.usd("0.05")).requireComplete())
                .isEqualTo(new Note("they purr"));
        assertThat(cluster.runs().run(second.on(CATS), Budget.usd("0.05")).requireComplete())
                .isEqualTo(new Note("they purr all day"));
    }

    @Test
    void coordinator_withAJournal_isRefused(@TempDir Path folder) {
        try (var journal = FileJournal.open(folder.resolve("runs.journal"))) {
            Coordinator recorded = Coordinator.of(model.pools()).journal(journal);
            assertThatThrownBy(() -> cluster.worker(recorded))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("without a journal and a cache");
        }
    }

    @Test
    void type_thatKeepsItsOutputs_isRefused() {
        NamedGraph<Topic, Note> keeping = NamedGraph.of("keeping", Topic.class, topic -> {
            var graph = TaskGraph.builder();
            return graph.answering(graph.add("note", Graphs.NOTE.keepingAbove(2_000), topic));
        });
        cluster.start(cluster.worker(Coordinator.of(model.pools())).graphs(keeping));
        assertThatThrownBy(() -> cluster.runs().run(keeping.on(CATS), Budget.usd("0.05")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keeps long outputs out of prompts");
    }
}
