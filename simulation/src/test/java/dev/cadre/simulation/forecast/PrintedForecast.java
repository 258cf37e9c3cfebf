// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.pool.PoolLimits;
import dev.cadre.simulation.forecast.Crew.Brief;
import dev.cadre.simulation.forecast.Crew.Note;
import dev.cadre.simulation.forecast.Crew.Notes;
import dev.cadre.simulation.forecast.Crew.Topic;
import dev.cadre.simulation.proof.CrewRun;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Prints every run of a simulation, and what they come to; its first argument is how many runs. */
final class PrintedForecast {
    static final long SEED = 20_261_122;
    static final int SUBTASKS = 200;

    private static final SubtaskType<Topic, Note> RISING = Crew.NOTE.upTo(Tier.FLAGSHIP);

    private PrintedForecast() {}

    public static void main(String... arguments) {
        int runs = Integer.parseInt(arguments[0]);
        CrewSimulation simulation = troubled();
        List<CrewRun> all = LongStream.range(0, runs)
                .parallel()
                .mapToObj(run -> simulation.runOnce(CrewSimulation.mixed(SEED, run)))
                .toList();
        all.forEach(System.out::println);
        System.out.println(simulation.run(runs, SEED));
        simulation.sensitivity(Math.max(1, runs / 20), SEED).forEach(System.out::println);
    }

    /** Notes, and a brief of all of them. */
    static TaskGraph<Brief> graph() {
        var graph = TaskGraph.builder();
        var notes = new ArrayList<SubtaskRef<Note>>();
        for (int i = 1; i < SUBTASKS; i++) {
            notes.add(graph.add("note" + i, RISING, new Topic("topic " + i)));
        }
        return graph.answering(graph.add("brief", Crew.BRIEF, Input.fromAll(notes, Notes::new)));
    }

    /** A plan that meets failures, escalations, rates, and now and then the end of its money or its time. */
    private static CrewSimulation troubled() {
        return CrewSimulation.ofPlan(graph())
                .assuming(
                        RISING,
                        WorkProfile.STANDARD
                                .right(Tier.NANO, 0.85)
                                .right(Tier.MINI, 0.95)
                                .verifier(0.9, 0.05)
                                .failing(0.02)
                                .losing(0.01)
                                .malformed(0.03)
                                .refusing(0.001))
                .speed(Tier.FLAGSHIP, new ModelSpeed(Spread.logNormal(0.6, 0.5), 250))
                .poolLimits(Tier.NANO, new PoolLimits(32, 5_000, 2_000_000))
                .limits(Limits.DEFAULT.withMaxSubtasks(SUBTASKS).withPlannerOutputTokens(4_000))
                .budget(Budget.usd("0.90").within(Duration.ofSeconds(75)))
                .build();
    }
}
