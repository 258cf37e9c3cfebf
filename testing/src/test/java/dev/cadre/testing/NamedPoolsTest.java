// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Lane;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.Evals;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.Attachment;
import dev.cadre.model.Attachment.Detail;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.Sampling;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pools beside those of the tiers: behind a tier for what its model cannot do, and named by a type. */
@Timeout(60)
class NamedPoolsTest {
    private static final Budget BUDGET = Budget.usd("0.50");
    private static final Attachment CAT = Attachment.Image.of("image/png", new byte[] {1});
    /** At four bytes a token, more than the 10,000 tokens that the small models take. */
    private static final Topic LONG = new Topic("x".repeat(40_000));

    private static final Topic PICTURE = new Topic("picture of a cat");
    private static final Topic DOGS = new Topic("dogs");
    private static final SubtaskType<Topic, Note> LOOK =
            NOTE.attaching(topic -> topic.name().startsWith("picture") ? List.of(CAT) : List.of());

    private static final ModelSpec BLIND = spec("blind", "0.2", "1", 10_000);
    private static final ModelSpec EYE = spec("eye", "1", "5", 10_000)
            .withImageTokens(Detail.HIGH, 1_000)
            .withCapabilities(Set.of(Capability.JSON_SCHEMA, Capability.TOOLS, Capability.VISION));
    private static final ModelSpec WIDE = spec("wide", "2", "10", 1_000_000);

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();

    private static ModelSpec spec(String id, String input, String output, long context) {
        return ModelSpec.of(id, Price.perMillionTokens(input, input, output))
                .withTokens(TokenBounds.of(context, context, 4_000).boundByBytes())
                .withCapabilities(Set.of(Capability.JSON_SCHEMA, Capability.TOOLS));
    }

    private ModelPool pool(ModelSpec spec) {
        return model.pool(spec.id(), pool -> pool.catalog(ModelCatalog.of(List.of(spec))));
    }

    /** Nano is blind and small; mini and the flagship are those of the catalogue. */
    private ModelPools.Builder tiers() {
        return model.pools().toBuilder().nano(pool(BLIND));
    }

    private ModelPools named() {
        return tiers().named("eye", pool(EYE)).named("wide", pool(WIDE)).build();
    }

    private ModelPools behindNano() {
        return named().toBuilder().behind(Tier.NANO, "eye", "wide").build();
    }

    private Coordinator coordinator(ModelPools pools) {
        return Coordinator.builder(pools).plansWith(NOTE).listener(events::add).build();
    }

    private static TaskGraph<Note> graph(SubtaskType<Topic, Note> type, Topic... topics) {
        var graph = TaskGraph.builder();
        var all = new ArrayList<>(Stream.of(topics)
                .map(topic ->
                        graph.add("t" + topic.name().length() + topic.name().charAt(0), type, topic))
                .toList());
        return graph.answering(all.getFirst());
    }

    private List<String> asked() {
        return model.calls().stream().map(call -> call.request().model()).toList();
    }

    private static List<String> modelsOf(RunResult<?> result) {
        return result.report().subtasks().stream().map(line -> line.model()).toList();
    }

    private void answering() {
        model.on(LOOK).costing(1_000, 400).replies(new Note("seen"));
    }

    // --- behind a tier

    @Test
    void picture_isReadByTheModelThatSees_andNothingElseIs() throws Exception {
        answering();

        var result = coordinator(behindNano()).run(graph(LOOK, PICTURE, DOGS), BUDGET);

        // 1,000 at $1 and 400 at $5 a million, and at $0.20 and $1
        assertThat(result).isCompleteWith(new Note("seen")).spent("0.0036").leftNothingBehind();
        assertThat(modelsOf(result)).containsExactly("eye", "blind");
        assertThat(asked()).containsExactlyInAnyOrder("eye", "blind");
        assertThat(model.calls())
                .allSatisfy(call -> assertThat(call.purpose().tier()).isEqualTo(Tier.NANO));
    }

    @Test
    void pictureThatOnlyAPoolBehindSees_failsForWhatThatPoolLacks() throws Exception {
        answering();
        ModelSpec unmeasured = spec("unmeasured", "1", "5", 10_000)
                .withCapabilities(Set.of(Capability.JSON_SCHEMA, Capability.TOOLS, Capability.VISION));
        ModelPools pools = tiers().named("unmeasured", pool(unmeasured))
                .behind(Tier.NANO, "unmeasured")
                .build();

        var result = coordinator(pools).run(graph(LOOK, PICTURE), BUDGET);

        assertThat(result.report().subtasks().getFirst().reason())
                .contains("on model 'unmeasured' is unknown", "state it with ModelSpec.withImageTokens");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void longInput_isReadByTheModelOfALongContext_atItsPrice() throws Exception {
        answering();

        var result = coordinator(behindNano()).run(graph(LOOK, LONG), BUDGET);

        assertThat(result).isCompleteWith(new Note("seen")).spent("0.006").leftNothingBehind();
        assertThat(asked()).containsExactly("wide");
    }

    @Test
    void inputThatIsRefusedAsTooLong_goesOnToALargerContext_andNothingIsPaidTwice() throws Exception {
        answering();
        model.when("a call of the blind model", call -> call.request().model().equals("blind"))
                .fails(() -> new ModelException.ContextTooLong("too long"));

        var result = coordinator(behindNano()).run(graph(LOOK, DOGS), BUDGET);

        assertThat(result).isCompleteWith(new Note("seen")).spent("0.006").leftNothingBehind();
        assertThat(asked()).as("the eye's context is no larger").containsExactly("blind", "wide");
        assertThat(modelsOf(result)).containsExactly("wide");
        assertThat(result.report().spend().attempts()).isEqualTo(2);
    }

    @Test
    void largerContextThatTheBudgetDoesNotHold_skipsTheSubtask() throws Exception {
        model.on(LOOK).fails(() -> new ModelException.ContextTooLong("too long"));

        var result = coordinator(behindNano()).run(graph(LOOK, DOGS), Budget.usd("0.01"));

        assertThat(result).outcome("t4d").isSkippedBecause(Skip.Kind.BUDGET);
        assertThat(result).spent("0").leftNothingBehind();
        assertThat(asked()).containsExactly("blind");
    }

    @Test
    void inputThatEveryModelRefuses_failsOnce() throws Exception {
        model.when("any call", call -> true).fails(() -> new ModelException.ContextTooLong("too long"));

        var result = coordinator(behindNano()).run(graph(LOOK, DOGS), BUDGET);

        assertThat(result).outcome("t4d").isFailedBecause(Failure.Kind.MODEL_FAILED);
        assertThat(result).spent("0").leftNothingBehind();
        assertThat(asked()).containsExactly("blind", "wide");
    }

    @Test
    void conversationThatGrewTooLong_staysWithItsModel() throws Exception {
        model.when("a call of the blind model", call -> call.request().model().equals("blind"))
                .costing(1_000, 400)
                .repliesText("no JSON")
                .fails(() -> new ModelException.ContextTooLong("too long"));

        var result = coordinator(behindNano()).run(graph(LOOK, DOGS), BUDGET);

        assertThat(result).outcome("t4d").isFailedBecause(Failure.Kind.MODEL_FAILED);
        assertThat(result).spent("0.0006");
        assertThat(asked()).containsExactly("blind", "blind");
    }

    @Test
    void budgetBelowTheDearerPool_skipsWhatNeedsIt_andNothingElse() throws Exception {
        answering();

        var result = coordinator(behindNano()).run(graph(LOOK, PICTURE, DOGS), Budget.usd("0.009"));

        assertThat(result)
                .outcome("t16p")
                .isSkippedBecause(Skip.Kind.BUDGET)
                .outcome("t4d")
                .hasValue(new Note("seen"));
        assertThat(result).spent("0.0006").leftNothingBehind();
        assertThat(asked()).containsExactly("blind");
    }

    @Test
    void tools_areGivenToTheModelThatIsAbleToUseThem() throws Exception {
        var seeing = NOTE.tools(SEEING);
        model.on(seeing).costing(1_000, 400).replies(new Note("seen"));

        var result = coordinator(behindNano()).run(graph(seeing, DOGS), BUDGET);

        assertThat(result).isCompleteWith(new Note("seen")).spent("0.003");
        assertThat(asked()).containsExactly("eye");
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator(tiers().build()).run(graph(seeing, DOGS), BUDGET))
                .withMessage(
                        "subtask type 'note' needs VISION, and may run on tier NANO, whose model blind lacks it: choose other tiers with startingAt, notBelow and upTo, or a pool that has it with ModelPools.Builder.behind or onPool");
        var blindToo = named().toBuilder().behind(Tier.NANO, "wide").build();
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator(blindToo).run(graph(seeing, DOGS), BUDGET))
                .withMessageStartingWith(
                        "subtask type 'note' needs [VISION], and may run on tier NANO, none of whose models [blind, wide] has all of them");
    }

    @Test
    void poolBehindATier_mustTakeTheParametersOfTheType() {
        var hot = NOTE.sampling(Sampling.ofTemperature(1.1));
        var taking = Set.of(Capability.JSON_SCHEMA, Capability.TEMPERATURE);
        var pools = tiers().nano(pool(BLIND.withCapabilities(taking)))
                .named("eye", pool(EYE))
                .behind(Tier.NANO, "eye")
                .build();

        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator(pools).run(graph(hot, DOGS), BUDGET))
                .withMessageContaining("may run on tier NANO, whose model eye is not known to take one");
        assertThat(asked()).isEmpty();
    }

    private static final Tool SEEING =
            Tool.of("see", "Looks.", Topic.class, (topic, context) -> "nothing").needing(Capability.VISION);

    // --- of a type

    @Test
    void typeOnItsOwnPool_escalatesToThePoolOfTheNextTier() throws Exception {
        var picky = NOTE.onPool(Tier.NANO, "eye")
                .upTo(Tier.MINI)
                .accept("it is long", (topic, note) -> note.text().length() > 10);
        model.on(picky).onlyOn(Tier.NANO).costing(1_000, 400).replies(new Note("short"));
        model.on(picky).onlyOn(Tier.MINI).costing(1_000, 400).replies(new Note("a longer note"));
        model.on(BRIEFLY).costing(1_000, 400).replies(new Note("plain"));

        var graph = TaskGraph.builder();
        var answer = graph.add("picky", picky, DOGS);
        graph.add("plain", BRIEFLY, DOGS);
        var result = coordinator(named()).run(graph.answering(answer), BUDGET);

        // $0.003 of the eye, $0.00255 of mini, $0.0006 of nano
        assertThat(result)
                .isCompleteWith(new Note("a longer note"))
                .spent("0.00615")
                .leftNothingBehind();
        assertThat(asked()).containsExactlyInAnyOrder("eye", "gpt-5.4-mini", "blind");
    }

    private static final SubtaskType<Topic, Note> BRIEFLY =
            SubtaskType.model("briefly", Topic.class, Note.class, "State a fact.");

    @Test
    void typeOnItsOwnPool_usesNothingBehindTheTier() throws Exception {
        model.on(NOTE).fails(() -> new ModelException.ContextTooLong("too long"));

        var result = coordinator(behindNano()).run(graph(NOTE.onPool(Tier.NANO, "eye"), DOGS), BUDGET);

        assertThat(result).outcome("t4d").isFailedBecause(Failure.Kind.MODEL_FAILED);
        assertThat(asked()).containsExactly("eye");
    }

    @Test
    void typeOnItsOwnPool_needsNoPoolOfItsTier() throws Exception {
        answering();
        var pools = ModelPools.builder().named("eye", pool(EYE)).build();

        var result = coordinator(pools).run(graph(LOOK.onPool(Tier.NANO, "eye"), DOGS), BUDGET);

        assertThat(result).isCompleteWith(new Note("seen")).spent("0.003");
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator(pools).run(graph(LOOK, DOGS), BUDGET))
                .withMessage("no model is bound to tier NANO, only to []; bind one with ModelPools.builder()");
    }

    @Test
    void unknownPool_isRefusedBeforeAnythingIsPaid() {
        var lost = NOTE.onPool(Tier.NANO, "ear");
        String message =
                "subtask type 'note' runs on pool 'ear' for tier NANO, but the named pools are [eye, wide]: add it with ModelPools.Builder.named";

        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator(named()).run(graph(lost, DOGS), BUDGET))
                .withMessage(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator(named()).preview(graph(lost, DOGS), BUDGET))
                .withMessage(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator(named()).bulk(lost))
                .withMessage(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> Coordinator.builder(named())
                        .plansWith(lost)
                        .build()
                        .run(Goal.of("Take notes", Answer.class), BUDGET))
                .withMessage(message);
        assertThatIllegalStateException()
                .as("of a tier that it never runs on, too")
                .isThrownBy(() -> coordinator(named()).run(graph(NOTE.onPool(Tier.FLAGSHIP, "ear"), DOGS), BUDGET))
                .withMessageContaining("for tier FLAGSHIP");
        assertThat(asked()).isEmpty();
    }

    // --- what is kept

    @Test
    void runThatBrokeOff_isResumedWithoutPayingAnythingTwice() throws Exception {
        answering();
        var file = folder.resolve("named.journal");
        try (var journal = FileJournal.open(file)) {
            var crashing = CrashingJournal.at(
                    entry -> entry instanceof JournalEntry.Ended ended
                            && ended.key().subtask().equals("t40000x"),
                    journal);
            var broken = Crew.failed(coordinator(behindNano()).journal(crashing).run(pictureDogsLong(), BUDGET));
            assertThat(broken.cause().kind()).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
        }
        int before = asked().size();
        assertThat(asked()).containsExactlyInAnyOrder("eye", "blind", "wide");

        try (var journal = FileJournal.open(file)) {
            var result = coordinator(behindNano()).journal(journal).run(pictureDogsLong(), BUDGET);

            assertThat(result).isCompleteWith(new Note("seen")).leftNothingBehind();
            assertThat(asked().subList(before, asked().size()))
                    .as("the one that was not on record")
                    .containsExactly("wide");
            // $0.0036 and $0.006 of the first session, of which the last counts as it was answered, and $0.006 again
            assertThat(result).spent("0.0156");
        }
    }

    private static TaskGraph<Note> pictureDogsLong() {
        var graph = TaskGraph.builder();
        var picture = graph.add("t16p", LOOK, PICTURE);
        var dogs = graph.add("t4d", LOOK, DOGS);
        var wide = graph.add("t40000x", LOOK, Input.from(picture, dogs, (p, d) -> LONG));
        return graph.answering(wide);
    }

    @Test
    void cache_isAskedByTheModelsThatMayAnswer() throws Exception {
        answering();
        var cache = OutcomeCache.inMemory(100, Duration.ofDays(1));

        for (ModelPools pools : List.of(
                tiers().build(),
                tiers().build(),
                behindNano(),
                behindNano(),
                named(),
                named().toBuilder().behind(Tier.NANO, "wide").build())) {
            var unused = coordinator(pools).cache(cache).run(graph(LOOK, DOGS), BUDGET);
        }

        assertThat(asked())
                .as("asked once for nano alone, once with both behind it, once with one")
                .hasSize(3);

        var moved = coordinator(named()).cache(cache).run(graph(LOOK.onPool(Tier.NANO, "eye"), DOGS), BUDGET);
        assertThat(moved).spent("0.003");
        var renamed = tiers().named("other", pool(EYE)).build();
        var same = coordinator(renamed).cache(cache).run(graph(LOOK.onPool(Tier.NANO, "other"), DOGS), BUDGET);
        assertThat(same).as("the same model under another name").spent("0");
    }

    @Test
    void cassette_playsNamedPools() throws Exception {
        model.on(LOOK).costing(1_000, 400).replies(new Note("seen"));
        var file = folder.resolve("named.cassette");
        var type = LOOK.onPool(Tier.NANO, "lite");
        try (var cassette = Cassette.open(file, Cassette.Mode.RECORD);
                var pools = cassette.pools(() -> model.pools().toBuilder()
                        .named("lite", model.pool("gemini-2.5-flash-lite"))
                        .behind(Tier.MINI, "lite")
                        .build())) {
            var unused = coordinator(pools).run(graph(type, DOGS), BUDGET);
        }
        try (var cassette = Cassette.open(file, Cassette.Mode.REPLAY);
                var pools = cassette.pools(() -> {
                    throw new AssertionError("a replay needs no key");
                })) {
            var replayed = coordinator(pools).run(graph(type, DOGS), BUDGET);

            assertThat(replayed).isCompleteWith(new Note("seen")).spent("0.00026");
            assertThat(pools.behind(Tier.MINI)).containsExactly("lite");
        }
        assertThat(asked()).containsExactly("gemini-2.5-flash-lite");
    }

    // --- bulk, estimates and plans

    @Test
    void bulk_goesThroughThePoolOfTheTypeAndThoseBehindItsTier() throws Exception {
        answering();

        var behind = coordinator(behindNano()).bulk(LOOK).run(Stream.of(PICTURE, DOGS, LONG), BUDGET, item -> {});
        assertThat(behind.spend().total()).isEqualTo(Money.usd("0.0096"));
        assertThat(asked()).containsExactlyInAnyOrder("eye", "blind", "wide");

        var named = coordinator(named())
                .bulk(NOTE.onPool(Tier.NANO, "eye"))
                .packing(2)
                .run(Stream.of(DOGS, new Topic("cats")), BUDGET, item -> {});
        assertThat(named.spend().total()).isEqualTo(Money.usd("0.006"));
        assertThat(asked().subList(3, asked().size())).containsOnly("eye");
    }

    @Test
    void batch_goesToThePoolOfTheType() throws Exception {
        var batches = new StruckBatches(StruckBatches.Step.NONE, new NoStrike());
        var lite = ModelPool.of(batches, "gpt-5.4-mini");
        try (Journal journal = FileJournal.open(folder.resolve("batch.journal"))) {
            var pools = model.pools().toBuilder().named("lite", lite).build();
            var summary = coordinator(pools)
                    .bulk(NOTE.onPool(Tier.NANO, "lite"))
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(Stream.of(DOGS), Budget.usd("0.50").within(Duration.ofSeconds(30)), item -> {});

            assertThat(summary.succeeded()).isEqualTo(1);
        }
        assertThat(asked()).as("nothing went to nano").isEmpty();
    }

    private static final class NoStrike implements StruckBatches.Strike {
        @Override
        public <T> T strike() {
            throw new AssertionError("nothing goes wrong");
        }
    }

    private static CostEstimate.Line line(Coordinator coordinator, SubtaskType<Topic, Note> type, Topic topic)
            throws InterruptedException {
        return coordinator.preview(graph(type, topic), BUDGET).subtasks().getFirst();
    }

    @Test
    void preview_expectsThePoolThatServes_andCountsTheDearestThatMay() throws Exception {
        var blind = line(coordinator(named()), LOOK, DOGS);
        var wide = line(coordinator(named()), LOOK.onPool(Tier.NANO, "wide"), DOGS);
        var behind = line(coordinator(behindNano()), LOOK, DOGS);

        assertThat(behind.cost().low()).isEqualTo(blind.cost().low());
        assertThat(behind.cost().expected()).isEqualTo(blind.cost().expected());
        assertThat(behind.cost().worst())
                .as("refused as too long, with every retry, and then served by the wide one")
                .isGreaterThan(wide.cost().worst())
                .isLessThan(wide.cost().worst().plus(blind.cost().worst()));
        var picture = line(coordinator(behindNano()), LOOK, PICTURE);
        var eye = line(coordinator(named()), LOOK.onPool(Tier.NANO, "eye"), PICTURE);
        assertThat(picture.cost()).as("nobody else sees").isEqualTo(eye.cost());
        assertThat(wide.toString()).contains("note on NANO (NANO: pool wide): ");
        assertThat(behind.toString()).contains("note on NANO: ");
    }

    @Test
    void preview_ofAnInputThatIsNotKnown_countsTheDearestPool() throws Exception {
        var graph = TaskGraph.builder();
        var first = graph.add("first", BRIEFLY, DOGS);
        var second = graph.add("second", NOTE, Input.from(first, note -> new Topic(note.text())));
        var whole = graph.answering(second);

        var behind = coordinator(behindNano()).preview(whole, BUDGET).subtasks().get(1);
        var alone = coordinator(named()).preview(whole, BUDGET).subtasks().get(1);

        assertThat(behind.cost().expected()).isEqualTo(alone.cost().expected());
        assertThat(behind.cost().worst())
                .as("at ten times the price of nano")
                .isGreaterThan(Money.usd("0.02"))
                .isGreaterThan(alone.cost().worst().times(9));
    }

    @Test
    void shutdown_isToldOfPoolsThatMayServe_andOfNoOthers() throws Exception {
        answering();
        var old = model.pool("gpt-5.4-nano", pool -> pool.calendar(() -> Instant.parse("2027-01-01T00:00:00Z")));
        var pools = tiers().named("old", old).build();
        var behind = pools.toBuilder().behind(Tier.NANO, "old").build();

        var unused = coordinator(pools).run(graph(LOOK, DOGS), BUDGET);
        assertThat(shutdowns()).isEmpty();
        unused = coordinator(behind).run(graph(LOOK, DOGS), BUDGET);
        assertThat(shutdowns()).containsExactly("gpt-5.4-nano [NANO]");
        events.clear();
        unused = coordinator(pools).run(graph(LOOK.onPool(Tier.MINI, "old").upTo(Tier.MINI), DOGS), BUDGET);
        assertThat(shutdowns()).containsExactly("gpt-5.4-nano [MINI]");
    }

    private List<String> shutdowns() {
        return events.stream()
                .filter(RunEvent.ModelShutsDown.class::isInstance)
                .map(RunEvent.ModelShutsDown.class::cast)
                .map(notice -> notice.model() + " " + notice.tiers())
                .toList();
    }

    @Test
    void eval_namesAllModelsThatMayHaveAnswered() throws Exception {
        answering();
        var evals = Evals.of(LOOK)
                .examples(List.of(EvalExample.of(DOGS, new Note("seen"))))
                .tiers(Tier.NANO);

        var result = coordinator(behindNano()).run(evals, BUDGET);

        assertThat(result.of(Tier.NANO).models()).containsExactly("blind", "eye", "wide");
        assertThat(asked()).containsExactly("blind");
    }

    @Test
    void planner_seesNoPool_andCannotNameOne() throws Exception {
        var choice = NOTE.between(Tier.NANO, Tier.MINI).onPool(Tier.MINI, "eye");
        model.on(choice).costing(1_000, 400).replies(new Note("noted"));
        model.onMerge().repliesText(merged("done"));
        String named = "{\"type\":\"note\",\"id\":\"a\",\"input\":{\"name\":\"a\"},\"tier\":\"nano\",\"pool\":\"eye\"}";
        String onMini = "{\"type\":\"note\",\"id\":\"b\",\"input\":{\"name\":\"b\"},\"tier\":\"mini\"}";
        model.onPlan().repliesText(plan(named, onMini)).repliesText(plan());

        var result = Coordinator.builder(behindNano())
                .plansWith(choice)
                .build()
                .run(Goal.of("Take notes", Answer.class), BUDGET);

        var planning = model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .findFirst()
                .orElseThrow()
                .request();
        assertThat(planning.instructions() + planning.turns() + planning.output())
                .contains("nano ($0.20 in, $1.00 out), mini ($1.00 in, $5.00 out)")
                .doesNotContain("eye")
                .doesNotContain("wide")
                .doesNotContain("pool");
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().kind() == CallPurpose.Kind.WORK)
                .extracting(call ->
                        call.purpose().subtaskId() + " " + call.request().model())
                .as("a subtask that names a pool is no subtask")
                .containsExactly("b eye");
        assertThat(result).leftNothingBehind();
    }
}
