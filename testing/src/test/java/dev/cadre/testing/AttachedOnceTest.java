// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that attaches is asked once for each piece of work: what is sent is what the identity was taken of. */
@Timeout(60)
class AttachedOnceTest {
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final AtomicInteger asked = new AtomicInteger();

    /** Another picture whenever it is asked. */
    final SubtaskType<Topic, Note> type = NOTE.attaching(topic -> List.of(picture(asked.incrementAndGet())));

    private static Attachment picture(int number) {
        return Attachment.Image.of("image/png", new byte[] {(byte) number});
    }

    private Outcome<Note> run(Coordinator coordinator, SubtaskType<Topic, Note> of) throws InterruptedException {
        var graph = TaskGraph.builder();
        var note = graph.add("note", of, new Topic("cats"));
        return coordinator.run(graph.answering(note), BUDGET).outcome(note);
    }

    private List<Attachment> sent() {
        return model.calls().stream()
                .flatMap(call -> call.request().attachments().stream())
                .toList();
    }

    @Test
    void graph_withAJournal_sendsWhatTheIdentityWasTakenOf() throws Exception {
        model.on(type).replies(new Note("They purr."));

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            run(Coordinator.of(model.pools()).journal(journal), type);
        }

        assertThat(asked).hasValue(1);
        assertThat(sent()).containsExactly(picture(1));
    }

    @Test
    void bulk_withAJournal_sendsWhatTheIdentityWasTakenOf() throws Exception {
        model.on(type).replies(new Note("They purr."));

        try (Journal journal = FileJournal.open(folder.resolve("bulk.journal"))) {
            Coordinator.of(model.pools())
                    .bulk(type)
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .run(Stream.of(new Topic("cats")), BUDGET, item -> {});
        }

        assertThat(asked).hasValue(1);
        assertThat(sent()).containsExactly(picture(1));
    }

    @Test
    void dearerTier_isSentTheSameAsTheCheaperOne() throws Exception {
        SubtaskType<Topic, Note> escalating = type.startingAt(Tier.NANO)
                .upTo(Tier.MINI)
                .accept("a note purrs", (topic, note) -> note.text().contains("purr"));
        model.on(escalating).onlyOn(Tier.NANO).replies(new Note("They bark."));
        model.on(escalating).onlyOn(Tier.MINI).replies(new Note("They purr."));

        assertThat(run(Coordinator.of(model.pools()), escalating))
                .isEqualTo(new Outcome.Succeeded<>(new Note("They purr.")));

        assertThat(asked).hasValue(1);
        assertThat(sent()).containsExactly(picture(1), picture(1));
    }

    @Test
    void codeThatThrows_failsTheSubtaskWithItsCause_alsoWithAJournal() throws Exception {
        var cause = new IllegalStateException("no such file");
        SubtaskType<Topic, Note> broken = NOTE.attaching(topic -> {
            asked.incrementAndGet();
            throw cause;
        });
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            Outcome<Note> outcome = run(Coordinator.of(model.pools()).journal(journal), broken);

            assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.INVALID_INPUT);
                assertThat(failed.failure().cause()).containsSame(cause);
            });
        }
        assertThat(asked).hasValue(1);
    }

    /** Whether it was asked before or after the others. */
    @ParameterizedTest
    @ValueSource(strings = {"early", "late"})
    void codeThatHangs_holdsUpNoOtherSubtask_withAJournal(String hung) throws Exception {
        var clock = new TestClock();
        var hangs = new CountDownLatch(1);
        var never = new Gate();
        SubtaskType<Topic, Note> hanging = NOTE.attaching(topic -> {
            if (topic.name().equals(hung)) {
                hangs.countDown();
                never.awaitUninterruptibly();
            }
            return List.of();
        });
        model.on(hanging).replies(new Note("They purr."));
        var othersEnded = new CountDownLatch(2);
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            Coordinator coordinator = Coordinator.builder(model.pools())
                    .clock(clock)
                    .listener(event -> {
                        if (event instanceof RunEvent.SubtaskEnded ended
                                && !ended.subtaskId().equals(hung)) {
                            othersEnded.countDown();
                        }
                    })
                    .build()
                    .journal(journal);
            var graph = TaskGraph.builder();
            if (hung.equals("early")) {
                graph.optional(graph.add(hung, hanging, new Topic(hung)));
            }
            var cats = graph.add("cats", hanging, new Topic("cats"));
            var both = graph.add("both", hanging, Input.from(cats, note -> new Topic(note.text())));
            if (hung.equals("late")) {
                graph.optional(graph.add(hung, hanging, Input.from(cats, note -> new Topic("late"))));
            }

            var run = Crew.start(() -> coordinator.run(graph.answering(both), BUDGET));
            hangs.await();
            othersEnded.await();
            clock.advance(Duration.ofMinutes(10));
            clock.advanceToAlarm();

            RunResult<Note> result = run.result(clock);
            assertThat(result.outcome(both)).isEqualTo(new Outcome.Succeeded<>(new Note("They purr.")));
            assertThat(result.report().outcome(hung).reason()).contains("DEADLINE");
            assertThat(result.report().abandoned()).singleElement().asString().contains(hung);
            never.open();
        }
    }

    @Test
    void codeThatHangs_holdsUpNoOtherItem_ofARecordedBulk() throws Exception {
        var clock = new TestClock();
        var hangs = new CountDownLatch(1);
        var never = new Gate();
        SubtaskType<Topic, Note> hanging = NOTE.attaching(topic -> {
            if (topic.name().equals("early")) {
                hangs.countDown();
                never.awaitUninterruptibly();
            }
            return List.of();
        });
        model.on(hanging).replies(new Note("They purr."));
        var othersEnded = new CountDownLatch(1);
        try (Journal journal = FileJournal.open(folder.resolve("bulk.journal"))) {
            var run = Crew.start(() -> Coordinator.builder(model.pools())
                    .clock(clock)
                    .build()
                    .bulk(hanging)
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .run(Stream.of(new Topic("early"), new Topic("cats")), BUDGET, item -> {
                        if (item.key().equals("cats")) {
                            othersEnded.countDown();
                        }
                    }));
            hangs.await();
            othersEnded.await();
            clock.advance(Duration.ofMinutes(10));
            clock.advanceToAlarm();

            assertThat(run.result(clock).abandoned()).singleElement().asString().endsWith("-0");
            assertThat(run.result().counts().succeeded()).isEqualTo(1);
            never.open();
        }
    }

    @Test
    void codeThatHangs_leavesTheMergerItsTime_withAJournal() throws Exception {
        var clock = new TestClock();
        var hangs = new CountDownLatch(1);
        var never = new Gate();
        SubtaskType<Topic, Note> hanging = NOTE.attaching(topic -> {
            if (topic.name().equals("late")) {
                hangs.countDown();
                never.awaitUninterruptibly();
            }
            return List.of();
        });
        model.on(hanging).replies(new Note("They purr."));
        model.onMerge().repliesText(Crew.merged("They purr."));
        var othersEnded = new CountDownLatch(2); // the planner and the other subtask
        try (Journal journal = FileJournal.open(folder.resolve("goal.journal"))) {
            Coordinator coordinator = Coordinator.builder(model.pools())
                    .clock(clock)
                    .listener(event -> {
                        if (event instanceof RunEvent.SubtaskEnded || event instanceof RunEvent.PlanEnded) {
                            othersEnded.countDown();
                        }
                    })
                    .plansWith(hanging)
                    .planner((request, intake) -> {
                        for (String name : List.of("cats", "late")) {
                            var unused = intake.offer(PlannedSubtask.of(name, hanging, new Topic(name)));
                        }
                    })
                    .build()
                    .journal(journal);

            var run = Crew.start(() -> coordinator.run(Goal.of("cats", Crew.Answer.class), BUDGET));
            hangs.await();
            othersEnded.await();
            clock.advance(Duration.ofMinutes(9));
            clock.advanceToAlarm();

            RunResult<Crew.Answer> result = run.result(clock);
            assertThat(Crew.partial(result).answer()).isEqualTo(new Crew.Answer("They purr."));
            assertThat(result.report().outcome("late").reason()).contains("DEADLINE");
            assertThat(result.report().abandoned()).singleElement().asString().contains("late");
            never.open();
        }
    }
}
