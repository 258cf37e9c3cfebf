// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/**
 * A reply that a provider once gave, from the folder that {@code -Dcadre.recorded} names.
 *
 * @param body the bytes as they were recorded
 * @param tools the names of the functions in the request
 * @param wantsJson whether the request asked for a JSON answer
 */
record RecordedReply(
        String id,
        String kind,
        String host,
        int status,
        boolean isStream,
        byte[] body,
        List<String> tools,
        boolean wantsJson) {
    private static final JsonMapper MAPPER = new JsonMapper();

    /** All replies of these kinds with a status of success. */
    static List<RecordedReply> successes(Set<String> kinds) throws IOException {
        Path folder = Path.of(System.getProperty("cadre.root", ""))
                .resolve(System.getProperty("cadre.recorded", ""))
                .normalize()
                .toAbsolutePath();
        Path file = folder.resolve("cases.jsonl.gz");
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "no recorded replies at " + file + ": name their folder by" + " -Dcadre.recorded=PATH");
        }
        try (var lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(RecordedReply::parse)
                    .filter(reply -> kinds.contains(reply.kind()) && reply.status() / 100 == 2)
                    .toList();
        }
    }

    private static RecordedReply parse(String line) {
        try {
            JsonNode json = MAPPER.readTree(line);
            String body = json.path("body").asText();
            JsonNode request = json.path("request");
            return new RecordedReply(
                    json.path("id").asText(),
                    json.path("kind").asText(),
                    json.path("host").asText(),
                    json.path("status").asInt(),
                    json.path("sse").asBoolean(),
                    json.path("b64").asBoolean()
                            ? Base64.getDecoder().decode(body)
                            : body.getBytes(StandardCharsets.UTF_8),
                    elements(request.path("tools"))
                            .flatMap(RecordedReply::name)
                            .distinct()
                            .toList(),
                    request.path("response_format").path("type").asText("").startsWith("json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> name(JsonNode tool) {
        String name =
                tool.path("function").path("name").asText(tool.path("name").asText(""));
        return name.isEmpty() ? Stream.of() : Stream.of(name);
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
