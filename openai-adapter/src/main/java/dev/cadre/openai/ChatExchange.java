// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.services.blocking.chat.ChatCompletionService;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolSpec;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One request and its reply as a chat completion, for servers without the Responses API. */
final class ChatExchange implements Handoff.Work<ModelReply> {
    private final ChatCompletionService.WithRawResponse service;
    private final Failures failures;
    private final ChatWriter writer;
    private final Wording wording;
    private final ModelRequest request;
    private final CallContext context;
    private final Duration endWait;

    /** @param endWait how long a stream may go on when the answer and its usage are there */
    ChatExchange(
            ChatCompletionService.WithRawResponse service,
            Failures failures,
            ChatWriter writer,
            Wording wording,
            CallContext context,
            Duration endWait) {
        this.service = service;
        this.failures = failures;
        this.writer = writer;
        this.wording = wording;
        this.request = wording.request();
        this.context = context;
        this.endWait = endWait;
    }

    @Override
    public ModelReply run(Consumer<String> text) throws InterruptedException {
        ChatCompletionCreateParams params = context.wantsText() ? writer.writeStreamed(request) : writer.write(request);
        return CallTrace.replied(
                failures,
                request.model(),
                () -> wording.understood(
                        failures, params._body(), () -> new ServedReply(reply(params, text), Echo.NONE)));
    }

    private ModelReply reply(ChatCompletionCreateParams params, Consumer<String> text) throws IOException {
        return context.wantsText() ? stream(params, text) : create(params);
    }

    private ModelReply create(ChatCompletionCreateParams params) throws IOException {
        try (var raw = service.create(params, Timeouts.of(context.timeout()))) {
            var headers = new LimitHeaders(raw.headers());
            var notes = new ReplyNotes(failures);
            PushbackInputStream body = ServerEvents.trimmed(raw.body());
            return ServerEvents.areIn(body, false)
                    ? joined(new ServerEvents(body, notes), piece -> {}, headers, notes)
                    : whole(body, piece -> {}, headers, notes);
        }
    }

    /** A server that cannot stream, or an error with status 200, comes whole, whatever type it claims. */
    private ModelReply stream(ChatCompletionCreateParams params, Consumer<String> text) throws IOException {
        try (var raw = service.createStreaming(params, Timeouts.of(context.timeout()))) {
            var headers = new LimitHeaders(raw.headers());
            var notes = new ReplyNotes(failures);
            PushbackInputStream body = ServerEvents.trimmed(raw.body());
            if (ServerEvents.areIn(body, true)) {
                return joined(new ServerEvents(body, notes), text, headers, notes);
            }
            return whole(body, text, headers, notes);
        }
    }

    /** A reply that is one JSON value: a chat completion, or a list of its chunks. */
    private ModelReply whole(PushbackInputStream body, Consumer<String> text, LimitHeaders headers, ReplyNotes notes)
            throws IOException {
        JsonNode given = ServerJson.first(body, notes);
        if (given.isArray()) {
            notes.add("the reply came as a list");
            return joined(ServerEvents.of(given, notes), text, headers, notes);
        }
        ModelReply reply = reader(headers, notes).read(given);
        if (!reply.text().isEmpty()) {
            text.accept(reply.text());
        }
        return reply;
    }

    private ChatReader reader(LimitHeaders headers, ReplyNotes notes) {
        return new ChatReader(request, writer.server(), headers, failures, notes);
    }

    private ModelReply joined(ServerEvents events, Consumer<String> text, LimitHeaders headers, ReplyNotes notes)
            throws IOException {
        Set<String> tools = request.tools().stream().map(ToolSpec::name).collect(Collectors.toSet());
        var chunks = new ChatChunks(tools, request.maxOutputTokens(), notes);
        var thought = new LeadingThought();
        Consumer<String> answer = thought.before(request.output(), text);
        var rest = new RestOfStream(chunks, endWait, notes);
        ChatReader reader = reader(headers, notes);
        for (Optional<ObjectNode> next = rest.next(events); next.isPresent(); next = rest.next(events)) {
            Optional<ErrorBody> error = error(next.get());
            if (error.isPresent() && rest.isOfNoAccount()) {
                notes.add("an error behind the end of the answer was left out");
                continue;
            }
            String piece = chunks.add(next.get());
            if (error.isPresent()) {
                throw reader.failed(error.get(), chunks.joined(), !chunks.isEmpty() || chunks.hasUsage());
            }
            if (!piece.isEmpty()) {
                answer.accept(piece);
            }
        }
        thought.finish(text);
        if (!chunks.isEndSaid() && !events.isEndSaid()) {
            throw reader.unfinished(chunks.joined()); // some of it may be missing
        }
        return reader.read(chunks.joined(), chunks.defect());
    }

    /** The error that an event is, or that it or one of its choices has. */
    private static Optional<ErrorBody> error(JsonNode event) {
        Optional<ErrorBody> inside = Stream.concat(
                        Stream.of(event), event.path("choices").valueStream())
                .flatMap(place -> ErrorBody.in(place).stream())
                .findFirst();
        return inside.isEmpty() && event.path("type").asText("").equals("error")
                ? Optional.of(ErrorBody.of(JsonValue.fromJsonNode(event)))
                : inside;
    }
}
