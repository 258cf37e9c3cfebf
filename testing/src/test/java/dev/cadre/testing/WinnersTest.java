// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What won in one session wins in the next ones, so that what depends on it is sent once. */
class WinnersTest {
    /** What a piece of work does in this session; one that is not named returns its name. */
    private interface Turn {
        void take() throws Exception;
    }

    @TempDir
    Path folder;

    private final Map<String, Turn> turns = new ConcurrentHashMap<>();
    private final List<String> worked = new CopyOnWriteArrayList<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();

    private final SubtaskType<Topic, Note> work =
            SubtaskType.code("work", Topic.class, Note.class, (topic, context) -> {
                turns.getOrDefault(topic.name(), () -> {}).take();
                worked.add(topic.name());
                return new Note(topic.name());
            });

    private final SubtaskType<Topic, Note> send =
            SubtaskType.code("send", Topic.class, Note.class, (topic, context) -> {
                sent.add(topic.name());
                return new Note("sent");
            });

    private RunResult<Note> session(TaskGraph<Note> graph) throws InterruptedException {
        return session(graph, event -> {});
    }

    private RunResult<Note> session(TaskGraph<Note> graph, RunListener listener) throws InterruptedException {
        try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
            return Coordinator.builder(new ScriptedModel().pools())
                    .listener(listener)
                    .build()
                    .journal(journal)
                    .run(graph, Budget.usd("1.00"));
        }
    }

    private static void fails() {
        throw new IllegalStateException("bad in this session");
    }

    private static void waits() {
        throw new AwaitedException("the editor");
    }

    /** The loser is needed by others, too, and the winner comes behind something that each session tries again. */
    private TaskGraph<Note> race() {
        var graph = TaskGraph.builder();
        var behind = graph.add("behind", work, new Topic("behind"));
        var loser = graph.add("loser", work, new Topic("loser"));
        graph.add("other", work, from(loser, note -> new Topic("other")));
        graph.add("waiting", work, new Topic("waiting"));
        var winner = graph.add("winner", work, from(behind.ifSucceeded(), note -> new Topic("winner")));
        var race = graph.race("race", loser, winner);
        return graph.answering(graph.add("send", send, from(race, note -> new Topic(note.text()))));
    }

    private void firstSession() throws InterruptedException {
        turns.putAll(Map.of("behind", WinnersTest::fails, "loser", WinnersTest::fails, "waiting", WinnersTest::waits));
        session(race());
        assertThat(sent).containsExactly("winner");
        turns.remove("loser");
    }

    @Test
    void winnerBehindWhatWaitsForSomebody_keepsTheRace() throws Exception {
        firstSession();
        turns.put("behind", WinnersTest::waits);

        session(race());
        turns.remove("behind");
        turns.remove("waiting");
        RunResult<Note> last = session(race());

        assertThat(last.requireComplete()).isEqualTo(new Note("sent"));
        assertThat(sent).containsExactly("winner");
    }

    @Test
    void winnerOfASessionThatIsCutOff_keepsTheRace() throws Exception {
        firstSession();
        var others = new Gate();
        turns.put("other", others::open);
        turns.put("behind", new Gate()::await);
        var cut = start(() -> session(race()));
        others.await();
        cut.thread().interrupt();
        assertThat(cut.failure()).isInstanceOf(InterruptedException.class);
        turns.clear();

        assertThat(session(race()).requireComplete()).isEqualTo(new Note("sent"));
        assertThat(sent).containsExactly("winner");
    }

    /** Returns what it has when it is interrupted, which is on record then. */
    private void isLate(String name, Gate begun) {
        turns.put(name, () -> {
            begun.open();
            try {
                new Gate().await();
            } catch (InterruptedException stop) {
                // what it has is enough
            }
        });
    }

    /** What is on record of it does not count: its own failed item is not missing. */
    @Test
    void loserWhoseSuccessCameTooLate_isNotNeededInEachSession() throws Exception {
        var begun = new Gate();
        turns.put("quick", begun::await);
        turns.put("bad", WinnersTest::fails);
        isLate("late", begun);
        for (int session = 1; session <= 3; session++) {
            var graph = TaskGraph.builder();
            var quick = graph.add("quick", work, new Topic("quick"));
            var root = graph.add("root", work, new Topic("root"));
            var fan = graph.add(
                    "fan",
                    work,
                    Input.forEach(root, note -> List.of(new Topic("good"), new Topic("bad")))
                            .minSuccess(1));
            var late = graph.add("late", work, from(fan, items -> new Topic("late")));

            RunResult<Note> result = session(graph.answering(graph.race("race", quick, late)));

            assertThat(result.requireComplete()).as("session %d", session).isEqualTo(new Note("quick"));
            assertThat(result.report().outcome("late").isNotNeeded()).isTrue();
        }
    }

    @Test
    void itemWhoseSuccessCameTooLate_isNotNeededInEachSession() throws Exception {
        var begun = new Gate();
        turns.put("quick", begun::await);
        isLate("late", begun);
        for (int session = 1; session <= 2; session++) {
            var graph = TaskGraph.builder();
            var items = graph.add(
                    "items",
                    work,
                    Input.forEach(List.of(new Topic("late"), new Topic("quick")))
                            .enough(1));
            session(graph.answering(graph.add(
                    "send", send, from(items, all -> new Topic(all.values().toString())))));
        }
        assertThat(sent).containsExactly("[Note[text=quick]]");
    }

    /** The first that is asked for is found at once, each other one when nobody looks for it any more. */
    private static OutcomeCache lateButForTheFirst(OutcomeCache cache) {
        var isFirst = new AtomicBoolean(true);
        return new OutcomeCache() {
            @Override
            public Optional<Hit> find(Fingerprint work) throws InterruptedException {
                if (!isFirst.getAndSet(false)) {
                    try {
                        new Gate().await();
                    } catch (InterruptedException givenUp) {
                        // what it has is enough
                    }
                }
                return cache.find(work);
            }

            @Override
            public void keep(Fingerprint work, CachedOutcome outcome) throws InterruptedException {
                cache.keep(work, outcome);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hitThatComesTooLate_isNotNeededInEachSession(boolean isRace) throws Exception {
        var model = new ScriptedModel();
        model.on(Crew.NOTE).answers(call -> new Note(call.input(Crew.NOTE).name()));
        var cache = new WatchedCache();
        List<String> names = List.of("a", "b", "c");
        var filling = TaskGraph.builder();
        var notes = names.stream()
                .map(name -> filling.add(name, Crew.NOTE, new Topic(name)))
                .toList();
        Coordinator.of(model.pools())
                .cache(cache)
                .run(
                        filling.answering(filling.add("all", send, Input.fromAll(notes, all -> new Topic("filled")))),
                        Budget.usd("1.00"));
        sent.clear();

        for (OutcomeCache asked : List.of(lateButForTheFirst(cache), cache)) {
            var graph = TaskGraph.builder();
            var members = names.stream()
                    .map(name -> graph.add(name, Crew.NOTE, new Topic(name)))
                    .toList();
            var taken = isRace
                    ? from(graph.race("taken", members), note -> new Topic(note.text()))
                    : from(graph.quorum("taken", 1, members), all -> new Topic(all.toString()));
            try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
                var result = Coordinator.of(model.pools())
                        .cache(asked)
                        .journal(journal)
                        .run(graph.answering(graph.add("send", send, taken)), Budget.usd("1.00"));
                assertThat(result.requireComplete()).isEqualTo(new Note("sent"));
                assertThat(names)
                        .filteredOn(name -> result.report().outcome(name).isNotNeeded())
                        .hasSize(2);
            }
        }

        assertThat(sent).hasSize(1);
    }

    /** The loser of the inner race takes its time to end, and by then the outer one has another winner. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void joinThatLosesBeforeItHasItsOutput_isNotNeededInEachSession(boolean isRace) throws Exception {
        var isGivenUp = new Gate();
        var isWon = new Gate();
        turns.put("slow", () -> {
            try {
                new Gate().await();
            } catch (InterruptedException givenUp) {
                isGivenUp.open();
                isWon.await();
                throw givenUp;
            }
        });
        turns.put("other", isGivenUp::await);
        for (int session = 1; session <= 2; session++) {
            var graph = TaskGraph.builder();
            var slow = graph.add("slow", work, new Topic("slow"));
            var quick = graph.add("quick", work, new Topic("quick"));
            var inner = graph.race("inner", slow, quick);
            var other = graph.add("other", work, new Topic("other"));
            var taken = isRace
                    ? from(graph.race("taken", inner, other), note -> new Topic(note.text()))
                    : from(graph.quorum("taken", 1, List.of(inner, other)), all -> new Topic(all.toString()));
            RunResult<Note> result = session(graph.answering(graph.add("send", send, taken)), event -> {
                if (event instanceof RunEvent.SubtaskEnded ended
                        && ended.subtaskId().equals("other")) {
                    isWon.open();
                }
            });

            assertThat(result.requireComplete()).isEqualTo(new Note("sent"));
            assertThat(result.report().outcome("inner").isNotNeeded()).isTrue();
            assertThat(result.report().outcome("quick").isSucceeded()).isTrue();
        }
        assertThat(sent).containsExactly(isRace ? "other" : "[Note[text=other]]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"race", "better.race"})
    void loopThatLoses_isNotNeeded_whateverTheRaceIsNamed(String id) throws Exception {
        var begun = new Gate();
        turns.put("polished", () -> {
            begun.open();
            new Gate().await();
        });
        turns.put("other", begun::await);
        var graph = TaskGraph.builder();
        var draft = graph.add("draft", work, new Topic("draft"));
        var better = graph.repeat(
                "better",
                draft,
                1,
                "it is polished",
                note -> !note.text().equals("draft"),
                last -> graph.add("polish", work, from(last, note -> new Topic("polished"))));
        var other = graph.add("other", work, new Topic("other"));

        var result = session(graph.answering(graph.race(id, better, other)));

        assertThat(result.requireComplete()).isEqualTo(new Note("other"));
        assertThat(result.report().outcome("better").isNotNeeded()).isTrue();
    }

    /** What succeeded although only a loser needed it keeps its output, which a goal that follows has as an input. */
    @Test
    void successBehindALoser_isOneInEachSession() throws Exception {
        turns.put("start", () -> new Gate().await());
        turns.put("broken", WinnersTest::fails);
        for (int session = 1; session <= 3; session++) {
            var graph = TaskGraph.builder();
            var start = graph.add("start", work, new Topic("start"));
            var behind = graph.add("behind", work, from(start, note -> new Topic("behind")));
            var loser = graph.add("loser", work, from(behind, note -> new Topic("broken")));
            var first = graph.add("first", work, from(start, note -> new Topic("first")));
            var second = graph.add("second", work, from(first, note -> new Topic("second")));
            var winner = graph.add("winner", work, from(second, note -> new Topic("winner")));
            var race = graph.race("race", loser, winner);
            var whole = graph.answering(graph.add("send", send, from(race, note -> new Topic(note.text()))));
            if (session == 1) {
                var cut = start(() -> session(whole));
                cut.thread().interrupt();
                assertThat(cut.failure()).isInstanceOf(InterruptedException.class);
                turns.remove("start");
            } else {
                assertThat(session(whole).report().outcome("behind").isSucceeded())
                        .as("session %d", session)
                        .isTrue();
            }
        }
        assertThat(sent).containsExactly("winner");
    }

    /** Has nothing, and says so when it is interrupted. */
    private static final OutcomeCache HANGING = new OutcomeCache() {
        @Override
        public Optional<Hit> find(Fingerprint work) throws InterruptedException {
            new Gate().await();
            return Optional.empty();
        }

        @Override
        public void keep(Fingerprint work, CachedOutcome outcome) {
            // the next session is to have it from its journal
        }
    };

    /** A cache, and what is attached, are asked for on threads of their own, which may take longer than the race. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void successBehindALoser_isOneInEachSession_thoughItIsLookedForOnAThread(boolean isCached) throws Exception {
        SubtaskType<Topic, Note> type = isCached ? Crew.NOTE.cacheable() : Crew.NOTE.attaching(topic -> List.of());
        var model = new ScriptedModel();
        model.on(type).answers(call -> new Note(call.input(type).name()));
        var hasLost = new Gate();
        turns.put("loser", () -> {
            hasLost.open();
            fails();
        });
        turns.put("winner", hasLost::await);
        for (OutcomeCache cache : List.of(new WatchedCache(), HANGING, HANGING)) {
            var graph = TaskGraph.builder();
            var first = graph.add("first", type, new Topic("first"));
            var second = graph.add("second", type, from(first, note -> new Topic("second")));
            var loser = graph.add("loser", work, from(second, note -> new Topic("loser")));
            var winner = graph.add("winner", work, new Topic("winner"));
            var race = graph.race("race", loser, winner);
            try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
                var report = Coordinator.of(model.pools())
                        .cache(cache)
                        .journal(journal)
                        .run(
                                graph.answering(graph.add("send", send, from(race, note -> new Topic(note.text())))),
                                Budget.usd("1.00"))
                        .report();
                assertThat(List.of("first", "second"))
                        .allMatch(id -> report.outcome(id).isSucceeded());
            }
        }
        assertThat(sent).containsExactly("winner");
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void moreItemsThatAreNeeded_areTakenInTheNextSession() throws Exception {
        for (int enough : List.of(1, 3)) {
            var graph = TaskGraph.builder();
            var items = graph.add(
                    "items",
                    work,
                    Input.forEach(List.of(new Topic("a"), new Topic("b"), new Topic("c")))
                            .enough(enough));
            var result = session(graph.answering(graph.add(
                    "send",
                    send,
                    from(items, all -> new Topic(String.valueOf(all.values().size() >= enough))))));
            assertThat(result.requireComplete()).isEqualTo(new Note("sent"));
        }
        assertThat(sent).containsOnly("true");
    }

    /** By what they are, not by where they stand. */
    @ParameterizedTest
    @ValueSource(strings = {"z,y,a,b", "b,a", "a,z,b"})
    void itemsThatWereEnough_areTakenAgain_whereverTheyStand(String later) throws Exception {
        for (String list : List.of("a,b", later)) {
            var graph = TaskGraph.builder();
            var topics = graph.add("topics", work, new Topic("topics"));
            var items = graph.add(
                    "items",
                    work,
                    Input.forEach(
                                    topics,
                                    note -> Stream.of(list.split(","))
                                            .map(Topic::new)
                                            .toList())
                            .enough(2));
            session(graph.answering(graph.add(
                    "send",
                    send,
                    from(
                            items,
                            all -> new Topic(all.values().stream()
                                    .map(Note::text)
                                    .sorted()
                                    .toList()
                                    .toString())))));
        }

        assertThat(worked).containsExactlyInAnyOrder("topics", "a", "b");
        assertThat(sent).containsExactly("[a, b]");
    }
}
