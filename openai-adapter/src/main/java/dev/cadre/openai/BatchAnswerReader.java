// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonValue;
import com.openai.core.http.Headers;
import com.openai.errors.OpenAIException;
import com.openai.models.responses.Response;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Reads the lines of a batch's output or error file. */
final class BatchAnswerReader {
    /** The request is not at hand: its cap rules nothing out. */
    private static final int MOST_OUTPUT_TOKENS = 10_000_000;

    private static final LimitHeaders NO_HEADERS =
            new LimitHeaders(Headers.builder().build());
    /** The reasons for not trying a request at all. */
    private static final Set<String> UNTRIED = Set.of("batch_expired", "batch_cancelled");

    private final Failures failures;

    BatchAnswerReader(Failures failures) {
        this.failures = failures;
    }

    /** Shows the answers of a file; false if the visitor wanted no more of them. */
    boolean readAll(Path file, Predicate<BatchAnswer> wantsMore) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var lines = new BatchLines(in, OpenAiClient.MAX_REPLY_BYTES);
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                Optional<BatchAnswer> answer = lines.isText() ? read(line.get()) : spoiled(line.get());
                if (answer.isPresent() && !wantsMore.test(answer.get())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The answer; empty if the line is none, which leaves its request without one. */
    Optional<BatchAnswer> read(String line) {
        try {
            JsonNode json = ServerJson.MAPPER.readTree(line);
            String customId = json.path("custom_id").asText("");
            return customId.isEmpty() ? Optional.empty() : Optional.of(read(customId, json));
        } catch (JsonProcessingException broken) {
            return Optional.empty();
        }
    }

    /** The answer of a line that is no UTF-8, and would have marks in the place of what was lost. */
    private Optional<BatchAnswer> spoiled(String line) {
        return read(line)
                .map(answer -> new BatchAnswer.Failed(
                        answer.customId(), failures.malformed("a line of a batch", "it is no UTF-8", NO_HEADERS)));
    }

    private BatchAnswer read(String customId, JsonNode line) {
        JsonNode response = line.path("response");
        JsonNode error = line.path("error");
        String reason =
                error.path("code").asText() + ": " + error.path("message").asText();
        if (!response.isObject() && UNTRIED.contains(error.path("code").asText())) {
            return new BatchAnswer.Untried(customId, failures.quote(reason));
        }
        String model = response.path("body").path("model").asText("");
        String named = model.isBlank() ? "a line of a batch" : model;
        try {
            if (!response.isObject()) {
                throw failures.malformed(named, "there is no response, " + reason, NO_HEADERS);
            }
            return new BatchAnswer.Replied(customId, reply(named, response));
        } catch (ContentFiltered filtered) {
            return new BatchAnswer.Replied(customId, billed(filtered.reply()));
        } catch (ModelException failure) {
            return new BatchAnswer.Failed(customId, failure);
        }
    }

    private ModelReply reply(String model, JsonNode response) {
        JsonNode body = response.path("body");
        int status = response.path("status_code").asInt();
        if (status != 200) {
            throw failures.refused(model, status, ErrorBody.of(JsonValue.fromJsonNode(body.path("error"))), NO_HEADERS);
        }
        try {
            var asked = ModelRequest.of(model, "", "", MOST_OUTPUT_TOKENS);
            var notes = new ReplyNotes(failures);
            if (body instanceof ObjectNode whole) {
                new ResponseForm(asked, notes).apply(whole);
            }
            return billed(new ReplyReader(asked, NO_HEADERS, failures, notes)
                    .read(ServerJson.MAPPER.treeToValue(body, Response.class)));
        } catch (ServerFailed failed) {
            throw billed(failed);
        } catch (JsonProcessingException | OpenAIException unread) {
            throw failures.malformed(model, "the body cannot be read", NO_HEADERS);
        }
    }

    /** A batch is billed as such, unless a reply names the dearer tier; the others say that it was served as usual. */
    private static ServiceTier tier(ServiceTier named) {
        return named == ServiceTier.PRIORITY ? named : ServiceTier.BATCH;
    }

    private static ModelReply billed(ModelReply reply) {
        return reply.withServiceTier(tier(reply.serviceTier()));
    }

    private static ServerFailed billed(ServerFailed failed) {
        var billed = new ServerFailed(
                String.valueOf(failed.getMessage()),
                failed.status(),
                failed.charge(),
                null,
                failed.billed()
                        .map(bill ->
                                new Billed(bill.model(), bill.usage(), tier(bill.serviceTier()), bill.providerCalls()))
                        .orElse(null));
        return switch (failed.reach()) {
            case ATTEMPT -> billed;
            case ENDPOINT -> billed.unreadable();
            case SUBTASK, SUBTASK_OR_RUN, RUN -> billed.lasting();
        };
    }
}
