// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Validates the input file of a batch as a whole, before anything of it is done. */
final class LoopbackBatchCheck {
    private static final int MOST_ERRORS = 20;

    private final String endpoint;
    private final List<Json> errors = new ArrayList<>();
    private final Set<String> customIds = new HashSet<>();
    private String model = "";
    private int requests;
    private long inputTokens;

    private LoopbackBatchCheck(String endpoint) {
        this.endpoint = endpoint;
    }

    static LoopbackBatchCheck of(Path file, String endpoint, LoopbackBatchLimits limits) throws IOException {
        var check = new LoopbackBatchCheck(endpoint);
        if (Files.size(file) > limits.bytes()) {
            check.error("file_too_large", "The input file is larger than %d bytes.".formatted(limits.bytes()));
            return check;
        }
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                check.line(line);
            }
        }
        if (check.requests == 0) {
            check.error("empty_file", "The input file is empty.");
        }
        if (check.requests > limits.requests()) {
            check.error("too_many_requests", "A batch may hold at most %d requests.".formatted(limits.requests()));
        }
        return check;
    }

    private void line(String line) {
        requests++;
        try {
            if (Json.parse(line) instanceof Json.Obj request) {
                defect(request)
                        .ifPresent(error -> error(error, "A line of the input file is not acceptable: " + error));
                inputTokens += LoopbackGeneration.tokens(line);
            } else {
                error("invalid_json_line", "This line is not an object.");
            }
        } catch (JsonException e) {
            error("invalid_json_line", "This line is not parseable as valid JSON.");
        }
    }

    private Optional<String> defect(Json.Obj request) {
        String customId = LoopbackRequest.string(request, "custom_id");
        if (customId.isEmpty()) {
            return Optional.of("missing_custom_id");
        }
        if (!customIds.add(customId)) {
            return Optional.of("duplicate_custom_id");
        }
        if (!LoopbackRequest.string(request, "method").equals("POST")) {
            return Optional.of("invalid_method");
        }
        if (!LoopbackRequest.string(request, "url").equals(endpoint)) {
            return Optional.of("invalid_url");
        }
        String asked = LoopbackRequest.string(request, "body", "model");
        model = model.isEmpty() ? asked : model;
        return asked.equals(model) ? Optional.empty() : Optional.of("mismatched_model");
    }

    private void error(String code, String message) {
        if (errors.size() < MOST_ERRORS) {
            errors.add(Json.obj()
                    .with("code", code)
                    .with("message", message)
                    .with("param", Json.Null.NULL)
                    .with("line", Json.Num.of(requests)));
        }
    }

    List<Json> errors() {
        return errors;
    }

    String model() {
        return model;
    }

    int requests() {
        return requests;
    }

    long inputTokens() {
        return inputTokens;
    }
}
