// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.http.HttpResponse;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.services.blocking.chat.ChatCompletionService;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.util.function.Consumer;

/** One request in Chat Completions and its reply, for servers without the Responses API. */
final class ChatExchange implements Handoff.Work<ModelReply> {
    private final ChatCompletionService.WithRawResponse service;
    private final Failures failures;
    private final ChatWriter writer;
    private final Wording wording;
    private final ModelRequest request;
    private final CallContext context;
    private final ReplyBody body;

    /** @param body how the reply is read */
    ChatExchange(
            ChatCompletionService.WithRawResponse service,
            Failures failures,
            ChatWriter writer,
            Wording wording,
            CallContext context,
            ReplyBody body) {
        this.service = service;
        this.failures = failures;
        this.writer = writer;
        this.wording = wording;
        this.request = wording.request();
        this.context = context;
        this.body = body;
    }

    @Override
    public ModelReply run(Consumer<String> text) throws InterruptedException {
        ChatCompletionCreateParams params =
                wording.isStreamed() ? writer.writeStreamed(request) : writer.write(request);
        try {
            return CallTrace.replied(
                    failures,
                    request.model(),
                    () -> wording.understood(failures, params._body(), () -> reply(params, text)));
        } catch (ModelException failure) {
            throw wording.judged(failure);
        }
    }

    private ServedReply reply(ChatCompletionCreateParams params, Consumer<String> text) throws IOException {
        try (HttpResponse raw = wording.isStreamed()
                ? service.createStreaming(params, Timeouts.of(context.timeout()))
                : service.create(params, Timeouts.of(context.timeout()))) {
            Api asked = Api.CHAT_COMPLETIONS;
            return body.read(request, asked, wording.isStreamed(), new LimitHeaders(raw.headers()), raw.body(), text);
        }
    }
}
