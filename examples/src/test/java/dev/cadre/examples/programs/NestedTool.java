// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.ScriptedModel;
import java.time.Duration;
import java.util.Map;

/** A support agent whose model may ask a research crew: a coordinator as a tool, with an allotment for each call. */
final class NestedTool {
    record Ticket(String text) {}

    record Reply(String text) {}

    record Question(String question) {}

    record Page(String name) {}

    record Fact(String fact) {}

    record Findings(String text) {}

    private static final Map<String, String> HANDBOOK =
            Map.of("returns", "Returns are free for 30 days.", "shipping", "Parcels to islands take 9 days.");

    static final SubtaskType<Page, Fact> READ = SubtaskType.code(
                    "read", Page.class, Fact.class, (page, context) -> new Fact(HANDBOOK.get(page.name())))
            .describedAs("Reads a page of the handbook: returns or shipping.")
            .spendingUpTo(Money.ZERO);

    static SubtaskType<Ticket, Reply> support(ModelPools models) {
        Coordinator research = Coordinator.builder(models).plansWith(READ).build();
        NestedRun<Question, Findings> run = NestedRun.goal(
                () -> research, Money.usd("0.20"), question -> Goal.of(question.question(), Findings.class));
        Tool tool = run.asTool("research", "Answers a question from the handbook.", Question.class);
        return SubtaskType.model("support", Ticket.class, Reply.class, "Answer the ticket. Look facts up.")
                .startingAt(Tier.MINI)
                .tools(tool);
    }

    static RunResult<Reply> answer(ModelPools models, SubtaskType<Ticket, Reply> support, Ticket ticket)
            throws InterruptedException {
        var tools = new Limits.ToolLimits(6, 6, 64 * 1024, Duration.ofMinutes(1)); // a run takes longer than a look-up
        var graph = TaskGraph.builder();
        return Coordinator.builder(models)
                .limits(Limits.DEFAULT.withTools(tools))
                .build()
                .run(graph.answering(graph.add("ticket", support, ticket)), Budget.usd("0.50"));
    }

    public static void main(String... arguments) throws InterruptedException {
        var model = new ScriptedModel(); // OpenAi.fromEnv() asks real ones
        var support = support(model.pools());
        model.on(support)
                .calls(new ToolCall("1", "research", "{\"question\":\"How long do returns take?\"}"))
                .calls(new ToolCall("2", "research", "{\"question\":\"How long to an island?\"}"))
                .replies(new Reply("Nine days, and you may return it for thirty."));
        model.onPlan()
                .repliesText("{\"subtasks\":[{\"type\":\"read\",\"id\":\"a\",\"input\":{\"name\":\"returns\"}}]}")
                .repliesText("{\"subtasks\":[{\"type\":\"read\",\"id\":\"b\",\"input\":{\"name\":\"shipping\"}}]}");
        model.onMerge().repliesText("{\"answer\":{\"text\":\"As the handbook says.\"},\"citations\":[]}");
        var result = answer(model.pools(), support, new Ticket("When does my parcel reach Sylt?"));
        System.out.println(result.requireComplete().text());
        result.report().nested().forEach(each -> System.out.println(each.subtaskId() + " > " + each.report()));
    }
}
