// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs with a cache that are broken off at every entry of their journal, and go on in another session. */
class CacheResumeTest {
    record Topics(List<Topic> topics) {}

    private static final SubtaskType<Topic, Topics> SPLIT =
            SubtaskType.model("split", Topic.class, Topics.class, "Split the topic.");
    private static final SubtaskType<Notes, Brief> BRIEF =
            SubtaskType.model("brief", Notes.class, Brief.class, "Write one brief from the notes.");
    private static final Money CALL = Money.usd(Crew.NOTE_USD);
    private static final Brief ANSWER = new Brief("Pets make noise.");

    /** What the second session has of the cache of the first. */
    private enum Then {
        THE_SAME_CACHE,
        AN_EMPTY_ONE,
        ONE_THAT_FAILS
    }

    @TempDir
    Path folder;

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(SPLIT).costing(1_000, 400).replies(new Topics(List.of(new Topic("cats"), new Topic("dogs"))));
        model.on(NOTE, new Topic("cats")).costing(1_000, 400).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).replies(new Note("They bark."));
        model.on(NOTE, new Topic("fish")).costing(1_000, 400).replies(new Note("They are quiet."));
        model.on(BRIEF).costing(1_000, 400).replies(ANSWER);
        return model;
    }

    private static TaskGraph<Brief> graph() {
        var graph = TaskGraph.builder();
        var topics = graph.add("topics", SPLIT, new Topic("pets"));
        var notes = graph.add("notes", NOTE, forEach(topics, Topics::topics));
        var fish = graph.add("fish", NOTE, new Topic("fish"));
        var brief = graph.add("brief", BRIEF, from(notes, fish, (pets, other) -> {
            var all = new ArrayList<>(pets.values());
            all.add(other);
            return new Notes(all);
        }));
        return graph.answering(brief);
    }

    private static RunResult<Brief> run(ScriptedModel model, OutcomeCache cache, Journal journal)
            throws InterruptedException {
        return Coordinator.of(model.pools()).cache(cache).journal(journal).run(graph(), Budget.usd("0.05"));
    }

    /** A cache that an earlier run left, with two of five outcomes. */
    private static WatchedCache left() throws InterruptedException {
        var cache = new WatchedCache();
        var graph = TaskGraph.builder();
        graph.add("cats", NOTE, new Topic("cats"));
        var fish = graph.add("fish", NOTE, new Topic("fish"));
        Coordinator.of(model().pools()).cache(cache).run(graph.answering(fish), Budget.usd("0.05"));
        assertThat(cache.kept).hasSize(2);
        return cache;
    }

    private static final class Failing implements OutcomeCache {
        @Override
        public Optional<Hit> find(Fingerprint work) {
            throw new IllegalStateException("gone");
        }

        @Override
        public void keep(Fingerprint work, CachedOutcome outcome) {
            throw new IllegalStateException("gone");
        }
    }

    private static OutcomeCache then(Then then, WatchedCache first) {
        return switch (then) {
            case THE_SAME_CACHE -> first;
            case AN_EMPTY_ONE -> new WatchedCache();
            case ONE_THAT_FAILS -> new Failing();
        };
    }

    private static Set<JournalKey> finished(Path file) {
        var finished = new HashSet<JournalKey>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome().isSucceeded()) {
                finished.add(ended.key());
            }
        });
        return finished;
    }

    private static Map<String, Integer> asked(ScriptedModel model) {
        var asked = new HashMap<String, Integer>();
        model.calls().forEach(call -> asked.merge(call.purpose().subtaskId(), 1, Integer::sum));
        return asked;
    }

    @ParameterizedTest
    @EnumSource(Then.class)
    void run_brokenOffAtEveryEntry_paysNothingTwice(Then then) throws Exception {
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve("crash-" + crashAt + ".journal");
            WatchedCache cache = left();
            var first = model();
            Optional<JournalEntry> lost;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                run(first, cache, journal);
                lost = journal.lost();
            }
            if (lost.isEmpty()) {
                // begin and end, 4 subtasks of the graph, how long a list is, 3 calls, and the ends of 2 that were
                // found
                assertThat(crashAt - 1).isEqualTo(2 + 4 + 1 + 3 * 3 + 2);
                return;
            }
            resumes(file, first, then(then, cache), crashAt);
        }
    }

    private void resumes(Path file, ScriptedModel first, OutcomeCache cache, int crashAt) throws Exception {
        Set<JournalKey> finished = finished(file);
        var second = model();
        RunResult<Brief> resumed;
        try (var journal = FileJournal.open(file)) {
            resumed = run(second, cache, journal);
        }
        assertThat(resumed.requireComplete())
                .as("broken off at entry %d", crashAt)
                .isEqualTo(ANSWER);
        Set<String> again = asked(second).keySet();
        assertThat(finished)
                .as("finished and asked again, broken off at entry %d", crashAt)
                .noneMatch(key -> again.contains(
                        key.item() == JournalKey.WHOLE ? key.subtask() : key.subtask() + "#" + key.item()));
        int calls = first.calls().size() + second.calls().size();
        assertThat(resumed.spend().attempts()).isEqualTo(calls);
        assertThat(resumed.spend().total()).isGreaterThanOrEqualTo(times(CALL, calls));
        if (cache instanceof WatchedCache same && !same.kept.isEmpty()) {
            var third = new ScriptedModel();
            try (var journal = FileJournal.open(file)) {
                assertThat(run(third, new Failing(), journal).requireComplete()).isEqualTo(ANSWER);
            }
            assertThat(third.calls()).isEmpty();
        }
    }

    private static Money times(Money each, int count) {
        Money sum = Money.ZERO;
        for (int i = 0; i < count; i++) {
            sum = sum.plus(each);
        }
        return sum;
    }

    @Test
    void outcomeFromTheCache_isInTheJournal_andCostsNothingThere() throws Exception {
        Path file = folder.resolve("run.journal");
        try (var journal = FileJournal.open(file)) {
            RunResult<Brief> result = run(model(), left(), journal);
            assertThat(result.spend().total()).isEqualTo(times(CALL, 3));
        }

        var found = new ArrayList<JournalEntry.Ended>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended && ended.cached() != null) {
                found.add(ended);
            }
        });
        assertThat(found).extracting(ended -> ended.key().subtask()).containsExactlyInAnyOrder("notes", "fish");
        assertThat(found).allSatisfy(ended -> {
            assertThat(ended.spend()).isEqualTo(Spend.NONE);
            assertThat(ended.cached().age()).isEqualTo(WatchedCache.AGE);
            assertThat(ended.cached().saved()).isEqualTo(CALL);
        });
    }

    @Test
    void resumedRun_takesFromTheJournal_andAsksTheCacheNothing() throws Exception {
        Path file = folder.resolve("run.journal");
        try (var journal = FileJournal.open(file)) {
            run(model(), left(), journal);
        }
        var cache = new WatchedCache();
        try (var journal = FileJournal.open(file)) {
            RunResult<Brief> again = run(new ScriptedModel(), cache, journal);

            assertThat(again.report().reused()).isEqualTo(5);
            assertThat(again.report().fromCache()).isZero();
        }
        assertThat(cache.asked).hasValue(0);
    }

    @Test
    void hitThatCannotBeRecorded_endsTheRun_beforeADependentSeesIt() throws Exception {
        try (var journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Ended ended && ended.cached() != null,
                FileJournal.open(folder.resolve("run.journal")))) {
            RunResult<Brief> broken = run(model(), left(), journal);

            assertThat(Crew.failed(broken).cause().kind()).isEqualTo(dev.cadre.task.RunFailure.Kind.JOURNAL_FAILED);
            assertThat(broken.report().outcomes().get("fish").isSucceeded()).isFalse();
        }
    }

    private static TaskGraph<Note> twoOfThree() {
        var graph = TaskGraph.builder();
        var notes = graph.add(
                "notes",
                NOTE,
                forEach(List.of(new Topic("cats"), new Topic("dogs"), new Topic("fish")))
                        .enough(2));
        return graph.answering(graph.add(
                "all", NOTE, from(notes, items -> new Topic(items.values().size() + " notes"))));
    }

    /** Another run does what this one did without. */
    @Test
    void itemThatWasNotNeeded_isNotTakenFromTheCacheLater() throws Exception {
        var cache = new WatchedCache();
        Path file = folder.resolve("enough.journal");
        ScriptedModel first = model();
        first.on(NOTE, new Topic("fish")).holdUntil(new Gate()).replies(new Note("They are late."));
        first.on(NOTE, new Topic("2 notes")).replies(new Note("They make noise."));
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(first.pools()).cache(cache).journal(journal).run(twoOfThree(), Budget.usd("0.05"));
        }
        var graph = TaskGraph.builder();
        var fish = graph.add("fish", NOTE, new Topic("fish"));
        Coordinator.of(model().pools()).cache(cache).run(graph.answering(fish), Budget.usd("0.05"));

        var second = new ScriptedModel();
        try (var journal = FileJournal.open(file)) {
            RunResult<Note> result =
                    Coordinator.of(second.pools()).cache(cache).journal(journal).run(twoOfThree(), Budget.usd("0.05"));
            assertThat(result.requireComplete()).isEqualTo(new Note("They make noise."));
        }
        assertThat(second.calls()).isEmpty();
    }
}
