// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponse;
import com.openai.errors.NotFoundException;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListPage;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import com.openai.models.responses.ResponseCreateParams;
import dev.cadre.file.OwnFiles;
import dev.cadre.file.TempFolder;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ServiceTier;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** The Batch API: requests to the Responses API in a file, answers in two more. */
final class OpenAiBatches implements BatchClient {
    /** What the provider documents. */
    private static final BatchLimits LIMITS =
            new BatchLimits(50_000, 200L * 1_000 * 1_000, Long.MAX_VALUE, Integer.MAX_VALUE);

    private static final String ENDPOINT = "/v1/responses";
    private static final String BATCH = "a batch";
    private static final long PAGE = 100;
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration LONGEST_OF_A_FILE = Duration.ofHours(1);

    private final OpenAIClient sdk;
    private final Failures failures;
    private final RemoteAccess access;
    private final Dialects dialects;
    private final BooleanSupplier isClosed;
    private final BatchAnswerReader answers;

    OpenAiBatches(
            OpenAIClient sdk, Failures failures, RemoteAccess access, Dialects dialects, BooleanSupplier isClosed) {
        this.sdk = sdk;
        this.failures = failures;
        this.access = access;
        this.dialects = dialects;
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
        ResponseCreateParams params = RequestWriter.write(
                request.withServiceTier(ServiceTier.STANDARD), access, dialects.of(request.model()));
        JsonMapper json = ServerJson.MAPPER;
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
            if (tool instanceof ProviderTool.RemoteMcp server && access.mcp().isFor(server)) {
                throw new IllegalArgumentException(
                        "the MCP server '%s' is shown a secret, which the files of a batch would keep: use Lane.NOW"
                                .formatted(server.label()));
            }
        }
    }

    @Override
    public String upload(Path lines, Duration timeout) throws InterruptedException {
        FileCreateParams file = FileCreateParams.builder()
                .purpose(FilePurpose.BATCH)
                .file(lines)
                .build();
        return exchange(
                "the file of a batch",
                () -> sdk.files()
                        .create(file, Timeouts.ofFile(shorter(timeout, LONGEST_OF_A_FILE)))
                        .id());
    }

    @Override
    public Batch create(String fileId, Map<String, String> metadata, Duration timeout) throws InterruptedException {
        BatchCreateParams order = BatchCreateParams.builder()
                .inputFileId(fileId)
                .endpoint(BatchCreateParams.Endpoint.of(ENDPOINT))
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .metadata(BatchCreateParams.Metadata.builder()
                        .putAllAdditionalProperties(values(metadata))
                        .build())
                .build();
        return exchange(
                BATCH,
                () -> BatchReader.read(sdk.batches().create(order, Timeouts.of(shorter(timeout, LONGEST))), failures));
    }

    private static Map<String, JsonValue> values(Map<String, String> metadata) {
        var values = new LinkedHashMap<String, JsonValue>();
        metadata.forEach((name, value) -> values.put(name, JsonValue.from(value)));
        return values;
    }

    @Override
    public void discard(String fileId, Duration timeout) throws InterruptedException {
        exchange(fileId, () -> {
            try {
                return sdk.files()
                        .delete(fileId, Timeouts.of(shorter(timeout, LONGEST)))
                        .deleted();
            } catch (NotFoundException gone) {
                return true;
            }
        });
    }

    @Override
    public Batch retrieve(String id, Duration timeout) throws InterruptedException {
        return exchange(id, () -> {
            try {
                return BatchReader.read(sdk.batches().retrieve(id, Timeouts.of(shorter(timeout, LONGEST))), failures);
            } catch (NotFoundException unknown) {
                throw new InvalidRequest(
                        "the provider does not know batch '%s': was it made with the key of another project?"
                                .formatted(id),
                        unknown.statusCode());
            }
        });
    }

    @Override
    public Batch cancel(String id, Duration timeout) throws InterruptedException {
        return exchange(
                id, () -> BatchReader.read(sdk.batches().cancel(id, Timeouts.of(shorter(timeout, LONGEST))), failures));
    }

    @Override
    public void list(Predicate<Batch> wantsMore, Duration timeout) throws InterruptedException {
        long until = until(timeout);
        BatchListParams next = BatchListParams.builder().limit(PAGE).build();
        while (true) {
            BatchListParams asked = next;
            BatchListPage page = exchange(
                    "the list of batches", () -> sdk.batches().list(asked, Timeouts.of(shorter(left(until), LONGEST))));
            List<Batch> batches = page.items().stream()
                    .map(batch -> BatchReader.read(batch, failures))
                    .toList();
            if (!batches.stream().allMatch(wantsMore)
                    || batches.isEmpty()
                    || !page.hasMore().orElse(true)) {
                return;
            }
            next = asked.toBuilder().after(batches.getLast().id()).build();
            if (next.equals(asked)) {
                return; // a server that knows no pages gives the same one again
            }
        }
    }

    @Override
    public boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) throws InterruptedException {
        long until = until(timeout);
        boolean isWhole = true;
        for (String file : batch.answerFiles()) {
            isWhole &= read(file, wantsMore, until);
        }
        return isWhole;
    }

    /** By way of a file: taking an answer may take time, which no connection waits for. */
    private boolean read(String id, Predicate<BatchAnswer> wantsMore, long until) throws InterruptedException {
        try (TempFolder folder = TempFolder.open()) {
            Path file = folder.path().resolve("answers.jsonl");
            return switch (exchange(id, () -> download(id, file, left(until)))) {
                case WHOLE -> answers.readAll(file, wantsMore);
                case CUT -> {
                    answers.readAll(file, wantsMore);
                    yield false;
                }
                case MISSING -> false;
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How much of a file there is. */
    private enum Extent {
        WHOLE,
        /** Longer than a file of answers may be; its beginning is there. */
        CUT,
        MISSING
    }

    private Extent download(String id, Path file, Duration timeout) throws IOException {
        try (HttpResponse response = sdk.files().content(id, Timeouts.ofFile(shorter(timeout, LONGEST_OF_A_FILE)));
                OutputStream out = OwnFiles.createAnew(file)) {
            response.body().transferTo(out);
            return Extent.WHOLE;
        } catch (OneExchange.ReplyTooLong tooLong) {
            return Extent.CUT;
        } catch (NotFoundException gone) {
            return Extent.MISSING;
        }
    }

    private static long until(Duration timeout) {
        return System.nanoTime() + timeout.toNanos();
    }

    private static Duration left(long until) {
        return Duration.ofNanos(until - System.nanoTime());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private <T> T exchange(String what, CallTrace.Traced<T> work) throws InterruptedException {
        if (isClosed.getAsBoolean()) {
            throw new IllegalStateException("this client is closed");
        }
        return Handoff.run(text -> CallTrace.explained(failures, what, work), text -> {});
    }
}
