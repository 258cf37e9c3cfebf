// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.models.responses.ResponseCreateParams;
import com.openai.services.blocking.ResponseService;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** One request and its reply. */
final class Exchange implements Handoff.Work<ModelReply> {
    private final ResponseService.WithRawResponse service;
    private final Failures failures;
    private final Wording wording;
    private final ModelRequest request;
    private final ResponseCreateParams params;
    private final CallContext context;
    private final ReplyBody body;
    /** A server may repeat what it is shown, and cut into pieces nobody would know it again. */
    private final boolean mayHoldSecrets;

    /** @param body how the reply is read */
    Exchange(
            ResponseService.WithRawResponse service,
            Failures failures,
            RemoteAccess access,
            Wording wording,
            CallContext context,
            ReplyBody body) {
        this.service = service;
        this.failures = failures;
        this.wording = wording;
        this.request = wording.request();
        this.params = RequestWriter.write(request, access, wording.dialect());
        this.context = context;
        this.body = body;
        mayHoldSecrets = request.options().providerTools().stream()
                .anyMatch(tool -> tool instanceof ProviderTool.RemoteMcp server
                        && access.mcp().isFor(server));
    }

    @Override
    public ModelReply run(Consumer<String> text) throws InterruptedException {
        try {
            return CallTrace.replied(
                    failures, request.model(), () -> wording.understood(failures, params._body(), () -> reply(text)));
        } catch (ModelException failure) {
            throw wording.judged(failure);
        }
    }

    private ServedReply reply(Consumer<String> text) throws IOException {
        if (!wording.isStreamed() || (mayHoldSecrets && !wording.dialect().streamsOnly())) {
            return ResponsesReply.told(create(), text);
        }
        return mayHoldSecrets ? ResponsesReply.told(stream(piece -> {}), text) : stream(text);
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

    private ServedReply read(LimitHeaders headers, InputStream sent, Consumer<String> text) throws IOException {
        return body.read(request, Api.RESPONSES, wording.isStreamed(), headers, sent, text);
    }
}
