// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.price.Spend;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.DrawnModel.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Estimates of random graphs and plans, beside what runs of them cost with models whose token use is drawn. */
@Timeout(600)
@Tag("slow")
class EstimateTest {
    private static final long SEED = Long.getLong("cadre.estimate.seed", 20_261_128L);
    private static final int GRAPHS = 600;
    private static final int PLANS = 400;

    record Ask(String text) {}

    record Say(String text) {}

    record Many(List<String> parts) {}

    record Answer(String text) {}

    private static final Tool READ = Tool.of("read", "Reads.", Ask.class, (ask, context) -> {
        var dice =
                new SplittableRandom(ask.text().hashCode() + context.subtaskId().hashCode());
        return DrawnModel.filler(1_000 + dice.nextInt(6_000)); // 16 KiB on average
    });

    private static final SubtaskType<Ask, Say> SAY =
            SubtaskType.model("say", Ask.class, Say.class, "Say what there is to say about the text.");
    private static final SubtaskType<Ask, Say> SHORT = SubtaskType.model(
                    "short", Ask.class, Say.class, "Say it in a few words.")
            .maxOutputTokens(300);
    private static final SubtaskType<Ask, Say> JUDGED = SubtaskType.model(
                    "judged", Ask.class, Say.class, "Say it so that it is accepted.")
            .upTo(Tier.FLAGSHIP)
            .accept("a good answer says so", (ask, say) -> say.text().startsWith("good"));
    private static final SubtaskType<Ask, Say> MINI = SubtaskType.model(
                    "mini", Ask.class, Say.class, "Say it carefully.")
            .startingAt(Tier.MINI)
            .notBelow(Tier.NANO)
            .allowingOptional();
    private static final SubtaskType<Ask, Say> LOOKING = SubtaskType.model(
                    "looking", Ask.class, Say.class, "Look things up, then say it.")
            .tools(READ);
    private static final SubtaskType<Ask, Many> MANY =
            SubtaskType.model("many", Ask.class, Many.class, "Split the text into parts.");
    private static final SubtaskType<Ask, Many> CODE =
            SubtaskType.code("code", Ask.class, Many.class, (ask, context) -> {
                var dice = new SplittableRandom(
                        ask.text().hashCode() + context.subtaskId().hashCode());
                return new Many(IntStream.range(0, 2 + dice.nextInt(13))
                        .mapToObj(i -> i + DrawnModel.filler(dice.nextInt(1_000))) // 16 KiB on average
                        .toList());
            });
    private static final List<SubtaskType<Ask, Say>> SAYING = List.of(SAY, SHORT, JUDGED, MINI, LOOKING);
    private static final List<SubtaskType<Ask, Many>> SPLITTING = List.of(MANY, CODE);

    /** What was estimated, and what it came to. */
    private record Sample(long seed, World world, CostEstimate estimate, RunReport report) {
        Money real() {
            return report.spend().total();
        }

        /** The whole run, and each of its parts: the slack of one part must not hide what another one lacks. */
        void requireWithin() {
            assertThat(real())
                    .as("seed %d, %s world: %s of %s", seed, world, estimate, estimate.subtasks())
                    .isBetween(estimate.low(), estimate.worst());
            requireWithin("planner", estimate.planning(), report.planner().spend());
            requireWithin("merger", estimate.merging(), report.merger().spend());
            Map<String, Spend> spent = new HashMap<>();
            report.subtasks().forEach(each -> spent.put(each.id(), each.spend()));
            for (CostEstimate.Line line : estimate.subtasks()) {
                requireWithin(line.toString(), line.quote(), spent.get(line.id()));
            }
        }

        /** Where the money may not reach, nobody knows which part goes without. */
        private void requireWithin(String part, Quote whole, Spend spend) {
            Quote quote = estimate.isCappedByBudget() ? whole.atBest() : whole;
            assertThat(spend.total())
                    .as("seed %d, %s world: cost of %s", seed, world, part)
                    .isBetween(quote.cost().low(), quote.cost().worst());
            assertThat(spend.attempts())
                    .as("seed %d, %s world: calls of %s", seed, world, part)
                    .isBetween(quote.calls().low(), quote.calls().worst());
        }

        double deviation() {
            double expected = estimate.expected().picoUsd();
            return expected == 0 ? 0 : Math.abs(real().picoUsd() / expected - 1);
        }
    }

    @Test
    void realCost_ofRandomGraphsAndPlans_liesWithinTheEstimate() throws Exception {
        var samples = new ArrayList<Sample>();
        for (int i = 0; i < GRAPHS + PLANS; i++) {
            long seed = new SplittableRandom(SEED + i).nextLong();
            Sample sample = i < GRAPHS ? graph(seed) : plan(seed);
            sample.requireWithin();
            samples.add(sample);
        }

        Map<World, List<Sample>> worlds = new EnumMap<>(World.class);
        samples.forEach(each ->
                worlds.computeIfAbsent(each.world(), world -> new ArrayList<>()).add(each));
        worlds.forEach((world, those) -> System.out.printf(
                "seed %d, %d %s worlds: expected differs by %.0f %% in the median, worst is %.1f times the cost%n",
                SEED, those.size(), world, 100 * median(those), medianOfWorst(those)));
        System.out.printf("seed %d, all: expected differs by %.0f %% in the median%n", SEED, 100 * median(samples));
        assertThat(median(samples)).isLessThanOrEqualTo(0.30);
        assertThat(worlds).containsOnlyKeys(World.values());
        assertThat(samples)
                .as("some are capped")
                .anyMatch(each -> each.estimate().isCappedByBudget());
        assertThat(samples)
                .as("most low figures say something")
                .filteredOn(each -> !each.estimate().low().isZero())
                .hasSizeGreaterThan((GRAPHS + PLANS) / 2);
    }

    private static double median(List<Sample> samples) {
        return samples.stream()
                .mapToDouble(Sample::deviation)
                .sorted()
                .skip(samples.size() / 2)
                .findFirst()
                .orElse(0);
    }

    private static double medianOfWorst(List<Sample> samples) {
        return samples.stream()
                .mapToDouble(each -> (double) each.estimate().worst().picoUsd()
                        / Math.max(1, each.real().picoUsd()))
                .sorted()
                .skip(samples.size() / 2)
                .findFirst()
                .orElse(0);
    }

    private static World world(SplittableRandom dice) {
        int drawn = dice.nextInt(20);
        return drawn < 15 ? World.CALM : drawn < 18 ? World.ROUGH : World.DIRE;
    }

    private static ModelPools pools(DrawnModel model) {
        return ModelPools.of(pool(model, "gpt-5.4"), pool(model, "gpt-5.4-mini"), pool(model, "gpt-5.4-nano"));
    }

    private static ModelPool pool(DrawnModel model, String name) {
        return ModelPool.builder(model, name)
                .prefixPatience(Duration.ZERO)
                .retryPolicy(RetryPolicy.standard().withDelays(Duration.ZERO, Duration.ZERO))
                .build();
    }

    private static Budget budget(SplittableRandom dice) {
        return Budget.usd(dice.nextInt(5) == 0 ? "0.0%d".formatted(1 + dice.nextInt(9)) : "10000");
    }

    // --- graphs by hand

    private static Sample graph(long seed) throws InterruptedException {
        var dice = new SplittableRandom(seed);
        World world = world(dice);
        Coordinator coordinator = Coordinator.of(pools(new DrawnModel(seed, world, "")));
        TaskGraph<?> graph = drawnGraph(dice);
        Budget budget = budget(dice);
        CostEstimate estimate = coordinator.preview(graph, budget);
        return new Sample(seed, world, estimate, coordinator.run(graph, budget).report());
    }

    private static TaskGraph<?> drawnGraph(SplittableRandom dice) {
        var graph = TaskGraph.builder();
        var said = new ArrayList<SubtaskRef<Say>>();
        var split = new ArrayList<SubtaskRef<Many>>();
        var items = new ArrayList<SubtaskRef<Items<Say>>>();
        var all = new ArrayList<SubtaskRef<?>>();
        int nodes = 3 + dice.nextInt(10);
        for (int i = 0; i < nodes; i++) {
            String id = "s" + i;
            SubtaskType<Ask, Say> saying = SAYING.get(dice.nextInt(SAYING.size()));
            SubtaskType<Ask, Many> splitting = SPLITTING.get(dice.nextInt(SPLITTING.size()));
            switch (dice.nextInt(8)) {
                case 0, 1 -> said.add(graph.add(id, saying, ask(id, dice)));
                case 2 -> split.add(graph.add(id, splitting, ask(id, dice)));
                case 3 ->
                    items.add(graph.add(
                            id,
                            saying,
                            Input.forEach(IntStream.range(0, dice.nextInt(30))
                                    .mapToObj(item -> ask(id + item, dice))
                                    .toList())));
                case 4 -> {
                    if (!said.isEmpty()) {
                        said.add(graph.add(
                                id,
                                saying,
                                Input.from(said.get(dice.nextInt(said.size())), say -> new Ask(say.text()))));
                    }
                }
                case 5 -> {
                    if (!said.isEmpty()) {
                        split.add(graph.add(
                                id,
                                splitting,
                                Input.fromAll(
                                        said,
                                        says -> new Ask(String.join(
                                                " ",
                                                says.stream().map(Say::text).toList())))));
                    }
                }
                case 6 -> {
                    if (!split.isEmpty()) {
                        items.add(graph.add(
                                id,
                                saying,
                                Input.forEach(
                                        split.get(dice.nextInt(split.size())),
                                        many -> many.parts().stream()
                                                .map(Ask::new)
                                                .toList())));
                    }
                }
                default -> {
                    if (!items.isEmpty()) {
                        said.add(graph.add(
                                id,
                                saying,
                                Input.from(
                                        items.get(dice.nextInt(items.size())),
                                        each -> new Ask(String.join(
                                                " ",
                                                each.values().stream()
                                                        .map(Say::text)
                                                        .toList())))));
                    }
                }
            }
        }
        SubtaskRef<Say> last = graph.add("last", SAY, ask("last", dice));
        all.addAll(said);
        all.addAll(items);
        if (!all.isEmpty() && dice.nextBoolean()) {
            graph.after(last, all.get(dice.nextInt(all.size())));
        }
        return graph.answering(last);
    }

    private static Ask ask(String id, SplittableRandom dice) {
        return new Ask(id + " " + DrawnModel.filler(dice.nextInt(500)));
    }

    // --- plans

    private static Sample plan(long seed) throws InterruptedException {
        var dice = new SplittableRandom(seed);
        World world = world(dice);
        var types = new ArrayList<SubtaskType<?, ?>>(SAYING);
        types.addAll(SPLITTING);
        var seen = new AtomicReference<CostEstimate>();
        Coordinator coordinator = Coordinator.builder(pools(new DrawnModel(seed, world, drawnPlan(dice))))
                .plansWith(types)
                .limits(Limits.DEFAULT.withPlannerOutputTokens(20_000))
                .review(plan -> {
                    seen.set(plan.estimate());
                    return new PlanReview.Verdict.Approve();
                })
                .build();
        Budget budget = Budget.usd(dice.nextInt(5) == 0 ? "0.60" : "10000");
        RunResult<Answer> result = coordinator.run(Goal.of("Say it all.", Answer.class), budget);
        assertThat(seen.get()).as("seed %d: %s", seed, result).isNotNull();
        return new Sample(seed, world, seen.get(), result.report());
    }

    private static String drawnPlan(SplittableRandom dice) {
        var planned = new ArrayList<PlannedSubtask>();
        var said = new ArrayList<String>();
        var split = new ArrayList<String>();
        int nodes = 2 + dice.nextInt(8);
        for (int i = 0; i < nodes; i++) {
            String id = "s" + i;
            SubtaskType<Ask, Say> saying = SAYING.get(dice.nextInt(SAYING.size()));
            SubtaskType<Ask, Many> splitting = SPLITTING.get(dice.nextInt(SPLITTING.size()));
            int kind = dice.nextInt(5);
            if (kind == 2 && !said.isEmpty()) {
                String from = said.get(dice.nextInt(said.size()));
                planned.add(PlannedSubtask.of(id, saying).withWire("text", from, "text"));
                said.add(id);
            } else if (kind == 3 && !split.isEmpty()) {
                String from = split.get(dice.nextInt(split.size()));
                planned.add(PlannedSubtask.of(id, saying).withWire("text", from, "parts"));
            } else if (kind < 2) {
                planned.add(PlannedSubtask.of(id, splitting)
                        .withLiteral("text", ask(id, dice).text()));
                split.add(id);
            } else {
                planned.add(PlannedSubtask.of(id, saying)
                        .withLiteral("text", ask(id, dice).text()));
                said.add(id);
            }
        }
        return "{\"subtasks\":["
                + String.join(",", planned.stream().map(PlannedSubtask::toJson).toList()) + "]}";
    }
}
