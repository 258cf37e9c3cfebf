// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.openai.core.JsonField;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseOutputMessage;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.thought.LeadingThought;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole reply. Fields are read as what they are on the wire: the SDK's plain accessors throw when a field is
 * absent or of another type.
 */
final class ReplyReader {
    static final String UNFOUND = "the reply bills output and has none that can be read";

    private final ModelRequest request;
    private final LimitHeaders headers;
    private final Failures failures;
    private final ReplyNotes notes;

    /** @param notes what was adapted before the reply was whole; its own notes are added */
    ReplyReader(ModelRequest request, LimitHeaders headers, Failures failures, ReplyNotes notes) {
        this.request = request;
        this.headers = headers;
        this.failures = failures;
        this.notes = notes;
    }

    /**
     * The reply.
     *
     * @param response what was read; null if that was the JSON {@code null}
     * @throws dev.cadre.model.ModelException if it is a failure or no reply at all
     */
    ModelReply read(@Nullable Response response) {
        return readLast(response, false);
    }

    /**
     * The same for a reply in the last event of a stream.
     *
     * @param worked whether events before it held output, which the reply itself may lack
     */
    ModelReply readLast(@Nullable Response response, boolean worked) {
        if (response == null) {
            throw failures.malformed(request.model(), "the reply is null", headers);
        }
        ErrorBody error = ErrorBody.ofReply(response._error());
        String status = response._status()
                .asKnown()
                .flatMap(named -> named._value().asString())
                .orElse("");
        return switch (status) {
            case "completed" -> completed(response);
            case "incomplete" -> reply(response, text(response), List.of(), incomplete(response));
            case "failed", "cancelled" -> failed(response, error, worked || hasWork(response));
            default -> {
                // what still goes on may cost more
                Billed billed = ResponseStatus.isOpen(status) ? null : billed(response);
                if (error.isPresent()) {
                    throw failures.inReply(request.model(), error, headers, worked || hasWork(response), billed);
                }
                String defect = "the reply has the status '" + status + "'";
                throw failures.malformed(request.model(), defect, headers, billed);
            }
        };
    }

    private ModelReply completed(Response response) {
        String refusal = refusal(response);
        if (!refusal.isEmpty()) {
            return reply(response, refusal, List.of(), Finish.REFUSED);
        }
        List<ToolCall> calls = items(response).stream()
                .flatMap(item -> asked(item).stream())
                .map(call -> identified(call, response))
                .toList();
        String text = text(response);
        requireReadable(response);
        if (text.isEmpty() && calls.isEmpty()) {
            requireNoOtherAnswer(response);
        }
        return reply(response, text, calls, calls.isEmpty() ? Finish.COMPLETE : Finish.TOOL_CALLS);
    }

    /** A text of which a part cannot be read is shorter than what was written. */
    private void requireReadable(Response response) {
        boolean isReadable = items(response).stream()
                .flatMap(item -> item.message().stream())
                .allMatch(message -> isReadable(message._content())
                        && message._content().asKnown().orElse(List.of()).stream()
                                .allMatch(part -> part.outputText()
                                        .map(output -> isReadable(output._text()))
                                        .orElse(true)));
        if (!isReadable) {
            throw unanswered(response, "a part of the answer is in a form that is no text");
        }
    }

    private static boolean isReadable(JsonField<?> field) {
        return field.isMissing() || field.isNull() || field.asKnown().isPresent();
    }

    /** Text that is empty because the answer is somewhere else is no answer. */
    private void requireNoOtherAnswer(Response response) {
        List<ResponseOutputItem> items = items(response);
        boolean isOfTools = items.stream().anyMatch(item -> !item.isMessage() && !item.isReasoning() && item.isValid());
        TokenUsage usage = usage(response);
        if (isOfTools) {
            notes.add("the reply has no answer, only items of tools that were not asked for or ran at the provider");
        } else if (items.stream().anyMatch(ResponseOutputItem::isReasoning)
                || !said(response).isBlank()) {
            throw unanswered(
                    response,
                    "the answer is empty and all text is in the reasoning: switch off the model's thinking or the"
                            + " server's reasoning parser, or raise the cap of output tokens");
        } else if (items.stream().anyMatch(item -> !item.isMessage())) {
            throw unanswered(response, "the reply has no answer, and an item that is no part of the API");
        } else if (usage != null && usage.outputTokens() > 0) {
            throw unanswered(response, UNFOUND);
        } else {
            notes.add("the answer is empty");
        }
    }

    private ModelException unanswered(Response response, String defect) {
        return failures.unanswered(request.model(), defect, headers, billed(response));
    }

    private @Nullable Billed billed(Response response) {
        TokenUsage usage = usage(response);
        return usage == null
                ? null
                : new Billed(model(response), usage, billedTier(response).tier(), providerCalls(response));
    }

    private ModelReply failed(Response response, ErrorBody error, boolean worked) {
        if (error.tellsOfPolicy()) {
            return reply(response, text(response), List.of(), Finish.FILTERED);
        }
        throw failures.inReply(request.model(), error, headers, worked, billed(response));
    }

    private static boolean hasWork(Response response) {
        boolean hasUsage = !response._usage().isMissing() && !response._usage().isNull();
        return hasUsage || !items(response).isEmpty();
    }

    private static Finish incomplete(Response response) {
        boolean filtered = response._incompleteDetails()
                .asKnown()
                .flatMap(details -> details._reason().asKnown())
                .flatMap(reason -> reason._value().asString())
                .filter("content_filter"::equals)
                .isPresent();
        return filtered ? Finish.FILTERED : Finish.TRUNCATED;
    }

    private ModelReply reply(Response response, String text, List<ToolCall> calls, Finish finish) {
        TokenUsage usage = usage(response); // before the notes are listed
        return new ModelReply(
                model(response),
                failures.mask(text),
                calls,
                finish,
                UsageReader.of(usage, !text.isEmpty() || !calls.isEmpty()),
                billedTier(response).tier(),
                headers.limits(),
                providerCalls(response),
                failures.mask(state(response)),
                notes.list());
    }

    /** What the provider's own tools did, by which they are billed; a container may serve several calls. */
    private static Map<ProviderTool.Kind, Integer> providerCalls(Response response) {
        var calls = new EnumMap<ProviderTool.Kind, Integer>(ProviderTool.Kind.class);
        var containers = new HashSet<String>();
        for (ResponseOutputItem item : items(response)) {
            if (item.isWebSearchCall()) {
                calls.merge(ProviderTool.Kind.WEB_SEARCH, 1, Integer::sum);
            } else if (item.isFileSearchCall()) {
                calls.merge(ProviderTool.Kind.FILE_SEARCH, 1, Integer::sum);
            } else if (item.isMcpCall()) {
                calls.merge(ProviderTool.Kind.MCP, 1, Integer::sum);
            } else if (item.isCodeInterpreterCall()
                    && containers.add(item.asCodeInterpreterCall()
                            ._containerId()
                            .asKnown()
                            .orElse(""))) {
                calls.merge(ProviderTool.Kind.CODE_INTERPRETER, 1, Integer::sum);
            }
        }
        return calls;
    }

    private String model(Response response) {
        return response._model()
                .asKnown()
                .flatMap(model -> model.chat()
                        .flatMap(named -> named._value().asString())
                        .or(() -> model.only().flatMap(named -> named._value().asString()))
                        .or(model::string))
                .filter(name -> !name.isBlank())
                .orElse(request.model());
    }

    private BilledTier billedTier(Response response) {
        String named = response._serviceTier()
                .asKnown()
                .flatMap(tier -> tier._value().asString())
                .orElse("");
        return BilledTier.of(named, request.serviceTier());
    }

    /** The tokens, or null if what they cost cannot be told. */
    private @Nullable TokenUsage usage(Response response) {
        return billedTier(response).isPriced() ? UsageReader.read(response._usage(), request, notes) : null;
    }

    private String text(Response response) {
        String said = said(response);
        List<String> messages = messages(response);
        if (request.output() instanceof OutputFormat.Text || messages.size() < 2) {
            return notes.withoutThought(said, request.output());
        }
        // what a model says on the way to an answer, drafts of it included, has a phase at OpenAI only
        Optional<String> last = messages.reversed().stream()
                .map(message -> LeadingThought.removed(message, request.output()))
                .filter(LeadingThought::isAnswer)
                .findFirst();
        String all = LeadingThought.removed(said, request.output());
        boolean isInPieces = CallArguments.isObject(all)
                && last.filter(answer -> answer.contains(all.strip())).isEmpty();
        if (isInPieces || last.isEmpty()) {
            return notes.withoutThought(said, request.output());
        }
        notes.add("of several messages, the last that begins as JSON was read as the answer");
        return last.get();
    }

    /** The text with what the model thought before it. */
    private static String said(Response response) {
        return String.join("", messages(response));
    }

    private static List<String> messages(Response response) {
        return items(response).stream()
                .map(item -> joined(
                        List.of(item),
                        part -> part.outputText()
                                .flatMap(output -> output._text().asKnown())
                                .orElse("")))
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static String refusal(Response response) {
        return joined(
                items(response),
                part -> part.refusal()
                        .flatMap(refusal -> refusal._refusal().asKnown())
                        .orElse(""));
    }

    private static String joined(List<ResponseOutputItem> items, Function<ResponseOutputMessage.Content, String> part) {
        var joined = new StringBuilder();
        for (ResponseOutputItem item : items) {
            item.message()
                    .filter(message -> !isCommentary(message))
                    .flatMap(message -> message._content().asKnown())
                    .ifPresent(parts -> parts.forEach(content -> joined.append(part.apply(content))));
        }
        return joined.toString();
    }

    /** Whether this is talk on the way to the answer, not part of it. */
    static boolean isCommentary(ResponseOutputMessage message) {
        return message._phase()
                .asKnown()
                .flatMap(phase -> phase._value().asString())
                .filter("commentary"::equals)
                .isPresent();
    }

    private static ToolCall call(ResponseFunctionToolCall call) {
        return new ToolCall(
                call._callId().asKnown().orElse(""),
                call._name().asKnown().orElse(""),
                call._arguments().asKnown().orElse(""));
    }

    private static Optional<ToolCall> asked(ResponseOutputItem item) {
        return item.functionCall()
                .map(ReplyReader::call)
                .or(() -> item.computerCall().map(ComputerCalls::read))
                .or(() -> item.mcpApprovalRequest().map(McpApprovals::read));
    }

    private ToolCall identified(ToolCall call, Response response) {
        if (call.callId().isEmpty() || call.name().isEmpty()) {
            String defect = call.name().isEmpty()
                    ? "a tool call has no id or no name"
                    : "a call of %s has no id".formatted(call.name());
            throw failures.malformed(request.model(), defect, headers, billed(response));
        }
        return new ToolCall(call.callId(), call.name(), failures.mask(call.arguments()));
    }

    private static List<ResponseOutputItem> items(Response response) {
        return response._output().asKnown().orElse(List.of());
    }

    /** The items as JSON, if text and tool calls alone do not say all of them. */
    private static String state(Response response) {
        List<ResponseOutputItem> items = items(response);
        if (items.stream().allMatch(ReplyReader::isPlain)) {
            return "";
        }
        try {
            return ServerJson.MAPPER.writeValueAsString(
                    items.stream().filter(ReplyReader::canBeRepeated).toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("items that were read cannot be written", e);
        }
    }

    private static boolean isPlain(ResponseOutputItem item) {
        return item.isFunctionCall()
                || item.message()
                        .filter(message -> message._phase().isMissing())
                        .isPresent();
    }

    /** Reasoning is stored nowhere: without its encrypted content the provider cannot find it again. */
    private static boolean canBeRepeated(ResponseOutputItem item) {
        return !item.isReasoning()
                || item.reasoning()
                        .filter(reasoning ->
                                reasoning._encryptedContent().asKnown().isPresent())
                        .isPresent();
    }
}
