// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** One batch on its way through the provider's states. Not safe for use by many threads. */
final class LoopbackJob {
    /** What a line of a batch is answered. */
    interface LineAnswers {
        LoopbackService.Handled to(String endpoint, String customId, Json.Obj body);
    }

    /** Answers leave in another order than requests came: reversed within groups of so many. */
    private static final int SHUFFLED = 64;

    private final int number;
    private final Path input;
    private final String inputFileId;
    private final String endpoint;
    private final Json metadata;
    private String status = "validating";
    private List<Json> errors = List.of();
    private String model = "";
    private String outputFileId = "";
    private String errorFileId = "";
    private int requests;
    private int answered;
    private int failed;
    private long enqueuedTokens;
    private TokenUsage used = TokenUsage.NONE;

    LoopbackJob(int number, Path input, String inputFileId, String endpoint, Json metadata) {
        this.number = number;
        this.input = input;
        this.inputFileId = inputFileId;
        this.endpoint = endpoint;
        this.metadata = metadata;
    }

    boolean isOpen() {
        return List.of("validating", "in_progress", "finalizing", "cancelling").contains(status);
    }

    String model() {
        return model;
    }

    long enqueuedTokens() {
        return isOpen() ? enqueuedTokens : 0;
    }

    void cancel() {
        if (isOpen() && !status.equals("finalizing")) {
            status = "cancelling";
        }
    }

    /**
     * Goes one state further.
     *
     * @param enqueued the tokens that other open batches of a model hold
     * @param generate what a line is answered
     */
    void step(
            LoopbackBatchRule.Fate fate,
            LoopbackBatchLimits limits,
            LoopbackFiles files,
            Function<String, Long> enqueued,
            LineAnswers generate)
            throws IOException {
        switch (status) {
            case "validating" -> validate(fate, limits, enqueued);
            case "in_progress" -> {
                int most = fate instanceof LoopbackBatchRule.Fate.Expires(int after) ? after : requests;
                answer(files, generate, most, "batch_expired");
                status = "finalizing";
            }
            case "finalizing" -> status = fate instanceof LoopbackBatchRule.Fate.Expires ? "expired" : "completed";
            case "cancelling" -> {
                if (requests > 0) {
                    answer(files, generate, requests / 2, "batch_cancelled");
                }
                status = "cancelled";
            }
            default -> {}
        }
    }

    private void validate(LoopbackBatchRule.Fate fate, LoopbackBatchLimits limits, Function<String, Long> enqueued)
            throws IOException {
        LoopbackBatchCheck check = LoopbackBatchCheck.of(input, endpoint, limits);
        model = check.model();
        enqueuedTokens = check.inputTokens();
        errors = check.errors();
        if (fate instanceof LoopbackBatchRule.Fate.Rejected(String code, String message)) {
            errors = List.of(error(code, message));
        } else if (errors.isEmpty() && enqueued.apply(model) + enqueuedTokens > limits.enqueuedTokens()) {
            errors = List.of(error(
                    "token_limit_exceeded",
                    "Enqueued token limit reached for %s. Limit: %d enqueued tokens. Please try again once some batches have been completed."
                            .formatted(model, limits.enqueuedTokens())));
        }
        status = errors.isEmpty() ? "in_progress" : "failed";
        requests = errors.isEmpty() ? check.requests() : 0;
    }

    private static Json error(String code, String message) {
        return Json.obj()
                .with("code", code)
                .with("message", message)
                .with("param", Json.Null.NULL)
                .with("line", Json.Null.NULL);
    }

    private void answer(LoopbackFiles files, LineAnswers generate, int most, String reasonForTheRest)
            throws IOException {
        outputFileId = files.create(id() + "_output.jsonl");
        errorFileId = files.create(id() + "_error.jsonl");
        try (BufferedReader lines = Files.newBufferedReader(input);
                BufferedWriter output = Files.newBufferedWriter(
                        files.path(outputFileId, "batch_output").orElseThrow());
                BufferedWriter error = Files.newBufferedWriter(
                        files.path(errorFileId, "batch_output").orElseThrow())) {
            Deque<String> group = new ArrayDeque<>();
            int line = 0;
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                Json.Obj request = (Json.Obj) Json.parse(text);
                if (line++ >= most) {
                    failed++;
                    write(error, unanswered(request, reasonForTheRest));
                } else {
                    answer(
                            generate.to(endpoint, request.string("custom_id"), request.object("body")),
                            request,
                            group,
                            error);
                }
                if (group.size() == SHUFFLED) {
                    flush(group, output);
                }
            }
            flush(group, output);
        }
    }

    private void answer(LoopbackService.Handled handled, Json.Obj request, Deque<String> group, BufferedWriter error)
            throws IOException {
        if (!(handled.answer() instanceof LoopbackAnswer.Whole whole)) {
            throw new IllegalStateException("a line of a batch cannot be streamed");
        }
        String line = line(
                        request,
                        Json.obj()
                                .with("status_code", whole.status())
                                .with("request_id", "req_" + handled.request().arrival())
                                .with("body", Json.parse(whole.body())),
                        Json.Null.NULL)
                .write();
        if (whole.status() != 200) {
            failed++;
            write(error, line);
            return;
        }
        answered++;
        used = used.plus(
                new LoopbackGeneration(handled.request(), handled.reply(), LoopbackPromptCache.Use.NONE).used());
        if (handled.reply().fault() == LoopbackFault.NONE) {
            group.push(line);
        }
    }

    private static String unanswered(Json.Obj request, String reason) {
        Json.Obj error = Json.obj()
                .with("code", reason)
                .with("message", "This request could not be executed before the batch ended.");
        return line(request, Json.Null.NULL, error).write();
    }

    private static Json.Obj line(Json.Obj request, Json response, Json error) {
        return Json.obj()
                .with("id", "batch_req_" + request.string("custom_id"))
                .with("custom_id", request.string("custom_id"))
                .with("response", response)
                .with("error", error);
    }

    private static void flush(Deque<String> group, BufferedWriter output) throws IOException {
        while (!group.isEmpty()) {
            write(output, group.pop());
        }
    }

    private static void write(BufferedWriter out, String line) throws IOException {
        out.write(line);
        out.write('\n');
    }

    String id() {
        return "batch_" + number;
    }

    LoopbackBatch view() {
        var notes = new TreeMap<String, String>();
        if (metadata instanceof Json.Obj object) {
            object.fields()
                    .forEach((name, value) -> notes.put(name, value instanceof Json.Str(String text) ? text : ""));
        }
        return new LoopbackBatch(number, id(), status, endpoint, notes, requests, answered, failed);
    }

    Json.Obj json() {
        Json.Obj json = Json.obj()
                .with("id", id())
                .with("object", "batch")
                .with("endpoint", endpoint)
                .with("model", model)
                .with("input_file_id", inputFileId)
                .with("completion_window", "24h")
                .with("status", status)
                .with("created_at", 1_790_000_000)
                .with("expires_at", 1_790_086_400)
                .with(
                        "request_counts",
                        Json.obj()
                                .with("total", requests)
                                .with("completed", answered)
                                .with("failed", failed))
                .with("metadata", metadata);
        if (!errors.isEmpty()) {
            json = json.with("errors", Json.obj().with("object", "list").with("data", new Json.Arr(errors)));
        }
        boolean hasFiles = !isOpen() && !outputFileId.isEmpty();
        return hasFiles
                ? withFile(
                                withFile(json, "output_file_id", answered, outputFileId),
                                "error_file_id",
                                failed,
                                errorFileId)
                        .with("usage", usage())
                : json;
    }

    /** A file that would be empty is not there at all. */
    private static Json.Obj withFile(Json.Obj json, String name, int lines, String id) {
        return lines == 0 ? json : json.with(name, id);
    }

    private Json usage() {
        return Json.obj()
                .with("input_tokens", used.inputTokens())
                .with("input_tokens_details", Json.obj().with("cached_tokens", used.cachedInputTokens()))
                .with("output_tokens", used.outputTokens())
                .with("output_tokens_details", Json.obj().with("reasoning_tokens", used.reasoningTokens()))
                .with("total_tokens", used.totalTokens());
    }

    /** Why the batch cannot be made of such a request, or empty. */
    static Optional<String> defect(Json.Obj request, boolean hasFile) {
        if (!hasFile) {
            return Optional.of("Invalid 'input_file_id': no such file with the purpose 'batch'.");
        }
        String endpoint = LoopbackRequest.string(request, "endpoint");
        if (!endpoint.equals(LoopbackRequest.RESPONSES) && !endpoint.equals(LoopbackRequest.CHAT)) {
            return Optional.of("Invalid value: 'endpoint': '%s'.".formatted(endpoint));
        }
        if (!LoopbackRequest.string(request, "completion_window").equals("24h")) {
            return Optional.of("Invalid value: 'completion_window'. Supported values are: '24h'.");
        }
        if (request.at("metadata").orElse(Json.Null.NULL) instanceof Json.Obj metadata
                && (metadata.fields().size() > 16
                        || metadata.fields().entrySet().stream()
                                .anyMatch(note -> note.getKey().length() > 64
                                        || !(note.getValue() instanceof Json.Str(String text)
                                                && text.length() <= 512)))) {
            return Optional.of("Invalid 'metadata': at most 16 texts of 512 characters under keys of 64.");
        }
        return Optional.empty();
    }
}
