// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallContext;
import dev.cadre.model.CallOptions;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Effort;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.UnpricedException;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LangChain4jPoolTest {
    private static final ToolSpec FIND = new ToolSpec("find", "Finds a term.", """
            {"type":"object","properties":{"term":{"type":"string","description":"what to find"},\
            "in":{"$ref":"#/$defs/Place"}},"required":["term","in"],"additionalProperties":false,\
            "$defs":{"Place":{"type":"string","enum":["HERE"]}}}""");
    private static final CallPurpose PURPOSE =
            new CallPurpose(CallPurpose.Kind.WORK, "run-1", "s1", "note", "{}", Tier.NANO);
    private static final CallContext CONTEXT = CallContext.of(PURPOSE, Duration.ofMinutes(1));

    @Test
    void pool_paysForWhatTheModelUsed() throws InterruptedException {
        ModelPool pool = LangChain4jPool.builder(FakeChatModel.saying("hello"), "fake")
                .price(Price.perMillionTokens("1", "0.1", "10"))
                .build();
        var budget = Budget.usd("1").open();

        ModelReply reply = pool.call(
                request("Say hello."),
                CallTerms.of(
                        budget,
                        PURPOSE,
                        System.nanoTime() + Duration.ofMinutes(1).toNanos()));

        assertThat(reply.text()).isEqualTo("hello");
        assertThat(reply.model()).isEqualTo("fake-2026");
        assertThat(budget.state().spent()).isEqualTo(Money.usd("0.00006"));
    }

    @Test
    void sampling_isSent_andWithoutItThatOfTheModelIsKept() {
        var model = FakeChatModel.saying("ok");
        ModelRequest request = request("Say hello.");

        ChatRequest sent = ChatRequests.of(
                request.withOptions(CallOptions.NONE.withSampling(
                        Sampling.ofTemperature(0.3).withTopP(0.9))),
                new LangChain4jModel.Whole(model),
                SchemaPlaces.Place.FORMAT);

        assertThat(sent.temperature()).isEqualTo(0.3);
        assertThat(sent.topP()).isEqualTo(0.9);
        ChatRequest plain = ChatRequests.of(request, new LangChain4jModel.Whole(model), SchemaPlaces.Place.FORMAT);
        assertThat(plain.temperature()).isNull();
        assertThat(plain.topP()).isNull();
    }

    @Test
    void pool_ofAnUnknownModelWithoutAPrice_isRefused() {
        assertThatThrownBy(() -> LangChain4jPool.of(FakeChatModel.saying("ok"), "fake"))
                .isInstanceOf(UnpricedException.OfModel.class);
    }

    @Test
    void request_isMergedWithTheModelsOwnParameters() throws InterruptedException {
        var model = FakeChatModel.saying("ok").named("deployment-7");

        call(model, request("Hi."));

        ChatRequest sent = model.requests.getFirst();
        assertThat(sent.temperature()).isEqualTo(0.25);
        assertThat(sent.modelName()).isEqualTo("deployment-7");
        assertThat(sent.maxOutputTokens()).isEqualTo(100);
        assertThat(sent.messages()).containsExactly(SystemMessage.from("Be brief."), UserMessage.from("Hi."));
    }

    @Test
    void request_toAModelWithoutAName_namesIt() throws InterruptedException {
        var model = FakeChatModel.saying("ok");

        call(model, request("Hi."));

        assertThat(model.requests.getFirst().modelName()).isEqualTo("fake");
    }

    @Test
    void schema_goesRawToAModelThatTakesSchemas() throws InterruptedException {
        var model = FakeChatModel.saying("ok").withSchemas();

        call(model, request("Hi.").withOutput(new OutputFormat.JsonSchema("Note", "{\"type\":\"object\"}")));

        var format = model.requests.getFirst().responseFormat();
        assertThat(format.type()).isEqualTo(ResponseFormatType.JSON);
        assertThat(format.jsonSchema().name()).isEqualTo("Note");
        assertThat(format.jsonSchema().rootElement()).isEqualTo(JsonRawSchema.from("{\"type\":\"object\"}"));
    }

    @Test
    void schema_isToldToAModelThatTakesNone() throws InterruptedException {
        var model = FakeChatModel.saying("ok");

        call(model, request("Hi.").withOutput(new OutputFormat.JsonSchema("Note", "{\"type\":\"object\"}")));

        assertThat(model.requests.getFirst().responseFormat()).isNull();
        assertThat(model.requests.getFirst().messages().getFirst())
                .isEqualTo(SystemMessage.from("Be brief.\n\nThe JSON schema of the answer:\n{\"type\":\"object\"}"));
    }

    @Test
    void tools_keepTheirSchemas() throws InterruptedException {
        var model = FakeChatModel.saying("ok");

        call(model, request("Hi.").withTools(List.of(FIND)));

        var tool = model.requests.getFirst().toolSpecifications().getFirst();
        assertThat(tool.name()).isEqualTo("find");
        assertThat(tool.description()).isEqualTo("Finds a term.");
        assertThat(tool.parameters().properties())
                .containsExactly(
                        Map.entry("term", JsonRawSchema.from("{\"type\":\"string\",\"description\":\"what to find\"}")),
                        Map.entry("in", JsonRawSchema.from("{\"$ref\":\"#/$defs/Place\"}")));
        assertThat(tool.parameters().required()).containsExactly("term", "in");
        assertThat(tool.parameters().additionalProperties()).isFalse();
        assertThat(tool.parameters().definitions())
                .containsExactly(Map.entry("Place", JsonRawSchema.from("{\"type\":\"string\",\"enum\":[\"HERE\"]}")));
    }

    @Test
    void toolRound_isContinuedInTheModelsWords() throws InterruptedException {
        var model = new FakeChatModel(request -> FakeChatModel.response(
                AiMessage.from(toolRequest("c1", "find", "{\"term\":\"x\"}")),
                FinishReason.TOOL_EXECUTION,
                usage(1, 1)));
        ModelReply reply = call(model, request("Hi.").withTools(List.of(FIND)));

        call(
                model,
                request("Hi.")
                        .withTurns(List.of(
                                new Turn.User("Hi."), Turn.Assistant.of(reply), new Turn.ToolResult("c1", "found"))));

        assertThat(reply.finish()).isEqualTo(Finish.TOOL_CALLS);
        assertThat(reply.toolCalls()).containsExactly(new ToolCall("c1", "find", "{\"term\":\"x\"}"));
        assertThat(model.requests.getLast().messages())
                .containsExactly(
                        SystemMessage.from("Be brief."),
                        UserMessage.from("Hi."),
                        AiMessage.from(toolRequest("c1", "find", "{\"term\":\"x\"}")),
                        ToolExecutionResultMessage.from("c1", "find", "found"));
    }

    @Test
    void thoughtsAndSignatures_areGivenBack() throws InterruptedException {
        AiMessage thoughtful = AiMessage.builder()
                .text("hm")
                .thinking("I should look.")
                .attributes(Map.of("signature", "abc"))
                .build();
        var model = new FakeChatModel(request -> FakeChatModel.response(thoughtful, FinishReason.STOP, usage(1, 1)));
        ModelReply reply = call(model, request("Hi."));

        call(model, request("Hi.").withTurns(List.of(new Turn.User("Hi."), Turn.Assistant.of(reply))));

        assertThat(model.requests.getLast().messages().getLast()).isEqualTo(thoughtful);
    }

    @Test
    void callsWithoutIds_getSomeThatDiffer() throws InterruptedException {
        var model = new FakeChatModel(request -> FakeChatModel.response(
                AiMessage.from(toolRequest(null, "find", "{}"), toolRequest(null, "find", null)),
                FinishReason.STOP,
                usage(1, 1)));

        ModelReply reply = call(model, request("Hi."));

        assertThat(reply.finish()).isEqualTo(Finish.TOOL_CALLS);
        assertThat(reply.toolCalls())
                .containsExactly(new ToolCall("call-1-0", "find", "{}"), new ToolCall("call-1-1", "find", ""));
    }

    @Test
    void finishReasons_areOurs() throws InterruptedException {
        assertThat(finish(FinishReason.STOP)).isEqualTo(Finish.COMPLETE);
        assertThat(finish(FinishReason.LENGTH)).isEqualTo(Finish.TRUNCATED);
        assertThat(finish(FinishReason.CONTENT_FILTER)).isEqualTo(Finish.FILTERED);
        assertThat(finish(FinishReason.OTHER)).isEqualTo(Finish.COMPLETE);
        assertThat(finish(null)).isEqualTo(Finish.COMPLETE);
    }

    @Test
    void filter_thatIsAnException_isAReplyOfUnknownCost() throws InterruptedException {
        ModelReply reply = call(throwing(new ContentFilteredException("policy")), request("Hi."));

        assertThat(reply.finish()).isEqualTo(Finish.FILTERED);
        assertThat(reply.usage()).isNull();
    }

    @Test
    void replyWithoutAName_isOfTheModelThatWasAsked() throws InterruptedException {
        var model = new FakeChatModel(
                request -> ChatResponse.builder().aiMessage(AiMessage.from("x")).build());
        var filtering = throwing(new ContentFilteredException("policy"));

        assertThat(call(model, request("Hi.")).model()).isEqualTo("fake");
        assertThat(call(filtering, request("Hi.")).model()).isEqualTo("fake");
        assertThat(call(model.named("dearer"), request("Hi.")).model()).isEqualTo("dearer");
        assertThat(call(filtering.named("dearer"), request("Hi.")).model()).isEqualTo("dearer");
    }

    @Test
    void missingUsage_isUnknown() throws InterruptedException {
        var model = new FakeChatModel(request -> FakeChatModel.response(AiMessage.from("x"), FinishReason.STOP, null));

        assertThat(call(model, request("Hi.")).usage()).isNull();
    }

    @Test
    void wrappedOrHiddenInterrupt_isAnInterruptWithTheFlagCleared() {
        var wrapped = new FakeChatModel(request -> {
            Thread.currentThread().interrupt();
            throw new RuntimeException(new InterruptedException());
        });
        var hidden = new FakeChatModel(request -> {
            throw sneaky(new InterruptedException());
        });
        var closedConnection = new FakeChatModel(request -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Socket closed");
        });

        for (FakeChatModel model : List.of(wrapped, hidden, closedConnection)) {
            assertThatThrownBy(() -> call(model, request("Hi."))).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }
    }

    @Test
    void interruptBeforeTheCall_sendsNothing() {
        var model = FakeChatModel.saying("ok");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> call(model, request("Hi."))).isInstanceOf(InterruptedException.class);
        assertThat(model.requests).isEmpty();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void replyOfAModelThatIgnoredTheInterrupt_isKeptWithTheFlag() throws InterruptedException {
        var model = new FakeChatModel(request -> {
            Thread.currentThread().interrupt();
            return FakeChatModel.response(AiMessage.from("paid"), FinishReason.STOP, usage(1, 1));
        });

        ModelReply reply = call(model, request("Hi."));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(reply.text()).isEqualTo("paid");
    }

    @Test
    void interrupt_reachesABlockedModel() throws InterruptedException {
        var inCall = new CountDownLatch(1);
        var model = new FakeChatModel(request -> {
            inCall.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupt) {
                throw sneaky(interrupt);
            }
            throw new AssertionError("unreachable");
        });
        var thrown = new java.util.concurrent.CompletableFuture<Throwable>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                call(model, request("Hi."));
                thrown.complete(new AssertionError("it returned"));
            } catch (Throwable e) {
                thrown.complete(e);
            }
        });

        inCall.await();
        thread.interrupt();

        assertThat(thrown.join()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void toolAtTheProvider_isRefusedBeforeTheCall() {
        var model = FakeChatModel.saying("ok");
        var searching = CallOptions.NONE.withProviderTools(List.of(new ProviderTool.WebSearch()), 1);

        assertThatThrownBy(() -> call(model, request("Hi.").withOptions(searching)))
                .isInstanceOf(ModelException.InvalidRequest.class)
                .hasMessage("LangChain4j has no tools that run at the provider");
        assertThat(model.requests).isEmpty();
    }

    @Test
    void picture_isShown_butNotAsTheResultOfATool() throws InterruptedException {
        var model = FakeChatModel.saying("a cat");
        var photo = Attachment.Image.of("image/png", new byte[] {1});

        call(model, request("Hi.").withTurns(List.of(new Turn.User("Look.", List.of(photo)))));

        var shown = (UserMessage) model.requests.getFirst().messages().getLast();
        assertThat(shown.contents().toString()).contains("Look.", "AQ==", "image/png");
        assertThatThrownBy(() -> call(
                        model, request("Hi.").withTurns(List.of(new Turn.ToolResult("c", "text", List.of(photo))))))
                .isInstanceOf(ModelException.InvalidRequest.class);
    }

    @Test
    void otherServiceTier_isRefusedBeforeTheCall() {
        var model = FakeChatModel.saying("ok");

        assertThatThrownBy(() -> call(model, request("Hi.").withServiceTier(ServiceTier.FLEX)))
                .isInstanceOf(ModelException.InvalidRequest.class)
                .hasMessage("LangChain4j cannot ask for service tier FLEX");
        assertThat(model.requests).isEmpty();
    }

    @Test
    void clients_ofOneModel_areEqualAndKeepItsTextToThemselves() {
        var model = FakeChatModel.saying("ok");

        assertThat(LangChain4jClient.of(model)).isEqualTo(LangChain4jClient.of(model));
        assertThat(LangChain4jClient.of(model)).isNotEqualTo(LangChain4jClient.of(FakeChatModel.saying("ok")));
        assertThat(LangChain4jClient.of(model)).hasToString("LangChain4jClient[dev.cadre.langchain4j.FakeChatModel]");
    }

    @Test
    void usage_ofThePool_isRead() throws InterruptedException {
        assertThat(call(FakeChatModel.saying("x"), request("Hi.")).usage()).isEqualTo(TokenUsage.of(10, 5));
    }

    private static Finish finish(FinishReason reason) throws InterruptedException {
        var model = new FakeChatModel(request -> FakeChatModel.response(AiMessage.from("x"), reason, usage(1, 1)));
        return call(model, request("Hi.")).finish();
    }

    private static FakeChatModel throwing(RuntimeException thrown) {
        return new FakeChatModel(request -> {
            throw thrown;
        });
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> RuntimeException sneaky(Exception thrown) throws E {
        throw (E) thrown;
    }

    private static ModelReply call(FakeChatModel model, ModelRequest request) throws InterruptedException {
        return LangChain4jClient.of(model).call(request, CONTEXT);
    }

    private static ModelRequest request(String text) {
        return ModelRequest.of("fake", "Be brief.", text, 100).withEffort(Effort.NONE);
    }

    private static dev.langchain4j.model.output.TokenUsage usage(int input, int output) {
        return new dev.langchain4j.model.output.TokenUsage(input, output);
    }

    private static ToolExecutionRequest toolRequest(String id, String name, String arguments) {
        return ToolExecutionRequest.builder()
                .id(id)
                .name(name)
                .arguments(arguments)
                .build();
    }
}
