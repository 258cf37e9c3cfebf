// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lost a race and is needed by others goes on for them, and is tried again for them. */
class LosersTest {
    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Map<String, Gate> waiting = new ConcurrentHashMap<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();

    private final SubtaskType<Topic, Note> work =
            SubtaskType.code("work", Topic.class, Note.class, (topic, context) -> {
                if (waiting.containsKey(topic.name())) {
                    waiting.get(topic.name()).await();
                }
                if (failing.contains(topic.name())) {
                    throw new IllegalStateException("bad in this session");
                }
                return new Note(topic.name());
            });

    private final SubtaskType<Topic, Note> send =
            SubtaskType.code("send", Topic.class, Note.class, (topic, context) -> {
                sent.add(topic.name());
                return new Note(topic.name());
            });

    private RunResult<Note> session(Coordinator coordinator, TaskGraph<Note> graph) throws InterruptedException {
        try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
            return coordinator.journal(journal).run(graph, Budget.usd("1.00"));
        }
    }

    private RunResult<Note> session(TaskGraph<Note> graph) throws InterruptedException {
        return session(Coordinator.of(model.pools()), graph);
    }

    private TaskGraph<Note> raceAndQuorum() {
        var graph = TaskGraph.builder();
        var a = graph.add("a", work, new Topic("a"));
        var b = graph.add("b", work, new Topic("b"));
        var race = graph.race("race", a, b);
        var both = graph.quorum("both", 2, List.of(a, b));
        return graph.answering(graph.add("send", send, from(race, both, (one, all) -> new Topic(one.text()))));
    }

    @Test
    void loserThatAQuorumNeeds_isTriedAgain() throws Exception {
        failing.add("b");
        assertThat(session(raceAndQuorum())).isInstanceOf(RunResult.Failed.class);
        failing.clear();

        assertThat(session(raceAndQuorum()).requireComplete()).isEqualTo(new Note("a"));
    }

    private TaskGraph<Note> twoRaces() {
        var graph = TaskGraph.builder();
        var a = graph.add("a", work, new Topic("a"));
        var b = graph.add("b", work, new Topic("b"));
        var c = graph.add("c", work, new Topic("c"));
        var first = graph.race("first", a, b);
        var second = graph.race("second", b, c);
        return graph.answering(graph.add(
                "send", send, from(first, second, (one, two) -> new Topic(one.text() + two.text()))));
    }

    @Test
    void loserThatAnotherRaceNeeds_isTriedAgain() throws Exception {
        failing.addAll(List.of("b", "c"));
        assertThat(session(twoRaces())).isInstanceOf(RunResult.Failed.class);
        failing.remove("b");

        assertThat(session(twoRaces()).requireComplete()).isEqualTo(new Note("ab"));
    }

    private TaskGraph<Note> softly() {
        var graph = TaskGraph.builder();
        var a = graph.add("a", work, new Topic("a"));
        var b = graph.add("b", work, from(a, note -> new Topic("b")));
        var race = graph.race("race", a, b);
        return graph.answering(graph.add(
                "send", send, from(b.ifSucceeded(), race, (found, one) -> new Topic(one.text() + found.isPresent()))));
    }

    @Test
    void endOfAnEarlierSession_stopsNoLaterOne() throws Exception {
        var coordinator = Coordinator.builder(model.pools()).failFast().build();
        failing.add("b");
        RunResult<Note> first = session(coordinator, softly());
        failing.clear();

        assertThat(first).isInstanceOf(RunResult.Failed.class);
        assertThat(session(coordinator, softly()).requireComplete()).isEqualTo(new Note("atrue"));
    }

    @Test
    void loserThatIsCutOff_isTriedAgainForWhatWantsToKnow() throws Exception {
        waiting.put("b", new Gate());
        var cut = start(() -> session(softly()));
        cut.thread().interrupt();
        assertThat(cut.failure()).isInstanceOf(InterruptedException.class);
        waiting.clear();

        assertThat(session(softly()).requireComplete()).isEqualTo(new Note("atrue"));
    }

    @Test
    void race_waitsForNoLoserThatOthersNeed_andTakesTheFirst() throws Exception {
        var isSent = new Gate();
        waiting.put("slow", isSent);
        SubtaskType<Topic, Note> opening = SubtaskType.code("opening", Topic.class, Note.class, (topic, context) -> {
            isSent.open();
            return new Note(topic.name());
        });
        var graph = TaskGraph.builder();
        var slow = graph.add("slow", work, new Topic("slow"));
        var quick = graph.add("quick", work, new Topic("quick"));
        var extra = graph.add("extra", work, from(slow, note -> new Topic("extra")));
        var race = graph.race("race", slow, quick);
        var opened = graph.add("opened", opening, from(race, note -> new Topic(note.text())));
        var whole = graph.add("send", send, from(opened, extra, (one, other) -> new Topic(one.text() + other.text())));

        assertThat(session(graph.answering(whole)).requireComplete()).isEqualTo(new Note("quickextra"));
    }

    /** What its attachments are is a part of what it is known by; nobody can tell whether an earlier session did it. */
    @Test
    void winnerWhoseAttachmentsCannotBeMade_isTheWinnerOfTheNextSession() throws Exception {
        var isAway = new AtomicBoolean();
        SubtaskType<Topic, Note> reading = Crew.NOTE.attaching(topic -> {
            if (isAway.get()) {
                throw new UncheckedIOException(new IOException("the disk is away"));
            }
            return List.of();
        });
        model.on(reading).answers(call -> new Note(call.input(reading).name()));
        failing.add("other");
        for (int session = 1; session <= 3; session++) {
            isAway.set(session == 2);
            if (session > 1) {
                failing.clear();
            }
            var graph = TaskGraph.builder();
            var other = graph.add("other", work, new Topic("other"));
            graph.add("extra", work, from(other, note -> new Topic("extra")));
            var winner = graph.add("winner", reading, new Topic("winner"));
            var race = graph.race("race", other, winner);
            var result = session(graph.answering(graph.add("send", send, from(race, note -> new Topic(note.text())))));
            if (session == 2) {
                assertThat(result).isInstanceOf(RunResult.Failed.class);
            }
        }
        assertThat(sent).containsExactly("winner");
        assertThat(model.calls()).hasSize(1);
    }
}
