// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says of what the run was complete without. */
class LeftOutOnPageTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact.");
    private static final SubtaskType<Note, Note> POST =
            SubtaskType.code("post", Note.class, Note.class, (note, context) -> note);
    private static final SubtaskType<Topic, Note> ASK =
            SubtaskType.code("ask", Topic.class, Note.class, (topic, context) -> {
                throw new AwaitedException("the editor");
            });
    private static final Topic CATS = new Topic("cats");
    private static final Topic DOGS = new Topic("dogs");

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private Path file;

    @BeforeEach
    void script() {
        file = folder.resolve("run.journal");
        model.on(NOTE).answers(call -> new Note(call.input(NOTE).name()));
        model.on(NOTE, DOGS).refuses("no dogs");
    }

    private RunReport run(Coordinator coordinator, TaskGraph<?> graph) throws InterruptedException {
        try (var journal = FileJournal.open(file)) {
            return coordinator.journal(journal).run(graph, Budget.usd("0.50")).report();
        }
    }

    /** Cats are waited for until this has ended. */
    private Coordinator afterTheEndOf(String label) {
        var gate = new Gate();
        model.on(NOTE, CATS).holdUntil(gate).replies(new Note("cats"));
        return Coordinator.builder(model.pools())
                .listener(event -> {
                    if (event instanceof RunEvent.RungEnded ended
                            && ended.subtaskId().equals(label)) {
                        gate.open();
                    }
                })
                .build();
    }

    private SubtaskHistory history(String label) {
        return HistoryReader.read(file).getFirst().subtasks().stream()
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void losers_whateverBecameOfThem_areNoFailures() throws Exception {
        var graph = TaskGraph.builder();
        var asked = graph.add("asked", ASK, CATS);
        var dogs = graph.add("dogs", NOTE, DOGS);
        var cats = graph.add("cats", NOTE, CATS);
        var first = graph.race("first", asked, dogs, cats);

        RunReport report = run(afterTheEndOf("dogs"), graph.answering(first));

        assertThat(report.toString()).contains(": 2 of 2 subtasks succeeded, 2 not needed");
        assertThat(history("asked").end()).extracting(End::status).isEqualTo("not needed");
        assertThat(history("dogs").end()).extracting(End::status).isEqualTo("not needed");
        assertThat(ReportPage.of(file))
                .doesNotContain("Failures")
                .contains("2 not needed, 2 succeeded, of 4", "not needed</span>: skipped: AWAITED: the editor")
                .contains("succeeded, taken from cats");
    }

    @Test
    void items_whereOthersWereEnough_areNoFailures() throws Exception {
        var graph = TaskGraph.builder();
        var some = graph.add("some", NOTE, Input.forEach(List.of(DOGS, CATS)).enough(1));

        run(afterTheEndOf("some#0"), graph.answering(some));

        assertThat(history("some#0").end()).extracting(End::status).isEqualTo("not needed");
        assertThat(ReportPage.of(file)).doesNotContain("Failures");
    }

    @Test
    void subtask_withSomebodyInItsPlace_isNoFailure() throws Exception {
        String planned = "{\"type\":\"note\",\"id\":\"%s\",\"input\":{\"name\":\"%s\"}%s}";
        model.onPlan()
                .repliesText("{\"subtasks\":[%s,%s]}"
                        .formatted(planned.formatted("cats", "cats", ""), planned.formatted("dogs", "dogs", "")))
                .repliesText("{\"subtasks\":[%s]}"
                        .formatted(planned.formatted("wolves", "wolves", ",\"replaces\":[\"dogs\"]")));
        try (var journal = FileJournal.open(file)) {
            var coordinator = Coordinator.builder(model.pools())
                    .plansWith(NOTE)
                    .replanning(1)
                    .build();
            var goal = Goal.of("Take notes", Note.class)
                    .mergedBy(Mergers.collect(NOTE, notes -> new Note(notes.toString())));
            assertThat(coordinator.journal(journal).run(goal, Budget.usd("1.00")))
                    .isInstanceOf(RunResult.Complete.class);
        }

        assertThat(history("dogs").end()).extracting(End::status).isEqualTo("replaced");
        assertThat(ReportPage.of(file)).doesNotContain("Failures").contains("1 replaced, 2 succeeded, of 3");
    }

    @Test
    void subtask_thatNeverBegan_tookNoTime_andWasNotWaitedFor() throws Exception {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, CATS);
        var never = graph.add("never", POST, Input.from(cats, note -> note));
        graph.when(never, cats, "other", note -> note.text().equals("other"));
        var last = graph.add("last", POST, Input.from(cats, note -> note));
        graph.when(last, cats, "same", note -> note.text().equals("cats"));
        var end = graph.race("end", never, last);
        run(Coordinator.of(model.pools()), graph.answering(end));
        RunHistory run = HistoryReader.read(file).getFirst();

        List<Span> spans = Span.of(run, new Timeline(run));

        assertThat(spans)
                .filteredOn(span -> span.subtask().label().equals("never"))
                .extracting(Span::length)
                .containsExactly(0L);
        assertThat(CriticalPath.of(spans))
                .extracting(span -> span.subtask().label())
                .containsExactly("cats", "last", "end");
    }

    @Test
    void criticalPath_leadsThroughWhatNeverBegan() {
        var skipped = new SubtaskHistory(
                RunHistory.Role.SUBTASK,
                "skipped",
                "note",
                "",
                List.of("first"),
                List.of(),
                Histories.at(0),
                List.of(),
                new End(Histories.at(60), End.NOT_NEEDED, "no", 1, null, false));
        RunHistory run = Histories.run(
                List.of(Histories.session(0, 100)),
                Histories.subtask("first", List.of(), 0, 50),
                skipped,
                Histories.subtask("after", List.of("skipped"), 0, 100));

        assertThat(CriticalPath.of(Span.of(run, new Timeline(run))))
                .extracting(span -> span.subtask().label())
                .containsExactly("first", "after");
    }

    @Test
    void moneyOfNestedRuns_isNoCallOfAModel() throws Exception {
        var inner = Coordinator.of(model.pools());
        var nested = NestedRun.graph(() -> inner, Money.usd("0.05"), (Topic topic) -> {
            var graph = TaskGraph.builder();
            return graph.answering(graph.add("inner", NOTE, topic));
        });
        var graph = TaskGraph.builder();
        var outer = graph.answering(graph.add("crew", nested.asType("crew", Topic.class, Note.class), CATS));
        RunReport report = run(Coordinator.of(model.pools()), outer);
        String run = report.runId();
        cutOffWithMoneyOfCode(run);

        RunReport again = run(Coordinator.of(model.pools()), outer);

        assertThat(again.spend().attempts()).isZero();
        assertThat(again.spend().total()).isGreaterThan(Money.usd("0.03"));
        RunHistory history = HistoryReader.read(file).stream()
                .filter(each -> each.id().equals(run))
                .findFirst()
                .orElseThrow();
        assertThat(history.spend().attempts()).isZero();
        assertThat(history.spend().total()).isEqualTo(again.spend().total());
        String page = ReportPage.of(file);
        assertThat(page.substring(0, page.indexOf("Nested runs</h"))).doesNotContain("Calls of each model");
    }

    private void cutOffWithMoneyOfCode(String run) {
        JournalEntry.Intent[] intent = new JournalEntry.Intent[1];
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Intent found
                    && found.run().equals(run)
                    && found.asked().kind() == CallPurpose.Kind.CODE) {
                intent[0] = found;
            }
        });
        try (var journal = FileJournal.open(file)) {
            journal.append(new JournalEntry.Intent(
                    intent[0].key(), intent[0].fingerprint(), 17, intent[0].asked(), Money.usd("0.03")));
        }
    }
}
