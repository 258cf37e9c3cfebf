// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonValue;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolSpec;
import dev.cadre.thought.LeadingThought;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads one chat completion, whole or as chunks. */
final class ChatReply {
    /** Events of other APIs that say nothing of the answer, in streams that bridges translate. */
    private static final Set<String> END_OR_KEEP_ALIVE =
            Set.of("ping", "keepalive", "keep_alive", "heartbeat", "message_stop");

    private final ModelRequest request;
    private final BaseUrl server;
    private final LimitHeaders headers;
    private final Failures failures;
    private final ReplyNotes notes;
    private final Duration endWait;

    /** @param endWait how long a stream may go on when the answer and its usage are there */
    ChatReply(
            ModelRequest request,
            BaseUrl server,
            LimitHeaders headers,
            Failures failures,
            ReplyNotes notes,
            Duration endWait) {
        this.request = request;
        this.server = server;
        this.headers = headers;
        this.failures = failures;
        this.notes = notes;
        this.endWait = endWait;
    }

    /** The reply of one JSON value. */
    ModelReply whole(JsonNode given, Consumer<String> text) {
        ChatForm.ofWhole(notes).apply(given);
        ModelReply reply = reader().read(given);
        if (!reply.text().isEmpty()) {
            text.accept(reply.text());
        }
        return reply;
    }

    private ChatReader reader() {
        return new ChatReader(request, server, headers, failures, notes);
    }

    /** The reply of chunks. */
    ModelReply joined(ServerEvents events, Consumer<String> text) throws IOException {
        Set<String> tools = request.tools().stream().map(ToolSpec::name).collect(Collectors.toSet());
        var chunks = new ChatChunks(tools, request.maxOutputTokens(), notes);
        var answer = LeadingThought.before(request.output(), text);
        var rest = new RestOfStream(chunks, endWait, notes);
        ChatReader reader = reader();
        var form = ChatForm.ofChunks(notes);
        int strangers = -events.strangers(); // behind the last of the answer: an error in a form of its own, perhaps
        for (Optional<ObjectNode> next = rest.next(events); next.isPresent(); next = rest.next(events)) {
            Optional<ErrorBody> error = error(next.get());
            if (error.isPresent() && rest.isOfNoAccount()) {
                notes.add("an error behind the end of the answer was left out");
                continue;
            }
            form.apply(next.get());
            long before = chunks.written();
            String piece = chunks.add(next.get());
            strangers += isChunk(next.get()) ? 0 : 1;
            if (chunks.written() > before) {
                strangers = -events.strangers();
            }
            if (error.isPresent()) {
                throw reader.failed(error.get(), chunks.joined(), !chunks.isEmpty() || chunks.hasUsage());
            }
            if (!piece.isEmpty()) {
                answer.hear(piece);
            }
        }
        answer.finish();
        boolean isWhole = events.isEndSaid() && strangers + events.strangers() == 0;
        if (!chunks.isEndSaid() && !isWhole) {
            throw reader.unfinished(chunks.joined()); // some of it may be missing
        }
        if (chunks.areSeveral()) {
            throw reader.unanswered(ChatChoices.SEVERAL, chunks.joined());
        }
        return reader.read(chunks.joined(), chunks.defect());
    }

    private static boolean isChunk(JsonNode event) {
        boolean isKeepAlive =
                event.isEmpty() || END_OR_KEEP_ALIVE.contains(event.path("type").asText(""));
        boolean isNamed = ServerEvents.isPiece(event) && event.path("choices").isEmpty();
        return isKeepAlive
                || isNamed
                || !event.path("choices").isEmpty()
                || event.path("usage").isObject()
                || event.has("x_groq");
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
