// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.Conversation;
import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.TypeRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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

    record Scan(Attachment.Image image, String text) {}

    record Look(Scan scan, String why) {}

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

    static final Goal<Verdict> FEE = Goal.of("Is there a fee?", Verdict.class).mergedBy(Mergers.of(outcomes -> YES));

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
        model.on(ASK).calls(read("1", "first.page", LONG.length() - 20, 1_000)).replies(YES);

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

    @Test
    void reservation_isOfTheReference_notOfTheValue() throws Exception {
        model.on(ASK).replies(YES);
        follow(KEPT, ASKED_OF_PAGE).requireComplete();
        follow(FETCH, ASKED_OF_PAGE).requireComplete();

        Money kept = reserved.get(0);
        Money inFull = reserved.get(1);
        // nano: 20 cents for a million bytes of input at worst
        assertThat(inFull.minus(kept)).isGreaterThan(Money.usd("0.0025"));
    }

    @Test
    void outputThatNoBudgetBearsInFull_isReadInParts() throws Exception {
        var huge = fetching("A line of a page that goes on for a while.\n".repeat(20_000));
        Budget little = Budget.usd("0.15"); // in full it is 17 cents
        model.onPlan().repliesText(ASKED_OF_PAGE);
        model.on(ASK).calls(read("1", "first.page", 0, 1_000)).replies(YES);

        assertThat(builder().build().run(FEE.following("first", fetched(huge.keepingAbove(4_000))), little))
                .isCompleteWith(YES)
                .leftNothingBehind();
        assertThat(model.calls()).hasSize(3);

        assertThat(Crew.failed(builder().build().run(FEE.following("first", fetched(huge)), little))
                        .cause()
                        .message())
                .contains("fee");
    }

    @Test
    void shortOutput_standsInFull() throws Exception {
        model.on(ASK).replies(YES);

        follow(fetching("Short. " + END).keepingAbove(4_000), ASKED_OF_PAGE).requireComplete();

        assertThat(asked(requests().getFirst())).contains(END);
        assertThat(tools(requests().getFirst())).isEmpty();
    }

    @Test
    void answerOfAGraph_isKeptAsItsSubtaskKeepsIt_alsoAlone() throws Exception {
        model.on(ASK).replies(YES);
        model.onPlan()
                .repliesText(
                        plan(
                                "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"first\"},\"question\":\"A fee?\"}}"));

        builder()
                .build()
                .run(FEE.following("first", fetched(KEPT), List.of()), BUDGET)
                .requireComplete();

        assertThat(asked(requests().getFirst()))
                .contains("\"artifact\":\"first\"")
                .doesNotContain(END);
    }

    @Test
    void answerOfAGoal_thatHoldsAKeptOutcome_showsThatOfIt() throws Exception {
        model.when("first plan", call -> !asked(call.request()).contains("Earlier goals"))
                .repliesText(plan("{\"type\":\"fetch\",\"id\":\"page\",\"input\":{\"url\":\"a\"}}"));
        model.when(
                        "next plan",
                        call -> call.purpose().kind() == CallPurpose.Kind.PLAN
                                && asked(call.request()).contains("Earlier goals"))
                .repliesText(
                        plan(
                                "{\"type\":\"compare\",\"id\":\"fee\",\"input\":{\"pages\":{\"from\":\"first\",\"field\":\"pages\"}}}"));
        model.on(COMPARE).replies(YES);
        Goal<Pages> goal = Goal.of("Fetch it.", Pages.class).mergedBy(Mergers.collect(KEPT, Pages::new));
        var first = Coordinator.builder(model.pools()).plansWith(KEPT).build().run(goal, BUDGET);

        builder().build().run(FEE.following("first", first), BUDGET).requireComplete();

        assertThat(asked(requests().getLast()))
                .contains("{\"pages\":[{\"artifact\":\"first.page\"")
                .doesNotContain(END);
    }

    @Test
    void outcomeOfARace_isKeptAsTheWinner() throws Exception {
        model.on(ASK).replies(YES);
        model.onPlan()
                .repliesText(
                        plan(
                                "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"first.race\"},\"question\":\"A fee?\"}}"));
        var graph = TaskGraph.builder();
        var race = graph.race("race", graph.add("page", KEPT, new Link("a")));
        var first = builder().build().run(graph.answering(race), BUDGET);

        builder().build().run(FEE.following("first", first), BUDGET).requireComplete();

        assertThat(asked(requests().getFirst()))
                .contains("\"artifact\":\"first.page\"")
                .doesNotContain(END);
    }

    private RunResult<?> fetchedAll(SubtaskType<Link, Page> fetch) throws InterruptedException {
        var graph = TaskGraph.builder();
        var pages = graph.add("pages", fetch, Input.forEach(List.of(new Link("a"), new Link("b"), new Link("c"))));
        return builder().build().run(graph.answering(pages), BUDGET);
    }

    private static SubtaskType<Link, Page> fetchingLong(String url) {
        return SubtaskType.code(
                "fetch",
                Link.class,
                Page.class,
                (link, context) -> new Page(link.url(), link.url().equals(url) ? LONG : "Short.".repeat(400)));
    }

    private static final String COMPARED =
            plan("{\"type\":\"compare\",\"id\":\"fee\",\"input\":{\"pages\":{\"from\":\"first.pages\"}}}");

    @Test
    void itemsOfAFanOut_areReadOneByOne_andTheListStands() throws Exception {
        model.onPlan().repliesText(COMPARED);
        model.on(COMPARE).calls(read("1", "first.pages:[1]", 0, 20)).replies(YES);
        var first = fetchedAll(fetchingLong("b").keepingAbove(4_000));

        var result = builder().build().run(FEE.following("first", first), BUDGET);

        assertThat(result).isCompleteWith(YES).leftNothingBehind();
        assertThat(asked(requests().getFirst()))
                .contains(
                        "{\"pages\":[{\"url\":\"a\",\"text\":\"Short.",
                        "{\"artifact\":\"first.pages:[1]\"",
                        "\"form\":\"{\\\"url\\\": string, \\\"text\\\": string}\"",
                        "{\"url\":\"c\",\"text\":\"Short.")
                .doesNotContain(END);
        assertThat(requests().getLast().turns().getLast().toString()).contains("{\\\"url\\\":\\\"b\\\"");
    }

    @Test
    void fanOut_overAListInput_showsEachItemItsOwn() throws Exception {
        model.onPlan()
                .repliesText(
                        plan(
                                "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"first.pages\"},\"question\":\"A fee?\"}}"));
        model.on(ASK).replies(YES);
        var first = fetchedAll(fetchingLong("b").keepingAbove(4_000));

        builder().build().run(FEE.following("first", first), BUDGET).requireComplete();

        assertThat(requests()).hasSize(3);
        assertThat(requests())
                .filteredOn(request -> tools(request).equals(List.of("read_artifact")))
                .singleElement()
                .satisfies(request -> assertThat(asked(request))
                        .contains("\"artifact\":\"first.pages:[1]\"")
                        .doesNotContain(END));
    }

    @Test
    void codeWorker_hasItWhole() throws Exception {
        SubtaskType<Asked, Verdict> count = SubtaskType.code(
                "count",
                Asked.class,
                Verdict.class,
                (in, context) -> new Verdict(in.page().text().equals(LONG)));
        model.onPlan().repliesText(ASKED_OF_PAGE.replace("\"ask\"", "\"count\""));

        var result = builder().plansWith(count).build().run(FEE.following("first", fetched(KEPT)), BUDGET);

        assertThat(result.report().outcome("fee")).isEqualTo(new Outcome.Succeeded<>(YES));
    }

    @Test
    void thirdRun_readsWhatBothBeforeItKept() throws Exception {
        SubtaskType<Claim, Page> quote = SubtaskType.<Claim, Page>code(
                        "quote", Claim.class, Page.class, (in, context) -> new Page("b", "> " + in.body()))
                .keepingAbove(4_000);
        model.when(
                        "second plan",
                        call -> call.purpose().kind() == CallPurpose.Kind.PLAN
                                && !asked(call.request()).contains("- second:"))
                .repliesText(CHECKED.replace("\"check\"", "\"quote\""));
        model.when(
                        "third plan",
                        call -> call.purpose().kind() == CallPurpose.Kind.PLAN
                                && asked(call.request()).contains("- second:"))
                .repliesText(
                        plan(
                                "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"first.page\"},\"question\":\"A fee?\"}}",
                                "{\"type\":\"ask\",\"id\":\"other\",\"input\":{\"page\":{\"from\":\"second.fee\"},\"question\":\"A fee?\"}}"));
        model.on(ASK).replies(YES);
        Coordinator coordinator = builder().plansWith(quote).build();
        var first = fetched(KEPT);
        var second = coordinator.run(FEE.following("first", first), BUDGET);

        coordinator
                .run(FEE.following("first", first).following("second", second), BUDGET)
                .requireComplete();

        assertThat(requests().stream().map(KeptInputsTest::asked).toList())
                .hasSize(2)
                .anyMatch(text -> text.contains("\"artifact\":\"first.page\""))
                .anyMatch(text -> text.contains("\"artifact\":\"second.fee\""))
                .noneMatch(text -> text.contains(END));
    }

    @Test
    void conversation_keepsWhatItsTurnsKept() throws Exception {
        model.when(
                        "first plan",
                        call -> call.purpose().kind() == CallPurpose.Kind.PLAN
                                && !asked(call.request()).contains("Earlier goals"))
                .repliesText(plan("{\"type\":\"fetch\",\"id\":\"page\",\"input\":{\"url\":\"a\"}}"));
        model.when(
                        "next plan",
                        call -> call.purpose().kind() == CallPurpose.Kind.PLAN
                                && asked(call.request()).contains("Earlier goals"))
                .repliesText(ASKED_OF_PAGE.replace("first.page", "turn1.page"));
        model.on(ASK).calls(read("1", "turn1.page", LONG.length() - 20, 99)).replies(YES);
        Goal<Verdict> fetch = Goal.of("Fetch it.", Verdict.class).mergedBy(Mergers.of(outcomes -> YES));

        try (var talk = Conversation.of(builder().plansWith(KEPT).build(), BUDGET)) {
            talk.ask(fetch, Budget.usd("0.30")).requireComplete();
            var second = talk.ask(FEE, Budget.usd("0.30"));

            assertThat(second).isCompleteWith(YES).leftNothingBehind();
        }
        assertThat(asked(requests().getFirst()))
                .contains("\"artifact\":\"turn1.page\"")
                .doesNotContain(END);
    }

    // --- inputs that are given

    private static final String ASKED_OF_LEASE = ASKED_OF_PAGE.replace("first.page", "lease");

    private static Goal<Verdict> withLease(String text) {
        return FEE.with("lease", Page.class, new Page("a", text));
    }

    private RunResult<Verdict> ask(Goal<Verdict> goal) throws InterruptedException {
        model.onPlan().repliesText(ASKED_OF_LEASE);
        model.on(ASK).replies(YES);
        return builder().build().run(goal, BUDGET);
    }

    @Test
    void inputThatIsGiven_standsInFull_unlessTheGoalKeepsIt() throws Exception {
        ask(withLease(LONG)).requireComplete();
        assertThat(asked(requests().getLast())).contains(END);

        ask(withLease(LONG).keepingInputsAbove(4_000)).requireComplete();
        ask(FEE.keepingInputsAbove(4_000).with("lease", Page.class, new Page("a", LONG)))
                .requireComplete();

        assertThat(requests().subList(1, 3))
                .allSatisfy(request -> assertThat(asked(request))
                        .contains("\"artifact\":\"lease\"")
                        .doesNotContain(END));
    }

    @Test
    void inputThatIsGiven_isReadInParts_overItsBudget() throws Exception {
        String huge = "A line of a page that goes on for a while.\n".repeat(20_000);
        model.onPlan().repliesText(ASKED_OF_LEASE);
        model.on(ASK).calls(read("1", "lease", 800_000, 1_000)).replies(YES);

        var result = builder().build().run(withLease(huge).keepingInputsAbove(4_000), Budget.usd("0.15"));

        assertThat(result).isCompleteWith(YES).leftNothingBehind();
        assertThat(requests().getLast().turns().getLast().toString()).contains("\"offset\":800000");
    }

    @Test
    void textThatIsGiven_andItemsOfAList_areReadByTheirPlaces() throws Exception {
        model.onPlan()
                .repliesText(plan(
                        "{\"type\":\"check\",\"id\":\"one\",\"input\":{\"body\":{\"from\":\"text\"}}}",
                        "{\"type\":\"check\",\"id\":\"each\",\"input\":{\"body\":{\"from\":\"texts\"}}}"));
        model.on(CHECK).replies(YES);

        builder()
                .build()
                .run(
                        FEE.keepingInputsAbove(4_000)
                                .with("text", String.class, LONG)
                                .with("texts", new TypeRef<List<String>>() {}, List.of("Short.", "- " + LONG)),
                        BUDGET)
                .requireComplete();

        assertThat(requests().stream().map(KeptInputsTest::asked).toList())
                .hasSize(3)
                .anyMatch(text -> text.contains("{\"body\":{\"artifact\":\"text\""))
                .anyMatch(text -> text.contains("{\"body\":{\"artifact\":\"texts:[1]\""))
                .anyMatch(text -> text.contains("{\"body\":\"Short.\"}"))
                .noneMatch(text -> text.contains(END));
    }

    @Test
    void listThatIsGiven_isReadByRange_asAWhole() throws Exception {
        model.onPlan().repliesText(COMPARED.replace("first.pages", "all"));
        model.on(COMPARE).replies(YES);
        List<Page> pages = IntStream.range(0, 50)
                .mapToObj(i -> new Page("p" + i, "Short.".repeat(40)))
                .toList();

        builder()
                .build()
                .run(FEE.with("all", new TypeRef<List<Page>>() {}, pages).keepingInputsAbove(4_000), BUDGET)
                .requireComplete();

        assertThat(asked(requests().getFirst())).contains("{\"pages\":{\"artifact\":\"all\"");
    }

    @Test
    void limitOfTheGoal_isNotThatOfAnEarlierRun() throws Exception {
        model.onPlan().repliesText(ASKED_OF_PAGE);
        model.on(ASK).replies(YES);
        var first = fetched(FETCH);
        var kept = fetched(KEPT);

        builder()
                .build()
                .run(FEE.following("first", first).keepingInputsAbove(4_000), BUDGET)
                .requireComplete();
        builder()
                .build()
                .run(FEE.following("first", kept).keepingInputsAbove(100_000), BUDGET)
                .requireComplete();

        assertThat(asked(requests().getFirst())).contains(END);
        assertThat(asked(requests().getLast())).contains("\"artifact\":\"first.page\"");
    }

    /** Such a run brings no input of its own name. */
    @Test
    void limitOfTheGoal_holdsForAnInputNamedLikeARunWithoutAnswer() throws Exception {
        var failed = builder().build().run(FEE, Budget.usd("0.000001"));
        assertThat(failed).isInstanceOf(RunResult.Failed.class);
        var lease = new Page("a", LONG);

        for (Goal<Verdict> goal : List.of(
                FEE.with("lease", Page.class, lease).following("lease", failed).keepingInputsAbove(4_000),
                FEE.following("lease", failed).with("lease", Page.class, lease).keepingInputsAbove(4_000))) {
            assertThat(goal.inputs())
                    .singleElement()
                    .satisfies(input -> assertThat(input.kept()).hasSize(1));
        }
    }

    @Test
    void limit_belowTheLeast_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FEE.keepingInputsAbove(1_999))
                .withMessage("inputs can be kept above 2000 bytes or more, not above 1999");
    }

    @Test
    void pictureBesideALongText_isShown_andTheTextIsReadByRange() throws Exception {
        SubtaskType<Look, Verdict> look = SubtaskType.model("look", Look.class, Verdict.class, "Look.");
        model.onPlan()
                .repliesText(
                        plan(
                                "{\"type\":\"look\",\"id\":\"fee\",\"input\":{\"scan\":{\"from\":\"scan\"},\"why\":\"A fee?\"}}"));
        model.on(look).calls(read("1", "scan:.text", 0, 20)).replies(YES);
        var picture = Attachment.Image.of("image/png", new byte[5_000]);

        var result = builder()
                .plansWith(look)
                .build()
                .run(FEE.keepingInputsAbove(4_000).with("scan", Scan.class, new Scan(picture, LONG)), BUDGET);

        assertThat(result).isCompleteWith(YES).leftNothingBehind();
        assertThat(requests().getFirst().attachments()).containsExactly(picture);
        assertThat(asked(requests().getFirst()))
                .contains("\"image\":\"attachment 1: image/png\"", "\"artifact\":\"scan:.text\"")
                .doesNotContain(END);
    }

    @Test
    void nestedRun_keepsTheInputsOfItsGoal() throws Exception {
        model.onPlan().repliesText(ASKED_OF_LEASE);
        model.on(ASK).replies(YES);
        Coordinator inner = builder().build();
        SubtaskType<Claim, Verdict> nested = NestedRun.<Claim, Verdict>goal(
                        () -> inner,
                        Money.usd("0.30"),
                        in -> withLease(in.body()).keepingInputsAbove(4_000))
                .asType("nested", Claim.class, Verdict.class);
        var graph = TaskGraph.builder();
        var answer = graph.add("nested", nested, new Claim(LONG));

        var result = builder().build().run(graph.answering(answer), BUDGET);

        assertThat(result).isCompleteWith(YES).leftNothingBehind();
        assertThat(asked(requests().getFirst()))
                .contains("\"artifact\":\"lease\"")
                .doesNotContain(END);
    }

    @Test
    void planner_readsTheSame_whateverIsKept() throws Exception {
        ask(withLease(LONG)).requireComplete();
        ask(withLease(LONG).keepingInputsAbove(4_000)).requireComplete();

        assertThat(plans().getFirst().turns()).isEqualTo(plans().getLast().turns());
        assertThat(plans().getFirst().instructions())
                .isEqualTo(plans().getLast().instructions());
    }

    // --- estimates

    private CostEstimate preview(Goal<Verdict> goal, String... subtasks) throws InterruptedException {
        model.onPlan().repliesText(plan(subtasks));
        Coordinator coordinator = builder().plansWith(FETCH).build();
        return coordinator.preview(coordinator.plan(goal, BUDGET), BUDGET);
    }

    private static final String LEASE_ASKED =
            "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"lease\"},\"question\":\"A fee?\"}}";

    @Test
    void preview_countsTheReference_andTheRoundsOfReading() throws Exception {
        var inFull = preview(withLease(LONG), LEASE_ASKED);
        var kept = preview(withLease(LONG).keepingInputsAbove(4_000), LEASE_ASKED);

        CostEstimate.Line whole = inFull.subtasks().getFirst();
        CostEstimate.Line read = kept.subtasks().getFirst();
        assertThat(read.quote().calls().worst())
                .isGreaterThan(20)
                .isGreaterThan(whole.quote().calls().worst());
        CostEstimate.Line twice = preview(withLease(LONG + LONG).keepingInputsAbove(4_000), LEASE_ASKED)
                .subtasks()
                .getFirst();
        assertThat(twice.quote().cost().worst().minusOrZero(read.quote().cost().worst()))
                .as("the reference has the same length, but for a digit in each round")
                .isLessThan(Money.usd("0.0001"));
        assertThat(inFull.floor().minus(kept.floor()))
                .as("the first call is part of the floor")
                .isGreaterThan(Money.usd("0.0025"));
    }

    @Test
    void preview_isAnUpperBoundOfWhatARunReserves() throws Exception {
        Goal<Verdict> goal = withLease(LONG).keepingInputsAbove(4_000);
        var worst =
                preview(goal, LEASE_ASKED).subtasks().getFirst().quote().cost().worst();
        model.on(ASK)
                .calls(read("1", "lease", 0, 9_000))
                .calls(read("2", "lease", 9_000, 9_000))
                .replies(YES);

        builder().build().run(goal, BUDGET).requireComplete();

        assertThat(reserved.stream().reduce(Money.ZERO, Money::plus)).isLessThan(worst);
    }

    @Test
    void preview_ofAnInputThatIsPartlyKnown_countsTheRoundsOfReading() throws Exception {
        String fetch = "{\"type\":\"fetch\",\"id\":\"page\",\"input\":{\"url\":\"a\"}}";
        String ask =
                "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"lease\"},\"question\":{\"from\":\"page\",\"field\":\"url\"}}}";

        var kept = preview(withLease(LONG).keepingInputsAbove(4_000), fetch, ask);
        var inFull = preview(withLease(LONG), fetch, ask);
        var brief = preview(withLease("Short.").keepingInputsAbove(4_000), fetch, ask);

        assertThat(kept.subtasks().getLast().quote().calls().worst()).isGreaterThan(20);
        assertThat(inFull.subtasks().getLast().quote().calls().worst()).isLessThan(20);
        assertThat(brief.subtasks().getLast().quote().calls().worst()).isLessThan(20);
    }

    // --- resuming

    private RunResult<Verdict> session(Goal<Verdict> goal, Journal journal) throws InterruptedException {
        return builder().build().journal(journal).run(goal, BUDGET);
    }

    private RunResult<Verdict> session(Goal<Verdict> goal) throws InterruptedException {
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            return session(goal, journal);
        }
    }

    @Test
    void anotherLimit_isTheSameRun_andOtherWorkOnlyWhereSomethingElseIsShown() throws Exception {
        ask(withLease(LONG)); // scripts
        int before = model.calls().size();
        session(withLease(LONG).keepingInputsAbove(4_000)).requireComplete();
        assertThat(model.calls()).hasSize(before + 2);

        session(withLease(LONG).keepingInputsAbove(5_000)).requireComplete();
        assertThat(model.calls()).as("its model is shown the same").hasSize(before + 2);
        session(withLease(LONG)).requireComplete();
        assertThat(model.calls())
                .as("it is sent in full, and not planned again")
                .hasSize(before + 3);
        session(withLease(LONG).keepingInputsAbove(4_000)).requireComplete();
        assertThat(model.calls()).hasSize(before + 3);

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            assertThat(journal.runs()).hasSize(1);
        }
    }

    @Test
    void anotherLimit_atWhichTheModelReadsMoreAtOnce_isOtherWork() throws Exception {
        model.onPlan()
                .repliesText(
                        plan(
                                "{\"type\":\"ask\",\"id\":\"fee\",\"input\":{\"page\":{\"from\":\"lease\"},\"question\":{\"from\":\"why\"}}}"));
        model.on(ASK).replies(YES);
        Goal<Verdict> goal = withLease(LONG).with("why", String.class, "Why? ".repeat(1_000));
        session(goal.keepingInputsAbove(4_000)).requireComplete();

        session(goal.keepingInputsAbove(6_000)).requireComplete();

        assertThat(requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(tools(request)).containsExactly("read_artifact"));
        assertThat(asked(requests().getFirst())).contains("\"artifact\":\"why\"");
        assertThat(asked(requests().getLast())).doesNotContain("\"artifact\":\"why\"");
    }

    @Test
    void inputThatChangesWhereNobodyLooked_isAnotherRun() throws Exception {
        ask(withLease(LONG));
        session(withLease(LONG).keepingInputsAbove(4_000)).requireComplete();
        int before = model.calls().size();

        session(withLease(LONG.replace("12 euros", "13 euros")).keepingInputsAbove(4_000))
                .requireComplete();

        assertThat(model.calls()).hasSize(before + 2);
        assertThat(asked(requests().getLast()))
                .isEqualTo(asked(requests().get(requests().size() - 2)));
    }

    @Test
    void run_brokenOffAtEveryEntry_goesOnAndPaysForNothingTwice() throws Exception {
        RunResult<Page> first = fetched(KEPT);
        Goal<Verdict> goal = FEE.following("first", first);
        for (int crashAt = 1; ; crashAt++) {
            var broken = scripted();
            Path file = folder.resolve("crash-" + crashAt + ".journal");
            Optional<JournalEntry> lost;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                run(broken, goal, journal);
                lost = journal.lost();
            }
            var next = scripted();
            try (var journal = FileJournal.open(file)) {
                assertThat(run(next, goal, journal).requireComplete()).isEqualTo(YES);
                assertThat(run(new ScriptedModel(), goal, journal).requireComplete())
                        .as("all of it is on record")
                        .isEqualTo(YES);
            }
            if (lost.isEmpty()) {
                assertThat(crashAt).isGreaterThan(8);
                assertThat(next.calls()).isEmpty();
                return;
            }
            assertThat(next.calls())
                    .filteredOn(call -> call.purpose().kind() != CallPurpose.Kind.PLAN)
                    .allSatisfy(call -> assertThat(tools(call.request())).containsExactly("read_artifact"));
        }
    }

    private static ScriptedModel scripted() {
        var scripted = new ScriptedModel();
        scripted.onPlan().repliesText(ASKED_OF_PAGE);
        scripted.on(ASK).calls(read("1", "first.page", 0, 99)).replies(YES);
        return scripted;
    }

    private static RunResult<Verdict> run(ScriptedModel scripted, Goal<Verdict> goal, Journal journal)
            throws InterruptedException {
        return Coordinator.builder(scripted.pools())
                .plansWith(ASK)
                .build()
                .journal(journal)
                .run(goal, BUDGET);
    }

    @Test
    void cache_knowsWhatAModelReadByRange_andTellsItFromTheWhole() throws Exception {
        var cache = new WatchedCache();
        model.onPlan().repliesText(ASKED_OF_LEASE);
        model.on(ASK).replies(YES);
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(ASK).build().cache(cache);
        Goal<Verdict> kept = withLease(LONG).keepingInputsAbove(4_000);
        coordinator.run(kept, BUDGET).requireComplete();

        assertThat(coordinator.run(kept, BUDGET).report().fromCache()).isEqualTo(1);
        assertThat(coordinator.run(withLease(LONG), BUDGET).report().fromCache())
                .isZero();
        String changed = LONG.replace("12 euros", "13 euros");
        assertThat(coordinator
                        .run(withLease(changed).keepingInputsAbove(4_000), BUDGET)
                        .report()
                        .fromCache())
                .isZero();
    }

    private List<ModelRequest> plans() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .map(ScriptedCall::request)
                .toList();
    }
}
