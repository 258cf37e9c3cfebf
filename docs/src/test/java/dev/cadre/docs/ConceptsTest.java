// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Attachment;
import dev.cadre.model.ModelClient;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.TypeRef;
import dev.cadre.testing.ScriptedModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Runs the snippets of docs/concepts.md. */
class ConceptsTest {
    // region concepts-types
    record Query(String term) {}

    record Hits(List<String> paths) {}

    record Source(String path) {}

    record Summary(String text) {}

    static final SubtaskType<Query, Hits> FIND = SubtaskType.code(
            "find", Query.class, Hits.class, (query, context) -> new Hits(List.of("Pool.java", "Rung.java")));

    static final SubtaskType<Source, Summary> SUMMARISE =
            SubtaskType.model("summarise", Source.class, Summary.class, "Summarise the file in one sentence.");
    // endregion

    record Digest(List<Summary> summaries, Optional<Hits> more) {}

    record Report(String text) {}

    static final SubtaskType<Digest, Report> REPORT = SubtaskType.model(
                    "report", Digest.class, Report.class, "Write a report from the summaries.")
            .startingAt(Tier.MINI);

    final ScriptedModel model = new ScriptedModel();

    @Test
    void graph_byHand() throws Exception {
        model.on(SUMMARISE, new Source("Pool.java")).replies(new Summary("It admits calls."));
        model.on(SUMMARISE, new Source("Rung.java")).refuses("no");
        model.on(REPORT).replies(new Report("Two files, one of them read."));
        Coordinator coordinator = Coordinator.of(model.pools());

        // region concepts-graph
        var graph = TaskGraph.builder();
        var hits = graph.add("hits", FIND, new Query("retry"));
        var more = graph.add("more", FIND, new Query("backoff"));
        var summaries = graph.add(
                "summaries",
                SUMMARISE,
                Input.forEach(
                        hits, found -> found.paths().stream().map(Source::new).toList()));
        var report = graph.add(
                "report",
                REPORT,
                Input.from(summaries, more.ifSucceeded(), (items, extra) -> new Digest(items.values(), extra)));
        RunResult<Report> result = coordinator.run(graph.answering(report), Budget.usd("0.05"));
        // endregion

        assertThat(result).isPartial().leftNothingBehind();
        assertThat(((RunResult.Partial<Report>) result).missing())
                .extracting(missing -> missing.subtaskId())
                .containsExactly("summaries#1");
    }

    @Test
    void goal_planned() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"find","id":"f","input":{"term":"retry"}},
                         {"type":"summarise","id":"s","input":{"path":{"from":"f","field":"paths"}}}]}""");
        model.on(SUMMARISE).replies(new Summary("It retries."));
        model.onMerge().repliesText("{\"answer\":{\"text\":\"In the pool.\"},\"citations\":[]}");
        var models = model.pools();

        // region concepts-goal
        Coordinator coordinator = Coordinator.builder(models)
                .plansWith(FIND, SUMMARISE)
                .limits(Limits.DEFAULT.withMaxSubtasks(20).withDeadline(Duration.ofMinutes(2)))
                .build();
        RunResult<Report> result =
                coordinator.run(Goal.of("Where is retry implemented?", Report.class), Budget.usd("0.25"));
        // endregion

        assertThat(result).isCompleteWith(new Report("In the pool."));
        assertThat(result.report().outcomes()).containsOnlyKeys("f", "s");
    }

    @Test
    void tiers_areChosenByThePlanner() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"find","id":"f","input":{"term":"retry"}},
                         {"type":"summarise","id":"s","input":{"path":"Pool.java"},"tier":"mini"}]}""");
        model.on(SUMMARISE).replies(new Summary("It retries."));
        model.onMerge().repliesText("{\"answer\":{\"text\":\"In the pool.\"},\"citations\":[]}");
        var models = model.pools();

        // region concepts-tiers
        SubtaskType<Source, Summary> summarise = SUMMARISE.between(Tier.NANO, Tier.MINI);
        Coordinator coordinator = Coordinator.builder(models)
                .plansWith(FIND, summarise)
                .passRates(PassRates.NONE.with(summarise, Tier.NANO, 71, 80).with(summarise, Tier.MINI, 79, 80))
                .tierPolicy(proposal -> proposal.free().isMoreThan(Money.usd("0.10")) ? proposal.tier() : Tier.NANO)
                .build();
        // endregion
        var result = coordinator.run(Goal.of("Where is retry implemented?", Report.class), Budget.usd("0.50"));

        assertThat(result)
                .isCompleteWith(new Report("In the pool."))
                .outcome("s")
                .usedTiers(Tier.MINI);
    }

    @Test
    void pools_haveNames() throws Exception {
        model.on(SUMMARISE).costing(1_000, 40).replies(new Summary("It retries."));
        model.on(DIGEST).costing(300_000, 40).replies(new Summary("It admits calls."));
        var models = model.pools();
        var gemini = model.pool("gemini-2.5-flash-lite");

        // region concepts-named-pools
        ModelPools pools = models.toBuilder() // such as those of OpenAi.fromEnv()
                .named("gemini", gemini) // another provider's model, with a context of a million tokens
                .behind(Tier.NANO, "gemini")
                .build();
        SubtaskType<Source, Summary> summarise =
                SUMMARISE.onPool(Tier.NANO, "gemini").upTo(Tier.MINI);
        Coordinator coordinator = Coordinator.of(pools);
        // endregion

        var graph = TaskGraph.builder();
        var named = graph.add("named", summarise, new Source("Pool.java"));
        graph.add("long", DIGEST, new Text("It admits calls.\n".repeat(70_000)));
        graph.add("short", DIGEST, new Text("It admits calls."));
        var result = coordinator.run(graph.answering(named), Budget.usd("0.50"));

        assertThat(result).isCompleteWith(new Summary("It retries."));
        assertThat(result.report().subtasks())
                .extracting(line -> line.id() + " " + line.model())
                .containsExactly("named gemini-2.5-flash-lite", "long gemini-2.5-flash-lite", "short gpt-5.4-nano");
    }

    @Test
    void model_isStated() throws Exception {
        model.on(DIGEST).replies(new Summary("It admits calls."));
        model.on(PHOTO).replies(new Summary("A cat."));
        ModelClient client = model;

        // region concepts-stated-model
        ModelSpec local = ModelSpec.of("local-7b", Price.perMillionTokens("0.05", "0.05", "0.10"))
                .withTokens(TokenBounds.of(29_000, 25_000, 4_000)) // context, input, output: it reads 100 KB at most
                .withCapabilities(Set.of(Capability.TOOLS, Capability.JSON_SCHEMA)); // no VISION: it sees no pictures
        ModelPool own = ModelPool.builder(client, "local-7b")
                .catalog(ModelCatalog.standard().with(local))
                .build();
        // endregion

        ModelPools pools = model.pools().toBuilder()
                .nano(own)
                .named("gemini", model.pool("gemini-2.5-flash-lite"))
                .named("eyes", model.pool("gpt-5.4-nano"))
                .behind(Tier.NANO, "gemini", "eyes")
                .build();
        var graph = TaskGraph.builder();
        var within = graph.add("within", DIGEST, new Text("x".repeat(99_000)));
        graph.add("beyond", DIGEST, new Text("x".repeat(100_000)));
        graph.add("photo", PHOTO, new Photo(Attachment.Image.of("image/png", new byte[] {1})));
        var result = Coordinator.of(pools).run(graph.answering(within), Budget.usd("0.50"));

        assertThat(result.report().subtasks())
                .extracting(line -> line.id() + " " + line.model())
                .containsExactly("within local-7b", "beyond gemini-2.5-flash-lite", "photo gpt-5.4-nano");
    }

    record Photo(Attachment.Image image) {}

    static final SubtaskType<Photo, Summary> PHOTO =
            SubtaskType.model("photo", Photo.class, Summary.class, "What is on the photo?");

    record Parts(Hits first, Hits second, Summary third) {}

    record Whole(Parts parts, Summary fourth) {}

    static final SubtaskType<Whole, Report> WHOLE =
            SubtaskType.model("whole", Whole.class, Report.class, "Write a report from the parts.");

    @Test
    void input_ofFourOutputs() throws Exception {
        model.on(SUMMARISE).replies(new Summary("It admits calls."));
        model.on(WHOLE).replies(new Report("All four."));
        var graph = TaskGraph.builder();
        var first = graph.add("first", FIND, new Query("retry"));
        var second = graph.add("second", FIND, new Query("backoff"));
        var third = graph.add("third", SUMMARISE, new Source("Pool.java"));
        var fourth = graph.add("fourth", SUMMARISE, new Source("Rung.java"));

        // region concepts-four
        SubtaskType<Parts, Parts> bundle = SubtaskType.code("bundle", Parts.class, Parts.class, (in, context) -> in);
        var parts = graph.add("parts", bundle, Input.from(first, second, third, Parts::new));
        var report = graph.add("report", WHOLE, Input.from(parts, fourth, Whole::new));
        // endregion

        assertThat(Coordinator.of(model.pools()).run(graph.answering(report), Budget.usd("0.05")))
                .isCompleteWith(new Report("All four."));
    }

    record Text(String body) {}

    static final SubtaskType<Source, Text> READ = SubtaskType.code(
            "read", Source.class, Text.class, (source, context) -> new Text("It admits calls.\n".repeat(3_000)));

    static final SubtaskType<Text, Summary> DIGEST =
            SubtaskType.model("digest", Text.class, Summary.class, "Summarise the text in one sentence.");

    @Test
    void longOutput_isReadByRange() throws Exception {
        model.on(DIGEST)
                .calls(new ToolCall("1", "read_artifact", "{\"artifact\":\"text\",\"offset\":40000,\"length\":100}"))
                .replies(new Summary("It admits calls."));
        Coordinator coordinator = Coordinator.of(model.pools());

        // region concepts-artifacts
        SubtaskType<Source, Text> read = READ.keepingAbove(20_000); // bytes of a text, or of JSON
        var graph = TaskGraph.builder();
        var text = graph.add("text", read, new Source("Pool.java"));
        var summary = graph.add("summary", DIGEST, Input.from(text, each -> each));
        RunResult<Summary> result = coordinator.run(graph.answering(summary), Budget.usd("0.05"));
        // endregion

        assertThat(result).isCompleteWith(new Summary("It admits calls."));
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void planner_isInstructed() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[{"type":"summarise","id":"s","input":{"path":"Pool.java"}}]}""");
        model.on(SUMMARISE).replies(new Summary("It retries."));
        model.onMerge().repliesText("{\"answer\":{\"text\":\"In the pool.\"},\"citations\":[]}");
        var models = model.pools();

        // region concepts-instructed
        Coordinator coordinator = Coordinator.builder(models)
                .plansWith(FIND, SUMMARISE)
                .planner(Planner.model().instructedBy("Prefer few, large subtasks. Find files before you summarise."))
                .build();
        // endregion

        assertThat(coordinator.run(Goal.of("Where is retry implemented?", Report.class), Budget.usd("0.25")))
                .isCompleteWith(new Report("In the pool."));
        assertThat(model.calls().getFirst().request().instructions()).contains("Prefer few, large subtasks.");
    }

    @Test
    void plan_isMadeAgain() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"summarise","id":"s","input":{"path":"Pool.java"}},
                         {"type":"summarise","id":"r","input":{"path":"Gone.java"}}]}""").replies("""
                        {"subtasks":[
                         {"type":"summarise","id":"t","input":{"path":"Rung.java"},"replaces":["r"]}]}""");
        model.on(SUMMARISE).replies(new Summary("It retries."));
        model.on(SUMMARISE, new Source("Gone.java")).refuses("there is no such file");
        model.onMerge().repliesText("{\"answer\":{\"text\":\"In Pool.java.\"},\"citations\":[]}");
        var models = model.pools();

        // region concepts-again
        Coordinator coordinator = Coordinator.builder(models)
                .plansWith(FIND, SUMMARISE)
                .replanning(2)
                .build();
        Goal<Report> goal = Goal.of("Where is retry implemented?", Report.class)
                .accept("it names a file", report -> report.text().contains(".java"));
        RunResult<Report> result = coordinator.run(goal, Budget.usd("0.50"));
        // endregion

        assertThat(result).isCompleteWith(new Report("In Pool.java."));
        assertThat(result.report().outcomes()).containsOnlyKeys("s", "r", "t");
    }

    record Clause(int number, String text) {}

    record Contract(String title, List<Clause> clauses) {}

    record ToCheck(Clause clause, String policy) {}

    record Finding(boolean risky) {}

    record Review(List<Integer> toNegotiate) {}

    static final SubtaskType<ToCheck, Finding> CHECK =
            SubtaskType.model("check", ToCheck.class, Finding.class, "Does the clause break the policy?");

    @Test
    void goal_withInputs() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[{"type": "check", "id": "c", "input": {"clause": {"from": "contract", "field": "clauses"}, "policy": {"from": "policy"}}}]}""");
        model.on(CHECK, new ToCheck(new Clause(1, "No pets."), "Pets are needed."))
                .replies(new Finding(true));
        model.on(CHECK, new ToCheck(new Clause(2, "Pay."), "Pets are needed.")).replies(new Finding(false));
        model.onMerge().repliesText("{\"answer\":{\"toNegotiate\":[1]},\"citations\":[]}");
        var contract = new Contract("Lease", List.of(new Clause(1, "No pets."), new Clause(2, "Pay.")));
        String policy = "Pets are needed.";

        // region concepts-inputs
        Goal<Review> goal = Goal.of("Which clauses must the tenant negotiate?", Review.class)
                .with("contract", Contract.class, contract)
                .with("policy", String.class, policy);
        // endregion

        var coordinator = Coordinator.builder(model.pools()).plansWith(CHECK).build();
        assertThat(coordinator.run(goal, Budget.usd("0.25"))).isCompleteWith(new Review(List.of(1)));
    }

    @Test
    void goal_withInputsThatAreRead() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[{"type": "check", "id": "c", "input": {"clause": {"from": "contract", "field": "clauses"}, "policy": "Pets are needed."}}]}""");
        model.on(CHECK)
                .calls(new ToolCall(
                        "1",
                        "read_artifact",
                        "{\"artifact\":\"contract:.clauses[0]\",\"offset\":20000,\"length\":100}"))
                .replies(new Finding(true));
        model.onMerge().repliesText("{\"answer\":{\"toNegotiate\":[1]},\"citations\":[]}");
        var contract = new Contract("Lease", List.of(new Clause(1, "No pets. ".repeat(3_000))));

        // region concepts-kept-inputs
        Goal<Review> goal = Goal.of("Which clauses must the tenant negotiate?", Review.class)
                .with("contract", Contract.class, contract)
                .keepingInputsAbove(20_000); // bytes of a text, or of JSON
        // endregion

        var coordinator = Coordinator.builder(model.pools()).plansWith(CHECK).build();
        assertThat(coordinator.run(goal, Budget.usd("0.25"))).isCompleteWith(new Review(List.of(1)));
        assertThat(model.calls()).hasSize(4);
    }

    record Page(String name) {}

    @Test
    void goal_withDocuments() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"read","id":"r","input":{"name":{"from":"pages"}}},
                         {"type":"read","id":"madeUp","input":{"name":"page-9"}}]}""");
        var scan = Attachment.Image.of("image/png", new byte[] {1});
        var scans = Map.of("page-1", scan, "page-2", scan);
        var names = List.of("page-1", "page-2");

        // region concepts-documents
        SubtaskType<Page, Finding> read = SubtaskType.model("read", Page.class, Finding.class, "Is the page unsigned?")
                .attaching(page -> List.of(scans.get(page.name())));
        Goal<Review> goal =
                Goal.of("Which pages are unsigned?", Review.class).with("pages", new TypeRef<List<String>>() {}, names);
        // endregion
        model.on(read).replies(new Finding(true));
        model.onMerge().repliesText("{\"answer\":{\"toNegotiate\":[]},\"citations\":[]}");

        var result = Coordinator.builder(model.pools()).plansWith(read).build().run(goal, Budget.usd("0.25"));

        assertThat(result).isPartial().leftNothingBehind();
        assertThat(result.report().outcome("r").isSucceeded()).isTrue();
        assertThat(result.report().outcome("madeUp").isSucceeded()).isFalse();
        assertThat(model.calls().stream().flatMap(call -> call.request().attachments().stream()))
                .containsExactly(scan, scan);
    }

    // region concepts-sheet
    record Sheet(String question, Attachment.Image image) {}
    // endregion

    @Test
    void goal_withPictures() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"look","id":"l","input":{"question":"Is it unsigned?","image":{"from":"sheets"}}}]}""");
        var scans = List.of(
                Attachment.Image.of("image/png", new byte[] {1}), Attachment.Image.of("image/png", new byte[] {2}));

        // region concepts-pictures
        SubtaskType<Sheet, Finding> look =
                SubtaskType.model("look", Sheet.class, Finding.class, "Answer the question about the sheet.");
        Goal<Review> goal = Goal.of("Which sheets are unsigned?", Review.class)
                .with("sheets", new TypeRef<List<Attachment.Image>>() {}, scans);
        // endregion
        model.on(look, new Sheet("Is it unsigned?", scans.get(0))).replies(new Finding(true));
        model.on(look, new Sheet("Is it unsigned?", scans.get(1))).replies(new Finding(false));
        model.onMerge().repliesText("{\"answer\":{\"toNegotiate\":[1]},\"citations\":[]}");

        var result = Coordinator.builder(model.pools()).plansWith(look).build().run(goal, Budget.usd("0.25"));

        assertThat(result).isCompleteWith(new Review(List.of(1))).leftNothingBehind();
        String text = model.calls().get(1).request().turns().getFirst().toString();
        assertThat(text).contains("{\"question\":\"Is it unsigned?\",\"image\":\"attachment 1: image/png\"}");
    }

    // region concepts-generic
    static final SubtaskType<Query, List<Source>> SOURCES = SubtaskType.code(
            "sources",
            TypeRef.of(Query.class),
            new TypeRef<List<Source>>() {},
            (query, context) -> List.of(new Source("Pool.java"), new Source("Rung.java")));
    // endregion

    @Test
    void goal_answeredByAList() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"sources","id":"f","input":{"term":"retry"}},
                         {"type":"summarise","id":"s","input":{"path":"Pool.java"},"after":["f"]}]}""");
        model.on(SUMMARISE).replies(new Summary("It retries."));
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(SOURCES, SUMMARISE).build();

        // region concepts-list
        var goal = Goal.of("Summarise every file about retries.", new TypeRef<List<Summary>>() {})
                .mergedBy(Mergers.dedupe(SUMMARISE, Summary::text));
        RunResult<List<Summary>> result = coordinator.run(goal, Budget.usd("0.25"));
        // endregion

        assertThat(result).isCompleteWith(List.of(new Summary("It retries.")));
        assertThat(result.report().outcome("f").isSucceeded()).isTrue();
    }
}
