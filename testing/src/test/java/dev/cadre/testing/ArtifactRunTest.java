// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.json.Json;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long outputs, of which a model reads the beginning and, with a tool, what it needs. */
class ArtifactRunTest {
    record Link(String url) {}

    record Page(String url, String text) {}

    record Claim(String body) {}

    record Pages(List<Page> pages) {}

    record Verdict(boolean holds) {}

    private static final String END = "At the very end: the fee is 12 euros.";
    private static final String LONG = "A line of a page that goes on for a while.\n".repeat(400) + END;
    private static final Budget BUDGET = Budget.usd("1.00");

    private static final SubtaskType<Link, Page> FETCH = fetching(LONG);
    private static final SubtaskType<Link, Page> KEPT = FETCH.keepingAbove(4_000);
    private static final SubtaskType<Page, Verdict> JUDGE =
            SubtaskType.model("judge", Page.class, Verdict.class, "Does it name a fee?");
    private static final SubtaskType<Claim, Verdict> CHECK =
            SubtaskType.model("check", Claim.class, Verdict.class, "Does it name a fee?");
    private static final SubtaskType<Pages, Verdict> COMPARE =
            SubtaskType.model("compare", Pages.class, Verdict.class, "Do they agree?");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    private final List<Money> reserved = new ArrayList<>();

    private static SubtaskType<Link, Page> fetching(String text) {
        return SubtaskType.code("fetch", Link.class, Page.class, (link, context) -> new Page(link.url(), text));
    }

    private static TaskGraph<Verdict> graph(SubtaskType<Link, Page> fetch) {
        var graph = TaskGraph.builder();
        var page = graph.add("page", fetch, new Link("a"));
        return graph.answering(graph.add("verdict", JUDGE, Input.from(page, each -> each)));
    }

    private Coordinator coordinator() {
        return coordinator(Limits.DEFAULT);
    }

    private Coordinator coordinator(Limits limits) {
        return Coordinator.builder(model.pools())
                .limits(limits)
                .listener(event -> {
                    if (event instanceof RunEvent.AttemptStarted started) {
                        reserved.add(started.reserved());
                    }
                })
                .build();
    }

    private RunResult<Verdict> run(TaskGraph<Verdict> graph) throws InterruptedException {
        return coordinator().run(graph, BUDGET);
    }

    private static ToolCall read(String id, String artifact, int offset, int length) {
        return new ToolCall(
                id,
                "read_artifact",
                "{\"artifact\":\"%s\",\"offset\":%d,\"length\":%d}".formatted(artifact, offset, length));
    }

    private List<ModelRequest> requests() {
        return model.calls().stream().map(ScriptedCall::request).toList();
    }

    private static String asked(ModelRequest request) {
        return ((Turn.User) request.turns().getFirst()).text();
    }

    private static List<String> tools(ModelRequest request) {
        return request.tools().stream().map(ToolSpec::name).toList();
    }

    @Test
    void modelReadsTheBeginning_andTheRestByRange_andTheOutcomeIsWhole() throws Exception {
        model.on(JUDGE).calls(read("1", "page", LONG.length() - 20, 1_000)).replies(new Verdict(true));

        var result = run(graph(KEPT));

        assertThat(result).isCompleteWith(new Verdict(true)).leftNothingBehind();
        assertThat(result.report().outcome("page")).isEqualTo(new Outcome.Succeeded<>(new Page("a", LONG)));
        ModelRequest first = requests().getFirst();
        assertThat(asked(first))
                .contains(
                        "\"artifact\":\"page\"",
                        "\"form\":\"{\\\"url\\\": string, \\\"text\\\": string}\"",
                        "A line of a page")
                .doesNotContain(END);
        assertThat(first.instructions()).endsWith("read with read_artifact what the task needs of it.");
        assertThat(tools(first)).containsExactly("read_artifact");
        assertThat(requests().getLast().turns().getLast().toString()).contains("the fee is 12 euros.");
    }

    @Test
    void reservation_isSmaller_andHoldsWhatWasRead() throws Exception {
        model.on(JUDGE).calls(read("1", "page", 0, 10_000)).replies(new Verdict(true));
        run(graph(KEPT)).requireComplete();
        model.on(JUDGE).replies(new Verdict(true));
        run(graph(FETCH)).requireComplete();

        Money kept = reserved.get(0);
        Money afterReading = reserved.get(1);
        Money inFull = reserved.get(2);
        // nano: 20 cents for a million bytes of input at worst
        assertThat(inFull.minus(kept)).isGreaterThan(Money.usd("0.0025"));
        assertThat(afterReading.minus(kept)).isGreaterThan(Money.usd("0.002"));
        assertThat(asked(requests().getLast())).contains(END);
        assertThat(tools(requests().getLast())).isEmpty();
    }

    @Test
    void outputThatNoBudgetBearsInFull_isReadInParts() throws Exception {
        var huge = fetching("A line of a page that goes on for a while.\n".repeat(20_000));
        Budget little = Budget.usd("0.05");
        model.on(JUDGE).calls(read("1", "page", 0, 1_000)).replies(new Verdict(true));

        assertThat(coordinator().run(graph(huge.keepingAbove(4_000)), little))
                .isCompleteWith(new Verdict(true))
                .leftNothingBehind();

        assertThat(Crew.failed(coordinator().run(graph(huge), little)).cause().message())
                .contains("verdict");
    }

    @Test
    void preview_countsTheRoundsOfReading() {
        var coordinator = coordinator();

        var kept = coordinator.preview(graph(KEPT));
        var inFull = coordinator.preview(graph(FETCH));

        assertThat(kept.cost().worst()).isGreaterThan(inFull.cost().worst());
        assertThat(kept.calls().worst()).isGreaterThan(20);
    }

    @Test
    void preview_countsTheRoundsOfReading_behindARaceToo() {
        var graph = TaskGraph.builder();
        var race = graph.race("race", graph.add("one", FETCH, new Link("a")), graph.add("other", KEPT, new Link("b")));
        var outer = graph.race("outer", race);
        var verdict = graph.add("verdict", JUDGE, Input.from(outer, each -> each));

        assertThat(coordinator().preview(graph.answering(verdict)).calls().worst())
                .isGreaterThan(20);
    }

    @Test
    void shortOutput_standsInFull_andNoToolIsGiven() throws Exception {
        model.on(JUDGE).replies(new Verdict(true));

        run(graph(fetching("Short. " + END).keepingAbove(4_000))).requireComplete();

        assertThat(asked(requests().getFirst())).contains(END);
        assertThat(tools(requests().getFirst())).isEmpty();
        assertThat(requests().getFirst().instructions()).doesNotContain("read_artifact");
    }

    @Test
    void textOfAnEdge_isAnotherValue_andStandsInFull() throws Exception {
        var graph = TaskGraph.builder();
        var page = graph.add("page", KEPT, new Link("a"));
        var verdict = graph.add("verdict", CHECK, Input.from(page, each -> new Claim("Page: " + each.text())));
        model.on(CHECK).replies(new Verdict(true));

        run(graph.answering(verdict)).requireComplete();

        assertThat(asked(requests().getFirst())).contains(END);
        assertThat(tools(requests().getFirst())).isEmpty();
    }

    @Test
    void partOfAnOutput_inAPlan_isReadByItsPlace() throws Exception {
        model.onPlan()
                .repliesText(
                        plan(
                                "{\"type\":\"fetch\",\"id\":\"page\",\"input\":{\"url\":\"a\"}}",
                                "{\"type\":\"check\",\"id\":\"verdict\",\"input\":{\"body\":{\"from\":\"page\",\"field\":\"text\"}}}"));
        model.on(CHECK).calls(read("1", "page:.text", 0, 20)).replies(new Verdict(true));
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(KEPT, CHECK).build();

        var result = coordinator.run(
                Goal.of("Is there a fee?", Verdict.class)
                        .mergedBy(Mergers.firstGood(CHECK, "it holds", Verdict::holds)),
                BUDGET);

        assertThat(result).isCompleteWith(new Verdict(true)).leftNothingBehind();
        assertThat(requests().getLast().turns().getLast().toString()).contains("A line of a page tha");
    }

    @Test
    void itemsOfAFanOut_areReadOneByOne() throws Exception {
        var graph = TaskGraph.builder();
        var pages = graph.add("pages", KEPT, Input.forEach(List.of(new Link("a"), new Link("b"))));
        var verdict = graph.add("verdict", COMPARE, Input.from(pages, items -> new Pages(items.values())));
        model.on(COMPARE)
                .calls(read("1", "pages#0", 0, 20), read("2", "pages#1", 0, 20))
                .replies(new Verdict(true));

        var result = run(graph.answering(verdict));

        assertThat(result).isCompleteWith(new Verdict(true)).leftNothingBehind();
        assertThat(asked(requests().getFirst())).contains("\"artifact\":\"pages#0\"", "\"artifact\":\"pages#1\"");
        assertThat(requests().getLast().turns().toString())
                .contains("{\\\"url\\\":\\\"a\\\"", "{\\\"url\\\":\\\"b\\\"");
        assertThat(((Items<?>) result.report().outcome("pages").ifSucceeded().orElseThrow()).values())
                .hasSize(2);
    }

    @Test
    void readingForever_endsAtTheLimitOfTools() throws Exception {
        Limits few = Limits.DEFAULT.withTools(new Limits.ToolLimits(2, 50, 2_000, Duration.ofSeconds(20)));
        model.on(JUDGE)
                .calls(read("1", "page", 0, 9_000))
                .calls(read("2", "page", 1_500, 9_000))
                .calls(read("3", "page", 3_000, 9_000));

        var result = coordinator(few).run(graph(KEPT), BUDGET);

        assertThat(result.report().outcome("verdict").reason()).contains("more than 2 turns with tool calls");
        assertThat(requests().getLast().turns())
                .filteredOn(Turn.ToolResult.class::isInstance)
                .allSatisfy(turn -> assertThat(((Turn.ToolResult) turn).text())
                        .contains("\"next\":")
                        .doesNotContain("cut here")
                        .hasSizeLessThanOrEqualTo(2_000));
    }

    @Test
    void toolsOfAType_standBesideIt() throws Exception {
        var tooled = SubtaskType.model("judge", Page.class, Verdict.class, "Does it name a fee?")
                .tools(Tool.of("look", "Looks.", Link.class, (in, context) -> "looked"));
        var graph = TaskGraph.builder();
        var page = graph.add("page", KEPT, new Link("a"));
        var verdict = graph.add("verdict", tooled, Input.from(page, each -> each));
        model.on(tooled)
                .calls(new ToolCall("1", "look", "{\"url\":\"a\"}"), read("2", "page", 0, 20))
                .replies(new Verdict(true));

        run(graph.answering(verdict)).requireComplete();

        assertThat(tools(requests().getFirst())).containsExactly("look", "read_artifact");
    }

    @Test
    void outputOfAGivenSchema_isKeptToo() throws Exception {
        var extract = SubtaskType.json(
                        "extract",
                        "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"],"
                                + "\"additionalProperties\":false}",
                        "Extract.")
                .keepingAbove(4_000);
        var graph = TaskGraph.builder();
        var text = graph.add("text", extract, Json.obj().with("of", "a"));
        var verdict = graph.add("verdict", CHECK, Input.from(text, each -> new Claim(each.string("text"))));
        model.on(extract).replies(Json.obj().with("text", LONG));
        model.on(CHECK).replies(new Verdict(true));

        run(graph.answering(verdict)).requireComplete();

        assertThat(asked(requests().getLast()))
                .contains("\"artifact\":\"text:.text\"")
                .doesNotContain(END);
    }

    @Test
    void preview_isAnUpperBoundOfWhatARunReserves() throws Exception {
        model.on(JUDGE)
                .calls(read("1", "page", 0, 9_000))
                .calls(read("2", "page", 9_000, 9_000))
                .replies(new Verdict(true));
        var worst = coordinator().preview(graph(KEPT)).cost().worst();

        run(graph(KEPT)).requireComplete();

        assertThat(reserved.stream().reduce(Money.ZERO, Money::plus)).isLessThan(worst);
    }

    // --- resuming

    private RunResult<Verdict> session(SubtaskType<Link, Page> fetch) throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            return coordinator().journal(journal).run(graph(fetch), BUDGET);
        }
    }

    @Test
    void session_thatReadsTheSame_paysForNothing_andAChangedLimitIsOtherWorkOfTheDependent() throws Exception {
        model.on(JUDGE).replies(new Verdict(true));
        session(KEPT).requireComplete();
        session(KEPT).requireComplete();
        assertThat(model.calls()).hasSize(1);

        session(FETCH.keepingAbove(100_000)).requireComplete();

        assertThat(model.calls()).as("it is sent in full now").hasSize(2);
        session(KEPT).requireComplete();
        session(FETCH).requireComplete();
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void artifactThatChangesWhereNobodyLooked_isOtherWork() throws Exception {
        model.on(JUDGE).replies(new Verdict(true));
        session(KEPT).requireComplete();
        String changed = LONG.replace("12 euros", "13 euros");
        var again = SubtaskType.code("fetch", Link.class, Page.class, (link, context) -> new Page(link.url(), changed))
                .accept("it is another rule", (link, page) -> true)
                .keepingAbove(4_000);

        session(again).requireComplete();

        assertThat(asked(requests().get(0))).isEqualTo(asked(requests().get(1)));
        assertThat(model.calls()).hasSize(2);
    }

    // --- mergers

    private RunResult<Answer> merge(Merger<Answer> merger) throws InterruptedException {
        model.onPlan()
                .repliesText(plan(
                        "{\"type\":\"fetch\",\"id\":\"page\",\"input\":{\"url\":\"a\"}}",
                        "{\"type\":\"fetch\",\"id\":\"other\",\"input\":{\"url\":\"b\"}}"));
        return Coordinator.builder(model.pools())
                .plansWith(KEPT)
                .build()
                .run(Goal.of("What is the fee?", Answer.class).mergedBy(merger), BUDGET);
    }

    private String mergeAsked() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.MERGE)
                .map(call -> asked(call.request()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void synthesis_readsTheBeginning_andTheReportSaysSo() throws Exception {
        model.onMerge().repliesText(merged("There is one."));

        var result = merge(Mergers.synthesis(Answer.class));

        assertThat(mergeAsked())
                .contains("A line of a page", "passages of an artifact of 17658 bytes are not shown]")
                .doesNotContain(END);
        assertThat(result.report().notes())
                .contains(
                        "2 outcomes are kept out of prompts by type, and the merger read only the beginning: page, other");
    }

    @Test
    void treeReduction_andCode_readAll() throws Exception {
        model.onMerge().repliesText(merged("12 euros."));
        merge(Mergers.treeReduction(Answer.class, Tier.MINI));
        assertThat(mergeAsked()).contains(END);

        var whole =
                merge(Mergers.collect(KEPT, pages -> new Answer(pages.getFirst().text())));

        assertThat(whole).isCompleteWith(new Answer(LONG));
    }

    @Test
    void artifact_ofTheWinnerOfARace_isReadByRange() throws Exception {
        var broken = SubtaskType.<Link, Page>code("broken", Link.class, Page.class, (link, context) -> {
            throw new IllegalStateException("no");
        });
        model.on(JUDGE).replies(new Verdict(true));
        var graph = TaskGraph.builder();
        var one = graph.add("one", broken, new Link("a"));
        var other = graph.add("other", KEPT, new Link("b"));
        var race = graph.race("race", one, other);

        run(graph.answering(graph.add("verdict", JUDGE, Input.from(race, each -> each))))
                .requireComplete();

        assertThat(asked(requests().getFirst()))
                .contains("\"artifact\":\"other")
                .doesNotContain(END);
    }

    @Test
    void artifacts_ofAQuorum_areReadByRange() throws Exception {
        model.on(COMPARE).replies(new Verdict(true));
        var graph = TaskGraph.builder();
        var one = graph.add("one", KEPT, new Link("a"));
        var other = graph.add("other", KEPT, new Link("b"));
        var both = graph.quorum("both", 2, List.of(one, other));

        run(graph.answering(graph.add("verdict", COMPARE, Input.from(both, Pages::new))))
                .requireComplete();

        assertThat(asked(requests().getFirst()))
                .contains("\"artifact\":\"one", "\"artifact\":\"other")
                .doesNotContain(END);
    }
}
