// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.ObjectReader;
import com.openai.core.ObjectMappers;
import com.openai.core.RequestOptions;
import com.openai.core.Timeout;
import com.openai.core.http.HttpResponse;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.services.blocking.ResponseService;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** One request and its reply. */
final class Exchange {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);
    private static final ObjectReader REPLY = ObjectMappers.jsonMapper().readerFor(Response.class);

    private final ResponseService.WithRawResponse service;
    private final Failures failures;
    private final ModelRequest request;
    private final ResponseCreateParams params;
    private final CallContext context;

    Exchange(
            ResponseService.WithRawResponse service,
            Failures failures,
            Set<String> imageHosts,
            ModelRequest request,
            CallContext context) {
        this.service = service;
        this.failures = failures;
        this.request = request;
        this.params = RequestWriter.write(request, imageHosts);
        this.context = context;
    }

    /** Makes the call on this thread, which must be virtual: only then an interrupt closes the connection. */
    ModelReply run(Consumer<String> text) throws InterruptedException {
        var trace = CallTrace.begin();
        try {
            return context.wantsText() ? stream(text) : create();
        } catch (Throwable failure) { // checked exceptions come undeclared from the SDK
            throw failures.explain(failure, request.model(), trace);
        } finally {
            trace.end();
        }
    }

    private ModelReply create() {
        try (var raw = service.create(params, options())) {
            var headers = new LimitHeaders(raw.headers());
            return new ReplyReader(request, headers, failures).read(raw.parse());
        }
    }

    private ModelReply stream(Consumer<String> text) throws IOException {
        try (var raw = service.createStreaming(params, options())) {
            var headers = new LimitHeaders(raw.headers());
            var reader = new ReplyReader(request, headers, failures);
            if (isJson(headers)) {
                return whole(raw, reader, text);
            }
            try (var stream = raw.parse()) {
                return reader.read(new StreamReader(request.model(), headers, failures, text).read(stream));
            }
        }
    }

    /** A server that cannot stream, or an error with status 200. */
    private static ModelReply whole(HttpResponse raw, ReplyReader reader, Consumer<String> text) throws IOException {
        ModelReply reply = reader.read(REPLY.readValue(raw.body()));
        if (reply.finish() != Finish.REFUSED && !reply.text().isEmpty()) {
            text.accept(reply.text());
        }
        return reply;
    }

    private static boolean isJson(LimitHeaders headers) {
        return headers.first("content-type")
                .filter(type -> type.toLowerCase(Locale.ROOT).contains("json"))
                .isPresent();
    }

    private RequestOptions options() {
        Duration timeout = atLeast(SHORTEST_TIMEOUT, atMost(LONGEST_TIMEOUT, context.timeout()));
        return RequestOptions.builder()
                .timeout(Timeout.builder()
                        .connect(atMost(CONNECT_TIMEOUT, timeout))
                        .read(timeout)
                        .write(timeout)
                        .request(timeout)
                        .build())
                .build();
    }

    private static Duration atMost(Duration limit, Duration time) {
        return time.compareTo(limit) > 0 ? limit : time;
    }

    private static Duration atLeast(Duration limit, Duration time) {
        return time.compareTo(limit) < 0 ? limit : time;
    }
}
