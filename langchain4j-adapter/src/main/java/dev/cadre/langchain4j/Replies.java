// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.redact.Redactor;
import dev.cadre.thought.LeadingThought;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.output.FinishReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** LangChain4j's answers in our words. */
final class Replies {
    private static final int MAX_REASON_CHARS = 40;

    /** The end itself is one, and some count what begins a message. */
    private static final int MOST_TOKENS_OF_NOTHING = 2;

    /** Claude writes some tokens for an empty answer, whose body shows that there is none. */
    private static final int MOST_TOKENS_OF_NO_BLOCKS = 10;

    private final Answer answer;
    private final ModelRequest request;
    private final List<ToolCall> calls;
    private final String text;
    /** What the model said in the place for refusals, which LangChain4j drops from a stream. */
    private final String refusal;

    private final boolean isThought;
    private final Optional<String> leftOut;
    private final String model;
    private final @Nullable TokenUsage usage;

    private Replies(Answer answer, ModelRequest request, String asked) {
        this.answer = answer;
        this.request = request;
        AiMessage message = answer.response().aiMessage();
        calls = calls(message, answer.raw(), request);
        String said = answer.raw().text().orElseGet(() -> Objects.requireNonNullElse(message.text(), ""));
        String answered = LeadingThought.removed(said, request.output());
        leftOut = LeadingThought.note(said, answered);
        refusal = said.isEmpty() && calls.isEmpty() ? answer.raw().refusal() : "";
        text = said.isEmpty() ? refusal : answered;
        isThought = answer.raw().isThought()
                || !Objects.requireNonNullElse(message.thinking(), "").isBlank();
        model = Objects.requireNonNullElse(answer.response().modelName(), asked);
        usage = usage();
    }

    /**
     * The reply.
     *
     * @param asked the model that was asked, which has answered if the response does not say who did
     * @param provider whose module of LangChain4j read it
     * @throws ModelException if the answer is a failure, or is no answer
     */
    static ModelReply of(Answer answer, ModelRequest request, String asked, ModelProvider provider) {
        var replies = new Replies(answer, request, asked);
        ErrorBody error = answer.raw().error();
        if (error.isPresent()) {
            throw Failures.inReply(error, replies.isWritten() || replies.isThought, replies.billed());
        }
        if (!answer.defect().isEmpty()) {
            throw replies.unusable(answer.defect());
        }
        String word = answer.raw().finishWord();
        return replies.ended(
                word.isEmpty() ? meaning(answer.response().finishReason(), provider) : FinishWord.of(word),
                quoted(word));
    }

    private ModelReply ended(FinishWord known, String word) {
        if (known.isBroken()) {
            throw unusable("the model broke off" + (word.isEmpty() ? "" : " with the finish reason" + word));
        }
        if (known == FinishWord.UNKNOWN && !isWritten()) {
            throw unusable("the model wrote nothing, and stopped for an unknown reason" + word);
        }
        // a reply that came whole is complete, unless it is as long as it may be
        boolean isFull =
                known == FinishWord.UNKNOWN && usage != null && usage.outputTokens() >= request.maxOutputTokens();
        FinishWord end = isFull ? FinishWord.LENGTH : known;
        Finish finish = refusal.isEmpty() || end.isCut() ? end.finish(!calls.isEmpty()) : Finish.REFUSED;
        if (finish == Finish.COMPLETE || finish == Finish.TOOL_CALLS) {
            requireWhole(known);
        }
        ModelReply reply = new ModelReply(
                        model,
                        text,
                        calls,
                        finish,
                        usage,
                        ServiceTier.STANDARD,
                        RateLimits.UNKNOWN,
                        state(answer.response().aiMessage(), calls))
                .noting(notes());
        return known == FinishWord.UNKNOWN
                ? reply.noting(List.of("the unknown finish reason" + word + " was read as " + finish))
                : reply;
    }

    private List<String> notes() {
        var notes = new ArrayList<>(answer.notes());
        leftOut.ifPresent(notes::add);
        return notes;
    }

    /** A text that is empty because the answer is somewhere else is none, and a call that was lost would not run. */
    private void requireWhole(FinishWord known) {
        if (text.isEmpty() && calls.isEmpty() && isThought) {
            throw unusable("the answer is empty and all text is in the reasoning: switch off the model's thinking or"
                            + " the server's reasoning parser, or raise the cap of output tokens")
                    .unreadable();
        }
        if (known == FinishWord.CALLS
                && calls.isEmpty()
                && (text.isEmpty() || !request.tools().isEmpty())) {
            throw unusable("the reply announces tool calls, and LangChain4j read none");
        }
        long sent = answer.raw()
                .calls()
                .filter(call -> Stream.of(call.at("name"), call.at("function", "name"))
                        .flatMap(Optional::stream)
                        .anyMatch(name -> !RawReply.isEmpty(name)))
                .count();
        if (sent > calls.size()) {
            throw unusable("the reply has %d tool calls, and LangChain4j read %d".formatted(sent, calls.size()));
        }
        int most = answer.raw().isOfBlocks() ? MOST_TOKENS_OF_NO_BLOCKS : MOST_TOKENS_OF_NOTHING;
        if (text.isEmpty() && calls.isEmpty() && usage != null && usage.outputTokens() > most) {
            throw unusable("the reply bills %d tokens of output and has none".formatted(usage.outputTokens()));
        }
    }

    private ModelException.ServerFailed unusable(String defect) {
        return new ModelException.ServerFailed(defect, 200, ModelException.Charge.UNKNOWN, null, billed());
    }

    private boolean isWritten() {
        return !text.isEmpty() || !calls.isEmpty();
    }

    private ModelException.@Nullable Billed billed() {
        return usage == null ? null : new ModelException.Billed(model, usage, ServiceTier.STANDARD, Map.of());
    }

    /** The largest of what was counted. What wrote something has used tokens: a count of none is not believed. */
    private @Nullable TokenUsage usage() {
        TokenUsage most = Stream.concat(
                        Stream.ofNullable(Usages.of(answer.response().tokenUsage(), request)),
                        answer.raw().usages().flatMap(sent -> Stream.ofNullable(Usages.ofChat(sent, request))))
                .reduce((one, other) -> other.totalTokens() > one.totalTokens() ? other : one)
                .orElse(null);
        return most != null && most.outputTokens() == 0 && (isWritten() || isThought) ? null : most;
    }

    private static String quoted(String reason) {
        return reason.isEmpty() ? "" : " '" + Redactor.SHAPES.quote(reason, MAX_REASON_CHARS) + "'";
    }

    /** LangChain4j reports a filter by an exception, which knows no usage. */
    static ModelReply filtered(String asked) {
        return new ModelReply(
                asked, "", List.of(), Finish.FILTERED, null, ServiceTier.STANDARD, RateLimits.UNKNOWN, "");
    }

    /** Some models give their calls no ids, or the same again; then the place in the conversation makes one. */
    private static List<ToolCall> calls(AiMessage message, RawReply raw, ModelRequest request) {
        var calls = new ArrayList<ToolCall>();
        Set<String> taken = request.turns().stream()
                .flatMap(turn -> turn instanceof Turn.Assistant said ? said.toolCalls().stream() : Stream.empty())
                .map(ToolCall::callId)
                .collect(Collectors.toCollection(HashSet::new));
        for (ToolExecutionRequest asked : message.toolExecutionRequests()) {
            String id = Objects.requireNonNullElse(asked.id(), "");
            calls.add(new ToolCall(
                    id.isBlank() || !taken.add(id)
                            ? "call-%d-%d".formatted(request.turns().size(), calls.size())
                            : id,
                    Objects.requireNonNullElse(asked.name(), ""),
                    CallArguments.of(asked, raw, request)));
        }
        return calls;
    }

    /** The meaning of LangChain4j's reading, where the provider's own word is not at hand. */
    private static FinishWord meaning(@Nullable FinishReason reason, ModelProvider provider) {
        if (reason == null) {
            return FinishWord.UNKNOWN;
        }
        return switch (reason) {
            case LENGTH -> FinishWord.LENGTH;
            case CONTENT_FILTER -> FinishWord.FILTER;
            case STOP -> FinishWord.STOP;
            case TOOL_EXECUTION -> FinishWord.CALLS;
            // of Gemini these are malformed calls and the like, never a good end
            case OTHER ->
                provider == ModelProvider.GOOGLE_AI_GEMINI || provider == ModelProvider.GOOGLE_VERTEX_AI_GEMINI
                        ? FinishWord.BROKEN
                        : FinishWord.UNKNOWN;
        };
    }

    /** What a model such as Gemini must be given back beside its words, or it refuses the next call. */
    private static String state(AiMessage message, List<ToolCall> calls) {
        return message.thinking() == null && message.attributes().isEmpty()
                ? ""
                : ChatMessageSerializer.messageToJson(message.toBuilder()
                        .toolExecutionRequests(identified(message.toolExecutionRequests(), calls))
                        .build());
    }

    /** The results are told by the ids that the calls were given; where the model gave none, it is given none back. */
    private static List<ToolExecutionRequest> identified(List<ToolExecutionRequest> asked, List<ToolCall> calls) {
        var identified = new ArrayList<ToolExecutionRequest>();
        for (int i = 0; i < asked.size(); i++) {
            boolean isNamed = !Objects.requireNonNullElse(asked.get(i).id(), "").isBlank();
            identified.add(
                    isNamed ? asked.get(i).toBuilder().id(calls.get(i).callId()).build() : asked.get(i));
        }
        return identified;
    }
}
