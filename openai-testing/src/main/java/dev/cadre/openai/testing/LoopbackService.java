// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Decides what a request is answered, and bills it. Safe for use by many threads. */
final class LoopbackService {
    /**
     * A request with its answer, decided but not sent.
     *
     * @param begun to be told, as often as one likes, that the reply is on its way
     */
    record Handled(LoopbackRequest request, LoopbackReply reply, LoopbackAnswer answer, Runnable begun) {}

    final List<LoopbackRule> rules = new CopyOnWriteArrayList<>();
    final List<LoopbackRule> ownRules = new CopyOnWriteArrayList<>();
    final LoopbackModels models = new LoopbackModels();
    final LoopbackFiles files = new LoopbackFiles();
    final LoopbackBatches batches = new LoopbackBatches(files, this::line);
    private final LoopbackPromptCache cache = new LoopbackPromptCache();
    private final LoopbackLog log;
    private volatile boolean cachesPrompts;

    LoopbackService(LoopbackLog log) {
        this.log = log;
    }

    void cachePrompts() {
        cachesPrompts = true;
    }

    void forget() {
        rules.clear();
        ownRules.clear();
        cache.clear();
        batches.clear();
        files.clear();
    }

    Handled handle(LoopbackRequest request, LoopbackHttp.Message message, boolean hasKey) {
        if (!hasKey) {
            return handled(
                    request,
                    LoopbackReply.error(401, "invalid_request_error", "", "Missing bearer authentication in header"));
        }
        return request.generates() ? generate(request) : serve(request, () -> own(request, message));
    }

    /** A line of a batch: answered as if it had come by itself, and counted among the arrivals. */
    private Handled line(String path, String customId, Json.Obj body) {
        return generate(LoopbackRequest.line(log.nextArrival(), path, customId, body));
    }

    /** An answer of a model, by the test's script. */
    private Handled generate(LoopbackRequest request) {
        LoopbackReply reply = LoopbackChecks.defect(request)
                .map(LoopbackReply::defect)
                .or(() -> first(rules, request))
                .orElseGet(() -> LoopbackReply.error(
                        400, "invalid_request_error", "no_rule", "no rule of the test matches this request"));
        if (reply.content() instanceof LoopbackReply.Content.Raw) {
            return handled(request, reply);
        }
        var generation = new LoopbackGeneration(
                request, reply, cachesPrompts ? cache.use(request) : LoopbackPromptCache.Use.NONE);
        log.bill(generation.charge());
        return new Handled(request, reply, LoopbackAnswer.of(generation), () -> remember(request));
    }

    private void remember(LoopbackRequest request) {
        if (cachesPrompts) {
            cache.store(request);
        }
    }

    /** Everything that the provider does without a model. */
    private Handled serve(LoopbackRequest request, Supplier<LoopbackAnswer> own) {
        LoopbackReply reply = first(ownRules, request).orElseGet(LoopbackReply::own);
        return reply.content() instanceof LoopbackReply.Content.Own
                ? new Handled(request, reply, own.get(), () -> {})
                : handled(request, reply);
    }

    private LoopbackAnswer own(LoopbackRequest request, LoopbackHttp.Message message) {
        String path = request.path();
        if (isUnder("/v1/files", path)) {
            return files.answer(request, LoopbackUpload.of(message));
        }
        if (isUnder("/v1/batches", path)) {
            return batches.answer(request);
        }
        if (request.method().equals("POST") && path.equals("/v1/responses/input_tokens")) {
            return LoopbackAnswer.Whole.json(Json.obj()
                    .with("object", "response.input_tokens")
                    .with("input_tokens", LoopbackGeneration.tokens(request.prompt()))
                    .write());
        }
        if (request.method().equals("GET") && isUnder("/v1/models", path)) {
            return models.answer(path);
        }
        return error(404, "", "Invalid URL (%s %s)".formatted(request.method(), path));
    }

    private static boolean isUnder(String place, String path) {
        return path.equals(place) || path.startsWith(place + "/") || path.startsWith(place + "?");
    }

    private static Optional<LoopbackReply> first(List<LoopbackRule> rules, LoopbackRequest request) {
        return rules.stream().flatMap(rule -> rule.replyTo(request).stream()).findFirst();
    }

    private static Handled handled(LoopbackRequest request, LoopbackReply reply) {
        if (reply.content() instanceof LoopbackReply.Content.Raw raw) {
            return new Handled(request, reply, whole(raw), () -> {});
        }
        throw new IllegalStateException("a rule for what the server does by itself must give own(), error() or raw()");
    }

    private static LoopbackAnswer.Whole whole(LoopbackReply.Content.Raw raw) {
        return new LoopbackAnswer.Whole(raw.status(), raw.contentType(), raw.body());
    }

    /** An error as the provider words it. */
    static LoopbackAnswer.Whole error(int status, String code, String message) {
        return new LoopbackAnswer.Whole(
                status, "application/json", LoopbackReply.errorBody("invalid_request_error", code, message));
    }
}
