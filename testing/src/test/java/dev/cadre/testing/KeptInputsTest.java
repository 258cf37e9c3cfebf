// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Long inputs of a goal, of which a model reads the beginning and, with a tool, what it needs. */
@Timeout(120)
class KeptInputsTest {
    record Link(String url) {}

    record Page(String url, String text) {}

    record Asked(Page page, String question) {}

    record Claim(String body) {}

    record Pages(List<Page> pages) {}

    record Verdict(boolean holds) {}

    static final String END = "At the very end: the fee is 12 euros.";
    static final String LONG = "A line of a page that goes on for a while.\n".repeat(400) + END;
    static final Budget BUDGET = Budget.usd("1.00");
    static final Verdict YES = new Verdict(true);

    static final SubtaskType<Link, Page> FETCH = fetching(LONG);
    static final SubtaskType<Link, Page> KEPT = FETCH.keepingAbove(4_000);
    static final SubtaskType<Asked, Verdict> ASK =
            SubtaskType.model("ask", Asked.class, Verdict.class, "Answer the question about the page.");
    static final SubtaskType<Claim, Verdict> CHECK =
            SubtaskType.model("check", Claim.class, Verdict.class, "Does it name a fee?");
    static final SubtaskType<Pages, Verdict> COMPARE =
            SubtaskType.model("compare", Pages.class, Verdict.class, "Do they agree?");

    static final String ASKED_OF_PAGE = plan(
            "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"first.page\"},\"question\":\"A fee?\"}}");
    static final String CHECKED = plan(
            "{\"type\":\"check\",\"id\":\"fee\",\"input\":{\"body\":{\"from\":\"first.page\",\"field\":\"text\"}}}");

    static final Goal<Verdict> FEE =
            Goal.of("Is there a fee?", Verdict.class).mergedBy(Mergers.of(outcomes -> YES));

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final List<Money> reserved = new ArrayList<>();

    static SubtaskType<Link, Page> fetching(String text) {
        return SubtaskType.code("fetch", Link.class, Page.class, (link, context) -> new Page(link.url(), text));
    }

    private Coordinator.Builder builder() {
        return Coordinator.builder(model.pools()).plansWith(ASK, CHECK, COMPARE).listener(event -> {
            if (event instanceof RunEvent.AttemptStarted started
                    && started.call().kind() == CallPurpose.Kind.WORK) {
                reserved.add(started.reserved());
            }
        });
    }

    /** A run that has fetched a page. */
    private RunResult<Page> fetched(SubtaskType<Link, Page> fetch) throws InterruptedException {
        var graph = TaskGraph.builder();
        var page = graph.add("page", fetch, new Link("a"));
        return builder().build().run(graph.answering(page), BUDGET);
    }

    private RunResult<Verdict> follow(SubtaskType<Link, Page> fetch, String plan) throws InterruptedException {
        model.onPlan().repliesText(plan);
        return builder().build().run(FEE.following("first", fetched(fetch)), BUDGET);
    }

    static ToolCall read(String id, String artifact, int offset, int length) {
        return new ToolCall(
                id,
                "read_artifact",
                "{\"artifact\":\"%s\",\"offset\":%d,\"length\":%d}".formatted(artifact, offset, length));
    }

    /** What workers were sent. */
    private List<ModelRequest> requests() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() != CallPurpose.Kind.PLAN)
                .map(ScriptedCall::request)
                .toList();
    }

    static String asked(ModelRequest request) {
        return ((Turn.User) request.turns().getFirst()).text();
    }

    static List<String> tools(ModelRequest request) {
        return request.tools().stream().map(ToolSpec::name).toList();
    }

    // --- a run that follows

    @Test
    void keptOutput_ofAnEarlierRun_isReadByRange_asItWasThere() throws Exception {
        model.on(ASK)
                .calls(read("1", "first.page", LONG.length() - 20, 1_000))
                .replies(YES);

        var result = follow(KEPT, ASKED_OF_PAGE);

        assertThat(result).isCompleteWith(YES).leftNothingBehind();
        ModelRequest first = requests().getFirst();
        assertThat(asked(first))
                .contains(
                        "\"artifact\":\"first.page\"",
                        "\"form\":\"{\\\"url\\\": string, \\\"text\\\": string}\"",
                        "A line of a page",
                        "\"question\":\"A fee?\"")
                .doesNotContain(END);
        assertThat(tools(first)).containsExactly("read_artifact");
        assertThat(requests().getLast().turns().getLast().toString()).contains("the fee is 12 euros.");
    }

    @Test
    void component_ofAnInput_isReadByItsPlace() throws Exception {
        model.on(CHECK).calls(read("1", "first.page:.text", 0, 20)).replies(YES);

        var result = follow(KEPT, CHECKED);

        assertThat(result).isCompleteWith(YES).leftNothingBehind();
        assertThat(requests().getLast().turns().getLast().toString()).contains("A line of a page tha");
    }

    @Test
    void outputThatItsTypeDoesNotKeep_standsInFull() throws Exception {
        model.on(ASK).replies(YES);

        follow(FETCH, ASKED_OF_PAGE).requireComplete();

        assertThat(asked(requests().getFirst())).contains(END);
        assertThat(tools(requests().getFirst())).isEmpty();
    }
}
