// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.ObjectReader;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.services.blocking.ResponseService;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.util.function.Consumer;

/** One request and its reply. */
final class Exchange implements Handoff.Work<ModelReply> {
    private static final ObjectReader REPLY = ServerJson.MAPPER.readerFor(Response.class);

    private final ResponseService.WithRawResponse service;
    private final Failures failures;
    private final Wording wording;
    private final ModelRequest request;
    private final ResponseCreateParams params;
    private final CallContext context;
    /** A server may repeat what it is shown, and cut into pieces nobody would know it again. */
    private final boolean mayHoldSecrets;

    Exchange(
            ResponseService.WithRawResponse service,
            Failures failures,
            RemoteAccess access,
            Wording wording,
            CallContext context) {
        this.service = service;
        this.failures = failures;
        this.wording = wording;
        this.request = wording.request();
        this.params = RequestWriter.write(request, access, wording.dialect());
        this.context = context;
        mayHoldSecrets = request.options().providerTools().stream()
                .anyMatch(tool -> tool instanceof ProviderTool.RemoteMcp server
                        && access.mcp().isFor(server));
    }

    @Override
    public ModelReply run(Consumer<String> text) throws InterruptedException {
        return CallTrace.replied(
                failures, request.model(), () -> wording.understood(failures, params._body(), () -> reply(text)));
    }

    private ModelReply reply(Consumer<String> text) throws IOException {
        if (!context.wantsText()) {
            return create();
        }
        return mayHoldSecrets ? told(create(), text) : stream(text);
    }

    private ModelReply create() {
        try (var raw = service.create(params, Timeouts.of(context.timeout()))) {
            var headers = new LimitHeaders(raw.headers());
            return new ReplyReader(request, headers, failures).read(raw.parse());
        }
    }

    /** A server that cannot stream, or an error with status 200, comes whole, whatever type it claims. */
    private ModelReply stream(Consumer<String> text) throws IOException {
        try (var raw = service.createStreaming(params, Timeouts.of(context.timeout()))) {
            var headers = new LimitHeaders(raw.headers());
            var notes = new ReplyNotes(failures);
            var reader = new ReplyReader(request, headers, failures, notes);
            PushbackInputStream body = ServerEvents.trimmed(raw.body());
            if (ServerEvents.isWhole(body)) {
                return told(reader.read(REPLY.readValue(body)), text);
            }
            var thought = new LeadingThought();
            Consumer<String> answer = thought.before(request.output(), text);
            var stream = new StreamReader(request.model(), headers, failures, notes, answer);
            Response last = stream.read(new ServerEvents(body, notes));
            thought.finish(text);
            return reader.readLast(last, stream.worked());
        }
    }

    private static ModelReply told(ModelReply reply, Consumer<String> text) {
        if (reply.finish() != Finish.REFUSED && !reply.text().isEmpty()) {
            text.accept(reply.text());
        }
        return reply;
    }
}
