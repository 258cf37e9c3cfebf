// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.http.Headers;
import com.openai.models.responses.Response;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import java.util.Optional;

/** Reads a line of a batch's output or error file. */
final class BatchAnswerReader {
    private static final LimitHeaders NO_HEADERS =
            new LimitHeaders(Headers.builder().build());

    private final Failures failures;

    BatchAnswerReader(Failures failures) {
        this.failures = failures;
    }

    /** The answer; empty if the line is none, which leaves its request without one. */
    Optional<BatchAnswer> read(String line) {
        try {
            JsonNode json = ObjectMappers.jsonMapper().readTree(line);
            String customId = json.path("custom_id").asText();
            return customId.isEmpty() ? Optional.empty() : Optional.of(read(customId, json));
        } catch (JsonProcessingException broken) {
            return Optional.empty();
        }
    }

    private BatchAnswer read(String customId, JsonNode line) throws JsonProcessingException {
        JsonNode response = line.path("response");
        if (!response.isObject()) {
            JsonNode error = line.path("error");
            return new BatchAnswer.Untried(
                    customId,
                    error.path("code").asText() + ": " + error.path("message").asText());
        }
        JsonNode body = response.path("body");
        String model = body.path("model").asText("");
        String named = model.isBlank() ? "a line of a batch" : model;
        try {
            int status = response.path("status_code").asInt();
            if (status != 200) {
                var error = ErrorBody.of(JsonValue.fromJsonNode(body.path("error")));
                throw unbilled(failures.refused(named, status, error, NO_HEADERS));
            }
            return new BatchAnswer.Replied(customId, reply(named, body));
        } catch (ModelException failure) {
            return new BatchAnswer.Failed(customId, failure);
        }
    }

    /** A batch is billed for the requests that were answered. */
    private static ModelException unbilled(ModelException failure) {
        return failure instanceof ServerFailed failed
                ? new ServerFailed(String.valueOf(failed.getMessage()), failed.status(), Charge.FREE, null)
                : failure;
    }

    private ModelReply reply(String model, JsonNode body) throws JsonProcessingException {
        Response response = ObjectMappers.jsonMapper().treeToValue(body, Response.class);
        ModelReply reply = new ReplyReader(ModelRequest.of(model, "", "", 1), NO_HEADERS, failures).read(response);
        return new ModelReply(
                reply.model(),
                reply.text(),
                reply.toolCalls(),
                reply.finish(),
                reply.usage(),
                ServiceTier.BATCH,
                reply.limits(),
                reply.providerCalls(),
                reply.providerState());
    }
}
