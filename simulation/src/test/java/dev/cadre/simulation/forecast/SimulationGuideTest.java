// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Tier;
import dev.cadre.pool.PoolLimits;
import dev.cadre.simulation.forecast.Crew.Note;
import dev.cadre.simulation.forecast.Crew.Topic;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Computes the tables of docs/simulation.md again: the document has what comes out, to the last digit. */
@Tag("slow")
class SimulationGuideTest {
    private static final Path GUIDE = Path.of("").toAbsolutePath().getParent().resolve("docs/simulation.md");
    private static final long SEED = 1;

    private static void assertInGuide(List<String> table) throws Exception {
        String text = String.join("\n", table);
        assertThat(Files.readString(GUIDE)).contains("\n" + text + "\n");
    }

    private static String row(String format, Object... cells) {
        return String.format(Locale.ROOT, format, cells);
    }

    // --- shapes

    private static final int SHAPE_RUNS = 200;
    private static final int PARALLEL = 8;
    private static final WorkProfile STEP =
            WorkProfile.STANDARD.inputTokens(Spread.fixed(1_000)).outputTokens(Spread.logNormal(200, 0.5));

    /** What one run of a shape takes, by each way of doing it. */
    private record ShapeRun(long cadre, long list, long waves, long oneByOne, long flagshipOneByOne) {}

    @Test
    void shapes_ofLlmCompiler_areAsFastAsAListSchedule() throws Exception {
        var table = new ArrayList<String>();
        table.add("| shape | subtasks | over the flagship step by step | over the same models step by step |"
                + " over waves | of a list schedule | published |");
        table.add("|---|---|---|---|---|---|---|");
        for (CompilerShape shape : CompilerShape.values()) {
            TaskGraph<Note> graph = shape.graph();
            CrewSimulation simulation = simulation(graph);
            List<ShapeRun> runs = IntStream.range(0, SHAPE_RUNS)
                    .parallel()
                    .mapToObj(run -> shapeRun(simulation, graph.nodes(), CrewSimulation.mixed(SEED, run)))
                    .toList();

            assertThat(runs)
                    .allSatisfy(run -> assertThat((double) run.cadre() / run.list())
                            .as("of a computed list schedule")
                            .isBetween(1 / 1.15, 1.15));
            table.add(row(
                    "| %s | %d | %.1f × | %.1f × | %.2f × | %.3f | %s |",
                    shape.title(),
                    graph.nodes().size(),
                    median(runs, run -> (double) run.flagshipOneByOne() / run.cadre()),
                    median(runs, run -> (double) run.oneByOne() / run.cadre()),
                    median(runs, run -> (double) run.waves() / run.cadre()),
                    median(runs, run -> (double) run.cadre() / run.list()),
                    shape.published().isEmpty() ? "" : shape.published() + " ×"));
        }
        assertInGuide(table);
    }

    private interface Ratio {
        double of(ShapeRun run);
    }

    private static double median(List<ShapeRun> runs, Ratio ratio) {
        return Percentiles.of(runs.stream().map(ratio::of).toList()).p50();
    }

    private static CrewSimulation simulation(TaskGraph<Note> graph) {
        CrewSimulation.Builder builder = CrewSimulation.ofPlan(graph)
                .planning(new Planning(60, STEP, STEP))
                .limits(Limits.DEFAULT.withPlannerOutputTokens(4_000));
        graph.nodes().forEach(node -> builder.assuming(node.type(), STEP));
        for (Tier tier : Tier.values()) {
            builder.poolLimits(tier, PoolLimits.STANDARD.withMaxParallel(PARALLEL));
        }
        return builder.build();
    }

    private static ShapeRun shapeRun(CrewSimulation simulation, List<GraphNode> nodes, long seed) {
        SimAssumedBehavior models = simulation.models(seed);
        int size = nodes.size();
        SimAssumedBehavior.Timing plan = models.timing(
                SimAssumptions.PLANNER,
                "0",
                Tier.FLAGSHIP,
                SimAssumedBehavior.call(1, 4_000, "" + size, 1),
                60L * size);
        long merge = nanos(models, SimAssumptions.MERGER, "", Tier.MINI);
        var schedule = new ListSchedule(
                nodes,
                node -> nanos(
                        models,
                        node.type().name(),
                        node.id(),
                        node.type().tiers().start()),
                PARALLEL);
        var onFlagship =
                new ListSchedule(nodes, node -> nanos(models, node.type().name(), node.id(), Tier.FLAGSHIP), PARALLEL);
        return new ShapeRun(
                simulation.runOnce(seed).makespan().toNanos(),
                schedule.end(node -> written(plan, nodes.indexOf(node), size)) + merge,
                plan.nanos() + schedule.waves() + merge,
                schedule.sum() + merge,
                onFlagship.sum() + nanos(models, SimAssumptions.MERGER, "", Tier.FLAGSHIP));
    }

    private static long nanos(SimAssumedBehavior models, String type, String label, Tier tier) {
        return models.timing(
                        type,
                        label,
                        tier,
                        SimAssumedBehavior.call(1, 2_000, "", 1),
                        Math.min(2_000, models.outputTokens(type, label, tier)))
                .nanos();
    }

    /** When the planner has written so many subtasks and this one. */
    private static long written(SimAssumedBehavior.Timing plan, int place, int size) {
        return plan.silentNanos() + (plan.nanos() - plan.silentNanos()) / size * (place + 1);
    }

    // --- cascade

    private static final int CASCADE_RUNS = 50;
    private static final int CASCADE_SUBTASKS = 200;

    @Test
    void cascade_costsWhatItsVerifierLetsItCost() throws Exception {
        CrewForecast flagship = cascade(Tier.FLAGSHIP, Tier.FLAGSHIP, 0, WorkProfile.Errors.SHARED);
        var table = new ArrayList<String>();
        table.add("| crew | recall | right | $ per 1,000 subtasks | cheaper than the flagship |"
                + " right, if tiers err independently |");
        table.add("|---|---|---|---|---|---|");
        for (Tier tier : List.of(Tier.FLAGSHIP, Tier.MINI, Tier.NANO)) {
            CrewForecast forecast = cascade(tier, tier, 0, WorkProfile.Errors.SHARED);
            table.add(cascadeRow("all " + tier.name().toLowerCase(Locale.ROOT), "", forecast, flagship, ""));
        }
        for (double recall : new double[] {0, 0.25, 0.5, 0.7, 0.8, 0.9, 1}) {
            CrewForecast shared = cascade(Tier.NANO, Tier.FLAGSHIP, recall, WorkProfile.Errors.SHARED);
            CrewForecast independent = cascade(Tier.NANO, Tier.FLAGSHIP, recall, WorkProfile.Errors.INDEPENDENT);
            table.add(cascadeRow(
                    "cascade", row("%.2f", recall), shared, flagship, row("%.1f %%", 100 * independent.right())));
        }
        assertInGuide(table);
    }

    private static String cascadeRow(
            String crew, String recall, CrewForecast forecast, CrewForecast flagship, String independent) {
        return row(
                "| %s | %s | %.1f %% | %.2f | %.1f × | %s |",
                crew,
                recall,
                100 * forecast.right(),
                picoUsd(forecast) / 1e12 / CASCADE_SUBTASKS * 1_000,
                (double) picoUsd(flagship) / picoUsd(forecast),
                independent);
    }

    private static long picoUsd(CrewForecast forecast) {
        return forecast.tiers().stream().mapToLong(use -> use.cost().picoUsd()).sum();
    }

    /** Subtasks that know nothing of each other; what the run answers is not looked at. */
    private static CrewForecast cascade(Tier start, Tier top, double recall, WorkProfile.Errors errors) {
        SubtaskType<Topic, Note> type = Crew.NOTE.startingAt(start).upTo(top);
        var graph = TaskGraph.builder();
        SubtaskRef<Note> last = graph.add("s0", type, new Topic("it"));
        for (int i = 1; i < CASCADE_SUBTASKS; i++) {
            last = graph.add("s" + i, type, new Topic("it"));
        }
        return CrewSimulation.of(graph.answering(last))
                .assuming(
                        type,
                        WorkProfile.STANDARD
                                .inputTokens(Spread.fixed(1_000))
                                .outputTokens(Spread.fixed(500))
                                .right(Tier.NANO, 0.85)
                                .right(Tier.MINI, 0.95)
                                .right(Tier.FLAGSHIP, 0.985)
                                .verifier(recall, start == top ? 0 : 0.05)
                                .errors(errors))
                .build()
                .run(CASCADE_RUNS, SEED);
    }
}
