// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The adapter against a provider that another project wrote. */
@Tag("conformance")
class ServerConformanceTest {
    private static final String MODEL = "gpt-5.4-nano";
    private static final Duration AMPLE = Duration.ofMinutes(1);
    private static final ToolSpec LOOKUP = new ToolSpec("lookup", "Looks a word up.", """
            {"type":"object","properties":{"word":{"type":"string"}},"required":["word"],"additionalProperties":false}""");
    private static final AtomicInteger SHOWN = new AtomicInteger();

    private static NodeServer provider;
    private static OpenAiClient client;

    record Topic(String name) {}

    record Note(String text) {}

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        provider = NodeServer.provider(Conformance.kit());
        client = OpenAiClient.builder(Conformance.KEY)
                .baseUrl(provider.address() + "/v1")
                .build();
    }

    @AfterAll
    static void stop() {
        if (provider == null) {
            return;
        }
        client.close();
        provider.close();
        Conformance.tell("behaviours shown against a provider by others", SHOWN.get(), 15);
    }

    @Test
    void reply_plain_hasTextUsageAndModel() throws InterruptedException {
        ModelReply reply = client.call(asking("say-it"), Conformance.plain());

        assertThat(reply.text()).isEqualTo("A cat is a small animal that purrs when it is pleased.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(1_000, 500));
        assertThat(reply.model()).isEqualTo(MODEL);
        shown();
    }

    @Test
    void reply_streamed_comesInPiecesAndWhole() throws InterruptedException {
        var pieces = new ArrayList<String>();

        ModelReply reply = client.call(asking("say-it"), Conformance.streamed(pieces::add));

        assertThat(pieces).hasSizeGreaterThan(1);
        assertThat(String.join("", pieces))
                .isEqualTo(reply.text())
                .startsWith("A cat is")
                .endsWith("pleased.");
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(1_000, 500));
        shown();
    }

    @Test
    void tools_ofPlainReply_makeTheRoundTrip() throws InterruptedException {
        assertRoundTrip(client.call(withTools(), Conformance.plain()));
    }

    @Test
    void tools_ofStreamedReply_makeTheRoundTrip() throws InterruptedException {
        assertRoundTrip(client.call(withTools(), Conformance.streamed(piece -> {})));
    }

    @Test
    void reply_cutAtItsCap_isTruncated() throws InterruptedException {
        ModelReply reply = client.call(asking("cut-short"), Conformance.plain());

        assertThat(reply.finish()).isEqualTo(Finish.TRUNCATED);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 64));
        shown();
    }

    @Test
    void chat_plainAndStreamed_hasTextAndUsage() throws InterruptedException {
        try (var chat = OpenAiClient.builder(Conformance.KEY)
                .baseUrl(provider.address() + "/v1")
                .chatCompletions()
                .build()) {
            for (var context : List.of(Conformance.plain(), Conformance.streamed(piece -> {}))) {
                ModelReply reply = chat.call(asking("say-it"), context);

                assertThat(reply.text()).isEqualTo("A cat is a small animal that purrs when it is pleased.");
                assertThat(reply.usage()).isEqualTo(TokenUsage.of(1_000, 500));
                shown();
            }
        }
    }

    @Test
    void rateLimit_withRetryAfter_isToldWithItsLimits() {
        var limited = failure(ModelException.RateLimited.class, "wait-seven-seconds");

        assertThat(limited.retryAfter()).contains(Duration.ofSeconds(7));
        assertThat(limited.limits().requests().limitPerMinute()).isEqualTo(60);
        assertThat(limited.limits().tokens().limitPerMinute()).isEqualTo(150_000);
    }

    @Test
    void quota_exhausted_stopsTheRun() {
        assertThat(failure(ModelException.QuotaExhausted.class, "no-money").reach())
                .isEqualTo(ModelException.Reach.RUN);
    }

    @Test
    void badRequest_ofContextLength_failsTheSubtaskAlone() {
        assertThat(failure(ModelException.ContextTooLong.class, "too-long").reach())
                .isEqualTo(ModelException.Reach.SUBTASK);
    }

    @Test
    void badRequest_ofUnsupportedValue_isNeverRetried() {
        assertThat(failure(ModelException.InvalidRequest.class, "not-supported").isRetryable())
                .isFalse();
    }

    @Test
    void overload_isRetryable() {
        assertThat(failure(ModelException.ServerFailed.class, "out-of-order").isRetryable())
                .isTrue();
    }

    @Test
    void run_ofTwoSubtasks_costsTheirUsageExactly() throws InterruptedException {
        var note = SubtaskType.model("note", Topic.class, Note.class, "State a fact about the topic.");
        var graph = TaskGraph.builder();
        graph.add("cats", note, new Topic("note-about-cats"));
        var again = graph.add("again", note, new Topic("note-about-cats again"));
        ModelPools pools = ModelPools.builder()
                .bind(Tier.NANO, ModelPool.of(client, MODEL))
                .build();

        var result = Coordinator.of(pools).run(graph.answering(again), Budget.usd("0.05"));

        assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
        assertThat(result.spend().settled()).isEqualTo(Money.usd("0.00165")); // twice 1,000 in and 500 out on nano
        shown();
    }

    @Test
    void batch_isUploadedWorkedOnAndRead(@TempDir Path folder) throws IOException, InterruptedException {
        BatchClient batches = client.batches().orElseThrow();
        String file = batches.upload(lines(batches, folder, "a", "b", "c"), AMPLE);
        Batch created = batches.create(file, Map.of("cadre-run", "run-1"), AMPLE);
        assertThat(created.state()).isEqualTo(Batch.State.OPEN);
        assertThat(created.metadata()).containsEntry("cadre-run", "run-1");
        assertThat(created.inputFile()).isEqualTo(file);
        assertThat(batches.retrieve(created.id(), AMPLE).state()).isEqualTo(Batch.State.OPEN);

        Batch ended = batches.retrieve(created.id(), AMPLE);
        var answers = new TreeMap<String, String>();
        boolean isWhole = batches.read(
                ended,
                answer -> {
                    answers.put(
                            answer.customId(),
                            ((BatchAnswer.Replied) answer).reply().text());
                    return true;
                },
                AMPLE);
        var listed = new ArrayList<String>();
        batches.list(batch -> listed.add(batch.id()), AMPLE);

        String text = "Mock batch completion";
        assertThat(ended.state()).isEqualTo(Batch.State.COMPLETED);
        assertThat(ended.bill().answered()).isEqualTo(3);
        assertThat(isWhole).isTrue();
        assertThat(answers).isEqualTo(Map.of("a", text, "b", text, "c", text));
        assertThat(listed).contains(created.id());
        shown();
    }

    @Test
    void batch_cancelled_isCancelled(@TempDir Path folder) throws IOException, InterruptedException {
        BatchClient batches = client.batches().orElseThrow();
        Batch created = batches.create(batches.upload(lines(batches, folder, "a"), AMPLE), Map.of(), AMPLE);

        batches.cancel(created.id(), AMPLE);

        assertThat(batches.retrieve(created.id(), AMPLE).state()).isEqualTo(Batch.State.CANCELLED);
        shown();
    }

    private static Path lines(BatchClient batches, Path folder, String... ids) throws IOException {
        return Files.write(
                folder.resolve("lines.jsonl"),
                Stream.of(ids).map(id -> batches.line(id, asking("say-it"))).toList());
    }

    private static ModelRequest asking(String words) {
        return ModelRequest.of(MODEL, "Answer.", words, 64);
    }

    private static ModelRequest withTools() {
        return asking("look-it-up").withTools(List.of(LOOKUP));
    }

    private static void assertRoundTrip(ModelReply asked) throws InterruptedException {
        assertThat(asked.finish()).isEqualTo(Finish.TOOL_CALLS);
        assertThat(asked.toolCalls())
                .extracting(ToolCall::name, ToolCall::arguments)
                .containsExactly(tuple("lookup", "{\"word\":\"cat\"}"), tuple("lookup", "{\"word\":\"dog\"}"));

        ModelReply answered = client.call(
                withTools()
                        .withTurns(List.of(
                                new Turn.User("look-it-up"),
                                Turn.Assistant.of(asked),
                                new Turn.ToolResult(asked.toolCalls().getFirst().callId(), "purrs"),
                                new Turn.ToolResult(asked.toolCalls().getLast().callId(), "barks"))),
                Conformance.plain());

        assertThat(answered.text()).isEqualTo("One purrs, one barks.");
        shown();
    }

    private static <E extends ModelException> E failure(Class<E> type, String words) {
        E failure = catchThrowableOfType(type, () -> client.call(asking(words), Conformance.plain()));
        assertThat(failure).isNotNull();
        assertThat(failure.getMessage()).doesNotContain(Conformance.KEY);
        shown();
        return failure;
    }

    private static void shown() {
        SHOWN.incrementAndGet();
    }
}
