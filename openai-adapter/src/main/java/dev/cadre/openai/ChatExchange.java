// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.http.StreamResponse;
import com.openai.errors.SseException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.services.blocking.chat.ChatCompletionService;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Consumer;

/** One request and its reply as a chat completion, for servers without the Responses API. */
final class ChatExchange implements Handoff.Work<ModelReply> {
    private final ChatCompletionService.WithRawResponse service;
    private final Failures failures;
    private final ChatWriter writer;
    private final ModelRequest request;
    private final CallContext context;

    ChatExchange(
            ChatCompletionService.WithRawResponse service,
            Failures failures,
            ChatWriter writer,
            ModelRequest request,
            CallContext context) {
        this.service = service;
        this.failures = failures;
        this.writer = writer;
        this.request = request;
        this.context = context;
    }

    @Override
    public ModelReply run(Consumer<String> text) throws InterruptedException {
        return CallTrace.replied(failures, request.model(), () -> context.wantsText() ? stream(text) : create());
    }

    private ModelReply create() throws IOException {
        try (var raw = service.create(writer.write(request), Timeouts.of(context.timeout()))) {
            var reader = new ChatReader(request, new LimitHeaders(raw.headers()), failures);
            return reader.read(ServerJson.MAPPER.readTree(raw.body()));
        }
    }

    private ModelReply stream(Consumer<String> text) throws IOException {
        try (var raw = service.createStreaming(writer.writeStreamed(request), Timeouts.of(context.timeout()))) {
            var headers = new LimitHeaders(raw.headers());
            var reader = new ChatReader(request, headers, failures);
            boolean isWhole = headers.first("content-type")
                    .filter(type -> type.toLowerCase(Locale.ROOT).contains("json"))
                    .isPresent();
            if (isWhole) {
                ModelReply reply = reader.read(ServerJson.MAPPER.readTree(raw.body()));
                if (!reply.text().isEmpty()) {
                    text.accept(reply.text());
                }
                return reply;
            }
            try (var stream = raw.parse()) {
                return reader.read(joined(stream, text, headers));
            }
        }
    }

    private JsonNode joined(StreamResponse<ChatCompletionChunk> stream, Consumer<String> text, LimitHeaders headers) {
        var chunks = new ChatChunks();
        try {
            for (Iterator<ChatCompletionChunk> all = stream.stream().iterator(); all.hasNext(); ) {
                String piece = chunks.add(ServerJson.MAPPER.valueToTree(all.next()));
                if (!piece.isEmpty()) {
                    text.accept(piece);
                }
            }
        } catch (SseException e) {
            throw failures.inReply(request.model(), ErrorBody.of(e.body()), headers, !chunks.isEmpty());
        }
        return chunks.joined()
                .orElseThrow(() -> failures.malformed(
                        request.model(), "the stream ended without saying why the model stopped", headers));
    }
}
