// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is paid for and on record is neither lost nor paid again because the code of its type cannot take it in one session. */
class UnreadableOutputTest {
    /** How the constructor takes a long text; constructors have no other context. */
    private enum Mood {
        TAKES,
        REFUSES,
        BREAKS
    }

    private static volatile Mood mood = Mood.TAKES;

    record Line(String text) {
        Line {
            if (text.startsWith("long")) {
                switch (mood) {
                    case TAKES -> {}
                    case REFUSES -> throw new IllegalArgumentException("it is too long");
                    case BREAKS -> throw new NoClassDefFoundError("the library is away");
                }
            }
        }
    }

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final AtomicInteger sent = new AtomicInteger();
    private final SubtaskType<Topic, Line> write = SubtaskType.model("write", Topic.class, Line.class, "Write a line.");
    private final SubtaskType<Topic, Line> send =
            SubtaskType.model("send", Topic.class, Line.class, "Send a line.").tools(Crew.sending(sent));

    @BeforeEach
    void takeAll() {
        mood = Mood.TAKES;
    }

    private <R> RunResult<R> session(TaskGraph<R> graph) throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            return Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("1.00"));
        }
    }

    private static TaskGraph<Line> one(SubtaskType<Topic, Line> type) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("line", type, new Topic("cats")));
    }

    @Test
    void outputThatItsTypeRefusesNow_isAskedForAgain() throws Exception {
        model.on(write).replies(new Line("long line")).replies(new Line("line"));
        session(one(write));
        mood = Mood.REFUSES;

        assertThat(session(one(write))).isCompleteWith(new Line("line"));
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void outputWithWhichItsTypeBreaks_isWaitedFor() throws Exception {
        model.on(write).replies(new Line("long line"));
        session(one(write));
        mood = Mood.BREAKS;

        RunResult<Line> second = session(one(write));

        assertThat(second).isInstanceOf(RunResult.Suspended.class);
        assertThat(second.report().outcome("line").reason())
                .contains(
                        "its output, which is on record and cannot be read: NoClassDefFoundError: the library is away");
        mood = Mood.TAKES;
        assertThat(session(one(write))).isCompleteWith(new Line("long line"));
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void outputOfWorkThatWrites_isWaitedFor_alsoIfItsTypeRefusesIt() throws Exception {
        model.on(send).calls(new ToolCall("1", "send", "{}")).replies(new Line("long line"));
        session(one(send));
        mood = Mood.REFUSES;

        assertThat(session(one(send))).isInstanceOf(RunResult.Suspended.class);

        mood = Mood.TAKES;
        assertThat(session(one(send))).isCompleteWith(new Line("long line"));
        assertThat(sent).hasValue(1);
    }

    @Test
    void typeThatBreaksAfterAToolHasWritten_leavesTheEffectUnknown() throws Exception {
        model.on(send).calls(new ToolCall("1", "send", "{}")).answers(call -> {
            var line = new Line("long line");
            mood = Mood.BREAKS;
            return line;
        });

        for (int session = 0; session < 2; session++) {
            assertThat(session(one(send)).report().outcome("line"))
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN));
            mood = Mood.TAKES;
        }

        assertThat(sent).hasValue(1);
    }

    private RunResult<Line> goal() throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            return Coordinator.builder(model.pools())
                    .plansWith(Crew.NOTE)
                    .planner((request, intake) -> intake.offer(PlannedSubtask.of("note", Crew.NOTE, new Topic("cats"))))
                    .build()
                    .journal(journal)
                    .run(
                            Goal.of("Write a line", Line.class).mergedBy(Mergers.synthesis(Line.class, Tier.MINI)),
                            Budget.usd("1.00"));
        }
    }

    @Test
    void mergedAnswerWithWhichItsTypeBreaks_isNeitherLostNorPaidAgain() throws Exception {
        model.on(Crew.NOTE).replies(new Note("cats"));
        model.onMerge().replies("{\"answer\":{\"text\":\"long line\"},\"citations\":[]}");
        goal();
        mood = Mood.BREAKS;

        RunResult<Line> second = goal();

        assertThat(Crew.failed(second).cause().message())
                .contains("the answer, which is on record, cannot be read: NoClassDefFoundError: the library is away");
        mood = Mood.TAKES;
        assertThat(goal()).isCompleteWith(new Line("long line"));
        assertThat(model.calls()).hasSize(2);
    }

    // --- outputs that are read by range

    private static volatile boolean isWritable = true;

    private static final class Lines extends AbstractList<String> {
        @Override
        public String get(int index) {
            if (!isWritable) {
                throw new IllegalStateException("the file is away");
            }
            return "a line of text";
        }

        @Override
        public int size() {
            return 500;
        }
    }

    record Text(List<String> lines) {
        Text {
            lines = new Lines();
        }
    }

    @Test
    void outputThatCannotBeWrittenForAModel_isNotGivenToItInAnotherForm() throws Exception {
        SubtaskType<Topic, Text> find = SubtaskType.code(
                        "find", Topic.class, Text.class, (topic, context) -> new Text(List.of()))
                .keepingAbove(2_000);
        SubtaskType<Topic, Note> read = SubtaskType.model("read", Topic.class, Note.class, "Read.");
        model.on(read).replies(new Note("read"));
        var graph = TaskGraph.builder();
        var found = graph.add("found", find, new Topic("cats"));
        var all = graph.answering(graph.add("read", read, from(found, text -> new Topic("read it"))));
        assertThat(session(all)).isCompleteWith(new Note("read"));
        isWritable = false;

        assertThat(session(all)).isInstanceOf(RunResult.Suspended.class);

        isWritable = true;
        assertThat(session(all)).isCompleteWith(new Note("read"));
        assertThat(model.calls()).hasSize(1);
    }
}
