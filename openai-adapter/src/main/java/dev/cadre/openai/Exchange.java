// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.services.blocking.ResponseService;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

    private ServedReply reply(Consumer<String> text) throws IOException {
        if (!context.wantsText()) {
            return create();
        }
        return mayHoldSecrets ? told(create(), text) : stream(text);
    }

    private ServedReply create() throws IOException {
        try (var raw = service.create(params, Timeouts.of(context.timeout()))) {
            return read(new LimitHeaders(raw.headers()), raw.body(), piece -> {});
        }
    }

    private ServedReply stream(Consumer<String> text) throws IOException {
        try (var raw = service.createStreaming(params, Timeouts.of(context.timeout()))) {
            return read(new LimitHeaders(raw.headers()), raw.body(), text);
        }
    }

    /**
     * A server that cannot stream, or an error with status 200, comes whole, and some servers stream unasked, whatever
     * type they claim.
     */
    private ServedReply read(LimitHeaders headers, InputStream sent, Consumer<String> text) throws IOException {
        var notes = new ReplyNotes(failures);
        var reader = new ReplyReader(request, headers, failures, notes);
        PushbackInputStream body = ServerEvents.trimmed(sent);
        if (!ServerEvents.areIn(body, context.wantsText())) {
            return told(served(whole(body, notes), reader::read), text);
        }
        var thought = new LeadingThought();
        Consumer<String> answer = thought.before(request.output(), text);
        var stream = new StreamReader(request, headers, failures, notes, answer);
        Response last = stream.read(new ServerEvents(body, notes));
        thought.finish(text);
        return served(last, response -> reader.readLast(response, stream.worked()));
    }

    private @Nullable Response whole(InputStream body, ReplyNotes notes) throws IOException {
        JsonNode reply = ServerJson.REPLIES.readTree(body);
        if (reply instanceof ObjectNode object) {
            new ResponseForm(request, notes).apply(object);
        }
        return REPLY.readValue(reply);
    }

    /** @param response what was read; null if that was the JSON {@code null} */
    private static ServedReply served(@Nullable Response response, Function<@Nullable Response, ModelReply> reader) {
        ModelReply reply = reader.apply(response);
        return new ServedReply(reply, response == null ? Echo.NONE : Echo.of(response));
    }

    private static ServedReply told(ServedReply served, Consumer<String> text) {
        ModelReply reply = served.reply();
        if (reply.finish() != Finish.REFUSED && !reply.text().isEmpty()) {
            text.accept(reply.text());
        }
        return served;
    }
}
