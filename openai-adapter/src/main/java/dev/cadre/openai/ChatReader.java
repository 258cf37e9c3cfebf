// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole chat completion as what it is on the wire: servers that resemble the provider leave parts of it out or
 * write them in another form. Text that may be incomplete is never read as complete.
 */
final class ChatReader {
    private final ModelRequest request;
    private final BaseUrl server;
    private final LimitHeaders headers;
    private final Failures failures;
    private final ReplyNotes notes;

    /**
     * @param server where the reply comes from, the only one that gets its state back
     * @param notes what was adapted before the reply was whole; the reader adds its own
     */
    ChatReader(ModelRequest request, BaseUrl server, LimitHeaders headers, Failures failures, ReplyNotes notes) {
        this.request = request;
        this.server = server;
        this.headers = headers;
        this.failures = failures;
        this.notes = notes;
    }

    /** What a reply holds, before it is known why the model stopped. */
    private record Parts(
            ChatContent content,
            List<ToolCall> calls,
            @Nullable TokenUsage usage,
            BilledTier tier,
            String model) {
        boolean isEmpty() {
            return content.text().isEmpty() && calls.isEmpty();
        }

        ModelException.@Nullable Billed billed() {
            return usage == null ? null : new ModelException.Billed(model, usage, tier.tier(), Map.of());
        }
    }

    /**
     * The reply.
     *
     * @throws ModelException if it is a failure or no reply at all
     */
    ModelReply read(JsonNode reply) {
        return read(reply, "");
    }

    /**
     * The reply.
     *
     * @param defect why its text cannot be the answer; empty if nothing is known against it
     * @throws ModelException if it is a failure or no reply at all
     */
    ModelReply read(JsonNode reply, String defect) {
        JsonNode choices = reply.path("choices");
        Optional<JsonNode> one = ChatChoices.one(choices, notes);
        JsonNode choice = one.orElseGet(() -> choices.path(0));
        JsonNode message = choice.path("message");
        String word = ChatFinish.word(choice, message, notes);
        Parts parts = parts(reply, message, word);
        failIfError(reply, reply, parts);
        choices.forEach(each -> failIfError(each, reply, parts));
        if (one.isEmpty()) {
            throw failures.unanswered(request.model(), ChatChoices.SEVERAL, headers, parts.billed());
        }
        if (!message.isObject()) {
            throw failures.malformed(request.model(), "the reply has no message", headers, parts.billed());
        }
        boolean refused = !parts.content().refusal().isEmpty();
        Finish finish = refused ? Finish.REFUSED : finish(word, parts);
        if (finish == Finish.COMPLETE && (!defect.isEmpty() || parts.content().isUnread())) {
            String why = defect.isEmpty() ? ChatContent.UNREAD : defect;
            throw failures.unanswered(request.model(), why, headers, parts.billed());
        }
        List<ToolCall> calls = finish == Finish.TOOL_CALLS ? parts.calls() : List.of();
        String state = calls.isEmpty() ? "" : failures.mask(ChatState.of(message, calls, server, notes));
        return new ModelReply(
                parts.model(),
                refused ? parts.content().refusal() : parts.content().text(),
                calls,
                finish,
                parts.usage(),
                parts.tier().tier(),
                headers.limits(),
                Map.of(),
                state,
                notes.list());
    }

    private void failIfError(JsonNode place, JsonNode reply, Parts parts) {
        Optional<ErrorBody> error = ErrorBody.in(place);
        if (error.isPresent()) {
            boolean worked = reply.hasNonNull("usage") || !reply.path("choices").isEmpty();
            throw failures.inReply(request.model(), error.get(), headers, worked, parts.billed());
        }
    }

    /**
     * An error that ended a stream.
     *
     * @param cut what came before it, in the form of a whole reply
     */
    ModelException failed(ErrorBody error, JsonNode cut, boolean worked) {
        return failures.inReply(request.model(), error, headers, worked, billed(cut));
    }

    /** A stream that has something else than one answer. */
    ModelException unanswered(String defect, JsonNode joined) {
        return failures.unanswered(request.model(), defect, headers, billed(joined));
    }

    /** A stream whose end is missing. */
    ModelException unfinished(JsonNode cut) {
        String defect = "the stream ended without saying why the model stopped";
        return failures.malformed(request.model(), defect, headers, billed(cut));
    }

    private ModelException.@Nullable Billed billed(JsonNode cut) {
        return parts(cut, cut.path("choices").path(0).path("message"), "").billed();
    }

    private Parts parts(JsonNode reply, JsonNode message, String reason) {
        var content = ChatContent.of(message, request.output(), notes);
        var tier = BilledTier.of(reply.path("service_tier").asText(""), request.serviceTier());
        var callReader = new ChatCalls(request, notes);
        List<ToolCall> calls = callReader.read(message);
        boolean written = !content.text().isEmpty() || content.isThought() || !calls.isEmpty();
        TokenUsage usage = tier.isPriced() ? UsageReader.of(usage(reply), written) : null;
        boolean mayBeCut = ChatFinish.of(reason) == ChatFinish.UNKNOWN || isFull(usage);
        String model = reply.path("model").asText("");
        return new Parts(
                content,
                mayBeCut ? callReader.ofCut(calls) : calls,
                usage,
                tier,
                model.isBlank() || !reply.hasNonNull("model") ? request.model() : model);
    }

    private boolean isFull(@Nullable TokenUsage usage) {
        return usage != null && usage.outputTokens() >= request.maxOutputTokens();
    }

    private @Nullable TokenUsage usage(JsonNode reply) {
        var usage = new ChatUsage(request.maxOutputTokens(), notes);
        usage.addIn(reply);
        return usage.counts().reading(request, notes);
    }

    private Finish finish(String reason, Parts parts) {
        ChatFinish known = ChatFinish.of(reason);
        if (known == ChatFinish.UNKNOWN) {
            known = guessed(reason, parts);
        } else if (!ChatFinish.isStandard(reason)) {
            notes.add("the finish reason %s was read as '%s'".formatted(notes.quoted(reason), known.word()));
        }
        if (known == ChatFinish.BROKEN) {
            throw unusable("the model was stopped with the finish reason " + notes.quoted(reason), parts);
        }
        Finish finish = known.finish(!parts.calls().isEmpty());
        if (finish == Finish.TRUNCATED && parts.isEmpty() && parts.content().isThought()) {
            notes.add("thinking used up the cap of output tokens: raise maxOutputTokens or lower the effort");
        }
        if (finish == Finish.COMPLETE) {
            requireAnswer(known, parts);
        }
        return finish;
    }

    /** A reply that came whole is complete, unless it is as long as it may be. */
    private ChatFinish guessed(String reason, Parts parts) {
        if (parts.isEmpty() && !parts.content().isThought()) {
            throw failures.malformed(
                    request.model(),
                    "the reply is empty and has the finish reason " + notes.quoted(reason),
                    headers,
                    parts.billed());
        }
        ChatFinish guessed = isFull(parts.usage()) ? ChatFinish.LENGTH : ChatFinish.STOP;
        notes.add("the finish reason %s was read as '%s'".formatted(notes.quoted(reason), guessed.word()));
        return guessed;
    }

    /** Text beside calls that are missing is not the answer, nor is one that is empty because it is somewhere else. */
    private void requireAnswer(ChatFinish known, Parts parts) {
        boolean isEmpty = parts.content().text().isEmpty();
        if (isEmpty && parts.content().isThought()) {
            throw failures.unanswered(
                    request.model(),
                    "the answer is empty and all text is in the reasoning: switch off the model's thinking or the"
                            + " server's reasoning parser, or raise the cap of output tokens",
                    headers,
                    parts.billed());
        }
        if (known == ChatFinish.CALLS && (isEmpty || !request.tools().isEmpty())) {
            throw unusable("the reply announces tool calls and has none", parts);
        }
        if (isEmpty && !parts.content().isUnread()) {
            requireUnbilled(parts);
        }
        if (known == ChatFinish.CALLS) {
            notes.add("the reply announces tool calls and has none: there are no tools, and it was read as complete");
        }
    }

    /** Output that is paid for and was not read stands somewhere else, whatever the reply calls itself. */
    private void requireUnbilled(Parts parts) {
        TokenUsage usage = parts.usage();
        if (usage != null && usage.outputTokens() > 0) {
            throw failures.unanswered(request.model(), ReplyReader.UNFOUND, headers, parts.billed());
        }
        notes.add("the answer is empty");
    }

    private ModelException unusable(String defect, Parts parts) {
        var error = ErrorBody.NONE.saying(defect);
        return failures.inReply(request.model(), error, headers, true, parts.billed());
    }
}
