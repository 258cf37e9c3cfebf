// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.FileCache;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.Evals;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.Fingerprint;
import dev.cadre.model.Attachment;
import dev.cadre.model.Effort;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Limits;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that take the outcome of the same work from a cache, and what counts as the same work. */
@Timeout(60)
class CacheTest {
    record Topics(List<Topic> topics) {}

    private static final Budget BUDGET = Budget.usd("0.05");
    private static final Money CALL = Money.usd(Crew.NOTE_USD);
    private static final ToolSpec SPEC =
            new ToolSpec("tool", "A tool.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
    private static final SubtaskType<Topic, Topics> SPLIT =
            SubtaskType.model("split", Topic.class, Topics.class, "Split the topic.");
    private static final SubtaskType<Notes, Brief> BRIEF =
            SubtaskType.model("brief", Notes.class, Brief.class, "Write one brief from the notes.");

    @TempDir
    Path folder;

    private final WatchedCache cache = new WatchedCache();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(SPLIT).costing(1_000, 400).replies(new Topics(List.of(new Topic("cats"), new Topic("dogs"))));
        model.on(NOTE).costing(1_000, 400).replies(new Note("They make noise."));
        model.on(BRIEF).costing(1_000, 400).replies(new Brief("Pets make noise."));
        return model;
    }

    private Coordinator coordinator(ScriptedModel model) {
        return Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .listener(events::add)
                .build()
                .cache(cache);
    }

    private static TaskGraph<Brief> pets(String first) {
        var graph = TaskGraph.builder();
        var topics = graph.add("topics", SPLIT, new Topic("pets"));
        var notes = graph.add("notes", NOTE, forEach(topics, Topics::topics));
        var fish = graph.add("fish", NOTE, new Topic(first));
        var brief = graph.add("brief", BRIEF, from(notes, fish, (pets, other) -> {
            var all = new ArrayList<>(pets.values());
            all.add(other);
            return new Notes(all);
        }));
        return graph.answering(brief);
    }

    private static <O> TaskGraph<O> single(SubtaskType<Topic, O> type, Topic topic) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("cats", type, topic));
    }

    // --- a hit

    @Test
    void secondRun_paysForNothing_andAsksNoModel() throws Exception {
        RunResult<Brief> first = coordinator(model()).run(pets("fish"), BUDGET);
        events.clear();
        var idle = new ScriptedModel();

        RunResult<Brief> second = coordinator(idle).run(pets("fish"), BUDGET);

        assertThat(second.requireComplete()).isEqualTo(first.requireComplete());
        assertThat(second.report().outcomes()).isEqualTo(first.report().outcomes());
        assertThat(idle.calls()).isEmpty();
        assertThat(second).spent("0").leftNothingBehind();
        assertThat(second.report().fromCache()).isEqualTo(5);
        assertThat(second.report().saved()).isEqualTo(first.spend().total());
        assertThat(second.report().reused()).isZero();
        assertThat(second.report().toString())
                .contains("5 of 5 subtasks and items succeeded, 5 from the cache, which saved $0.0035, spent $0");
    }

    @Test
    void hit_startsNoRung_andIsAnEventBeforeTheEnd() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        events.clear();

        coordinator(new ScriptedModel()).run(single(NOTE, new Topic("cats")), BUDGET);

        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("RunStarted", "SubtaskAdmitted", "PlanEnded", "CacheHit", "SubtaskEnded", "RunEnded");
        assertThat(events.get(3)).isInstanceOfSatisfying(RunEvent.CacheHit.class, hit -> {
            assertThat(hit.subtaskId()).isEqualTo("cats");
            assertThat(hit.age()).isEqualTo(WatchedCache.AGE);
            assertThat(hit.saved()).isEqualTo(CALL);
        });
    }

    @Test
    void fanOut_partlyFromTheCache_saysSoOfItsItems_andSavesTheirCost() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("dogs")), BUDGET);

        RunResult<Brief> result = coordinator(model()).run(pets("fish"), BUDGET);

        assertThat(result.report().subtasks().stream()
                        .filter(SubtaskReport::fromCache)
                        .map(SubtaskReport::id))
                .containsExactly("notes#1");
        assertThat(result.report().fromCache()).isEqualTo(1);
        assertThat(result.report().saved()).isEqualTo(CALL);
        assertThat(result).spent("0.0028");
        assertThat(result.report().subtasks().stream()
                        .filter(line -> line.id().equals("notes#1"))
                        .findFirst()
                        .orElseThrow()
                        .toString())
                .isEqualTo("notes#1 (note): succeeded, from the cache, 3 h old, saved $0.0007, 0 ms");
    }

    @Test
    void hit_takesNoMoney_alsoIfThereIsNone() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        var idle = new ScriptedModel();

        RunResult<Note> result = coordinator(idle).run(single(NOTE, new Topic("cats")), Budget.of(Money.ofPico(1)));

        assertThat(result.requireComplete()).isEqualTo(new Note("They make noise."));
        assertThat(result.report().openReservations()).isZero();
        assertThat(result).spent("0");
    }

    @Test
    void miss_withoutMoney_isSkippedAsEver() throws Exception {
        RunResult<Note> result = coordinator(model()).run(single(NOTE, new Topic("cats")), Budget.of(Money.ofPico(1)));

        assertThat(result.report().outcome("cats").reason()).startsWith("skipped: BUDGET");
        assertThat(cache.kept).isEmpty();
    }

    @Test
    void goal_takesItsSubtasks_butAsksPlannerAndMergerAgain() throws Exception {
        var goal = Goal.of("What do pets do?", Answer.class);
        for (int run = 1; run <= 2; run++) {
            var model = run == 1 ? model() : new ScriptedModel();
            model.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats"), plannedNote("dogs")));
            model.onMerge().costing(1_000, 400).repliesText(merged("Noise."));

            RunResult<Answer> result = coordinator(model).run(goal, Budget.usd("0.25"));

            assertThat(result.requireComplete()).isEqualTo(new Answer("Noise."));
            assertThat(model.calls()).hasSize(run == 1 ? 4 : 2);
            assertThat(result.report().fromCache()).isEqualTo(run == 1 ? 0 : 2);
        }
    }

    // --- the same work

    static Stream<Arguments> changes() {
        UnaryOperator<SubtaskType<Topic, Note>> other =
                type -> SubtaskType.model("note", Topic.class, Note.class, "State four facts about the topic.");
        return Stream.of(
                change("instructions", other),
                change("cap", type -> type.maxOutputTokens(999)),
                change("effort", type -> type.effort(Effort.HIGH)),
                change("top", type -> type.upTo(Tier.MINI)),
                change("start", type -> type.startingAt(Tier.MINI)),
                change("shared context", type -> type.sharing("A handbook.")),
                change("words of a rule", type -> type.accept("a note is short", (topic, note) -> true)),
                change("attachment", type -> type.attaching(topic -> List.of(picture(2)))));
    }

    private static Arguments change(String what, UnaryOperator<SubtaskType<Topic, Note>> by) {
        return Arguments.of(what, by);
    }

    private static Attachment picture(int number) {
        return Attachment.Image.of("image/png", new byte[] {(byte) number});
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void workThatChanged_isDoneAgain(String what, UnaryOperator<SubtaskType<Topic, Note>> by) throws Exception {
        SubtaskType<Topic, Note> type = NOTE.attaching(topic -> List.of(picture(1)));
        coordinator(model()).run(single(type, new Topic("cats")), BUDGET);
        var model = model();

        RunResult<Note> result = coordinator(model).run(single(by.apply(type), new Topic("cats")), BUDGET);

        assertThat(result).isInstanceOf(RunResult.Complete.class);
        assertThat(model.calls()).hasSize(1);
        assertThat(result.report().fromCache()).isZero();
    }

    @Test
    void otherInput_isOtherWork_butAnotherDescriptionIsNot() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        var model = model();

        coordinator(model).run(single(NOTE, new Topic("dogs")), BUDGET);
        coordinator(model).run(single(NOTE.describedAs("notes"), new Topic("cats")), BUDGET);

        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void otherModel_isOtherWork() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        var model = model();
        ModelPools others = ModelPools.of(ModelPool.of(model, "gpt-5.4-mini"));

        RunResult<Note> result = Coordinator.of(others).cache(cache).run(single(NOTE, new Topic("cats")), BUDGET);

        assertThat(model.calls()).hasSize(1);
        assertThat(result.report().fromCache()).isZero();
    }

    @Test
    void sameWork_underAnotherIdOrRunKey_isFound() throws Exception {
        coordinator(model()).run(pets("fish"), BUDGET);
        var graph = TaskGraph.builder();
        var other = graph.add("other", NOTE, new Topic("dogs"));

        RunResult<Note> result =
                coordinator(new ScriptedModel()).runKey("another user").run(graph.answering(other), BUDGET);

        assertThat(result).isInstanceOf(RunResult.Complete.class);
    }

    // --- what is found is judged

    @Test
    void outputThatARuleRejectsNow_isNotFound_andReplaced() throws Exception {
        var strict = new AtomicBoolean();
        SubtaskType<Topic, Note> type = NOTE.accept(
                "a note purrs", (topic, note) -> !strict.get() || note.text().contains("purr"));
        coordinator(model()).run(single(type, new Topic("cats")), BUDGET);
        strict.set(true);
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));

        RunResult<Note> result = coordinator(model).run(single(type, new Topic("cats")), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
        assertThat(result).spent(Crew.NOTE_USD);
        assertThat(coordinator(new ScriptedModel())
                        .run(single(type, new Topic("cats")), BUDGET)
                        .requireComplete())
                .isEqualTo(new Note("They purr."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "[]", "{\"text\":7}", "{\"text\":\"a\",\"more\":1}", "{\"other\":\"a\"}"})
    void textThatIsNoOutput_isNotFound(String output) throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        cache.kept.replaceAll((work, outcome) -> new CachedOutcome(output, outcome.cost()));
        var model = model();

        RunResult<Note> result = coordinator(model).run(single(NOTE, new Topic("cats")), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Note("They make noise."));
        assertThat(model.calls()).hasSize(1);
        assertThat(result.report().notes()).isEmpty();
    }

    @Test
    void costBeyondAllAmounts_isShownAsFarAsAmountsGo() throws Exception {
        coordinator(model()).run(pets("fish"), BUDGET);
        cache.kept.replaceAll((work, outcome) -> new CachedOutcome(outcome.output(), Money.ofPico(Long.MAX_VALUE)));

        RunResult<Brief> result = coordinator(new ScriptedModel()).run(pets("fish"), BUDGET);

        assertThat(result).isInstanceOf(RunResult.Complete.class);
        assertThat(result.report().saved()).isEqualTo(Money.ofPico(Long.MAX_VALUE));
        assertThat(result).spent("0");
    }

    @Test
    void deepText_isNotFound() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        cache.kept.replaceAll((work, outcome) -> new CachedOutcome("[".repeat(1_000_000), outcome.cost()));

        assertThat(coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET))
                .isInstanceOf(RunResult.Complete.class);
    }

    // --- who takes part

    @Test
    void failure_isNotKept() throws Exception {
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 400).refuses("no cats");

        coordinator(model).run(single(NOTE, new Topic("cats")), BUDGET);

        assertThat(cache.asked).hasValue(1);
        assertThat(cache.keeps).hasValue(0);
    }

    @Test
    void answerOfATierBelowTheStart_isNotKept() throws Exception {
        SubtaskType<Topic, Note> type = NOTE.startingAt(Tier.MINI).notBelow(Tier.NANO);
        var model = new ScriptedModel();
        model.on(type).costing(100, 100).replies(new Note("cheap"));

        RunResult<Note> poor = coordinator(model).run(single(type, new Topic("cats")), Budget.usd("0.004"));

        assertThat(poor.requireComplete()).isEqualTo(new Note("cheap"));
        assertThat(model.calls().getFirst().request().model()).isEqualTo("gpt-5.4-nano");
        assertThat(cache.keeps).hasValue(0);
    }

    @Test
    void answerThatTookTwoTiers_isKeptWithWhatBothCost() throws Exception {
        SubtaskType<Topic, Note> type = NOTE.upTo(Tier.MINI)
                .accept("a note purrs", (topic, note) -> note.text().contains("purr"));
        var model = new ScriptedModel();
        model.on(type).onlyOn(Tier.NANO).costing(1_000, 400).replies(new Note("They bark."));
        model.on(type).onlyOn(Tier.MINI).costing(1_000, 400).replies(new Note("They purr."));

        RunResult<Note> first = coordinator(model).run(single(type, new Topic("cats")), BUDGET);

        assertThat(coordinator(new ScriptedModel())
                        .run(single(type, new Topic("cats")), BUDGET)
                        .report()
                        .saved())
                .isEqualTo(first.spend().total())
                .isEqualTo(Money.usd("0.00325"));
    }

    @Test
    void workWithATool_takesPartOnlyIfItsTypeSaysSo() throws Exception {
        SubtaskType<Topic, Note> tooled = NOTE.tools(Tool.raw(SPEC, (arguments, context) -> "fine"));
        for (SubtaskType<Topic, Note> type : List.of(tooled, tooled.cacheable())) {
            var model = new ScriptedModel();
            model.on(type).calls(new ToolCall("1", "tool", "{}")).replies(new Note("with it"));

            coordinator(model).run(single(type, new Topic("cats")), BUDGET);

            assertThat(model.calls()).hasSize(2);
            assertThat(cache.asked).hasValue(type == tooled ? 0 : 1);
        }
        assertThat(cache.keeps).hasValue(1);
        assertThat(coordinator(new ScriptedModel())
                        .run(single(tooled.cacheable(), new Topic("cats")), BUDGET)
                        .report()
                        .fromCache())
                .isEqualTo(1);
    }

    @Test
    void workThatWrites_isNeverCacheable() {
        Tool writing = Tool.raw(SPEC, (arguments, context) -> "done").writing(Tool.Effect.WRITES);

        assertThatThrownBy(() -> NOTE.tools(writing).cacheable())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'note' has tools that write");
        assertThatThrownBy(() -> NOTE.cacheable().tools(writing)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void codeWorker_takesPartOnlyIfItsTypeSaysSo() throws Exception {
        var calls = new ArrayList<Topic>();
        SubtaskType<Topic, Note> code = SubtaskType.code("code", Topic.class, Note.class, (topic, context) -> {
            calls.add(topic);
            return new Note("counted");
        });
        for (int run = 0; run < 2; run++) {
            coordinator(new ScriptedModel()).run(single(code, new Topic("cats")), BUDGET);
        }
        assertThat(calls).hasSize(2);
        assertThat(cache.asked).hasValue(0);

        for (int run = 0; run < 2; run++) {
            coordinator(new ScriptedModel()).run(single(code.cacheable(), new Topic("cats")), BUDGET);
        }
        assertThat(calls).hasSize(3);
    }

    @Test
    void attachmentAtAnAddress_takesPartOnlyIfTheTypeSaysSo() throws Exception {
        SubtaskType<Topic, Note> type =
                NOTE.attaching(topic -> List.of(Attachment.Image.at(URI.create("https://example.com/cat.png"))));

        coordinator(model()).run(single(type, new Topic("cats")), BUDGET);
        assertThat(cache.asked).hasValue(0);
        assertThat(cache.keeps).hasValue(0);

        coordinator(model()).run(single(type.cacheable(), new Topic("cats")), BUDGET);
        assertThat(cache.keeps).hasValue(1);
    }

    @Test
    void uncacheableType_takesNoPart_forGood() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        var model = model();

        coordinator(model).run(single(NOTE.uncacheable(), new Topic("cats")), BUDGET);

        assertThat(model.calls()).hasSize(1);
        assertThatThrownBy(() -> NOTE.uncacheable().cacheable()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nestedRun_takesNoPartItself_butItsWorkDoes() throws Exception {
        for (int run = 0; run < 2; run++) {
            var model = run == 0 ? model() : new ScriptedModel();
            Coordinator inner = Coordinator.of(model.pools());
            SubtaskType<Topic, Note> nested = NestedRun.<Topic, Note>graph(
                            () -> inner, Money.usd("0.01"), topic -> single(NOTE, topic))
                    .asType("nested", Topic.class, Note.class);

            RunResult<Note> result = coordinator(model).run(single(nested, new Topic("cats")), BUDGET);

            assertThat(result.requireComplete()).isEqualTo(new Note("They make noise."));
            assertThat(result.report().nested().getFirst().result().report().fromCache())
                    .isEqualTo(run);
            assertThatThrownBy(nested::cacheable).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void eval_comparesFreshAnswers() throws Exception {
        coordinator(model()).run(single(NOTE, new Topic("cats")), BUDGET);
        var model = model();
        var evals = Evals.of(NOTE)
                .examples(List.of(EvalExample.of(new Topic("cats"), new Note("They make noise."))))
                .tiers(Tier.NANO);

        coordinator(model).run(evals, BUDGET);

        assertThat(model.calls()).hasSize(1);
    }

    // --- caches that fail

    @Test
    void cacheThatThrows_isANote_andTheWorkIsDone() throws Exception {
        var broken = new OutcomeCache() {
            @Override
            public Optional<Hit> find(Fingerprint work) {
                throw new IllegalStateException("no connection");
            }

            @Override
            public void keep(Fingerprint work, CachedOutcome outcome) {
                throw new IllegalStateException("no connection");
            }
        };

        RunResult<Brief> result = Coordinator.of(model().pools()).cache(broken).run(pets("fish"), BUDGET);

        assertThat(result).isInstanceOf(RunResult.Complete.class);
        assertThat(result).spent("0.0035");
        assertThat(result.report().notes())
                .containsExactly("the outcome cache failed (10 times), and the work was done without it:"
                        + " IllegalStateException: no connection");
    }

    @Test
    void cacheThatIsInterruptedByNobody_isANote() throws Exception {
        var broken = new OutcomeCache() {
            @Override
            public Optional<Hit> find(Fingerprint work) throws InterruptedException {
                throw new InterruptedException("the driver gave up");
            }

            @Override
            public void keep(Fingerprint work, CachedOutcome outcome) {
                Thread.currentThread().interrupt();
            }
        };

        RunResult<Brief> result = Coordinator.of(model().pools()).cache(broken).run(pets("fish"), BUDGET);

        assertThat(result).isInstanceOf(RunResult.Complete.class);
        assertThat(result.report().notes()).singleElement().asString().contains("(5 times)", "the driver gave up");
    }

    private static final class Holding implements OutcomeCache {
        final CountDownLatch asked = new CountDownLatch(1);
        final Gate gate = new Gate();
        final boolean holdsFinds;
        final boolean obeys;

        Holding(boolean holdsFinds, boolean obeys) {
            this.holdsFinds = holdsFinds;
            this.obeys = obeys;
        }

        private void hold() throws InterruptedException {
            asked.countDown();
            if (obeys) {
                gate.await();
            } else {
                gate.awaitUninterruptibly();
            }
        }

        @Override
        public Optional<Hit> find(Fingerprint work) throws InterruptedException {
            if (holdsFinds) {
                hold();
            }
            return Optional.empty();
        }

        @Override
        public void keep(Fingerprint work, CachedOutcome outcome) throws InterruptedException {
            if (!holdsFinds) {
                hold();
            }
        }
    }

    private static Coordinator timed(ScriptedModel model, TestClock clock, OutcomeCache cache) {
        return Coordinator.builder(model.pools())
                .clock(clock)
                .limits(Limits.DEFAULT.withDeadline(Duration.ofMinutes(1)))
                .build()
                .cache(cache);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cacheThatFindsNoEnd_holdsTheRunNoLongerThanItsTime(boolean obeys) throws Exception {
        var clock = new TestClock();
        var holding = new Holding(true, obeys);
        var model = model();
        var run = Crew.start(() -> timed(model, clock, holding).run(single(NOTE, new Topic("cats")), BUDGET));
        holding.asked.await();
        clock.advance(Duration.ofMinutes(1));

        RunResult<Note> result = run.result(clock);
        holding.gate.open();

        assertThat(result.report().outcome("cats").reason()).contains("DEADLINE");
        assertThat(model.calls()).isEmpty();
        assertThat(result.spend().total()).isEqualTo(Money.ZERO);
        assertThat(result.report().abandoned()).hasSize(obeys ? 0 : 1);
        assertThat(result.report().elapsed()).isLessThan(Duration.ofSeconds(62));
    }

    @Test
    void lookUpThatFindsNoEnd_holdsNoRaceBesideIt() throws Exception {
        var gate = new Gate();
        var asked = new Gate();
        var holding = new OutcomeCache() {
            @Override
            public Optional<Hit> find(Fingerprint work) throws InterruptedException {
                if (isFirst.getAndSet(false)) {
                    asked.open();
                    gate.await();
                }
                return Optional.empty();
            }

            @Override
            public void keep(Fingerprint work, CachedOutcome outcome) {}

            private final AtomicBoolean isFirst = new AtomicBoolean(true);
        };
        var raced = new Gate();
        var graph = TaskGraph.builder();
        graph.add("aside", NOTE, new Topic("aside"));
        SubtaskType<Topic, Note> waiting = SubtaskType.code("wait", Topic.class, Note.class, (topic, context) -> {
            asked.await();
            return new Note("asked");
        });
        var fish = graph.add("fish", waiting, new Topic("fish"));
        var cats = graph.add("cats", NOTE, from(fish, note -> new Topic("cats")));
        var dogs = graph.add("dogs", NOTE, from(fish, note -> new Topic("dogs")));
        var race = graph.answering(graph.race("race", cats, dogs));
        var run = Crew.start(() -> Coordinator.builder(model().pools())
                .listener(event -> {
                    if (event instanceof RunEvent.SubtaskEnded ended
                            && ended.subtaskId().equals("race")) {
                        raced.open();
                    }
                })
                .build()
                .cache(holding)
                .run(race, BUDGET.within(Duration.ofSeconds(20))));

        raced.await();
        gate.open();

        assertThat(run.result().requireComplete()).isEqualTo(new Note("They make noise."));
    }

    @Test
    void cacheThatKeepsForEver_losesNoOutcome_ifItObeys() throws Exception {
        var clock = new TestClock();
        var holding = new Holding(false, true);
        var run = Crew.start(() -> timed(model(), clock, holding).run(single(NOTE, new Topic("cats")), BUDGET));
        holding.asked.await();
        clock.advance(Duration.ofMinutes(1));

        RunResult<Note> result = run.result(clock);

        assertThat(result.report().outcome("cats")).isEqualTo(new Outcome.Succeeded<>(new Note("They make noise.")));
        assertThat(result).spent(Crew.NOTE_USD);
    }

    @Test
    void caller_thatLeavesWhileTheCacheIsAsked_paysNothing() throws Exception {
        var holding = new Holding(true, true);
        var model = model();
        var run = Crew.start(
                () -> Coordinator.of(model.pools()).cache(holding).run(single(NOTE, new Topic("cats")), BUDGET));
        holding.asked.await();

        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.calls()).isEmpty();
    }

    // --- a folder

    @Test
    void coordinators_thatShareAFolder_shareOutcomes() throws Exception {
        Coordinator.of(model().pools())
                .cache(FileCache.open(folder, FileCache.Limits.DEFAULT))
                .run(pets("fish"), BUDGET);
        var model = model();

        RunResult<Brief> second = Coordinator.of(model.pools())
                .cache(FileCache.open(folder, FileCache.Limits.DEFAULT))
                .run(pets("birds"), BUDGET);

        assertThat(second).isInstanceOf(RunResult.Complete.class);
        // the notes are alike, so their brief is the same work
        assertThat(model.calls()).hasSize(1);
        assertThat(second.report().subtasks().stream()
                        .filter(line -> line.origin() instanceof Origin.Cached)
                        .map(SubtaskReport::id))
                .containsExactly("topics", "notes", "notes#0", "notes#1", "brief");
    }

    @Test
    void cacheWithoutARoom_isNoCache() throws Exception {
        Coordinator coordinator = Coordinator.of(model().pools())
                .cache(FileCache.open(folder, new FileCache.Limits(1, Duration.ofDays(1))));

        assertThat(coordinator.run(pets("fish"), BUDGET)).isInstanceOf(RunResult.Complete.class);
        assertThat(coordinator.run(pets("fish"), BUDGET).spend().total()).isEqualTo(Money.usd("0.0035"));
    }
}
