// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BatchRejectedException;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.Lane;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.ModelException;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import dev.cadre.redact.Thrown;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that puts the key that it was sent, which has no shape of a key, into one field of its replies. */
class EchoedKeyTest extends LoopbackTest {
    record Topic(String name) {}

    record Note(String text) {}

    record Answer(String text) {}

    private static final String PLAIN = "corp.Key/9f+Zx=77&qq%41";
    private static final String HEXADECIMAL = "9f31c07be2d84a65b1f0e7739c5d2a86";

    /** Longer than what is shown of a name. */
    private static final String LONG = "4f9a31c07be2d84a65b1f0e7739c5d2a86e0b1c2d3948576a1b2c3d4e5f60718";

    private static final String GOOD = "{\\\"text\\\":\\\"They purr.\\\"}";
    private static final String PLAN = "{\\\"subtasks\\\":[{\\\"id\\\":\\\"cats\\\",\\\"type\\\":\\\"note\\\","
            + "\\\"input\\\":{\\\"name\\\":\\\"cats\\\"},\\\"wires\\\":[],\\\"after\\\":[]}]}";
    private static final String MESSAGE = """
            {"type":"message","id":"m1","role":"assistant","status":"completed","content":[{"type":"output_text",\
            "text":"%s","annotations":[]}]}""";

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");
    private static final SubtaskType<Topic, Note> TOOLED =
            NOTE.tools(Tool.of("look", "Looks it up.", Topic.class, (topic, context) -> {
                throw new IllegalStateException("nothing is known of " + topic.name());
            }));

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();

    /** Replies of which one field has the key, by the name of the field. */
    private static Map<String, String> replies(String key) {
        String usage = "\"usage\":{\"input_tokens\":10,\"output_tokens\":5,\"total_tokens\":15}";
        String call = """
                {"type":"function_call","id":"%s","call_id":"%s","name":"%s","arguments":"%s","status":"completed"}""";
        return Map.ofEntries(
                Map.entry("text", body(text(key), usage)),
                Map.entry("text that is cut", body(text("a".repeat(50) + key), usage)),
                Map.entry("text that is cut later", body(text("a".repeat(190) + key), usage)),
                Map.entry("text that is cut at last", body(text("a".repeat(285) + key), usage)),
                Map.entry(
                        "name in the text",
                        body(text("{\\\"" + key + "\\\":1,\\\"text\\\":\\\"" + key + "\\\"}"), usage)),
                Map.entry(
                        "plan",
                        body(
                                text(PLAN.replace("\\\"cats\\\"", "\\\"" + key + "\\\"")
                                        .replace("\\\"name\\\"", "\\\"" + key + "\\\"")),
                                usage)),
                Map.entry(
                        "id of a subtask",
                        body(text(PLAN.replace("\"cats\\\",\\\"type", "\"" + key + "\\\",\\\"type")), usage)),
                Map.entry("type of a subtask", body(text(PLAN.replace("\\\"note\\\"", "\\\"" + key + "\\\"")), usage)),
                Map.entry(
                        "edge",
                        body(text(PLAN.replace("\\\"after\\\":[]", "\\\"after\\\":[\\\"" + key + "\\\"]")), usage)),
                Map.entry(
                        "refusal",
                        body(
                                MESSAGE.formatted("")
                                        .replace(
                                                "{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}",
                                                "{\"type\":\"refusal\",\"refusal\":\"Not with " + key + "\"}"),
                                usage)),
                Map.entry("type of an item", body(text(GOOD).replace("\"message\"", '"' + key + '"'), usage)),
                Map.entry("type of a part", body(text(GOOD).replace("\"output_text\"", '"' + key + '"'), usage)),
                Map.entry("role", body(text("No.").replace("\"assistant\"", '"' + key + '"'), usage)),
                Map.entry("model", body(text("No."), usage).replace("\"gpt\"", '"' + key + '"')),
                Map.entry("id", body(text("No."), usage).replace("\"resp_1\"", '"' + key + '"')),
                Map.entry(
                        "status",
                        body(text("No."), usage).replace("\"completed\",\"service", '"' + key + "\",\"service")),
                Map.entry("service tier", body(text("No."), usage).replace("\"default\"", '"' + key + '"')),
                Map.entry(
                        "usage",
                        body(text("No."), "\"usage\":{\"input_tokens\":\"" + key + "\",\"output_tokens\":-1}")),
                Map.entry(
                        "error",
                        body(
                                        text("No."),
                                        usage + ",\"error\":{\"code\":\"" + key + "\",\"message\":\"bad " + key + "\"}")
                                .replace("\"completed\",\"service", "\"failed\",\"service")),
                Map.entry(
                        "finish reason",
                        body(text("No."), usage + ",\"incomplete_details\":{\"reason\":\"" + key + "\"}")
                                .replace("\"completed\",\"service", "\"incomplete\",\"service")),
                Map.entry("call", body(call.formatted(key, key, key, key), usage)),
                Map.entry(
                        "arguments of a call",
                        body(call.formatted(key, key, "look", "{\\\"name\\\":\\\"" + key + "\\\"}"), usage)),
                Map.entry(
                        "names in the arguments",
                        body(call.formatted("c", "c", "look", "{\\\"" + key + "\\\":1}"), usage)));
    }

    private static String text(String text) {
        return MESSAGE.formatted(text);
    }

    private static String body(String item, String rest) {
        return """
                {"id":"resp_1","object":"response","created_at":1,"model":"gpt","status":"completed",\
                "service_tier":"default","output":[%s],%s}""".formatted(item, rest);
    }

    /** Of which a beginning is shown. */
    private static final List<String> NAMES = List.of(
            "type of an item", "type of a part", "role", "model", "status", "service tier", "finish reason", "call");

    private static Stream<Arguments> fields() {
        List<String> all = replies(PLAIN).keySet().stream().sorted().toList();
        return Stream.of(
                        all.stream().map(field -> Arguments.of(PLAIN, "%s", field)),
                        // which is a usable id, too
                        Stream.of("plan", "id of a subtask", "edge", "arguments of a call")
                                .map(field -> Arguments.of(HEXADECIMAL, "%s", field)),
                        NAMES.stream().map(field -> Arguments.of(LONG, "%s", field)),
                        NAMES.stream().map(field -> Arguments.of(HEXADECIMAL, "No such key here: %s", field)))
                .flatMap(each -> each);
    }

    @ParameterizedTest(name = "{0} in {1}: {2}")
    @MethodSource("fields")
    void keyInAReply_isInNothingThatIsSaidOfARun(String key, String around, String field) throws Exception {
        String reply = replies(around.formatted(key)).get(field);
        for (boolean isPlanner : new boolean[] {true, false}) {
            server.reset();
            answers(request -> isPlanner || isOf(request, "nano"), reply);
            answers(request -> isOf(request, "gpt-5.4"), body(text(PLAN), "\"usage\":null"));
            run(
                    key,
                    "goal" + isPlanner,
                    coordinator -> coordinator.run(Goal.of("Cats?", Answer.class), Budget.usd("2")));
        }
        server.reset();
        answers(request -> isOf(request, "mini"), reply);
        answers(request -> isOf(request, "nano"), body(text(GOOD), "\"usage\":null"));
        answers(request -> true, body(text(PLAN), "\"usage\":null"));
        run(key, "merge", coordinator -> coordinator.run(Goal.of("Cats?", Answer.class), Budget.usd("2")));

        server.reset();
        answers(request -> true, reply);
        run(key, "graph", coordinator -> coordinator.run(graph(NOTE), Budget.usd("2")));
        run(key, "tools", coordinator -> coordinator.run(graph(TOOLED), Budget.usd("2")));
        bulk(key, 1);
        bulk(key, 2);

        assertThat(quotationsOf(key.substring(0, 8))).isEmpty();
    }

    private List<String> quotationsOf(String part) {
        return said.stream()
                .map(text -> text.toLowerCase(Locale.ROOT))
                .filter(text -> text.contains(part.toLowerCase(Locale.ROOT)))
                .map(text -> {
                    int at = text.indexOf(part.toLowerCase(Locale.ROOT));
                    return text.substring(Math.max(0, at - 100), Math.min(text.length(), at + 100));
                })
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"no such key %s\"", "5", "true", "[1]", "{\"output\":5}"})
    void replyOfAnotherShape_isToldWithoutNamesOfClasses(String reply) throws Exception {
        answers(request -> true, reply.formatted(PLAIN));

        run(PLAIN, "shape", coordinator -> coordinator.run(graph(NOTE), Budget.usd("2")));

        assertThat(said.toString()).contains("MODEL_FAILED");
        assertThat(quotationsOf("com.openai")).isEmpty();
        assertThat(quotationsOf("jackson")).isEmpty();
        assertThat(quotationsOf("constructor")).isEmpty();
        assertThat(quotationsOf("corp.Key")).isEmpty();
    }

    /** What a run is asked is data, as what it answers. */
    private static final Pattern GOAL_OR_SUBJECT = Pattern.compile("goal=who has [^,]*,|\"subject\":\"[^\"]*\"");

    @Test
    void keyInTheArgumentsOfANestedRun_isInNoNoteOfIt() throws Exception {
        String call = """
                {"type":"function_call","id":"f","call_id":"c","name":"in","arguments":"{\\"name\\":\\"who has %s\\"}",\
                "status":"completed"}""".formatted(PLAIN);
        for (boolean isGoal : new boolean[] {true, false}) {
            server.reset();
            answers(
                    request -> request.inputText().contains("who has"),
                    replies("a key").get("refusal"));
            answers(request -> request.body().contains("function_call_output"), body(text(GOOD), "\"usage\":null"));
            answers(request -> true, body(call, "\"usage\":null"));
            run(PLAIN, "nested" + isGoal, coordinator -> {
                NestedRun<Topic, ?> inside = isGoal
                        ? NestedRun.goal(
                                () -> coordinator, Money.usd("0.5"), topic -> Goal.of(topic.name(), Answer.class))
                        : NestedRun.graph(() -> coordinator, Money.usd("0.5"), EchoedKeyTest::asking);
                SubtaskType<Topic, Note> type = NOTE.tools(inside.asTool("in", "Goes in.", Topic.class));
                return coordinator.run(graph(type), Budget.usd("2"));
            });
        }

        said.replaceAll(text -> GOAL_OR_SUBJECT.matcher(text).replaceAll(""));
        assertThat(said.toString()).contains("is not complete");
        assertThat(quotationsOf("corp.Key")).isEmpty();
    }

    private static TaskGraph<Note> asking(Topic topic) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("dogs", NOTE, topic));
    }

    /** An output that has the key is the user's; what a rule of the user says of it is a message. */
    @Test
    void exceptionOfARule_thatQuotesAnAnswerWithTheKey_isWithoutIt() throws Exception {
        SubtaskType<Topic, Note> judged = NOTE.accept("is known", (topic, note) -> {
            throw new IllegalStateException("unknown: " + note.text());
        });
        answers(request -> true, body(text(GOOD.replace("They purr.", PLAIN)), "\"usage\":null"));

        run(PLAIN, "rule", coordinator -> coordinator.run(graph(judged), Budget.usd("2")));

        assertThat(quotationsOf("corp.Key")).isEmpty();
        assertThat(said.toString()).contains("unknown: [redacted]");
    }

    @Test
    void keyInTheListOfModels_isInNoName() throws Exception {
        String list = "{\"object\":\"list\",\"data\":[{\"id\":\"a %s\",\"object\":\"model\"}]}".formatted(PLAIN);
        try (var liar = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.reply("application/json", list);
                    }
                });
                var lister = OpenAiClient.builder(PLAIN).baseUrl(liar.baseUrl()).build()) {
            assertThat(lister.models(Duration.ofSeconds(30)))
                    .extracting(ListedModel::id)
                    .containsExactly("a [redacted]");
        }
    }

    @Test
    void keyInABatch_isInNoMessage() throws Exception {
        answers(request -> request.inputText().contains("cats"), replies(PLAIN).get("refusal"));
        answers(request -> request.inputText().contains("dogs"), replies(PLAIN).get("name in the text"));
        answers(request -> true, replies(PLAIN).get("error"));

        batch("answered");
        server.onBatch(batch -> true).isRejected("bad " + PLAIN, "a".repeat(292) + PLAIN);
        try {
            batch("rejected");
        } catch (BatchRejectedException rejected) {
            said.add(rejected + " " + rejected.defects());
        }

        assertThat(said).hasSizeGreaterThan(3);
        assertThat(quotationsOf("corp.Key")).isEmpty();
    }

    private void batch(String name) throws Exception {
        List<RunEvent> told = new ArrayList<>();
        Path file = folder.resolve(name);
        try (var models = pools(PLAIN);
                var journal = FileJournal.open(file)) {
            Coordinator.builder(models)
                    .clock(new PatientClock())
                    .listener(told::add)
                    .build()
                    .bulk(NOTE)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .run(
                            Stream.of(new Topic("cats"), new Topic("dogs"), new Topic("owls")),
                            Budget.usd("2"),
                            this::take);
        } finally {
            said.add(told.toString());
            said.add(Files.readString(file));
        }
    }

    private interface Work {
        RunResult<?> in(Coordinator coordinator) throws InterruptedException;
    }

    private static TaskGraph<Note> graph(SubtaskType<Topic, Note> type) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("cats", type, new Topic("cats")));
    }

    private static void answers(Predicate<LoopbackRequest> asked, String body) {
        server.on(asked::test).replies(LoopbackReply.raw(200, "application/json", body));
    }

    private static boolean isOf(LoopbackRequest request, String model) {
        return model.equals("gpt-5.4")
                ? request.model().equals(model)
                : request.model().endsWith(model);
    }

    private ModelPools pools(String key) {
        return OpenAi.fromEnv(
                Map.of("OPENAI_API_KEY", key, "OPENAI_BASE_URL", server.baseUrl()),
                pool -> pool.retryPolicy(RetryPolicy.none()));
    }

    private void run(String key, String name, Work work) throws Exception {
        Path file = folder.resolve(name);
        List<RunEvent> told = new ArrayList<>();
        try (var models = pools(key);
                var journal = FileJournal.open(file)) {
            RunResult<?> result = work.in(Coordinator.builder(models)
                    .plansWith(NOTE)
                    .listener(told::add)
                    .build()
                    .journal(journal));
            said.add(result.toString());
            if (result instanceof RunResult.Failed<?> failed) {
                RunFailure cause = failed.cause();
                said.add(cause.message() + cause.details());
                cause.cause().ifPresent(this::take);
            }
            take(result.report());
        }
        said.add(told.toString());
        said.add(Files.readString(file)
                .lines()
                .filter(line -> !isData(line))
                .toList()
                .toString());
    }

    /** Outputs, and the plan with its inputs. */
    private static boolean isData(String line) {
        return line.contains("\"succeeded\"") || line.contains("\"planned\"") || line.contains("\"admitted\"");
    }

    private void bulk(String key, int together) throws Exception {
        List<RunEvent> told = new ArrayList<>();
        Path file = folder.resolve("bulk" + together);
        try (var models = pools(key);
                var journal = FileJournal.open(file)) {
            var summary = Coordinator.builder(models)
                    .listener(told::add)
                    .build()
                    .bulk(NOTE)
                    .packing(together)
                    .journal(journal)
                    .run(Stream.of(new Topic("cats"), new Topic("dogs")), Budget.usd("2"), this::take);
            said.add(summary + " " + summary.notes());
        }
        said.add(told.toString());
        said.add(Files.readString(file)
                .lines()
                .filter(line -> !isData(line))
                .toList()
                .toString());
    }

    private void take(BulkItem<?> item) {
        said.add(item.key());
        take(item.outcome());
    }

    private void take(RunReport report) {
        said.add(report.toString());
        said.add(report.notes() + " " + report.breaches() + " " + report.subtasks());
        report.subtasks().forEach(line -> take(report.outcome(line.id())));
    }

    private void take(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Failed<?>(Failure failure)) {
            said.add(failure.toString());
            failure.cause().ifPresent(this::take);
        } else if (outcome instanceof Outcome.Skipped<?> skipped) {
            said.add(skipped.skip().toString());
        }
    }

    private void take(Throwable thrown) {
        Thrown.chain(thrown).forEach(link -> said.add(Thrown.text(link)));
        if (thrown instanceof ModelException failure) {
            failure.billed().ifPresent(billed -> said.add(billed.toString()));
        }
    }
}
