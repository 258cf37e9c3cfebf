// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.simulation;

import dev.cadre.model.Tier;
import dev.cadre.simulation.forecast.CrewSimulation;
import dev.cadre.simulation.forecast.Planning;
import dev.cadre.simulation.forecast.Spread;
import dev.cadre.simulation.forecast.WorkProfile;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan of the usual kind: nano gathers, mini combines each four of what was gathered, and mini merges. What is gathered
 * wrong is caught nine times out of ten, and tried again on mini, then on the flagship.
 */
public final class SampleCrew {
    /** What a subtask is asked. */
    record Question(String text) {}

    /** What it answers. */
    record Finding(String text) {}

    /** What is combined. */
    record Findings(List<Finding> all) {}

    static final int GATHERED_PER_COMBINED = 4;

    /** How often each tier is taken to be right, and how often a verifier is. */
    public static final String ASSUMED =
            "Of their answers nano gets 85 % right, mini 95 %, the flagship 98.5 %; what is"
                    + " hard is hard for all of them. A verifier catches 90 % of wrong answers and refuses 5 % of right ones."
                    + " 1 % of attempts fail. A call reads 1,000 to 2,000 tokens and writes 400.";

    private static final SubtaskType<Question, Finding> GATHER = SubtaskType.model(
                    "gather", Question.class, Finding.class, "Answer the question.")
            .upTo(Tier.FLAGSHIP);
    private static final SubtaskType<Findings, Finding> COMBINE = SubtaskType.model(
                    "combine", Findings.class, Finding.class, "Say in one text what the findings say.")
            .startingAt(Tier.MINI);
    private static final WorkProfile WORK = WorkProfile.STANDARD
            .right(Tier.NANO, 0.85)
            .right(Tier.MINI, 0.95)
            .right(Tier.FLAGSHIP, 0.985)
            .verifier(0.9, 0.05)
            .failing(0.01);

    private SampleCrew() {}

    /**
     * Its simulation with the prices of the standard catalogue and the published speeds. Neither money nor time is limited,
     * so that the figures say what a budget would have to be.
     */
    public static CrewSimulation simulation(int subtasks) {
        long plan = (long) subtasks * Planning.STANDARD.tokensPerSubtask();
        int planCalls = (int) Math.ceilDiv(plan, Limits.DEFAULT.plannerOutputTokens());
        CrewSimulation.Builder builder = CrewSimulation.ofPlan(plan(subtasks))
                .assuming(GATHER, WORK)
                .limits(Limits.DEFAULT
                        .withMaxSubtasks(Math.max(subtasks, 1))
                        .withPlanContinuations(planCalls)
                        .withDeadline(Duration.ofHours(24)));
        if (subtasks > GATHERED_PER_COMBINED) {
            builder.assuming(
                    COMBINE,
                    WorkProfile.STANDARD.inputTokens(Spread.fixed(2_000)).failing(0.01));
        }
        return builder.build();
    }

    /** Each subtask that combines follows the four that it reads; the last ones may be alone. */
    static TaskGraph<Finding> plan(int subtasks) {
        var graph = TaskGraph.builder();
        var gathered = new ArrayList<SubtaskRef<Finding>>();
        SubtaskRef<Finding> last = graph.add("s1", GATHER, new Question("What does it do?"));
        gathered.add(last);
        for (int number = 2; number <= subtasks; number++) {
            String id = "s" + number;
            if (gathered.size() == GATHERED_PER_COMBINED) {
                last = graph.add(id, COMBINE, Input.fromAll(List.copyOf(gathered), Findings::new));
                gathered.clear();
            } else {
                last = graph.add(id, GATHER, new Question("What does it do?"));
                gathered.add(last);
            }
        }
        return graph.answering(last);
    }
}
