// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.RequestOptions;
import com.openai.core.http.HttpResponse;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import com.openai.models.responses.ResponseCreateParams;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ServiceTier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The Batch API: requests to the Responses API in a file, answers in two more. */
final class OpenAiBatches implements BatchClient {
    /** What the provider documents. */
    private static final BatchLimits LIMITS = BatchLimits.of(50_000, 200L * 1_000 * 1_000);

    private static final String ENDPOINT = "/v1/responses";
    private static final long PAGE = 100;
    /** For all but files, so that a silent provider does not hold a run for long beyond its deadline. */
    private static final RequestOptions SHORT =
            RequestOptions.builder().timeout(Duration.ofMinutes(1)).build();

    private final OpenAIClient sdk;
    private final Failures failures;
    private final Reach reach;
    private final BooleanSupplier isClosed;
    private final BatchAnswerReader answers;

    /** @param sdk one that reads replies of any length: a file of answers is longer than any answer */
    OpenAiBatches(OpenAIClient sdk, Failures failures, Reach reach, BooleanSupplier isClosed) {
        this.sdk = sdk;
        this.failures = failures;
        this.reach = reach;
        this.isClosed = isClosed;
        answers = new BatchAnswerReader(failures);
    }

    @Override
    public BatchLimits limits() {
        return LIMITS;
    }

    @Override
    public String line(String customId, ModelRequest request) {
        requireNoSecret(request);
        ResponseCreateParams params = RequestWriter.write(request.withServiceTier(ServiceTier.STANDARD), reach);
        JsonMapper json = ObjectMappers.jsonMapper();
        ObjectNode body = json.valueToTree(params._body());
        body.remove("service_tier"); // a batch has its own
        return json.createObjectNode()
                .put("custom_id", customId)
                .put("method", "POST")
                .put("url", ENDPOINT)
                .set("body", body)
                .toString();
    }

    /** A line is kept in files, here and there. */
    private void requireNoSecret(ModelRequest request) {
        for (ProviderTool tool : request.options().providerTools()) {
            if (tool instanceof ProviderTool.RemoteMcp server && reach.mcp().isFor(server)) {
                throw new IllegalArgumentException(
                        "the MCP server '%s' is shown a secret, which the files of a batch would keep: use Lane.NOW"
                                .formatted(server.label()));
            }
        }
    }

    @Override
    public Batch create(Path lines, Map<String, String> metadata) throws InterruptedException {
        String fileId = exchange("a batch", () -> upload(lines));
        BatchCreateParams order = BatchCreateParams.builder()
                .inputFileId(fileId)
                .endpoint(BatchCreateParams.Endpoint.of(ENDPOINT))
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .metadata(BatchCreateParams.Metadata.builder()
                        .putAllAdditionalProperties(values(metadata))
                        .build())
                .build();
        return exchange("a batch", () -> BatchReader.read(sdk.batches().create(order, SHORT)));
    }

    private String upload(Path lines) {
        return sdk.files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.BATCH)
                        .file(lines)
                        .build())
                .id();
    }

    private static Map<String, JsonValue> values(Map<String, String> metadata) {
        var values = new LinkedHashMap<String, JsonValue>();
        metadata.forEach((name, value) -> values.put(name, JsonValue.from(value)));
        return values;
    }

    @Override
    public Batch retrieve(String id) throws InterruptedException {
        return exchange(id, () -> BatchReader.read(sdk.batches().retrieve(id, SHORT)));
    }

    @Override
    public Batch cancel(String id) throws InterruptedException {
        return exchange(id, () -> BatchReader.read(sdk.batches().cancel(id, SHORT)));
    }

    @Override
    public void list(Predicate<Batch> wantsMore) throws InterruptedException {
        exchange("the list of batches", () -> {
            var page = sdk.batches()
                    .list(BatchListParams.builder().limit(PAGE).build(), SHORT)
                    .autoPager();
            return page.stream().map(BatchReader::read).allMatch(wantsMore);
        });
    }

    @Override
    public void read(Batch batch, Consumer<BatchAnswer> each) throws InterruptedException {
        for (String file :
                exchange(batch.id(), () -> BatchReader.files(sdk.batches().retrieve(batch.id(), SHORT)))) {
            read(file, each);
        }
    }

    /** By way of a file: taking an answer may take time, which no connection waits for. */
    private void read(String id, Consumer<BatchAnswer> each) throws InterruptedException {
        try {
            Path file = Files.createTempFile("cadre-batch", ".jsonl");
            try {
                exchange(id, () -> download(id, file));
                try (BufferedReader lines = Files.newBufferedReader(file)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        answers.read(line).ifPresent(each);
                    }
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long download(String id, Path file) throws IOException {
        try (HttpResponse response = sdk.files().content(id)) {
            return Files.copy(response.body(), file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Ends the threads of its own SDK client; the connections are those of all. */
    void close() {
        sdk.close();
    }

    private <T> T exchange(String what, Callable<T> work) throws InterruptedException {
        if (isClosed.getAsBoolean()) {
            throw new IllegalStateException("this client is closed");
        }
        return Handoff.run(text -> here(what, work), text -> {});
    }

    private <T> T here(String what, Callable<T> work) throws InterruptedException {
        var trace = CallTrace.begin();
        try {
            return work.call();
        } catch (Throwable failure) { // checked exceptions come undeclared from the SDK
            throw failures.explain(failure, what, trace);
        } finally {
            trace.end();
        }
    }
}
