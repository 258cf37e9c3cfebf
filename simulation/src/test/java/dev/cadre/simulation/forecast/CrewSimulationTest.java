// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolSpec;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.simulation.forecast.Crew.Brief;
import dev.cadre.simulation.forecast.Crew.Note;
import dev.cadre.simulation.forecast.Crew.Notes;
import dev.cadre.simulation.forecast.Crew.Topic;
import dev.cadre.simulation.forecast.CrewSimulation.Parameter;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.ScriptedModel;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class CrewSimulationTest {
    private static final long SEED = 7;

    /** 1,000 tokens in, 500 out, two seconds. */
    private static final WorkProfile FIXED = WorkProfile.STANDARD
            .inputTokens(Spread.fixed(1_000))
            .outputTokens(Spread.fixed(500))
            .seconds(Spread.fixed(2));

    private static final Money NANO_CALL = Money.usd("0.000825");
    private static final Money MINI_CALL = Money.usd("0.003");

    private static final SubtaskType<Topic, Note> RISING = Crew.NOTE.upTo(Tier.FLAGSHIP);

    /** So many notes, and a brief of all of them. */
    private static TaskGraph<Brief> briefOf(SubtaskType<Topic, Note> type, int notes) {
        var graph = TaskGraph.builder();
        List<SubtaskRef<Note>> all = IntStream.range(0, notes)
                .mapToObj(i -> graph.add("note" + i, type, new Topic("topic " + i)))
                .toList();
        return graph.answering(graph.add("brief", Crew.BRIEF, Input.fromAll(all, Notes::new)));
    }

    private static CrewSimulation.Builder fixed(SubtaskType<Topic, Note> type, int notes) {
        return CrewSimulation.of(briefOf(type, notes))
                .assuming(type, FIXED)
                .assuming(Crew.BRIEF, FIXED.seconds(Spread.fixed(3)));
    }

    /** Threads hand over in microseconds; calls take seconds. */
    private static void assertTakes(Duration makespan, double seconds) {
        assertThat(makespan.toNanos() / 1e9).isBetween(seconds, seconds + 0.01);
    }

    @Test
    void graph_ofFixedFigures_takesItsCriticalPathAndCostsItsCalls() {
        CrewForecast forecast = fixed(Crew.NOTE, 2).build().run(10, SEED);

        assertTakes(forecast.makespan().min(), 5);
        assertTakes(forecast.makespan().max(), 5);
        assertThat(forecast.cost().min()).isEqualTo(NANO_CALL.times(2).plus(MINI_CALL));
        assertThat(forecast.cost().max()).isEqualTo(forecast.cost().min());
        assertThat(forecast.rate(RunStatus.COMPLETE)).isEqualTo(1);
        assertThat(forecast.tier(Tier.NANO))
                .isEqualTo(new CrewForecast.TierUse(Tier.NANO, "gpt-5.4-nano", 2, NANO_CALL.times(2), 2));
        assertThat(forecast.tier(Tier.MINI))
                .isEqualTo(new CrewForecast.TierUse(Tier.MINI, "gpt-5.4-mini", 1, MINI_CALL, 1));
        assertThat(forecast.wasted()).isEqualTo(Money.ZERO);
        assertThat(forecast.succeeded()).isEqualTo(1);
        assertThat(forecast.right()).isEqualTo(1);
    }

    /** What is simulated is what the engine does with threads, too. */
    @Test
    void graph_simulated_costsWhatARunCosts() throws Exception {
        var model = new ScriptedModel();
        model.on(Crew.NOTE).costing(1_000, 500).replies(new Note("noted"));
        model.on(Crew.BRIEF).costing(1_000, 500).replies(new Brief("noted twice"));
        var run = Coordinator.of(model.pools()).run(briefOf(Crew.NOTE, 2), Budget.usd("1.00"));

        CrewForecast forecast = fixed(Crew.NOTE, 2).build().run(1, SEED);

        assertThat(forecast.cost().p50()).isEqualTo(run.spend().total());
    }

    @Test
    void speed_unlessTimesAreGiven_makesTheTime() {
        var profile = WorkProfile.STANDARD.inputTokens(Spread.fixed(100)).outputTokens(Spread.fixed(416));
        CrewForecast forecast = CrewSimulation.of(briefOf(Crew.NOTE, 2))
                .assuming(Crew.NOTE, profile)
                .assuming(Crew.BRIEF, FIXED)
                .speed(Tier.NANO, new ModelSpeed(Spread.fixed(0.5), 208))
                .build()
                .run(1, SEED);

        assertTakes(forecast.makespan().p50(), 0.5 + 2 + 2);
    }

    @Test
    void pool_ofLimitedParallelism_makesTheRestWait() {
        CrewForecast forecast = fixed(Crew.NOTE, 10)
                .poolLimits(Tier.NANO, PoolLimits.STANDARD.withMaxParallel(4))
                .build()
                .run(5, SEED);

        assertTakes(forecast.makespan().max(), 2 + 2 + 2 + 3);
        assertThat(forecast.tier(Tier.NANO).peakInFlight()).isEqualTo(4);
    }

    @Test
    void pools_ofAUser_bringTheirPricesAndLimits() {
        var real = new ScriptedModel();
        var pools = ModelPools.of(ModelPool.builder(real, "in-house")
                .price(Price.perMillionTokens("1.00", "1.00", "2.00"))
                .maxParallel(1)
                .build());
        CrewForecast forecast = fixed(Crew.NOTE, 3).pools(pools).build().run(1, SEED);

        assertThat(forecast.cost().p50()).isEqualTo(Money.usd("0.008"));
        assertThat(forecast.tier(Tier.NANO).peakInFlight()).isEqualTo(1);
        assertThat(real.calls()).isEmpty();
    }

    @Test
    void wrongAnswer_thatIsCaught_escalatesAndIsWasted() {
        CrewForecast forecast = fixed(RISING, 2)
                .assuming(RISING, FIXED.right(Tier.NANO, 0))
                .build()
                .run(3, SEED);

        assertThat(forecast.tier(Tier.NANO).attempts()).isEqualTo(2);
        assertThat(forecast.tier(Tier.MINI).attempts()).isEqualTo(3);
        assertThat(forecast.tier(Tier.FLAGSHIP).attempts()).isZero();
        assertThat(forecast.wasted()).isEqualTo(NANO_CALL.times(2));
        assertThat(forecast.right()).isEqualTo(1);
        assertTakes(forecast.makespan().max(), 2 + 2 + 3);
    }

    @Test
    void wrongAnswer_thatNobodyCatches_isASuccess() {
        CrewForecast forecast = fixed(RISING, 3)
                .assuming(RISING, FIXED.right(Tier.NANO, 0).verifier(0, 0))
                .build()
                .run(1, SEED);

        assertThat(forecast.succeeded()).isEqualTo(1);
        assertThat(forecast.right()).isEqualTo(0.25);
        assertThat(forecast.wasted()).isEqualTo(Money.ZERO);
    }

    @Test
    void errors_thatAreShared_followTheBetterTier() {
        var weak = FIXED.right(Tier.NANO, 0.5).right(Tier.MINI, 0.5).right(Tier.FLAGSHIP, 0.5);

        CrewForecast shared = fixed(RISING, 40).assuming(RISING, weak).build().run(50, SEED);
        CrewForecast independent = fixed(RISING, 40)
                .assuming(RISING, weak.errors(WorkProfile.Errors.INDEPENDENT))
                .build()
                .run(50, SEED);

        assertThat(shared.right()).isCloseTo(0.5, within(0.03));
        assertThat(independent.right()).isCloseTo(0.875, within(0.03));
    }

    @Test
    void attempt_thatAlwaysFails_isRetriedAndCostsNothing() {
        CrewForecast forecast = fixed(Crew.NOTE, 1)
                .assuming(Crew.NOTE, FIXED.failing(1))
                .build()
                .run(4, SEED);

        assertThat(forecast.rate(RunStatus.FAILED)).isEqualTo(1);
        assertThat(forecast.failures()).containsOnlyKeys(RunFailure.Kind.ANSWER_MISSING);
        assertThat(forecast.tier(Tier.NANO).attempts()).isBetween(2.0, 5.0);
        assertThat(forecast.cost().max()).isEqualTo(Money.ZERO);
        assertThat(forecast.right()).isZero();
    }

    @Test
    void reply_thatIsLost_isForfeitedAndWasted() {
        CrewForecast forecast =
                fixed(Crew.NOTE, 1).assuming(Crew.NOTE, FIXED.losing(1)).build().run(4, SEED);

        assertThat(forecast.cost().min()).isGreaterThan(NANO_CALL);
        assertThat(forecast.wasted().isZero()).isFalse();
        assertThat(forecast.rate(RunStatus.FAILED)).isEqualTo(1);
    }

    @Test
    void answer_thatDoesNotFit_isRepaired() {
        CrewForecast forecast = fixed(Crew.NOTE, 2)
                .assuming(Crew.NOTE, FIXED.malformed(1))
                .build()
                .run(1, SEED);

        assertThat(forecast.tier(Tier.NANO).attempts()).isEqualTo(4);
        assertThat(forecast.rate(RunStatus.COMPLETE)).isEqualTo(1);
    }

    @Test
    void answer_beyondItsCap_isTruncatedAndAskedForAgain() {
        CrewForecast forecast = fixed(Crew.NOTE, 1)
                .assuming(Crew.NOTE, FIXED.outputTokens(Spread.fixed(2_500)))
                .build()
                .run(1, SEED);

        assertThat(forecast.tier(Tier.NANO).attempts()).isEqualTo(2);
        assertThat(forecast.tier(Tier.NANO).cost()).isEqualTo(Money.usd("0.006025")); // 2,000 in, 4,500 out
        assertThat(forecast.rate(RunStatus.COMPLETE)).isEqualTo(1);
    }

    @Test
    void refusal_isNeverEscalated() {
        CrewForecast forecast =
                fixed(RISING, 2).assuming(RISING, FIXED.refusing(1)).build().run(1, SEED);

        assertThat(forecast.tier(Tier.NANO).attempts()).isEqualTo(2);
        assertThat(forecast.tier(Tier.MINI).attempts()).isZero();
        assertThat(forecast.succeeded()).isZero();
    }

    @Test
    void toolRounds_areCallsOfTheirOwn() {
        var searching = Crew.NOTE.tools(
                Tool.raw(new ToolSpec("find", "Finds.", "{\"type\":\"object\"}"), (arguments, context) -> "nothing"));
        CrewForecast forecast = fixed(searching, 1)
                .assuming(searching, FIXED.toolRounds(3, Spread.fixed(0.5)))
                .build()
                .run(2, SEED);

        assertThat(forecast.tier(Tier.NANO).attempts()).isEqualTo(4);
        assertTakes(forecast.makespan().max(), 4 * 2 + 3 * 0.5 + 3);
    }

    @Test
    void profile_ofOneTier_holdsThereOnly() {
        CrewForecast forecast = fixed(RISING, 1)
                .assuming(RISING, FIXED.right(Tier.NANO, 0))
                .assuming(RISING, Tier.MINI, FIXED.seconds(Spread.fixed(7)))
                .build()
                .run(1, SEED);

        assertTakes(forecast.makespan().p50(), 2 + 7 + 3);
    }

    @Test
    void budget_ofASimulatedRun_isNeverExceeded() {
        var limit = Money.usd("0.02");
        CrewForecast forecast = CrewSimulation.of(briefOf(RISING, 30))
                .assuming(RISING, WorkProfile.STANDARD.right(Tier.NANO, 0.5).losing(0.1))
                .budget(Budget.of(limit))
                .build()
                .run(50, SEED);

        assertThat(forecast.cost().max()).isLessThanOrEqualTo(limit);
        assertThat(forecast.rate(RunStatus.FAILED)).isPositive();
    }

    @Test
    void deadline_ofASimulatedRun_endsIt() {
        CrewForecast forecast = fixed(Crew.NOTE, 2)
                .budget(Budget.usd("1.00").within(Duration.ofSeconds(4)))
                .build()
                .run(3, SEED);

        assertThat(forecast.makespan().max()).isLessThan(Duration.ofSeconds(5));
        assertThat(forecast.failures()).containsOnlyKeys(RunFailure.Kind.DEADLINE);
    }

    @Test
    void plan_isStreamedAndMerged() {
        var planning =
                new Planning(80, WorkProfile.STANDARD.inputTokens(Spread.fixed(1_000)), FIXED.seconds(Spread.fixed(1)));
        CrewForecast forecast = CrewSimulation.ofPlan(briefOf(Crew.NOTE, 3))
                .assuming(Crew.NOTE, FIXED)
                .assuming(Crew.BRIEF, FIXED)
                .speed(Tier.FLAGSHIP, new ModelSpeed(Spread.fixed(1), 80))
                .planning(planning)
                .build()
                .run(1, SEED);

        // silent for one second, then a subtask each second: the third note waits for nobody, nor does the brief
        assertTakes(forecast.makespan().p50(), 1 + 3 + 2 + 2 + 1);
        assertThat(forecast.tier(Tier.FLAGSHIP).attempts()).isEqualTo(1);
        assertThat(forecast.tier(Tier.MINI).attempts()).isEqualTo(2);
        assertThat(forecast.tier(Tier.FLAGSHIP).cost()).isEqualTo(Money.usd("0.0073")); // 1,000 in, 4 x 80 out
        assertThat(forecast.rate(RunStatus.COMPLETE)).isEqualTo(1);
    }

    @Test
    void plan_thatNeedsMoreCalls_hasThem() {
        CrewForecast forecast = CrewSimulation.ofPlan(briefOf(Crew.NOTE, 59))
                .limits(Limits.DEFAULT)
                .planning(new Planning(60, FIXED, FIXED))
                .build()
                .run(1, SEED);

        assertThat(forecast.tier(Tier.FLAGSHIP).attempts()).isEqualTo(2); // 33 subtasks fit under a cap of 2,000
    }

    @Test
    void plan_withTooLittleMoney_isTooSmall() {
        CrewForecast forecast = CrewSimulation.ofPlan(briefOf(Crew.NOTE, 3))
                .budget(Budget.usd("0.01"))
                .build()
                .run(2, SEED);

        assertThat(forecast.failures()).containsEntry(RunFailure.Kind.BUDGET_TOO_SMALL, 2);
        assertThat(forecast.cost().max()).isEqualTo(Money.ZERO);
    }

    @Test
    void fanOut_hasTheItemsOfItsListOrThoseThatAreAssumed() {
        var graph = TaskGraph.builder();
        var given = graph.add("given", Crew.NOTE, Input.forEach(List.of(new Topic("a"), new Topic("b"))));
        var made = graph.add(
                "made",
                RISING.describedAs("made"),
                Input.forEach(given, notes -> List.of(new Topic("only in a real run"))));
        var simulation = CrewSimulation.of(graph.answering(made)).assuming(Crew.NOTE, FIXED.items(5));

        assertThat(simulation.build().run(1, SEED).tier(Tier.NANO).attempts()).isEqualTo(10);
    }

    @Test
    void code_takesItsTimeAndMayFail() {
        var read = SubtaskType.code("read", Topic.class, Note.class, (topic, context) -> new Note("read"));
        CrewForecast swift = CrewSimulation.of(briefOf(read, 1))
                .assuming(read, FIXED.seconds(Spread.fixed(4)))
                .assuming(Crew.BRIEF, FIXED)
                .build()
                .run(1, SEED);
        CrewForecast broken = CrewSimulation.of(briefOf(read, 1))
                .assuming(read, FIXED.failing(1))
                .build()
                .run(1, SEED);

        assertTakes(swift.makespan().p50(), 4 + 2);
        assertThat(swift.cost().p50()).isEqualTo(MINI_CALL);
        assertThat(broken.rate(RunStatus.FAILED)).isEqualTo(1);
    }

    @Test
    void codeThatCosts_isBooked_andGoesWithoutIfTheBudgetIsShort() {
        var read = SubtaskType.code("read", Topic.class, Note.class, (topic, context) -> new Note("read"))
                .costing(Money.usd("0.01"));
        var simulation = CrewSimulation.of(briefOf(read, 3))
                .assuming(read, FIXED.seconds(Spread.fixed(4)))
                .assuming(Crew.BRIEF, FIXED);

        assertThat(simulation.build().run(1, SEED).cost().p50())
                .isEqualTo(Money.usd("0.03").plus(MINI_CALL));
        CrewForecast poor = simulation.budget(Budget.usd("0.029")).build().run(1, SEED);
        assertThat(poor.cost().p50()).isEqualTo(Money.usd("0.02"));
        assertThat(poor.rate(RunStatus.FAILED)).isEqualTo(1);
    }

    @Test
    void sensitivity_tellsWhatDependsOnWhat() {
        List<Sensitivity> lines = fixed(Crew.NOTE, 128).build().sensitivity(3, SEED);

        assertThat(lines).hasSize(10);
        assertThat(line(lines, Parameter.PRICE, 150).costP50()).isCloseTo(50, within(0.001));
        assertThat(line(lines, Parameter.PRICE, 150).makespanP50()).isCloseTo(0, within(0.01));
        assertThat(line(lines, Parameter.LATENCY, 50).makespanP95()).isCloseTo(-50, within(0.5));
        assertThat(line(lines, Parameter.LATENCY, 50).costP95()).isZero();
        assertThat(line(lines, Parameter.PARALLEL, 50).makespanP50()).isCloseTo(100.0 * 4 / 7, within(0.5));
        assertThat(line(lines, Parameter.OUTPUT_TOKENS, 150).costP50()).isBetween(35.0, 45.0);
        assertThat(line(lines, Parameter.FAILURES, 150).costP50()).isZero();
    }

    private static Sensitivity line(List<Sensitivity> lines, Parameter parameter, int percent) {
        return lines.stream()
                .filter(line -> line.parameter() == parameter && line.percent() == percent)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void right_ofRuns_isSpreadAroundTheShareOfAll() {
        CrewForecast forecast = fixed(Crew.NOTE, 19)
                .assuming(Crew.NOTE, FIXED.right(Tier.NANO, 0.5).verifier(0, 0))
                .build()
                .run(50, SEED);

        Percentiles<Double> ofRuns = forecast.rightOfRuns();
        assertThat(ofRuns.min()).isLessThan(forecast.right());
        assertThat(ofRuns.max()).isGreaterThan(forecast.right());
        assertThat(ofRuns.min() * 20).as("of 20 subtasks").isCloseTo(Math.rint(ofRuns.min() * 20), within(1e-9));
    }

    @Test
    void cost_overThatOfAnotherCrew_isTheRatioRunByRun() {
        SubtaskType<Topic, Note> flagship = Crew.NOTE.startingAt(Tier.FLAGSHIP);
        WorkProfile varied = WorkProfile.STANDARD.outputTokens(Spread.logNormal(400, 1));
        CrewForecast cheap = CrewSimulation.of(briefOf(Crew.NOTE, 3))
                .assuming(Crew.NOTE, varied)
                .assuming(Crew.BRIEF, FIXED)
                .build()
                .run(20, SEED);
        CrewForecast dear = CrewSimulation.of(briefOf(flagship, 3))
                .assuming(flagship, varied)
                .assuming(Crew.BRIEF, FIXED)
                .build()
                .run(20, SEED);

        Percentiles<Double> ratio = cheap.costOver(dear);

        assertThat(cheap.costOver(cheap)).isEqualTo(new Percentiles<>(1.0, 1.0, 1.0, 1.0, 1.0, 1.0));
        assertThat(ratio.min())
                .isGreaterThan(picos(cheap.cost().min()) / picos(dear.cost().max()));
        assertThat(ratio.max())
                .isLessThan(picos(cheap.cost().max()) / picos(dear.cost().min()));
    }

    private static double picos(Money money) {
        return money.picoUsd();
    }

    @Test
    void cost_overThatOfOtherDice_isRefused() {
        CrewSimulation crew = fixed(Crew.NOTE, 2).build();
        CrewForecast forecast = crew.run(10, SEED);

        assertThatThrownBy(() -> forecast.costOver(crew.run(9, SEED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("10 runs of seed 7 cannot be compared with 9 runs of seed 7");
        assertThatThrownBy(() -> forecast.costOver(crew.run(10, 8)))
                .hasMessage("10 runs of seed 7 cannot be compared with 10 runs of seed 8");
        CrewForecast free =
                fixed(Crew.NOTE, 2).budget(Budget.usd("0.000001")).build().run(10, SEED);
        assertThatThrownBy(() -> forecast.costOver(free)).hasMessage("run 0 of the other forecast costs nothing");
    }

    @Test
    void forecast_ofTheSameSeed_isTheSame() {
        var simulation = CrewSimulation.of(briefOf(RISING, 20))
                .assuming(RISING, WorkProfile.STANDARD.right(Tier.NANO, 0.7).failing(0.05))
                .build();

        assertThat(simulation.run(50, SEED)).isEqualTo(simulation.run(50, SEED));
        assertThat(simulation.run(50, SEED)).isNotEqualTo(simulation.run(50, SEED + 1));
    }

    @Test
    void assumption_thatCannotHold_isRefused() {
        var ofAPlan = CrewSimulation.ofPlan(briefOf(Crew.NOTE, 64));
        var ofALongPlan = CrewSimulation.ofPlan(briefOf(Crew.NOTE, 50)).planning(new Planning(300, FIXED, FIXED));
        var withTools =
                CrewSimulation.of(briefOf(Crew.NOTE, 1)).assuming(Crew.NOTE, FIXED.toolRounds(1, Spread.fixed(1)));
        var graph = TaskGraph.builder();
        var first = graph.add("first", Crew.NOTE, new Topic("a"));
        var all = graph.add("all", Crew.NOTE, Input.forEach(first, note -> List.of(new Topic("b"))));
        var ofAFanOut = CrewSimulation.of(graph.answering(all));

        assertThatThrownBy(ofAPlan::build).hasMessage("a plan of 65 subtasks exceeds maxSubtasks 64 of the limits");
        assertThatThrownBy(ofALongPlan::build)
                .hasMessage("a plan of 15300 tokens exceeds the 10000 of all planner calls that the limits allow");
        assertThatThrownBy(withTools::build).hasMessage("subtask type 'note' has no tools to ask for");
        assertThatThrownBy(ofAFanOut::build).hasMessageContaining("subtask 'all' fans out");
        assertThatThrownBy(() -> ofAPlan.assuming(RISING.describedAs("x"), FIXED)
                        .assuming(SubtaskType.model("other", Topic.class, Note.class, "No."), FIXED))
                .hasMessage("the graph has no subtask of type 'other'");
        assertThatThrownBy(() -> fixed(Crew.NOTE, 1).build().run(0, SEED)).hasMessage("runs must be at least 1, not 0");
        assertThatThrownBy(() -> FIXED.failing(1.5)).hasMessage("a probability must be from 0 to 1, not 1.5");
    }
}
