// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.merge.Citation;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeParts;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Mergers;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.merge.TreeReduction;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.model.Turn;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges of more than a model can read at once. */
class TreeReductionTest {
    record Chapter(int number, int sentences) {}

    record Text(String text) {}

    /** A chapter of this many sentences, each of 56 bytes; 3,000 are most of what a call reads. */
    private static final SubtaskType<Chapter, Text> READ = SubtaskType.code(
            "read",
            Chapter.class,
            Text.class,
            (in, context) -> new Text(IntStream.range(0, in.sentences())
                    .mapToObj(i -> "Chapter %3d says in its sentence %7d what it is.%n".formatted(in.number(), i))
                    .collect(Collectors.joining())));

    private static final Pattern HEAD = Pattern.compile("(?m)^## ([a-z0-9 ]+) \\(([^)]+)\\)(, continued)?$");
    private static final Pattern NUMBER = Pattern.compile("(?m)^\\[(\\d+)] ");
    private static final TreeReduction<Answer> TREE = Mergers.treeReduction(Answer.class, Tier.MINI);

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();

    private static String plan(int chapters, int sentences) {
        return IntStream.range(0, chapters)
                .mapToObj(i -> chapter(i, sentences))
                .collect(Collectors.joining(",", "{\"subtasks\":[", "]}"));
    }

    private static String chapter(int number, int sentences) {
        return "{\"type\":\"read\",\"id\":\"c%d\",\"input\":{\"number\":%d,\"sentences\":%d}}"
                .formatted(number, number, sentences);
    }

    private static String text(ScriptedCall call) {
        return ((Turn.User) call.request().turns().getFirst()).text();
    }

    private static boolean makesNotes(ScriptedCall call) {
        return call.purpose().kind() == CallPurpose.Kind.MERGE
                && call.purpose().subtaskId().startsWith("@merger#");
    }

    /** One fact for each result of the call, which cites its first passage. */
    private static String notes(ScriptedCall call) {
        String text = text(call);
        var heads = HEAD.matcher(text);
        var facts = new ArrayList<String>();
        while (heads.find()) {
            var number = NUMBER.matcher(text);
            assertThat(number.find(heads.end())).isTrue();
            facts.add("{\"text\":\"%s is read\",\"citations\":[%s]}".formatted(heads.group(1), number.group(1)));
        }
        return "{\"facts\":[%s]}".formatted(String.join(",", facts));
    }

    private static void script(ScriptedModel model) {
        model.onMerge().costing(1_000, 100).repliesText("{\"answer\":{\"text\":\"all\"},\"citations\":[1,2]}");
        model.when("notes", TreeReductionTest::makesNotes).costing(60_000, 400).answers(TreeReductionTest::notes);
    }

    private Coordinator coordinator(ScriptedModel model) {
        return Coordinator.builder(model.pools())
                .plansWith(READ)
                .listener(events::add)
                .build();
    }

    private static RunResult<Answer> run(TreeReduction<Answer> merger, Budget budget, Coordinator coordinator)
            throws InterruptedException {
        return coordinator.run(
                Goal.of("What do the chapters say?", Answer.class).mergedBy(merger), budget);
    }

    private RunResult<Answer> run(TreeReduction<Answer> merger, Budget budget) throws InterruptedException {
        return run(merger, budget, coordinator(model));
    }

    private List<ScriptedCall> noting() {
        return model.calls().stream().filter(TreeReductionTest::makesNotes).toList();
    }

    /** In how many of these calls each outcome is, by its id. */
    private static Map<String, Integer> shown(List<ScriptedCall> calls) {
        Map<String, Integer> shown = new TreeMap<>();
        for (ScriptedCall call : calls) {
            HEAD.matcher(text(call)).results().forEach(head -> shown.merge(head.group(1), 1, Integer::sum));
        }
        return shown;
    }

    @Test
    void twoMillionTokens_areReducedThroughAModelOf272KTokens_withEveryOutcome_withinTheAllotment() throws Exception {
        int usualBytesPerToken = 4;
        Money allotted = Money.usd("20.00");
        // 48 chapters of 168,000 bytes, and one that is larger than a call
        String large = chapter(48, 12_000);
        model.onPlan().repliesText(plan(48, 3_000).replace("]}", "," + large + "]}"));
        script(model);

        var result = run(TREE.settingAside(allotted), Budget.usd("22.00").within(Duration.ofMinutes(5)));

        assertThat(result).isCompleteWith(new Answer("all")).leftNothingBehind();
        long tokens = result.report().outcomes().values().stream()
                        .map(outcome -> (Text) outcome.ifSucceeded().orElseThrow())
                        .mapToLong(text -> text.text().length())
                        .sum()
                / usualBytesPerToken;
        assertThat(tokens).isGreaterThan(2_000_000);
        assertThat(noting())
                .allSatisfy(call -> assertThat(call.request().inputBytes())
                        .isLessThan(272_000)); // one token for each byte is the bound

        // every outcome is in one call, and the large one in as many as it needs
        var expected = new HashMap<String, Integer>();
        IntStream.range(0, 48).forEach(i -> expected.put("c" + i, 1));
        expected.put("c48", 4);
        assertThat(shown(noting())).isEqualTo(expected);
        ScriptedCall last = model.calls().getLast();
        assertThat(shown(List.of(last))).as("the notes of all calls").hasSize(noting().size());
        expected.keySet().forEach(id -> assertThat(text(last)).contains('"' + id + " is read\""));
        assertThat(result.report().notes())
                .contains("49 results were read in 51 calls", "1 of them were read in several parts: c48");
        assertThat(result.report().citations()).extracting(Citation::subtaskId).containsExactly("c0", "c1");

        // 51 calls of 60,000 tokens in and 400 out, and the answer
        Money note = Money.usd("0.0468");
        assertThat(result.report().merger().spend().total())
                .isEqualTo(note.times(51).plus(Money.usd("0.0012")));
        assertThat(mostReserved()).isLessThanOrEqualTo(allotted);
    }

    /** The most that was in flight at once in the merge, with what was spent before. */
    private Money mostReserved() {
        Money most = Money.ZERO;
        Money spent = Money.ZERO;
        Map<String, Money> open = new HashMap<>();
        for (RunEvent event : events) {
            if (event instanceof RunEvent.AttemptStarted started
                    && started.call().kind() == CallPurpose.Kind.MERGE) {
                open.put(started.call().subtaskId(), started.reserved());
            } else if (event instanceof RunEvent.AttemptEnded ended && ended.kind() == CallPurpose.Kind.MERGE) {
                assertThat(open.remove(ended.subtaskId()))
                        .as("each call has a name of its own")
                        .isNotNull();
                spent = spent.plus(ended.spend().total());
            }
            most = most.atLeast(open.values().stream().reduce(spent, Money::plus));
        }
        return most;
    }

    @Test
    void whatOneCallCanRead_isOneCall() throws Exception {
        model.onPlan().repliesText(plan(3, 100));
        script(model);

        var result = run(TREE, Budget.usd("1.00"));

        assertThat(result).isCompleteWith(new Answer("all"));
        assertThat(noting()).isEmpty();
        assertThat(result.report().notes()).isEmpty();
        assertThat(shown(List.of(model.calls().getLast()))).containsOnlyKeys("c0", "c1", "c2");
    }

    @Test
    void notesThatDoNotFitIntoACall_areReducedAgain_andStillCiteOutcomes() throws Exception {
        // notes that are nearly as long as they may be
        model.onPlan().repliesText(plan(60, 3_000));
        model.onMerge().repliesText("{\"answer\":{\"text\":\"all\"},\"citations\":[1]}");
        model.when("notes", TreeReductionTest::makesNotes).answers(call -> {
            int results = shown(List.of(call)).size();
            return notes(call).replace("is read", "is read ".repeat(1_800 / results));
        });

        var result = run(TREE.settingAside(Money.usd("25")), Budget.usd("30"));

        assertThat(result).isCompleteWith(new Answer("all"));
        List<ScriptedCall> notesOfNotes = noting().stream()
                .filter(call -> text(call).contains("\n## notes "))
                .toList();
        assertThat(notesOfNotes).hasSizeBetween(2, 4);
        assertThat(shown(notesOfNotes)).hasSize(noting().size() - notesOfNotes.size());
        assertThat(shown(notesOfNotes).values()).allMatch(calls -> calls == 1);
        assertThat(result.report().citations())
                .singleElement()
                .satisfies(citation -> assertThat(citation.subtaskId()).isEqualTo("c0"));
    }

    @Test
    void treeThatTheMoneyDoesNotBear_failsBeforeItsFirstCall_andCutsNothing() throws Exception {
        model.onPlan().repliesText(plan(8, 3_000));

        var failed = Crew.failed(run(TREE, Budget.usd("2.00")));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failed.cause().message())
                .matches(
                        "merging \\d+ bytes of outcomes may cost \\$\\S+, and \\$0.60 is set aside for it:"
                                + " nothing was sent, because nothing is left out; settingAside keeps more of the budget for it");
        assertThat(model.calls()).hasSize(1); // the plan
    }

    @Test
    void budgetBelowWhatIsToBeSetAside_isTooSmall() throws Exception {
        var failed = Crew.failed(run(TREE.settingAside(Money.usd("3")), Budget.usd("2.00")));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void notesOfTheWrongForm_areAskedForOnceMore() throws Exception {
        model.onPlan().repliesText(plan(2, 3_000));
        script(model);
        model.when("first part", call -> makesNotes(call) && text(call).contains("## c0 "))
                .repliesText("{\"facts\":7}")
                .answers(TreeReductionTest::notes);

        assertThat(run(TREE.settingAside(Money.usd("3")), Budget.usd("4"))).isCompleteWith(new Answer("all"));
        assertThat(noting()).hasSize(3);
    }

    @Test
    void callThatIsRefused_failsTheMerge() throws Exception {
        model.onPlan().repliesText(plan(2, 3_000));
        script(model);
        model.when("first part", call -> makesNotes(call) && text(call).contains("## c0 "))
                .refuses("I will not read this");

        var failed = Crew.failed(run(TREE.settingAside(Money.usd("3")), Budget.usd("4")));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failed.cause().message())
                .isEqualTo("gpt-5.4-mini did not merge (REFUSED): \"I will not read this\"");
        assertThat(failed).leftNothingBehind();
    }

    @Test
    void cancel_interruptsAllCallsOfALevel() throws Exception {
        var never = new Gate();
        model.onPlan().repliesText(plan(4, 3_000));
        model.when("notes", TreeReductionTest::makesNotes).holdUntil(never).repliesText("{\"facts\":[]}");
        var run = Crew.start(() -> run(TREE.settingAside(Money.usd("5")), Budget.usd("6")));
        assertThat(model.awaitInFlight(4)).isTrue();

        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.inFlight()).isZero();
        assertThat(VirtualThreads.namedWith("-merger#")).isEmpty();
    }

    @Test
    void resumedRun_paysForNoNotesAgain() throws Exception {
        Path file = folder.resolve("tree.journal");
        var first = new ScriptedModel();
        first.onPlan().repliesText(plan(4, 3_000));
        script(first);
        first.when("one part", call -> makesNotes(call) && text(call).contains("## c2 "))
                .fails(() -> new ModelException.InvalidRequest("not now", 400));
        var failed = Crew.failed(session(first, file, TREE));
        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        long made = first.calls().stream().filter(TreeReductionTest::makesNotes).count() - 1;

        var second = new ScriptedModel();
        script(second);
        RunResult<Answer> resumed = session(second, file, TREE);

        assertThat(resumed.requireComplete()).isEqualTo(new Answer("all"));
        assertThat(second.calls().stream().filter(TreeReductionTest::makesNotes).count())
                .isEqualTo(4 - made);
        assertThat(resumed.report().citations()).extracting(Citation::subtaskId).containsExactly("c0", "c1");
        assertThat(resumed.spend().attempts())
                .isEqualTo(first.calls().size() + second.calls().size());
        var third = new ScriptedModel();
        assertThat(session(third, file, TREE).requireComplete()).isEqualTo(new Answer("all"));
        assertThat(third.calls()).isEmpty();
    }

    /** Breaks the run off at every entry of its journal in turn: the next session asks for nothing that is on record. */
    @Test
    @Tag("slow")
    void reduction_brokenOffAtEveryEntry_goesOnWhereItWas() throws Exception {
        int parts = 0;
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve("crash-" + crashAt);
            var first = new ScriptedModel();
            first.onPlan().repliesText(plan(3, 3_000));
            script(first);
            boolean crashed;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                run(
                        TREE.settingAside(Money.usd("5")),
                        Budget.usd("9"),
                        coordinator(first).journal(journal));
                crashed = journal.lost().isPresent();
            }
            Set<String> kept = keptParts(file);
            parts = Math.max(parts, kept.size());
            var second = new ScriptedModel();
            second.onPlan().repliesText(plan(3, 3_000));
            script(second);

            RunResult<Answer> resumed = session(second, file, TREE);

            String when = "broken off at entry " + crashAt;
            assertThat(resumed.requireComplete()).as(when).isEqualTo(new Answer("all"));
            assertThat(second.calls())
                    .as(when)
                    .noneMatch(call -> kept.contains(call.purpose().subtaskId()));
            assertThat(resumed.spend().attempts())
                    .as(when)
                    .isEqualTo(first.calls().size() + second.calls().size());
            if (!crashed) {
                break;
            }
        }
        assertThat(parts).isEqualTo(3);
    }

    @Test
    void notesOfAnEarlierSession_thatCannotBeRead_areMadeAgain() throws Exception {
        script(model);
        var kept = new ConcurrentHashMap<Integer, String>();
        MergeParts parts = (number, question) -> new MergeParts.Part() {
            @Override
            public Optional<String> recall() {
                return Optional.of(number == 0 ? "{\"facts\":[]}" : "{\"facts\":7}");
            }

            @Override
            public AttemptListener attempts() {
                return attempt -> {};
            }

            @Override
            public void keep(String result) {
                kept.put(number, result);
            }
        };
        var terms = new MergeTerms(
                model.pools(),
                Budget.usd("5").open(),
                "run",
                System.nanoTime() + 60_000_000_000L,
                Limits.DEFAULT,
                attempt -> {},
                parts);
        var outcomes = IntStream.range(0, 2)
                .mapToObj(i -> new SubtaskOutcome(
                        "c" + i,
                        READ,
                        new Outcome.Succeeded<>(
                                new Text("Chapter %d says it. ".formatted(i).repeat(9_000)))))
                .toList();

        var merged = TREE.merge(new MergeInput("What do the chapters say?", "", outcomes), terms);

        assertThat(merged.answer()).isEqualTo(new Answer("all"));
        assertThat(noting()).hasSize(1);
        assertThat(kept).containsOnlyKeys(1);
        assertThat(kept.get(1)).startsWith("{\"facts\":[{\"text\":\"c1 is read\",\"citations\":[");
    }

    private static Set<String> keptParts(Path file) {
        var kept = new HashSet<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.key().subtask().equals("@merger")
                    && ended.key().item() >= 0) {
                kept.add("@merger#" + ended.key().item());
            }
        });
        return kept;
    }

    private RunResult<Answer> session(ScriptedModel model, Path file, TreeReduction<Answer> merger)
            throws InterruptedException {
        try (Journal journal = FileJournal.open(file)) {
            return run(
                    merger.settingAside(Money.usd("5")),
                    Budget.usd("9"),
                    coordinator(model).journal(journal));
        }
    }

    @Test
    void preview_hasTheCallsOfTheTree() throws Exception {
        model.onPlan().repliesText(plan(8, 3_000));
        var coordinator = Coordinator.builder(model.pools())
                .plansWith(READ)
                .limits(Limits.DEFAULT.withEstimates(new Limits.Estimates(8, 25, 3, 200_000)))
                .build();
        var plan = coordinator.plan(
                Goal.of("What do the chapters say?", Answer.class).mergedBy(TREE), Budget.usd("1"));

        var merging = coordinator.preview(plan, Budget.usd("1000")).merging();

        // 8 outcomes of 200,000 bytes at most, which a model reads as twice that: 14 full calls, or 28 that are half
        // full,
        // 2 for their notes, and the answer; two calls each, four attempts
        assertThat(merging.calls().worst()).isEqualTo(2L * 4 * (28 + 2 + 1));
        assertThat(merging.cost().expected()).isLessThan(merging.cost().worst());
    }
}
